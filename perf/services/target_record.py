"""What the official target form prints of a plan: as it stands, and who stands for it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from perf.core.terms import Status
from perf.models import Indicator, Plan, Snapshot
from perf.queries.packs import pack_of
from perf.queries.signed_copies import codes_of
from perf.services.step_names import names_of_steps, people_of


def target_records(session: Session, plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """What each plan's form prints, by the names of the form's fields; money in 元, exact.

    The plan's present content, 年初 targets and amounts beside the present ones, the people of
    the steps that count, and the approval's 校验码.
    """
    names = names_of_steps(session, plans)
    approved = [plan.id for plan in plans if plan.status is Status.APPROVED]
    codes = codes_of(session, Snapshot.plan_id, approved)
    return [
        {
            **head_of(plan),
            **people_of(plan, names),
            "check_code": codes.get(plan.id, ""),
            "status": plan.status,
            "is_demo": plan.is_demo,
            "category": plan.project.category if plan.project else None,
            "budget": {line.source: (line.initial, line.adjusted) for line in plan.budget_lines},
            "basic_expenditure": plan.basic_expenditure,
            "project_expenditure": plan.project_expenditure,
            "tasks": [(task.name, task.content) for task in plan.tasks],
            "execution_weight": pack_of(plan).execution.weight,
            "rows": [_row(each) for each in plan.indicators],
        }
        for plan in plans
    ]


def head_of(plan: Plan) -> dict[str, Any]:
    """What stands at the top of every form of a plan."""
    project, unit = plan.project, plan.unit
    return {
        "kind": plan.kind,
        "year": plan.year,
        "name": project.name if project else unit.name,
        "code": project.code if project else None,
        "department": unit.name,
        "department_code": unit.code,
        "implementing_unit": (project.implementing_unit if project else None) or unit.name,
        "objective": plan.objective,
    }


def _row(indicator: Indicator) -> dict[str, Any]:
    computed = ""
    if indicator.source is not None:
        computed = f"取自系统的{indicator.source.label}"
    elif indicator.formula:
        computed = f"按公式计算：{indicator.formula}"
    return {
        "level1": indicator.level1,
        "level2": indicator.level2 or None,
        "name": indicator.name,
        "target": indicator.target_text,
        "weight": indicator.weight,
        "note": indicator.note,
        "initial_target": indicator.initial.text if indicator.initial else "",
        "revision_document": indicator.revision_document,
        "is_lowered_late": indicator.is_lowered_late,
        "computed": computed,
    }
