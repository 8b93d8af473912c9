"""Scores of a plan: totals, execution, rating, and what does not apply."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.rules import load_pack
from perf.core.scoring import (
    NOT_APPLICABLE,
    Execution,
    PlanIndicator,
    needs_reason,
    score_plan,
)
from perf.core.targets import Target
from perf.core.terms import Rating
from tests.core.scoring_examples import BUDGET, GE90, INVERSE, D, number_target


def plan_rows(*points: str) -> list[tuple[Decimal, Target, Decimal]]:
    """Rows that earn just these points: weights of 45 against a target of 45."""
    return [(D(45), number_target("ge", "45"), D(value)) for value in points]


def test_a_plan_adds_rounded_points_and_execution_and_rates_the_total():
    plan = score_plan(plan_rows("45", "36.82"), BUDGET, INVERSE)
    assert [row.points for row in plan.rows] == [45, D("36.82")]
    assert plan.indicator_total == D("81.82")
    assert plan.execution_points == D("9.51")
    assert plan.total == plan.total_so_far == D("91.33")
    assert plan.rating is Rating.EXCELLENT
    assert plan.steps == [
        "指标得分 81.82 + 预算执行 9.51 = 91.33 → 评级 优",
        "依据 cn-project-2021 第 1 版 §评级",
    ]


def test_totals_add_rounded_scores():
    third = number_target("ge", "3")
    plan = score_plan([(D(1), third, D(1))] * 3, Execution(D(1), D(0)), INVERSE)
    assert plan.total == D("0.99")


def test_a_plan_has_no_total_while_an_indicator_is_unreported():
    plan = score_plan([*plan_rows("45"), (D(45), GE90, None)], BUDGET, INVERSE)
    assert plan.total is None
    assert plan.indicator_total is None
    assert plan.rating is None
    assert plan.uncapped is None
    assert plan.total_so_far == D("54.51")
    assert plan.unreported == [1]
    assert plan.steps == ["尚有未填报的数据，暂不计总分"]


@pytest.mark.parametrize("execution", [None, Execution(D(100), None), Execution(None, D(100))])
def test_a_plan_has_no_total_while_its_execution_is_unreported(execution: Execution | None):
    plan = score_plan(plan_rows("45", "45"), execution, INVERSE)
    assert plan.indicator_total == 90
    assert plan.execution_points is None
    assert plan.total is None
    assert plan.total_so_far == 90
    assert plan.steps == ["尚有未填报的数据，暂不计总分"]


def test_a_plan_without_a_budget_is_scaled_to_a_hundred():
    plan = score_plan(plan_rows("45", "26"), Execution(D(0), D(0)), INVERSE)
    assert plan.execution_points is None
    assert plan.total == plan.total_so_far == D("78.89")
    assert plan.rating is Rating.FAIR
    assert plan.steps[0] == "预算执行率不涉及 · 71.00 × 100 ÷ (100 − 10) = 78.89 → 评级 中"


def test_a_department_is_scored_without_execution():
    pack = load_pack("department-overall")
    plan = score_plan([(D(100), GE90, D(81))], None, pack)
    assert plan.execution is None
    assert plan.total == 90
    assert plan.steps[0] == "指标得分合计 90.00 → 评级 优"


def test_nothing_reported_so_far_is_a_decimal_like_any_sum():
    plan = score_plan([(D(100), GE90, None)], None, load_pack("department-overall"))
    assert isinstance(plan.total_so_far, Decimal)
    assert plan.total_so_far == 0


def test_an_empty_plan_has_no_total():
    plan = score_plan([], BUDGET, INVERSE)
    assert plan.total is None
    assert plan.total_so_far == D("9.51")


def test_a_plan_names_the_rows_whose_reasons_are_missing():
    plan = score_plan(plan_rows("45", "44", "43", "60"), BUDGET, INVERSE)
    assert plan.reasons_demanded == [1, 2, 3]
    assert plan.missing_reasons([None, "下雨", "  ", None]) == [2, 3]


def test_an_indicator_not_applicable_gives_its_weight_to_its_class_in_proportion():
    rows = [
        PlanIndicator(D(20), GE90, D(90), "产出指标"),
        PlanIndicator(D(10), GE90, D(90), "产出指标"),
        PlanIndicator(D(10), GE90, NOT_APPLICABLE, "产出指标"),
        PlanIndicator(D(50), GE90, D(45), "效益指标"),
    ]
    plan = score_plan(rows, BUDGET, INVERSE)
    assert [row.weight for row in plan.rows] == [D("26.67"), D("13.33"), D(10), D(50)]
    assert [row.entered_weight for row in plan.rows] == [20, 10, 10, 50]
    assert plan.rows[2].points is None
    assert plan.rows[2].flags == {"not_applicable"}
    assert not needs_reason(plan.rows[2])
    assert plan.unreported == []
    assert plan.total == D("74.51")
    assert plan.rows[0].steps == [
        "分值 26.67（原 20，加上不涉及指标分摊的分值）",
        "目标 ge 90% · 实际 90% → 达成 · 得满分 26.67",
        "依据 cn-project-2021 第 1 版 §正向指标",
    ]
    assert plan.rows[2].steps == [
        "目标 ge 90% · 实际 不涉及 → 不计分，分值 10 由其余指标按比例分摊"
    ]


def test_a_class_wholly_not_applicable_gives_its_weight_to_the_rest_of_the_plan():
    rows = [
        PlanIndicator(D(60), GE90, D(90), "产出指标"),
        PlanIndicator(D(20), GE90, D(90), "效益指标"),
        PlanIndicator(D(10), GE90, NOT_APPLICABLE, "满意度指标"),
    ]
    assert [row.weight for row in score_plan(rows, BUDGET, INVERSE).rows] == [
        D("67.5"),
        D("22.5"),
        D(10),
    ]


def test_a_plan_in_which_nothing_applies_has_no_total():
    plan = score_plan([(D(90), GE90, NOT_APPLICABLE)], BUDGET, INVERSE)
    assert plan.total is None
    assert plan.rows[0].weight == 90


@given(st.lists(st.tuples(st.integers(1, 3000), st.booleans()), min_size=2, max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_weights_of_what_does_not_apply_are_never_lost(
    shares: list[tuple[int, bool]], data: st.DataObject
):
    rows = [
        PlanIndicator(
            D(cents).scaleb(-2),
            GE90,
            D(90) if applies else NOT_APPLICABLE,
            data.draw(st.sampled_from(["产出指标", "效益指标"])),
        )
        for cents, applies in shares
    ]
    plan = score_plan(rows, BUDGET, INVERSE)
    if any(applies for _, applies in shares):
        assert plan.indicator_total == sum(row.weight for row in rows)
