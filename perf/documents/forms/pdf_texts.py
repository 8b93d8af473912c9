"""What of a text the fonts can show, how wide it is, and where a long word may break."""

import re
import unicodedata

from perf.documents.glyphs import Coverage
from perf.documents.readers.radicals import as_typed

# The printer's sign for a character that is not in the case.
SUBSTITUTE = "〓"
_NAMED = 20
# Chinese characters, between which a line may always break, and what separates words.
_WORD = re.compile("[^ \n\u3000\u3400-\u4db5\u4e00-\u9fff\U00020000-\U0003ffff]{2,}")
# What belongs together in a word: a figure with its sign, a character with its accents.
_PART = re.compile("[!-~≥≤±￥]+|.[\u0300-\u036f]*")
_PIECE = re.compile("[^-/_?&=;]*[-/_?&=;]|[^-/_?&=;]+")
_NARROW = dict.fromkeys("0123456789", 0.56) | dict.fromkeys(".,:;-'!|()[] ", 0.36)
_WIDE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZmw@%&")


class Printable:
    """Makes texts printable and keeps in mind which characters could not be shown."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._known: dict[str, str] = {"\n": "\n"}
        self._missing: set[str] = set()

    def text(self, text: str) -> str:
        """The text with a sign for each character that the fonts lack.

        Marks without a width of their own, as those that turn the reading direction, are left
        out; the many spaces of Unicode become the two that are typed. Radicals become the
        characters whose shape they share, or both would be read back as one of the two.
        """
        known = self._known
        odd = False
        for character in set(text):
            shown = known.get(character)
            if shown is None:
                shown = known[character] = self._shown(character)
            odd = odd or shown != character
        return "".join(known[character] for character in text) if odd else text

    def _shown(self, character: str) -> str:
        category = unicodedata.category(character)
        if category == "Zs" and character != "\u3000":
            return " "
        if category in {"Zl", "Zp"}:
            return "\n"
        if category in {"Cc", "Cf", "Cs"}:
            return " " if character == "\t" else ""
        typed = as_typed(character)
        if all(each in self._coverage for each in typed):
            return typed
        if category in {"Mn", "Me"}:
            return ""
        self._missing.add(character)
        return SUBSTITUTE

    def note(self) -> str:
        """A sentence that names the characters shown by the sign; blank where there are none."""
        if not self._missing:
            return ""
        codes = "、".join(f"U+{ord(character):04X}" for character in sorted(self._missing)[:_NAMED])
        more = f"等 {len(self._missing)} 个字符" if len(self._missing) > _NAMED else ""
        return f"注：字库中没有的字符以“{SUBSTITUTE}”代替：{codes}{more}，原文见系统。"


def width(text: str) -> float:
    """The greatest width of the text in one line, in em."""
    return sum(
        _NARROW.get(character) or (1.0 if character in _WIDE or character > "~" else 0.62)
        for character in text
    )


def breakable(text: str, room: float) -> str | list[str | list[str]]:
    """The text for a column of `room` em: as it is, or in pieces where a word is wider.

    A piece that is a list is such a word, in parts between which a line may end: figures and
    addresses stay whole as far as they fit.
    """
    if len(text) <= room:
        return text
    pieces: list[str | list[str]] = []
    at = 0
    for word in _WORD.finditer(text):
        # A Chinese character beside a sign may have to stay with it.
        if width(word[0]) + 1 > room:
            pieces += [text[at : word.start()], _parts(word[0], room)]
            at = word.end()
    return [*pieces, text[at:]] if pieces else text


def _parts(word: str, room: float) -> list[str]:
    parts: list[str] = []
    for part in _PART.findall(word):
        if width(part) <= room:
            parts.append(part)
            continue
        for piece in _PIECE.findall(part):
            parts += [piece] if width(piece) <= room else [*piece]
    return parts
