"""What a self-evaluation says: as shown for comparison, and exact for pages and official forms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from perf.core.actuals import format_actual
from perf.core.attainment import Flag
from perf.core.execution import Execution, ExecutionScore
from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    IndicatorScore,
    PlanIndicator,
    PlanScore,
    score_plan,
)
from perf.core.terms import FundSource
from perf.core.years import is_satisfaction
from perf.models import Evidence, Indicator, Plan, Score, SelfEvaluation, Submission
from perf.queries.packs import pack_of
from perf.services.evaluation_decided import (
    points_data,
    points_fields,
    total_data,
    total_fields,
)
from perf.services.evaluation_scores import (
    adjusted_of,
    executed_by_source,
    quarter_name,
    standing_decisions,
)
from perf.services.snapshots import Content

OTHER_SOURCES = (FundSource.SPECIAL_ACCOUNT, FundSource.UNIT_FUNDS, FundSource.OTHER)
_ZERO = Decimal(0)


def content_of_self_evaluation(
    evaluation: SelfEvaluation, quarters: Sequence[Submission]
) -> Content:
    """What the self-evaluation says now, with the figures and files of its approved quarters.

    `data` holds everything that the page and the official form show, numbers as exact plain
    text and money in 元: the frozen record of a submitted or signed self-evaluation.
    """
    plan = evaluation.plan
    pack = pack_of(evaluation)
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
                **total_fields(evaluation),
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
                        "分值": _points(score.weight),
                        **points_fields(score),
                        "偏差原因": score.deviation_reason,
                        "改进措施": score.corrective_action,
                    }
                ),
            }
            for indicator, score in rows
        ],
        data=_record(evaluation, quarters),
    )


def reason_demanded(score: Score | None, worked: IndicatorScore) -> str:
    """Why this score needs a deviation reason, as a sentence; empty where it needs none."""
    flags = worked.flags
    if score is None or not score.needs_reason:
        return ""
    if Flag.NOT_APPLICABLE in flags:
        return f"选择了“{Flag.NOT_APPLICABLE.label}”，请说明全年没有发生的理由。"
    if Flag.AT_BOUND in flags:
        return "实际完成值等于界限值，按未达成处理，请说明偏差原因。"
    # A pack may deduct points for over-achievement; the score is then below its weight as well.
    if Flag.OVER_ACHIEVED in flags:
        return f"完成率 {_percent(worked)}%，超额较多，请说明偏差原因。"
    return "得分低于分值，请说明偏差原因。"


def execution_reason_demanded(scored: ExecutionScore | None) -> str:
    """Why the budget execution needs a reason, as a sentence; empty where it needs none."""
    if scored is None or not scored.needs_reason:
        return ""
    percent = format_number(scored.pack.execution.reason_below * 100)
    return f"预算执行率低于 {percent}%，请说明原因。"


def work_scores(
    evaluation: SelfEvaluation,
    pack: RulePack | None = None,
    decided: Mapping[int, Decimal] | None = None,
) -> PlanScore:
    """The working of the stored scores, out of the year values and amounts stored with them.

    With another `pack`, or other `decided` points by indicator, it is what those would give.
    """
    plan, pack = evaluation.plan, pack or pack_of(evaluation)
    results = {row.indicator_id: row.result for row in evaluation.scores}
    decided = standing_decisions(evaluation) if decided is None else decided
    rows = [
        PlanIndicator(
            indicator.weight or _ZERO,
            indicator.target,
            results.get(indicator.id),
            indicator.level1,
            is_satisfaction(indicator.level1, indicator.level2, indicator.name),
            indicator.initial,
            decided.get(indicator.id),
        )
        for indicator in plan.indicators
    ]
    return score_plan(rows, Execution(adjusted_of(plan), evaluation.executed), pack)


def _record(evaluation: SelfEvaluation, quarters: Sequence[Submission]) -> dict[str, Any]:
    plan = evaluation.plan
    worked = work_scores(evaluation)
    scores = {row.indicator_id: row for row in evaluation.scores}
    figures = _figures(plan, quarters)
    files = _files(quarters)
    return {
        "kind": plan.kind.value,
        "year": plan.year,
        "name": plan.unit.name if plan.project is None else plan.project.name,
        "code": plan.project.code if plan.project else plan.unit.code,
        "department": plan.unit.name,
        "implementing_unit": (plan.project.implementing_unit if plan.project else None)
        or plan.unit.name,
        "is_demo": evaluation.is_demo,
        "money": _money(plan, executed_by_source(quarters)),
        "funds": _funds(plan),
        "tasks": [[task.name, task.content] for task in plan.tasks],
        "execution": _execution(evaluation, worked.execution, files.get(None, [])),
        "objective_expected": plan.objective,
        "objective_actual": evaluation.objective_actual,
        "rows": [
            _row(indicator, scores[indicator.id], result)
            | {
                "quarters": figures.get(indicator.id, []),
                "evidence": files.get(indicator.id, []),
            }
            for indicator, result in zip(plan.indicators, worked.rows, strict=True)
            if indicator.id in scores
        ],
        **total_data(evaluation, worked),
        "pack_id": evaluation.pack_id,
        "pack_version": str(evaluation.pack_version),
    }


def _row(indicator: Indicator, score: Score, worked: IndicatorScore) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "level1": indicator.level1,
        "level2": indicator.level2 or None,
        "name": indicator.name,
        "target": indicator.target_text,
        "sense": indicator.sense.value if indicator.sense else None,
        "actual": _actual(indicator, score) or None,
        "is_not_applicable": score.is_not_applicable,
        "weight": _text(score.weight),
        **points_data(score, worked),
        "initial_target": indicator.initial.text if indicator.initial else "",
        "initial_points": _text(score.initial_points),
        "revision_document": indicator.revision_document,
        "is_lowered_late": indicator.is_lowered_late,
        "deviation_reason": score.deviation_reason,
        "corrective_action": score.corrective_action,
        "origin": score.origin,
        "is_met": score.is_met,
        "is_below": worked.is_below,
        "flags": sorted(worked.flags),
        "percent": _percent(worked),
        "demanded": reason_demanded(score, worked),
    }


def _percent(worked: IndicatorScore) -> str | None:
    pair = worked.attainment.pair
    return None if pair is None else format_number(round_half_up(pair[0] * 100, pair[1], 1))


def _figures(plan: Plan, quarters: Sequence[Submission]) -> dict[int, list[list[str]]]:
    """[quarter's name, figure as shown] of each indicator, in the order of time."""
    found: dict[int, list[list[str]]] = {}
    units = {row.id: row.target_unit for row in plan.indicators}
    for quarter in quarters:
        name = quarter_name(quarter)
        for row in quarter.actuals:
            shown = (
                "本期无数据"
                if row.is_no_data
                else format_actual(row.actual, units.get(row.indicator_id))
            )
            found.setdefault(row.indicator_id, []).append([name, shown])
    return found


def _files(quarters: Sequence[Submission]) -> dict[int | None, list[dict[str, Any]]]:
    """The evidence of each indicator, and under None that of whole quarters."""
    found: dict[int | None, list[dict[str, Any]]] = {}
    for quarter in quarters:
        for evidence in quarter.evidence:
            if evidence.removed_at is None:
                found.setdefault(evidence.indicator_id, []).append(_file(evidence, quarter))
    return found


def _file(evidence: Evidence, quarter: Submission) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "quarter": quarter_name(quarter),
        "name": evidence.name,
        "sha256": evidence.sha256,
        "media_type": evidence.media_type,
        "pages": evidence.pages,
    }


