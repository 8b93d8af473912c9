"""One spelling for what people type: plain signs, nothing invisible, and where each sign stood."""

import re
import unicodedata
from dataclasses import dataclass

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("*·∗⋅✕✖⨯", "×"),
        **dict.fromkeys("÷∕⁄", "/"),
        **dict.fromkeys("−–—‐‑‒―", "-"),
        **dict.fromkeys("[【〔", "("),
        **dict.fromkeys("]】〕", ")"),
    }
)
# A letter before 100% multiplies: no name is followed by %.
_LETTER_TIMES = re.compile("(?<![A-Za-z])[xX](?=100%)")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in one spelling; `places` are its characters' positions (from 0) in the typed one."""

    text: str
    places: tuple[int, ...]

    def after(self, start: int) -> "Spelled":
        """What stands from a position on."""
        return Spelled(self.text[start:], self.places[start:])


def spelled(text: str, *, keep_lines: bool = False) -> Spelled:
    """The text without white space, its signs full or half width, Chinese or plain as one.

    `（完成数÷预算数）× 100％` → `(完成数/预算数)×100%`. With `keep_lines` line breaks stay.
    """
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char == "\n" and keep_lines:
            chars.append(char)
            places.append(place)
        elif unicodedata.category(char)[0] not in "CZ":
            # A sign may stand for several (㎡ for m2); those that it blanks out are left out.
            folded = "".join(unicodedata.normalize("NFKC", char).translate(_SIGNS).split())
            chars += folded
            places += [place] * len(folded)
    return Spelled(_LETTER_TIMES.sub("×", "".join(chars)), tuple(places))
