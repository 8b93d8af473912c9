"""What formulas come to: exactly, with every state that a figure can have."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perf.core.actuals import Quotient
from perf.core.attainment import NOT_APPLICABLE
from perf.core.errors import InvalidInput
from perf.formulas.evaluation import add_up, evaluate
from perf.formulas.grammar import parse_formula
from tests.formulas.trees import NAMES, texts, worked_out

RATE = parse_formula("完成数 / 总数 × 100%")


def values(**given: str | None) -> dict[str, Decimal | None]:
    return {name: None if text is None else Decimal(text) for name, text in given.items()}


@pytest.mark.parametrize(
    ("formula", "unit", "given", "rounded"),
    [
        ("完成数 / 总数 × 100%", "%", {"完成数": "92.5", "总数": "100"}, "92.5"),
        ("完成数 / 总数 × 100%", None, {"完成数": "92.5", "总数": "100"}, "0.925"),
        ("完成数 / 总数", "%", {"完成数": "5", "总数": "24"}, "20.833333"),
        ("完成数 / 总数 × 100", "%", {"完成数": "5", "总数": "24"}, "20.833333"),
        ("100 × 完成数 / 总数", "%", {"完成数": "1", "总数": "4"}, "25"),
        ("完成数 / 总数 × 100", "分", {"完成数": "1", "总数": "4"}, "25"),
        ("完成数 / 总数", "‰", {"完成数": "1", "总数": "4"}, "250"),
        ("(甲 - 乙) / 乙 × 100%", "%", {"甲": "80", "乙": "100"}, "-20"),
        ("甲 / -乙", "元", {"甲": "80", "乙": "100"}, "-0.8"),
        ("(甲 + 乙) × 5%", "元", {"甲": "80", "乙": "100"}, "9"),
        ("甲 + 乙", "元", {"甲": "0.1", "乙": "0.2"}, "0.3"),
        ("1 - 甲 / 乙", "%", {"甲": "1", "乙": "3"}, "66.666667"),
        ("甲 / 乙 + 乙 / 甲", "倍", {"甲": "2", "乙": "4"}, "2.5"),
        ("甲 / 乙 - 甲 / 乙", "倍", {"甲": "2", "乙": "4"}, "0"),
        # Where a % says what is a share, a 100 beside it is a number like any other.
        ("甲 × 100 / 乙 × 100%", "%", {"甲": "1", "乙": "400"}, "25"),
        ("100 - 甲 / 乙 × 100", "%", {"甲": "1", "乙": "4"}, "75"),
        ("-甲 / 乙 × 100", "%", {"甲": "1", "乙": "4"}, "-25"),
        ("甲 / 乙 × 1000", "‰", {"甲": "1", "乙": "4"}, "250"),
        ("甲 / 乙 × 1000‰", "‰", {"甲": "1", "乙": "4"}, "250"),
        ("甲 / 乙 × 100%", "‰", {"甲": "1", "乙": "4"}, "250"),
        # A 100 that stands alone in a sum is no factor.
        ("甲 + 100", "%", {"甲": "1"}, "10100"),
        ("甲 / 100", "%", {"甲": "1"}, "1"),
    ],
)
def test_what_formulas_come_to(formula: str, unit: str | None, given: dict, rounded: str):
    result = evaluate(parse_formula(formula), values(**given), unit)
    assert isinstance(result, Quotient)
    assert result.rounded == Decimal(rounded)


def test_a_share_stays_the_numerator_and_denominator_that_were_typed():
    assert evaluate(RATE, values(完成数="5", 总数="24"), "%") == Quotient(Decimal(500), Decimal(24))


def test_a_denominator_is_above_zero_also_where_it_came_out_below():
    result = evaluate(parse_formula("甲 / (乙 - 丙)"), values(甲="1", 乙="2", 丙="4"), None)
    assert result == Quotient(Decimal(-1), Decimal(2))


@pytest.mark.parametrize("missing", [{"完成数": None, "总数": "5"}, {"总数": "5"}, {}])
def test_a_blank_quantity_leaves_a_blank(missing: dict):
    assert evaluate(RATE, values(**missing), "%") is None


def test_nothing_over_nothing_does_not_apply_and_something_over_nothing_is_refused():
    assert evaluate(RATE, values(完成数="0", 总数="0"), "%") is NOT_APPLICABLE
    with pytest.raises(InvalidInput, match="“总数”为 0，不能作除数"):
        evaluate(RATE, values(完成数="1", 总数="0"), "%")
    with pytest.raises(InvalidInput, match="“甲 - 乙”为 0"):
        evaluate(parse_formula("1 / (甲 - 乙)"), values(甲="3", 乙="3"), None)


@pytest.mark.parametrize("text", ["-(甲 / 甲)", "1 + 甲 / 甲", "甲 / 甲 × 乙", "乙 / (甲 / 甲)"])
def test_what_rests_on_nothing_over_nothing_does_not_apply(text: str):
    assert evaluate(parse_formula(text), values(甲="0", 乙="3"), None) is NOT_APPLICABLE
    with pytest.raises(InvalidInput, match="“甲”为 0"):
        evaluate(parse_formula(f"{text} + 1 / 甲"), values(甲="0", 乙="3"), None)


def test_a_zero_inside_never_makes_a_divisor_vanish():
    with pytest.raises(InvalidInput, match="“丙”为 0"):
        evaluate(parse_formula("甲 / (乙 / 丙)"), values(甲="0", 乙="1", 丙="0"), None)


def test_what_no_figure_can_hold_is_refused():
    big = values(完成数="999999999999", 总数="0.000001")
    with pytest.raises(InvalidInput, match="计算结果太大"):
        evaluate(RATE, big, "%")
    long = parse_formula(" × ".join(["甲"] * 12))
    with pytest.raises(InvalidInput, match="数位太多"):
        evaluate(long, values(甲="0.123457"), None)
    # In lowest terms this one is short again.
    even = parse_formula(" × ".join(["甲"] * 8) + " / " + " / ".join(["甲"] * 8))
    result = evaluate(even, values(甲="123456789012.123457"), None)
    assert result == Quotient(Decimal(1), Decimal(1))


@given(
    texts(),
    st.lists(st.decimals(0, 10**6, places=2), min_size=len(NAMES), max_size=len(NAMES)),
)
def test_every_formula_comes_to_what_fractions_say(text: str, numbers: list[Decimal]):
    known = dict(zip(NAMES, numbers, strict=True))
    result, message = outcome(text, known)
    try:
        expected = worked_out(text, known)
    except ZeroDivisionError:
        assert result is NOT_APPLICABLE or "不能作除数" in message
        return
    assume("最多" not in message)
    if result is None:
        assert abs(expected) >= 10**11 or "数位太多" in message
        return
    assert isinstance(result, Quotient)
    assert Fraction(result.numerator) / Fraction(result.denominator) == expected
    assert result.denominator > 0


def outcome(text: str, known: dict[str, Decimal]):
    """What a formula comes to, or why it is refused."""
    try:
        return evaluate(parse_formula(text), known, None), ""
    except InvalidInput as refused:
        return None, str(refused)


def test_over_units_numerators_and_denominators_are_added_first():
    units = [
        values(完成数="1", 总数="2"),
        values(完成数="90", 总数="100"),
        values(完成数=None, 总数="7"),
    ]
    total = add_up(RATE, units, "%")
    assert total.result == Quotient(Decimal(9100), Decimal(102))
    assert total.left_out == (2,)
    assert add_up(RATE, units[2:], "%").result is None
    assert add_up(RATE, [], "%").left_out == ()
