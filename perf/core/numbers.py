"""Numbers as people type them, and the one rounding function."""

import re
import unicodedata
from decimal import (
    ROUND_05UP,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
    Overflow,
)

from perf.core.errors import InvalidInput

MAX_INTEGER_DIGITS = 12
MAX_FRACTION_DIGITS = 6
# Wide enough for every product of two numbers that can be typed.
EXACT = Context(prec=200)
# Cut off this way, a quotient keeps a trace of what it lost: rounded again to fewer digits it
# comes out as the exact one would.
_TRACED = Context(prec=60, rounding=ROUND_05UP)
_FEWER = Context(prec=50)
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(MAX_FRACTION_DIGITS + 1))
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


def round_half_up(
    numerator: Decimal, denominator: Decimal = Decimal(1), places: int = 2
) -> Decimal:
    """`numerator ÷ denominator` rounded once to `places` (0 or more), half away from zero.

    Exact whatever the context: it comes out as the whole quotient would, rounded once
    (3 × 5 ÷ 24 = 0.625 → 0.63). Raises ZeroDivisionError for a denominator of 0.
    """
    if places <= MAX_FRACTION_DIGITS:
        try:
            quotient = _TRACED.divide(numerator, denominator)
            rounded = quotient.quantize(_STEPS[places], ROUND_HALF_UP, _FEWER)
            if rounded > 0:
                return rounded
        except (InvalidOperation, Overflow):
            # Too long for the short way, or no number at all.
            pass
    return _rounded_in_whole_numbers(numerator, denominator, places)


def _rounded_in_whole_numbers(numerator: Decimal, denominator: Decimal, places: int) -> Decimal:
    top, over = numerator.as_integer_ratio()
    bottom, under = denominator.as_integer_ratio()
    scale: int = 10**places
    top *= under * scale
    bottom *= over
    whole = (2 * abs(top) + abs(bottom)) // (2 * abs(bottom))
    if (top < 0) != (bottom < 0):
        whole = -whole
    return EXACT.scaleb(Decimal(whole), -places)


def parse_number(text: str) -> Decimal | None:
    """A plain number as typed, or None for a blank.

    Full-width digits and thousands separators are read; anything else raises InvalidInput,
    as does what would not fit into 12 + 6 digits (`１，２３４.5` → 1234.5; `1e400` is refused).
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain_number(plain) if plain else None


def plain_number(plain: str) -> Decimal:
    """The number in a text without blanks and full-width signs; raises as `parse_number` does."""
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise InvalidInput("不是数字：请只填数字，例如 100 或 98.5。")
    whole, _, fraction = plain.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS:
        raise InvalidInput(f"数字太大：整数部分最多 {MAX_INTEGER_DIGITS} 位，请核对单位。")
    if len(fraction.rstrip("0")) > MAX_FRACTION_DIGITS:
        raise InvalidInput(f"小数太长：最多 {MAX_FRACTION_DIGITS} 位小数，请四舍五入后再填。")
    return Decimal(plain)


def format_number(value: Decimal) -> str:
    """The shortest plain notation (`100.00` → `100`, `7.50` → `7.5`)."""
    # A rescore's ledger asks for a million of them, and `str` takes half the time of `format`.
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_fixed(value: Decimal, places: int = 2) -> str:
    """Fixed decimals with thousands separators, as forms print money and points."""
    return f"{round_half_up(value, places=places):,.{places}f}"
