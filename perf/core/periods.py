"""Reporting periods (填报期): four quarters and the year, their days and what they demand."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from perf.core.actuals import Actual, Quotient
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Sense

QUARTERS = 4
FULL_YEAR = 5
_CODE = re.compile(r"(\d{4})-(Q[1-4]|FY)", re.ASCII)
_NAMES = ("一季度", "二季度", "三季度", "四季度", "年度自评")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A quarter (`number` 1–4) or the year's self-evaluation (5); sorts in the order of time."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """The stored form (`2022-Q3`, `2022-FY`)."""
        return f"{self.year}-{'FY' if self.is_year else f'Q{self.number}'}"

    @property
    def name(self) -> str:
        """The name within its year (`三季度`, `年度自评`)."""
        return _NAMES[self.number - 1]

    @property
    def is_year(self) -> bool:
        """Whether this is the year's self-evaluation."""
        return self.number == FULL_YEAR

    @property
    def starts_on(self) -> date:
        """The first day it reports on."""
        return date(self.year, 1 if self.is_year else self.number * 3 - 2, 1)

    @property
    def ends_on(self) -> date:
        """The last day it reports on."""
        if self.number >= 4:
            return date(self.year, 12, 31)
        return date(self.year, self.number * 3 + 1, 1) - timedelta(days=1)

    @property
    def default_due_on(self) -> date:
        """The last day to submit, itself included, unless the administrator sets another.

        Source: our own decision. 2022-Q3 → 15 October 2022; 2022-FY → 28 February 2023.
        """
        if self.is_year:
            return date(self.year + 1, 3, 1) - timedelta(days=1)
        return self.ends_on + timedelta(days=15)

    @property
    def months(self) -> int:
        """How many months of the year are over at its end (Q3 → 9)."""
        return min(self.number, QUARTERS) * 3

    @property
    def elapsed_share(self) -> Decimal:
        """The part of the year gone at its end: the progress that time demands (Q3 → 0.75)."""
        return Decimal(self.months) / 12

    @property
    def previous(self) -> "Period | None":
        """The period before in the same year."""
        return None if self.number == 1 else Period(self.year, self.number - 1)


def parse_period(code: str) -> Period:
    """The period of a stored or typed code; InvalidInput for anything else (`2022-Q3`)."""
    match = _CODE.fullmatch(code)
    if match is None or match[1] == "0000" or match[1] == "9999":
        raise InvalidInput(f"“{code}”不是填报期：请写成 2022-Q1 至 2022-Q4，或 2022-FY。")
    return Period(int(match[1]), FULL_YEAR if match[2] == "FY" else int(match[2][1]))


def periods_of(year: int) -> tuple[Period, ...]:
    """The five periods of a year, in the order of time."""
    return tuple(Period(year, number) for number in range(1, FULL_YEAR + 1))


def is_overdue(due_on: date, today: date) -> bool:
    """Whether the due day, itself included, has passed."""
    return today > due_on


def quarter_reason_demanded(
    target: Target,
    kind: Kind,
    actual: Actual | None,
    previous: Actual | None,
    *,
    has_no_data: bool = False,
) -> str | None:
    """Why a quarter's figure demands a reason, as a Chinese sentence, or None.

    `previous` is the year-to-date figure last reported; `has_no_data` is the recorder's choice
    本期无数据. Source: our own decision. ≤7天, 11天 → demanded; ≥90%, 40% in a quarter → not.
    """
    if actual is None:
        return None if has_no_data else "本期应报数据为空：请填报，或选择“本期无数据”。"
    if is_exceeded(target, actual):
        return f"已超过指标值 {target.text}，请说明偏差原因。"
    if (
        kind is Kind.CUMULATIVE
        and isinstance(actual, Decimal)
        and isinstance(previous, Decimal)
        and actual < previous
    ):
        return "累计数比上期减少，请核对；如确实减少，请说明原因。"
    return None


def is_exceeded(target: Target, actual: Actual) -> bool:
    """Whether an upper limit is passed, which no later quarter makes good."""
    comparator = target.comparator
    if comparator in {Comparator.BETWEEN, Comparator.PERIOD}:
        limit = target.upper
    elif comparator in {Comparator.LE, Comparator.LT, Comparator.BY_DATE} or (
        comparator is Comparator.EQ and target.sense in {Sense.AT_MOST, Sense.EXACTLY}
    ):
        limit = target.value
    else:
        return False
    if isinstance(limit, Decimal) and isinstance(actual, Quotient):
        limit, actual = EXACT.multiply(limit, actual.denominator), actual.numerator
    if isinstance(limit, Decimal) and isinstance(actual, Decimal):
        return actual >= limit if comparator is Comparator.LT else actual > limit
    if isinstance(limit, date) and isinstance(actual, date):
        return actual > limit
    return False
