"""The forms that docs/ shows: the 2022 sample with results invented to the year's end."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from perf.core.actuals import Actual, Answer, Checked, TierChoice, format_actual, parse_actual
from perf.core.drafts import DraftPlan
from perf.core.numbers import round_half_up
from perf.core.rulepack import RulePack
from perf.core.rules import choose_pack_id, load_pack
from perf.core.scoring import Execution, PlanIndicator, PlanScore, score_plan
from perf.core.targets import Target, parse_target
from perf.core.terms import (
    Adoption,
    BudgetConsequence,
    Comparator,
    DeviationKind,
    FundSource,
    Labelled,
    Likelihood,
    PlanKind,
    RecommendationKind,
    Status,
    Tier,
)
from perf.core.weights import spread_weights
from perf.documents.draft_json import draft_from_json
from perf.documents.forms import (
    ExecutionRow,
    Form,
    IndicatorRow,
    Money,
    MonitoringForm,
    MonitoringRow,
    ResultRow,
    ResultsForm,
    SelfEvaluationForm,
    SummaryForm,
    SummaryRow,
    TargetForm,
    TargetRow,
)

Term = TypeVar("Term", bound=Labelled)
SAMPLES = Path(__file__).resolve().parent.parent.parent / "perf" / "samples"
DRAFT = draft_from_json(json.loads((SAMPLES / "department-2022.json").read_text("utf-8")))
RESULTS = {
    one["plan"]: one
    for one in tomllib.loads((SAMPLES / "results-2022.toml").read_text("utf-8"))["results"]
}
YEAR = 2022
UNIT = str(DRAFT.unit_name)
PROJECT, _, RESCUE = DRAFT.projects
assert DRAFT.department is not None
DEPARTMENT = replace(DRAFT.department, name=UNIT)
PEOPLE: dict[str, Any] = {"submitted_by": "演示填报人", "approved_by": "演示审核人"}
# What the fourth quarter adds to the sample's three.
FINAL = {
    "专项资金细化率": "100",
    "预算执行率": "93.68",
    "预算调整率": "0",
    "结转结余率": "6.32",
    "“三公经费”控制率": "86.36",
    "政府采购执行率": "92.4",
    "绩效监控完成率": "100",
    "绩效自评完成率": "100",
    "部门绩效评价完成率": "100",
    "评价结果应用率": "50",
    "党建任务完成率": "95",
    "党建任务实现率": "95",
    "群众满意度": "84",
    "项目总成本": "28.64",
    "完成年度整体目标": "92",
}
REASONS = {
    "政府采购执行率": "一台高速扫描仪因供应商缺货，两次公告均只有一家响应，按规定改为下一年度采购，预算指标结转。",
    "评价结果应用率": "两条评价意见中，“按月公布办结情况”已采纳；“接访窗口增设法律咨询岗”需先落实编制，列入下一年度计划。",
    "绩效指标合理性": "四项要求中有一项不符合：两个效益指标没有写明衡量标准，已在下一年度的绩效目标中改为可以衡量的指标值。",
    "党建任务": "学习笔记检查两次不合格，各扣 2.5 个百分点。",
    "疑难信访救助任务": "第二件救助款等待配套资金，十一天后才发放到人。",
    "完成年度整体目标": "两件跨区信访事项的牵头单位在十一月才确定，年底前没有办结，已转入下一年度继续办理。",
    "维护信访人合法权益，促进社会和谐稳定": "三名信访人越过区里直接到市里反映情况，当日即劝返并约谈。",
    "产生的经济效益": "两名接访人员借调四个月，案件回访延后，效益材料没有全部汇总。",
}
MEASURE = "由办公室负责，三月底前完成整改，并在第一季度的绩效监控中报告结果。"
ACHIEVED = (
    "全年接待来访群众 512 批次 1,036 人次，办结 498 批次，重要会议和节假日期间没有发生越级访；"
    "完成党建年度考核目标；救助特殊疑难信访 3 件，救助资金全部发放到人。群众满意度 84%。"
)


def target(plan: DraftPlan) -> TargetForm:
    """The plan's 绩效目标表 as approved."""
    weights = _weights(plan)
    return TargetForm(
        **_head(plan),
        **PEOPLE,
        status=Status.APPROVED,
        submitted_at=datetime(YEAR, 1, 10, 2, tzinfo=UTC),
        approved_at=datetime(YEAR, 1, 12, 2, tzinfo=UTC),
        category=plan.category,
        objective=_objective(plan),
        budget={source: Money(amount, amount) for source, amount in plan.budget.items()},
        basic_expenditure=plan.basic_expenditure,
        project_expenditure=plan.project_expenditure,
        tasks=plan.tasks,
        execution_weight=_pack(plan).execution.weight,
        rows=[
            TargetRow(row.level1, row.level2, row.name, row.target, weight, row.note or "")
            for row, weight in zip(plan.indicators, weights, strict=True)
        ],
    )


