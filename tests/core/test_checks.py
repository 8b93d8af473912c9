"""What is noticed in a plan, each rule beside a case where it must stay silent."""

from decimal import Decimal

import pytest

from perf.core.checks import check_plan, place_of
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.terms import FundSource, PlanKind
from tests.core.checked_plans import SILENT, codes, only, plan

COSTS = [
    ("≤50 万元", "cost-exceeds-budget"),
    ("30.01万元", "cost-exceeds-budget"),
    ("35万", "cost-exceeds-budget"),
    ("20万元~40万元", "cost-exceeds-budget"),
    ("≤300001元", "cost-exceeds-budget"),
    ("≥10万元", "cost-with-lower-limit"),
    ("≤30万元", SILENT),
    ("≤300000元", SILENT),
    ("300元/人", SILENT),
    ("≤95%", SILENT),
    ("控制在预算内", SILENT),
]


@pytest.mark.parametrize(("target", "code"), COSTS)
def test_a_cost_above_the_budget_or_without_an_upper_limit_is_named(target: str, code: str) -> None:
    only(plan(DraftIndicator("成本指标", None, "项目总成本", target)), code)


def test_money_outside_the_cost_class_may_exceed_the_budget() -> None:
    only(plan(DraftIndicator("效益指标", None, "带动投资", "≥500万元")), SILENT)


def test_a_cost_is_not_compared_with_a_budget_that_is_not_known() -> None:
    only(plan(DraftIndicator("成本指标", None, "总成本", "≤50万元"), wan=None), "budget-missing")


NAMES = [
    ("手拉手结对帮扶", "手拉手结对帮扶工作全年开展", "≥6次", "≥6次", True),
    ("主题党日活动全年开展", "主题党日", "≥12次", "12次及以上", True),
    ("党员满意度", "党员满意度", "≥90%", "≥90%", True),
    ("宣传效果", "宣传效果情况", "显著", "显著", True),
    ("党员满意度", "党员满意度情况", "≥90%", "≥95%", False),
    ("资金到位率", "资金到位及时率", "100%", "100%", False),
    ("培训人数", "培训天数", "≥6", "≥6", False),
    ("群众满意度", "党员满意度", "≥90%", "≥90%", False),
    ("宣传效果", "宣传效果情况", "显著", "明显", False),
]


@pytest.mark.parametrize(("first", "second", "one", "other", "twice"), NAMES)
def test_the_same_indicator_twice_is_named(
    first: str, second: str, one: str, other: str, twice: bool
) -> None:
    drawn = plan(
        DraftIndicator("产出指标", None, first, one),
        DraftIndicator("产出指标", None, second, other),
    )
    only(drawn, "duplicate-indicator" if twice else SILENT)


def test_one_name_in_two_classes_is_no_duplicate() -> None:
    only(
        plan(
            DraftIndicator("产出指标", None, "绿化覆盖率", "≥40%"),
            DraftIndicator("效益指标", None, "绿化覆盖率", "≥40%"),
        ),
        SILENT,
    )


DIRECTIONS = [
    ("信访值班目标实现率", "≤10%", "achievement-with-upper-limit"),
    ("群众满意度", "<90%", "achievement-with-upper-limit"),
    ("信访值班目标实现率", "≥90%", SILENT),
    ("信访值班目标实现率", "100%", SILENT),
    ("预算调整率", "≤10%", SILENT),
    ("结转结余率", "≤10%", SILENT),
    ("“三公经费”控制率", "≤90%", SILENT),
    ("超期未完成率", "≤5%", SILENT),
    ("不满意率", "≤5%", SILENT),
    ("完成时限", "≤7天", SILENT),
    ("有效投诉率", "≥5%", "harm-with-lower-limit"),
    ("有效投诉率", "≤5%", SILENT),
    ("有效投诉率", "≥0%", SILENT),
    ("投诉办结率", "≥95%", SILENT),
    ("群众满意度", "≥120%", "satisfaction-above-all"),
    ("群众满意度", "≥100%", SILENT),
    ("产值完成率", "≥120%", SILENT),
    ("群众满意度", "较高", "vague-words"),
]


@pytest.mark.parametrize(("name", "target", "code"), DIRECTIONS)
def test_a_direction_against_the_name_is_named(name: str, target: str, code: str) -> None:
    only(plan(DraftIndicator("效益指标", None, name, target)), code)


def noted(name: str, note: str | None) -> DraftPlan:
    return plan(
        DraftIndicator("投入管理指标", None, name, "≥90%", note),
        DraftIndicator("投入管理指标", None, "绩效监控完成率", "≥91%"),
    )


