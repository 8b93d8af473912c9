"""The line of an indicator in an uploaded sheet: five cells of the grid, read as the grid does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from perf.core.sheet_cells import UNKNOWN, CellState, state_of
from perf.documents.quarter_sheets import Column
from perf.models import Actual, Indicator
from perf.queries.packs import pack_of
from perf.services.entry_figures import NOTHING, Entry, Figures, figures_of, read_entry
from perf.services.submissions import NO_DATA
from perf.web.grid_form import shown_entry
from perf.web.grid_values import LABELS, shown_figures, with_unit
from perf.web.quarter_sheets.cells import Cell
from perf.web.quarter_sheets.comparison import Comparison, is_open
from perf.web.quarter_sheets.upload import subject_of
from perf.web.quarter_sheets.words import CELLS, LABELS_OF_CELLS, fields_of, why_not_a_choice

_BLANKS: dict[str, Any] = {
    "actual": (None, False),
    "expected": None,
    "likelihood": None,
    "kind": None,
    "reason": "",
}


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of one cell of the grid as typed and as downloaded, and where they stand."""

    typed: dict[str, str]
    base: dict[str, str] | None
    address: str
    error: str
    note: str


def judge_indicator(comparison: Comparison, indicator: Indicator) -> None:
    """Judge the edited cells of one indicator, and put its row together as it would be stored."""
    key = f"indicator-{indicator.id}"
    edited = {cell: texts for cell in CELLS if (texts := _texts(comparison, key, cell)) is not None}
    if not edited:
        return
    row = comparison.quarter.actuals.get(indicator.id)
    shown, stored = shown_entry(indicator, row), figures_of(row)
    typed = {cell: fields_of(indicator, cell, texts.typed) for cell, texts in edited.items()}
    mine, errors = _read(comparison, indicator, shown, typed)
    base: dict[str, Any] = {cell: _value(indicator, cell, stored) for cell in edited}
    if comparison.rows[key].version != shown.version:
        base = _bases(comparison, indicator, shown, edited)
    accepted: dict[str, Any] = {}
    for cell, texts in edited.items():
        error = texts.error or why_not_a_choice(cell, texts.typed) or errors.get(cell, "")
        here, there = _value(indicator, cell, mine), _value(indicator, cell, stored)
        state = state_of(base[cell], here, there, _BLANKS[cell])
        is_conflict = state is CellState.CONFLICT and not error
        name = f"{cell}-{indicator.id}"
        found = Cell(
            key=key,
            name=name,
            row=indicator.name,
            column=LABELS_OF_CELLS[cell],
            address=texts.address,
            state=CellState.INVALID if error else state,
            stored=shown_cell(indicator, cell, stored),
            mine=" ".join(filter(None, texts.typed.values()))
            if error
            else shown_cell(indicator, cell, mine),
            error=error,
            note=texts.note,
            who=_who(row) if is_conflict else "",
            at=row.updated_at if row is not None and is_conflict else None,
            takes_mine=name in comparison.chosen,
            typed=typed[cell],
        )
        comparison.judged.cells.append(found)
        if found.is_accepted:
            accepted |= found.typed
    comparison.judged.versions[key] = shown.version
    if accepted:
        comparison.judged.entries.append(replace(shown, **accepted))


def _texts(comparison: Comparison, key: str, cell: str) -> _Texts | None:
    """One cell's texts where any of them was edited; a check list is one cell of many lines."""
    row = comparison.rows.get(key)
    if row is None:
        return None
    now = comparison.now[key]
    places = [(column.value, row, column) for column in CELLS[cell] if is_open(now, column)]
    if cell == "actual":
        places += [
            (f"answer-{one.key.rpartition('-')[2]}", one, Column.ACTUAL)
            for one in comparison.rows.values()
            if one is not row and subject_of(one.key) == key
        ]
    touched = [(line, column) for _, line, column in places if comparison.is_edited(line, column)]
    if not touched:
        return None
    read = [line.cells[column] for line, column in touched]
    has_base = all(line.base is not None for _, line, _ in places)
    return _Texts(
        typed={name: line.cells[column].text for name, line, column in places},
        base={name: (line.base or {}).get(column, "") for name, line, column in places}
        if has_base
        else None,
        address="、".join(line.address(column) for line, column in touched),
        error=next((one.error for one in read if one.error), ""),
        note=next((one.note for one in read if one.note), ""),
    )


def _read(
    comparison: Comparison,
    indicator: Indicator,
    shown: Entry,
    typed: Mapping[str, Mapping[str, Any]],
) -> tuple[Figures, dict[str, str]]:
    """The row with these cells in it as the grid reads it, and its sentences by the cell."""
    values = {name: value for fields in typed.values() for name, value in fields.items()}
    entry = replace(shown, **values)
    computed = comparison.computed.get(indicator.id)
    pack = pack_of(comparison.quarter.plan)
    figures, errors = read_entry(entry, indicator, pack, NOTHING, computed)
    return figures, {name.partition("-")[0]: said for name, said in errors.items()}


def _bases(
    comparison: Comparison, indicator: Indicator, shown: Entry, edited: Mapping[str, _Texts]
) -> dict[str, Any]:
    """What was downloaded of each cell, where the row has been stored again since."""
    known = {
        cell: fields_of(indicator, cell, texts.base)
        for cell, texts in edited.items()
        if texts.base is not None
    }
    figures, errors = _read(comparison, indicator, shown, known)
    return {
        cell: _value(indicator, cell, figures) if cell in known and cell not in errors else UNKNOWN
        for cell in edited
    }


def _value(indicator: Indicator, cell: str, figures: Figures) -> Any:
    """What a cell says, so that two spellings of one value are the same."""
    match cell:
        case "actual":
            # Nobody types what is computed; only 本期无数据 is chosen there.
            return (None if indicator.is_computed else figures.actual, figures.is_no_data)
        case "expected":
            return figures.expected
        case "likelihood":
            return figures.likelihood
        case "kind":
            return figures.deviation_kind
        case _:
            return figures.deviation_reason


def shown_cell(indicator: Indicator, cell: str, figures: Figures) -> str:
    """What a cell of an indicator says, as pages show it; empty for a blank."""
    match cell:
        case "actual":
            if indicator.is_computed:
                return NO_DATA if figures.is_no_data else ""
            return shown_figures(figures, indicator.target_unit)
        case "expected":
            return with_unit(figures.expected, indicator.target_unit)
        case "likelihood":
            return LABELS.get(figures.likelihood or "", "")
        case "kind":
            return LABELS.get(figures.deviation_kind or "", "")
        case _:
            return figures.deviation_reason


def _who(row: Actual | None) -> str:
    if row is None:
        return ""
    return row.updated_by.display_name if row.updated_by else "系统"
