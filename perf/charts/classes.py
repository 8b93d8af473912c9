"""The score by class: points within their weight."""

from collections.abc import Sequence
from decimal import Decimal

from perf.charts.canvas import ACCENT, EDGE, INK, MUTED, NARROW, PAPER, Canvas, pixels
from perf.charts.chart import Chart
from perf.core.numbers import format_fixed

_STEP, _BAR = 40, 12
_FIGURES = 130
_OPEN = "尚无得分"


def class_scores_chart(rows: Sequence[tuple[str, Decimal, Decimal | None]]) -> Chart:
    """A bar for each class (name, weight, points): as long as its weight, filled to its points.

    Points of None are open: 尚无得分, with an empty bar.
    """
    title = "各类指标得分"
    canvas = Canvas(title, NARROW, max(_STEP * len(rows), _STEP))
    longest = max([Decimal(1), *(max(weight, points or weight) for _, weight, points in rows)])
    for index, (name, weight, points) in enumerate(rows):
        top = _STEP * index
        canvas.text(0, top + 14, name, room=NARROW - _FIGURES - 8)
        words = f"{_OPEN} / {format_fixed(weight)}" if points is None else _figures(points, weight)
        canvas.text(
            NARROW,
            top + 14,
            words,
            room=_FIGURES,
            anchor="end",
            fill=MUTED if points is None else INK,
        )
        room = pixels(weight, longest, NARROW)
        canvas.rect(0, top + 20, room, _BAR, PAPER, EDGE)
        canvas.rect(0, top + 20, pixels(points or Decimal(0), longest, NARROW), _BAR, ACCENT)
    return canvas.chart(
        ("指标类别", "分值", "得分"),
        [
            (name, format_fixed(weight), _OPEN if points is None else format_fixed(points))
            for name, weight, points in rows
        ],
    )


def _figures(points: Decimal, weight: Decimal) -> str:
    return f"{format_fixed(points)} / {format_fixed(weight)}"
