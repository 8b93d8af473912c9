"""Scores of one indicator: flags, reasons, rounding, and properties that always hold."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import Actual, TierChoice
from perf.core.errors import InvalidInput
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    IndicatorScore,
    needs_reason,
    score_indicator,
)
from perf.core.targets import Target
from perf.core.terms import Sense, Tier
from tests.core.scoring_examples import (
    BY_YEAR_END,
    EVERY_OPTION,
    GE90,
    INTEGERS,
    INVERSE,
    LE7,
    LINEAR,
    PLAIN,
    D,
    number_target,
)


@pytest.mark.parametrize("weight", ["-0.01", "NaN", "Infinity"])
def test_what_is_no_weight_is_refused(weight: str):
    with pytest.raises(InvalidInput, match=r"^分值应为不小于 0 的数字，请先修改分值。$"):
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


weights_ = st.decimals("0.01", "100", places=2)
values = st.decimals("0", "1000000", places=3)
positive = st.decimals("0.001", "1000000", places=3)
WITHOUT_DEDUCTION = dataclasses.replace(EVERY_OPTION, over_achievement=INVERSE.over_achievement)
PASS_MARK_INVERSE = dataclasses.replace(INVERSE, pass_mark=EVERY_OPTION.pass_mark)
plain_packs = [INVERSE, LINEAR, INTEGERS, WITHOUT_DEDUCTION, PASS_MARK_INVERSE]
packs = st.sampled_from([*plain_packs, EVERY_OPTION])
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


@given(weights_, comparators, positive, values, values, st.sampled_from(plain_packs))
@settings(max_examples=100, deadline=None)
def test_a_better_actual_never_scores_lower_before_deductions(
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


@given(weights_, comparators, positive, values)
@settings(max_examples=100, deadline=None)
def test_a_deduction_takes_its_points_off_and_nothing_else(
    weight: Decimal, comparator: str, target: Decimal, actual: Decimal
):
    aim = number_target(comparator, str(target))
    score = score_indicator(weight, aim, actual, EVERY_OPTION)
    plain = score_indicator(weight, aim, actual, WITHOUT_DEDUCTION)
    assert score.deduction == (2 if plain.flags & {"over_achieved"} else 0)
    left = max(D(0), points_of(plain) - score.deduction)
    # Both are rounded once, so that they may lie a unit of the last place apart.
    assert abs(points_of(score) - left) <= D("0.1")


@given(
    weights_,
    st.decimals("0.1", "100", places=1),
    st.decimals("0", "100", places=1),
    st.decimals("0", "100", places=1),
)
@settings(max_examples=100, deadline=None)
def test_more_satisfaction_never_scores_lower_and_stays_within_the_weight(
    weight: Decimal, target: Decimal, one: Decimal, other: Decimal
):
    aim = number_target("ge", str(target), "%")
    low, high = (
        points_of(score_indicator(weight, aim, actual, WITHOUT_DEDUCTION, is_satisfaction=True))
        for actual in sorted([one, other])
    )
    assert 0 <= low <= high <= weight
