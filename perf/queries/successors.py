"""The plans of a year that the year after can be begun from, and what there is of it already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.periods import parse_period
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.models import Period, Plan, SelfEvaluation, Submission
from perf.queries.visible import in_sight


@dataclass(frozen=True, slots=True)
class Followed:
    """A plan, next year's where it is there, and until when figures are approved (全年: signed)."""

    plan: Plan
    successor: Plan | None
    until: str


def plans_to_follow(
    session: Session, actor: Actor, year: int, plan_id: int | None = None
) -> list[Followed]:
    """The year's plans within the actor's sight, or one of them, with their indicators.

    Eight queries, however many there are.
    """
    query = (
        select(Plan)
        .options(
            joinedload(Plan.project),
            joinedload(Plan.unit),
            selectinload(Plan.indicators),
            selectinload(Plan.tasks),
            selectinload(Plan.quantities),
        )
        .where(Plan.year == year, in_sight(actor, Plan.unit_id))
        .order_by(Plan.unit_id, Plan.kind, Plan.id)
    )
    if plan_id is not None:
        query = query.where(Plan.id == plan_id)
    plans = session.scalars(query).all()
    later, until = successors_of(session, actor, plans), _until(session, plans)
    return [Followed(plan, later.get(plan.id), until.get(plan.id, "")) for plan in plans]


def successors_of(session: Session, actor: Actor, plans: Sequence[Plan]) -> dict[int, Plan]:
    """Next year's plan of each of these plans' project or department, by plan; one query.

    The project is the same by its identity, else by its name.
    """
    by_project: dict[tuple[int, int, int | None], Plan] = {}
    by_name: dict[tuple[int, int, str], Plan] = {}
    for plan in session.scalars(
        select(Plan)
        .options(joinedload(Plan.project))
        .where(
            in_sight(actor, Plan.unit_id),
            Plan.unit_id.in_({plan.unit_id for plan in plans}),
            Plan.year.in_({plan.year + 1 for plan in plans}),
        )
    ):
        by_project[plan.unit_id, plan.year, plan.project_id] = plan
        by_name[plan.unit_id, plan.year, plan.name] = plan
    found = {}
    for plan in plans:
        place = plan.unit_id, plan.year + 1
        later = by_project.get((*place, plan.project_id)) or by_name.get((*place, plan.name))
        if later is not None:
            found[plan.id] = later
    return found


def _until(session: Session, plans: Sequence[Plan]) -> dict[int, str]:
    """Until when each plan's figures are approved: 全年 where its self-evaluation is signed."""
    ids = [plan.id for plan in plans]
    found = {
        plan_id: parse_period(code).name
        for plan_id, code in session.execute(
            select(Submission.plan_id, Period.code)
            .join(Submission.period)
            .where(Submission.plan_id.in_(ids), Submission.status == Status.APPROVED)
            .order_by(Period.months)
        )
    }
    signed = session.scalars(
        select(SelfEvaluation.plan_id).where(
            SelfEvaluation.plan_id.in_(ids), SelfEvaluation.status == Status.APPROVED
        )
    )
    return found | dict.fromkeys(signed, "全年")