def monitoring(plan: DraftPlan) -> MonitoringForm:
    """The plan's 绩效运行监控表 of the third quarter."""
    result = RESULTS[plan.code or "department"]
    reasons = result["reasons"]["Q3"]
    rows = []
    for row, wanted in zip(plan.indicators, _targets(plan), strict=True):
        value = _actual(result["actuals"][row.name][2], wanted)
        reason = reasons.get(row.name, {})
        likelihood = reason.get("likelihood", "certain")
        rows.append(
            MonitoringRow(
                row.level1,
                row.level2,
                row.name,
                row.target,
                actual=format_actual(value, wanted.unit),
                deviation_kind=_term(DeviationKind, reason["kind"]) if reason else None,
                deviation_reason=reason.get("text", ""),
                likelihood=_term(Likelihood, likelihood),
            )
        )
    executed = Decimal(result["executed"][2]) * 10_000
    return MonitoringForm(
        **_head(plan),
        **PEOPLE,
        months=9,
        status=Status.APPROVED,
        is_demo=True,
        submitted_at=datetime(YEAR, 10, 12, 2, tzinfo=UTC),
        approved_at=datetime(YEAR, 10, 12, 6, tzinfo=UTC),
        objective=_objective(plan),
        budget={FundSource.FISCAL: Money(plan.budget_total, plan.budget_total, executed)},
        rows=rows,
    )


def self_evaluation(plan: DraftPlan, executed: Decimal) -> SelfEvaluationForm:
    """The plan's 绩效自评表 as signed, scored by its rule pack."""
    weights, targets, values = _weights(plan), _targets(plan), _year_values(plan)
    scored = _scored(plan, executed)
    money = Money(plan.budget_total, plan.budget_total, executed)
    rows = []
    for row, wanted, value, weight, one in zip(
        plan.indicators, targets, values, weights, scored.rows, strict=True
    ):
        reason = REASONS.get(row.name, "") if one.is_below else ""
        rows.append(
            IndicatorRow(
                row.level1,
                row.level2,
                row.name,
                row.target,
                format_actual(value, wanted.unit),
                weight,
                one.points,
                deviation_reason=reason,
                corrective_action=MEASURE if reason else "",
                steps=one.steps,
            )
        )
    execution = ExecutionRow()
    if scored.execution is not None:
        weight = scored.pack.execution.weight
        execution = ExecutionRow(weight, scored.execution_points, steps=scored.execution.steps)
    head = _head(plan)
    del head["department_code"]
    return SelfEvaluationForm(
        **head | {"code": plan.code or DRAFT.unit_code},
        **PEOPLE,
        rows=rows,
        is_draft=False,
        is_demo=True,
        submitted_at=datetime(YEAR + 1, 1, 16, 2, tzinfo=UTC),
        approved_at=datetime(YEAR + 1, 1, 18, 2, tzinfo=UTC),
        total_money=money,
        fiscal=money,
        funds=[
            (label, Money(amount))
            for label, amount in (
                ("基本支出", plan.basic_expenditure),
                ("项目支出", plan.project_expenditure),
            )
            if amount is not None
        ],
        tasks=plan.tasks,
        execution=execution,
        objective_expected=_objective(plan),
        objective_actual=ACHIEVED,
        total=scored.total,
        total_steps=scored.steps,
        rating=scored.rating,
        pack_id=scored.pack.id,
        pack_version="1",
    )


def summary() -> SummaryForm:
    """The unit's 汇总表: two signed, one that was not begun."""
    rows = []
    for plan, executed in ((DEPARTMENT, SPENT), (RESCUE, Decimal(169800))):
        scored = _scored(plan, executed)
        rows.append(
            SummaryRow(
                UNIT,
                "部门整体" if plan.kind is PlanKind.DEPARTMENT else plan.name,
                plan.kind,
                plan.code,
                adjusted=plan.budget_total,
                executed=executed,
                indicator_points=scored.indicator_total,
                total=scored.total,
                rating=scored.rating,
                status=Status.APPROVED,
                signed_at=datetime(YEAR + 1, 1, 18, 2, tzinfo=UTC),
                is_demo=True,
            )
        )
    open_ = SummaryRow(
        UNIT, PROJECT.name, PlanKind.PROJECT, PROJECT.code, adjusted=PROJECT.budget_total
    )
    return SummaryForm(YEAR, UNIT, [rows[1], open_, rows[0]])


