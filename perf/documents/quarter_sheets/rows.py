"""The quarter as a sheet (填报表): its rows as plain values, written and read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from perf.core.terms import Labelled

FORMAT = "perf-quarter-sheet"
FORMAT_VERSION = 1
MAIN = "填报"
IDENTITY = "标识"
NAME = "三级指标"


class Column(Labelled):
    """The columns that a user fills in."""

    ACTUAL = "actual", "本期累计"
    RATE = "rate", "完成率%"
    NO_DATA = "nodata", "本期无数据"
    EXPECTED = "expected", "预计全年"
    LIKELIHOOD = "likelihood", "完成可能性"
    KIND = "kind", "偏差原因类别"
    REASON = "reason", "偏差原因"


class Hidden(Labelled):
    """The columns that only the reader looks at: which row it is, and what it was."""

    KEY = "key", "行标识"
    VERSION = "version", "版本"
    BASE = "base", "原值"


class Input(Enum):
    """What a cell is made for; nothing else is refused by the sheet itself."""

    LOCKED = auto()
    NUMBER = auto()
    DAY = auto()
    TEXT = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell with its text as the grid holds it; `hint` shows while it is typed into."""

    text: str
    input: Input
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line: an indicator, a point of its check list, a quantity, or the money of a source.

    `key` and `version` are those of the stored row; columns without a cell are locked and empty.
    `is_part` lines belong to the indicator above them.
    """

    key: str
    version: int
    level1: str
    level2: str
    name: str
    target: str
    unit: str
    before: str
    note: str
    cells: Mapping[Column, SheetCell]
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class SheetHead:
    """Which plan and quarter a sheet is for."""

    plan_id: int
    code: str
    year: int
    plan_name: str
    period_name: str

    @property
    def title(self) -> str:
        """The sheet's heading, e.g. `信访工作经费 2022 年三季度填报表`."""
        return f"{self.plan_name} {self.year} 年{self.period_name}填报表"


@dataclass(frozen=True, slots=True)
class QuarterSheet:
    """All that is written; `about` is a line under the heading."""

    head: SheetHead
    about: str
    mark: str
    rows: list[SheetRow]


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell as it was filled in: its text, why it cannot be taken, and how it was understood."""

    text: str = ""
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A line as it came back; `base` are the texts that were downloaded, None where lost."""

    key: str
    version: int
    number: int
    name: str
    base: Mapping[str, str] | None
    cells: Mapping[Column, ReadCell]
    letters: Mapping[Column, str]

    def is_edited(self, column: Column) -> bool:
        """Whether the cell is another one than was downloaded."""
        cell = self.cells[column]
        return bool(cell.error) or self.base is None or cell.text != self.base.get(column, "")

    def address(self, column: Column) -> str:
        """The cell's address in the sheet, e.g. `G12`."""
        return f"{self.letters[column]}{self.number}"


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet as it came back."""

    head: SheetHead
    rows: list[ReadRow] = field(default_factory=list)
