"""A sheet as a grid of cells, each as shown and as the number behind it."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number
from perf.core.readings import plain_text
from perf.documents.readers.report import at_line
from perf.documents.readers.tables import key

# No form is larger; what lies beyond is not read.
MAX_ROWS = 3_000
MAX_COLUMNS = 80
_REMARK = re.compile(r"\([^()]*\)")
_MONEY = re.compile(r"(?P<figure>[-+]?[0-9.,]+)(?P<unit>元|万元|万)?")


class FormCell(NamedTuple):
    """`text` is what a reader of the sheet sees, `number` the exact number behind it if any."""

    text: str = ""
    number: Decimal | None = None

    def figure(self) -> Decimal | None:
        """The number shown (`9.50` keeps its decimals; `10分` is 10), or None for other text."""
        try:
            return parse_number(plain_text(self.text).removesuffix("分"))
        except InvalidInput:
            return None

    def percent(self) -> Decimal | None:
        """A rate in %: `95.45%` is 95.45, a bare `0.9545` too."""
        plain = plain_text(self.text)
        try:
            number = parse_number(plain.removesuffix("%"))
        except InvalidInput:
            return None
        if number is None or plain.endswith("%") or number > 2:
            return number
        return number.scaleb(2)

    def yuan(self, factor: int) -> Decimal | None:
        """An amount in 元: the exact number behind the cell, or its text, times `factor`.

        A unit of its own counts before the form's (`34.64万元`).
        """
        if self.number is not None:
            return self.number * factor
        match = _MONEY.fullmatch(plain_text(self.text))
        if match is None:
            return None
        try:
            number = parse_number(match["figure"])
        except InvalidInput:
            return None
        own = {"元": 1, "万元": 10_000, "万": 10_000}.get(match["unit"] or "", factor)
        return None if number is None else number * own


EMPTY = FormCell()


@dataclass(slots=True)
class FormSheet:
    """The cells of one sheet; `merges` maps each covered cell to the first one of its merge.

    It is None where the file kind has no merges: then a blank class takes the one above.
    `unsaved` names the cells whose formula was saved without its value. Of a document's tables
    `numbers` are the lines that its rows begin on, `breaks` the rows before which a page or a
    table ended, `texts` those that are running text; `is_wrapped` says that line breaks within a
    cell are those of the printed page.
    """

    name: str
    rows: list[list[FormCell]]
    merges: dict[tuple[int, int], tuple[int, int]] | None = None
    annex: dict[int, str] = field(default_factory=dict)
    unsaved: list[str] = field(default_factory=list)
    is_hidden: bool = False
    numbers: list[int] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    texts: set[int] = field(default_factory=set)
    is_wrapped: bool = False

    def part(self, start: int, stop: int) -> "FormSheet":
        """The rows from `start` up to `stop` as a sheet, its places told as those of the whole."""
        merges = self.merges
        if merges is not None:
            merges = {
                (row - start, column): (first - start, left)
                for (row, column), (first, left) in merges.items()
                if start <= row < stop
            }
        numbers = self.numbers or list(range(1, len(self.rows) + 1))
        return replace(
            self,
            rows=self.rows[start:stop],
            merges=merges,
            numbers=numbers[start:stop],
            breaks={row - start for row in self.breaks if start <= row < stop},
            texts={row - start for row in self.texts if start <= row < stop},
        )

    def place(self, row: int) -> str:
        """Where a row stands, as findings say it."""
        return at_line(self.numbers[row] if self.numbers else row + 1)

    def cell(self, row: int, column: int) -> FormCell:
        """The cell, empty outside the sheet."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else EMPTY

    def key(self, row: int, column: int) -> str:
        """The cell's text for comparing with headings."""
        return key(self.cell(row, column).text)

    def heading(self, row: int, column: int) -> str:
        """The cell's text as a heading: its remarks in brackets left out."""
        return _REMARK.sub("", self.key(row, column)).rstrip(":")

    def filled(self, row: int, start: int = 0) -> list[tuple[int, FormCell]]:
        """The cells of a row that hold anything, from a column on, each with its column."""
        return [
            (column, cell)
            for column, cell in enumerate(self.rows[row])
            if column >= start and cell.text
        ]

    def next(self, row: int, column: int) -> FormCell:
        """The next cell of a row that says something else than the one in the column."""
        own = self.cell(row, column).text
        following = (cell for _, cell in self.filled(row, column + 1) if cell.text != own)
        return next(following, EMPTY)

    def whole(self, row: int, columns: range) -> FormCell:
        """The cells of a row within the columns as one: `≥`, `90` and `%` are `≥90%`."""
        filled = [cell for cell in (self.cell(row, column) for column in columns) if cell.text]
        return filled[0] if len(filled) == 1 else FormCell("".join(cell.text for cell in filled))

    def first(self, row: int, columns: range) -> FormCell:
        """The first cell of a row within the columns that holds anything."""
        cells = (self.cell(row, column) for column in columns)
        return next((cell for cell in cells if cell.text), EMPTY)
