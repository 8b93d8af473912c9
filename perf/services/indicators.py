"""A plan's indicators: one sheet edit of all of them, with their weights and the rule pack."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Actor
from perf.core.storable import MAX_INDICATORS
from perf.core.targets import Target
from perf.core.terms import Action
from perf.models import Indicator, Plan, Remark, RevisedTarget, Snapshot, Submission
from perf.services.budgets import demand_editable
from perf.services.changed_targets import is_other, keep_earlier
from perf.services.formula_names import record_names
from perf.services.ledger import as_text, changes_of, record_change
from perf.services.plan_packs import pack_for
from perf.services.sheets import IndicatorEntry, IndicatorValues, read_entries, values_of
from perf.services.steps import check_version
from perf.services.weighing import spread

Place = tuple[str, str, str, int]


def save_indicators(
    session: Session,
    actor: Actor,
    plan: Plan,
    entries: Sequence[IndicatorEntry],
    *,
    version: int,
) -> int:
    """Bring the plan's indicators to what the sheet says, all or nothing; how many rows changed.

    Rows that the sheet does not name stay as they are; a row goes only where it is marked. Rows
    of one class stand together afterwards, in the order typed. Raises InvalidInput with a
    sentence a field, Stale, Locked, and Conflict where a row is needed by a quarter's figures.
    """
    demand_editable(actor, plan)
    check_version(plan, version)
    rows = {row.id: row for row in plan.indicators}
    entries = [entry for entry in entries if entry.indicator_id or not entry.is_blank]
    removed = [
        rows[entry.indicator_id]
        for entry in entries
        if entry.is_removed and entry.indicator_id in rows
    ]
    kept = [entry for entry in entries if not entry.is_removed]
    if removed:
        _demand_unused(session, plan, removed)
    values = read_entries(kept, plan.year)
    entered: list[tuple[Indicator | None, IndicatorValues]] = [
        (rows.get(entry.indicator_id or 0), value)
        for entry, value in zip(kept, values, strict=True)
    ]
    named = {row.id for row, _ in entered if row} | {row.id for row in removed}
    entered += [(row, values_of(row)) for row in plan.indicators if row.id not in named]
    if len(entered) > MAX_INDICATORS:
        raise InvalidInput(f"一份绩效目标最多 {MAX_INDICATORS} 个指标，请精简。")
    for row in removed:
        _remove(session, actor, plan, row)
    changed = len(removed) + _write(session, actor, plan, _in_form_order(entered))
    if changed:
        plan.updated_at = clock.now()
        session.flush()
    return changed


def add_indicators(
    session: Session, actor: Actor, plan: Plan, values: Sequence[IndicatorValues]
) -> None:
    """The first indicators of a new plan, in the order given; for callers that asked already."""
    _write(session, actor, plan, [(None, each) for each in values])


def change_targets(
    session: Session, actor: Actor, plan: Plan, targets: Mapping[int, tuple[Target, str]]
) -> int:
    """Put these targets, by indicator, into a plan that may be edited; how many rows changed.

    For callers that asked already; each target comes with the reason that the ledger tells.
    """
    rows: list[tuple[Indicator | None, IndicatorValues]] = []
    for row in plan.indicators:
        values = values_of(row)
        if row.id in targets:
            values = replace(values, target=targets[row.id][0])
        rows.append((row, values))
    changed = _write(session, actor, plan, rows, {key: why for key, (_, why) in targets.items()})
    if changed:
        plan.updated_at = clock.now()
        session.flush()
    return changed


def respread(session: Session, actor: Actor, plan: Plan) -> None:
    """Store the indicators under the plan's pack, with weights that spread themselves anew."""
    _write(session, actor, plan, [(row, values_of(row)) for row in plan.indicators])


def _in_form_order(
    entered: Sequence[tuple[Indicator | None, IndicatorValues]],
) -> list[tuple[Indicator | None, IndicatorValues]]:
    """By the typed numbers, new rows last, then class by class as the classes first appear."""
    by_number = sorted(
        entered, key=lambda item: (item[1].ordinal is None, item[1].ordinal or Decimal(0))
    )
    classes = list(dict.fromkeys(value.level1 for _, value in by_number))
    return sorted(by_number, key=lambda item: classes.index(item[1].level1))


def _write(
    session: Session,
    actor: Actor,
    plan: Plan,
    entered: Sequence[tuple[Indicator | None, IndicatorValues]],
    reasons: Mapping[int, str] = MappingProxyType({}),
) -> int:
    """Store the rows in this order one by one, spread the weights, choose the pack.

    `reasons` say to the ledger, by row, why it changes.
    """
    levels = [value.level1 for _, value in entered]
    pack = pack_for(session, plan, levels)
    plan.pack_id, plan.pack_version = pack.id, pack.version
    weights = spread([(value.level1, value.weight) for _, value in entered], pack)
    before = [row.id for row in plan.indicators]
    taken = {_place(row): row.id for row in plan.indicators}
    changed, is_revision = 0, _was_approved(session, plan)
    for ordinal, ((row, value), weight) in enumerate(zip(entered, weights, strict=True), start=1):
        reason = reasons.get(row.id, "") if row else ""
        changed += _write_row(
            session,
            actor,
            plan,
            row,
            value,
            weight,
            ordinal,
            taken,
            reason,
            is_revision=is_revision,
        )
    changed += record_names(session, actor, plan)
    return changed + _record_frame(session, actor, plan, before)


