"""A sheet as the data that the template sets: one part for each page, measures in points."""

from typing import Any

from perf.documents.forms.pages import MARGIN_SIDE, PAGE_WIDTH
from perf.documents.forms.pdf_texts import Printable, breakable, width
from perf.documents.forms.shown import shown
from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Cell, Sheet, Style

_ROOM = PAGE_WIDTH - 2 * MARGIN_SIDE
_POINTS_PER_PIXEL = 0.75
_INSET = 3
# A row lower than this stays on one page; its height is an estimate, and a page holds twice that.
_SHORT = 320
_HEADS = frozenset({Style.MARK, Style.TITLE, Style.SUBTITLE})
_FEET = frozenset({Style.NOTE, Style.SIGN})
_NUMBERS = frozenset(
    {Style.MONEY, Style.RATE, Style.NUMBER, Style.POINTS, Style.TOTAL, Style.TOTAL_POINTS}
)


def sheet_data(sheet: Sheet, mark: str, printable: Printable) -> dict[str, Any]:
    """The sheet for the template: column widths over the whole page, and its parts.

    A part begins at each of the sheet's breaks and repeats the header row once it has passed.
    Title lines above the table and notes and signatures below it stand outside of it.
    """
    return _Parts(sheet, mark, printable).data()


class _Parts:
    def __init__(self, sheet: Sheet, mark: str, printable: Printable) -> None:
        self.sheet = sheet
        self.mark = mark
        self.printable = printable
        total = sum(sheet.widths)
        # A table wider than the page is set smaller as a whole, as spreadsheets do it.
        self.scale = min(1.0, _ROOM / (total * _POINTS_PER_PIXEL))
        self.columns = [_ROOM * each / total for each in sheet.widths]
        self.rows: list[list[Cell]] = [[] for _ in sheet.heights]
        for cell in sheet.cells:
            self.rows[cell.row].append(cell)

    def data(self) -> dict[str, Any]:
        first = self._first_of_table()
        last = self._last_of_table(first)
        starts = [0, *(each for each in self.sheet.breaks if 0 < each < len(self.rows))]
        ends = [*starts[1:], len(self.rows)]
        return {
            "columns": [round(each, 2) for each in self.columns],
            "inset": round(_INSET * self.scale, 2),
            "parts": [
                self._part(start, end, first, last) for start, end in zip(starts, ends, strict=True)
            ],
        }

    def _first_of_table(self) -> int:
        for at, cells in enumerate(self.rows):
            if len(cells) != 1 or cells[0].style not in _HEADS or cells[0].last_row > at:
                return at
        return len(self.rows)

    def _last_of_table(self, first: int) -> int:
        for at in range(len(self.rows) - 1, first - 1, -1):
            if not all(cell.style in _FEET for cell in self.rows[at]):
                return at
        return first - 1

    def _part(self, start: int, end: int, first: int, last: int) -> dict[str, Any]:
        header = self.sheet.header_row
        body = range(max(start, first), min(end, last + 1))
        repeated = header is not None and first <= header < start and len(body) > 0
        top = body.start - 1 if repeated else body.start
        rows = [cell for at in body if at != header for cell in self._cells(at, top, end)]
        before = 0
        heading: list[list[Any]] = []
        if header is not None and (repeated or header in body):
            heading = self._cells(header, header if repeated else top, end)
            before = 0 if repeated else sum(len(self.rows[at]) for at in range(top, header))
        foot = range(max(start, last + 1), end)
        return {
            "head": [self._line(at) for at in range(start, min(end, first)) if self._is_told(at)],
            "before": before,
            "header": heading,
            "rows": rows,
            "foot": [cell for at in foot for cell in self._cells(at, foot.start, end)],
        }

    def _is_told(self, at: int) -> bool:
        """Whether a line above the table is printed; the mark stands on each page anyway."""
        cell = self.rows[at][0]
        return cell.style is not Style.MARK or cell.value != self.mark

    def _line(self, at: int) -> list[Any]:
        cell = self.rows[at][0]
        size, text = self._text(cell)
        return [cell.style, size, text, round(self.sheet.heights[at] * self.scale, 2)]

    def _cells(self, at: int, top: int, end: int) -> list[list[Any]]:
        """The cells that begin in a row; one of them keeps it as high as the sheet wants it."""
        height = self.sheet.heights[at]
        short = height < _SHORT
        host = next((cell for cell in self.rows[at] if cell.last_row == at and short), None)
        least = round((height - 2 * _INSET) * self.scale, 2)
        made = []
        for cell in self.rows[at]:
            size, text = self._text(cell)
            last_row = min(cell.last_row, end - 1)
            made.append(
                [
                    cell.column,
                    at - top,
                    cell.last_column - cell.column + 1,
                    last_row - at + 1,
                    cell.style,
                    size,
                    text,
                    least if cell is host else 0,
                    last_row == at and short,
                ]
            )
        return made

    def _text(self, cell: Cell) -> tuple[float, str | list[str]]:
        """Points of type, and the text for the template."""
        text = self.printable.text(shown(cell))
        size = FONT_SIZE.get(cell.style, BODY_SIZE) * self.scale
        room = sum(self.columns[cell.column : cell.last_column + 1]) - 2 * _INSET * self.scale
        if cell.style in _NUMBERS:
            size = min(size, room / max(width(text), 1))
            return round(size, 2), text
        return round(size, 2), breakable(text, room / size)
