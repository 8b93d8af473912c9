"""Amounts as people type them, in 万元, and as they are kept, in 元."""

from decimal import Decimal

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number, parse_number, round_half_up

YUAN_PER_WAN = Decimal(10000)
_TOO_MUCH = Decimal(10) ** 14


def read_wan(text: str, *, is_signed: bool = False) -> Decimal | None:
    """万元 as typed (up to six decimals) in 元, exact to 分; None for a blank.

    Raises InvalidInput for what is no number, is negative (unless `is_signed`) or is finer than
    分 (`17.92` → 179200.00).
    """
    number = parse_number("".join(text.split()).removesuffix("万元").removesuffix("万"))
    if number is None:
        return None
    yuan = number * YUAN_PER_WAN
    if yuan < 0 and not is_signed:
        raise InvalidInput("金额不能是负数，请核对。")
    if yuan != round_half_up(yuan):
        raise InvalidInput("金额精确到分，即万元的 6 位小数，请核对。")
    if abs(yuan) >= _TOO_MUCH:
        raise InvalidInput("金额太大，请核对单位是不是万元。")
    return yuan.quantize(Decimal("0.01"))


def write_wan(yuan: Decimal | None) -> str:
    """元 as 万元 the way a form's field holds it, without a loss (`179200.00` → `17.92`)."""
    return "" if yuan is None else format_number(yuan / YUAN_PER_WAN)
