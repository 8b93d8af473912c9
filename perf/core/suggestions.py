"""Suggested targets (建议指标值): what next year may ask for, seen from what this year reached."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from perf.core.actuals import Quotient, format_actual
from perf.core.attainment import NotApplicable, Result, is_at_most
from perf.core.numbers import EXACT, format_number, round_half_up
from perf.core.periods import MONTHS
from perf.core.targets import Target, parse_target, print_target
from perf.core.terms import Comparator, Kind, Labelled, Sense

NEAR_ALL = Decimal(95)
"""From this percentage on there is little room left: a rate is held where it is."""
_ALL = Decimal(100)
_MEASURED = re.compile("元|米|里|公里|吨|克|升|亩|公顷|平方|立方|小时|倍|度$|分$")
_STRICT = {Comparator.GT: Comparator.GE, Comparator.LT: Comparator.LE}
_DAYS = frozenset({Comparator.BY_DATE, Comparator.PERIOD})
_KEPT = frozenset({Comparator.BETWEEN, Comparator.QUALITATIVE})


class Mark(Labelled):
    """What is to be known of an indicator's last year before its target is set again."""

    MISSED = "missed", "上年未完成"
    NOT_APPLICABLE = "not_applicable", "上年不涉及"
    OVER = "over", "上年超额"
    LOWERED = "lowered", "上年四季度调低"


@dataclass(frozen=True, slots=True)
class Reached:
    """What one indicator was to reach in a year, and reached.

    `months` are those of the year that `value` knows of, 12 is the whole year, and `until` names
    the period that they end with. `asked` is what the target asked for before it was lowered late
    in the year, where it was.
    """

    year: int
    level1: str
    level2: str
    name: str
    kind: Kind
    target: Target
    value: Result
    months: int = MONTHS
    until: str = ""
    asked: Target | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the value is that of the whole year."""
        return self.months >= MONTHS

    @property
    def is_cost(self) -> bool:
        """Whether it stands in a class or second level of costs."""
        return "成本" in f"{self.level1}{self.level2}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A target text for the year after and why, in Chinese; an empty text where none is made.

    `reached` says what was reached, where the reason goes by it.
    """

    text: str
    reason: str
    reached: str = ""

    @property
    def words(self) -> str:
        """What was reached and the reason as one sentence."""
        return f"{self.reached}，{self.reason}" if self.reached else self.reason


def suggest_target(reached: Reached) -> Suggestion:
    """The target that the year after may start from.

    The harder one of what was asked and what was reached: never below the actual of an at-least
    target, never above that of an at-most one, never later in the year than the day reached.
    Figures are rounded to the harder side, shares end at 100 %. Source: our own decision,
    docs/next-year.md. ≥100件 and 250件 → ≥250件; ≥90% and 80% → ≥90%.
    """
    target, value = reached.asked or reached.target, reached.value
    if isinstance(value, NotApplicable):
        return Suggestion("", "上年不涉及，请核实是否保留这项指标。")
    if reached.is_cost:
        return Suggestion("", "成本随本年度预算核定，不提建议值。")
    if target.comparator in _DAYS:
        return _of_day(reached, target)
    if target.comparator in _KEPT or target.sense is Sense.EXACTLY:
        return Suggestion(target.text, "沿用上年要求。")
    if value is None:
        return Suggestion(target.text, "上年没有审核通过的实际完成值，沿用上年指标值。")
    if not isinstance(target.value, Decimal) or not isinstance(value, Decimal | Quotient):
        return Suggestion(target.text, "沿用上年指标值。")
    return _of_number(reached, target, target.value, value)


def _of_number(
    reached: Reached, target: Target, asked: Decimal, value: Decimal | Quotient
) -> Suggestion:
    at_most = is_at_most(target)
    until = "" if reached.is_whole else f"至{reached.until}"
    said = f"上年{until}实际 {format_actual(value, target.unit)}"
    numerator, denominator = _ratio(value)
    difference = EXACT.subtract(numerator, EXACT.multiply(asked, denominator))
    is_missed = (difference > 0) is at_most and difference != 0
    # What has an upper limit, or is the worst of the periods, may still get worse.
    is_open = is_missed or at_most or reached.kind is Kind.WORST
    if is_open and not reached.is_whole:
        return Suggestion(target.text, "年度还没有结束，先沿用上年指标值。", said)
    if difference == 0:
        return Suggestion(target.text, "与指标值相同，保持这一水平。", said)
    if is_missed:
        lowered = f"（调低前为 {target.text}）" if reached.asked else ""
        word = "超过" if at_most else "没有达到"
        end = f"{word}指标值{lowered}；没有特殊原因不放宽，沿用这一要求。"
        return Suggestion(target.text, end, said)
    wanted, end = _level(target, asked, numerator, denominator, at_most=at_most)
    if wanted == asked:
        return Suggestion(target.text, end, said)
    comparator = _STRICT.get(target.comparator, target.comparator)
    harder = replace(target, comparator=comparator, value=wanted, findings=())
    return Suggestion(_written(reached, target, harder, asked), end, said)


