"""What a pack can do otherwise than the common rules: worked examples, figure and working."""

from dataclasses import replace
from datetime import date

import pytest

from perf.core.actuals import Actual, TierChoice
from perf.core.attainment import attainment
from perf.core.errors import InvalidInput
from perf.core.execution import Execution, rating, score_execution
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    PlanIndicator,
    needs_reason,
    score_indicator,
    score_plan,
)
from perf.core.targets import Target
from perf.core.terms import Rating, Tier
from perf.core.years import is_satisfaction
from tests.core.scoring_examples import (
    BY_YEAR_END,
    EVERY_OPTION,
    GE90,
    HUBEI,
    INTEGERS,
    INVERSE,
    LE7,
    PLAIN,
    SICHUAN,
    ZERO,
    D,
    number_target,
)

HUNDRED = number_target("ge", "100", "件")
STRICT = number_target("gt", "100", "件")
WITHIN = number_target("between", "90", "%", upper="95")
INVERSE_WITH_MARK = replace(INVERSE, pass_mark=EVERY_OPTION.pass_mark)
SATISFIED = number_target("ge", "90", "%")
ONE_DECIMAL = replace(INVERSE, rounding=replace(INVERSE.rounding, places=1))
DEDUCTING = replace(INVERSE, over_achievement=EVERY_OPTION.over_achievement)


# One score


@pytest.mark.parametrize(
    ("target", "actual", "points", "line"),
    [
        (HUNDRED, D(60), "6.00", "未达成 · 10 × 60 ÷ 100 = 6.00"),
        (HUNDRED, D("59.99"), "0.00", "未达成 · 完成率 59.99 ÷ 100 低于 60%，不得分"),
        (HUNDRED, D(0), "0.00", "未达成 · 不得分"),
        (STRICT, D(100), "10.00", "等于界限值，未达成，须说明原因 · 得满分 10.00"),
        (LE7, D(12), "0.00", "未达成 · 完成率 7 ÷ 12 低于 60%，不得分"),
        (LE7, D(11), "6.36", "未达成 · 10 × 7 ÷ 11 = 6.36（四舍五入至 0.01）"),
        (WITHIN, D(45), "0.00", "未达成 · 完成率 45 ÷ 90 低于 60%，不得分"),
        (ZERO, D(2), "0.00", "未达成 · 不得分"),
        (
            PLAIN,
            TierChoice(Tier.MISSED, D(30)),
            "3.00",
            "未达成 · 10 × 30% = 3.00",
        ),
        (BY_YEAR_END, date(2023, 1, 1), "0.00", "逾期，未达成 · 不得分"),
    ],
)
def test_a_numeric_ratio_below_the_pass_mark_earns_nothing(
    target: Target, actual: Actual, points: str, line: str
):
    score = score_indicator(D(10), target, actual, INVERSE_WITH_MARK)
    assert str(score.points) == points
    assert score.steps[0].split(" → ", 1)[1] == line
    assert score.steps[1].endswith("§及格线") is ("低于 60%" in line)


def test_the_pass_mark_leaves_the_attainment_as_it_is():
    judged = attainment(HUNDRED, D(59), INVERSE_WITH_MARK)
    assert judged.ratio == D("0.59")
    assert judged.met is False
    assert needs_reason(score_indicator(D(10), HUNDRED, D(59), INVERSE_WITH_MARK))


@pytest.mark.parametrize(
    ("target", "actual", "points", "words"),
    [
        (SATISFIED, "95", "10.0", "达成 · 得满分 10.0"),
        (SATISFIED, "90", "10.0", "达成 · 得满分 10.0"),
        (SATISFIED, "60", "6.7", "未达成 · 10 × 60 ÷ 90 = 6.7（四舍五入至 0.1）"),
        (SATISFIED, "59.9", "0.0", "未达成 · 满意度低于 60%，不得分"),
        # Reached is reached, whatever the floor.
        (number_target("ge", "50", "%"), "55", "10.0", "达成 · 得满分 10.0"),
        # The curve stands instead of the pass mark.
        (
            number_target("ge", "120", "%"),
            "61",
            "5.1",
            "未达成 · 10 × 61 ÷ 120 = 5.1（四舍五入至 0.1）",
        ),
        (WITHIN, "59", "0.0", "未达成 · 满意度低于 60%，不得分"),
        # Few who are not satisfied is what was wanted.
        (number_target("le", "10", "%"), "5", "10.0", "达成，低于指标值 5% · 得满分 10.0"),
        # A level of 5 is no share of people; the pass mark is what holds.
        (number_target("ge", "5", "分"), "4", "8.0", "未达成 · 10 × 4 ÷ 5 = 8.0"),
        (number_target("ge", "5", "分"), "2", "0.0", "未达成 · 完成率 2 ÷ 5 低于 60%，不得分"),
    ],
)
def test_satisfaction_follows_its_curve(target: Target, actual: str, points: str, words: str):
    score = score_indicator(D(10), target, D(actual), EVERY_OPTION, is_satisfaction=True)
    assert str(score.points) == points
    assert score.steps[0].split(" → ", 1)[1] == words
    assert score.steps[1].endswith("§满意度计分") is ("满意度低于" in words)


