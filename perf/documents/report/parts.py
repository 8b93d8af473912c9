"""What a report consists of, whatever file it becomes: headings, paragraphs, lists, tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from perf.charts.chart import Chart
from perf.core.terms import PlanKind


@dataclass(frozen=True, slots=True)
class Gap:
    """What a person still has to write: words in brackets, marked on paper."""

    text: str


Text = tuple[str | Gap, ...]
"""Words and gaps in their order; a line break within a word ends its line."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is 一、, level 2 （一）."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list: what it is about, then what is said of it."""

    lead: str
    text: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A numbered list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its heading, its share of the width, and whether it holds figures."""

    title: str
    width: int
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its caption; each row has a text a column, the last may be a sum."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    has_sum: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart over its caption."""

    caption: str
    chart: Chart

    @property
    def described(self) -> str:
        """What somebody who does not see the picture is told: its caption and its numbers."""
        rows = [
            "，".join(
                f"{name} {value}" for name, value in zip(self.chart.columns, row, strict=True)
            )
            for row in self.chart.rows
        ]
        return f"{self.caption}：{'；'.join(rows)}"


Part = Heading | Paragraph | Items | Table | Picture


@dataclass(frozen=True, slots=True)
class Report:
    """A 绩效自评报告: its title lines, its parts, and who answers for it on which day.

    `mark` (草稿, 演示数据) stands on every page. `created` is aware and stands in the file's
    properties; `day` is what is printed, blank room where nobody has signed.
    """

    kind: PlanKind
    year: int
    name: str
    unit: str
    title: str
    note: str
    mark: str
    day: str
    created: datetime
    is_draft: bool
    is_demo: bool
    parts: list[Part] = field(default_factory=list)


def numbered(parts: Iterable[Part]) -> list[Part]:
    """The parts with tables and pictures counted in their captions (`表1　资金情况`)."""
    found: list[Part] = []
    tables = pictures = 0
    for part in parts:
        if isinstance(part, Table):
            tables += 1
            found.append(replace(part, caption=f"表{tables}　{part.caption}"))
        elif isinstance(part, Picture):
            pictures += 1
            found.append(replace(part, caption=f"图{pictures}　{part.caption}"))
        else:
            found.append(part)
    return found


def words(*pieces: str | Gap) -> Text:
    """A text of these pieces, without empty ones."""
    return tuple(piece for piece in pieces if piece)


def cells(*pieces: str) -> tuple[Text, ...]:
    """A table's row of plain words."""
    return tuple(words(piece) for piece in pieces)


def plain(text: Text) -> str:
    """The text's words and gaps in one."""
    return "".join(piece.text if isinstance(piece, Gap) else piece for piece in text)


def lines(text: Text) -> list[Text]:
    """The text's lines, each of which stands as a paragraph of its own; blank ones are left out."""
    found: list[list[str | Gap]] = [[]]
    for piece in text:
        if isinstance(piece, Gap):
            found[-1].append(piece)
            continue
        first, *others = piece.split("\n")
        found[-1].append(first)
        found += [[other] for other in others]
    return [line for each in found if any(line := words(*each))] or [()]
