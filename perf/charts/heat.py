"""Shares of points by unit and class: darker is more, and every cell says its figure."""

from collections.abc import Sequence
from decimal import Decimal

from perf.charts.canvas import INK, MUTED, PAPER, SMALL, Canvas
from perf.charts.chart import Chart
from perf.charts.texts import percent

_NAME, _CELL, _HEAD, _STEP = 180, 76, 44, 26
_OPEN = "无得分"
# From this share on, the cell and its text; the bounds are those of the ratings.
_SHADES = (
    (Decimal("0.9"), "#0a5c8f", PAPER, "90% 以上"),
    (Decimal("0.8"), "#7fb0d0", INK, "80–90%"),
    (Decimal("0.6"), "#bdd7e7", INK, "60–80%"),
    (Decimal(0), "#eaf2f8", INK, "60% 以下"),
)


def heat_chart(
    classes: Sequence[str], rows: Sequence[tuple[str, Sequence[Decimal | None]]]
) -> Chart:
    """Each row (name, a share of 1 a class) as cells in shades of one hue.

    None is 无得分 (open, or no such class), an empty cell. A row of another length raises
    ValueError.
    """
    width = max(_NAME + _CELL * len(classes), 420)
    canvas = Canvas("各类指标得分率", width, _HEAD + _STEP * max(len(rows), 1))
    _legend(canvas)
    for index, name in enumerate(classes):
        x = _NAME + _CELL * index + _CELL // 2
        canvas.text(x, _HEAD - 6, name, room=_CELL - 4, size=SMALL, anchor="middle", fill=MUTED)
    for index, (name, shares) in enumerate(rows):
        top = _HEAD + _STEP * index
        canvas.text(0, top + 17, name, room=_NAME - 8)
        for number, (_, share) in enumerate(zip(classes, shares, strict=True)):
            _cell(canvas, _NAME + _CELL * number, top, share)
    return canvas.chart(
        ("名称", *classes),
        [
            (name, *(_OPEN if share is None else percent(share) for share in shares))
            for name, shares in rows
        ],
    )


def _legend(canvas: Canvas) -> None:
    for index, (_, fill, _ink, words) in enumerate(reversed(_SHADES)):
        x = 84 * index
        canvas.rect(x, 3, 12, 12, fill, "#0a5c8f")
        canvas.text(x + 16, 13, words, room=66, size=SMALL, fill=MUTED)
    canvas.text(84 * len(_SHADES), 13, f"— {_OPEN}", room=84, size=SMALL, fill=MUTED)


def _cell(canvas: Canvas, x: int, top: int, share: Decimal | None) -> None:
    middle = x + _CELL // 2
    if share is None:
        canvas.text(middle, top + 17, "—", room=_CELL, anchor="middle", fill=MUTED)
        return
    _, fill, ink, _words = next((one for one in _SHADES if share >= one[0]), _SHADES[-1])
    canvas.rect(x, top, _CELL - 2, _STEP - 2, fill)
    canvas.text(middle, top + 17, percent(share), room=_CELL - 6, anchor="middle", fill=ink)