def test_the_curve_holds_for_satisfaction_only_and_only_in_packs_that_have_it():
    target = number_target("ge", "70", "%")
    assert score_indicator(D(10), target, D(50), EVERY_OPTION).points == D("7.1")
    assert score_indicator(D(10), target, D(50), EVERY_OPTION, is_satisfaction=True).points == 0
    assert score_indicator(D(10), target, D(50), INVERSE, is_satisfaction=True).points == D("7.14")
    only_mark = replace(EVERY_OPTION, satisfaction=None)
    assert score_indicator(D(10), target, D(50), only_mark, is_satisfaction=True).points == D("7.1")
    only_curve = replace(EVERY_OPTION, pass_mark=None)
    assert score_indicator(D(10), target, D(7), only_curve).points == D("1.0")
    rows = [PlanIndicator(D(90), target, D(50), "满意度指标", is_satisfaction=True)]
    assert score_plan(rows, Execution(D(1), D(1)), EVERY_OPTION).indicator_total == 0


@pytest.mark.parametrize(
    ("level1", "level2", "name", "is_one"),
    [
        ("满意度指标", None, "群众评价", True),
        ("效益指标", "服务对象满意度指标", "群众评价", True),
        ("效益指标", "社会效益指标", "学生满意度", True),
        ("效益指标", "社会效益指标", "覆盖率", False),
    ],
)
def test_satisfaction_is_known_by_place_and_name(
    level1: str, level2: str | None, name: str, is_one: bool
):
    assert is_satisfaction(level1, level2, name) is is_one


@pytest.mark.parametrize(
    ("weight", "actual", "points", "line"),
    [
        ("10", "119", "10.00", "达成 · 得满分 10.00"),
        ("10", "120", "10.00", "达成，完成率 120.00%，超额较多，须说明原因 · 得满分 10.00"),
        (
            "10",
            "130",
            "8.00",
            "达成，完成率 130.00%，超额较多，须说明原因 · 超额扣分 10 − 2 = 8.00",
        ),
        (
            "2",
            "500",
            "0.00",
            "达成，完成率 500.00%，超额较多，须说明原因 · 超额扣分 2 − 2 = 0.00",
        ),
        (
            "1.5",
            "500",
            "0.00",
            "达成，完成率 500.00%，超额较多，须说明原因 · 超额扣分 1.5 − 2 小于 0，按 0 计 = 0.00",
        ),
    ],
)
def test_a_pack_deducts_a_fixed_number_of_points_for_over_achievement(
    weight: str, actual: str, points: str, line: str
):
    score = score_indicator(D(weight), HUNDRED, D(actual), DEDUCTING)
    assert str(score.points) == points
    assert score.steps[0].split(" → ", 1)[1] == line
    assert score.steps[1].endswith("§超额完成") is ("扣分" in line)
    assert score.is_below is ("扣分" in line)
    assert needs_reason(score) is (D(actual) >= 120)


def test_a_deduction_is_taken_off_before_the_one_rounding():
    pack = replace(INTEGERS, over_achievement=EVERY_OPTION.over_achievement)
    score = score_indicator(D("13.67"), HUNDRED, D(130), pack)
    assert score.points == 12
    assert score.steps[0].endswith("超额扣分 13.67 − 2 = 12（四舍五入至整数）")


def test_over_achievement_costs_nothing_where_the_reviewer_decides():
    score = score_indicator(D(10), HUNDRED, D(200), INVERSE)
    assert (score.points, score.deduction) == (10, 0)
    assert score_indicator(D(10), HUNDRED, None, DEDUCTING).deduction == 0


def test_an_exceeded_upper_limit_is_never_an_over_achievement():
    assert score_indicator(D(10), LE7, D(1), DEDUCTING).deduction == 0


def test_a_completion_in_time_keeps_all_and_a_late_one_the_packs_share():
    late = score_indicator(D(10), BY_YEAR_END, date(2023, 1, 1), EVERY_OPTION)
    assert str(late.points) == "5.0"
    assert late.steps[0].endswith("逾期，未达成 · 10 × 0.5 = 5.0")
    assert score_indicator(D(10), BY_YEAR_END, date(2022, 12, 31), EVERY_OPTION).points == 10


