"""Lights: a row a thing, a column a quarter, told apart by shape and word as well as colour."""

from collections.abc import Sequence

from perf.charts.canvas import EDGE, INK, MUTED, PAPER, SMALL, SOFT, Canvas
from perf.charts.chart import Chart
from perf.charts.texts import MISSING
from perf.core.terms import Light

_NAME, _CELL, _HEAD, _STEP = 132, 52, 22, 26
_WORDS = {light.value: light.label for light in Light}
_COLOURS = {"green": "#1b7044", "yellow": "#d08a1d", "red": "#cf4a41"}


def lights_chart(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str | None]]]) -> Chart:
    """The light of each row (name, a light a column): green ●, yellow ▲, red ■, None a ring.

    Lights are the values of `Light`; None says 未填报, any other text is said beside a ring. A row
    of another length raises ValueError.
    """
    width = _NAME + _CELL * len(columns)
    canvas = Canvas("绩效监控情况", width, _HEAD + _STEP * max(len(rows), 1))
    for index, column in enumerate(columns):
        canvas.text(_NAME + _CELL * index + 4, 14, column, room=_CELL - 6, size=SMALL, fill=MUTED)
    for index, (name, lights) in enumerate(rows):
        top = _HEAD + _STEP * index
        canvas.line(0, top, width, top, SOFT)
        canvas.text(0, top + 17, name, room=_NAME - 8)
        for number, (_, light) in enumerate(zip(columns, lights, strict=True)):
            _light(canvas, _NAME + _CELL * number + 4, top + 17, light)
    return canvas.chart(
        ("名称", *columns), [(name, *(_word(light) for light in lights)) for name, lights in rows]
    )


def _light(canvas: Canvas, x: int, foot: int, light: str | None) -> None:
    if light == "green":
        canvas.circle(x + 5, foot - 4, 5, _COLOURS[light], _COLOURS[light])
    elif light == "yellow":
        canvas.polygon([(x, foot + 1), (x + 5, foot - 9), (x + 10, foot + 1)], _COLOURS[light])
    elif light == "red":
        canvas.rect(x, foot - 9, 10, 10, _COLOURS[light])
    else:
        canvas.circle(x + 5, foot - 4, 4, PAPER, EDGE)
    canvas.text(
        x + 14,
        foot,
        _word(light),
        room=_CELL - 18,
        size=SMALL,
        fill=INK if light in _COLOURS else MUTED,
    )


def _word(light: str | None) -> str:
    return MISSING if light is None else _WORDS.get(light, light)
