"""Holds an uploaded sheet against the quarter as it is stored now, cell by cell."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number, parse_number
from perf.core.sheet_cells import UNKNOWN, CellState, state_of
from perf.core.terms import FundSource
from perf.documents.quarter_sheets import Column, Input, ReadRow, SheetRow
from perf.models import Actual, Indicator
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.computed import Computed, compute_actual, counts_for
from perf.services.entries import ExecutedEntry
from perf.services.entry_figures import NOTHING, Entry, Figures, figures_of, read_entry
from perf.services.money import read_wan, write_wan
from perf.services.quantities import QuantityEntry
from perf.services.submissions import NO_DATA
from perf.web.grid_form import shown_entry
from perf.web.grid_values import LABELS, shown_figures, with_unit
from perf.web.quarter_sheet_cells import Cell, Judged
from perf.web.quarter_sheet_rows import rows_of
from perf.web.quarter_sheet_upload import Upload, subject_of
from perf.web.quarter_sheet_words import CELLS, LABELS_OF_CELLS, fields_of, why_not_a_choice

_AGAIN = "请重新下载填报表。"
_LOCKED = "这一格已锁定，不在这里填，没有读取。"
_BLANKS: dict[str, Any] = {
    "actual": (None, False),
    "expected": None,
    "likelihood": None,
    "kind": None,
    "reason": "",
}


def judge_upload(
    session: Session, quarter: Quarter, upload: Upload, chosen: Collection[str] = ()
) -> Judged:
    """The upload beside the quarter; `chosen` names the conflicts in which mine is taken.

    What is typed is read as the grid reads it: a cell that the grid would refuse is 无效 with the
    grid's own sentence.
    """
    now = {row.key: row for row in rows_of(quarter)}
    bench = _Bench(quarter, now, frozenset(chosen))
    bench.counts = counts_for(session, quarter.plan, quarter.period.code)
    for row in upload.rows:
        bench.take(row)
    for quantity in quarter.plan.quantities:
        _judge_number(bench, f"quantity-{quantity.id}", parse_number, format_number)
    _compute(bench)
    for indicator in quarter.plan.indicators:
        _judge_indicator(bench, indicator)
    for line in quarter.plan.budget_lines:
        _judge_number(bench, f"executed-{line.source.value}", read_wan, write_wan)
    _gather(bench)
    return bench.judged


@dataclass(slots=True)
class _Bench:
    """One upload while it is compared: its lines by key beside those of the sheet as it is now."""

    quarter: Quarter
    now: dict[str, SheetRow]
    chosen: frozenset[str]
    rows: dict[str, ReadRow] = field(default_factory=dict)
    judged: Judged = field(default_factory=Judged)
    counts: Any = None
    computed: dict[int, Computed] = field(default_factory=dict)

    def take(self, row: ReadRow) -> None:
        """Keep a line for comparing, unless it is none of this quarter's or stands elsewhere."""
        now = self.now.get(row.key)
        if now is None:
            said = f"绩效目标里已没有这一项，没有读取。{_AGAIN}"
        elif now.name.split() != row.name.split():
            said = f"这一行原来是“{now.name}”：行被移动过，或指标已改名，没有读取。{_AGAIN}"
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


# Lines of one number: the quantities, and what was executed


def _judge_number(
    bench: _Bench,
    key: str,
    read: Callable[[str], Decimal | None],
    write: Callable[[Decimal], str],
) -> None:
    row, now = bench.rows.get(key), bench.now.get(key)
    if row is None or now is None or not bench.is_edited(row, Column.ACTUAL):
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
        takes_mine=key in bench.chosen,
        typed={"text": typed.text},
    )
    bench.judged.cells.append(cell)
    bench.judged.versions[key] = now.version
    if not cell.is_accepted:
        return
    kind, _, rest = key.partition("-")
    if kind == "quantity":
        bench.judged.quantities.append(QuantityEntry(int(rest), now.version, typed.text))
    else:
        source = {one.value: one for one in FundSource}[rest]
        bench.judged.executed.append(ExecutedEntry(source, now.version, typed.text))


def _tried(read: Callable[[str], Decimal | None], text: str) -> Any:
    try:
        return read(text)
    except InvalidInput:
        return UNKNOWN


def _compute(bench: _Bench) -> None:
    """What the formulas come to with the quantities as they would be stored."""
    plan, submission = bench.quarter.plan, bench.quarter.submission
    values = {row.quantity_id: row.value for row in submission.quantities} if submission else {}
    values |= {one.quantity_id: parse_number(one.text) for one in bench.judged.quantities}
    named = {row.name: values.get(row.id) for row in plan.quantities}
    for indicator in plan.indicators:
        if indicator.is_computed:
            found = compute_actual(indicator, named, bench.counts)
            bench.computed[indicator.id] = found
            if found.error:
                bench.judged.warnings.append(f"{indicator.name}：{found.error}")


