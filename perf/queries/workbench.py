"""What everybody's first page says: what is to be done, and for many units only totals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from perf.core.numbers import round_half_up
from perf.core.permissions import Actor, Permission
from perf.core.terms import Rating, Role, Status, ThreadStep
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
from perf.queries.demanded import SPAN, demanded_count, owes_self_evaluation, spans_owe
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
from perf.queries.visible import in_sight

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


@dataclass(slots=True)
class PeriodTotals:
    """Over all units in sight: how many reports approved plans owe for a period, and have made."""

    period: Period
    owed: int = 0
    approved: int = 0
    submitted: int = 0


@dataclass(slots=True)
class Totals:
    """One year over all units in sight, out of stored columns.

    `average` is of signed totals; `has_demo`: invented results are among them.
    """

    year: int
    units: int = 0
    plans: dict[Status, int] = field(default_factory=dict)
    periods: list[PeriodTotals] = field(default_factory=list)
    ratings: dict[Rating, int] = field(default_factory=dict)
    signed: int = 0
    average: Decimal | None = None
    has_demo: bool = False

    def share_of(self, one: PeriodTotals) -> Decimal | None:
        """The approved part of what a period should bring (0–1); None where nothing is owed."""
        return Decimal(one.approved) / one.owed if one.owed else None

    @property
    def plans_total(self) -> int:
        """All plans of the year."""
        return sum(self.plans.values())


def totals_of(session: Session, actor: Actor, year: int) -> Totals:
    """The year's counts over every unit in the actor's sight; five queries of aggregates."""
    totals = Totals(year)
    periods = session.scalars(select(Period).where(Period.year == year))
    in_order = sorted(periods, key=lambda period: (period.is_year, period.code))
    by_id = {period.id: PeriodTotals(period) for period in in_order}
    totals.periods = list(by_id.values())
    of_year = (Plan.year == year, in_sight(actor, Plan.unit_id))
    totals.units = session.scalar(select(func.count(Plan.unit_id.distinct())).where(*of_year)) or 0
    for status, count, *span in session.execute(
        select(Plan.status, func.count(), *SPAN).where(*of_year).group_by(Plan.status, *SPAN)
    ):
        totals.plans[status] = totals.plans.get(status, 0) + count
        if status is Status.APPROVED:
            for one in totals.periods:
                one.owed += count if spans_owe(span, one.period) else 0
    for period_id, status, count in session.execute(
        select(Submission.period_id, Submission.status, func.count())
        .where(
            Submission.period_id.in_(by_id),
            Submission.status.in_([Status.SUBMITTED, Status.APPROVED]),
            in_sight(actor, Submission.unit_id),
        )
        .group_by(Submission.period_id, Submission.status)
    ):
        _add(by_id[period_id], status, count)
    _add_evaluations(session, actor, totals)
    return totals


def _add_evaluations(session: Session, actor: Actor, totals: Totals) -> None:
    year = next((one for one in totals.periods if one.period.is_year), None)
    points = Decimal(0)
    for status, rating, is_owed, count, total, invented in session.execute(
        select(
            SelfEvaluation.status,
            SelfEvaluation.rating,
            owes_self_evaluation(),
            func.count(),
            func.sum(SelfEvaluation.total),
            func.count(case((SelfEvaluation.is_demo, 1))),
        )
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(
            Plan.year == totals.year,
            SelfEvaluation.status.in_([Status.SUBMITTED, Status.APPROVED]),
            in_sight(actor, SelfEvaluation.unit_id),
        )
        .group_by(SelfEvaluation.status, SelfEvaluation.rating, owes_self_evaluation())
    ):
        if year is not None and is_owed:
            _add(year, status, count)
        if status is Status.APPROVED and rating is not None and total is not None:
            totals.ratings[rating] = totals.ratings.get(rating, 0) + count
            totals.signed += count
            totals.has_demo = totals.has_demo or invented > 0
            points += total
    if totals.signed:
        totals.average = round_half_up(points, Decimal(totals.signed))


def _add(one: PeriodTotals, status: Status, count: int) -> None:
    if status is Status.APPROVED:
        one.approved += count
    else:
        one.submitted += count


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
