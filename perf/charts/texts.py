"""Texts in pictures: how wide they are, cut to their room, and figures that fit."""

import unicodedata
from decimal import Decimal

from perf.core.numbers import format_number, round_half_up

MISSING = "未填报"
# Widths in thousandths of the size, a little above those of Noto Sans SC, so that the text fits
# in other fonts too; whatever is not named here counts as a whole Chinese sign.
_NARROW = frozenset(" !'(),-./:;I[]fijlrt{|}")
_WIDE = frozenset("%&@MWmw")
_ELLIPSIS = "…"
_SHORTER = (
    (Decimal(1), ""),
    (Decimal(10**4), "万"),
    (Decimal(10**8), "亿"),
    (Decimal(10**12), "万亿"),
)


def plain(text: str) -> str:
    """The text in one line without signs that have no picture, which XML may not hold either."""
    shown = "".join(
        " " if sign.isspace() else "" if unicodedata.category(sign)[0] == "C" else sign
        for sign in text
    )
    return " ".join(shown.split())


def text_width(text: str, size: int) -> int:
    """How many pixels the text takes at most at a font size."""
    return -(-sum(_thousandths(sign) for sign in text) * size // 1000)


def cut(text: str, room: int, size: int) -> str:
    """The text, or its beginning with an ellipsis, within `room` pixels; empty where none fits."""
    if text_width(text, size) <= room:
        return text
    left = room * 1000 // size - _thousandths(_ELLIPSIS)
    kept = ""
    for sign in text:
        left -= _thousandths(sign)
        if left < 0:
            break
        kept += sign
    return kept.rstrip() + _ELLIPSIS if kept else ""


def short_period(name: str) -> str:
    """A period's name where there is little room: all begin with the year (`1—7月` → `7月`)."""
    return name.rpartition("—")[2]


def number_within(value: Decimal, room: int, size: int, unit: str = "") -> str:
    """A number with its unit in at most `room` pixels, led by ≈ where it had to be rounded.

    12345.678 in a narrow place is `≈1.23万`; empty where not even that fits.
    """
    exact = format_number(value) + unit
    if text_width(exact, size) <= room and round_half_up(value) == value:
        return exact
    steps = [one for one in _SHORTER if not one[1] or abs(value) >= one[0]]
    for step, word in steps:
        for places in (2, 1, 0):
            rounded = round_half_up(value, step, places)
            mark = "" if rounded * step == value else "≈"
            text = f"{mark}{format_number(rounded)}{word}{unit}"
            if text_width(text, size) <= room:
                return text
    return ""


def percent(share: Decimal) -> str:
    """A share of 1 as a percentage; one short of the whole never reads as 100 %."""
    shown = round_half_up(share * 100)
    if share < 1 and shown >= 100:
        shown = Decimal("99.99")
    return f"{shown}%"


def _thousandths(sign: str) -> int:
    if not sign.isascii():
        return 1000
    if sign in _NARROW:
        return 400
    if sign in _WIDE:
        return 960
    return 770 if sign.isupper() else 630
