"""A sheet as the data that the template sets: one part for each page, measures in points."""

from typing import Any, NamedTuple

from perf.documents.forms.pages import MARGIN_SIDE, PAGE_WIDTH, shrinkage
from perf.documents.forms.pdf_texts import Printable, breakable, width
from perf.documents.forms.shown import shown
from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Cell, Sheet, Style

_ROOM = PAGE_WIDTH - 2 * MARGIN_SIDE
_INSET = 3
# A row lower than this stays on one page; its height is an estimate, and a page holds twice that.
_SHORT = 320
_FEET = frozenset({Style.NOTE, Style.SIGN})
_HEADS = frozenset({Style.MARK, Style.TITLE, Style.SUBTITLE, *_FEET})
_NUMBERS = frozenset(
    {Style.MONEY, Style.RATE, Style.NUMBER, Style.POINTS, Style.TOTAL, Style.TOTAL_POINTS}
)


class _Text(NamedTuple):
    """What the template sets in a cell: points of type, text or its pieces, more than one line."""

    size: float
    body: str | list[str | list[str]]
    is_long: bool


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
        self.scale = float(shrinkage(sheet))
        self.columns = [_ROOM * each / total for each in sheet.widths]
        self.rows: list[list[Cell]] = [[] for _ in sheet.heights]
        for cell in _parted(sheet.cells, sheet.breaks):
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
        rows = [cell for at in body if at != header for cell in self._cells(at, top)]
        before = 0
        heading: list[list[Any]] = []
        if header is not None and (repeated or header in body):
            heading = self._cells(header, header if repeated else top)
            before = 0 if repeated else sum(len(self.rows[at]) for at in range(top, header))
        foot = range(max(start, last + 1), end)
        return {
            "head": [self._line(at) for at in range(start, min(end, first)) if self._is_told(at)],
            "before": before,
            "header": heading,
            "rows": rows,
            "foot": [cell for at in foot for cell in self._cells(at, foot.start)],
        }

    def _is_told(self, at: int) -> bool:
        """Whether a line above the table is printed; the mark stands on each page anyway."""
        cell = self.rows[at][0]
        return cell.style is not Style.MARK or cell.value != self.mark

    def _line(self, at: int) -> list[Any]:
        cell = self.rows[at][0]
        text = self._text(cell)
        least = round(self.sheet.heights[at] * self.scale, 2)
        return [cell.style, text.size, text.body, least, text.is_long]

    def _cells(self, at: int, top: int) -> list[list[Any]]:
        """The cells that begin in a row; one of them keeps it as high as the sheet wants it."""
        height = self.sheet.heights[at]
        least = round((height - 2 * _INSET) * self.scale, 2)
        cells = self.rows[at]
        texts = [self._text(cell) for cell in cells]
        # A row taller than that is as high as its texts, and may break over pages.
        whole = [cell.last_row == at and height < _SHORT for cell in cells]
        # The template does it best in a cell of one line.
        hosts = sorted(range(len(cells)), key=lambda each: (not whole[each], texts[each].is_long))
        host = hosts[0] if hosts and whole[hosts[0]] else None
        return [
            [
                cell.column,
                at - top,
                cell.last_column - cell.column + 1,
                cell.last_row - at + 1,
                cell.style,
                texts[each].size,
                texts[each].body,
                least if each == host else 0,
                texts[each].is_long,
                whole[each],
            ]
            for each, cell in enumerate(cells)
        ]

    def _text(self, cell: Cell) -> _Text:
        text = self.printable.text(shown(cell))
        size = FONT_SIZE.get(cell.style, BODY_SIZE) * self.scale
        room = sum(self.columns[cell.column : cell.last_column + 1]) - 2 * _INSET * self.scale
        if cell.style in _NUMBERS:
            size = min(size, room / max(width(text), 1))
            return _Text(round(size, 2), text, is_long=False)
        is_long = "\n" in text or (len(text) * size > room and width(text) * size > room)
        return _Text(round(size, 2), breakable(text, room / size), is_long)


def _parted(cells: list[Cell], breaks: list[int]) -> list[Cell]:
    """The cells with those in two that reach over a break; the lower part is blank."""
    parted = []
    for cell in cells:
        rest = cell
        for at in breaks:
            if rest.row < at <= rest.last_row:
                parted.append(rest._replace(last_row=at - 1))
                rest = rest._replace(row=at, value=None)
        parted.append(rest)
    return parted
