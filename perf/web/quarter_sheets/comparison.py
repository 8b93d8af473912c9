"""One uploaded sheet while it is compared: its lines beside those of the quarter as it is now."""

from dataclasses import dataclass, field

from perf.core.sheet_cells import CellState
from perf.documents.quarter_sheets import Column, Input, ReadRow, SheetRow
from perf.queries.submissions import Quarter
from perf.services.computed import Computed
from perf.web.quarter_sheets.cells import Cell, Judged

_LOCKED = "这一格已锁定，不在这里填，没有读取。"
AGAIN = "请重新下载填报表。"


@dataclass(slots=True)
class Comparison:
    """The lines of an upload by key (`rows`), those of the sheet as it is (`now`), and the result.

    `chosen` names the conflicts in which the upload's value is taken; `computed` are the computed
    actuals as they would be.
    """

    quarter: Quarter
    now: dict[str, SheetRow]
    chosen: frozenset[str]
    rows: dict[str, ReadRow] = field(default_factory=dict)
    judged: Judged = field(default_factory=Judged)
    computed: dict[int, Computed] = field(default_factory=dict)

    def take(self, row: ReadRow) -> None:
        """Keep a line for comparing, unless it is none of this quarter's or stands elsewhere."""
        now = self.now.get(row.key)
        if now is None:
            said = f"绩效目标里已没有这一项，没有读取。{AGAIN}"
        elif now.name.split() != row.name.split():
            said = f"这一行原来是“{now.name}”：行被移动过，或指标已改名，没有读取。{AGAIN}"
        else:
            self.rows[row.key] = row
            for column in Column:
                if not is_open(now, column) and self.is_edited(row, column):
                    self.refuse(row, column, _LOCKED)
            return
        where = f"第 {row.number} 行"
        cell = Cell(row.key, f"row-{row.key}", row.name, "", where, CellState.INVALID, error=said)
        self.judged.cells.append(cell)

    def is_edited(self, row: ReadRow, column: Column) -> bool:
        """Whether the cell says something else than was downloaded; if that is lost, than now."""
        if row.base is None and not row.cells[column].error:
            cell = self.now[row.key].cells.get(column)
            return row.cells[column].text != (cell.text if cell else "")
        return row.is_edited(column)

    def refuse(self, row: ReadRow, column: Column, said: str) -> None:
        """Say that one cell is not read."""
        typed = row.cells[column].text
        name = f"{column.value}-{row.key}"
        where = row.address(column)
        cell = Cell(
            row.key, name, row.name, column.label, where, CellState.INVALID, mine=typed, error=said
        )
        self.judged.cells.append(cell)


def is_open(row: SheetRow, column: Column) -> bool:
    """Whether something is typed into this cell of the sheet."""
    cell = row.cells.get(column)
    return cell is not None and cell.input is not Input.LOCKED
