"""Where a tall table breaks into A4 pages."""

from collections.abc import Container

from perf.documents.forms.table import Sheet

# A4 upright with these margins; writers set the same ones. In points.
PAGE_HEIGHT = 842
PAGE_WIDTH = 595
MARGIN_TOP = 54
MARGIN_BOTTOM = 50
MARGIN_SIDE = 28
# Printers and programs differ by a few per cent in what they put on a page.
_SAFETY = 96


def break_pages(sheet: Sheet, allowed: Container[int]) -> list[int]:
    """The rows that begin a new page, none of them outside `allowed` unless a page overflows.

    The repeated header row takes its room on every later page.
    """
    width = sum(sheet.widths) * 72 // 96
    room = (PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM) * _SAFETY // 100
    # A table wider than the page is shrunk to its width, so more rows fit.
    room = max(room, room * width // (PAGE_WIDTH - 2 * MARGIN_SIDE))
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
