"""What a text needs so that a file of cells holds it unharmed, and gives it back as typed."""

import re

# What no file of cells can hold: control characters, halves of pairs and noncharacters.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# A spreadsheet takes a text that begins so for a formula; a plain number is none. Chinese
# editions take the full-width signs too.
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def printable(text: str) -> str:
    """The text without characters that XML and CSV cannot hold, its line ends of one kind."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def guarded(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs: `=1+1` → `'=1+1`; `-3` stays a number."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given: one apostrophe before a formula's sign is taken off."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
