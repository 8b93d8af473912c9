"""The merged classes (一级, 二级指标) to the left of the indicators, and the page breaks."""

from collections.abc import Iterator, Sequence

from perf.documents.forms.measure import MAX_ROW_HEIGHT, clean, cut, text_height
from perf.documents.forms.pages import break_pages
from perf.documents.forms.rows import IndicatorRow
from perf.documents.forms.table import Sheet, Style

_BLOCK = "绩效\n指标"


def merge_classes(sheet: Sheet, rows: Sequence[IndicatorRow], first: int) -> None:
    """Choose the page breaks, then merge equal neighbours of the first three columns.

    `first` is the sheet's row of the first indicator. What follows the last one (total, notes,
    signatures) stays with it. Merges begin anew on each page, so that every page shows its
    classes; one too low for its text grows its last row, which may move the breaks.
    """
    allowed = range(first + len(rows))
    sheet.breaks = break_pages(sheet, allowed)
    for _ in range(3):
        if not _grow(sheet, rows, first):
            break
        sheet.breaks = break_pages(sheet, allowed)
    for column, text, start, end in _groups(sheet, rows, first):
        sheet.put(column, column, text, Style.CENTRE, row=start, last_row=end)


def _grow(sheet: Sheet, rows: Sequence[IndicatorRow], first: int) -> bool:
    grown = False
    for column, text, start, end in _groups(sheet, rows, first):
        needed = text_height(text, sheet.widths[column], Style.CENTRE)
        lacking = needed - sum(sheet.heights[start : end + 1])
        room = MAX_ROW_HEIGHT - sheet.heights[end]
        if lacking > 0 and room > 0:
            sheet.heights[end] += min(lacking, room)
            grown = True
    return grown


def _groups(
    sheet: Sheet, rows: Sequence[IndicatorRow], first: int
) -> Iterator[tuple[int, str, int, int]]:
    """(column, text, first row, last row) of each merge within one page."""
    breaks = set(sheet.breaks)
    for column in range(3):
        start = 0
        for at in range(1, len(rows) + 1):
            together = at < len(rows) and first + at not in breaks
            if together and _class(rows[at], column) == _class(rows[start], column):
                continue
            text = _class(rows[start], column)[-1]
            yield column, cut(clean(text)), first + start, first + at - 1
            start = at


def _class(item: IndicatorRow, column: int) -> tuple[str, ...]:
    return (_BLOCK, item.level1, item.level2 or "")[: column + 1]