@pytest.mark.parametrize(
    ("pack", "points", "note"),
    [
        (INVERSE, "6.67", "四舍五入至 0.01"),
        (ONE_DECIMAL, "6.7", "四舍五入至 0.1"),
        (INTEGERS, "7", "四舍五入至整数"),
    ],
)
def test_points_are_rounded_as_the_pack_says(pack: RulePack, points: str, note: str):
    score = score_indicator(D(10), number_target("ge", "3"), D(2), pack)
    assert str(score.points) == points
    assert score.steps[0].endswith(f"10 × 2 ÷ 3 = {points}（{note}）")


def test_hubei_takes_50_percent_for_partly_achieved_and_others_do_not():
    choice = TierChoice(Tier.PARTIAL, D(50))
    assert score_indicator(D(10), PLAIN, choice, HUBEI).points == 5
    with pytest.raises(InvalidInput, match="60%（含）至 80%"):
        score_indicator(D(10), PLAIN, choice, SICHUAN)
    with pytest.raises(InvalidInput, match="50%（含）至 80%"):
        score_indicator(D(10), PLAIN, TierChoice(Tier.PARTIAL, D("49.9")), HUBEI)


# Budget execution and the total


@pytest.mark.parametrize(
    ("executed", "points", "words", "reason"),
    [
        ("1100", "10.0", "= 110.00% · 达到 90%，得 10.0", False),
        ("900", "10.0", "= 90.00% · 达到 90%，得 10.0", False),
        ("899.99", "7.0", "= 90.00% · 达到 70%，得 7.0", True),
        ("700", "7.0", "= 70.00% · 达到 70%，得 7.0", True),
        ("500", "5.0", "= 50.00% · 达到 50%，得 5.0", True),
        ("499.99", "0.0", "= 50.00% · 未达到 50%，不得分", True),
        ("0", "0.0", "= 0.00% · 未达到 50%，不得分", True),
    ],
)
def test_execution_in_steps_compares_exactly(executed: str, points: str, words: str, reason: bool):
    score = score_execution(Execution(D(1000), D(executed)), EVERY_OPTION)
    assert str(score.points) == points
    assert score.steps[0].endswith(words)
    assert score.needs_reason is reason


def test_execution_never_earns_more_than_its_weight_by_rounding():
    rule = replace(INVERSE.execution, weight=D("7.5"))
    pack = replace(INTEGERS, execution=rule)
    assert score_execution(Execution(D(1), D(1)), pack).points == D("7.5")


@pytest.mark.parametrize(
    ("executed", "total", "grade"),
    [
        ("800", "97.0", Rating.EXCELLENT),
        ("799.99", "89.0", Rating.GOOD),
        ("700", "89.0", Rating.GOOD),
        ("699.99", "79.0", Rating.FAIR),
        ("600", "79.0", Rating.FAIR),
        ("500", "69.0", Rating.FAIR),
        ("499.99", "59.0", Rating.POOR),
    ],
)
def test_a_low_execution_rate_caps_the_total(executed: str, total: str, grade: Rating):
    plan = score_plan([(D(90), GE90, D(90))], Execution(D(1000), D(executed)), EVERY_OPTION)
    assert (str(plan.total), plan.rating) == (total, grade)
    assert plan.total_so_far == plan.total


def test_a_capped_total_says_so_and_keeps_what_it_would_have_been():
    plan = score_plan([(D(90), GE90, D(90))], Execution(D(1000), D(750)), EVERY_OPTION)
    assert plan.uncapped == 97
    assert plan.steps == [
        "指标得分 90.0 + 预算执行 7.0 = 97.0 · 执行率低于 80%，总分最高 89 · 总分 89.0 → 评级 良",
        "依据 every-option 第 1 版 §总分上限、§评级",
    ]


def test_a_total_below_the_cap_stays_and_without_a_rate_there_is_no_cap():
    low = score_plan([(D(90), GE90, D(63))], Execution(D(1000), D(750)), EVERY_OPTION)
    assert (low.total, low.cap) == (70, None)
    assert low.steps[1] == "依据 every-option 第 1 版 §评级"
    at_cap = score_plan([(D(82), GE90, D(90))], Execution(D(1000), D(750)), EVERY_OPTION)
    assert (at_cap.total, at_cap.cap) == (89, None)
    unreported = score_plan([(D(90), GE90, D(90))], Execution(D(1000), None), EVERY_OPTION)
    assert (unreported.total, unreported.cap, unreported.total_so_far) == (None, None, 90)
    no_budget = score_plan([(D(90), GE90, D(90))], Execution(D(0), D(0)), EVERY_OPTION)
    assert (no_budget.total, no_budget.cap) == (100, None)


def test_sichuan_begins_the_third_grade_at_70():
    assert rating(D("69.99"), SICHUAN) is Rating.POOR
    assert rating(D(70), SICHUAN) is Rating.FAIR
    assert rating(D("69.99"), HUBEI) is Rating.FAIR
