"""A form out of the record that a self-evaluation keeps of itself."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from perf.core.numbers import format_fixed
from perf.core.terms import Labelled, PlanKind, Rating, Sense
from perf.documents.forms.rows import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
)
from perf.documents.forms.texts import local_day, revision_text

Term = TypeVar("Term", bound=Labelled)


def form_from_data(
    data: Mapping[str, Any],
    *,
    is_draft: bool,
    submitted_by: str = "",
    submitted_at: datetime | None = None,
    approved_by: str = "",
    approved_at: datetime | None = None,
    check_code: str = "",
) -> SelfEvaluationForm:
    """The 绩效自评表 that a record prints; nothing is computed, every figure stands in it.

    `data` is what `content_of_self_evaluation` keeps: numbers as plain text, money in 元, None
    for 未填报. People and times come from the steps and are blank while there was none.
    """
    money = data["money"]
    return SelfEvaluationForm(
        kind=_term(PlanKind, data["kind"]),
        year=data["year"],
        name=data["name"],
        department=data["department"],
        implementing_unit=data["implementing_unit"],
        rows=[_row(row) for row in data["rows"]],
        code=data["code"],
        is_draft=is_draft,
        is_demo=data["is_demo"],
        total_money=_money(money["total"]),
        fiscal=_money(money["fiscal"]),
        carryover=_money(money["carryover"]),
        other=_money(money["other"]),
        funds=[(label, _money(amounts)) for label, amounts in data["funds"]],
        tasks=[(name, content) for name, content in data["tasks"]],
        execution=_execution(data["execution"]),
        objective_expected=data["objective_expected"],
        objective_actual=data["objective_actual"],
        total=_number(data["total"]),
        total_steps=list(data["total_steps"]),
        rating=_term(Rating, data["rating"]) if data["rating"] else None,
        pack_id=data["pack_id"],
        pack_version=data["pack_version"],
        submitted_by=submitted_by,
        submitted_at=submitted_at,
        approved_by=approved_by,
        approved_at=approved_at,
        check_code=check_code,
    )


def _row(row: Mapping[str, Any]) -> IndicatorRow:
    is_out = row["is_not_applicable"]
    return IndicatorRow(
        level1=row["level1"],
        level2=row["level2"],
        name=row["name"],
        target=row["target"],
        actual=None if is_out else row["actual"],
        weight=_number(row["weight"]),
        points=_number(row["points"]),
        deviation_reason=row["deviation_reason"],
        corrective_action=row["corrective_action"],
        steps=[*row["steps"], *_revision(row), f"数据来源：{row['origin']}"],
        tag=_tag(row),
        decision=_decision(row),
        # Records of older versions lack these.
        initial_target=row.get("initial_target", ""),
        initial_points=_number(row.get("initial_points")),
        revision_document=row.get("revision_document", ""),
        is_lowered_late=row.get("is_lowered_late", False),
        sense=_term(Sense, row["sense"]) if row.get("sense") else None,
    )


def _tag(row: Mapping[str, Any]) -> str:
    if row["is_not_applicable"]:
        return NOT_APPLICABLE
    return "调整" if row.get("initial_target") else ""


def _revision(row: Mapping[str, Any]) -> list[str]:
    document, is_late = row.get("revision_document", ""), row.get("is_lowered_late", False)
    said = revision_text(document, is_late=is_late)
    return [f"指标值调整：{said}"] if said else []


def _decision(row: Mapping[str, Any]) -> str:
    """`计算得分 10.00，审核人评定 8.00（张三，2023-01-12）：…`; blank where nobody decided."""
    decided = row.get("decided")
    if not decided:
        return ""
    computed = format_fixed(Decimal(decided["computed"]))
    points = format_fixed(Decimal(row["points"]))
    day = local_day(datetime.fromisoformat(decided["at"])).isoformat()
    return (
        f"计算得分 {computed}，审核人评定 {points}（{decided['by']}，{day}）：{decided['reason']}"
    )


def _execution(execution: Mapping[str, Any]) -> ExecutionRow:
    weight = _number(execution["weight"])
    if not weight:
        return ExecutionRow()
    return ExecutionRow(
        weight=weight,
        points=_number(execution["points"]),
        not_applicable=execution["not_applicable"],
        steps=list(execution["steps"]),
        deviation_reason=execution["deviation_reason"],
    )


def _money(amounts: Mapping[str, str | None]) -> Money:
    return Money(
        initial=_number(amounts["initial"]),
        adjusted=_number(amounts["adjusted"]),
        executed=_number(amounts["executed"]),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _term(enumeration: type[Term], value: str) -> Term:
    return next(one for one in enumeration if one.value == value)
