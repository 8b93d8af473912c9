"""Endings (终止、并入): written, reviewed like the plan, and carried out by the approval."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, Locked, NotFound
from perf.core.numbers import format_number
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, PlanKind, RectificationState, Status
from perf.core.workflow import EDITABLE, next_status
from perf.models import (
    Plan,
    PlanEnding,
    Rectification,
    SelfEvaluation,
    TargetRevision,
)
from perf.queries.endings import kept_ending_of, plans_to_merge_into
from perf.queries.rectifications import UNFINISHED
from perf.services.ending_entries import (
    EndingEntry,
    EndingValues,
    owed_until,
    read_ending,
    reported_later,
    too_much,
)
from perf.services.evaluation_scores import rescore
from perf.services.ledger import changes_of, record_change
from perf.services.plan_content import content_of_plan
from perf.services.snapshots import Content, take_snapshot
from perf.services.steps import check_version, take_step

LABEL = "终止（并入）单"


def create_ending(session: Session, actor: Actor, plan: Plan, entry: EndingEntry) -> PlanEnding:
    """A new ending of an approved project as a draft; the plan is held by the caller.

    Raises InvalidInput by field, Locked where the plan is not approved or has ended, Conflict
    where another one is under way, NotPermitted or NotFound.
    """
    _demand_writer(actor, plan.unit_id)
    _demand_going_on(plan)
    if kept_ending_of(session, plan) is not None:
        raise Conflict(f"这个项目已有一份{LABEL}在办，请打开那一份办理，或者先作废它。")
    ending = PlanEnding(
        unit_id=plan.unit_id, plan_id=plan.id, status=Status.DRAFT, updated_at=clock.now()
    )
    # Read before the new row is pending: a query would flush it, and its history is told.
    read, ending.plan = read_ending(session, plan, entry), plan
    with session.no_autoflush:
        _write(ending, read)
        session.add(ending)
        record_change(session, actor, "create_ending", ending, name=name_of(ending))
    session.flush()
    return ending


def save_ending(
    session: Session, actor: Actor, ending: PlanEnding, entry: EndingEntry, *, version: int
) -> bool:
    """Bring an ending that may be edited to what the form says; whether anything changed.

    Raises what `create_ending` raises, Stale, and Locked where it waits or is settled.
    """
    _demand_writer(actor, ending.unit_id)
    _demand_editable(ending)
    check_version(ending, version)
    _demand_going_on(ending.plan)
    read = read_ending(session, ending.plan, entry)
    with session.no_autoflush:
        _write(ending, read)
        entry_made = record_change(session, actor, "save_ending", ending, name=name_of(ending))
    if entry_made is None:
        return False
    ending.updated_at = clock.now()
    session.flush()
    return True


def cancel_ending(session: Session, actor: Actor, ending: PlanEnding, *, version: int) -> None:
    """Give up an ending that is not under review; it stays readable, the project goes on."""
    _demand_writer(actor, ending.unit_id)
    _demand_editable(ending)
    check_version(ending, version)
    ending.cancelled_at = ending.updated_at = clock.now()
    record_change(session, actor, "cancel_ending", ending, name=name_of(ending))
    session.flush()


def step_ending(
    session: Session,
    actor: Actor,
    ending: PlanEnding,
    action: Action,
    *,
    version: int,
    reason: str = "",
) -> None:
    """Move the ending to its next status; its approval ends the plan.

    From then on no later period is demanded or accepted; drafts of such stay, closed.
    Rectifications are closed with the document as their outcome, and a self-evaluation under
    preparation is scored anew over what is owed. The plan itself stays approved. Both plans are
    held by the caller. Raises Conflict where what it was written on has moved on, and what
    `take_step` raises.
    """
    if ending.cancelled_at is not None:
        raise Conflict(f"这份{LABEL}已作废，不能再办理。需要终止请另立一份。")
    if action is Action.REOPEN:
        raise Conflict("项目已按这份文件终止，不能重新打开。确需恢复执行的，请作为新项目追加。")
    next_status(ending.status, action, actor, ending.submitted_by_id)
    evaluation = None
    if action in {Action.SUBMIT, Action.APPROVE}:
        evaluation = _demand_current(session, ending)
    take_step(
        session,
        actor,
        ending,
        action,
        version=version,
        content=content_of_ending(ending),
        name=name_of(ending),
        reason=reason,
    )
    if action is Action.APPROVE:
        _end_plan(session, actor, ending)
        if evaluation is not None:
            rescore(session, actor, evaluation)


def content_of_ending(ending: PlanEnding) -> Content:
    """The ending as a snapshot keeps it."""
    fields = {
        "办理方式": ending.kind.label,
        "并入项目": ending.merged_into.name if ending.merged_into else "",
        "文号": ending.document,
        "文件日期": ending.dated_on.isoformat(),
        "终止之日": ending.holds_from.isoformat(),
        "原因": ending.reason,
        "资金处理": ending.money_note,
        "收回金额（元）": "" if ending.returned is None else format_number(ending.returned),
        "划转金额（元）": "" if ending.moved is None else format_number(ending.moved),
    }
    return Content(fields={key: text for key, text in fields.items() if text}, rows=[], data={})


def name_of(ending: PlanEnding) -> str:
    """What the ledger calls an ending."""
    into = f"“{ending.merged_into.name}”" if ending.merged_into else ""
    return f"{ending.plan.name} {ending.kind.label}{into} {ending.document}"


def _write(ending: PlanEnding, read: EndingValues) -> None:
    ending.kind, ending.merged_into = read.kind, read.merged_into
    # The ledger is written before the flush that would bring the key out of the relationship.
    ending.merged_into_id = read.merged_into.id if read.merged_into else None
    ending.document, ending.dated_on = read.document, read.dated_on
    ending.holds_from, ending.reason = read.holds_from, read.reason
    ending.money_note = read.money_note
    ending.returned, ending.moved = read.returned, read.moved


def _demand_writer(actor: Actor, unit_id: int) -> None:
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(unit_id):
        raise NotFound(f"没有找到这份{LABEL}。")


def _demand_editable(ending: PlanEnding) -> None:
    if ending.cancelled_at is not None:
        raise Locked(f"这份{LABEL}已作废，不能修改。需要终止请另立一份。")
    if not ending.is_editable:
        raise Locked(
            f"这份{LABEL}{ending.status.label}，不能修改。待审核的可先撤回；已通过的不再修改。"
        )


def _demand_going_on(plan: Plan) -> None:
    if plan.kind is not PlanKind.PROJECT:
        raise Conflict("部门整体绩效目标不能终止或并入，只有项目可以。")
    if plan.ended_on is not None:
        raise Locked(f"项目已从 {plan.ended_on} 起终止，不再办理。")
    if plan.status is not Status.APPROVED:
        raise Locked(f"绩效目标{plan.status.label}，审核通过以后才能办理终止或并入。")


def _demand_current(session: Session, ending: PlanEnding) -> SelfEvaluation | None:
    """Conflict where the ending no longer fits; the self-evaluation under preparation, held."""
    plan, into = ending.plan, ending.merged_into
    if plan.status is not Status.APPROVED:
        raise Conflict(f"绩效目标{plan.status.label}，不能办理终止。请等目标再次审核通过。")
    if into is not None and into.id not in {one.id for one in plans_to_merge_into(session, plan)}:
        raise Conflict(
            f"要并入的“{into.name}”已不在执行，不能办理。请退回或撤回，由填报人另选项目。"
        )
    for problem in (
        reported_later(session, plan, ending.holds_from),
        too_much(session, plan, ending.returned, ending.moved),
    ):
        if problem:
            raise Conflict(problem)
    waiting = session.scalar(
        select(TargetRevision.document).where(
            TargetRevision.plan_id == plan.id, TargetRevision.status == Status.SUBMITTED
        )
    )
    if waiting is not None:
        raise Conflict(f"目标调整单（{waiting}）待审核。请先审核、撤回或退回，再办理终止。")
    evaluation = session.scalar(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id).with_for_update()
    )
    if evaluation is not None and evaluation.status not in EDITABLE:
        raise Conflict(
            f"绩效自评{evaluation.status.label}，项目不能再终止。请先将自评撤回、退回或重新打开。"
        )
    return evaluation


def _end_plan(session: Session, actor: Actor, ending: PlanEnding) -> None:
    plan = ending.plan
    until = owed_until(session, plan, ending.holds_from)
    plan.ended_on, plan.owed_until = ending.holds_from, until
    plan.updated_at = clock.now()
    record_change(
        session, actor, "end_plan", plan, name=plan.name, plan_id=plan.id, reason=ending.document
    )
    _close_rectifications(session, actor, ending)
    session.flush()
    take_snapshot(session, actor, plan, Action.APPROVE, content_of_plan(plan))
    session.flush()


def _close_rectifications(session: Session, actor: Actor, ending: PlanEnding) -> None:
    """Nothing is put right any more: closed by whoever approves, on the submitter's report.

    What was written of them stays, the document stands behind it.
    """
    into = f"“{ending.merged_into.name}”" if ending.merged_into else ""
    why = f"{ending.kind.label}{into}（{ending.document}）"
    outcome = f"项目从 {ending.holds_from} 起{why}，整改随之了结。"
    rows = session.scalars(
        select(Rectification)
        .where(Rectification.plan_id == ending.plan_id, UNFINISHED)
        .order_by(Rectification.id)
        .with_for_update()
    ).all()
    for row in rows:
        name = row.indicator.name
        row.measure = row.measure or ending.kind.label
        row.outcome = "\n".join(filter(None, [row.outcome, outcome]))
        row.state = RectificationState.CLOSED
        if row.reported_by_id in {None, actor.id}:
            row.reported_by_id, row.reported_at = ending.submitted_by_id, ending.submitted_at
        row.closed_by_id, row.closed_at = actor.id, clock.now()
        changes, row.updated_at = changes_of(row), clock.now()
        record_change(session, actor, "close_rectification", row, changes=changes, name=name)
