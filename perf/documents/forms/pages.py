"""Where a tall table breaks into A4 pages, and how much smaller one is set to fit them."""

from collections.abc import Container
from fractions import Fraction

from perf.documents.forms.table import Sheet

# A4 upright with these margins; writers set the same ones. In points.
PAGE_HEIGHT = 842
PAGE_WIDTH = 595
MARGIN_TOP = 54
MARGIN_BOTTOM = 50
MARGIN_SIDE = 28
# Printers and programs differ by a few per cent in what they put on a page. In points.
_ROOM = (PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM) * 96 // 100
# A sheet that would leave but a few rows to a second page is set smaller, at most as much.
_SMALLEST = Fraction(92, 100)


def shrinkage(sheet: Sheet) -> Fraction:
    """How much smaller than its measures a sheet is set: less than 1 where it is wider than a page.

    One that needs little more than one page is made to fit it too.
    """
    scale = _across(sheet)
    if stays_on_one_page(sheet):
        scale *= min(Fraction(1), _ROOM / (sum(sheet.heights) * scale or Fraction(1)))
    return scale


def stays_on_one_page(sheet: Sheet) -> bool:
    """Whether a sheet is printed on one page, if need be a little smaller."""
    return not sheet.breaks and _nearly_fits(sheet)


def break_pages(sheet: Sheet, allowed: Container[int]) -> list[int]:
    """The rows that begin a new page, none of them outside `allowed` unless a page overflows.

    The repeated header row takes its room on every later page. What needs little more than one
    page has no break.
    """
    if _nearly_fits(sheet):
        return []
    # A table wider than the page is shrunk to its width, so more rows fit.
    room = _ROOM / _across(sheet)
    header = 0 if sheet.header_row is None else sheet.heights[sheet.header_row]
    breaks: list[int] = []
    start, candidate, used = 0, 0, 0
    for row, height in enumerate(sheet.heights):
        if row in allowed:
            # The heading row goes with the first row below it.
            candidate = row - 1 if row - 1 == sheet.header_row else row
        used += height
        if used <= room or row == start:
            continue
        start = candidate if candidate > start else row
        breaks.append(start)
        used = sum(sheet.heights[start : row + 1])
        if sheet.header_row is not None and start > sheet.header_row:
            used += header
    return breaks


def _across(sheet: Sheet) -> Fraction:
    page = Fraction((PAGE_WIDTH - 2 * MARGIN_SIDE) * 96, 72)
    return min(Fraction(1), page / (sum(sheet.widths) or 1))


def _nearly_fits(sheet: Sheet) -> bool:
    return sum(sheet.heights) * _across(sheet) * _SMALLEST <= _ROOM
