"""What a self-evaluation says: as shown for comparison, and exact for the official form."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from perf.core.actuals import format_actual
from perf.core.execution import Execution, score_execution
from perf.core.numbers import format_fixed, format_number
from perf.core.rulepack import RulePack
from perf.core.rules import load_pack
from perf.core.scoring import score_indicator
from perf.core.terms import FundSource
from perf.models import Indicator, Plan, Score, SelfEvaluation
from perf.services.snapshots import Content

OTHER_SOURCES = (FundSource.SPECIAL_ACCOUNT, FundSource.UNIT_FUNDS, FundSource.OTHER)
_ZERO = Decimal(0)


def content_of_self_evaluation(
    evaluation: SelfEvaluation, executed: Mapping[FundSource, Decimal | None]
) -> Content:
    """What the self-evaluation says now; `executed` is the year's amount by source in 元.

    `data` holds everything the official form prints, numbers as exact plain text: the frozen
    record that an export of a submitted or signed self-evaluation is made from.
    """
    plan = evaluation.plan
    pack = load_pack(evaluation.pack_id)
    scores = {row.indicator_id: row for row in evaluation.scores}
    rows = [
        (indicator, scores[indicator.id]) for indicator in plan.indicators if indicator.id in scores
    ]
    return Content(
        fields=_shown(
            {
                "年度总体目标实际完成情况": evaluation.objective_actual,
                "预算执行率原因": evaluation.execution_reason,
                "预算执行得分": _points(evaluation.execution_points),
                "总分": _points(evaluation.total),
                "评级": evaluation.rating.label if evaluation.rating else "",
                "评分办法": f"{pack.id} 第 {evaluation.pack_version} 版",
            }
        ),
        rows=[
            {
                "id": indicator.id,
                "name": indicator.name,
                "fields": _shown(
                    {
                        "年度指标值": indicator.target_text,
                        "实际完成值": _actual(indicator, score),
                        "分值": _points(indicator.weight),
                        "得分": _points(score.points),
                        "偏差原因": score.deviation_reason,
                        "改进措施": score.corrective_action,
                    }
                ),
            }
            for indicator, score in rows
        ],
        data=_form_data(evaluation, rows, executed, pack),
    )


def _form_data(
    evaluation: SelfEvaluation,
    rows: list[tuple[Indicator, Score]],
    executed: Mapping[FundSource, Decimal | None],
    pack: RulePack,
) -> dict[str, Any]:
    plan = evaluation.plan
    return {
        "kind": plan.kind.value,
        "year": plan.year,
        "name": plan.name,
        "code": plan.project.code if plan.project else plan.unit.code,
        "department": plan.unit.name,
        "implementing_unit": (plan.project.implementing_unit if plan.project else None)
        or plan.unit.name,
        "is_demo": evaluation.is_demo,
        "money": _money(plan, executed),
        "tasks": [[task.name, task.content] for task in plan.tasks],
        "execution": _execution(evaluation, pack),
        "objective_expected": plan.objective,
        "objective_actual": evaluation.objective_actual,
        "rows": [_form_row(indicator, score, pack) for indicator, score in rows],
        "total": _text(evaluation.total),
        "rating": evaluation.rating.value if evaluation.rating else None,
        "pack_id": pack.id,
        "pack_version": str(evaluation.pack_version),
    }


def _form_row(indicator: Indicator, score: Score, pack: RulePack) -> dict[str, Any]:
    worked = score_indicator(indicator.weight or _ZERO, indicator.target, score.actual, pack)
    return {
        "level1": indicator.level1,
        "level2": indicator.level2 or None,
        "name": indicator.name,
        "target": indicator.target_text,
        "actual": _actual(indicator, score) or None,
        "weight": _text(indicator.weight),
        "points": _text(score.points),
        "deviation_reason": score.deviation_reason,
        "corrective_action": score.corrective_action,
        "steps": [*worked.steps, f"数据来源：{score.origin}"],
    }


def _execution(evaluation: SelfEvaluation, pack: RulePack) -> dict[str, Any]:
    if not pack.execution.weight:
        return {"weight": "0"}
    adjusted = sum((line.adjusted for line in evaluation.plan.budget_lines), _ZERO)
    scored = score_execution(Execution(adjusted, evaluation.executed), pack)
    return {
        "weight": _text(pack.execution.weight),
        "points": _text(evaluation.execution_points),
        "not_applicable": not scored.is_applicable,
        "steps": scored.steps,
        "deviation_reason": evaluation.execution_reason,
    }


def _money(
    plan: Plan, executed: Mapping[FundSource, Decimal | None]
) -> dict[str, dict[str, str | None]]:
    """The funds block in 元: all, and by the form's three sources; a blank stays a blank."""
    groups = {
        "total": tuple(FundSource),
        "fiscal": (FundSource.FISCAL,),
        "carryover": (FundSource.CARRYOVER,),
        "other": OTHER_SOURCES,
    }
    return {name: _money_of(plan, executed, sources) for name, sources in groups.items()}


def _money_of(
    plan: Plan,
    executed: Mapping[FundSource, Decimal | None],
    sources: tuple[FundSource, ...],
) -> dict[str, str | None]:
    lines = [line for line in plan.budget_lines if line.source in sources]
    if not lines:
        return {"initial": None, "adjusted": None, "executed": None}
    amounts = [executed.get(line.source) for line in lines]
    spent = [amount for amount in amounts if amount is not None]
    return {
        "initial": _text(sum((line.initial for line in lines), _ZERO)),
        "adjusted": _text(sum((line.adjusted for line in lines), _ZERO)),
        "executed": _text(sum(spent, _ZERO)) if len(spent) == len(amounts) else None,
    }


def _actual(indicator: Indicator, score: Score) -> str:
    return "" if score.actual is None else format_actual(score.actual, indicator.target_unit)


def _shown(fields: dict[str, str]) -> dict[str, str]:
    return {label: text for label, text in fields.items() if text}


def _points(value: Decimal | None) -> str:
    return "" if value is None else format_fixed(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)
