"""A year's path: an indicator's figures month by month, and what they came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.actuals import Checked, Quotient, TierChoice
from perf.core.attainment import Result, is_at_most
from perf.core.periods import MONTHS
from perf.core.progress import Pace
from perf.core.targets import Target
from perf.core.terms import Comparator, Curve, Kind, Sense, Tier
from perf.core.years import year_value

# A year-to-date figure, None for a blank, after the months of the year that are over by then.
Known = tuple[int, Result]


@dataclass(frozen=True, slots=True)
class YearPath:
    """One year of an indicator: its target then, and its figures in the order of time."""

    year: int
    target: Target
    values: tuple[Known, ...]

    def reached(self, kind: Kind, months: int = MONTHS) -> Result:
        """The year's value after so many months, by the indicator's own way of taking it."""
        known = [one for one in self.values if one[0] <= months]
        return reached(kind, self.target, known)

    def is_known_at(self, months: int) -> bool:
        """Whether it was reported on after just so many months, so that years can be compared.

        A year of another rhythm may not have been; what it had before or later is not taken
        for it.
        """
        return any(at == months for at, _ in self.values)

    @property
    def is_complete(self) -> bool:
        """Whether its last period is there, and any with a figure."""
        is_over = bool(self.values) and self.values[-1][0] == MONTHS
        return is_over and any(one is not None for _, one in self.values)


def reached(kind: Kind, target: Target, values: Sequence[Known]) -> Result:
    """The year's value out of the figures so far; a computed number to six decimals."""
    value = year_value(kind, [("", one) for _, one in values], target).value
    return value.rounded if isinstance(value, Quotient) else value


def number_reached(path: YearPath, kind: Kind, months: int = MONTHS) -> Decimal | None:
    """The same of a path where it is a number, else None."""
    value = path.reached(kind, months)
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
