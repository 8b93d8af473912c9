"""Endings (终止、并入): one of them, a plan's, and what was merged into it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import PlanKind, Status
from perf.models import Plan, PlanEnding
from perf.queries.threads import threads_of
from perf.queries.visible import in_sight, plan_visible_to


def is_ended_by() -> ColumnElement[bool]:
    """The condition that joins a plan to the ending that was approved for it."""
    return and_(PlanEnding.plan_id == Plan.id, PlanEnding.status == Status.APPROVED)


def kept_ending_of(session: Session, plan: Plan) -> PlanEnding | None:
    """The plan's ending that was not given up, in whatever state; one query."""
    return session.scalar(
        select(PlanEnding)
        .options(joinedload(PlanEnding.merged_into).joinedload(Plan.project))
        .where(PlanEnding.plan_id == plan.id, PlanEnding.cancelled_at.is_(None))
    )


def endings_of_plan(session: Session, plan: Plan) -> Sequence[PlanEnding]:
    """All endings that were written for the plan, given up or not, the newest first; one query."""
    return session.scalars(
        select(PlanEnding)
        .options(joinedload(PlanEnding.merged_into).joinedload(Plan.project))
        .where(PlanEnding.plan_id == plan.id)
        .order_by(PlanEnding.id.desc())
    ).all()


def endings_about(session: Session, plan: Plan) -> tuple[PlanEnding | None, list[PlanEnding]]:
    """The plan's own ending that was not given up, and the approved ones that merge into it.

    One query; none for a plan that was never approved.
    """
    if plan.status is not Status.APPROVED:
        return None, []
    rows = session.scalars(
        select(PlanEnding)
        .options(
            joinedload(PlanEnding.plan).joinedload(Plan.project),
            joinedload(PlanEnding.merged_into).joinedload(Plan.project),
        )
        .where(
            or_(
                and_(PlanEnding.plan_id == plan.id, PlanEnding.cancelled_at.is_(None)),
                and_(PlanEnding.merged_into_id == plan.id, PlanEnding.status == Status.APPROVED),
            )
        )
        .order_by(PlanEnding.id)
    ).all()
    own = next((row for row in rows if row.plan_id == plan.id), None)
    return own, [row for row in rows if row.plan_id != plan.id]


def plans_to_merge_into(session: Session, plan: Plan) -> Sequence[Plan]:
    """The unit's other approved projects of the year that go on; one query."""
    return session.scalars(
        select(Plan)
        .options(joinedload(Plan.project))
        .where(
            Plan.unit_id == plan.unit_id,
            Plan.year == plan.year,
            Plan.kind == PlanKind.PROJECT,
            Plan.status == Status.APPROVED,
            Plan.ended_on.is_(None),
            Plan.id != plan.id,
        )
        .order_by(Plan.id)
    ).all()


def ending_visible_to(session: Session, actor: Actor, ending_id: int) -> PlanEnding:
    """One ending with all that its page shows; NotFound where it is out of sight."""
    return _found(session, _one(actor, ending_id))


def ending_to_change(session: Session, actor: Actor, ending_id: int) -> PlanEnding:
    """The same for a writing request; both plans and itself are held until the commit."""
    row = session.execute(
        select(PlanEnding.plan_id, PlanEnding.merged_into_id).where(PlanEnding.id == ending_id)
    ).one_or_none()
    if row is not None:
        hold_plans(session, *row)
        plan_visible_to(session, actor, row[0])
    query = _one(actor, ending_id).with_for_update(of=PlanEnding)
    return _found(session, query.execution_options(populate_existing=True))


def hold_plans(session: Session, *ids: int | None) -> None:
    """Hold these plans against other writers until the commit, always in one order."""
    wanted = [one for one in ids if one is not None]
    session.execute(select(Plan.id).where(Plan.id.in_(wanted)).order_by(Plan.id).with_for_update())


def _one(actor: Actor, ending_id: int) -> Select[Any]:
    return (
        select(PlanEnding)
        .options(
            joinedload(PlanEnding.submitted_by),
            joinedload(PlanEnding.decided_by),
            joinedload(PlanEnding.merged_into).joinedload(Plan.project),
            joinedload(PlanEnding.plan).options(
                joinedload(Plan.project), joinedload(Plan.unit), selectinload(Plan.indicators)
            ),
            threads_of(PlanEnding.remarks),
        )
        .where(PlanEnding.id == ending_id, in_sight(actor, PlanEnding.unit_id))
    )


def _found(session: Session, query: Select[Any]) -> PlanEnding:
    ending: PlanEnding | None = session.scalar(query)
    if ending is None:
        raise NotFound("没有找到这份终止（并入）单，或者它不在您的查看范围内。")
    return ending
