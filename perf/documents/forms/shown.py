"""A cell's value as the words that stand on paper."""

from decimal import Decimal

from perf.core.numbers import format_number, round_half_up
from perf.documents.forms.table import Cell, Style

_FIXED = frozenset({Style.MONEY, Style.POINTS, Style.TOTAL_POINTS})


def shown(cell: Cell) -> str:
    """The text that a spreadsheet would show in the cell; blank for a missing value.

    Money and points have two decimals, rates are percentages with two (0.956 in a cell of rates
    → `95.60%`), other numbers have as many as they need.
    """
    value = cell.value
    if not isinstance(value, Decimal):
        return value or ""
    if cell.style is Style.RATE:
        return f"{round_half_up(value.scaleb(2)):f}%"
    if cell.style in _FIXED:
        return f"{round_half_up(value):f}"
    return format_number(value)
