"""How every unit stands in a year: counts over stored columns, for one page of units at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session, joinedload

from perf.core.numbers import round_half_up
from perf.core.periods import is_overdue
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.core.workflow import HANDED_IN
from perf.models import FiscalYear, Period, Plan, SelfEvaluation, Submission, Unit
from perf.queries.demanded import SPAN, owes_month, owes_self_evaluation, spans_owe
from perf.queries.organisation import is_unit_called
from perf.queries.pages import PAGE_SIZE, Page, count_pages, page_of
from perf.queries.visible import in_sight


@dataclass(slots=True)
class UnitStanding:
    """One unit's year; `overdue` counts quarters and self-evaluations that should be handed in.

    `average` is the mean total of the signed self-evaluations, None where none is signed;
    `has_demo`: invented results are among them.
    """

    unit: Unit
    plans: int = 0
    plans_approved: int = 0
    plans_submitted: int = 0
    quarters_approved: int = 0
    quarters_submitted: int = 0
    overdue: int = 0
    signed: int = 0
    average: Decimal | None = None
    has_demo: bool = False


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """One plan's year: the status of each quarter by the period's id, and the self-evaluation."""

    plan: Plan
    quarters: dict[int, Status]
    self_evaluation: SelfEvaluation | None

    @property
    def is_reporting(self) -> bool:
        """Whether its quarters are to be filled in."""
        return self.plan.status is Status.APPROVED

    def owes(self, period: Period) -> bool:
        """Whether it reports in this period, or is to be self-evaluated in the year's own."""
        plan = self.plan
        first = plan.begins_on.month if plan.begins_on else 1
        return self.is_reporting and spans_owe(
            (first, plan.owed_until, plan.ended_on is None), period
        )

    def tally(self, periods: Iterable[Period]) -> tuple[int, int]:
        """How many of these periods are approved, of how many that it owes."""
        owed = [period for period in periods if self.owes(period)]
        approved = [one for one in owed if self.quarters.get(one.id) is Status.APPROVED]
        return len(approved), len(owed)

    def under_way(self, periods: Iterable[Period]) -> list[tuple[Period, Status]]:
        """Those of them that are begun and not approved, with their status."""
        begun = [(one, self.quarters[one.id]) for one in periods if one.id in self.quarters]
        return [(period, status) for period, status in begun if status is not Status.APPROVED]


