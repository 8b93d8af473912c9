"""Numbers as typed, what is refused with which sentence, and how they are shown."""

from decimal import Decimal

import pytest

from perf.core.errors import InvalidInput
from perf.core.numbers import format_fixed, format_number, parse_number

D = Decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100", "100"),
        ("１，２３４.5", "1234.5"),
        ("12 345", "12345"),
        ("-1,000", "-1000"),
        ("+5", "5"),
        (".5", "0.5"),
        ("7.", "7"),
        ("-999999999999", "-999999999999"),
        ("0000999999999999.123456000", "999999999999.123456"),
    ],
)
def test_a_number_is_read_as_people_type_it(text, number):
    assert parse_number(text) == D(number)


@pytest.mark.parametrize("text", ["", "  　\n"])
def test_a_blank_is_no_number_and_never_nought(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("五", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("٣٠", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("1,00", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("1e3", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("1000000000000", "数字太大：整数部分最多 12 位，请核对单位。"),
        ("0.1234567", "小数太长：最多 6 位小数，请四舍五入后再填。"),
    ],
)
def test_what_is_no_number_or_does_not_fit_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(InvalidInput) as refused:
        parse_number(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("100.00", "100"),
        ("7.50", "7.5"),
        ("1E+3", "1000"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("-0.5", "-0.5"),
        ("100", "100"),
        ("1E-6", "0.000001"),
    ],
)
def test_a_number_is_shown_in_the_shortest_plain_notation(number, shown):
    assert format_number(D(number)) == shown


def test_money_has_two_decimals_and_separators_for_thousands():
    assert format_fixed(D("2109100")) == "2,109,100.00"
    assert format_fixed(D("0.005")) == "0.01"
    assert format_fixed(D("1234.56"), 0) == "1,235"
