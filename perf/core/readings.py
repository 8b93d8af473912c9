"""What the readers of target texts share: the reading itself, plain text, Chinese numerals."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.findings import Finding, Severity
from perf.core.terms import Comparator

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−─━", "-"),
        **dict.fromkeys("∼〜", "~"),
        **dict.fromkeys("【〔[", "("),
        **dict.fromkeys("】〕]", ")"),
        **dict.fromkeys("》〉", ">"),
        **dict.fromkeys("《〈", "<"),
        "═": "=",
    }
)
_BASIC_PLANE = 0xFFFF


class _Spelling(dict[int, str]):
    """Each character's one spelling, found when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        folded = unicodedata.normalize("NFKC", char)
        if category[0] in {"C", "Z"}:
            spelling = ""
        elif len(folded) != 1 or category == "No":
            spelling = char
        else:
            spelling = folded
        plain = spelling.translate(_FOLDED)
        if code <= _BASIC_PLANE:
            # What common texts are written in is kept; the rest would only take room.
            self[code] = plain
        return plain


_SPELLING = _Spelling()
_SYMBOLS = (
    (re.compile(r">=|=>|≧|⩾|≥=|≮"), "≥"),
    (re.compile(r"<=|=<|≦|⩽|≤=|≯"), "≤"),
    (re.compile(r"==+"), "="),
    (re.compile(r"(?<=[0-9])百分比"), "%"),
    (re.compile(r"百分百"), "100%"),
    (re.compile(r"百分之([0-9.]+)"), r"\1%"),
)
# Without one of these there is nothing to spell otherwise.
_SPELT_OUT = re.compile("[=<>≧⩾≮≦⩽≯百]")
# A date cell of a spreadsheet turns into text with a time of day that nobody wrote.
_MIDNIGHT = re.compile(r"(?<=[0-9])[ T]00:00(?::00)?\s*$")
_DIGITS = {"〇": 0, "零": 0, "○": 0, "两": 2}
_DIGITS.update({char: value for value, char in enumerate("一二三四五六七八九", start=1)})
CHINESE_DIGITS = "".join(_DIGITS)
_STRUCTURED = re.compile(
    rf"(?:([{CHINESE_DIGITS}])千)?(?:零?([{CHINESE_DIGITS}])百)?"
    rf"(?:零?([{CHINESE_DIGITS}]?)(十))?零?([{CHINESE_DIGITS}])?"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of a target text; `exact` says that the text itself says exactly."""

    comparator: Comparator
    value: Decimal | date | None = None
    upper: Decimal | date | None = None
    unit: str | None = None
    exact: bool = False
    findings: tuple[Finding, ...] = ()


def warn(code: str, message: str) -> Finding:
    """A finding that somebody has to look at."""
    return Finding(Severity.WARNING, code, message)


def note(code: str, message: str) -> Finding:
    """A finding that is good to know."""
    return Finding(Severity.INFO, code, message)


def unread(code: str, message: str) -> Reading:
    """The reading of a text that looks like a figure or a date but cannot be taken for one."""
    return Reading(Comparator.QUALITATIVE, findings=(warn(code, message),))


def plain_text(text: str) -> str:
    """The text with one spelling for each sign and nothing invisible (`>= 90％` → `≥90%`).

    Full-width forms are folded; ①, ², ½ and ㎡ stay, since folding them would make new digits.
    """
    plain = _MIDNIGHT.sub("", text).translate(_SPELLING)
    if not _SPELT_OUT.search(plain):
        return plain
    for pattern, replacement in _SYMBOLS:
        plain = pattern.sub(replacement, plain)
    return re.sub(
        rf"百分之([{CHINESE_DIGITS}十]+)",
        lambda match: f"{in_digits(match[1])}%",
        plain,
    )


def in_digits(numeral: str) -> str:
    """A Chinese numeral in digits, or as written where it is no number (`十二` → `12`)."""
    value = chinese_number(numeral)
    return numeral if value is None else str(value)


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral below ten thousand, or None (`一百零五` → 105).

    A row of four digits is a year (`二〇二二` → 2022); other rows such as 一二 are no number.
    """
    if len(text) == 4 and all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    match = _STRUCTURED.fullmatch(text)
    if match is None or not text:
        return None
    thousands, hundreds, tens, ten, ones = match.groups()
    return (
        1000 * _DIGITS.get(thousands, 0)
        + 100 * _DIGITS.get(hundreds, 0)
        + 10 * (_DIGITS[tens] if tens else int(ten is not None))
        + _DIGITS.get(ones, 0)
    )
