"""Draws the shapes of a picture as SVG with presentation attributes only."""

from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from perf.charts.chart import Chart
from perf.charts.texts import cut, plain
from perf.core.numbers import round_half_up

# What the PDF embeds comes first, then what an office's computer has.
_FONTS = "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif"
INK, MUTED, EDGE, SOFT, PAPER = "#1d2530", "#56616d", "#848f9b", "#eef1f4", "#fff"
ACCENT = "#0a5c8f"
SIZE, SMALL = 12, 11
NARROW = 340
"""The width of a picture that a phone shows as it is."""


class Canvas:
    """Collects the shapes of one picture; the same calls give the same bytes.

    Every place and length is in whole pixels.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        self.title = title
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def rect(
        self, x: int, y: int, width: int, height: int, fill: str, stroke: str = "", radius: int = 0
    ) -> None:
        """A rectangle; its edge, where it has one, lies inside."""
        if stroke:
            place = f'x="{x}.5" y="{y}.5" width="{max(width - 1, 0)}" height="{max(height - 1, 0)}"'
            place += f' stroke="{stroke}"'
        else:
            place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        rounded = f' rx="{radius}"' if radius else ""
        self._parts.append(f'<rect {place}{rounded} fill="{fill}"/>')

    def line(
        self, x1: int, y1: int, x2: int, y2: int, stroke: str, *, dashed: bool = False
    ) -> None:
        """A level or upright hairline."""
        dashes = ' stroke-dasharray="4 3"' if dashed else ""
        self._parts.append(
            f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{stroke}"{dashes}'
            ' shape-rendering="crispEdges"/>'
        )

    def circle(self, x: int, y: int, radius: int, fill: str, stroke: str) -> None:
        """A disc, or a ring where it is filled with paper."""
        self._parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="{stroke}"/>'
        )

    def polygon(self, points: Sequence[tuple[int, int]], fill: str) -> None:
        """A closed shape through the points."""
        corners = " ".join(f"{x},{y}" for x, y in points)
        self._parts.append(f'<polygon points="{corners}" fill="{fill}"/>')

    def text(
        self,
        x: int,
        y: int,
        text: str,
        *,
        room: int,
        size: int = SIZE,
        anchor: str = "start",
        fill: str = INK,
    ) -> None:
        """One line with its foot at `y`, cut to `room` pixels; the whole is shown when pointed at.

        `anchor` is start, middle or end: which part of the line stands at `x`.
        """
        whole = plain(text)
        shown = cut(whole, room, size)
        if not shown:
            return
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        hint = "" if shown == whole else f"<title>{escape(whole)}</title>"
        drawn = (
            f'<text x="{x}" y="{y}" font-size="{size}"{place} fill="{fill}">{escape(shown)}</text>'
        )
        self._parts.append(f"<g>{hint}{drawn}</g>" if hint else drawn)

    def chart(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Chart:
        """The picture with its numbers."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{self.width}"'
            f' height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
            f" font-family={quoteattr(_FONTS)}><title>{escape(plain(self.title))}</title>"
            f"{''.join(self._parts)}</svg>"
        )
        numbers = tuple(tuple(row) for row in rows)
        return Chart(self.title, svg, tuple(columns), numbers, self.width, self.height)


def pixels(value: Decimal, whole: Decimal, length: int) -> int:
    """How many of `length` pixels `value` takes where `whole` takes all; at least 1 above 0."""
    if value <= 0:
        return 0
    return max(int(round_half_up(value * length, whole, places=0)), 1)