def results() -> ResultsForm:
    """What was recommended on the unit's results: adopted, adopted in part, declined, open."""
    made = datetime(YEAR + 1, 2, 20, 2, tzinfo=UTC)
    due = date(YEAR + 1, 3, 31)
    first = ResultRow(
        UNIT,
        PROJECT.name,
        YEAR,
        RecommendationKind.BUDGET,
        "全年执行率偏低，结余较多，下年度按实际需要压减差旅费和会议费。",
        due,
        "区财政局",
        made,
        consequence=BudgetConsequence.CUT,
        amount=Decimal(264000),
        adoption=Adoption.PARTLY,
        reason="会议费已是最低水平，差旅费可以压减。",
        measure="编制下年度预算时压减差旅费。",
        measure_on=date(YEAR + 1, 9, 30),
        answered_at=datetime(YEAR + 1, 3, 6, 2, tzinfo=UTC),
        is_demo=True,
    )
    kept = replace(
        first,
        kind=RecommendationKind.MANAGEMENT,
        text="建立值班台账按月核对制度，避免季度末集中补录。",
        consequence=None,
        amount=None,
        adoption=Adoption.ADOPTED,
        reason="",
        measure="由办公室按月核对并签字。",
        outcome="一季度三次核对均已签字。",
        outcome_on=date(YEAR + 1, 4, 6),
    )
    declined = replace(
        kept,
        name=RESCUE.name,
        kind=RecommendationKind.POLICY,
        text="将救助标准改为按年度固定金额发放。",
        adoption=Adoption.NOT_ADOPTED,
        reason="救助标准由上级文件统一规定。",
        measure="",
        measure_on=None,
        outcome="",
        outcome_on=None,
    )
    open_ = ResultRow(
        UNIT,
        "部门整体",
        YEAR,
        RecommendationKind.TARGETS,
        "“信访值班目标实现率”方向写反，改为越高越好的指标。",
        due,
        "区财政局",
        made,
        is_demo=True,
    )
    return ResultsForm(UNIT, [first, kept, declined, open_])


def _head(plan: DraftPlan) -> dict[str, Any]:
    return {
        "kind": plan.kind,
        "year": YEAR,
        "name": plan.name,
        "code": plan.code,
        "department": UNIT,
        "department_code": DRAFT.unit_code,
        "implementing_unit": plan.implementing_unit or UNIT,
    }


def _objective(plan: DraftPlan) -> str:
    return plan.objective or dict(DEPARTMENT.tasks)["信访值班"]


def _pack(plan: DraftPlan) -> RulePack:
    return load_pack(choose_pack_id(True, plan.kind))


def _targets(plan: DraftPlan) -> list[Target]:
    return [
        parse_target(row.target, level1=row.level1, level2=row.level2, name=row.name, year=YEAR)
        for row in plan.indicators
    ]


def _weights(plan: DraftPlan) -> list[Decimal]:
    return spread_weights([(row.level1, None) for row in plan.indicators], _pack(plan))


def _year_values(plan: DraftPlan) -> list[Actual]:
    typed = RESULTS[plan.code or "department"]["actuals"]
    return [
        _actual(FINAL.get(row.name) or typed[row.name][2], wanted)
        for row, wanted in zip(plan.indicators, _targets(plan), strict=True)
    ]


def _actual(text: str, wanted: Target) -> Actual:
    """What the sample's text says: answers to a list, a grade with its rate, or a figure."""
    if set(text) <= set("ynx"):
        answers = {answer.value: answer for answer in Answer}
        return Checked(tuple(answers[sign] for sign in text))
    tier, _, rate = text.partition(" ")
    if wanted.comparator is Comparator.QUALITATIVE:
        return TierChoice(_term(Tier, tier), Decimal(rate))
    found = parse_actual(text, wanted)
    assert found is not None, text
    return found


def _term(enumeration: type[Term], value: str) -> Term:
    return next(one for one in enumeration if one.value == value)


def _scored(plan: DraftPlan, executed: Decimal) -> PlanScore:
    rows = [
        PlanIndicator(weight, wanted, value, row.level1)
        for row, wanted, value, weight in zip(
            plan.indicators, _targets(plan), _year_values(plan), _weights(plan), strict=True
        )
    ]
    return score_plan(rows, Execution(plan.budget_total, executed), _pack(plan))


SPENT = round_half_up(Decimal("1975800.50"))
# By the name of the picture, without the format.
SHOWN: dict[str, Form] = {
    "target": target(PROJECT),
    "target-department": target(DEPARTMENT),
    "monitoring": monitoring(PROJECT),
    "self-evaluation": self_evaluation(PROJECT, Decimal(286400)),
    "self-evaluation-department": self_evaluation(DEPARTMENT, SPENT),
    "summary": summary(),
    "results": results(),
}