def _level(
    target: Target, asked: Decimal, numerator: Decimal, denominator: Decimal, *, at_most: bool
) -> tuple[Decimal, str]:
    """The level that was reached, rounded to the harder side, and how it came about."""
    is_share = target.unit == "%" and asked <= _ALL and not at_most
    if is_share and numerator >= EXACT.multiply(_ALL, denominator):
        return _ALL, "已达 100%，保持 100%。"
    if is_share and numerator >= EXACT.multiply(NEAR_ALL, denominator):
        wanted = _round(numerator, denominator, max(1, _places(asked)), up=True)
        end = "已接近 100%，保持这一水平。"
    else:
        places = _step(target, asked, at_most=at_most)
        wanted = _round(numerator, denominator, places, up=not at_most)
        if at_most and wanted <= 0 < numerator:
            wanted = _round(numerator, denominator, 6, up=False)
        end = "从这一水平起步。"
    if EXACT.multiply(wanted, denominator) != numerator:
        end = f"{'舍' if at_most else '进'}到 {format_number(wanted)}，{end}"
    return wanted, end


def _of_day(reached: Reached, target: Target) -> Suggestion:
    """A deadline of that year, one year on, or on the day that was reached where it came before."""
    last = target.upper if target.comparator is Comparator.PERIOD else target.value
    if not isinstance(last, date):
        return Suggestion(target.text, "期限没有写明年份，沿用上年要求，请补上年份。")
    if last.year > reached.year:
        return Suggestion(target.text, f"期限 {last} 在上年之后，沿用。")
    years = reached.year + 1 - last.year
    day, reason, said = _later(last, years), "期限顺延到本年度。", ""
    if isinstance(reached.value, date):
        said = f"上年实际 {reached.value}"
        if reached.value > last:
            reason = "晚于期限；没有特殊原因不放宽，期限顺延到本年度。"
        elif reached.value.year == last.year:
            day = _later(reached.value, years)
            reason = "期限从这一天起步，顺延到本年度。"
    first = target.value if target.comparator is Comparator.PERIOD else None
    begin = _later(first, years) if isinstance(first, date) else None
    if begin is not None and begin <= day:
        harder = replace(target, value=begin, upper=day, findings=())
        text = f"{_chinese(begin)}至{_chinese(day)}"
    else:
        harder = Target(target.text, Comparator.BY_DATE, day)
        text = f"{_chinese(day)}前"
    # A text without a year moves on by itself.
    same = _same(_reader(reached)(target.text), harder)
    return Suggestion(target.text if same else text, reason, said)


def _ratio(value: Decimal | Quotient) -> tuple[Decimal, Decimal]:
    if isinstance(value, Quotient):
        return value.numerator, value.denominator
    return value, Decimal(1)


def _round(numerator: Decimal, denominator: Decimal, places: int, *, up: bool) -> Decimal:
    """The quotient rounded to the harder side."""
    step = Decimal(1).scaleb(-places)
    rounded = round_half_up(numerator, denominator, places)
    whole = EXACT.multiply(rounded, denominator)
    if up and whole < numerator:
        return rounded + step
    return rounded - step if not up and whole > numerator else rounded


def _step(target: Target, asked: Decimal, *, at_most: bool) -> int:
    """Decimals: none for counts and shares, two for what is measured, one for a share's limit.

    Never fewer than the target has.
    """
    unit = target.unit or ""
    places = 2 if _MEASURED.search(unit) else 1 if at_most and unit == "%" else 0
    return max(places, _places(asked))


def _places(number: Decimal) -> int:
    return len(format_number(number).partition(".")[2])


def _written(reached: Reached, old: Target, new: Target, asked: Decimal) -> str:
    """The new target in the words of the old one where its figure can just be changed there."""
    assert isinstance(new.value, Decimal)  # noqa: S101
    number = re.escape(format_number(asked))
    pattern = re.compile(rf"(?<![0-9.,]){number}(?:\.0+)?(?![0-9.,])")
    if len(pattern.findall(old.text)) == 1:
        text = pattern.sub(format_number(new.value), old.text)
        read = _reader(reached)(text)
        if _same(read, replace(new, comparator=old.comparator)) and old.comparator not in _STRICT:
            return text
    return print_target(new)


def _reader(reached: Reached) -> Callable[[str], Target]:
    """How a text would be read in the plan of the year after."""
    return lambda text: parse_target(
        text,
        level1=reached.level1,
        level2=reached.level2 or None,
        name=reached.name,
        year=reached.year + 1,
    )


def _same(one: Target, other: Target) -> bool:
    """Whether two targets ask for the same; a direction that nobody wrote is chosen elsewhere."""
    return (one.comparator, one.value, one.upper, one.unit) == (
        other.comparator,
        other.value,
        other.upper,
        other.unit,
    )


def _later(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if is_leap_day else day.day)


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
