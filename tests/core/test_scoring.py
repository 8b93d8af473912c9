"""Attainment and scores: the contract's tables, each rule's worked examples, and properties."""

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import Actual, TierChoice
from perf.core.errors import InvalidInput
from perf.core.rulepack import AtMostFormula, RulePack
from perf.core.rules import load_pack
from perf.core.scoring import (
    NOT_APPLICABLE,
    Execution,
    IndicatorScore,
    PlanIndicator,
    attainment,
    needs_reason,
    score_indicator,
    score_plan,
)
from perf.core.targets import Target
from perf.core.terms import Comparator, Rating, Sense, Tier

D = Decimal
INVERSE = load_pack("cn-project-2021")
LINEAR = dataclasses.replace(
    INVERSE, at_most=dataclasses.replace(INVERSE.at_most, formula=AtMostFormula.LINEAR)
)
INTEGERS = dataclasses.replace(INVERSE, rounding=dataclasses.replace(INVERSE.rounding, places=0))
BOTH = [pytest.param(INVERSE, id="inverse"), pytest.param(LINEAR, id="linear")]


def number_target(
    comparator: str,
    value: str,
    unit: str = "",
    sense: Sense | None = None,
    upper: str | None = None,
) -> Target:
    text = f"{comparator} {value}{unit}"
    bound = None if upper is None else D(upper)
    return Target(text, Comparator[comparator.upper()], D(value), bound, unit, sense)


GE90 = number_target("ge", "90", "%")
LE7 = Target("≤7天", Comparator.LE, D(7), unit="天")
ZERO = number_target("eq", "0", "起", Sense.AT_MOST)
PLAIN = Target("明显", Comparator.QUALITATIVE)
BY_YEAR_END = Target("2022年底之前", Comparator.BY_DATE, date(2022, 12, 31))


@pytest.mark.parametrize(
    ("target", "actual", "met", "inverse", "linear"),
    [
        # The table on which public results systems got 5 to 8 of 11 verdicts right.
        (GE90, "92", True, "10.00", "10.00"),
        (GE90, "81", False, "9.00", "9.00"),
        (ZERO, "0", True, "10.00", "10.00"),
        (ZERO, "2", False, "0.00", "0.00"),
        (number_target("eq", "50", "件", Sense.AT_LEAST), "0", False, "0.00", "0.00"),
        (LE7, "6", True, "10.00", "10.00"),
        (LE7, "7", True, "10.00", "10.00"),
        (LE7, "10", False, "7.00", "5.71"),
        (LE7, "14", False, "5.00", "0.00"),
        (number_target("ge", "90"), "90", True, "10.00", "10.00"),
        (number_target("eq", "100", "件", Sense.AT_LEAST), "250", True, "10.00", "10.00"),
        # At least.
        (GE90, "-5", False, "0.00", "0.00"),
        (number_target("gt", "92", "%"), "93", True, "10.00", "10.00"),
        (number_target("gt", "92", "%"), "92", False, "10.00", "10.00"),
        (number_target("gt", "92", "%"), "46", False, "5.00", "5.00"),
        (number_target("eq", "8", "个"), "4", False, "5.00", "5.00"),
        # At most.
        (LE7, "-1", True, "10.00", "10.00"),
        (LE7, "21", False, "3.33", "0.00"),
        (number_target("lt", "5", "次"), "4", True, "10.00", "10.00"),
        (number_target("lt", "5", "次"), "5", False, "10.00", "10.00"),
        (number_target("lt", "5", "次"), "6", False, "8.33", "8.00"),
        (number_target("eq", "30", "万元", Sense.AT_MOST), "31", False, "9.68", "9.67"),
        (number_target("eq", "30", "万元", Sense.AT_MOST), "17.04", True, "10.00", "10.00"),
        # Exactly.
        (number_target("eq", "8", "个", Sense.EXACTLY), "8", True, "10.00", "10.00"),
        (number_target("eq", "8", "个", Sense.EXACTLY), "6", False, "7.50", "7.50"),
        (number_target("eq", "8", "个", Sense.EXACTLY), "10", False, "8.00", "7.50"),
        (number_target("eq", "0", "个", Sense.EXACTLY), "0", True, "10.00", "10.00"),
        (number_target("eq", "0", "个", Sense.EXACTLY), "1", False, "0.00", "0.00"),
        (number_target("eq", "0", "个", Sense.EXACTLY), "-1", False, "0.00", "0.00"),
        # Target 0 and below.
        (number_target("le", "0"), "-3", True, "10.00", "10.00"),
        (number_target("le", "0"), "0.000001", False, "0.00", "0.00"),
        (number_target("ge", "0"), "0", True, "10.00", "10.00"),
        (number_target("ge", "0"), "-0.5", False, "0.00", "0.00"),
        (number_target("gt", "0"), "0", False, "10.00", "10.00"),
        (number_target("lt", "0"), "0", False, "10.00", "10.00"),
        (number_target("ge", "-2", "%"), "-1", True, "10.00", "10.00"),
        (number_target("ge", "-2", "%"), "-3", False, "0.00", "0.00"),
        (number_target("le", "-2", "%"), "-2", True, "10.00", "10.00"),
        (number_target("le", "-2", "%"), "-1", False, "0.00", "0.00"),
        # Between.
        (number_target("between", "90", "%", upper="95"), "90", True, "10.00", "10.00"),
        (number_target("between", "90", "%", upper="95"), "95", True, "10.00", "10.00"),
        (number_target("between", "90", "%", upper="95"), "45", False, "5.00", "5.00"),
        (number_target("between", "90", "%", upper="95"), "100", False, "9.50", "9.47"),
        (number_target("between", "-5", "℃", upper="5"), "-6", False, "0.00", "0.00"),
        (number_target("between", "-5", "℃", upper="0"), "1", False, "0.00", "0.00"),
    ],
)
def test_numbers_are_judged_and_scored_under_both_formulas(
    target: Target, actual: str, met: bool, inverse: str, linear: str
):
    for pack, points in ((INVERSE, inverse), (LINEAR, linear)):
        score = score_indicator(D(10), target, D(actual), pack)
        assert score.attainment.met is met
        assert str(score.points) == points


