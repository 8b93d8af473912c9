"""The forecast of an indicator's year: what it expects, how sure it is, and when it cannot know."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE
from perf.core.forecast import YearPath, forecast
from perf.core.forecast.paths import grows, is_met
from perf.core.forecast.spread import Spread, combine, learn
from perf.core.progress import Pace
from perf.core.targets import parse_target
from perf.core.terms import Curve, Kind, Tier
from tests.core.scoring_examples import D

COUNT = parse_target("≥100人次", name="培训人次")
COST = parse_target("≤100万元", name="补助支出")
RATE = parse_target("≥90%", name="群众满意度")
GRADE = parse_target("显著改善", name="营商环境")
DAY = parse_target("2022年12月底前", name="完成时间")
LEVEL = Pace(Curve.LEVEL)
GOOD, POOR = TierChoice(Tier.ACHIEVED, D(95)), TierChoice(Tier.PARTIAL, D(70))


def figures(*texts, at=(3, 6, 9, 12)):
    values = (D(text) if isinstance(text, str) else text for text in texts)
    return tuple(zip(at, values, strict=False))


def years(target, *rows):
    """Whole years up to the last one before 2022, each given by its quarters."""
    return [YearPath(2022 - len(rows) + n, target, figures(*row)) for n, row in enumerate(rows)]


EVEN = years(COUNT, ("25", "50", "75", "101"), ("26", "51", "76", "104"), ("24", "49", "74", "99"))
LATE = years(COUNT, ("3", "12", "31", "105"), ("4", "10", "29", "101"), ("2", "11", "33", "108"))
ONCE = years(
    COUNT, (None, None, "106", "106"), (None, None, "103", "103"), (None, None, "109", "109")
)
STEADY = years(RATE, ("92", "93", "92.5", "92.5"), ("93", "92", "93", "92"))


# What is expected and how likely it misses: (kind, target, this year, earlier years, value, bounds)
@pytest.mark.parametrize(
    ("target", "now", "history", "value", "least", "most"),
    [
        (COUNT, ("25", "50"), EVEN, "102", "0.2", "0.5"),
        (COUNT, ("12", "25"), EVEN, "76", "0.95", "1"),
        # A fourth by June is late for one indicator and early for another.
        (COUNT, ("10", "25"), LATE, "111", "0.1", "0.3"),
        (COUNT, ("2", "5"), LATE, "97", "0.5", "0.7"),
        # Nothing yet, as every year: the years before speak alone.
        (COUNT, (None, None), ONCE, "106", "0.2", "0.4"),
        (COUNT, ("0", "0"), ONCE, "106", "0.2", "0.4"),
        # Nothing yet though every other year had half: the rest of a usual year.
        (COUNT, ("0", "0"), EVEN, "52", "0.9", "1"),
        # The same pace towards a ceiling and towards a goal.
        (COST, ("25", "70"), EVEN, "116", "0.85", "0.99"),
        (COST, ("15", "30"), EVEN, "82", "0.01", "0.1"),
        # Without earlier years there is little to say after one quarter.
        (COUNT, ("22",), [], "108", "0.35", "0.5"),
        (COUNT, ("2",), [], "95", "0.5", "0.65"),
        (COUNT, ("10", "20", "30"), [], "88", "0.6", "0.8"),
        # Something there where earlier years had nothing.
        (COUNT, ("1",), ONCE, "106", "0.2", "0.4"),
    ],
)
def test_what_grows_is_forecast_from_its_pace_and_the_years_before(
    target, now, history, value, least, most
):
    found = forecast(Kind.CUMULATIVE, target, LEVEL, figures(*now), history)
    assert found.value == D(value)
    assert D(least) <= found.chance <= D(most), found
    assert found.low <= found.value <= found.high
    assert found.will_miss is (found.chance >= D("0.5"))


@pytest.mark.parametrize(
    ("kind", "target", "now", "history", "value", "least", "most"),
    [
        (Kind.LATEST, RATE, ("93", "94"), STEADY, "94", "0", "0.15"),
        (Kind.LATEST, RATE, ("93", "86.5"), STEADY, "86.3", "0.85", "0.99"),
        (Kind.LATEST, RATE, (None, "89"), [], "89", "0.6", "0.9"),
        # At its target and never moved: it mostly stays there.
        (Kind.LATEST, parse_target("≥100%", name="办结及时率"), ("100",), years(RATE, *[["100"] * 4] * 3), "100", "0.05", "0.15"),
        (Kind.AVERAGE, RATE, ("80", "90"), [], "85", "0.7", "0.99"),
        # The worst of the year can only become worse.
        (Kind.WORST, parse_target("≤7天", name="办理时限"), ("5",), [], "5", "0", "0.2"),
        (Kind.WORST, parse_target("≤7天", name="办理时限"), ("9", "5"), [], "9", "1", "1"),
        (Kind.WORST, RATE, ("85", "95"), [], "85", "1", "1"),
        # Measured once, late in the year.
        (Kind.LATEST, RATE, (None, None), years(RATE, (None, None, None, "95"), (None, None, None, "94")), "94", "0", "0.2"),
        (Kind.LATEST, parse_target("0.5~0.8", name="强度"), ("0.6",), [], "0.6", "0", "0.2"),
        (Kind.WORST, parse_target("恰好0.5", name="强度"), ("0.6",), [], "0.6", "0.5", "0.99"),
        (Kind.LATEST, parse_target("≥5分", name="评分"), ("-2",), [], "-2", "0.7", "0.99"),
        (Kind.RATIO, RATE, (Quotient(D(9500), D(100)),), [], "95", "0", "0.2"),
    ],
)  # fmt: skip
def test_a_level_stays_where_it_is_give_or_take(kind, target, now, history, value, least, most):
    found = forecast(kind, target, LEVEL, figures(*now), history)
    assert found.value == D(value)
    assert D(least) <= found.chance <= D(most), found


@pytest.mark.parametrize(
    ("text", "now", "chance"),
    [
        ("≥100", ("60", "100"), "0"),
        (">100", ("60", "100"), None),
        ("≤100", ("60", "101"), "1"),
        ("<100", ("60", "100"), "1"),
        ("恰好100", ("60", "101"), "1"),
        ("80~100", ("60", "101"), "1"),
    ],
)
def test_what_is_reached_or_exceeded_for_good_is_no_matter_of_chance(text, now, chance):
    found = forecast(Kind.CUMULATIVE, parse_target(text), LEVEL, figures(*now), EVEN)
    assert found.chance == D(chance) if chance else D(0) < found.chance < D(1)
    assert found.words.startswith("已经") is (chance is not None)
    assert ("已经" in found.basis) is (chance is not None)


@pytest.mark.parametrize(
    ("text", "most"), [("恰好100", "0.99"), ("80~110", "0.35"), ("<130", "0.3")]
)
def test_a_target_with_two_sides_is_missed_on_either(text, most):
    found = forecast(Kind.CUMULATIVE, parse_target(text), LEVEL, figures("25", "50"), EVEN)
    assert D("0.05") < found.chance <= D(most)


def test_years_that_ended_just_on_their_target_make_near_misses_good():
    exact = years(COUNT, *[("25", "50", "75", "100")] * 3)
    by_pace = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("24", "48"), EVEN)
    stretched = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("24", "48"), exact)
    assert by_pace.chance > D("0.4") > stretched.chance
    # What is far behind is not made good.
    behind = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("10", "20", "40"), exact)
    assert behind.chance > D("0.9")


@pytest.mark.parametrize(
    ("kind", "target", "now", "history", "reason"),
    [
        (Kind.CUMULATIVE, COUNT, (), EVEN, "还没有提交任何一期"),
        (Kind.CUMULATIVE, COUNT, (None,), [], "也没有往年数据"),
        (Kind.CUMULATIVE, COUNT, ("0", "0"), [], "看不出是还没开始还是完成不了"),
        (Kind.CUMULATIVE, COUNT, (None, None), EVEN, "往年到6月底已经有数，请先填报"),
        # A year that is not whole is no year.
        (Kind.CUMULATIVE, COUNT, (None,), [YearPath(2021, COUNT, figures("1", "2"))], "也没有往年数据"),
        (Kind.LATEST, RATE, (None,), [], "也没有往年数据"),
        (Kind.LATEST, RATE, (None,), STEADY, "往年到3月底已经有数，请先填报"),
        (Kind.LATEST, GRADE, (GOOD,), [], "没有往年记录"),
        (Kind.WORST, DAY, (None,), [], "没有往年记录"),
        (Kind.CUMULATIVE, parse_target("≤0起", name="事故"), ("0",), [], "没有往年记录"),
        (Kind.RATIO, RATE, (NOT_APPLICABLE,), STEADY, "暂不涉及"),
        (Kind.LATEST, GRADE, (GOOD, GOOD, GOOD, Checked((Answer.NONE,))), [], "没有可以和指标值比较的结果"),
    ],
)  # fmt: skip
def test_it_says_when_it_cannot_know(kind, target, now, history, reason):
    found = forecast(kind, target, LEVEL, figures(*now), history)
    assert found.chance is None
    assert found.words == "暂不能预测"
    assert not found.will_miss
    assert reason in found.basis


def test_grades_and_days_go_by_how_often_years_that_stood_alike_missed():
    history = years(GRADE, (GOOD,) * 4, (GOOD, GOOD, GOOD, POOR), (POOR,) * 4)
    good = forecast(Kind.LATEST, GRADE, LEVEL, figures(GOOD), history)
    assert good.chance == D("0.5")
    assert good.steps[0] == "同期情形相同的年份：2019、2020 年，2 年中有 1 年没有达成。"
    assert forecast(Kind.LATEST, GRADE, LEVEL, figures(POOR), history).chance == D("0.6667")
    # No year stood like this one: all of them speak.
    assert forecast(Kind.LATEST, GRADE, LEVEL, figures(None), history).chance == D("0.6")
    days = figures(None, None, date(2021, 7, 9), None)
    late = [YearPath(2021, parse_target("2021年6月底前"), days)]
    assert forecast(Kind.WORST, DAY, LEVEL, figures(None), late).chance == D("0.6667")


def test_a_target_of_zero_goes_by_the_years_and_is_lost_with_the_first_case():
    zero = parse_target("≤0起", name="事故")
    history = years(zero, ("0", "0", "0", "0"), ("0", "0", "1", "1"))
    assert forecast(Kind.CUMULATIVE, zero, LEVEL, figures("0"), history).chance == D("0.5")
    assert forecast(Kind.CUMULATIVE, zero, LEVEL, figures("1"), history).chance == D(1)


@pytest.mark.parametrize(
    ("target", "values", "chance"),
    [
        (RATE, figures("95", "96", "97", "89"), "1"),
        (RATE, figures("95", "94", "93", "90"), "0"),
        (DAY, figures(None, date(2022, 12, 31)), "0"),
        (DAY, figures(date(2023, 1, 1)), "1"),
        (parse_target("2022年3月至6月"), figures(date(2022, 7, 1)), "1"),
        (GRADE, figures(None, None, None, Checked((Answer.YES, Answer.NONE))), "0"),
    ],
)  # fmt: skip
def test_what_is_over_is_only_read_off(target, values, chance):
    found = forecast(Kind.WORST, target, LEVEL, values)
    assert found.chance == D(chance)
    last = values[-1][1]
    assert found.value == (last if isinstance(last, Decimal) else None)


def test_the_working_names_every_clue():
    found = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("20", "45"), EVEN)
    assert found.basis == "按今年进度和往年 3 年推算"
    assert found.steps == (
        "到6月底 45人次；2019、2020、2021 年到6月底完成全年的 50%、49%、49%，照此推算全年 91.3人次。",
        "2019、2020、2021 年全年完成指标值的 101%、104%、99%，照此推算全年 102人次。",
        "两种推算按可能的误差加权，误差小的占得多。",
        f"预计全年 {found.value}人次，八成可能在 {found.low}人次 至 {found.high}人次 之间。",
        "达不到“≥100人次”的可能约 60%。",
    )
    assert found.words == "能否完成难说"


def test_a_levels_working_speaks_of_points():
    known = forecast(Kind.LATEST, RATE, LEVEL, figures("93", "94"), STEADY)
    assert (
        known.steps[0]
        == "到6月底 94%，不随时间累加；2020、2021 年6月底以后到年底变动 -0.5 个百分点、0 个百分点。"
    )
    new = forecast(Kind.LATEST, RATE, LEVEL, figures("93", "94"))
    assert "按6月底以后通常上下变动 2.55 个百分点看" in new.steps[0]
    days = forecast(Kind.WORST, parse_target("≤7天"), LEVEL, figures("5"))
    assert "通常上下变动 0.42天看" in days.steps[0]


def test_years_of_another_rhythm_are_compared_at_the_same_months_only():
    quarters = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("20", "45"), EVEN)
    months = figures("7", "15", "20", "28", "36", "45", at=(1, 2, 3, 4, 5, 6))
    assert forecast(Kind.CUMULATIVE, COUNT, LEVEL, months, EVEN) == quarters
    # No year before was asked after seven months: they tell what the year comes to, not the pace.
    july = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("52", at=(7,)), EVEN)
    assert july.steps[0].startswith(
        "到7月底 52人次；没有往年同期的数据，按7月底一般完成全年的 52% 看，"
    )
    assert july.steps[1].startswith("2019、2020、2021 年全年完成指标值的 101%、104%、99%")
    like = [
        YearPath(2020 + n, COUNT, figures(there, "100", at=(7, 12)))
        for n, there in enumerate(("30", "31"))
    ]
    known = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("52", at=(7,)), like)
    assert "2020、2021 年到7月底完成全年的 30%、31%" in known.steps[0]
    assert known.chance < july.chance


@pytest.mark.parametrize(
    ("kind", "target", "now", "history", "said"),
    [
        (Kind.CUMULATIVE, COUNT, None, EVEN, "今年还没有填报，也没有往年同期的数据"),
        (Kind.CUMULATIVE, COUNT, "0", EVEN, "到7月底还是 0，又没有往年同期的数据"),
        (Kind.LATEST, RATE, None, STEADY, "今年还没有填报，也没有往年同期的数据"),
        (Kind.LATEST, RATE, "92", STEADY, "没有往年同期的数据，按目前水平推算"),
    ],
)
def test_where_no_year_was_asked_after_as_many_months_it_says_so(kind, target, now, history, said):
    found = forecast(kind, target, LEVEL, figures(now, at=(7,)), history)
    assert said in found.basis


EVENLY, OWN = Pace(Curve.EVEN), Pace(Curve.OWN, (D("0.1"), D("0.2"), D("0.4"), D(1)))
IN_AUTUMN = Pace(Curve.ONCE, due=3)


@pytest.mark.parametrize(
    ("pace", "now", "value", "least", "most"),
    [
        # A rate of progress grows as counts do, and ends at 100 %.
        (EVENLY, ("30", "52"), "100", "0.3", "0.5"),
        # One that began in May has had two of its eight months: a quarter of the way.
        (Pace(Curve.EVEN, gone=4), (None, "25"), "100", "0.3", "0.5"),
        # Where the plan says when what comes due, that is believed before any year was seen.
        (OWN, ("10", "20"), "100", "0.3", "0.5"),
        (OWN, ("6", "10"), "85", "0.65", "0.85"),
        (IN_AUTUMN, ("5", None, "60"), "83", "0.65", "0.85"),
        # Before it is due, the target is all there is to go by.
        (IN_AUTUMN, ("5",), "100", "0.3", "0.5"),
    ],
)
def test_the_plans_own_pace_stands_in_for_years_that_are_not_there(pace, now, value, least, most):
    goal = parse_target("≥100%", name="任务完成率")
    found = forecast(Kind.LATEST, goal, pace, figures(*now))
    assert found.value == D(value)
    assert D(least) <= found.chance <= D(most), found


def test_before_it_is_due_and_without_years_it_cannot_know():
    for now in [(None,), ("0", "0")]:
        found = forecast(Kind.CUMULATIVE, COUNT, IN_AUTUMN, figures(*now))
        assert found.basis == "按计划还没有到期，也没有往年数据，到期前无法预测。"


def test_which_figures_grow():
    assert grows(Kind.CUMULATIVE, LEVEL)
    assert grows(Kind.RATIO, EVENLY)
    assert not grows(Kind.WORST, LEVEL)


@pytest.mark.parametrize(
    ("text", "met"),
    [(">5", False), ("<5", False), ("≥5", True), ("5~6", True), ("6~7", False), ("恰好5", True)],
)
def test_what_meets_a_target_of_numbers(text, met):
    assert is_met(parse_target(text), D(5)) is met


def test_years_without_a_result_do_not_count():
    nothing = years(COUNT, ("0", "0", "0", "0"), (None, None, None, D(0)))
    found = forecast(Kind.CUMULATIVE, COUNT, LEVEL, figures("22"), nothing)
    assert found.basis == "没有往年数据，只按今年进度推算"


def test_values_of_another_kind_than_the_target_are_not_compared():
    assert is_met(DAY, D(5)) is None
    assert is_met(COUNT, date(2022, 1, 1)) is None


# Student's t for one tenth above, from the printed tables.
@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(2, "1.8856"), (4, "1.5332"), (6, "1.4398"), (8, "1.3968"), (10, "1.3722")],
)
def test_the_distribution_is_students(freedom, quantile):
    spread = Spread(D(0), D(1), freedom)
    assert abs(spread.below(D(quantile)) - D("0.9")) < D("0.0001")
    assert abs(spread.middle[1] - D(quantile)) < D("0.001")
    assert spread.below(D(0)) == D("0.5")


def test_years_narrow_a_spread_and_two_clues_lie_between_them():
    none = learn([], D(0), D("0.5"), D("0.1"))
    three = learn([D("0.2"), D("0.2"), D("0.2")], D(0), D("0.5"), D("0.1"))
    assert none.center == 0
    assert D("0.19") < three.center < D("0.2")
    assert none.scale > D("0.5") > D("0.1") > three.scale
    assert (none.freedom, three.freedom) == (2, 4)
    both = combine(none, three)
    assert both.scale < three.scale * D("1.2")
    assert both.freedom == 2
    assert D("0.19") < both.center < three.center


AMOUNTS = st.integers(1, 9999999).map(D)


@settings(max_examples=50, deadline=None)
@given(
    texts=st.lists(st.one_of(st.none(), AMOUNTS), min_size=1, max_size=3),
    rows=st.lists(st.tuples(*[st.one_of(st.none(), AMOUNTS)] * 4), max_size=5),
    more=AMOUNTS,
    kind=st.sampled_from([Kind.CUMULATIVE, Kind.LATEST, Kind.WORST]),
)
def test_more_never_makes_missing_a_goal_likelier(texts, rows, more, kind):
    history = [YearPath(2015 + n, COUNT, figures(*row)) for n, row in enumerate(rows)]
    found = forecast(kind, COUNT, LEVEL, figures(*texts), history)
    if found.chance is None:
        return
    assert 0 <= found.chance <= 1
    assert found.low <= found.value <= found.high
    if texts[-1] is None:
        return
    better = forecast(kind, COUNT, LEVEL, figures(*texts[:-1], texts[-1] + more), history)
    assert better.chance <= found.chance


TARGETS = [
    parse_target(text, name=name, year=2022)
    for text, name in [
        *((one, "数") for one in ("≥100", ">5", "<5", "恰好3", "1~9%", "≥0", "≥-5", "-3~-1", "")),
        ("≤50万元", "成本"),
        ("≤0起", "事故"),
        ("≥999999999999", "数"),
        ("≥0.000001", "数"),
        ("显著", "效果"),
        ("2022年6月底前", "时间"),
        ("6月底前", "时间"),
    ]
]
RESULTS = st.one_of(
    st.none(),
    st.decimals(D("-999999999999"), D("999999999999"), places=6),
    st.integers(0, 200).map(D),
    st.sampled_from([GOOD, POOR, date(2022, 3, 1), NOT_APPLICABLE, Quotient(D(1), D(3))]),
    st.sampled_from([Checked((Answer.YES, Answer.NO)), Checked((Answer.NONE,))]),
)


@settings(max_examples=50, deadline=None)
@given(
    kind=st.sampled_from(list(Kind)),
    targets=st.lists(st.sampled_from(TARGETS), min_size=1, max_size=4),
    pace=st.sampled_from([LEVEL, EVENLY, OWN, IN_AUTUMN]),
    now=st.lists(RESULTS, max_size=4),
    rows=st.lists(st.tuples(*[RESULTS] * 4), min_size=3, max_size=3),
    at=st.sampled_from([(3, 6, 9, 12), (7, 12), (1, 2, 5, 12), (10, 11, 12)]),
)
def test_whatever_was_reported_gives_a_chance_or_a_reason(kind, targets, pace, now, rows, at):
    history = [
        YearPath(2019, target, figures(*row))
        for target, row in zip(targets[1:], rows, strict=False)
    ]
    found = forecast(kind, targets[0], pace, figures(*now, at=at), history)
    assert found.basis
    assert (found.words == "暂不能预测") is (found.chance is None)
    assert found.chance is None or 0 <= found.chance <= 1
    assert found.value is None or found.low <= found.value <= found.high
