"""Amounts are typed in 万元 and kept in 元, to the 分 and never rounded."""

from decimal import Decimal

import pytest

from perf.core.errors import InvalidInput
from perf.services.money import read_wan, write_wan


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("", None),
        (" ", None),
        ("0", "0.00"),
        ("17.92", "179200.00"),
        ("17.92万元", "179200.00"),
        ("３０ 万", "300000.00"),
        ("１，７９２万元", "17920000.00"),
        ("0.000001", "0.01"),
        ("1,234.5", "12345000.00"),
    ],
)
def test_wan_is_read_exactly(text, yuan) -> None:
    assert read_wan(text) == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("-1", "不能是负数"),
        ("0.0000001", "小数太长"),
        ("99999999999", "金额太大"),
        ("9999999999999", "数字太大"),
        ("1e400", "不是数字"),
        ("NaN", "不是数字"),
        ("17.92元", "不是数字"),
        ("一万", "不是数字"),
    ],
)
def test_what_is_no_amount_is_refused(text, sentence) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_wan(text)


def test_only_an_adjustment_may_be_negative() -> None:
    assert read_wan("-3.5", is_signed=True) == Decimal("-35000.00")


def test_an_amount_is_written_back_as_typed() -> None:
    assert write_wan(Decimal("179200.00")) == "17.92"
    assert write_wan(Decimal("0.01")) == "0.000001"
    assert write_wan(None) == ""
