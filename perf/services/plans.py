"""Plans (绩效目标): making, changing, deleting them, and their steps."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.drafts import DraftPlan
from perf.core.errors import Conflict, InvalidInput, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, PlanKind, Status
from perf.core.workflow import EDITABLE, next_status
from perf.models import (
    FiscalYear,
    Period,
    Plan,
    Project,
    SelfEvaluation,
    Submission,
    Task,
    Unit,
)
from perf.services.budgets import demand_editable, write_budget
from perf.services.indicators import add_indicators
from perf.services.ledger import Changes, changes_of, record_change
from perf.services.plan_content import (
    content_of_plan,
    differences_from_draft,
    missing_for_submission,
)
from perf.services.plan_details import PlanDetails, PlanFields, read_details, read_draft
from perf.services.plan_packs import choose_pack
from perf.services.projects import (
    ProjectFields,
    change_project,
    delete_unused_project,
    demand_own_name,
    fill_project,
    find_project,
)
from perf.services.sheets import IndicatorValues
from perf.services.steps import check_version, take_step

__all__ = [
    "PlanDetails",
    "content_of_plan",
    "create_plan",
    "create_plan_from_draft",
    "create_plan_with",
    "delete_plan",
    "differences_from_draft",
    "find_plan",
    "missing_for_submission",
    "step_plan",
    "update_plan",
]


def create_plan(
    session: Session, actor: Actor, *, year: int, unit: Unit, kind: PlanKind, details: PlanDetails
) -> Plan:
    """A new plan as a draft; its project is the unit's of this code or name, or a new one.

    Raises InvalidInput by field, also where the unit has this plan already (one a project and
    year; one department plan a year) or the year is not set up.
    """
    actor.demand(Permission.EDIT_PLAN)
    if not actor.sees_unit(unit.id):
        raise NotFound("没有找到这个单位。")
    read = read_details(details, kind, year)
    if kind is PlanKind.PROJECT:
        demand_own_name(session, unit, read.code, read.name)
    plan = _begin(session, actor, unit, year, kind, read)
    _write_details(session, actor, plan, read)
    return plan


def update_plan(
    session: Session, actor: Actor, plan: Plan, *, version: int, details: PlanDetails
) -> bool:
    """Change the plan's own fields, budget and tasks; whether anything changed.

    A project's name and code are shared with its other years: they stay while one of those is
    locked. Raises InvalidInput by field, Stale, Locked.
    """
    demand_editable(actor, plan)
    check_version(plan, version)
    read = read_details(details, plan.kind, plan.year)
    is_changed = change_project(session, actor, plan, _project_fields(read))
    return _write_details(session, actor, plan, read) or is_changed


def delete_plan(session: Session, actor: Actor, plan: Plan, *, version: int) -> None:
    """Delete a plan that was never submitted; the ledger keeps what it said.

    Its project goes with it where no other year has it. Raises Conflict for any other plan.
    """
    demand_editable(actor, plan)
    check_version(plan, version)
    if plan.submitted_at is not None or plan.status is not Status.DRAFT:
        raise Conflict("提交过的绩效目标要留存，不能删除。")
    content = content_of_plan(plan)
    told = "；".join(f"{label}：{text}" for label, text in content["fields"].items())
    rows = "；".join(f"{row['name']} {row['fields'].get('指标值', '')}" for row in content["rows"])
    record_change(
        session,
        actor,
        "delete_plan",
        plan,
        changes={"content": (told, None), "indicators": (rows or None, None)},
        name=plan.name,
        plan_id=plan.id,
    )
    project = plan.project
    session.delete(plan)
    session.flush()
    if project is not None:
        delete_unused_project(session, actor, project)


def step_plan(
    session: Session,
    actor: Actor,
    plan: Plan,
    action: Action,
    *,
    version: int,
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """Move the plan to its next status.

    A submission is refused with InvalidInput that names everything missing, reopening with
    Conflict while a quarter or the self-evaluation is submitted or approved. `remarks` maps an
    indicator's id to the reviewer's remark on it.
    """
    # Who may not take the step at all is told so, not what the plan lacks.
    next_status(plan.status, action, actor, plan.submitted_by_id)
    if action is Action.SUBMIT:
        missing = missing_for_submission(plan)
        if missing:
            raise InvalidInput("还不能提交审核：\n" + "\n".join(missing))
    if action is Action.REOPEN:
        if plan.ended_on is not None:
            raise Conflict(f"项目已从 {plan.ended_on} 起终止，绩效目标不能重新打开。")
        _demand_nothing_under_review(session, plan)
    own = {row.id for row in plan.indicators}
    take_step(
        session,
        actor,
        plan,
        action,
        version=version,
        content=content_of_plan(plan),
        name=plan.name,
        reason=reason,
        remarks={key: text for key, text in (remarks or {}).items() if key in own},
    )


def create_plan_from_draft(
    session: Session, actor: Actor, unit: Unit, year: int, draft_plan: DraftPlan
) -> Plan:
    """A new plan out of a document, as published: texts, order, equal names, money in 元.

    Weights that it does not print spread themselves, kinds follow the targets. Raises InvalidInput
    where a text is too long or missing, weights leave nothing to those without, the plan exists
    already, or the year is not set up.
    """
    actor.demand(Permission.IMPORT)
    if not actor.sees_unit(unit.id):
        raise NotFound("没有找到这个单位。")
    read, values = read_draft(draft_plan, year)
    return create_plan_with(session, actor, unit, year, draft_plan.kind, read, values)


def create_plan_with(
    session: Session,
    actor: Actor,
    unit: Unit,
    year: int,
    kind: PlanKind,
    read: PlanFields,
    values: Sequence[IndicatorValues],
) -> Plan:
    """A new plan with these fields and indicators, for callers that asked who may.

    Raises InvalidInput where the plan exists already, the year is not set up, or weights leave
    nothing to the indicators without.
    """
    plan = _begin(session, actor, unit, year, kind, read)
    _write_details(session, actor, plan, read)
    add_indicators(session, actor, plan, values)
    session.flush()
    return plan


def find_plan(
    session: Session, unit: Unit, year: int, kind: PlanKind, *, code: str | None, name: str
) -> Plan | None:
    """The unit's plan of this year for the department, or for the project of this code or name."""
    query = select(Plan).where(Plan.unit_id == unit.id, Plan.year == year)
    if kind is PlanKind.DEPARTMENT:
        return session.scalar(query.where(Plan.project_id.is_(None)))
    project = find_project(session, unit, code or "", name)
    return session.scalar(query.where(Plan.project_id == project.id)) if project else None


