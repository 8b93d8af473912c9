"""The lines of an uploaded sheet that hold one number: quantities, and what was executed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from perf.core.errors import InvalidInput
from perf.core.sheet_cells import UNKNOWN, CellState, state_of
from perf.core.terms import FundSource
from perf.documents.quarter_sheets import Column
from perf.services.entries import ExecutedEntry
from perf.services.quantities import QuantityEntry
from perf.web.quarter_sheets.cells import Cell
from perf.web.quarter_sheets.comparison import Comparison


def judge_number(
    comparison: Comparison,
    key: str,
    read: Callable[[str], Decimal | None],
    write: Callable[[Decimal], str],
) -> None:
    """Judge one such line; `read` takes what is typed as the grid does, `write` shows it."""
    row, now = comparison.rows.get(key), comparison.now.get(key)
    if row is None or now is None or not comparison.is_edited(row, Column.ACTUAL):
        return
    typed = row.cells[Column.ACTUAL]
    stored = read(now.cells[Column.ACTUAL].text)
    mine, error = None, typed.error
    try:
        mine = None if error else read(typed.text)
    except InvalidInput as refused:
        error = str(refused)
    base: Any = stored
    if row.version != now.version:
        base = _tried(read, row.base.get(Column.ACTUAL, "")) if row.base is not None else UNKNOWN
    shown = ["" if one is None else f"{write(one)} {now.unit}".rstrip() for one in (stored, mine)]
    cell = Cell(
        key=key,
        name=key,
        row=now.name,
        column=Column.ACTUAL.label,
        address=row.address(Column.ACTUAL),
        state=CellState.INVALID if error else state_of(base, mine, stored, None),
        stored=shown[0],
        mine=typed.text if error else shown[1],
        error=error,
        note=typed.note,
        takes_mine=key in comparison.chosen,
        typed={"text": typed.text},
    )
    comparison.judged.cells.append(cell)
    comparison.judged.versions[key] = now.version
    if not cell.is_accepted:
        return
    kind, _, rest = key.partition("-")
    if kind == "quantity":
        comparison.judged.quantities.append(QuantityEntry(int(rest), now.version, typed.text))
    else:
        source = {one.value: one for one in FundSource}[rest]
        comparison.judged.executed.append(ExecutedEntry(source, now.version, typed.text))


def _tried(read: Callable[[str], Decimal | None], text: str) -> Any:
    try:
        return read(text)
    except InvalidInput:
        return UNKNOWN
