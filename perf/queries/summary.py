"""The results of a year's self-evaluations in one list: what 绩效自评结果汇总表 prints."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.core.terms import EndingKind, PlanKind, Status
from perf.core.workflow import HANDED_IN
from perf.models import (
    BudgetAdjustment,
    BudgetLine,
    Plan,
    PlanEnding,
    Project,
    SelfEvaluation,
    Snapshot,
    Unit,
)
from perf.queries.endings import is_ended_by
from perf.queries.visible import in_sight

# Databases bound how many values one list in a query may have.
_AT_ONCE = 500


def summary_records(
    session: Session,
    actor: Actor,
    year: int,
    *,
    unit_id: int | None = None,
    unit_code: str | None = None,
) -> list[dict[str, Any]]:
    """Each plan of the year within the actor's sight, by the names of the form's fields.

    By unit, in the order in which they were made. Money in 元; a plan whose self-evaluation
    was not begun has neither `status` nor figures but its budget. What was submitted or signed
    has the money of that step, as its own form prints it. A query for each 500 plans.
    """
    query = (
        select(Plan, Unit, Project, SelfEvaluation, PlanEnding.kind)
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .outerjoin(PlanEnding, is_ended_by())
        .where(Plan.year == year, in_sight(actor, Plan.unit_id))
        .order_by(Unit.code, Unit.id, Plan.id)
    )
    if unit_id is not None:
        query = query.where(Plan.unit_id == unit_id)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    found: list[tuple[Plan, Unit, Project | None, SelfEvaluation | None, EndingKind | None]] = [
        (row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)
    ]
    budgets = _adjusted_budgets(session, [plan.id for plan, *_ in found])
    frozen = _frozen_money(
        session, [one.id for *_, one, _ in found if one is not None and one.status in HANDED_IN]
    )
    return [
        _record(plan, unit, project, evaluation, budgets.get(plan.id), frozen)
        | ({"ending": ending} if ending else {})
        for plan, unit, project, evaluation, ending in found
    ]


def _record(
    plan: Plan,
    unit: Unit,
    project: Project | None,
    evaluation: SelfEvaluation | None,
    budget: Decimal | None,
    frozen: dict[int, dict[str, str | None]],
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "unit": unit.name,
        "name": project.name if project else PlanKind.DEPARTMENT.label,
        "code": project.code if project else None,
        "kind": plan.kind,
        "adjusted": budget,
    }
    if evaluation is None:
        return record
    money = frozen.get(evaluation.id)
    record |= {
        "adjusted": _number(money["adjusted"]) if money else budget,
        "executed": _number(money["executed"]) if money else evaluation.executed,
        "indicator_points": evaluation.indicator_total,
        "total": evaluation.total,
        "rating": evaluation.rating,
        "status": evaluation.status,
        "is_demo": evaluation.is_demo,
    }
    if evaluation.status is Status.APPROVED:
        record["signed_at"] = evaluation.decided_at
    return record


def _adjusted_budgets(session: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """The 全年预算数 of each plan that has any money."""
    sums: dict[int, Decimal] = {}
    for part in _parts(ids):
        initial = session.execute(
            select(BudgetLine.plan_id, func.sum(BudgetLine.initial))
            .where(BudgetLine.plan_id.in_(part))
            .group_by(BudgetLine.plan_id)
        )
        sums.update((plan_id, amount) for plan_id, amount in initial)
        adjustments = session.execute(
            select(BudgetLine.plan_id, func.sum(BudgetAdjustment.amount))
            .join(BudgetLine, BudgetLine.id == BudgetAdjustment.budget_line_id)
            .where(BudgetLine.plan_id.in_(part))
            .group_by(BudgetLine.plan_id)
        )
        for plan_id, amount in adjustments:
            sums[plan_id] += amount
    return sums


def _frozen_money(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """The money of the total line, as kept at the last step of each self-evaluation."""
    money: dict[int, dict[str, str | None]] = {}
    for part in _parts(ids):
        last = (
            select(func.max(Snapshot.id))
            .where(Snapshot.self_evaluation_id.in_(part))
            .group_by(Snapshot.self_evaluation_id)
        )
        rows = session.execute(
            select(Snapshot.self_evaluation_id, Snapshot.content["data"]["money"]["total"]).where(
                Snapshot.id.in_(last)
            )
        )
        money.update((key, total) for key, total in rows if key is not None)
    return money


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
