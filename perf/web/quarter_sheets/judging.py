"""Holds an uploaded sheet against the quarter as it is stored now, cell by cell."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from perf.core.numbers import format_number, parse_number
from perf.core.sheet_cells import CellState
from perf.documents.quarter_sheets import Column
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.computed import compute_actual, counts_for
from perf.services.entry_figures import figures_of, recompute
from perf.services.money import read_wan, write_wan
from perf.web.grid_values import shown_figures
from perf.web.quarter_sheets.cells import Judged
from perf.web.quarter_sheets.comparison import Comparison, is_open
from perf.web.quarter_sheets.indicators import judge_indicator, shown_cell
from perf.web.quarter_sheets.numbers import judge_number
from perf.web.quarter_sheets.rows import rows_of
from perf.web.quarter_sheets.upload import Upload
from perf.web.quarter_sheets.words import CELLS, LABELS_OF_CELLS


def judge_upload(
    session: Session, quarter: Quarter, upload: Upload, chosen: Collection[str] = ()
) -> Judged:
    """The upload beside the quarter; `chosen` names the conflicts in which mine is taken.

    What is typed is read as the grid reads it: a cell that the grid would refuse is 无效 with the
    grid's own sentence.
    """
    now = {row.key: row for row in rows_of(quarter)}
    comparison = Comparison(quarter, now, frozenset(chosen))
    for row in upload.rows:
        comparison.take(row)
    for quantity in quarter.plan.quantities:
        judge_number(comparison, f"quantity-{quantity.id}", parse_number, format_number)
    _compute(session, comparison)
    for indicator in quarter.plan.indicators:
        judge_indicator(comparison, indicator)
    for line in quarter.plan.budget_lines:
        judge_number(comparison, f"executed-{line.source.value}", read_wan, write_wan)
    _gather(comparison)
    return comparison.judged


def _compute(session: Session, comparison: Comparison) -> None:
    """What the formulas come to with the quantities as they would be stored."""
    plan, submission = comparison.quarter.plan, comparison.quarter.submission
    values = {row.quantity_id: row.value for row in submission.quantities} if submission else {}
    values |= {one.quantity_id: parse_number(one.text) for one in comparison.judged.quantities}
    counts = counts_for(session, plan, comparison.quarter.period.code)
    actuals, pack = comparison.quarter.actuals, pack_of(plan)
    named = {row.name: values.get(row.id) for row in plan.quantities}
    for indicator in plan.indicators:
        if indicator.is_computed:
            found = compute_actual(indicator, named, counts)
            comparison.computed[indicator.id] = found
            before = figures_of(actuals.get(indicator.id))
            after, _ = recompute(before, indicator, pack, found)
            shown = [shown_figures(one, indicator.target_unit) for one in (before, after)]
            if found.error:
                comparison.judged.warnings.append(f"{indicator.name}：{found.error}")
            elif indicator.formula and shown[0] != shown[1]:
                comparison.judged.follows.append((indicator.name, shown[0], shown[1]))


def _gather(comparison: Comparison) -> None:
    """Put the cells into the sheet's order, and count what the sheet leaves as it is."""
    judged = comparison.judged
    order = {key: at for at, key in enumerate(comparison.now)}
    judged.cells.sort(key=lambda cell: order.get(cell.key, len(order)))
    differing = {cell.name for cell in judged.cells if cell.state is not CellState.SAME}
    actuals = comparison.quarter.actuals
    for indicator in comparison.quarter.plan.indicators:
        figures = figures_of(actuals.get(indicator.id))
        now = comparison.now[f"indicator-{indicator.id}"]
        told = []
        for cell, columns in CELLS.items():
            if f"{cell}-{indicator.id}" in differing:
                continue
            judged.unchanged += any(is_open(now, column) for column in columns)
            text = shown_cell(indicator, cell, figures)
            if text:
                told.append(f"{LABELS_OF_CELLS[cell]} {text}")
        if told:
            judged.kept.append((indicator.name, "；".join(told)))
    for key, row in comparison.now.items():
        if key.startswith(("quantity-", "executed-")) and key not in differing:
            judged.unchanged += 1
            text = row.cells[Column.ACTUAL].text
            if text:
                judged.kept.append((row.name, f"{text} {row.unit}".rstrip()))
