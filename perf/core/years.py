"""The year's value of an indicator out of its periods' year-to-date figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.actuals import Quotient
from perf.core.attainment import Result, is_at_most
from perf.core.numbers import EXACT, round_half_up
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Sense
from perf.core.working import shown

_ZERO = Decimal(0)
_TIME_UNITS = ("天", "日", "工作日", "自然日", "小时", "分钟", "周", "月", "个月", "时")
_RATE_UNITS = ("%", "‰", "百分比", "百分点", "个百分点", "分")


@dataclass(frozen=True, slots=True)
class YearValue:
    """The year's value, None while nothing was reported, and in Chinese how it came about."""

    value: Result
    origin: str


def year_value(kind: Kind, values: Sequence[tuple[str, Result]], target: Target) -> YearValue:
    """The year's value of one indicator from (period's name, year-to-date figure) in order.

    Cumulative and latest take the last figure reported, average the mean of those reported (six
    decimals), worst the one farthest on the target's wrong side, the latest day among days.
    Grades, check lists, what was computed from quantities, and mixtures are taken as last
    reported: quantities are year to date, so their last ratio is the year's. Source: our own
    decision. Worst of 5, 6 and 11 天 against ≤7天 → 11.
    """
    reported = [(label, value) for label, value in values if value is not None]
    each = "季度" if all(label.endswith("季度") for label, _ in values) else "期"
    if not reported:
        return YearValue(None, f"各{each}均未填报")
    blanks = "、".join(label for label, value in values if value is None)
    tail = f"；{blanks}未填报" if blanks else ""
    if kind is Kind.AVERAGE or kind is Kind.WORST:
        numbers = [(label, value) for label, value in reported if isinstance(value, Decimal)]
        if len(numbers) == len(reported):
            return (_average if kind is Kind.AVERAGE else _worst)(numbers, target, each, tail)
    if kind is Kind.WORST:
        days = [(label, value) for label, value in reported if isinstance(value, date)]
        if len(days) == len(reported):
            label, day = max(reversed(days), key=lambda item: item[1])
            return YearValue(day, f"取各{each}最晚日期：{label} {shown(day, target)}{tail}")
    label, last = reported[-1]
    is_total = kind is Kind.CUMULATIVE and isinstance(last, Decimal)
    how = "年初至今累计数" if is_total or isinstance(last, Quotient) else "最近一次填报"
    return YearValue(last, f"取{label}{how} {shown(last, target)}{tail}")


def _average(
    numbers: Sequence[tuple[str, Decimal]], target: Target, each: str, tail: str
) -> YearValue:
    total = _ZERO
    for _, number in numbers:
        total = EXACT.add(total, number)
    mean = round_half_up(total, Decimal(len(numbers)), 6)
    parts = " + ".join(shown(number, target) for _, number in numbers)
    shown_mean = shown(mean, target)
    count = f"{len(numbers)} {'个季度' if each == '季度' else each}"
    return YearValue(mean, f"取 {count}平均：({parts}) ÷ {len(numbers)} = {shown_mean}{tail}")


def _worst(
    numbers: Sequence[tuple[str, Decimal]], target: Target, each: str, tail: str
) -> YearValue:
    # Among equals the later one, which is the fresher evidence.
    label, value = max(reversed(numbers), key=lambda item: badness(item[1], target))
    return YearValue(value, f"取各{each}最差值：{label} {shown(value, target)}{tail}")


def badness(number: Decimal, target: Target) -> Decimal:
    """The distance of a number on the target's wrong side; greater is worse."""
    value, upper = target.value, target.upper
    if target.comparator is Comparator.BETWEEN:
        if isinstance(value, Decimal) and isinstance(upper, Decimal):
            return max(value - number, number - upper, _ZERO)
        return number
    if target.sense is Sense.EXACTLY and isinstance(value, Decimal):
        return abs(number - value)
    return number if is_at_most(target) else -number


def default_kind(target: Target, level1: str, level2: str | None, name: str) -> Kind:
    """How the year's value comes about unless a user changes it.

    Deadlines (days, and at-most durations) are worst; rates, satisfaction and grades latest;
    counts and money cumulative. Source: our own decision. ≤7天 → worst; ≥90% → latest; ≥6次 →
    cumulative.
    """
    if target.comparator in {Comparator.BY_DATE, Comparator.PERIOD}:
        return Kind.WORST
    if target.comparator is Comparator.QUALITATIVE:
        return Kind.LATEST
    unit = (target.unit or "").strip()
    if unit in _TIME_UNITS and is_at_most(target):
        return Kind.WORST
    is_rate = unit in _RATE_UNITS or is_satisfaction(level1, level2, name)
    if is_rate or name.strip().endswith(("率", "比例", "占比")):
        return Kind.LATEST
    return Kind.CUMULATIVE


def is_satisfaction(level1: str, level2: str | None, name: str) -> bool:
    """Whether an indicator measures how satisfied people are, by its place and name.

    效益指标, 满意度指标, 群众评价 → True.
    """
    return "满意" in level1 or "满意" in (level2 or "") or "满意" in name