def _begin(
    session: Session, actor: Actor, unit: Unit, year: int, kind: PlanKind, read: PlanFields
) -> Plan:
    """The bare plan with its project and pack."""
    pinned = session.get(FiscalYear, year)
    if pinned is None:
        message = f"{year} 年度还没有设置，请管理员先在“管理”中建立这个年度。"
        raise InvalidInput(message, {"year": message})
    if find_plan(session, unit, year, kind, code=read.code, name=read.name) is not None:
        label = f"项目“{read.name}”" if kind is PlanKind.PROJECT else "部门整体"
        message = f"{year} 年度已有{label}的绩效目标，请直接打开修改。"
        raise InvalidInput(message, {"name" if kind is PlanKind.PROJECT else "kind": message})
    project = None
    if kind is PlanKind.PROJECT:
        project = find_project(session, unit, read.code, read.name) or Project(unit_id=unit.id)
        fill_project(session, actor, project, _project_fields(read))
    pack_id, pack_version = choose_pack(pinned, kind, [])
    plan = Plan(
        unit_id=unit.id,
        unit=unit,
        year=year,
        kind=kind,
        project_id=project.id if project else None,
        project=project,
        pack_id=pack_id,
        pack_version=pack_version,
        status=Status.DRAFT,
        objective="",
        updated_at=clock.now(),
    )
    session.add(plan)
    changes = changes_of(plan)
    session.flush()
    record_change(
        session, actor, "create_plan", plan, changes=changes, name=plan.name, plan_id=plan.id
    )
    return plan


def _write_details(session: Session, actor: Actor, plan: Plan, read: PlanFields) -> bool:
    """Store the fields, the budget and the tasks; whether anything changed."""
    with session.no_autoflush:
        plan.objective = read.objective
        if plan.kind is PlanKind.DEPARTMENT:
            plan.basic_expenditure = read.basic_expenditure
            plan.project_expenditure = read.project_expenditure
        plan.begins_on = read.begins_on
        plan.added_by, plan.added_on = read.added_by, read.added_on
        changes = changes_of(plan)
    record_change(
        session, actor, "update_plan", plan, changes=changes, name=plan.name, plan_id=plan.id
    )
    changed = write_budget(session, actor, plan, read.budget)
    changed += _write_tasks(session, actor, plan, read.tasks)
    if changes or changed:
        plan.updated_at = clock.now()
        session.flush()
    return bool(changes or changed)


def _write_tasks(
    session: Session, actor: Actor, plan: Plan, tasks: Sequence[tuple[str, str]]
) -> int:
    """The tasks in this order, rewritten in place, the rest added or cut; how many changed."""
    rows = list(plan.tasks)
    gone = rows[len(tasks) :]
    for row in gone:
        changes: Changes = {"name": (row.name, None), "content": (row.content, None)}
        record_change(session, actor, "remove_task", row, changes=changes, name=row.name)
        plan.tasks.remove(row)
    session.flush()
    changed = len(gone)
    for ordinal, (name, content) in enumerate(tasks, start=1):
        if ordinal <= len(rows):
            row = rows[ordinal - 1]
        else:
            row = Task(unit_id=plan.unit_id, plan_id=plan.id, ordinal=ordinal)
            plan.tasks.append(row)
        row.name, row.content = name, content
        changed += record_change(session, actor, "set_task", row, name=name) is not None
    return changed


def _project_fields(read: PlanFields) -> ProjectFields:
    return ProjectFields(read.name, read.code, read.category, read.implementing_unit)


def _demand_nothing_under_review(session: Session, plan: Plan) -> None:
    period = session.scalar(
        select(Period.name)
        .join(Submission, Submission.period_id == Period.id)
        .where(Submission.plan_id == plan.id, Submission.status.not_in(EDITABLE))
        .order_by(Period.code)
        .limit(1)
    )
    if period is not None:
        raise Conflict(
            f"{period}的填报已提交或已通过，目标不能重新打开。请先将各期填报撤回、退回或重新打开。"
        )
    if session.scalar(
        select(SelfEvaluation.id).where(
            SelfEvaluation.plan_id == plan.id, SelfEvaluation.status.not_in(EDITABLE)
        )
    ):
        raise Conflict("绩效自评已提交或已通过，目标不能重新打开。请先重新打开自评。")
