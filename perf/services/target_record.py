"""What the official target form prints of a plan: as it stands, and who stands for it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.terms import Action, Status
from perf.models import Indicator, LedgerEntry, Plan
from perf.queries.packs import pack_of

_STANDS = {
    Status.SUBMITTED: (Action.SUBMIT,),
    Status.APPROVED: (Action.SUBMIT, Action.APPROVE),
}
# Names in one query's list are bounded on SQLite.
_AT_ONCE = 500


def target_records(session: Session, plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """What each plan's form prints, by the names of the form's fields; money in 元, exact.

    The plan's present content, 年初 targets and amounts beside the present ones. People are named
    as the ledger names them at their step, so that a renamed user changes no form; a step that
    does not count any more (sent back, reopened) is left out.
    """
    people = _people(session, plans)
    return [_record(plan, people) for plan in plans]


def _record(plan: Plan, people: dict[tuple[int, str], str]) -> dict[str, Any]:
    project, unit = plan.project, plan.unit
    steps = _STANDS.get(plan.status, ())
    record: dict[str, Any] = {
        "kind": plan.kind,
        "year": plan.year,
        "name": project.name if project else unit.name,
        "code": project.code if project else None,
        "department": unit.name,
        "department_code": unit.code,
        "implementing_unit": (project.implementing_unit if project else None) or unit.name,
        "category": project.category if project else None,
        "status": plan.status,
        "is_demo": plan.is_demo,
        "objective": plan.objective,
        "budget": {line.source: (line.initial, line.adjusted) for line in plan.budget_lines},
        "basic_expenditure": plan.basic_expenditure,
        "project_expenditure": plan.project_expenditure,
        "tasks": [(task.name, task.content) for task in plan.tasks],
        "execution_weight": pack_of(plan).execution.weight,
        "rows": [_row(each) for each in plan.indicators],
    }
    if Action.SUBMIT in steps:
        record["submitted_by"] = people.get((plan.id, Action.SUBMIT), "")
        record["submitted_at"] = plan.submitted_at
    if Action.APPROVE in steps:
        record["approved_by"] = people.get((plan.id, Action.APPROVE), "")
        record["approved_at"] = plan.decided_at
    return record


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
        "computed": computed,
    }


def _people(session: Session, plans: Sequence[Plan]) -> dict[tuple[int, str], str]:
    """From a plan's id and a step to who took it last."""
    ids = [plan.id for plan in plans if plan.status in _STANDS]
    found: dict[tuple[int, str], str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(LedgerEntry.subject_id, LedgerEntry.action, LedgerEntry.actor_name)
            .where(
                LedgerEntry.subject == Plan.__tablename__,
                LedgerEntry.subject_id.in_(ids[start : start + _AT_ONCE]),
                LedgerEntry.action.in_([Action.SUBMIT.value, Action.APPROVE.value]),
            )
            .order_by(LedgerEntry.id)
        )
        for subject_id, action, name in rows:
            found[subject_id, action] = name
    return found