def _execution(
    evaluation: SelfEvaluation, scored: ExecutionScore | None, files: list[dict[str, Any]]
) -> dict[str, Any]:
    if scored is None:
        return {"weight": "0", "evidence": files}
    adjusted, executed = scored.execution.adjusted, scored.execution.executed
    percent = None
    if adjusted and executed is not None:
        percent = format_fixed(round_half_up(executed * 100, adjusted))
    return {
        "weight": _text(scored.pack.execution.weight),
        "points": _text(evaluation.execution_points),
        "not_applicable": not scored.is_applicable,
        "percent": percent,
        "steps": scored.steps,
        "deviation_reason": evaluation.execution_reason,
        "demanded": execution_reason_demanded(scored),
        "flags": sorted(flag.value for flag in scored.flags),
        "evidence": files,
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


def _funds(plan: Plan) -> list[list[Any]]:
    """Further lines of a department's funds block: [label, amounts in 元]."""
    named = [("基本支出", plan.basic_expenditure), ("项目支出", plan.project_expenditure)]
    return [
        [label, {"initial": _text(amount), "adjusted": None, "executed": None}]
        for label, amount in named
        if amount is not None
    ]


def _actual(indicator: Indicator, score: Score) -> str:
    if score.is_not_applicable:
        return Flag.NOT_APPLICABLE.label
    return "" if score.actual is None else format_actual(score.actual, indicator.target_unit)


def _shown(fields: dict[str, str]) -> dict[str, str]:
    return {label: text for label, text in fields.items() if text}


def _points(value: Decimal | None) -> str:
    return "" if value is None else format_fixed(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)
