"""What somebody has open (未了工作), who could take it over, and the hand-overs of a unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import Action, Role, WorkKind
from perf.core.workflow import EDITABLE
from perf.models import (
    Actual,
    HandedOver,
    Handover,
    LedgerEntry,
    Message,
    Plan,
    PlanEnding,
    Rectification,
    SelfEvaluation,
    Submission,
    TargetRevision,
    User,
)
from perf.queries.items import is_any_of
from perf.queries.rectifications import UNFINISHED
from perf.queries.visible import in_sight

_REVIEWING = [one.value for one in (Action.RETURN, Action.APPROVE, Action.REOPEN)]
_DRAFTS: dict[WorkKind, Any] = {
    WorkKind.PLAN: Plan,
    WorkKind.REVISION: TargetRevision,
    WorkKind.ENDING: PlanEnding,
    WorkKind.QUARTER: Submission,
    WorkKind.SELF_EVALUATION: SelfEvaluation,
}
# What has to be in somebody's hands before a person leaves.
BINDING = frozenset({*_DRAFTS, WorkKind.RECTIFICATION})
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that is open with somebody; `key` is a quarter's code, else blank."""

    kind: WorkKind
    subject_id: int
    title: str
    plan_id: int | None = None
    key: str = ""


def person_of_unit(session: Session, actor: Actor, user_id: int) -> User:
    """A person of a unit within the actor's sight, in use or not; NotFound for any other."""
    user = session.scalar(
        select(User)
        .options(joinedload(User.unit), joinedload(User.office))
        .where(User.id == user_id, User.unit_id.is_not(None), in_sight(actor, User.unit_id))
    )
    if user is None:
        raise NotFound("没有找到这位用户，或者他不属于您的单位。请从“科室与人员”重新进入。")
    return user


def takers_of(session: Session, user: User) -> Sequence[User]:
    """Who of the unit could take over: for a recorder's work recorders only; one query."""
    query = select(User).where(
        User.unit_id == user.unit_id, User.id != user.id, User.archived_at.is_(None)
    )
    if user.role is Role.STAFF:
        query = query.where(User.role == Role.STAFF)
    return session.scalars(query.order_by(User.display_name, User.id)).all()


def open_work_of(session: Session, user: User) -> list[Work]:
    """All that is open with a person, in a constant number of queries.

    Drafts that they worked on or took over since they last handed over, rectifications that they
    own, their office, and unread messages.
    """
    since = session.scalar(select(func.max(Handover.made_at)).where(Handover.giver_id == user.id))
    work = [one for kind in _DRAFTS for one in _drafts(session, user, kind, since or _BEGINNING)]
    work += _rectifications(session, user)
    if user.office is not None:
        work.append(Work(WorkKind.OFFICE, user.office.id, user.office.name))
    unread = select(Message).where(Message.user_id == user.id, Message.read_at.is_(None))
    work += [
        Work(WorkKind.MESSAGE, one.id, f"{one.day:%Y-%m-%d} 的消息（{len(one.lines)} 项）")
        for one in session.scalars(unread.order_by(Message.day))
    ]
    return work


def handovers_of_unit(session: Session, actor: Actor, unit_id: int) -> Sequence[Handover]:
    """The unit's hand-overs, the latest first, at most fifty; two queries."""
    return session.scalars(
        select(Handover)
        .options(
            joinedload(Handover.giver),
            joinedload(Handover.taker),
            selectinload(Handover.things),
        )
        .where(Handover.unit_id == unit_id, in_sight(actor, Handover.unit_id))
        .order_by(Handover.id.desc())
        .limit(50)
    ).all()


def handover_visible_to(session: Session, actor: Actor, handover_id: int) -> Handover:
    """One hand-over within the actor's sight; NotFound for any other."""
    row = session.scalar(
        select(Handover)
        .options(
            joinedload(Handover.giver).joinedload(User.office),
            joinedload(Handover.taker),
            joinedload(Handover.made_by),
            joinedload(Handover.unit),
            selectinload(Handover.things),
        )
        .where(Handover.id == handover_id, in_sight(actor, Handover.unit_id))
    )
    if row is None:
        raise NotFound("没有找到这次工作交接。请从“科室与人员”重新进入。")
    return row


def _drafts(session: Session, user: User, kind: WorkKind, since: datetime) -> Iterator[Work]:
    model = _DRAFTS[kind]
    query = select(model).where(
        model.unit_id == user.unit_id,
        is_any_of(model.status, sorted(EDITABLE)),
        or_(*_is_theirs(user, kind, since)),
    )
    if kind in {WorkKind.REVISION, WorkKind.ENDING}:
        query = query.where(model.cancelled_at.is_(None))
    if kind is WorkKind.PLAN:
        query = query.options(joinedload(Plan.project))
    else:
        query = query.options(joinedload(model.plan).joinedload(Plan.project))
    if kind is WorkKind.QUARTER:
        query = query.options(joinedload(Submission.period))
    for row in session.scalars(query.order_by(model.id)):
        yield _work(kind, row)


def _is_theirs(user: User, kind: WorkKind, since: datetime) -> list[ColumnElement[bool]]:
    model = _DRAFTS[kind]
    worked = exists().where(
        LedgerEntry.subject == model.__tablename__,
        LedgerEntry.subject_id == model.id,
        LedgerEntry.actor_id == user.id,
        LedgerEntry.at > since,
        LedgerEntry.action.not_in(_REVIEWING),
    )
    taken = exists().where(
        HandedOver.kind == kind,
        HandedOver.subject_id == model.id,
        Handover.id == HandedOver.handover_id,
        Handover.taker_id == user.id,
        Handover.made_at > since,
    )
    if kind is not WorkKind.QUARTER:
        return [worked, taken]
    filled = exists().where(
        Actual.submission_id == Submission.id,
        Actual.updated_by_id == user.id,
        Actual.updated_at > since,
    )
    return [worked, taken, filled]


def _work(kind: WorkKind, row: Any) -> Work:
    plan = row if kind is WorkKind.PLAN else row.plan
    what = {
        WorkKind.QUARTER: lambda: f"{row.period.name}填报",
        WorkKind.REVISION: lambda: f"目标调整 {row.document}",
        WorkKind.ENDING: lambda: f"终止并入 {row.document}",
    }.get(kind, lambda: kind.label)()
    key = row.period.code if kind is WorkKind.QUARTER else ""
    title = f"{plan.year} 年 {plan.name} {what}（{row.status.label}）"
    return Work(kind, row.id, title[:500], plan.id, key)


def _rectifications(session: Session, user: User) -> Iterator[Work]:
    query = (
        select(Rectification)
        .options(
            joinedload(Rectification.indicator),
            joinedload(Rectification.plan).joinedload(Plan.project),
        )
        .where(Rectification.owner_id == user.id, UNFINISHED)
        .order_by(Rectification.due_on, Rectification.id)
    )
    for row in session.scalars(query):
        title = f"{row.plan.year} 年 {row.plan.name} 整改：{row.indicator.name}"
        yield Work(WorkKind.RECTIFICATION, row.id, title[:500], row.plan_id)
