"""How forecasts speak: figures, years and chances in Chinese."""

from collections.abc import Iterable
from decimal import Decimal

from perf.core.numbers import format_number, round_half_up
from perf.core.targets import Target

_CHANCES = (
    (Decimal("0.10"), "预计能完成"),
    (Decimal("0.35"), "多半能完成"),
    (Decimal("0.65"), "能否完成难说"),
    (Decimal("0.90"), "大概率完成不了"),
)
_WORST = "基本完成不了"


def chance_words(chance: Decimal) -> str:
    """The chance of missing in words (0.72 → 大概率完成不了); 0 and 1 are no chance any more."""
    if chance in {0, 1}:
        return "已经完不成" if chance else "已经完成"
    return next((words for bound, words in _CHANCES if chance < bound), _WORST)


def month_end(months: int) -> str:
    """Up to when a figure goes (9 → 9月底)."""
    return f"{months}月底"


def no_years(*, has_past: bool) -> str:
    """That no year speaks: there is none, or none was reported on after just so many months."""
    return "没有往年同期的数据" if has_past else "没有往年数据"


def amount(value: Decimal, target: Target) -> str:
    """A figure with the target's unit, to two decimals at most (`88.41%`)."""
    return f"{format_number(round_half_up(value))}{target.unit or ''}"


def about(value: Decimal, target: Target) -> str:
    """A figure that was worked out, to three digits where it has decimals (`91.3件`, `3051件`)."""
    return amount(round_half_up(value, places=max(0, 2 - value.adjusted())), target)


def move(value: Decimal, target: Target) -> str:
    """A distance between two figures: of percentages in points (`2.5 个百分点`, `-2件`)."""
    if target.unit == "%":
        return f"{format_number(round_half_up(value))} 个百分点"
    return amount(value, target)


def signed(value: Decimal, target: Target) -> str:
    """A change with its sign (`+1.5 个百分点`, `-2件`, `0件`)."""
    return f"{'+' if value > 0 else ''}{move(value, target)}"


def percent(share: Decimal) -> str:
    """A share as a whole percentage (0.383 → 38%)."""
    return f"{round_half_up(share * 100, places=0)}%"


def years_of(years: Iterable[int]) -> str:
    """Some years as a sentence's subject (`2019、2021 年`)."""
    return f"{'、'.join(str(year) for year in years)} 年"


def shown_figure(value: Decimal, step: Decimal) -> Decimal:
    """A forecast figure in the indicator's own step, to two decimals at most."""
    return round_half_up(value, places=min(2, max(0, -step.adjusted())))