def _write_row(
    session: Session,
    actor: Actor,
    plan: Plan,
    stored: Indicator | None,
    value: IndicatorValues,
    weight: Decimal | None,
    ordinal: int,
    taken: dict[Place, int],
    reason: str,
    *,
    is_revision: bool,
) -> bool:
    """Store one row and tell the ledger; whether anything but its place in the order changed.

    `taken` holds the place of every row as the database has it now, and is kept so. `is_revision`
    says that the plan was approved before: its 年初 targets are kept beside the new ones.
    """
    row = stored or Indicator(unit_id=plan.unit_id, plan_id=plan.id)
    with session.no_autoflush:
        if stored is None or _place(stored)[:3] != _names(value):
            for place in [place for place, owner in taken.items() if owner == row.id]:
                del taken[place]
            row.level1, row.level2, row.name = _names(value)
            row.occurrence = _free(value, taken)
        row.ordinal = ordinal
        if stored is None or is_other(stored.target, value.target):
            if is_revision and stored is not None:
                keep_earlier(row, value.target, plan.year)
                row.revision_document = ""
            row.target = value.target
        row.kind, row.note = value.kind, value.note
        row.formula, row.source = value.means.formula, value.means.source
        row.is_check_list = value.means.is_check_list
        row.curve = value.pace.curve if value.pace else None
        row.pace = value.pace.text if value.pace else ""
        row.weight, row.is_weight_entered = weight, value.weight is not None
        if stored is None:
            plan.indicators.append(row)
        changes = changes_of(row)
    if stored is not None:
        # A row that only moved is told once for the whole sheet.
        changes.pop("ordinal", None)
    action = "update_indicator" if stored else "add_indicator"
    entry = record_change(
        session, actor, action, row, changes=changes, name=row.name, reason=reason
    )
    taken[_place(row)] = row.id
    return entry is not None


def _record_frame(session: Session, actor: Actor, plan: Plan, before: Sequence[int]) -> int:
    """What changed around the rows: the order of those that stayed, and the plan's pack."""
    plan.indicators.sort(key=lambda row: row.ordinal)
    after = [row.id for row in plan.indicators if row.id in set(before)]
    stayed = [row_id for row_id in before if row_id in set(after)]
    changes = changes_of(plan)
    if stayed != after:
        changes["order"] = (_listed(stayed), _listed(after))
    entry = record_change(
        session,
        actor,
        "arrange_indicators",
        plan,
        changes=changes,
        name=plan.name,
        plan_id=plan.id,
    )
    return int(entry is not None)


def _listed(ids: Sequence[int]) -> str:
    return "、".join(map(str, ids))


def _names(value: IndicatorValues) -> tuple[str, str, str]:
    return value.level1, value.level2, value.name


def _place(row: Indicator) -> Place:
    return row.level1, row.level2, row.name, row.occurrence


def _free(value: IndicatorValues, taken: dict[Place, int]) -> int:
    """The first number that no row of these names has now, so that no write meets another."""
    occurrence = 1
    while (*_names(value), occurrence) in taken:
        occurrence += 1
    return occurrence


def _was_approved(session: Session, plan: Plan) -> bool:
    """Whether the plan's targets were approved before, so that another one is a revision."""
    with session.no_autoflush:
        approved = session.scalar(
            select(Snapshot.id)
            .where(Snapshot.plan_id == plan.id, Snapshot.action == Action.APPROVE)
            .limit(1)
        )
    return approved is not None


def _demand_unused(session: Session, plan: Plan, removed: Sequence[Indicator]) -> None:
    with session.no_autoflush:
        used = session.scalar(select(Submission.id).where(Submission.plan_id == plan.id).limit(1))
        is_revised = RevisedTarget.indicator_id.in_([row.id for row in removed])
        revised = session.scalar(select(RevisedTarget.id).where(is_revised).limit(1))
    if revised is not None:
        raise Conflict("有目标调整单列有要删除的指标，不能删除；可以修改指标内容，或保留原样。")
    if used is not None:
        raise Conflict("已经有填报用到这份目标，不能删除指标；可以修改指标内容，或保留原样。")


def _remove(session: Session, actor: Actor, plan: Plan, row: Indicator) -> None:
    """Take an indicator away; what a reviewer said about it stays with the plan."""
    told = {
        "level1": row.level1,
        "level2": row.level2,
        "name": row.name,
        "target_text": row.target_text,
        "weight": row.weight,
        "note": row.note,
    }
    changes: dict[str, tuple[str | None, str | None]] = {
        key: (as_text(value), None) for key, value in told.items() if value
    }
    for remark in session.scalars(select(Remark).where(Remark.indicator_id == row.id)):
        remark.indicator_id = None
        remark.text = f"（指标“{row.name}”已删除）{remark.text}"
    record_change(session, actor, "remove_indicator", row, changes=changes, name=row.name)
    plan.indicators.remove(row)
    session.flush()
