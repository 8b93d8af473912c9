"""What everybody's first page says is to be done, and how far the system is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from perf.core.permissions import Actor, Permission
from perf.core.terms import Role, Status, ThreadStep
from perf.models import (
    FiscalYear,
    Indicator,
    Period,
    Plan,
    PlanEnding,
    Remark,
    RemarkEntry,
    SelfEvaluation,
    Submission,
    TargetRevision,
    Unit,
    User,
)
from perf.queries.demanded import demanded_count, owes_self_evaluation
from perf.queries.items import (
    Item,
    ItemKind,
    approved_quarters,
    bound_to,
    is_any_of,
    is_open,
    items_of,
    lies_in_sight,
    read_items,
)
from perf.queries.review import MODELS

_UNDER_WAY = (Status.SUBMITTED, Status.RETURNED, Status.REOPENED)


@dataclass(frozen=True, slots=True)
class Said:
    """One open remark: its text, about which indicator (None: the whole), by whom and when."""

    text: str
    indicator_id: int | None
    indicator: str | None
    by: str | None
    at: datetime


def outstanding_items(session: Session, actor: Actor, today: date) -> list[Item]:
    """Everything in the actor's sight that is not approved; one query.

    Quarters count from the day they open under an approved plan, and a self-evaluation from the
    day that all four are approved; what nobody handed in before its period was locked is left
    out, since nothing can be done about it here.
    """
    statement = _outstanding(actor.may(Permission.READ_ALL_UNITS))
    return read_items(session, statement, bound_to(actor) | {"today": today})


@cache
def _outstanding(sees_all: bool) -> CompoundSelect[Any]:
    sight = lies_in_sight(Plan.unit_id, sees_all=sees_all)
    kinds = outstanding_by_kind()
    return union_all(
        *(items_of(kind, with_progress=True).where(sight, kinds[kind]) for kind in ItemKind)
    )


def outstanding_by_kind() -> dict[ItemKind, ColumnElement[bool]]:
    """What makes an item of each kind one that is to be done; the day is bound as `:today`."""
    is_open_today = is_open(bindparam("today", type_=Date))
    quarter = or_(
        is_any_of(Submission.status, _UNDER_WAY),
        and_(
            is_open_today,
            Plan.status == Status.APPROVED,
            or_(Submission.id.is_(None), Submission.status == Status.DRAFT),
        ),
    )
    evaluation = or_(
        is_any_of(SelfEvaluation.status, _UNDER_WAY),
        and_(is_open_today, SelfEvaluation.status == Status.DRAFT, owes_self_evaluation()),
        and_(
            is_open_today,
            SelfEvaluation.id.is_(None),
            Plan.status == Status.APPROVED,
            owes_self_evaluation(),
            approved_quarters() == demanded_count(),
        ),
    )
    return {
        ItemKind.PLAN: Plan.status != Status.APPROVED,
        # Of a project that ended nothing is revised any more.
        ItemKind.REVISION: and_(TargetRevision.status != Status.APPROVED, Plan.ended_on.is_(None)),
        ItemKind.ENDING: PlanEnding.status != Status.APPROVED,
        ItemKind.QUARTER: quarter,
        ItemKind.SELF_EVALUATION: evaluation,
    }


def open_remarks(session: Session, items: Sequence[Item]) -> dict[tuple[ItemKind, int], list[Said]]:
    """What was said when these items were sent back or reopened, by item; one query, or none."""
    wanted = {
        (item.kind, item.subject_id): item.submitted_at
        for item in items
        if item.is_returned and item.subject_id is not None
    }
    if not wanted:
        return {}
    ids: dict[ItemKind, list[int]] = {kind: [] for kind in ItemKind}
    for kind, subject_id in wanted:
        ids[kind].append(subject_id)
    rows = session.connection().execute(_REMARKS, {kind.value: ids[kind] for kind in ItemKind})
    found: dict[tuple[ItemKind, int], list[Said]] = {}
    for row in rows:
        if row.plan_id is not None:
            key = (ItemKind.PLAN, row.plan_id)
        elif row.submission_id is not None:
            key = (ItemKind.QUARTER, row.submission_id)
        elif row.target_revision_id is not None:
            key = (ItemKind.REVISION, row.target_revision_id)
        elif row.plan_ending_id is not None:
            key = (ItemKind.ENDING, row.plan_ending_id)
        else:
            key = (ItemKind.SELF_EVALUATION, row.self_evaluation_id or 0)
        remark = Said(row.said, row.indicator_id, row.name, row.display_name, row.said_at)
        submitted_at = wanted[key]
        # What an earlier round said stays open until the approval, but is not today's news.
        if submitted_at is None or remark.at >= submitted_at:
            found.setdefault(key, []).append(remark)
    return found


def unanswered_counts(session: Session, items: Sequence[Item]) -> dict[tuple[ItemKind, int], int]:
    """How many remarks on each of these wait for an answer; one query, or none."""
    ids: dict[ItemKind, list[int]] = {}
    for item in items:
        ids.setdefault(item.kind, []).append(item.subject_id or 0)
    if not ids:
        return {}
    counts = []
    for kind, keys in ids.items():
        own = getattr(Remark, f"{MODELS[kind].__tablename__}_id")
        is_open = (Remark.resolved_at.is_(None), Remark.answered_at.is_(None))
        counts.append(
            select(literal(kind.value), own, func.count())
            .where(own.in_(keys), *is_open)
            .group_by(own)
        )
    rows = session.execute(union_all(*counts))
    kinds = {kind.value: kind for kind in ids}
    return {(kinds[kind], key): count for kind, key, count in rows}


# A reviewer's last word on a remark, where there was one after it.
_LAST_WORD = (
    select(func.max(RemarkEntry.id))
    .where(
        RemarkEntry.remark_id == Remark.id,
        is_any_of(RemarkEntry.step, [ThreadStep.REPLY, ThreadStep.RAISE]),
    )
    .correlate(Remark)
    .scalar_subquery()
)
_REMARKS = (
    select(
        Remark.plan_id,
        Remark.submission_id,
        Remark.self_evaluation_id,
        Remark.target_revision_id,
        Remark.plan_ending_id,
        func.coalesce(RemarkEntry.text, Remark.text).label("said"),
        Remark.indicator_id,
        Indicator.name,
        User.display_name,
        func.coalesce(RemarkEntry.created_at, Remark.created_at).label("said_at"),
    )
    .outerjoin(RemarkEntry, RemarkEntry.id == _LAST_WORD)
    .outerjoin(Indicator, Indicator.id == Remark.indicator_id)
    .outerjoin(User, User.id == func.coalesce(RemarkEntry.created_by_id, Remark.created_by_id))
    .where(
        Remark.resolved_at.is_(None),
        # What was answered is the reviewer's to look at.
        Remark.answered_at.is_(None),
        or_(
            *(
                column.in_(bindparam(kind.value, expanding=True))
                for kind, column in (
                    (ItemKind.PLAN, Remark.plan_id),
                    (ItemKind.QUARTER, Remark.submission_id),
                    (ItemKind.SELF_EVALUATION, Remark.self_evaluation_id),
                    (ItemKind.REVISION, Remark.target_revision_id),
                    (ItemKind.ENDING, Remark.plan_ending_id),
                )
            )
        ),
    )
    .order_by(Remark.id)
)


@dataclass(frozen=True, slots=True)
class Setup:
    """How far the system is set up: years, units in use, and their people."""

    years: list[int]
    units: int
    users: dict[Role, int]
    without_staff: int
    without_supervisor: int
    open_periods: list[Period]


def setup_of(session: Session, today: date) -> Setup:
    """What an administrator looks after; five queries."""
    in_use = (Unit.archived_at.is_(None),)
    roles = session.execute(
        select(User.role, func.count()).where(User.archived_at.is_(None)).group_by(User.role)
    )
    missing = [
        select(func.count())
        .select_from(Unit)
        .where(
            *in_use,
            ~select(User.id)
            .where(User.unit_id == Unit.id, User.role == role, User.archived_at.is_(None))
            .exists(),
        )
        .scalar_subquery()
        for role in (Role.STAFF, Role.SUPERVISOR)
    ]
    units = select(func.count()).select_from(Unit).where(*in_use).scalar_subquery()
    count, without_staff, without_supervisor = session.execute(select(units, *missing)).one()
    return Setup(
        years=list(session.scalars(select(FiscalYear.id).order_by(FiscalYear.id.desc()))),
        units=count,
        users=dict(roles.all()),
        without_staff=without_staff,
        without_supervisor=without_supervisor,
        open_periods=list(
            session.scalars(select(Period).where(is_open(today)).order_by(Period.due_on))
        ),
    )
