"""The plans of a year by which another rule pack is tried out, each with what it is scored from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from perf.core.permissions import Actor
from perf.core.terms import PlanKind, Status
from perf.models import BudgetLine, Period, Plan, SelfEvaluation, Submission, Unit
from perf.queries.pages import PAGE_SIZE, Page, count_pages
from perf.queries.visible import in_sight


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan with its self-evaluation, or with its approved quarters while there is none."""

    plan: Plan
    evaluation: SelfEvaluation | None
    quarters: Sequence[Submission]


def years_to_try(session: Session, actor: Actor, kind: PlanKind) -> list[tuple[int, bool]]:
    """The years with plans of this kind, the latest first, each with whether it has scores."""
    rows = session.execute(
        select(Plan.year, func.count(SelfEvaluation.id))
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .where(Plan.kind == kind, in_sight(actor, Plan.unit_id))
        .group_by(Plan.year)
        .order_by(Plan.year.desc())
    )
    return [(year, count > 0) for year, count in rows]


def plans_to_try(
    session: Session, actor: Actor, kind: PlanKind, year: int, *, number: int = 1
) -> Page[Standing]:
    """One page of the year's plans of this kind, those with a self-evaluation first.

    Whatever the number of plans, the same number of queries.
    """
    query = (
        select(Plan, SelfEvaluation)
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .options(
            contains_eager(Plan.unit),
            contains_eager(Plan.project),
            selectinload(Plan.budget_lines).selectinload(BudgetLine.adjustments),
            selectinload(Plan.indicators),
            selectinload(SelfEvaluation.scores),
        )
        .where(Plan.kind == kind, Plan.year == year, in_sight(actor, Plan.unit_id))
        .order_by(SelfEvaluation.id.is_(None), Unit.code, Unit.id, Plan.id)
    )
    total, number, pages = count_pages(session, cast("Select[Any]", query), number)
    found = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    pairs: list[tuple[Plan, SelfEvaluation | None]] = [(row[0], row[1]) for row in found]
    quarters = _approved(session, [plan.id for plan, evaluation in pairs if evaluation is None])
    rows = [Standing(plan, own, quarters.get(plan.id, ())) for plan, own in pairs]
    return Page(rows, number, pages, total)


def standing_of(session: Session, plan: Plan) -> Standing:
    """One loaded plan with what it is scored from."""
    evaluation = session.scalar(
        select(SelfEvaluation)
        .options(selectinload(SelfEvaluation.scores))
        .where(SelfEvaluation.plan_id == plan.id)
    )
    quarters = () if evaluation else _approved(session, [plan.id]).get(plan.id, ())
    return Standing(plan, evaluation, quarters)


def _approved(session: Session, plan_ids: Sequence[int]) -> dict[int, list[Submission]]:
    """The approved quarters of these plans with their figures, in the order of time."""
    found: dict[int, list[Submission]] = {}
    for submission in session.scalars(
        select(Submission)
        .join(Submission.period)
        .options(
            contains_eager(Submission.period),
            selectinload(Submission.actuals),
            selectinload(Submission.executions),
        )
        .where(Submission.plan_id.in_(plan_ids), Submission.status == Status.APPROVED)
        .order_by(Period.code)
    ):
        found.setdefault(submission.plan_id, []).append(submission)
    return found
