"""The merged classes (一级, 二级指标) to the left of the indicators, and the page breaks."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from perf.documents.forms.measure import MAX_ROW_HEIGHT, clean, cut, text_height
from perf.documents.forms.pages import break_pages
from perf.documents.forms.table import Sheet, Style

BLOCK = "绩效\n指标"


class Classed(Protocol):
    """An indicator's row, whatever else it holds."""

    @property
    def level1(self) -> str:
        """一级指标."""

    @property
    def level2(self) -> str | None:
        """二级指标, None where it has none."""


def merge_classes(sheet: Sheet, rows: Sequence[Classed], first: int, *, block: str = BLOCK) -> None:
    """Choose the page breaks, then merge equal neighbours of the first columns.

    These are the block's heading, 一级 and 二级指标; without a `block` only the two. `first` is
    the sheet's row of the first indicator. What follows the last one (total, notes, signatures)
    stays with it. Merges begin anew on each page, so that every page shows its classes; one too
    low for its text grows its last row, which may move the breaks.
    """
    levels = [(*filter(None, [block]), each.level1, each.level2 or "") for each in rows]
    allowed = range(first + len(rows))
    sheet.breaks = break_pages(sheet, allowed)
    for _ in range(3):
        if not _grow(sheet, levels, first):
            break
        sheet.breaks = break_pages(sheet, allowed)
    for column, text, start, end in _groups(sheet, levels, first):
        sheet.put(column, column, text, Style.CENTRE, row=start, last_row=end)


def _grow(sheet: Sheet, levels: Sequence[tuple[str, ...]], first: int) -> bool:
    grown = False
    for column, text, start, end in _groups(sheet, levels, first):
        needed = text_height(text, sheet.widths[column], Style.CENTRE)
        lacking = needed - sum(sheet.heights[start : end + 1])
        room = MAX_ROW_HEIGHT - sheet.heights[end]
        if lacking > 0 and room > 0:
            sheet.heights[end] += min(lacking, room)
            grown = True
    return grown


def _groups(
    sheet: Sheet, levels: Sequence[tuple[str, ...]], first: int
) -> Iterator[tuple[int, str, int, int]]:
    """(column, text, first row, last row) of each merge within one page."""
    breaks = set(sheet.breaks)
    for column in range(len(levels[0]) if levels else 0):
        start = 0
        for at in range(1, len(levels) + 1):
            together = at < len(levels) and first + at not in breaks
            if together and levels[at][: column + 1] == levels[start][: column + 1]:
                continue
            yield column, cut(clean(levels[start][column])), first + start, first + at - 1
            start = at
