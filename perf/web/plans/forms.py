"""Making a plan, and changing its own fields, budget and tasks."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput, Locked, PerfError, Stale
from perf.core.permissions import Actor, Permission
from perf.core.terms import FundSource, PlanKind
from perf.extensions import db
from perf.models import LedgerEntry, Plan, Unit
from perf.queries import organisation, plans
from perf.queries.visible import plan_visible_to
from perf.services.budgets import demand_editable
from perf.services.money import write_wan
from perf.services.plan_details import PlanDetails
from perf.services.plans import create_plan, update_plan
from perf.web.listing import number_argument
from perf.web.plans.last_year import last_money
from perf.web.plans.pages import again, posted_version, typed_form
from perf.web.presentation import moment
from perf.web.security import current_actor, requires

EMPTY_TASKS = 2


@requires(Permission.EDIT_PLAN)
def new() -> ResponseReturnValue:
    """The form of a new plan."""
    kind = PlanKind.DEPARTMENT if request.args.get("kind") == "department" else PlanKind.PROJECT
    year = number_argument("year") or organisation.year_in_focus(db.session(), clock.today())
    return _form(kind, {"year": "" if year is None else str(year)}, {})


@requires(Permission.EDIT_PLAN)
def create() -> ResponseReturnValue:
    """Make the plan, and lead on to its indicators."""
    kind = PlanKind.DEPARTMENT if request.form.get("kind") == "department" else PlanKind.PROJECT
    actor = current_actor()
    try:
        year = request.form.get("year", "")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise InvalidInput("请选择年度。", {"year": "请选择年度。"})
        unit = db.session.get_one(Unit, actor.unit_id)
        plan = create_plan(
            db.session(), actor, year=int(year), unit=unit, kind=kind, details=_details()
        )
    except InvalidInput as error:
        db.session.rollback()
        return _form(kind, typed_form(), error.fields, message=str(error)), 422
    plan_id = plan.id
    db.session.commit()
    flash("已新建。接着填写绩效指标，分值可以留空，由系统分配。", "ok")
    return redirect(url_for("plans.indicators", plan_id=plan_id))


def editable_plan(session: Session, actor: Actor, plan_id: int) -> Plan:
    """A plan whose forms may be opened; Locked says what to do where it may not."""
    plan = plan_visible_to(session, actor, plan_id)
    demand_editable(actor, plan)
    return plan


@requires(Permission.EDIT_PLAN, editable_plan)
def edit(plan: Plan) -> ResponseReturnValue:
    """The form of a plan's own fields."""
    return _form(plan.kind, values_of(plan), {}, plan=plan)


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def update(plan: Plan) -> ResponseReturnValue:
    """Save the plan's own fields; everything typed comes back where it is refused."""
    plan_id = plan.id
    try:
        changed = update_plan(
            db.session(), current_actor(), plan, version=posted_version(), details=_details()
        )
    except (InvalidInput, Stale, Locked) as error:
        plan = again(plan_id)
        errors = error.fields if isinstance(error, InvalidInput) else _differing(plan)
        page = _form(plan.kind, typed_form(), errors, plan=plan, message=told(error, plan))
        return page, 422 if isinstance(error, InvalidInput) else 409
    db.session.commit()
    flash("已保存。" if changed else "没有改动。", "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))


def told(error: PerfError, plan: Plan) -> str:
    """The refusal; a stale one says whose change came first and what saving again would do."""
    if not isinstance(error, Stale):
        return str(error)
    first = who_was_first(plans.last_change_of(db.session(), plan))
    return f"{first}您填写的内容都还在：核对标出的不同之处，再保存就以您填写的为准。"


def who_was_first(entry: LedgerEntry | None) -> str:
    """Whose change came before the one that was refused."""
    if entry is None:
        return "内容在您打开页面之后有变动，这次没有保存。"
    return f"{entry.actor_name}在 {moment(entry.at)} 先改动了这份绩效目标，这次没有保存。"


def values_of(plan: Plan) -> dict[str, str]:
    """The stored fields as the form holds them."""
    project = plan.project
    values = {
        "year": str(plan.year),
        "name": project.name if project else "",
        "code": (project.code if project else None) or "",
        "category": (project.category if project else None) or "",
        "implementing_unit": (project.implementing_unit if project else None) or "",
        "objective": plan.objective,
        "basic_expenditure": write_wan(plan.basic_expenditure),
        "project_expenditure": write_wan(plan.project_expenditure),
        "begins_on": plan.begins_on.isoformat() if plan.begins_on else "",
        "added_by": plan.added_by,
        "added_on": plan.added_on.isoformat() if plan.added_on else "",
    }
    values |= {f"budget-{line.source.value}": write_wan(line.initial) for line in plan.budget_lines}
    for number, task in enumerate(plan.tasks, start=1):
        values |= {f"task-{number}": task.name, f"content-{number}": task.content}
    return values


def _details() -> PlanDetails:
    form = typed_form()
    numbers = range(1, _task_count(form) + 1)
    return PlanDetails(
        name=form.get("name", ""),
        code=form.get("code", ""),
        category=form.get("category", ""),
        implementing_unit=form.get("implementing_unit", ""),
        objective=form.get("objective", ""),
        basic_expenditure=form.get("basic_expenditure", ""),
        project_expenditure=form.get("project_expenditure", ""),
        budget={source: form.get(f"budget-{source.value}", "") for source in FundSource},
        tasks=tuple((form.get(f"task-{n}", ""), form.get(f"content-{n}", "")) for n in numbers),
        begins_on=form.get("begins_on", ""),
        added_by=form.get("added_by", ""),
        added_on=form.get("added_on", ""),
    )


def _task_count(values: Mapping[str, str]) -> int:
    """How many tasks the form holds; more than a hundred are not looked at."""
    return max((n for n in range(1, 101) if f"task-{n}" in values), default=0)


def _differing(plan: Plan) -> dict[str, str]:
    """Beside each field that now reads differently from what was typed: what is stored."""
    stored = values_of(plan)
    return {
        field: f"现在保存的是：{stored.get(field) or '（空）'}"
        for field, typed in typed_form().items()
        if field not in {"version", "csrf_token", "kind", "year"}
        and "".join(typed.split()) != "".join(stored.get(field, "").split())
    }


def _form(
    kind: PlanKind,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    plan: Plan | None = None,
    message: str = "",
) -> str:
    before = last_money(db.session(), current_actor(), plan) if plan else None
    return render_template(
        "plans/form.html",
        plan=plan,
        kind=kind,
        is_project=kind is PlanKind.PROJECT,
        values=values,
        errors=errors,
        message=message,
        years=[] if plan else [row.id for row in organisation.years(db.session())],
        sources=list(FundSource),
        hints=before.hints if before else {},
        task_numbers=range(1, _task_count(values) + EMPTY_TASKS + 1),
    )
