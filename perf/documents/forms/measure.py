"""How much room a text takes on paper, estimated, and what may stand in a cell at all."""

import re
import unicodedata
from functools import lru_cache

from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Style

# Spreadsheets refuse rows above 409 points and texts above 32,767 UTF-16 units.
MAX_ROW_HEIGHT = 400
MAX_CELL_TEXT = 32_767
_CUT_NOTE = "……（原文共 {} 字，超出单元格 32,767 字的上限，其余从略，全文见系统。）"
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def clean(text: str) -> str:
    """The text without control characters, unpaired surrogates and noncharacters.

    Line ends become one kind; a tab becomes a space, so that words do not run together.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return _UNPRINTABLE.sub("", plain.replace("\t", " ")).strip()


def cut(text: str) -> str:
    """The text as far as a cell holds it; what is left out is said in a closing sentence."""
    if len(text) * 2 <= MAX_CELL_TEXT or _units(text) <= MAX_CELL_TEXT:
        return text
    note = _CUT_NOTE.format(f"{len(text):,}")
    room = MAX_CELL_TEXT - _units(note)
    kept = text[:room]
    while (excess := _units(kept) - room) > 0:
        kept = kept[: -((excess + 1) // 2)]
    return kept + note


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def text_height(text: str, width: int, style: Style) -> int:
    """The height in points that the text needs in a column of `width` pixels, wrapped."""
    size = FONT_SIZE.get(style, BODY_SIZE)
    return line_count(text, width, size) * line_height(size) + 6


def line_height(size: int) -> int:
    """The distance of two lines in points; generous, since substitute fonts are taller."""
    return size + (size * 9 + 19) // 20


def line_count(text: str, width: int, size: int) -> int:
    """How many lines the text takes in `width` pixels at `size` points.

    Counted in twentieths of a full-width character: a CJK character is 20, others 11
    (capitals and digits of common fonts are a little wider than half).
    """
    # One full-width character is `size` points, four thirds of that in pixels.
    room = max(20, (width - 8) * 15 // size)
    lines = 0
    for paragraph in text.split("\n"):
        if len(paragraph) * 20 <= room:
            lines += 1
        else:
            lines += _wrapped(paragraph, room)
    return lines


def _wrapped(paragraph: str, room: int) -> int:
    lines, used = 1, 0
    for token in _TOKENS.findall(paragraph):
        width = _token_width(token)
        if used + width <= room:
            used += width
        elif width <= room:
            lines += 1
            used = width
        else:
            # A word longer than the column is broken wherever the line ends.
            lines += (used > 0) + (width - 1) // room
            used = width % room
    return lines


# Words of narrow characters stay together; closing punctuation never begins a line.
_TOKENS = re.compile("[!-~]+ ?|.[，。；：、！？）》”’】]?", re.DOTALL)


@lru_cache(maxsize=8192)
def _token_width(token: str) -> int:
    return sum(
        20 if unicodedata.east_asian_width(character) in "WFA" else 11 for character in token
    )