@pytest.mark.parametrize(
    ("target", "actual", "pack", "ratio"),
    [
        (GE90, D(81), INVERSE, Fraction(9, 10)),
        (GE90, D(180), INVERSE, Fraction(2)),
        (LE7, D(6), INVERSE, Fraction(1)),
        (LE7, D(10), INVERSE, Fraction(7, 10)),
        (LE7, D(10), LINEAR, Fraction(4, 7)),
        (LE7, D(14), LINEAR, Fraction(0)),
        (BY_YEAR_END, date(2022, 12, 31), INVERSE, Fraction(1)),
        (PLAIN, TierChoice(Tier.PARTIAL, D(70)), INVERSE, Fraction(7, 10)),
    ],
)
def test_the_ratio_is_an_exact_pair_and_uncapped_for_display(
    target: Target, actual: Actual, pack: RulePack, ratio: Fraction
):
    judged = attainment(target, actual, pack)
    assert judged.pair is not None
    assert Fraction(judged.pair[0]) / Fraction(judged.pair[1]) == ratio
    assert judged.ratio is not None
    assert abs(Fraction(judged.ratio) - ratio) < Fraction(1, 10**20)


@pytest.mark.parametrize("pack", BOTH)
@pytest.mark.parametrize(
    ("target", "actual", "met", "points"),
    [
        (BY_YEAR_END, date(2022, 12, 31), True, "10.00"),
        (BY_YEAR_END, date(2021, 1, 1), True, "10.00"),
        (BY_YEAR_END, date(2023, 1, 1), False, "0.00"),
        (
            Target("1-12月", Comparator.PERIOD, date(2022, 1, 1), date(2022, 12, 31)),
            date(2022, 12, 31),
            True,
            "10.00",
        ),
        (
            Target("1-12月", Comparator.PERIOD, date(2022, 1, 1), date(2022, 12, 31)),
            date(2023, 1, 5),
            False,
            "0.00",
        ),
        (
            Target("1-12月", Comparator.PERIOD, date(2022, 1, 1), date(2022, 12, 31)),
            TierChoice(Tier.ACHIEVED, D(90)),
            True,
            "9.00",
        ),
        (Target("年底前", Comparator.BY_DATE), TierChoice(Tier.PARTIAL, D(60)), False, "6.00"),
        (PLAIN, TierChoice(Tier.ACHIEVED, D(100)), True, "10.00"),
        (PLAIN, TierChoice(Tier.ACHIEVED, D(80)), True, "8.00"),
        (PLAIN, TierChoice(Tier.PARTIAL, D("79.99")), False, "8.00"),
        (PLAIN, TierChoice(Tier.PARTIAL, D(60)), False, "6.00"),
        (PLAIN, TierChoice(Tier.MISSED, D("59.9")), False, "5.99"),
        (PLAIN, TierChoice(Tier.MISSED, D(0)), False, "0.00"),
    ],
)
def test_days_and_grades_are_judged_and_scored(
    pack: RulePack, target: Target, actual: Actual, met: bool, points: str
):
    score = score_indicator(D(10), target, actual, pack)
    assert score.attainment.met is met
    assert str(score.points) == points


