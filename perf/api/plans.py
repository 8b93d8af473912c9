"""Plans in the API: the year's list, and one plan with its targets."""

from typing import Any

from flask import url_for
from marshmallow import Schema
from sqlalchemy.orm import Session

from perf import clock
from perf.api.asking import PLAN, CountArgument, blueprint
from perf.api.door import current_actor, requires
from perf.api.plan_schemas import PlanPage, PlanRecord
from perf.api.values import day, moment, number, pack_reference, target_record
from perf.core.check_list import points_of
from perf.core.permissions import Permission
from perf.extensions import db
from perf.formulas.grammar import parse_formula
from perf.models import BudgetLine, Indicator, Plan, Unit, User
from perf.queries import organisation
from perf.queries.packs import pack_of
from perf.queries.pages import Page
from perf.queries.plans import PlanRow, Quarter, plans_page, quarters_of, self_evaluation_of
from perf.queries.visible import plan_visible_to
from perf.services.ways import describe_reading, means_of


class PlansAsked(Schema):
    """Which page of which year."""

    year = CountArgument("年度；不写的为当年，没有当年的为最近的年度", most=9999)
    page = CountArgument("第几页，从 1 开始，每页 50 份")


@blueprint.route("/plans")
@requires(Permission.READ)
@blueprint.arguments(PlansAsked, location="query")
@blueprint.response(200, PlanPage, description="看得到的绩效目标")
@blueprint.doc(
    summary="绩效目标清单",
    description="填报人和审核人看到本单位的，财政、管理员和审计看到全部单位的。",
)
def plans(asked: dict[str, int]) -> dict[str, Any]:
    """The plans of a year within the actor's sight."""
    session = db.session()
    year = asked.get("year") or organisation.year_in_focus(session, clock.today())
    found: Page[PlanRow] = Page([], 1, 1, 0)
    if year is not None:
        found = plans_page(session, current_actor(), year, number=asked.get("page", 1))
    return {
        "year": year,
        "page": found.number,
        "pages": found.pages,
        "total": found.total,
        "plans": [_summary(row) for row in found.rows],
        "links": _page_links(year, found),
    }


@blueprint.route("/plans/<int:plan_id>", parameters=[PLAN])
@requires(Permission.READ, plan_visible_to)
@blueprint.response(200, PlanRecord, description="这份绩效目标")
@blueprint.doc(
    summary="一份绩效目标",
    description="各指标的指标值（原文和读法）、分值、取数方式和公式，以及预算、各填报期和自评的状态。",
)
def plan(found: Plan) -> dict[str, Any]:
    """One plan with its targets."""
    return _record(db.session(), found)


def _summary(row: PlanRow) -> dict[str, Any]:
    plan = row.plan
    return {
        **_head(plan),
        "indicators": row.indicators,
        "budget": number(row.budget),
        "is_demo": plan.is_demo,
    }


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "year": plan.year,
        "kind": plan.kind.value,
        "name": plan.name,
        "code": plan.project.code if plan.project else None,
        "unit": _unit(plan.unit),
        "status": plan.status.value,
        "links": {
            "self": url_for("api.plan", plan_id=plan.id),
            "self_evaluation": url_for("api.self_evaluation", plan_id=plan.id),
            "page": url_for("plans.show", plan_id=plan.id),
        },
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "code": unit.code, "name": unit.name}


def _page_links(year: int | None, found: Page[PlanRow]) -> dict[str, str | None]:
    def link(page: int) -> str | None:
        is_there = 1 <= page <= found.pages
        return url_for("api.plans", year=year, page=page) if is_there else None

    return {
        "self": link(found.number),
        "first": link(1),
        "previous": link(found.number - 1),
        "next": link(found.number + 1),
        "last": link(found.pages),
    }


def _record(session: Session, plan: Plan) -> dict[str, Any]:
    project = plan.project
    evaluation = self_evaluation_of(session, plan)
    return {
        **_head(plan),
        "category": project.category if project else None,
        "implementing_unit": project.implementing_unit if project else None,
        "objective": plan.objective,
        "version": plan.version,
        "submitted_by": _name(plan.submitted_by),
        "submitted_at": moment(plan.submitted_at),
        "decided_by": plan.decided_by_name or None,
        "decided_at": moment(plan.decided_at),
        "begins_on": day(plan.begins_on),
        "ended_on": day(plan.ended_on),
        "is_demo": plan.is_demo,
        "pack": pack_reference(pack_of(plan)),
        "pack_reason": plan.pack_reason,
        "basic_expenditure": number(plan.basic_expenditure),
        "project_expenditure": number(plan.project_expenditure),
        "budget": [_budget(line) for line in plan.budget_lines],
        "tasks": [{"name": task.name, "content": task.content} for task in plan.tasks],
        "quantities": [
            {"id": row.id, "name": row.name, "kind": row.kind.value, "unit": row.unit or None}
            for row in plan.quantities
        ],
        "indicators": [_indicator(row) for row in plan.indicators],
        "periods": [_period(plan, quarter) for quarter in quarters_of(session, plan)],
        "self_evaluation_status": evaluation.status.value if evaluation else None,
    }


def _name(user: User | None) -> str | None:
    return user.display_name if user else None


def _budget(line: BudgetLine) -> dict[str, Any]:
    return {
        "source": line.source.value,
        "initial": number(line.initial),
        "adjusted": number(line.adjusted),
        "adjustments": [
            {"on": day(one.on), "amount": number(one.amount), "document": one.document}
            for one in line.adjustments
        ],
    }


def _indicator(row: Indicator) -> dict[str, Any]:
    means = means_of(row)
    return {
        "id": row.id,
        "level1": row.level1,
        "level2": row.level2 or None,
        "name": row.name,
        "target": target_record(row.target),
        "reading": describe_reading(row.target, means, row.note),
        "initial_target": target_record(row.initial) if row.initial else None,
        "revision_document": row.revision_document or None,
        "is_lowered_late": row.is_lowered_late,
        "weight": number(row.weight),
        "kind": row.kind.value,
        "way": means.way.value,
        "formula": means.formula or None,
        "quantities": list(parse_formula(means.formula).quantities) if means.formula else [],
        "points": list(points_of(row.note)) if means.is_check_list else [],
        "note": row.note or None,
    }


def _period(plan: Plan, quarter: Quarter) -> dict[str, Any]:
    period = quarter.period
    return {
        "code": period.code,
        "name": period.name,
        "opens_on": day(period.opens_on),
        "due_on": day(period.due_on),
        "is_locked": period.locked_at is not None,
        "is_demanded": quarter.is_owed,
        "status": quarter.status.value if quarter.status else None,
        "link": url_for("api.period", plan_id=plan.id, code=period.code),
    }
