# ruff: noqa: INP001 — a script's helper, found beside it; docs/ is no package.
"""Screenshots made small: a true-colour PNG as one of 256 colours, a third of its size."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
_BYTES = 3


def small_png(picture: bytes) -> bytes:
    """The same picture with its 256 commonest colours, every other one by the nearest of them.

    Takes what browsers write: eight bits a channel, red, green and blue, not interlaced;
    ValueError for any other kind.
    """
    chunks = list(_chunks(picture))
    header = next(content for kind, content in chunks if kind == b"IHDR")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if (depth, colour, interlaced) != (8, 2, 0):
        raise ValueError("not a plain RGB picture of eight bits")
    packed = b"".join(content for kind, content in chunks if kind == b"IDAT")
    rows = [
        [bytes(row[at : at + _BYTES]) for at in range(0, width * _BYTES, _BYTES)]
        for row in _rows(zlib.decompress(packed), width * _BYTES, height)
    ]
    counts = Counter(pixel for row in rows for pixel in row)
    palette = [pixel for pixel, _ in counts.most_common(COLOURS)]
    place = {pixel: _nearest(palette, pixel) for pixel in counts}
    lines = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in rows)
    return SIGNATURE + b"".join(
        [
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        yield kind, picture[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def _rows(packed: bytes, stride: int, height: int) -> Iterator[bytearray]:
    """Each row of bytes with PNG's prediction from the left and the upper neighbour undone."""
    above = bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = bytearray(packed[start + 1 : start + 1 + stride])
        kind = packed[start]
        for at in range(stride):
            left = row[at - _BYTES] if at >= _BYTES else 0
            corner = above[at - _BYTES] if at >= _BYTES else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 255
        yield row
        above = row


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    """What PNG's filter of this kind foretells for a byte (none, left, above, mean, Paeth)."""
    if kind == 4:
        guess = left + above - corner
        return min((left, above, corner), key=lambda neighbour: abs(guess - neighbour))
    return (0, left, above, (left + above) // 2)[kind]


def _nearest(palette: list[bytes], pixel: bytes) -> int:
    def distance(place: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(palette[place], pixel, strict=True))

    return min(range(len(palette)), key=distance)