def test_a_pack_can_leave_a_late_completion_a_share_of_its_weight():
    lenient = dataclasses.replace(
        INVERSE, deadline=dataclasses.replace(INVERSE.deadline, late_ratio=D("0.5"))
    )
    score = score_indicator(D(10), BY_YEAR_END, date(2023, 1, 1), lenient)
    assert score.points == 5
    assert score.flags == {"late", "missed", "below"}
    assert score.steps[0].endswith("→ 逾期，未达成 · 10 × 0.5 = 5.00")


@pytest.mark.parametrize(
    ("target", "actual", "message"),
    [
        (GE90, date(2022, 1, 1), "请填数字"),
        (GE90, TierChoice(Tier.ACHIEVED, D(90)), "请填数字"),
        (GE90, D("NaN"), "请填数字"),
        (GE90, D("Infinity"), "请填数字"),
        (BY_YEAR_END, D(1), "请填完成日期"),
        (BY_YEAR_END, datetime(2022, 1, 1), "请填完成日期"),  # noqa: DTZ001
        (BY_YEAR_END, TierChoice(Tier.ACHIEVED, D(90)), "是截止日期"),
        (Target("年底前", Comparator.BY_DATE), date(2022, 1, 1), "补全年月日"),
        (Target("全年", Comparator.PERIOD), date(2022, 1, 1), "补全年月日"),
        (PLAIN, D(1), "请选择完成等级"),
        (PLAIN, TierChoice(Tier.ACHIEVED, D("79.9")), "应在 80%（含）至 100%（含） 之间"),
        (PLAIN, TierChoice(Tier.ACHIEVED, D("100.1")), "之间"),
        (PLAIN, TierChoice(Tier.PARTIAL, D(80)), "应在 60%（含）至 80% 之间"),
        (PLAIN, TierChoice(Tier.MISSED, D(60)), "之间"),
        (PLAIN, TierChoice(Tier.MISSED, D(-1)), "之间"),
        (PLAIN, TierChoice(Tier.MISSED, D("NaN")), "之间"),
        (Target("≥若干", Comparator.GE), D(1), "没有读出数值"),
        (Target("≥若干", Comparator.GE, D("NaN")), D(1), "没有读出数值"),
        (number_target("between", "90"), D(1), "没有读出数值"),
        (number_target("between", "90", upper="80"), D(85), "下限大于上限"),
    ],
)
def test_an_actual_of_the_wrong_kind_is_refused_with_what_to_do(
    target: Target, actual: Actual, message: str
):
    with pytest.raises(InvalidInput, match=message):
        attainment(target, actual, INVERSE)


@pytest.mark.parametrize("weight", ["-0.01", "NaN", "Infinity"])
def test_what_is_no_weight_is_refused(weight: str):
    with pytest.raises(InvalidInput, match="分值应为不小于 0 的数字"):
        score_indicator(D(weight), GE90, D(90), INVERSE)


def test_unreported_is_a_state_of_its_own_and_never_zero():
    for target in (GE90, LE7, BY_YEAR_END, PLAIN):
        score = score_indicator(D(10), target, None, INVERSE)
        assert score.points is None
        assert score.attainment.met is None
        assert score.attainment.ratio is None
        assert score.flags == {"unreported"}
        assert not needs_reason(score)
    assert score_indicator(D(10), GE90, None, INVERSE).steps == [
        "目标 ge 90% · 实际 未填报 → 暂不计分"
    ]


@pytest.mark.parametrize(
    ("target", "actual", "flags", "reason"),
    [
        (GE90, D(90), set(), False),
        (GE90, D(89), {"missed", "below"}, True),
        (GE90, D("116.999999"), set(), False),
        (GE90, D(117), {"over_achieved"}, True),
        (number_target("gt", "92"), D(92), {"missed", "at_bound"}, True),
        (number_target("lt", "5"), D(5), {"missed", "at_bound"}, True),
        (LE7, D(1), set(), False),
        (LE7, D(8), {"missed", "below"}, True),
        (number_target("ge", "-2"), D(5), {"negative_target"}, False),
        (number_target("ge", "0"), D(5), set(), False),
        (BY_YEAR_END, date(2023, 1, 1), {"late", "missed", "below"}, True),
        (PLAIN, TierChoice(Tier.ACHIEVED, D(99)), {"below"}, True),
        (PLAIN, TierChoice(Tier.ACHIEVED, D(100)), set(), False),
    ],
)
def test_flags_say_what_is_worth_knowing_and_when_a_reason_is_demanded(
    target: Target, actual: Actual, flags: set[str], reason: bool
):
    score = score_indicator(D(10), target, actual, INVERSE)
    assert score.flags == flags
    assert isinstance(score.flags, set)
    assert needs_reason(score) is reason


