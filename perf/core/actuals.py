"""Actuals (实际完成值): what was reached, as typed and as shown."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.terms import Tier


@dataclass(frozen=True, slots=True)
class TierChoice:
    """The grade of a qualitative indicator and the rate (in %) inside the grade's band."""

    tier: Tier
    rate: Decimal


Actual = Decimal | date | TierChoice
