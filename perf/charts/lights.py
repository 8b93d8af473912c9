"""Lights: a row a thing, a column a period, told apart by shape and word as well as colour."""

from collections.abc import Sequence

from perf.charts.canvas import EDGE, INK, MUTED, PAPER, SMALL, SOFT, Canvas
from perf.charts.chart import Chart
from perf.charts.texts import MISSING, short_period
from perf.core.terms import Light

_NAME, _CELL, _HEAD, _STEP = 132, 52, 22, 26
# More columns than these show the shapes alone, named once at the foot, so that twelve fit a phone.
_MANY, _SLIM_NAME, _SLIM, _FOOT = 6, 124, 18, 24
_WORDS = {light.value: light.label for light in Light}
_COLOURS = {"green": "#1b7044", "yellow": "#d08a1d", "red": "#cf4a41"}


def lights_chart(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str | None]]]) -> Chart:
    """The light of each row (name, a light a column): green ●, yellow ▲, red ■, None a ring.

    Lights are the values of `Light`; None says 未填报, any other text is said beside a ring. A row
    of another length raises ValueError.
    """
    is_slim = len(columns) > _MANY
    edge, cell = (_SLIM_NAME, _SLIM) if is_slim else (_NAME, _CELL)
    width, foot = edge + cell * len(columns), _HEAD + _STEP * max(len(rows), 1)
    canvas = Canvas("绩效监控情况", width, foot + (_FOOT if is_slim else 0))
    # Of many columns every other one is named, the last among them, in the room of two.
    for index, column in enumerate(columns):
        if not is_slim:
            canvas.text(edge + cell * index + 4, 14, column, room=cell - 6, size=SMALL, fill=MUTED)
        elif (len(columns) - 1 - index) % 2 == 0:
            canvas.text(
                edge + cell * (index + 1),
                14,
                short_period(column),
                room=2 * cell - 4,
                size=SMALL,
                anchor="end",
                fill=MUTED,
            )
    for index, (name, lights) in enumerate(rows):
        top = _HEAD + _STEP * index
        canvas.line(0, top, width, top, SOFT)
        canvas.text(0, top + 17, name, room=edge - 8)
        for number, (_, light) in enumerate(zip(columns, lights, strict=True)):
            _shape(canvas, edge + cell * number + 4, top + 17, light)
            if not is_slim:
                _named(canvas, edge + cell * number + 4, top + 17, light)
    if is_slim:
        for index, light in enumerate([*_WORDS, None]):
            _shape(canvas, _CELL * index, foot + 17, light)
            _named(canvas, _CELL * index, foot + 17, light)
    return canvas.chart(
        ("名称", *columns), [(name, *(_word(light) for light in lights)) for name, lights in rows]
    )


def _shape(canvas: Canvas, x: int, foot: int, light: str | None) -> None:
    if light == "green":
        canvas.circle(x + 5, foot - 4, 5, _COLOURS[light], _COLOURS[light])
    elif light == "yellow":
        canvas.polygon([(x, foot + 1), (x + 5, foot - 9), (x + 10, foot + 1)], _COLOURS[light])
    elif light == "red":
        canvas.rect(x, foot - 9, 10, 10, _COLOURS[light])
    else:
        canvas.circle(x + 5, foot - 4, 4, PAPER, EDGE)


def _named(canvas: Canvas, x: int, foot: int, light: str | None) -> None:
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
