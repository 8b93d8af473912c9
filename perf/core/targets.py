"""Targets (指标值) as value types, and the reading of target texts as people write them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.findings import Finding
from perf.core.terms import Comparator, Sense


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator is to reach: the text as published beside what was read from it.

    `value` and `upper` are numbers in `unit`, or days for by_date and period (a period's last
    day is `upper`, its first day `value`); `sense` is set for eq and None otherwise.
    """

    text: str
    comparator: Comparator
    value: Decimal | date | None = None
    upper: Decimal | date | None = None
    unit: str | None = None
    sense: Sense | None = None
    findings: tuple[Finding, ...] = ()