def test_a_score_that_only_rounding_lifts_to_its_weight_still_demands_a_reason():
    score = score_indicator(D("0.01"), number_target("ge", "1000"), D(999), INVERSE)
    assert score.points == D("0.01")
    assert needs_reason(score)


def test_nothing_can_be_below_a_weight_of_zero():
    assert not needs_reason(
        score_indicator(D(0), number_target("eq", "5", sense=Sense.AT_LEAST), D(4), INVERSE)
    )


@pytest.mark.parametrize(
    ("weight", "target", "actual", "pack", "points"),
    [
        ("3", number_target("ge", "24"), "5", INVERSE, "0.63"),
        ("10", LE7, "7.5", INVERSE, "9.33"),
        ("13.33", LE7, "11", INVERSE, "8.48"),
        ("10", number_target("eq", "100"), "66.67", INVERSE, "6.67"),
        ("10", number_target("ge", "999999999999.999999"), "999999999999.999998", INVERSE, "10.00"),
        ("15", GE90, "87", INTEGERS, "15"),
        ("15", GE90, "86.9", INTEGERS, "14"),
        ("13.67", GE90, "90", INTEGERS, "13.67"),
        ("13.33", GE90, "90", INTEGERS, "13"),
    ],
)
def test_points_are_rounded_once_and_never_exceed_the_weight(
    weight: str, target: Target, actual: str, pack: RulePack, points: str
):
    assert str(score_indicator(D(weight), target, D(actual), pack).points) == points


@pytest.mark.parametrize(
    ("target", "actual", "pack", "line", "rules"),
    [
        (
            LE7,
            D("7.5"),
            INVERSE,
            "目标 ≤7天 · 实际 7.5天 → 未达成 · 10 × 7 ÷ 7.5 = 9.33（四舍五入至 0.01）",
            "§反向指标",
        ),
        (
            LE7,
            D(10),
            LINEAR,
            "目标 ≤7天 · 实际 10天 → 未达成 · 10 × (1 − (10 − 7) ÷ 7) = 5.71（四舍五入至 0.01）",
            "§反向指标",
        ),
        (
            LE7,
            D(14),
            LINEAR,
            "目标 ≤7天 · 实际 14天 → 未达成 · 10 × (1 − (14 − 7) ÷ 7) = 0.00",
            "§反向指标",
        ),
        (
            LE7,
            D(20),
            LINEAR,
            "目标 ≤7天 · 实际 20天 → 未达成 · 10 × 0（1 − (20 − 7) ÷ 7 小于 0，按 0 计） = 0.00",
            "§反向指标",
        ),
        (
            LE7,
            D(6),
            INVERSE,
            "目标 ≤7天 · 实际 6天 → 达成，低于指标值 1天 · 得满分 10.00",
            "§反向指标",
        ),
        (LE7, D(7), INVERSE, "目标 ≤7天 · 实际 7天 → 达成 · 得满分 10.00", "§反向指标"),
        (
            GE90,
            D(81),
            INVERSE,
            "目标 ge 90% · 实际 81% → 未达成 · 10 × 81 ÷ 90 = 9.00",
            "§正向指标",
        ),
        (
            GE90,
            D(120),
            INVERSE,
            "目标 ge 90% · 实际 120% → 达成，完成率 133.33%，超额较多，须说明原因 · 得满分 10.00",
            "§正向指标",
        ),
        (
            GE90,
            D(80),
            INTEGERS,
            "目标 ge 90% · 实际 80% → 未达成 · 10 × 80 ÷ 90 = 9（四舍五入至整数）",
            "§正向指标",
        ),
        (ZERO, D(2), INVERSE, "目标 eq 0起 · 实际 2起 → 未达成 · 不得分", "§指标值为零或负数"),
        (
            number_target("gt", "5", "次"),
            D(5),
            INVERSE,
            "目标 gt 5次 · 实际 5次 → 等于界限值，未达成，须说明原因 · 得满分 10.00",
            "§正向指标",
        ),
        (
            number_target("lt", "5", "次"),
            D(5),
            INVERSE,
            "目标 lt 5次 · 实际 5次 → 等于界限值，未达成，须说明原因 · 得满分 10.00",
            "§反向指标",
        ),
        (
            number_target("eq", "8", "个", Sense.EXACTLY),
            D(9),
            INVERSE,
            "目标 eq 8个 · 实际 9个 → 未达成 · 10 × 8 ÷ 9 = 8.89（四舍五入至 0.01）",
            "§等于指标、§反向指标",
        ),
        (
            number_target("between", "90", "%", upper="95"),
            D(45),
            INVERSE,
            "目标 between 90% · 实际 45% → 未达成 · 10 × 45 ÷ 90 = 5.00",
            "§区间指标、§正向指标",
        ),
        (
            BY_YEAR_END,
            date(2023, 1, 2),
            INVERSE,
            "目标 2022年底之前 · 实际 2023年1月2日 → 逾期，未达成 · 不得分",
            "§完成期限",
        ),
        (
            BY_YEAR_END,
            date(2022, 6, 30),
            INVERSE,
            "目标 2022年底之前 · 实际 2022年6月30日 → 达成 · 得满分 10.00",
            "§完成期限",
        ),
        (
            PLAIN,
            TierChoice(Tier.PARTIAL, D(70)),
            INVERSE,
            "目标 明显 · 实际 部分达成年度指标并具有一定效果 70% → 未达成 · 10 × 70% = 7.00",
            "§定性指标",
        ),
    ],
)
def test_every_score_opens_into_its_working(
    target: Target, actual: Actual, pack: RulePack, line: str, rules: str
):
    steps = score_indicator(D(10), target, actual, pack).steps
    assert steps == [line, f"依据 cn-project-2021 第 1 版 {rules}"]


