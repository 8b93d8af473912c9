"""Plans as their pages list and open them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from perf.core.endings import is_demanded
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.models import (
    BudgetAdjustment,
    BudgetLine,
    Indicator,
    LedgerEntry,
    Period,
    Plan,
    Project,
    Remark,
    SelfEvaluation,
    Submission,
)
from perf.queries.pages import Page, contains, page_of
from perf.queries.threads import with_people
from perf.queries.visible import in_sight, plan_visible_to


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan of the list; `budget` is the adjusted one in 元, None where none is filled in."""

    plan: Plan
    indicators: int
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class Quarter:
    """A period of the plan's year with how its report stands; None: not begun.

    `is_owed`: the plan is to report it.
    """

    period: Period
    status: Status | None
    is_demo: bool
    is_owed: bool = True


def plans_page(
    session: Session,
    actor: Actor,
    year: int,
    *,
    text: str = "",
    is_ended: bool | None = None,
    number: int = 1,
) -> Page[PlanRow]:
    """One page of a year's plans, department plans first; `text` is part of a name or code.

    `is_ended` keeps those that ended within the year (终止、并入), or those that go on.
    """
    query = (
        select(Plan)
        .outerjoin(Project, Project.id == Plan.project_id)
        .options(joinedload(Plan.project), joinedload(Plan.unit))
        .where(Plan.year == year, in_sight(actor, Plan.unit_id))
        .order_by(Plan.unit_id, Plan.kind, Plan.id)
    )
    if is_ended is not None:
        query = query.where(Plan.ended_on.is_not(None) if is_ended else Plan.ended_on.is_(None))
    if text:
        pattern = contains(text)
        query = query.where(
            or_(Project.name.ilike(pattern, escape="\\"), Project.code.ilike(pattern, escape="\\"))
        )
    page = page_of(session, query, number)
    ids = [plan.id for plan in page.rows]
    counts = _indicator_counts(session, ids)
    budgets = adjusted_budgets(session, ids)
    rows = [PlanRow(plan, counts.get(plan.id, 0), budgets.get(plan.id)) for plan in page.rows]
    return Page(rows, page.number, page.pages, page.total)


def plan_to_change(session: Session, actor: Actor, plan_id: int) -> Plan:
    """A plan as `plan_visible_to` gives it, held against other writers until the commit."""
    session.execute(select(Plan.id).where(Plan.id == plan_id).with_for_update())
    return plan_visible_to(session, actor, plan_id)


def quarters_of(session: Session, plan: Plan) -> list[Quarter]:
    """The quarters of the plan's year in order."""
    rows = session.execute(
        select(Period, Submission.status, Submission.is_demo)
        .outerjoin(
            Submission, (Submission.period_id == Period.id) & (Submission.plan_id == plan.id)
        )
        .where(Period.year == plan.year)
        .order_by(Period.code)
    )
    return [
        Quarter(
            period,
            status,
            bool(is_demo),
            is_demanded(period.months, plan.begins_on, plan.owed_until),
        )
        for period, status, is_demo in rows
        if not period.is_year
    ]


def self_evaluation_of(session: Session, plan: Plan) -> SelfEvaluation | None:
    """The plan's self-evaluation, where it was begun."""
    return session.scalar(select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id))


def remarks_on(session: Session, plan: Plan) -> Sequence[Remark]:
    """What reviewers said about the plan, the newest first."""
    return session.scalars(
        select(Remark)
        .options(*with_people())
        .where(Remark.plan_id == plan.id)
        .order_by(Remark.id.desc())
    ).all()


def last_change_of(session: Session, plan: Plan) -> LedgerEntry | None:
    """The newest ledger entry about the plan: whose change came first."""
    return session.scalar(
        select(LedgerEntry)
        .where(LedgerEntry.plan_id == plan.id)
        .order_by(LedgerEntry.id.desc())
        .limit(1)
    )


def _indicator_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Indicator.plan_id, func.count())
        .where(Indicator.plan_id.in_(ids))
        .group_by(Indicator.plan_id)
    )
    return {row[0]: row[1] for row in rows}


def adjusted_budgets(session: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """The 全年预算数 in 元 of each of these plans that has any money; two queries."""
    initial = session.execute(
        select(BudgetLine.plan_id, func.sum(BudgetLine.initial))
        .where(BudgetLine.plan_id.in_(ids))
        .group_by(BudgetLine.plan_id)
    )
    sums: dict[int, Decimal] = {row[0]: row[1] for row in initial}
    adjusted = session.execute(
        select(BudgetLine.plan_id, func.sum(BudgetAdjustment.amount))
        .join(BudgetLine, BudgetLine.id == BudgetAdjustment.budget_line_id)
        .where(BudgetLine.plan_id.in_(ids))
        .group_by(BudgetLine.plan_id)
    )
    for plan_id, amount in adjusted:
        sums[plan_id] += amount
    return sums
