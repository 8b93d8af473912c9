"""Lights: worked examples of every kind of target, and what must hold of any figure."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.actuals import Actual, Answer, Checked, Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.errors import InvalidInput
from perf.core.progress import (
    Pace,
    default_pace,
    demands_reason,
    reached_share,
    read_pace,
    standing,
)
from perf.core.rulepack import ReasonFor
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, Curve, Kind, Light, Likelihood, Sense, Tier
from tests.core.scoring_examples import INVERSE, D, number_target

GE100 = number_target("ge", "100", "件")
GT100 = number_target("gt", "100", "件")
GE90 = number_target("ge", "90", "%")
GE0 = number_target("ge", "0", "件")
LE50 = number_target("le", "50", "万元")
LE0 = number_target("le", "0", "起")
LT7 = number_target("lt", "7", "天")
EXACTLY4 = number_target("eq", "4", "次", Sense.EXACTLY)
BETWEEN = number_target("between", "80", "%", upper="90")
BY_JUNE = Target("2022-06-30", Comparator.BY_DATE, date(2022, 6, 30))
GRADED = Target("明显提升", Comparator.QUALITATIVE)

EVEN, LEVEL = Pace(Curve.EVEN), Pace(Curve.LEVEL)
FROM_APRIL = Pace(Curve.EVEN, gone=3)
LATE = Pace(Curve.OWN, (D("0"), D("0.2"), D("0.5"), D(1)))
BY_AUTUMN = Pace(Curve.ONCE, due=3)
BY_YEAR_END = Pace(Curve.ONCE)
GREEN, YELLOW, RED = Light
HUGE = D(10) ** 12


def tier(which: Tier, rate: int) -> TierChoice:
    return TierChoice(which, D(rate))


@pytest.mark.parametrize(
    ("target", "pace", "months", "actual", "light", "said"),
    [
        # What adds up is held against its share of the year.
        (GE100, EVEN, 9, D(70), GREEN, "应完成 75%，已完成 70%，为应完成的 93.33%"),
        (GE100, EVEN, 9, D("67.5"), GREEN, "为应完成的 90%"),
        (GE100, EVEN, 9, D("67.499999"), YELLOW, "为应完成的 89.99%"),
        (GE100, EVEN, 6, D(30), YELLOW, "为应完成的 60%"),
        # One that began in April has three of its nine months behind it by the end of June.
        (GE100, FROM_APRIL, 6, D(30), GREEN, "应完成 33.33%，已完成 30%"),
        (GE100, FROM_APRIL, 3, D(0), None, "尚未到期"),
        (GE100, FROM_APRIL, 12, D(99), YELLOW, "已到期，完成 99%"),
        (GE100, EVEN, 6, D("29.9"), RED, "为应完成的 59.8%"),
        (GE100, EVEN, 3, D(0), RED, "已完成 0%"),
        (GE100, EVEN, 7, D(58), GREEN, "应完成 58.33%"),
        (GE100, EVEN, 3, D(100), GREEN, "已达到指标值"),
        # At the year's end nothing but the target itself is green.
        (GE100, EVEN, 12, D(99), YELLOW, "已到期，完成 99%，未达到指标值"),
        (GE100, EVEN, 12, D(59), RED, "已到期"),
        (GT100, EVEN, 12, D(100), YELLOW, "已到期，完成 100%"),
        (GE100, EVEN, 9, Quotient(D(202), D(3)), YELLOW, "已完成 67.33%"),
        # A curve of its own asks for what the plan said.
        (GE100, LATE, 3, D(0), None, "尚未到期"),
        (GE100, LATE, 6, D(19), GREEN, "应完成 20%"),
        (GE100, LATE, 9, D(30), YELLOW, "应完成 50%"),
        (GE100, LATE, 12, D(90), YELLOW, "已到期"),
        # Once a year: before its day nothing is expected, on it everything.
        (GE100, BY_AUTUMN, 6, D(0), None, "按计划三季度完成，尚未到期"),
        (GE100, BY_AUTUMN, 6, D(100), GREEN, "已达到指标值"),
        (GE100, BY_AUTUMN, 9, D(95), YELLOW, "已到期"),
        (GE100, BY_YEAR_END, 9, D(0), None, "按计划四季度完成"),
        # A rate is no sum: the whole target in every quarter, with room before the year's end.
        (GE90, LEVEL, 3, D(90), GREEN, "已达到指标值"),
        (GE90, LEVEL, 3, D(81), GREEN, "各期均按指标值衡量，完成 90%"),
        (GE90, LEVEL, 3, D(80), YELLOW, "完成 88.88%"),
        (GE90, LEVEL, 3, D("22.5"), RED, "完成 25%"),
        (GE90, LEVEL, 12, D(81), YELLOW, "已到期"),
        # A limit holds the whole year; passed, no later quarter makes it good.
        (LE50, LEVEL, 3, D(50), GREEN, "未超过指标值"),
        (LE50, LEVEL, 3, D("50.01"), RED, "已超过指标值 le 50万元"),
        (LE50, EVEN, 6, D("27.7"), GREEN, "未超过指标值"),
        (LE50, EVEN, 6, D(28), YELLOW, "已超过按计划可用的 50%"),
        (LE50, EVEN, 6, D(0), GREEN, "未超过指标值"),
        (LE50, EVEN, 12, D(50), GREEN, "未超过指标值"),
        (LE50, BY_YEAR_END, 6, D(10), None, "按计划四季度到期"),
        (LE0, EVEN, 3, D(0), GREEN, "未超过指标值"),
        (LE0, EVEN, 3, D(1), RED, "已超过指标值"),
        (LT7, LEVEL, 3, D(7), RED, "已超过指标值"),
        (LE50, LEVEL, 3, Checked((Answer.YES, Answer.NO)), RED, "完成 50%"),
        # A computed amount is used up like a typed one.
        (LE50, EVEN, 3, Quotient(D(80), D(2)), YELLOW, "按计划可用的 25%"),
        (LE50, EVEN, 3, Quotient(D(20), D(2)), GREEN, "未超过指标值"),
        # Exactly and between: below them as at least, above them passed.
        (EXACTLY4, EVEN, 6, D(2), GREEN, "应完成 50%"),
        (EXACTLY4, EVEN, 6, D(1), RED, "应完成 50%"),
        (EXACTLY4, EVEN, 6, D(4), GREEN, "已达到指标值"),
        (EXACTLY4, EVEN, 6, D(5), RED, "已超过指标值"),
        (BETWEEN, LEVEL, 6, D(85), GREEN, "已达到指标值"),
        (BETWEEN, LEVEL, 6, D(70), YELLOW, "完成 87.5%"),
        (BETWEEN, LEVEL, 6, D(91), RED, "已超过指标值"),
        # A target of 0 is reached or not.
        (GE0, EVEN, 3, D(0), GREEN, "已达到指标值"),
        (GE0, EVEN, 3, D(-1), RED, "已完成 0%"),
        # Days and grades.
        (BY_JUNE, LEVEL, 6, date(2022, 6, 30), GREEN, "已达到指标值"),
        (BY_JUNE, LEVEL, 9, date(2022, 7, 1), RED, "已超过指标值"),
        (GRADED, LEVEL, 3, tier(Tier.ACHIEVED, 80), GREEN, "已达到指标值"),
        (GRADED, LEVEL, 3, tier(Tier.PARTIAL, 79), YELLOW, "部分达成年度指标"),
        (GRADED, LEVEL, 12, tier(Tier.MISSED, 59), RED, "未达成年度指标"),
        (GRADED, EVEN, 6, tier(Tier.MISSED, 45), GREEN, "为应完成的 90%"),
        (GE90, LEVEL, 3, Checked((Answer.YES, Answer.YES)), GREEN, "已达到指标值"),
        # Missing is not zero.
        (GE100, EVEN, 12, None, None, "未填报"),
        (GE100, EVEN, 12, NOT_APPLICABLE, None, "不涉及"),
        (LE0, LEVEL, 12, None, None, "未填报"),
    ],
)
def test_a_figure_beside_what_is_expected(
    target: Target,
    pace: Pace,
    months: int,
    actual: Result,
    light: Light | None,
    said: str,
):
    found = standing(target, actual, pace, months, INVERSE)
    assert found.light is light
    assert said in found.line
    assert light is None or found.line.endswith(f"：{light.label}（§监控预警）")


@pytest.mark.parametrize(
    ("actual", "likelihood", "light"),
    [
        (D(100), Likelihood.CERTAIN, GREEN),
        (D(100), Likelihood.POSSIBLE, YELLOW),
        (D(100), Likelihood.IMPOSSIBLE, RED),
        (D(0), Likelihood.POSSIBLE, RED),
        (None, Likelihood.IMPOSSIBLE, RED),
        (None, None, None),
    ],
)
def test_the_recorders_own_doubt_is_heard(
    actual: Actual | None, likelihood: Likelihood | None, light: Light | None
):
    found = standing(GE100, actual, EVEN, 6, INVERSE, likelihood)
    assert found.light is light
    assert ("填报人判断" in found.line) is (
        light is not standing(GE100, actual, EVEN, 6, INVERSE).light
    )


def test_the_pack_says_where_the_lights_change_and_which_of_them_want_a_reason():
    strict = replace(INVERSE, monitoring=replace(INVERSE.monitoring, green_from=D("0.95")))
    assert standing(GE100, D(70), EVEN, 9, strict).light is YELLOW
    wanted = {
        rule: [demands_reason(light, replace(INVERSE.monitoring, reason_for=rule)) for light in (
            None, *Light)]
        for rule in ReasonFor
    }  # fmt: skip
    assert wanted == {
        ReasonFor.NONE: [False, False, False, False],
        ReasonFor.RED: [False, False, False, True],
        ReasonFor.NOT_GREEN: [False, False, True, True],
    }


@pytest.mark.parametrize(
    ("text", "level1", "name", "kind", "curve"),
    [
        ("≥100件", "产出指标", "受理案件数", Kind.CUMULATIVE, Curve.EVEN),
        ("≥90%", "产出指标", "案件办结率", Kind.LATEST, Curve.LEVEL),
        ("≥90%", "产出指标", "党建任务完成率", Kind.LATEST, Curve.EVEN),
        ("≥95%", "产出指标", "完成年度整体目标", Kind.LATEST, Curve.EVEN),
        ("≥90%", "产出指标", "任务完成率", Kind.WORST, Curve.LEVEL),
        ("完成", "产出指标", "任务完成情况", Kind.LATEST, Curve.LEVEL),
        ("≥90%", "满意度指标", "群众满意度", Kind.AVERAGE, Curve.LEVEL),
        ("≤50万元", "成本指标", "项目成本", Kind.CUMULATIVE, Curve.LEVEL),
        ("≤7天", "产出指标", "办结时限", Kind.WORST, Curve.LEVEL),
        ("2022-06-30", "产出指标", "完成时间", Kind.WORST, Curve.LEVEL),
        ("明显提升", "效益指标", "服务水平", Kind.LATEST, Curve.LEVEL),
        ("100%", "产出指标", "预算完成率", Kind.RATIO, Curve.LEVEL),
    ],
)
def test_a_plan_that_says_nothing_has_the_pace_of_its_kind(
    text: str, level1: str, name: str, kind: Kind, curve: Curve
):
    target = parse_target(text, level1=level1, name=name, year=2022)
    assert default_pace(target, kind, name) == Pace(curve)


def test_what_is_computed_of_what_flows_in_comes_evenly():
    assert default_pace(GE90, Kind.RATIO, "预算完成率", is_flowing=True) == EVEN


@pytest.mark.parametrize(
    ("curve", "text", "pace", "label"),
    [
        (Curve.EVEN, "随便", EVEN, "按时间均匀"),
        (Curve.OWN, "0 20％, 50 100", LATE, "按各季度计划（0%、20%、50%、100%）"),
        (Curve.ONCE, "", BY_YEAR_END, "到期一次完成（四季度）"),
        (Curve.ONCE, "3", BY_AUTUMN, "到期一次完成（三季度）"),
    ],
)
def test_a_pace_reads_back_what_it_prints(curve: Curve, text: str, pace: Pace, label: str):
    assert read_pace(curve, text) == pace
    assert read_pace(curve, pace.text) == pace
    assert pace.label == label


@pytest.mark.parametrize(
    ("curve", "text"),
    [
        (Curve.OWN, ""),
        (Curve.OWN, "10、40、80"),
        (Curve.OWN, "10、40、30、100"),
        (Curve.OWN, "10、40、80、90"),
        (Curve.OWN, "10、40、80、101"),
        (Curve.OWN, "10、40、1.2.3、100"),
        (Curve.ONCE, "5"),
        (Curve.ONCE, "1、2"),
        (Curve.ONCE, "年底"),
    ],
)
def test_a_pace_that_cannot_be_read_says_what_to_type(curve: Curve, text: str):
    with pytest.raises(InvalidInput, match="请填"):
        read_pace(curve, text)


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([(D(50), D("0.8")), (D(30), D("1.2")), (D(10), None)], D("0.875")),
        ([(D(50), D("0.5")), (None, D(1))], D("0.75")),
        ([(D(50), None)], None),
        ([(D(0), D(1))], None),
        ([], None),
    ],
)
def test_the_goals_reached_are_weighed_and_what_is_unknown_is_left_out(rows, share):
    assert reached_share(rows) == share


NUMBERS = st.decimals(-HUGE, HUGE, places=6)
PACES = st.sampled_from([EVEN, LEVEL, LATE, BY_AUTUMN, BY_YEAR_END])
MONTHS = st.integers(1, 12)
RANK = [RED, YELLOW, GREEN]


@given(NUMBERS, PACES, MONTHS, NUMBERS, NUMBERS, st.sampled_from(["ge", "gt", "le", "lt"]))
def test_more_progress_never_gives_a_worse_light(
    value: Decimal, pace: Pace, months: int, one: Decimal, two: Decimal, comparator: str
):
    target = number_target(comparator, str(value), "件")
    better, worse = (max, min) if comparator in {"ge", "gt"} else (min, max)
    lights = [
        standing(target, pick(one, two), pace, months, INVERSE).light for pick in (worse, better)
    ]
    known = [RANK.index(light) for light in lights if light is not None]
    assert known == sorted(known)
    # A light that is on goes out by progress only where a passed limit is not passed any more.
    assert lights[1] is not None or lights[0] in {None, RED}


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3))
def test_a_curve_of_its_own_rises_from_month_to_month_and_keeps_its_quarters(percentages):
    shares = (*(D(one) / 100 for one in sorted(percentages)), D(1))
    pace = Pace(Curve.OWN, shares)
    expected = [pace.expected_share(months) or D(0) for months in range(13)]
    assert expected[0] == 0
    assert expected == sorted(expected)
    assert tuple(expected[3::3]) == shares
    # July has come a third of the way from June to September, in twelfths without rounding.
    assert 3 * pace.expected_parts(7) == 12 * (2 * shares[1] + shares[2])


@pytest.mark.parametrize(
    ("actual", "light"), [("54", Light.GREEN), ("53.999999", Light.YELLOW), ("35.9", Light.RED)]
)
def test_eight_months_are_compared_without_rounding_two_thirds(actual: str, light: Light):
    target = parse_target("≥90件", name="受理案件数")
    found = standing(target, D(actual), EVEN, 8, INVERSE)
    assert found.light is light
    assert "应完成 66.66%" in found.line


@given(NUMBERS, PACES, MONTHS, st.sampled_from(list(Likelihood)))
def test_nothing_reported_is_never_red_by_itself(
    value: Decimal, pace: Pace, months: int, likelihood: Likelihood
):
    target = number_target("ge", str(value), "件")
    assert standing(target, None, pace, months, INVERSE).light is None
    told = standing(target, None, pace, months, INVERSE, likelihood).light
    assert (told is RED) is (likelihood is Likelihood.IMPOSSIBLE)
