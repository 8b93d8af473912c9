"""What an uploaded sheet comes to: its edited cells with their states, and what would be stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from perf.core.sheet_cells import CellState
from perf.services.entries import ExecutedEntry
from perf.services.entry_figures import Entry
from perf.services.quantities import QuantityEntry


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that was edited in the sheet: what is `stored` now, and `mine`, as pages show them.

    `key` is that of its line, `name` the cell's in the grid (`actual-12`), `typed` what its texts
    say in the grid's form. `who` and `at` tell who stored the other value of a conflict;
    `takes_mine` is the user's choice there.
    """

    key: str
    name: str
    row: str
    column: str
    address: str
    state: CellState
    stored: str = ""
    mine: str = ""
    error: str = ""
    note: str = ""
    who: str = ""
    at: datetime | None = None
    takes_mine: bool = False
    typed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        """Whether confirming stores it."""
        is_chosen = self.state is CellState.CONFLICT and self.takes_mine
        return is_chosen or self.state in {CellState.NEW, CellState.CHANGED}


@dataclass(slots=True)
class Judged:
    """Every edited cell in the sheet's order, and all that storing the accepted ones takes.

    `versions` are those of the stored rows they were compared with, by line. `unchanged` counts the
    other cells, `kept` has the texts of each line in which any of those holds something;
    `follows` has what is computed anew (name, before, after), `warnings` what cannot be.
    """

    cells: list[Cell] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    executed: list[ExecutedEntry] = field(default_factory=list)
    quantities: list[QuantityEntry] = field(default_factory=list)
    unchanged: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)
    follows: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def of(self, state: CellState) -> list[Cell]:
        """The cells of one state in the sheet's order."""
        return [cell for cell in self.cells if cell.state is state]

    @property
    def accepted(self) -> list[Cell]:
        """What confirming stores."""
        return [cell for cell in self.cells if cell.is_accepted]
