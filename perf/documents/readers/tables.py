"""What every reader makes of a document: tables of cells with their source lines, and the text."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

_SPACE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_RULE = re.compile(r"[-—–─━=_＿－·.:|\s]+")


class Place(int):
    """A row's number in its whole document, which knows how a person finds the row.

    `within` is the page, table or sheet as it is said (blank: the document has only one), `shown`
    the row's number in there, `sheet` the title of a workbook's sheet.
    """

    within: str
    shown: int
    sheet: str

    def __new__(cls, number: int, shown: int, within: str = "", sheet: str = "") -> Self:
        place = super().__new__(cls, number)
        place.within, place.shown, place.sheet = within, shown, sheet
        return place


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text; `number` counts the document's lines from 1."""

    text: str
    number: int


@dataclass(slots=True)
class Row:
    """A table's row: its cells as published, the line it begins on (a Place where it is known).

    `after_break` is set where something (a blank line, a page number, a repeated heading) stood
    between this row and the one before, `before_break` where it stood after this row: there a
    row may have been torn.
    """

    cells: list[str]
    line: int
    after_break: bool = False
    before_break: bool = False

    def filled(self) -> list[tuple[int, str]]:
        """The cells that hold anything, each with its column."""
        return [(column, text) for column, text in enumerate(self.cells) if text]

    def is_rule(self) -> bool:
        """Whether the row only draws a line, as converters put at the foot of a table."""
        filled = self.filled()
        return not filled or all(_RULE.fullmatch(text) for _, text in filled)


@dataclass(slots=True)
class Table:
    """Rows that stand together, and the text lines between the table before and this one."""

    before: list[Line] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A document as its tables in order, and the text after the last of them."""

    tables: list[Table] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """Every line of running text."""
        for table in self.tables:
            yield from table.before
        yield from self.after


def mark_breaks(rows: list[Row], is_header: Callable[[Row], bool]) -> list[Row]:
    """The rows with their breaks known from both sides; a repeated heading is a break too."""
    above: Row | None = None
    broken = False
    for row in rows:
        if is_header(row):
            broken = above is not None
            continue
        row.after_break = row.after_break or broken
        if above is not None:
            above.before_break = row.after_break
        above, broken = row, False
    return rows


# The same cell is looked at by many questions in a row.
@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """The text for comparing: no white space, full-width letters and brackets made plain."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def close_up(text: str) -> str:
    """A name as published with white space removed, except between two ASCII words."""
    parts = _SPACE.split(text)
    closed = ""
    for part in filter(None, parts):
        both_ascii = closed[-1:].isascii() and closed[-1:].isalnum() and part[0].isascii()
        closed += (" " if both_ascii and part[0].isalnum() and closed else "") + part
    return closed


def trim(text: str) -> str:
    """A text as published with the white space around it removed, line breaks inside closed."""
    return _SPACE.sub(lambda gap: " " if gap.group() == " " else "", text.strip()).strip()
