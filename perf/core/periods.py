"""Reporting periods (填报期): quarters or months and the year, and what they demand."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from perf.core.actuals import Actual, Quotient
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Rhythm, Sense

MONTHS = 12
QUARTERS = 4
_CODE = re.compile(r"(\d{4})-(?:Q(?P<quarter>[1-4])|M(?P<month>0[1-9]|1[0-2])|FY)", re.ASCII)
_QUARTER_NAMES = ("一季度", "二季度", "三季度", "四季度")
_MONTHS_OF = {
    Rhythm.QUARTERS: (3, 6, 9, 12),
    Rhythm.JULY: (7, 12),
    Rhythm.MONTHS: tuple(range(1, MONTHS + 1)),
}


class Span(StrEnum):
    """What a period ends: a quarter, a month, or the year by its self-evaluation."""

    QUARTER = "Q"
    MONTH = "M"
    YEAR = "Y"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A quarter, a month or the year's self-evaluation; those of one rhythm sort in time.

    `months` are the months of the year that are over at its end (Q3 → 9); its figures are those
    from the year's beginning until then.
    """

    year: int
    months: int
    span: Span

    @property
    def code(self) -> str:
        """The stored form (`2022-Q3`, `2022-M07`, `2022-FY`)."""
        if self.is_year:
            return f"{self.year}-FY"
        if self.span is Span.QUARTER:
            return f"{self.year}-Q{self.months // 3}"
        return f"{self.year}-M{self.months:02}"

    @property
    def name(self) -> str:
        """The name within its year (`三季度`, `1月`, `1—7月`, `年度自评`)."""
        if self.is_year:
            return "年度自评"
        if self.span is Span.QUARTER:
            return _QUARTER_NAMES[self.months // 3 - 1]
        return "1月" if self.months == 1 else f"1—{self.months}月"

    @property
    def is_year(self) -> bool:
        """Whether this is the year's self-evaluation."""
        return self.span is Span.YEAR

    @property
    def starts_on(self) -> date:
        """The first day of its quarter, its month or its year (2022-M07 → 1 July 2022)."""
        length = {Span.QUARTER: 3, Span.MONTH: 1, Span.YEAR: MONTHS}[self.span]
        return date(self.year, self.months - length + 1, 1)

    @property
    def ends_on(self) -> date:
        """The last day it reports on."""
        if self.months == MONTHS:
            return date(self.year, 12, 31)
        return date(self.year, self.months + 1, 1) - timedelta(days=1)

    @property
    def default_due_on(self) -> date:
        """The last day to submit, itself included, unless the administrator sets another.

        Source: our own decision. 2022-Q3 → 15 October 2022; 2022-M07 → 15 August 2022;
        2022-FY → 28 February 2023.
        """
        if self.is_year:
            return date(self.year + 1, 3, 1) - timedelta(days=1)
        return self.ends_on + timedelta(days=15)

    @property
    def elapsed_share(self) -> Decimal:
        """The part of the year gone at its end: the progress that time demands (Q3 → 0.75)."""
        return Decimal(self.months) / MONTHS


def parse_period(code: str) -> Period:
    """The period of a stored or typed code; InvalidInput for anything else (`2022-Q3`)."""
    match = _CODE.fullmatch(code)
    if match is None or match[1] == "0000" or match[1] == "9999":
        raise InvalidInput(
            f"“{code}”不是填报期：请写成 2022-Q1 至 2022-Q4、2022-M01 至 2022-M12，或 2022-FY。"
        )
    year = int(match[1])
    if match["quarter"]:
        return Period(year, 3 * int(match["quarter"]), Span.QUARTER)
    if match["month"]:
        return Period(year, int(match["month"]), Span.MONTH)
    return Period(year, MONTHS, Span.YEAR)


def periods_of(year: int, rhythm: Rhythm = Rhythm.QUARTERS) -> tuple[Period, ...]:
    """The periods of a year in the order of time, its self-evaluation the last."""
    span = Span.QUARTER if rhythm is Rhythm.QUARTERS else Span.MONTH
    reported = [Period(year, months, span) for months in _MONTHS_OF[rhythm]]
    return (*reported, Period(year, MONTHS, Span.YEAR))


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
