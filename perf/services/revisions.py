"""Target revisions (目标调整): written, reviewed like the plan, and carried out by the approval."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, Locked, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.targets import Target
from perf.core.terms import Action, Status
from perf.core.workflow import EDITABLE, next_status
from perf.models import (
    Period,
    Plan,
    RevisedTarget,
    SelfEvaluation,
    Submission,
    TargetRevision,
)
from perf.models.plans import target_as_json
from perf.services.changed_targets import is_other, revise_targets
from perf.services.evaluation_scores import rescore
from perf.services.ledger import Changes, changes_of, record_change
from perf.services.plan_content import content_of_plan
from perf.services.revision_entries import RevisionEntry, read_revision
from perf.services.snapshots import Content, take_snapshot
from perf.services.steps import check_version, take_step


def create_revision(
    session: Session, actor: Actor, plan: Plan, entry: RevisionEntry
) -> TargetRevision:
    """A new revision of an approved plan as a draft.

    Raises InvalidInput by field (`target-<indicator id>` for a target), Locked where the plan is
    not approved, NotPermitted or NotFound.
    """
    _demand_writer(actor, plan.unit_id)
    _demand_approved(plan)
    read = read_revision(session, plan, None, entry)
    revision = TargetRevision(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        plan=plan,
        document=read.document,
        dated_on=read.dated_on,
        reason=read.reason,
        status=Status.DRAFT,
        updated_at=clock.now(),
    )
    # Read before the new row is pending: a query would flush it, and its history is told.
    name = name_of(revision)
    session.add(revision)
    record_change(session, actor, "create_revision", revision, name=name)
    _write_targets(session, actor, revision, read.targets)
    session.flush()
    return revision


def save_revision(
    session: Session, actor: Actor, revision: TargetRevision, entry: RevisionEntry, *, version: int
) -> bool:
    """Bring a revision that may be edited to what the form says; whether anything changed.

    Raises what `create_revision` raises, Stale, and Locked where it waits or is settled.
    """
    _demand_writer(actor, revision.unit_id)
    _demand_editable(revision)
    check_version(revision, version)
    _demand_approved(revision.plan)
    read = read_revision(session, revision.plan, revision, entry)
    revision.document, revision.dated_on = read.document, read.dated_on
    revision.reason = read.reason
    is_changed = record_change(session, actor, "save_revision", revision, name=name_of(revision))
    changed = _write_targets(session, actor, revision, read.targets)
    if is_changed or changed:
        revision.updated_at = clock.now()
        session.flush()
    return bool(is_changed or changed)


def cancel_revision(
    session: Session, actor: Actor, revision: TargetRevision, *, version: int
) -> None:
    """Give a revision up that is not under review; it stays readable and frees its indicators."""
    _demand_writer(actor, revision.unit_id)
    _demand_editable(revision)
    check_version(revision, version)
    revision.cancelled_at = revision.updated_at = clock.now()
    record_change(session, actor, "cancel_revision", revision, name=name_of(revision))
    _settle(session, actor, revision)


def step_revision(
    session: Session,
    actor: Actor,
    revision: TargetRevision,
    action: Action,
    *,
    version: int,
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """Move the revision to its next status; its approval writes the targets into the plan.

    The plan stays approved, its last snapshot is what holds now, and a self-evaluation under
    preparation is scored anew. Approved quarters stay as they were judged. Raises Conflict while
    a quarter or the self-evaluation that depends on the old targets is on its way, and what
    `take_step` raises.
    """
    if revision.cancelled_at is not None:
        raise Conflict("这份目标调整单已作废，不能再办理。需要调整请另立一份。")
    if action is Action.REOPEN:
        raise Conflict("已通过的目标调整不能重新打开。需要再改，请另立一份调整单。")
    next_status(revision.status, action, actor, revision.submitted_by_id)
    plan, evaluation = revision.plan, None
    if action in {Action.SUBMIT, Action.APPROVE}:
        _demand_current(revision)
        evaluation = _demand_nothing_under_review(session, plan)
    own = {row.indicator_id for row in revision.targets}
    take_step(
        session,
        actor,
        revision,
        action,
        version=version,
        content=content_of_revision(revision),
        name=name_of(revision),
        reason=reason,
        remarks={key: text for key, text in (remarks or {}).items() if key in own},
    )
    if action is not Action.APPROVE:
        return
    targets = {row.indicator_id: row.new for row in revision.targets}
    revise_targets(
        session, actor, plan, targets, document=revision.document, reason=revision.reason
    )
    _settle(session, actor, revision)
    take_snapshot(session, actor, plan, Action.APPROVE, content_of_plan(plan))
    session.flush()
    if evaluation is not None:
        rescore(session, actor, evaluation)


def content_of_revision(revision: TargetRevision) -> Content:
    """The revision as a snapshot keeps it: its document, and old and new target by indicator."""
    return Content(
        fields={
            "文号": revision.document,
            "文件日期": revision.dated_on.isoformat(),
            "调整原因": revision.reason,
        },
        rows=[
            {
                "id": row.indicator_id,
                "name": row.indicator.name,
                "fields": {
                    "原指标值": row.old.text,
                    "新指标值": row.new.text,
                    "调整方向": row.change.label,
                },
            }
            for row in revision.targets
        ],
        data={},
    )


def name_of(revision: TargetRevision) -> str:
    """What the ledger calls a revision."""
    return f"{revision.plan.name} 目标调整 {revision.document}"


def _write_targets(
    session: Session, actor: Actor, revision: TargetRevision, targets: Mapping[int, Target]
) -> int:
    """The rows as typed, each with the target that it replaces; how many changed."""
    rows = {row.indicator_id: row for row in revision.targets}
    indicators = {row.id: row for row in revision.plan.indicators}
    changed = 0
    for row in [row for key, row in rows.items() if key not in targets]:
        told: Changes = {
            "old_target": (row.old.text, None),
            "new_target": (row.new.text, None),
        }
        _tell(session, actor, "remove_revised_target", row, revision, told)
        revision.targets.remove(row)
        changed += 1
    session.flush()
    for key, target in targets.items():
        found, indicator = rows.get(key), indicators[key]
        if found is None:
            found = RevisedTarget(
                unit_id=revision.unit_id, indicator_id=key, indicator=indicator, is_open=True
            )
            revision.targets.append(found)
        elif not (is_other(found.new, target) or is_other(found.old, indicator.target)):
            continue
        found.old_target = target_as_json(indicator.target)
        found.new_target = target_as_json(target)
        changed += _tell(session, actor, "set_revised_target", found, revision, changes_of(found))
    return changed


def _settle(session: Session, actor: Actor, revision: TargetRevision) -> None:
    """Free the indicators for another revision."""
    for row in revision.targets:
        row.is_open = False
        _tell(session, actor, "settle_revised_target", row, revision, changes_of(row))
    session.flush()


def _tell(
    session: Session,
    actor: Actor,
    action: str,
    row: RevisedTarget,
    revision: TargetRevision,
    changes: Changes,
) -> bool:
    name, plan_id = row.indicator.name, revision.plan_id
    entry = record_change(session, actor, action, row, changes=changes, name=name, plan_id=plan_id)
    return entry is not None


def _demand_writer(actor: Actor, unit_id: int) -> None:
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(unit_id):
        raise NotFound("没有找到这份目标调整单。")


def _demand_editable(revision: TargetRevision) -> None:
    if revision.cancelled_at is not None:
        raise Locked("这份目标调整单已作废，不能修改。需要调整请另立一份。")
    if not revision.is_editable:
        raise Locked(
            f"目标调整单{revision.status.label}，不能修改。"
            "待审核的可先撤回；已通过的请另立一份调整单。"
        )


def _demand_approved(plan: Plan) -> None:
    if plan.ended_on is not None:
        raise Locked(f"项目已从 {plan.ended_on} 起终止，指标值不再调整。")
    if plan.status is not Status.APPROVED:
        raise Locked(f"绩效目标{plan.status.label}，请直接修改目标；审核通过以后才用调整单。")


def _demand_current(revision: TargetRevision) -> None:
    """Raise Conflict where the plan is no longer the approved one that the revision was made on."""
    if revision.plan.status is not Status.APPROVED:
        raise Conflict(
            f"绩效目标{revision.plan.status.label}，目标调整不能办理。请等目标再次审核通过。"
        )
    if revision.plan.ended_on is not None:
        raise Conflict(f"项目已从 {revision.plan.ended_on} 起终止，目标调整不再办理。")
    for row in revision.targets:
        if is_other(row.old, row.indicator.target):
            raise Conflict(
                f"指标“{row.indicator.name}”的指标值已改为“{row.indicator.target_text}”，"
                "与调整单上的原指标值不同。请退回或撤回，由填报人核对后重新保存、提交。"
            )


def _demand_nothing_under_review(session: Session, plan: Plan) -> SelfEvaluation | None:
    """The self-evaluation under preparation, held until the commit; Conflict where one is judged.

    Approved quarters do not hinder: their figures are held against the new targets at year end.
    """
    evaluation = session.scalar(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id).with_for_update()
    )
    if evaluation is not None and evaluation.status not in EDITABLE:
        raise Conflict(
            f"绩效自评{evaluation.status.label}，目标不能再调整。请先将自评撤回、退回或重新打开。"
        )
    period = session.scalar(
        select(Period.name)
        .join(Submission, Submission.period_id == Period.id)
        .where(Submission.plan_id == plan.id, Submission.status == Status.SUBMITTED)
        .order_by(Period.code)
        .limit(1)
    )
    if period is not None:
        raise Conflict(
            f"{period}的填报待审核，是按现在的目标提交的。请先审核、撤回或退回，再办理目标调整。"
        )
    return evaluation
