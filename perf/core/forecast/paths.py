"""A year's path: an indicator's figures quarter by quarter, and what they came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.actuals import Checked, Quotient, TierChoice
from perf.core.attainment import Result, is_at_most
from perf.core.periods import QUARTERS
from perf.core.progress import Pace
from perf.core.targets import Target
from perf.core.terms import Comparator, Curve, Kind, Sense, Tier
from perf.core.years import year_value


@dataclass(frozen=True, slots=True)
class YearPath:
    """One year of an indicator: its target then, and its year-to-date figures, one a quarter."""

    year: int
    target: Target
    values: tuple[Result, ...]

    def reached(self, kind: Kind, quarter: int) -> Result:
        """The year's value as of a quarter's end (1–4), by the indicator's own way of taking it."""
        return reached(kind, self.target, self.values[:quarter])

    @property
    def is_complete(self) -> bool:
        """Whether all its quarters are there, one of them with a figure."""
        return len(self.values) == QUARTERS and any(one is not None for one in self.values)


def reached(kind: Kind, target: Target, values: Sequence[Result]) -> Result:
    """The year's value out of the quarters so far; a computed number to six decimals."""
    value = year_value(kind, [("", one) for one in values], target).value
    return value.rounded if isinstance(value, Quotient) else value


def number_reached(path: YearPath, kind: Kind, quarter: int) -> Decimal | None:
    """The same where it is a number, else None."""
    value = path.reached(kind, quarter)
    return value if isinstance(value, Decimal) else None


def is_met(target: Target, value: Result) -> bool | None:
    """Whether a value reaches its target; None where it has none of the target's kind."""
    if isinstance(value, TierChoice):
        return value.tier is Tier.ACHIEVED
    if isinstance(value, Checked):
        return value.fulfilled == value.counted if value.counted else None
    if isinstance(value, date):
        day = target.upper if target.comparator is Comparator.PERIOD else target.value
        return value <= day if isinstance(day, date) else None
    if isinstance(value, Decimal) and isinstance(target.value, Decimal):
        return _is_number_met(target, value, target.value)
    return None


def _is_number_met(target: Target, number: Decimal, value: Decimal) -> bool:
    match target.comparator:
        case Comparator.GT:
            return number > value
        case Comparator.LT:
            return number < value
        case Comparator.BETWEEN:
            return value <= number and isinstance(target.upper, Decimal) and number <= target.upper
    if target.sense is Sense.EXACTLY:
        return number == value
    return number <= value if is_at_most(target) else number >= value


def grows(kind: Kind, pace: Pace) -> bool:
    """Whether the figure grows over the year: what is counted up, and progress towards a plan.

    培训人次 (累计) → True, whatever its target; a rate only where its pace says so (任务完成率).
    """
    return kind is Kind.CUMULATIVE or pace.curve is not Curve.LEVEL
