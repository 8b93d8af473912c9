"""The report's wording of figures, indicators and days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.documents.forms.texts import day_text
from perf.documents.report.subject import Result, State

MISSING = "未填报"
_NAMED = 8


def wan(yuan: Decimal | None) -> str:
    """元 as 万元 with two decimals; 未填报 where there is none."""
    return MISSING if yuan is None else format_fixed(yuan.scaleb(-4))


def points(value: Decimal | None) -> str:
    """Points with two decimals; 未填报 where there are none."""
    return MISSING if value is None else format_fixed(value)


def rate(part: Decimal | None, whole: Decimal | None) -> str:
    """A share as a percentage with two decimals, as the form prints it; a dash without one."""
    if part is None or not whole:
        return "—"
    return f"{round_half_up(part * 100, whole):f}%"


def short(value: Decimal) -> str:
    """A number in its shortest notation."""
    return format_number(value)


def sum_of(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where one of them is missing."""
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def points_of(results: Sequence[Result]) -> Decimal | None:
    """The points of these indicators; 不涉及 ones have none to give."""
    return sum_of(one.row.points for one in results if one.state is not State.OUT)


def weight_of(results: Sequence[Result]) -> Decimal:
    """The weights of these indicators."""
    return sum((one.row.weight or Decimal(0) for one in results), Decimal(0))


def named(results: Sequence[Result]) -> str:
    """The indicators' names in quotes, the first few where there are many."""
    names = "、".join(f"“{one.row.name}”" for one in results[:_NAMED])
    return f"{names}等 {len(results)} 项" if len(results) > _NAMED else names


def reached(one: Result) -> str:
    """`指标值 ≥90%，实际完成值 81%，得 27.00 分（分值 30.00）`."""
    said = f"指标值 {one.row.target}，实际完成值 {one.row.actual or MISSING}"
    if one.row.points is None:
        return said
    return f"{said}，得 {points(one.row.points)} 分（分值 {points(one.row.weight)}）"


def day(value: date | datetime | None) -> str:
    """`2023年1月12日`; blank where there is none. A moment is its day in Asia/Shanghai."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return day_text(value)
    return f"{value.year}年{value.month}月{value.day}日"


def counted(results: Sequence[Result]) -> str:
    """`达成 9 项、超额完成 1 项、未达成 2 项`: the states that there are."""
    counts = {state: sum(one.state is state for one in results) for state in State}
    return "、".join(f"{state.value} {number} 项" for state, number in counts.items() if number)
