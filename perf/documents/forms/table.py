"""A printable table independent of any file format: cells, merges, styles by name."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Style(StrEnum):
    """How a cell looks; each writer knows what a name means in its format."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    MARK = "mark"
    LABEL = "label"
    TEXT = "text"
    CENTRE = "centre"
    SMALL = "small"
    MONEY = "money"
    RATE = "rate"
    NUMBER = "number"
    POINTS = "points"
    TOTAL = "total"
    TOTAL_POINTS = "total_points"
    NOTE = "note"
    SIGN = "sign"


# Points of type; a writer and the estimate of heights have to agree on them.
FONT_SIZE: dict[Style, int] = {
    Style.TITLE: 18,
    Style.SUBTITLE: 11,
    Style.MARK: 11,
    Style.SMALL: 9,
    Style.NOTE: 9,
}
BODY_SIZE = 10


class Cell(NamedTuple):
    """A value in a rectangle of the grid, rows and columns counted from 0.

    `formula` is for spreadsheets (A1 notation with its `=`); `value` is what it comes to. A cell
    without a value stays blank, whatever its formula.
    """

    row: int
    column: int
    last_row: int
    last_column: int
    value: str | Decimal | None
    style: Style
    formula: str = ""


@dataclass(slots=True)
class Sheet:
    """One table for A4 upright: column widths in pixels (96 to the inch), row heights in points."""

    name: str
    widths: list[int]
    cells: list[Cell] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    header_row: int | None = None
    breaks: list[int] = field(default_factory=list)

    def put(
        self,
        column: int,
        last_column: int,
        value: str | Decimal | None,
        style: Style,
        *,
        row: int | None = None,
        last_row: int | None = None,
        formula: str = "",
    ) -> None:
        """Place a cell, by default into the row added last."""
        at = len(self.heights) - 1 if row is None else row
        end = at if last_row is None else last_row
        self.cells.append(Cell(at, column, end, last_column, value, style, formula))

    def add_row(self, height: int) -> int:
        """Begin a row of this height in points; returns its index."""
        self.heights.append(height)
        return len(self.heights) - 1

    def span(self, column: int, last_column: int) -> int:
        """The width of the columns in pixels."""
        return sum(self.widths[column : last_column + 1])


@dataclass(slots=True)
class Layout:
    """A document of sheets; `mark` (草稿, 演示数据) stands on every printed page.

    `code` is the 校验码 of what was approved, in the foot of each page; blank where it was not.
    """

    title: str
    author: str
    created: datetime
    mark: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    # It stands beside the page's number and moves nothing of the layout.
    code: str = field(default="", repr=False)

    @property
    def foot(self) -> str:
        """What stands in the foot behind the page's number."""
        return f"　校验码 {self.code}" if self.code else ""