def test_the_working_names_no_unit_where_the_target_has_none():
    target = Target("≥3", Comparator.GE, D(3))
    assert (
        score_indicator(D(5), target, D(3), INVERSE).steps[0]
        == "目标 ≥3 · 实际 3 → 达成 · 得满分 5.00"
    )


# A plan.

BUDGET = Execution(D(179200), D(170400))


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
    assert plan.rows[2].steps == ["目标 ge 90% · 实际 不涉及 → 不计分，分值由同类指标分摊"]


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


# Properties.

weights_ = st.decimals("0.01", "100", places=2)
values = st.decimals("0", "1000000", places=3)
positive = st.decimals("0.001", "1000000", places=3)
packs = st.sampled_from([INVERSE, LINEAR, INTEGERS])
comparators = st.sampled_from(["ge", "gt", "le", "lt"])


def points_of(score: IndicatorScore) -> Decimal:
    assert score.points is not None
    return score.points


@given(
    weights_,
    comparators,
    st.decimals("-1000", "1000", places=3),
    st.decimals("-2000", "2000", places=3),
    packs,
)
@settings(max_examples=100, deadline=None)
def test_a_score_lies_between_zero_and_its_weight(
    weight: Decimal, comparator: str, target: Decimal, actual: Decimal, pack: RulePack
):
    score = score_indicator(weight, number_target(comparator, str(target)), actual, pack)
    assert 0 <= points_of(score) <= weight
    assert score.attainment.ratio is not None
    assert score.attainment.ratio >= 0
    assert score.steps


@given(weights_, comparators, positive, values, values, packs)
@settings(max_examples=100, deadline=None)
def test_a_better_actual_never_scores_lower(
    weight: Decimal, comparator: str, target: Decimal, one: Decimal, other: Decimal, pack: RulePack
):
    aim = number_target(comparator, str(target))
    low, high = sorted([one, other])
    worse, better = (low, high) if comparator in {"ge", "gt"} else (high, low)
    assert points_of(score_indicator(weight, aim, worse, pack)) <= points_of(
        score_indicator(weight, aim, better, pack)
    )


@given(
    weights_, comparators, positive, values, st.sampled_from(["0.01", "10", "10000", "7"]), packs
)
@settings(max_examples=100, deadline=None)
def test_a_score_does_not_depend_on_the_unit_of_measure(
    weight: Decimal, comparator: str, target: Decimal, actual: Decimal, factor: str, pack: RulePack
):
    plain = score_indicator(weight, number_target(comparator, str(target)), actual, pack)
    scaled = score_indicator(
        weight, number_target(comparator, str(target * D(factor))), actual * D(factor), pack
    )
    assert plain.points == scaled.points
    assert plain.flags == scaled.flags


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
