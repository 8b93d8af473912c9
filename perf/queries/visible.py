"""One object by its id, within the actor's sight: the loaders of every route."""

from sqlalchemy import ColumnElement, SQLColumnExpression, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor, Permission
from perf.models import (
    BudgetLine,
    Evidence,
    Plan,
)


def in_sight(
    actor: Actor, unit_id: SQLColumnExpression[int] | SQLColumnExpression[int | None]
) -> ColumnElement[bool]:
    """The SQL condition that a row's unit lies within the actor's sight.

    What is of no unit is within the sight of whoever sees all.
    """
    if actor.may(Permission.READ_ALL_UNITS):
        return true()
    return unit_id == actor.unit_id


def plan_visible_to(session: Session, actor: Actor, plan_id: int) -> Plan:
    """A plan with its project, money and indicators; NotFound where it is out of sight."""
    plan = session.scalar(
        select(Plan)
        .options(
            joinedload(Plan.project),
            joinedload(Plan.unit),
            joinedload(Plan.submitted_by),
            joinedload(Plan.decided_by),
            selectinload(Plan.budget_lines).selectinload(BudgetLine.adjustments),
            selectinload(Plan.indicators),
            selectinload(Plan.quantities),
            selectinload(Plan.tasks),
        )
        .where(Plan.id == plan_id, in_sight(actor, Plan.unit_id))
    )
    if plan is None:
        raise NotFound("没有找到这份绩效目标，或者它不在您的查看范围内。")
    return plan


def evidence_visible_to(session: Session, actor: Actor, evidence_id: int) -> Evidence:
    """One evidence file's row; NotFound where it is out of sight or was removed."""
    evidence = session.scalar(
        select(Evidence).where(
            Evidence.id == evidence_id,
            Evidence.removed_at.is_(None),
            in_sight(actor, Evidence.unit_id),
        )
    )
    if evidence is None:
        raise NotFound("没有找到这份佐证材料，它可能已被移除。")
    return evidence
