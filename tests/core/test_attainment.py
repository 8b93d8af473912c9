"""Attainment: the contract's table under both formulas, and the worked examples of every rule."""

import dataclasses
from datetime import date, datetime
from fractions import Fraction

import pytest

from perf.core.actuals import Actual, Quotient, TierChoice
from perf.core.attainment import deduction
from perf.core.errors import InvalidInput
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    attainment,
    score_indicator,
)
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense, Tier
from tests.core.scoring_examples import (
    BY_YEAR_END,
    EVERY_OPTION,
    GE90,
    INVERSE,
    LE7,
    LINEAR,
    PLAIN,
    ZERO,
    D,
    number_target,
)

BOTH = [pytest.param(INVERSE, id="inverse"), pytest.param(LINEAR, id="linear")]


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
    ("target", "actual", "pack", "flags"),
    [
        (LE7, "10", INVERSE, {"missed"}),
        (LE7, "10", LINEAR, {"missed"}),
        (ZERO, "0", INVERSE, set()),
        (ZERO, "2", INVERSE, {"missed"}),
        (number_target("ge", "-2", "%"), "-1", INVERSE, {"negative_target"}),
        (number_target("ge", "-2", "%"), "-3", INVERSE, {"missed", "negative_target"}),
    ],
)
def test_a_missed_target_is_flagged_by_whatever_rule_it_is_missed(
    target: Target, actual: str, pack: RulePack, flags: set[str]
):
    assert set(attainment(target, D(actual), pack).flags) == flags


def test_a_curve_of_satisfaction_needs_no_pass_mark_and_is_not_taken_for_granted():
    pack = dataclasses.replace(EVERY_OPTION, pass_mark=None)
    assert attainment(GE90, D(59), pack, is_satisfaction=True).zeroed_by is pack.satisfaction
    assert attainment(GE90, D(59), pack).zeroed_by is None


def test_what_only_meets_an_upper_limit_costs_nothing_even_where_meeting_a_lower_one_does():
    rule = dataclasses.replace(EVERY_OPTION.over_achievement, flagged_from=D(1), deduct_from=D(1))
    pack = dataclasses.replace(EVERY_OPTION, over_achievement=rule)
    assert deduction(attainment(GE90, D(90), pack), pack) == 2
    assert deduction(attainment(LE7, D(7), pack), pack) == 0


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
        (BY_YEAR_END, Quotient(D(1), D(3)), "请填完成日期"),
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
