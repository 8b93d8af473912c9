"""The working of a score, read back by a parser of the tests' own, gives the same points."""

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE
from perf.core.rulepack import RulePack
from perf.core.scoring import IndicatorScore, PlanIndicator, score_indicator, score_plan
from perf.core.targets import Target
from perf.core.terms import Tier
from tests.core.scoring_examples import (
    BY_YEAR_END,
    EVERY_OPTION,
    GE90,
    INTEGERS,
    INVERSE,
    LINEAR,
    PLAIN,
    D,
    number_target,
)

PLACES = {"整数": 0, "0.1": 1, "0.01": 2}
NUMBER = r"-?[0-9.]+%?"


def value(text: str) -> Fraction:
    """One number, or one of the two forms that stand in brackets."""
    text = text.strip()
    if text.startswith("0（"):
        return Fraction(0)
    if linear := re.fullmatch(rf"\(1 − \(({NUMBER}) − ({NUMBER})\) ÷ ({NUMBER})\)", text):
        actual, target, again = map(value, linear.groups())
        assert target == again
        return 1 - (actual - target) / target
    number = Fraction(text.rstrip("%"))
    return number / 100 if text.endswith("%") else number


def arithmetic(text: str) -> Fraction:
    """weight × a ÷ b, weight × share, or weight − points taken off."""
    if " − " in text and " × " not in text:
        left, right = text.split(" − ")
        return max(Fraction(0), value(left) - value(right))
    weight, _, rest = text.partition(" × ")
    if rest.startswith(("0（", "(")):
        return value(weight) * value(rest)
    top, _, bottom = rest.partition(" ÷ ")
    return value(weight) * value(top) / (value(bottom) if bottom else 1)


def rounded(number: Fraction, places: int) -> Fraction:
    scale = 10**places
    return Fraction((2 * number * scale + 1) // 2, scale)


def replay(score: IndicatorScore) -> Fraction | None:
    """The points that the working's own arithmetic gives; None where it says there are none."""
    line = next(step for step in score.steps if step.startswith("目标 "))
    verdict = line.split(" → ", 1)[1]
    if verdict.startswith(("暂不计分", "不计分")):
        return None
    said = verdict.split(" · ", 1)[1]
    note = re.search("（四舍五入至(?: ([0-9.]+)|(整数))(，不超过分值)?）$", said)
    places = PLACES[note[1] or note[2]] if note else None
    said = said[: note.start()] if note else said
    if said.endswith("不得分"):
        return Fraction(0)
    if full := re.fullmatch(rf"得满分 ({NUMBER})", said):
        whole = value(full[1])
        return whole if places is None else rounded(Fraction(score.weight), places)
    if taken := re.fullmatch(rf"超额扣分 (.+?)( 小于 0，按 0 计)? = ({NUMBER})", said):
        exact = arithmetic(taken[1])
    else:
        taken = re.fullmatch(rf"(.+) = ({NUMBER})", said)
        assert taken, said
        exact = arithmetic(taken[1])
    told = value(taken[taken.lastindex or 0])
    # What is not called rounded is the exact number.
    assert told == demanded(exact, places, note, score)
    return told


def demanded(
    exact: Fraction, places: int | None, note: re.Match[str] | None, score: IndicatorScore
) -> Fraction:
    """What has to stand after the sign of equality: rounded, and cut, where that is said."""
    if places is None or note is None:
        return exact
    points = rounded(exact, places)
    is_cut = points > Fraction(score.weight)
    assert is_cut == (note[3] is not None)
    return Fraction(score.weight) if is_cut else points


def demand_replay(score: IndicatorScore) -> None:
    points = replay(score)
    if score.points is None:
        assert points is None
    else:
        assert points is not None
        assert points == Fraction(score.points)


packs = st.sampled_from([INVERSE, LINEAR, INTEGERS, EVERY_OPTION])
weights = st.decimals("0.01", "100", places=2)
actuals = st.decimals("0", "200", places=2) | st.builds(
    Quotient,
    st.integers(0, 20_000).map(D),
    st.integers(1, 300).map(D),
)


@given(
    weights,
    st.sampled_from(["ge", "gt", "le", "lt"]),
    st.decimals("-5", "150", places=1),
    actuals,
    packs,
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_numbers_replay(weight, comparator, target, actual, pack, is_satisfaction):
    aim = number_target(comparator, str(target), "%")
    demand_replay(score_indicator(weight, aim, actual, pack, is_satisfaction=is_satisfaction))


@given(weights, st.decimals("1", "90", places=1), actuals, packs)
@settings(max_examples=100, deadline=None)
def test_ranges_replay(weight, lower, actual, pack):
    aim = number_target("between", str(lower), "%", upper=str(lower + 5))
    demand_replay(score_indicator(weight, aim, actual, pack))


GRADES = st.sampled_from([(Tier.ACHIEVED, 80, 100), (Tier.PARTIAL, 60, 79), (Tier.MISSED, 0, 59)])


@given(weights, GRADES, st.integers(0, 100), st.sampled_from([INVERSE, INTEGERS]))
@settings(max_examples=100, deadline=None)
def test_grades_replay(weight, grade, at, pack):
    tier, low, high = grade
    rate = D(low + at % (high - low + 1))
    demand_replay(score_indicator(weight, PLAIN, TierChoice(tier, rate), pack))


@given(weights, st.lists(st.sampled_from(list(Answer)), min_size=1, max_size=9), packs)
@settings(max_examples=100, deadline=None)
def test_check_lists_replay(weight, answers, pack):
    demand_replay(score_indicator(weight, PLAIN, Checked(tuple(answers)), pack))


@pytest.mark.parametrize("pack", [INVERSE, INTEGERS, EVERY_OPTION])
@pytest.mark.parametrize(
    ("target", "actual"),
    [
        (BY_YEAR_END, date(2022, 12, 31)),
        (BY_YEAR_END, date(2023, 1, 1)),
        (GE90, None),
        (GE90, NOT_APPLICABLE),
    ],
)
def test_days_and_blanks_replay(pack: RulePack, target: Target, actual):
    demand_replay(score_indicator(D("13.33"), target, actual, pack))


@given(st.lists(st.tuples(st.integers(1, 30), actuals), min_size=2, max_size=6), packs)
@settings(max_examples=50, deadline=None)
def test_a_plan_with_weights_that_were_given_away_replays(rows, pack):
    indicators = [PlanIndicator(D(weight), GE90, actual, "产出指标") for weight, actual in rows]
    indicators.append(PlanIndicator(D(7), GE90, NOT_APPLICABLE, "产出指标"))
    for row in score_plan(indicators, None, pack).rows:
        demand_replay(row)
