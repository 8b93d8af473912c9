"""The one rounding function."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.numbers import round_half_up

D = Decimal


@pytest.mark.parametrize(
    ("numerator", "denominator", "places", "rounded"),
    [
        ("15", "24", 2, "0.63"),
        ("0.005", "1", 2, "0.01"),
        ("-0.005", "1", 2, "-0.01"),
        ("-0.004", "1", 2, "0.00"),
        ("1", "-8", 2, "-0.13"),
        ("0", "-3", 2, "0.00"),
        ("2.5", "1", 0, "3"),
        ("2.4999999999999999999999999999999999", "1", 0, "2"),
        ("1E+20", "3", 2, "33333333333333333333.33"),
        ("1E+70", "3", 2, "3" * 70 + ".33"),
        ("1E-70", "3", 2, "0.00"),
        # One digit, however far away, decides what is a half and what lies below it.
        ("1.0049" + "9" * 90, "1", 2, "1.00"),
        ("1.005" + "0" * 90 + "1", "1", 2, "1.01"),
        ("2" + "0" * 89 + "1", "4E+90", 0, "1"),
        ("1" + "9" * 90, "4E+90", 0, "0"),
        ("1", "3", 8, "0.33333333"),
        ("999999999999.999999", "0.000001", 2, "999999999999999999.00"),
    ],
)
def test_quotients_are_rounded_half_away_from_zero(
    numerator: str, denominator: str, places: int, rounded: str
):
    assert str(round_half_up(D(numerator), D(denominator), places)) == rounded


def test_rounding_does_not_depend_on_the_context_and_division_by_zero_is_an_error():
    with localcontext() as context:
        context.prec = 3
        assert round_half_up(D("123456.785")) == D("123456.79")
    with pytest.raises(ZeroDivisionError):
        round_half_up(D(1), D(0))


@pytest.mark.parametrize(
    "figures", [("NaN", "1"), ("1", "NaN"), ("Infinity", "1"), ("1", "-Infinity")]
)
def test_what_is_no_number_is_refused(figures: tuple[str, str]):
    with pytest.raises((ValueError, OverflowError)):
        round_half_up(*map(D, figures))


numbers = st.decimals("-1000000000000", "1000000000000", places=6)
long_numbers = st.decimals("-1000000000000", "1000000000000")


@given(numbers | long_numbers, (numbers | long_numbers).filter(bool), st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_what_is_rounded_lies_within_half_a_unit_of_the_exact_quotient(
    numerator: Decimal, denominator: Decimal, places: int
):
    exact = Fraction(numerator) / Fraction(denominator)
    rounded = round_half_up(numerator, denominator, places)
    assert rounded.as_tuple().exponent == -places
    distance = Fraction(rounded) - exact
    half = Fraction(1, 2 * 10**places)
    assert abs(distance) <= half
    if abs(distance) == half:
        assert abs(Fraction(rounded)) > abs(exact)