NOTES = [
    ("绩效目标编制完成率", "部门绩效监控完成率=已完成数/总数×100%", "note-of-another-indicator"),
    ("绩效目标编制完成率", "绩效目标编制完成率=已编制数/总数×100%", SILENT),
    ("绩效目标编制完成率", "目标编制完成率=已编制数/总数", SILENT),
    ("绩效目标编制完成率", "编制率=已编制数/总数", SILENT),
    ("绩效目标编制完成率", "与绩效监控完成率一并考核。", SILENT),
    ("绩效目标编制完成率", None, SILENT),
    (
        "预算调整率",
        "预算调整率=（预算调整数-年初预算数）/年初预算数×100%。预算调整数：各项调整资金的总和。",
        "formula-contradicts-note",
    ),
    ("预算调整率", "预算调整率=预算调整数/年初预算数×100%。预算调整数：调整资金的总和。", SILENT),
    ("预算调整率", "预算调整率=（预算调整数-年初预算数）/年初预算数。预算调整数：调整后预算。", SILENT),
]  # fmt: skip


@pytest.mark.parametrize(("name", "note", "code"), NOTES)
def test_a_note_of_another_indicator_or_against_itself_is_named(
    name: str, note: str | None, code: str
) -> None:
    only(noted(name, note), code)


TARGETS = [
    ("全年", "not-measurable"),
    ("", "target-missing"),
    ("明显", "vague-words"),
    ("≥12次", SILENT),
    ("2021年12月31日前", "date-before-year"),
    ("2022年12月31日前", SILENT),
    ("2023年1月底前", SILENT),
    ("2021年1月-2021年11月", "date-before-year"),
]


@pytest.mark.parametrize(("target", "code"), TARGETS)
def test_a_target_that_cannot_be_held_against_anything_is_named(target: str, code: str) -> None:
    only(plan(DraftIndicator("产出指标", "时效指标", "完成时间", target)), code)


def test_a_deadline_is_not_judged_without_a_year() -> None:
    only(plan(DraftIndicator("产出指标", None, "完成时间", "2021年12月31日前")), SILENT, year=None)


def test_a_missing_target_is_an_error_with_the_indicators_place() -> None:
    found = check_plan(plan(DraftIndicator("产出指标", None, "培训", "", where="第 7 行")))[0]
    assert (found.severity, found.code) == ("error", "target-missing")
    assert found.where == "某经费 · 培训（第 7 行）"
    assert "培训" in found.message


def test_what_is_missing_from_the_plan_is_an_error() -> None:
    drawn = plan(DraftIndicator("", None, "", "≥1次"), name="")
    assert codes(drawn) == ["project-name-missing", "indicator-name-missing", "class-missing"]
    assert codes(plan()) == ["indicators-missing"]


def test_guessed_directions_are_told_once_for_each_direction() -> None:
    drawn = plan(
        *(
            DraftIndicator("产出指标", None, f"场地{number}", f"{number}处")
            for number in range(1, 11)
        ),
        DraftIndicator("成本指标", None, "总成本", "30万元"),
    )
    found = [finding for finding in check_plan(drawn) if finding.code == "sense-guessed"]
    assert [finding.message[:4] for finding in found] == ["10 项", "1 项指"]
    assert "等。" in found[0].message
    assert "至多" in found[1].message


SUMS = [
    ({FundSource.FISCAL: "30"}, None, None, SILENT),
    ({FundSource.FISCAL: "20", FundSource.UNIT_FUNDS: "10"}, None, None, SILENT),
    ({FundSource.FISCAL: "20", FundSource.UNIT_FUNDS: "9.99"}, None, None, "budget-sum-differs"),
    ({}, "20", "10", SILENT),
    ({}, "20", "11", "budget-sum-differs"),
    ({}, "20", None, SILENT),
]


@pytest.mark.parametrize(("sources", "basic", "project", "code"), SUMS)
def test_parts_that_do_not_add_up_to_the_total_are_named(
    sources: dict[FundSource, str], basic: str | None, project: str | None, code: str
) -> None:
    drawn = plan(DraftIndicator("产出指标", None, "巡查", "≥1次"))
    drawn.budget = {source: Decimal(wan) * 10000 for source, wan in sources.items()}
    drawn.basic_expenditure = None if basic is None else Decimal(basic) * 10000
    drawn.project_expenditure = None if project is None else Decimal(project) * 10000
    only(drawn, code)


def test_a_department_without_a_budget_line_is_no_project_without_one() -> None:
    drawn = plan(DraftIndicator("产出指标", None, "巡查", "≥1次"), wan=None)
    drawn.kind = PlanKind.DEPARTMENT
    only(drawn, SILENT)


def test_a_plan_without_a_name_is_placed_by_its_code_or_kind() -> None:
    assert place_of(plan(name="", where="第 3 行")) == "1（第 3 行）"
    assert place_of(plan(name="", code=None)) == "项目"


def test_many_indicators_alike_are_still_compared_quickly() -> None:
    drawn = plan(*(DraftIndicator("产出指标", None, f"巡查点{n}号", "≥1次") for n in range(300)))
    only(drawn, SILENT)
