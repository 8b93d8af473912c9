"""Numbers that are computed from quantities: exact to the end, whatever was divided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.actuals import Quotient, format_actual
from perf.core.attainment import NOT_APPLICABLE, Flag, attainment
from perf.core.periods import quarter_reason_demanded
from perf.core.rules import load_pack
from perf.core.scoring import score_indicator
from perf.core.targets import parse_target
from perf.core.terms import Comparator, Kind
from perf.core.years import year_value
from tests.core.scoring_examples import EVERY_OPTION, D

PACK = load_pack("cn-project-2021")


def percent(numerator: str, denominator: str) -> Quotient:
    return Quotient(D(numerator) * 100, D(denominator))


def test_a_share_is_never_rounded_before_the_score() -> None:
    # 20.833333 % of 100 % would give 0.62499999, and 0.62.
    scored = score_indicator(D(3), parse_target("100%"), percent("5", "24"), PACK)
    assert scored.points == D("0.63")
    assert scored.steps[0] == (
        "目标 100% · 实际 约 20.83% → 未达成 · 3 × 500 ÷ 2400 = 0.63（四舍五入至 0.01）"
    )


@pytest.mark.parametrize(
    ("target", "actual", "met", "points"),
    [
        ("≥90%", percent("9", "10"), True, "10.00"),
        ("≥66.666667%", percent("2", "3"), False, "10.00"),
        ("≤10%", percent("1", "8"), False, "8.00"),
        ("≤10%", percent("1", "16"), True, "10.00"),
        ("<10%", percent("1", "10"), False, "10.00"),
        ("90%-95%", percent("9", "8"), False, "8.44"),
        ("90%-95%", percent("46", "50"), True, "10.00"),
        ("0%", percent("0", "7"), True, "10.00"),
        ("0%", percent("1", "7"), True, "10.00"),
    ],
)
def test_a_computed_number_is_held_against_its_target(
    target: str, actual: Quotient, met: bool, points: str
) -> None:
    scored = score_indicator(D(10), parse_target(target, name="完成率"), actual, PACK)
    if target == "0%":
        met, points = actual.numerator == 0, "10.00" if actual.numerator == 0 else "0.00"
    assert scored.attainment.met is met
    assert scored.points == D(points)


def test_an_over_achieved_share_is_flagged() -> None:
    judged = attainment(parse_target("≥60%"), percent("13", "16"), PACK)
    assert Flag.OVER_ACHIEVED in judged.flags
    assert (
        Flag.OVER_ACHIEVED not in attainment(parse_target("≥60%"), percent("12", "16"), PACK).flags
    )


@given(
    st.sampled_from(["≥90%", "≤7%", ">50%", "<3%", "20%-40%", "35%"]),
    st.decimals(0, 10**6, places=2),
    st.integers(0, 3),
    st.decimals("0.01", 100, places=2),
)
def test_a_quotient_that_comes_out_even_is_the_number_itself(
    text: str, number: D, zeros: int, weight: D
) -> None:
    target = parse_target(text, name="完成率")
    by = D(10) ** zeros * 4
    exact = score_indicator(weight, target, Quotient(number * by, by), PACK)
    plain = score_indicator(weight, target, number, PACK)
    assert (exact.points, exact.flags, exact.attainment.met) == (
        plain.points,
        plain.flags,
        plain.attainment.met,
    )


@pytest.mark.parametrize(
    ("target", "name", "actual", "words"),
    [
        ("≤10%", "超支率", percent("1", "8"), "10 × (1 − (100 − 80) ÷ 80) = 7.5"),
        ("≤10%", "超支率", percent("1", "4"), "0（1 − (100 − 40) ÷ 40 小于 0，按 0 计）"),
        ("≤10%", "超支率", percent("1", "16"), "达成，低于指标值 3.75% · 得满分 10"),
        ("≥90%", "群众满意度", percent("1", "2"), "满意度低于 60%，不得分"),
        ("≥90%", "群众满意度", percent("4", "5"), "10 × 400 ÷ 450 = 8.9（四舍五入至 0.1）"),
    ],
)
def test_every_option_of_a_pack_goes_by_the_exact_numbers(
    target: str, name: str, actual: Quotient, words: str
) -> None:
    read = parse_target(target, name=name)
    scored = score_indicator(D(10), read, actual, EVERY_OPTION, is_satisfaction="满意" in name)
    assert words in scored.steps[0]


@pytest.mark.parametrize(
    ("actual", "shown", "rounded"),
    [
        (percent("2", "3"), "66.67%", "66.666667"),
        (percent("1", "2"), "50%", "50"),
        (percent("0", "2"), "0%", "0"),
    ],
)
def test_how_a_computed_number_is_shown_and_kept(
    actual: Quotient, shown: str, rounded: str
) -> None:
    assert format_actual(actual, "%") == shown
    assert actual.rounded == D(rounded)


def test_the_year_takes_the_last_ratio_because_its_quantities_are_year_to_date() -> None:
    target = parse_target("≥90%")
    year = year_value(
        Kind.RATIO,
        [("一季度", percent("1", "4")), ("二季度", None), ("三季度", percent("3", "4"))],
        target,
    )
    assert year.value == percent("3", "4")
    assert year.origin == "取三季度年初至今累计数 75%；二季度未填报"


def test_nothing_over_nothing_in_the_last_quarter_makes_the_year_inapplicable() -> None:
    target = parse_target("≥90%")
    year = year_value(
        Kind.RATIO, [("一季度", percent("1", "4")), ("二季度", NOT_APPLICABLE)], target
    )
    assert year.value is NOT_APPLICABLE
    assert year.origin == "取二季度最近一次填报 不涉及"


def test_a_limit_that_a_computed_number_passes_demands_a_reason_in_the_quarter() -> None:
    target = parse_target("≤10%")
    assert target.comparator is Comparator.LE
    assert quarter_reason_demanded(target, Kind.RATIO, percent("1", "9"), None)
    assert quarter_reason_demanded(target, Kind.RATIO, percent("1", "10"), None) is None
