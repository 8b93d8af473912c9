"""What a text may tell of a person before it is made public: a flag for a human, not a proof."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from perf.core.person_names import names_in
from perf.core.terms import Labelled

_MASK = "＊"
_NOT_WIDE = str.maketrans("０１２３４５６７８９＋－＠．（）　Ｘ", "0123456789+-@.() X")
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_APART = "(?<![0-9A-Za-z])"
_IDENTITY_18 = re.compile(
    rf"{_APART}{_PROVINCE}[0-9]{{4}}[ -]?(?:19|20)[0-9]{{2}}{_MONTH_DAY}[ -]?"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_IDENTITY_15 = re.compile(
    rf"{_APART}{_PROVINCE}[0-9]{{6}}{_MONTH_DAY}[0-9]{{3}}(?![0-9A-Za-z]|\.[0-9])"
)
_CARD = re.compile(
    rf"{_APART}(?:6[02]|4[0-9]|5[1-5]|35|9[0-9])[0-9]{{2}}(?:[ -]?[0-9]{{4}}){{3}}"
    r"(?:[ -]?[0-9]{1,3})?(?![0-9A-Za-z]|[ -][0-9]|\.[0-9])"
)
# Not the digits of an amount, nor a count with its unit.
_COUNTED = r"(?!\s*(?:元|万|亿|%|％))"
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.,])(?:\+?86[- ]?)?1[3-9][0-9](?:[ -]?[0-9]{{4}}){{2}}"
    rf"(?![0-9A-Za-z]|[.,][0-9]){_COUNTED}"
)
_AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z.,-])(?:\({_AREA}\) ?|{_AREA}[ —-])[2-8][0-9]{{2,3}} ?[0-9]{{4}}"
    rf"(?:(?:-|转)[0-9]{{1,6}})?(?![0-9A-Za-z]|[.,][0-9]){_COUNTED}"
)
_CALLED = re.compile(
    rf"(?:电话|座机|传真)(?:号码)?[:： ]*((?:{_AREA})?[2-8][0-9]{{6,7}})"
    rf"(?![0-9A-Za-z]|[.,][0-9]){_COUNTED}"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Personal(Labelled):
    """What a flagged piece of text may be."""

    IDENTITY = "identity", "身份证号"
    CARD = "card", "银行卡号"
    PHONE = "phone", "电话号码"
    EMAIL = "email", "电子邮箱"
    NAME = "name", "姓名"


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """A piece of a text, from `start` up to `end`, that may tell of a person."""

    start: int
    end: int
    kind: Personal


def flags_in(text: str, known_names: Iterable[str] = ()) -> list[Flag]:
    """The pieces that a reader should look at, in order and without overlaps.

    Identity numbers of 18 digits by their check digit and of 15 by the day in them, card numbers
    by Luhn's rule, mobile and landline numbers, e-mail addresses, and names: the `known_names`,
    those after a word such as 姓名：, those before a title. 联系人：张三，13912345678 gives a name
    and a phone number; 2,109,100.00 and a project's code of 20 digits give none.
    """
    plain = text.translate(_NOT_WIDE)
    found = [
        *_checked(_IDENTITY_18, plain, Personal.IDENTITY, _is_identity),
        *(Flag(*one.span(), Personal.IDENTITY) for one in _IDENTITY_15.finditer(plain)),
        *_checked(_CARD, plain, Personal.CARD, _is_card),
        *(Flag(*one.span(), Personal.PHONE) for one in _MOBILE.finditer(plain)),
        *(Flag(*one.span(), Personal.PHONE) for one in _LANDLINE.finditer(plain)),
        *(Flag(*one.span(1), Personal.PHONE) for one in _CALLED.finditer(plain)),
        *(Flag(*one.span(), Personal.EMAIL) for one in _EMAIL.finditer(plain)),
        *(Flag(start, end, Personal.NAME) for start, end in names_in(text, known_names)),
    ]
    kept: list[Flag] = []
    for flag in found:
        # What was found first says more: an identity number is no phone number.
        if all(flag.end <= one.start or one.end <= flag.start for one in kept):
            kept.append(flag)
    return sorted(kept)


def masked(text: str, known_names: Iterable[str] = ()) -> str:
    """The text with ＊ in the place of each flagged sign, as long as before.

    A name of several signs keeps its first: 王小明同志 → 王＊＊同志.
    """
    signs = list(text)
    for flag in flags_in(text, known_names):
        keeps_first = flag.kind is Personal.NAME and flag.end - flag.start > 1
        first = flag.start + keeps_first
        signs[first : flag.end] = _MASK * (flag.end - first)
    return "".join(signs)


def _checked(
    pattern: re.Pattern[str], text: str, kind: Personal, is_one: Callable[[str], bool]
) -> Iterator[Flag]:
    for found in pattern.finditer(text):
        digits = re.sub(r"[ -]", "", found[0])
        if is_one(digits):
            yield Flag(*found.span(), kind)


def _is_identity(number: str) -> bool:
    """Whether the last sign is the check digit of the others (GB 11643)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(number[:17], _IDENTITY_WEIGHTS, strict=True)
    )
    return "10X98765432"[total % 11] == number[17].upper()


def _is_card(number: str) -> bool:
    """Whether the digits pass Luhn's rule."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