# Lines of an indicator


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of one cell of the grid as typed and as downloaded, and where they stand."""

    typed: dict[str, str]
    base: dict[str, str] | None
    address: str
    error: str
    note: str


def _judge_indicator(bench: _Bench, indicator: Indicator) -> None:
    key = f"indicator-{indicator.id}"
    edited = {cell: texts for cell in CELLS if (texts := _texts(bench, key, cell)) is not None}
    if not edited:
        return
    row = bench.quarter.actuals.get(indicator.id)
    shown, stored = shown_entry(indicator, row), figures_of(row)
    typed = {cell: fields_of(indicator, cell, texts.typed) for cell, texts in edited.items()}
    mine, errors = _read(bench, indicator, shown, typed)
    base: dict[str, Any] = {cell: _value(indicator, cell, stored) for cell in edited}
    if bench.rows[key].version != shown.version:
        base = _bases(bench, indicator, shown, edited)
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
            stored=_shown(indicator, cell, stored),
            mine=" ".join(filter(None, texts.typed.values()))
            if error
            else _shown(indicator, cell, mine),
            error=error,
            note=texts.note,
            who=_who(row) if is_conflict else "",
            at=row.updated_at if row is not None and is_conflict else None,
            takes_mine=name in bench.chosen,
            typed=typed[cell],
        )
        bench.judged.cells.append(found)
        if found.is_accepted:
            accepted |= found.typed
    bench.judged.versions[key] = shown.version
    if accepted:
        bench.judged.entries.append(replace(shown, **accepted))


def _texts(bench: _Bench, key: str, cell: str) -> _Texts | None:
    """One cell's texts where any of them was edited; a check list is one cell of many lines."""
    row = bench.rows.get(key)
    if row is None:
        return None
    now = bench.now[key]
    places = [(column.value, row, column) for column in CELLS[cell] if is_open(now, column)]
    if cell == "actual":
        places += [
            (f"answer-{one.key.rpartition('-')[2]}", one, Column.ACTUAL)
            for one in bench.rows.values()
            if one is not row and subject_of(one.key) == key
        ]
    touched = [(line, column) for _, line, column in places if bench.is_edited(line, column)]
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
    bench: _Bench, indicator: Indicator, shown: Entry, typed: Mapping[str, Mapping[str, Any]]
) -> tuple[Figures, dict[str, str]]:
    """The row with these cells in it as the grid reads it, and its sentences by the cell."""
    values = {name: value for fields in typed.values() for name, value in fields.items()}
    entry = replace(shown, **values)
    computed = bench.computed.get(indicator.id)
    pack = pack_of(bench.quarter.plan)
    figures, errors = read_entry(entry, indicator, pack, NOTHING, computed)
    return figures, {name.partition("-")[0]: said for name, said in errors.items()}


def _bases(
    bench: _Bench, indicator: Indicator, shown: Entry, edited: Mapping[str, _Texts]
) -> dict[str, Any]:
    """What was downloaded of each cell, where the row has been stored again since."""
    known = {
        cell: fields_of(indicator, cell, texts.base)
        for cell, texts in edited.items()
        if texts.base is not None
    }
    figures, errors = _read(bench, indicator, shown, known)
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


def _shown(indicator: Indicator, cell: str, figures: Figures) -> str:
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


# What is left as it was


def _gather(bench: _Bench) -> None:
    """Put the cells into the sheet's order, and count what the sheet leaves as it is."""
    judged = bench.judged
    order = {key: at for at, key in enumerate(bench.now)}
    judged.cells.sort(key=lambda cell: order.get(cell.key, len(order)))
    differing = {cell.name for cell in judged.cells if cell.state is not CellState.SAME}
    actuals = bench.quarter.actuals
    for indicator in bench.quarter.plan.indicators:
        figures = figures_of(actuals.get(indicator.id))
        now = bench.now[f"indicator-{indicator.id}"]
        told = []
        for cell, columns in CELLS.items():
            if f"{cell}-{indicator.id}" in differing:
                continue
            judged.unchanged += any(is_open(now, column) for column in columns)
            text = _shown(indicator, cell, figures)
            if text:
                told.append(f"{LABELS_OF_CELLS[cell]} {text}")
        if told:
            judged.kept.append((indicator.name, "；".join(told)))
    for key, row in bench.now.items():
        if key.startswith(("quantity-", "executed-")) and key not in differing:
            judged.unchanged += 1
            text = row.cells[Column.ACTUAL].text
            if text:
                judged.kept.append((row.name, f"{text} {row.unit}".rstrip()))
