"""Many self-evaluations scored anew at once: read as plain rows, only what differs written back.

What comes out is what `rescore` makes of each: the same function scores them, and the ledger says
the same of every change.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session, class_mapper

from perf import clock
from perf.core.errors import PerfError, Stale
from perf.core.permissions import Actor
from perf.models import Score, SelfEvaluation
from perf.queries.packs import find_pack
from perf.queries.plain_rows import Changes, EvaluationRows, PlanRows, StoredRow
from perf.queries.rescoring import rows_in_preparation
from perf.services.computed import records_of_year
from perf.services.evaluation_scores import rescore, score_anew
from perf.services.ledger import Told, record_told, texts_of
from perf.services.many_rows import execute_many


@dataclass(slots=True)
class Rescored:
    """How many were scored, and the names of those that changed and of those that could not be."""

    checked: int = 0
    changed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, other: "Rescored") -> None:
        """Take in what came of another batch."""
        self.checked += other.checked
        self.changed += other.changed
        self.refused += other.refused


@dataclass(slots=True)
class _Batch:
    """Rows of one table that changed, and the columns that did in any of them."""

    rows: list[StoredRow] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def add(self, row: StoredRow, keys: Collection[str]) -> None:
        self.rows.append(row)
        self.keys.update(keys)


@dataclass(slots=True)
class _Changed:
    """What is to be written, all at once."""

    at: datetime
    scores: _Batch = field(default_factory=_Batch)
    evaluations: _Batch = field(default_factory=_Batch)
    told: list[Told] = field(default_factory=list)


def rescore_units(session: Session, actor: Actor, year: int, first: int, last: int) -> Rescored:
    """Score the year's self-evaluations in preparation of the units with ids from first to last.

    One that cannot be scored is named with its reason and left as it is; the others go on. Raises
    Stale where a row has changed since it was read.
    """
    done, changed = Rescored(), _Changed(clock.now())
    for evaluation in rows_in_preparation(session, year, first, last):
        done.checked += 1
        name = f"{evaluation.unit_name} {evaluation.plan.name}"
        try:
            if _rescore(session, actor, evaluation, changed):
                done.changed.append(name)
        except PerfError as error:
            done.refused.append(f"{name}：{error}")
    _write(session, Score, changed.scores)
    _write(session, SelfEvaluation, changed.evaluations)
    record_told(session, actor, changed.told)
    return done


def _rescore(session: Session, actor: Actor, evaluation: EvaluationRows, changed: _Changed) -> bool:
    plan = evaluation.plan
    if len(evaluation.scores) < len(plan.indicators):
        # An indicator that came later has no row yet: seldom, and so left to the one by one.
        return rescore(session, actor, session.get_one(SelfEvaluation, evaluation.id))
    if len(evaluation.quarters) < evaluation.demanded:
        return False
    pack = find_pack(session, plan.pack_id, plan.pack_version)
    rows = {row.indicator_id: row for row in evaluation.scores}
    score_anew(evaluation, rows, evaluation.quarters, pack, records_of_year(session, plan))
    told = []
    for indicator in plan.indicators:
        row = rows[indicator.id]
        changes = row.changes()
        if changes:
            changed.scores.add(row, changes)
            told.append(_told("score_indicator", row, plan, "score", indicator.name, changes))
    changes = evaluation.changes()
    if changes:
        told.append(_told("score_plan", evaluation, plan, "self_evaluation", plan.name, changes))
    if told:
        evaluation.updated_at = changed.at
        changed.evaluations.add(evaluation, {*changes, "updated_at"})
        changed.told += told
    return bool(told)


def _told(
    action: str, row: StoredRow, plan: PlanRows, table: str, name: str, changes: Changes
) -> Told:
    return Told(action, row.unit_id, plan.id, table, row.id, name, texts_of(changes))


def _write(session: Session, model: type[Score | SelfEvaluation], batch: _Batch) -> None:
    """Write the columns that changed in any of these rows."""
    if not batch.rows:
        return
    keys = sorted(batch.keys)
    columns = class_mapper(model).column_attrs
    table = cast("Table", model.__table__)
    statement = (
        update(table)
        .where(table.c.id == bindparam("this_id"), table.c.version == bindparam("this_version"))
        .values({columns[key].columns[0]: bindparam(f"new_{key}") for key in (*keys, "version")})
    )
    values = {
        "this_id": [row.id for row in batch.rows],
        "this_version": [row.version for row in batch.rows],
        "new_version": [row.version + 1 for row in batch.rows],
        **{f"new_{key}": [getattr(row, key) for row in batch.rows] for key in keys},
    }
    if execute_many(session, statement, values).rowcount != len(batch.rows):
        raise Stale("有自评在重新计算时被别人改动，这些单位没有保存。请稍后再运行一次。")
