"""Which characters a font file has a shape for."""

import struct
from bisect import bisect_right
from pathlib import Path

# The subtable that covers all of Unicode: platform, encoding and format of the OpenType `cmap`.
_UNICODE = (3, 10)
_GROUPS = 12


class Coverage:
    """The characters of some fonts together; `"面" in coverage`."""

    def __init__(self, *paths: Path) -> None:
        ranges = sorted(each for path in paths for each in _ranges(path.read_bytes()))
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in ranges:
            if self._ends and start <= self._ends[-1] + 1:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        at = bisect_right(self._starts, code) - 1
        return at >= 0 and code <= self._ends[at]


def _ranges(font: bytes) -> list[tuple[int, int]]:
    """First and last code point of each run; raises ValueError where the font has no such table."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for at in range(12, 12 + 16 * tables, 16):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, at)
        if tag == b"cmap":
            return _groups(font, offset)
    raise ValueError("the font has no cmap")


def _groups(font: bytes, cmap: int) -> list[tuple[int, int]]:
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    for at in range(cmap + 4, cmap + 4 + 8 * subtables, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", font, at)
        (kind,) = struct.unpack_from(">H", font, cmap + offset)
        if (platform, encoding) == _UNICODE and kind == _GROUPS:
            (count,) = struct.unpack_from(">I", font, cmap + offset + 12)
            body = font[cmap + offset + 16 : cmap + offset + 16 + 12 * count]
            return [(start, end) for start, end, _ in struct.iter_unpack(">III", body)]
    raise ValueError("the font has no table of all Unicode")