def units_standing(
    session: Session,
    actor: Actor,
    year: FiscalYear,
    today: date,
    *,
    text: str = "",
    is_overdue_first: bool = True,
    number: int = 1,
) -> Page[UnitStanding]:
    """One page of units in use; six queries whatever their number, none of them over a row each.

    Overdue is what an approved plan owes: each period that it owes past its day, itself included,
    that was not handed in, or was sent back. The order by it counts in SQL.
    """
    quarters, years = _past_due(year, today)
    query = select(Unit).where(Unit.archived_at.is_(None), in_sight(actor, Unit.id))
    if text:
        query = query.where(is_unit_called(text))
    total, number, pages = count_pages(session, query, number)
    if is_overdue_first:
        query = _with_overdue(query, year.id, quarters, years)
    query = query.order_by(Unit.code, Unit.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    standings = {unit.id: UnitStanding(unit) for unit in session.scalars(query)}
    _count_plans(session, standings, year.id, quarters + years)
    _count_quarters(session, standings, year, quarters)
    _count_evaluations(session, standings, year.id, is_due=bool(years))
    return Page(list(standings.values()), number, pages, total)


def plans_standing(
    session: Session, unit: Unit, year: FiscalYear, number: int = 1
) -> Page[PlanStanding]:
    """One page of a unit's plans, the department's first; four queries."""
    query = (
        select(Plan)
        .options(joinedload(Plan.project))
        .where(Plan.unit_id == unit.id, Plan.year == year.id)
        .order_by(Plan.kind, Plan.id)
    )
    page = page_of(session, query, number)
    ids = [plan.id for plan in page.rows]
    quarters: dict[int, dict[int, Status]] = {plan_id: {} for plan_id in ids}
    for plan_id, period_id, status in session.execute(
        select(Submission.plan_id, Submission.period_id, Submission.status).where(
            Submission.plan_id.in_(ids)
        )
    ):
        quarters[plan_id][period_id] = status
    evaluations = {
        row.plan_id: row
        for row in session.scalars(select(SelfEvaluation).where(SelfEvaluation.plan_id.in_(ids)))
    }
    rows = [PlanStanding(one, quarters[one.id], evaluations.get(one.id)) for one in page.rows]
    return Page(rows, page.number, page.pages, page.total)


def _past_due(year: FiscalYear, today: date) -> tuple[list[Period], list[Period]]:
    """The quarters that are past their day, and the self-evaluation's period."""
    past: list[Period] = [one for one in year.periods if is_overdue(one.due_on, today)]
    return [one for one in past if not one.is_year], [one for one in past if one.is_year]


def _with_overdue(
    query: Select[Unit], year: int, quarters: Sequence[Period], years: Sequence[Period]
) -> Select[Unit]:
    due: list[ColumnElement[int]] = [
        case((owes_month(month), 1), else_=0) for month in [one.months for one in quarters]
    ]
    if years:
        due.append(case((owes_self_evaluation(), 1), else_=0))
    owed = (
        select(Plan.unit_id, func.sum(sum(due, literal(0))).label("n"))
        .where(Plan.year == year, Plan.status == Status.APPROVED)
        .group_by(Plan.unit_id)
        .subquery()
    )
    reported = (
        select(Submission.unit_id, func.count().label("n"))
        .where(
            Submission.period_id.in_([one.id for one in quarters]),
            Submission.status.in_(HANDED_IN),
        )
        .group_by(Submission.unit_id)
        .subquery()
    )
    overdue: ColumnElement[int] = func.coalesce(owed.c.n, 0) - func.coalesce(reported.c.n, 0)
    query = query.outerjoin(owed, owed.c.unit_id == Unit.id)
    query = query.outerjoin(reported, reported.c.unit_id == Unit.id)
    if years:
        evaluated = (
            select(SelfEvaluation.unit_id, func.count().label("n"))
            .join(Plan, Plan.id == SelfEvaluation.plan_id)
            .where(Plan.year == year, SelfEvaluation.status.in_(HANDED_IN), owes_self_evaluation())
            .group_by(SelfEvaluation.unit_id)
            .subquery()
        )
        query = query.outerjoin(evaluated, evaluated.c.unit_id == Unit.id)
        overdue = overdue - func.coalesce(evaluated.c.n, 0)
    return query.order_by(overdue.desc())


def _count_plans(
    session: Session, standings: dict[int, UnitStanding], year: int, due: Sequence[Period]
) -> None:
    rows = session.execute(
        select(Plan.unit_id, Plan.status, func.count(), *SPAN)
        .where(Plan.unit_id.in_(standings), Plan.year == year)
        .group_by(Plan.unit_id, Plan.status, *SPAN)
    )
    for unit_id, status, count, *span in rows:
        one = standings[unit_id]
        one.plans += count
        if status is Status.APPROVED:
            one.plans_approved += count
            one.overdue += count * sum(spans_owe(span, period) for period in due)
        elif status is Status.SUBMITTED:
            one.plans_submitted += count


def _count_quarters(
    session: Session, standings: dict[int, UnitStanding], year: FiscalYear, past: Sequence[Period]
) -> None:
    overdue = {one.id for one in past}
    rows = session.execute(
        select(Submission.unit_id, Submission.period_id, Submission.status, func.count())
        .where(
            Submission.unit_id.in_(standings),
            Submission.status.in_(HANDED_IN),
            Submission.period_id.in_([one.id for one in year.periods]),
        )
        .group_by(Submission.unit_id, Submission.period_id, Submission.status)
    )
    for unit_id, period_id, status, count in rows:
        one = standings[unit_id]
        if status is Status.APPROVED:
            one.quarters_approved += count
        else:
            one.quarters_submitted += count
        if period_id in overdue:
            one.overdue -= count


def _count_evaluations(
    session: Session, standings: dict[int, UnitStanding], year: int, *, is_due: bool
) -> None:
    rows = session.execute(
        select(
            SelfEvaluation.unit_id,
            SelfEvaluation.status,
            owes_self_evaluation(),
            func.count(),
            func.sum(SelfEvaluation.total),
            func.count(SelfEvaluation.total),
            func.count(case((SelfEvaluation.is_demo, 1))),
        )
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(
            SelfEvaluation.unit_id.in_(standings),
            Plan.year == year,
            SelfEvaluation.status.in_(HANDED_IN),
        )
        .group_by(SelfEvaluation.unit_id, SelfEvaluation.status, owes_self_evaluation())
    )
    points: dict[int, tuple[Decimal, int]] = {}
    for unit_id, status, is_owed, count, total, scored, invented in rows:
        one = standings[unit_id]
        if is_due and is_owed:
            one.overdue -= count
        if status is Status.APPROVED:
            one.signed += count
            one.has_demo = one.has_demo or invented > 0
            before = points.get(unit_id, (Decimal(0), 0))
            points[unit_id] = before[0] + (total or 0), before[1] + scored
    for unit_id, (total, scored) in points.items():
        standings[unit_id].average = round_half_up(total, Decimal(scored)) if scored else None
