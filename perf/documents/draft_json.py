"""A draft as one JSON document and back: the shape that `import --json` prints."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from perf.core.drafts import Draft, DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_number, round_half_up
from perf.core.targets import parse_target
from perf.core.terms import FundSource, PlanKind
from perf.documents.readers.department_targets import DEPARTMENT_PLAN
from perf.formulas.notes import formula_in_note

_WAN = Decimal(10000)
_SEVERITIES = {each.value: each for each in Severity}
_SOURCES = {each.value: each for each in FundSource}
_YUAN_FIELDS = {
    "government_budget": FundSource.FISCAL,
    "fiscal_special_account": FundSource.SPECIAL_ACCOUNT,
    "unit_funds": FundSource.UNIT_FUNDS,
}


def draft_to_json(draft: Draft, *, complete: bool = False) -> dict[str, Any]:
    """The draft with numbers as strings: money with two decimals, targets without trailing zeros.

    Beside each target stands what was read from it, the formula that the note gives for it, and
    the weight where the document prints one.
    With `complete`, what the short form leaves out is added (objectives, the tasks' content,
    the projects' money by source in 元), so that `draft_from_json` gives the same draft again.
    """
    department = draft.department or DraftPlan(PlanKind.DEPARTMENT, DEPARTMENT_PLAN)
    data: dict[str, Any] = {
        "unit_code": draft.unit_code,
        "unit_name": draft.unit_name,
        "fiscal_year": draft.fiscal_year,
        "budget_yuan": {
            "total": _money(department.budget_total),
            **{
                name: _money(department.budget.get(source)) for name, source in _YUAN_FIELDS.items()
            },
            "basic": _money(department.basic_expenditure),
            "project": _money(department.project_expenditure),
        },
        "tasks": [name for name, _ in department.tasks],
        "department_indicators": [
            {
                "level1": each.level1,
                "level2": each.level2,
                **_read(each, draft.fiscal_year),
                "note": each.note,
            }
            for each in department.indicators
        ],
        "projects": [
            _project(plan, draft.fiscal_year, complete=complete) for plan in draft.projects
        ],
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code,
                "message": finding.message,
                "where": finding.where,
            }
            for finding in draft.findings
        ],
    }
    if complete:
        data["has_department"] = draft.department is not None
        data["department_where"] = department.where
        data["objective"] = department.objective
        data["task_contents"] = [content for _, content in department.tasks]
        data["places"] = [each.where for each in department.indicators]
    return data


def _project(plan: DraftPlan, year: int | None, *, complete: bool) -> dict[str, Any]:
    total = plan.budget_total
    data: dict[str, Any] = {
        "code": plan.code,
        "name": plan.name,
        "category": plan.category,
        "unit": plan.implementing_unit,
        "budget_wan": None if total is None else _money(total / _WAN),
        "indicators": [
            {
                "level1": each.level1,
                **({"level2": each.level2} if each.level2 else {}),
                **_read(each, year),
                **({"note": each.note} if each.note else {}),
            }
            for each in plan.indicators
        ],
    }
    if complete:
        data["where"] = plan.where
        data["objective"] = plan.objective
        data["budget_total_yuan"] = None if total is None else format(total, "f")
        data["budget_yuan"] = {
            source.value: format(money, "f") for source, money in plan.budget.items()
        }
        data["places"] = [each.where for each in plan.indicators]
    return data


def _read(indicator: DraftIndicator, year: int | None) -> dict[str, Any]:
    target = parse_target(
        indicator.target,
        level1=indicator.level1,
        level2=indicator.level2,
        name=indicator.name,
        year=year,
    )
    formula = formula_in_note(indicator.name, indicator.note)
    weight = indicator.weight
    return {
        "name": indicator.name,
        "target": indicator.target,
        "comparator": target.comparator.value,
        "value": _figure(target.value),
        **({"upper": _figure(target.upper)} if target.upper is not None else {}),
        "unit": target.unit,
        **({"formula": formula} if formula is not None else {}),
        **({"weight": format_number(weight)} if weight is not None else {}),
    }


def _figure(value: Decimal | date | None) -> str | None:
    if isinstance(value, Decimal):
        return format_number(value)
    return None if value is None else value.isoformat()


def _money(value: Decimal | None) -> str | None:
    return None if value is None else format(round_half_up(value), ".2f")


def draft_from_json(data: Mapping[str, Any]) -> Draft:
    """The draft out of either form; what the form does not carry stays empty."""
    department = _department_from(data)
    return Draft(
        unit_code=data.get("unit_code"),
        unit_name=data.get("unit_name"),
        fiscal_year=data.get("fiscal_year"),
        department=department,
        projects=[_project_from(each) for each in data.get("projects", ())],
        findings=[
            Finding(_SEVERITIES[each["severity"]], each["code"], each["message"], each["where"])
            for each in data.get("findings", ())
        ],
    )


def _department_from(data: Mapping[str, Any]) -> DraftPlan | None:
    indicators = data.get("department_indicators") or []
    if not data.get("has_department", bool(indicators)):
        return None
    budget = data.get("budget_yuan") or {}
    names = data.get("tasks") or []
    contents = data.get("task_contents") or [""] * len(names)
    plan = DraftPlan(
        kind=PlanKind.DEPARTMENT,
        name=DEPARTMENT_PLAN,
        objective=data.get("objective"),
        budget_total=_decimal(budget.get("total")),
        basic_expenditure=_decimal(budget.get("basic")),
        project_expenditure=_decimal(budget.get("project")),
        tasks=list(zip(names, contents, strict=True)),
        indicators=_indicators_from(indicators, data.get("places")),
        where=data.get("department_where") or "",
    )
    for name, source in _YUAN_FIELDS.items():
        money = _decimal(budget.get(name))
        if money is not None:
            plan.budget[source] = money
    return plan


def _project_from(data: Mapping[str, Any]) -> DraftPlan:
    wan = _decimal(data.get("budget_wan"))
    exact = _decimal(data.get("budget_total_yuan"))
    return DraftPlan(
        kind=PlanKind.PROJECT,
        name=data["name"],
        code=data.get("code"),
        category=data.get("category"),
        implementing_unit=data.get("unit"),
        objective=data.get("objective"),
        budget={
            _SOURCES[source]: Decimal(money)
            for source, money in (data.get("budget_yuan") or {}).items()
        },
        budget_total=exact if exact is not None or wan is None else wan * _WAN,
        indicators=_indicators_from(data.get("indicators") or [], data.get("places")),
        where=data.get("where") or "",
    )


def _indicators_from(
    rows: list[Mapping[str, Any]], places: list[str] | None
) -> list[DraftIndicator]:
    return [
        DraftIndicator(
            level1=row["level1"],
            level2=row.get("level2"),
            name=row["name"],
            target=row["target"],
            note=row.get("note"),
            where=where,
            weight=_decimal(row.get("weight")),
        )
        for row, where in zip(rows, places or [""] * len(rows), strict=True)
    ]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
