"""Two bars a row, one above the other, as the pictures of two progresses and of two years have."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from perf.charts.canvas import ACCENT, EDGE, INK, MUTED, NARROW, PAPER, SMALL, Canvas, pixels
from perf.charts.texts import MISSING

_HEAD, _STEP, _BAR = 22, 54, 9
_NAME, _FIGURE = 58, 66
ROOM = _FIGURE - 6
"""How many pixels a figure has."""
_PLOT = NARROW - _NAME - _FIGURE
Pair = tuple[str, Decimal | None, Decimal | None]


def paired_bars(
    title: str,
    names: tuple[str, str],
    rows: Sequence[Pair],
    write: Callable[[Decimal], str],
    *,
    whole: Decimal,
    mark: tuple[Decimal, str] | None = None,
    missing: str = MISSING,
) -> Canvas:
    """A canvas with each row's two values: the first as a hollow bar, the second as a filled one.

    The axis goes from 0 to `whole`; a longer bar ends there with a notch, its figure says the
    rest. `mark` is a value with its words for an upright line over all rows.
    """
    head = _HEAD if mark else 0
    canvas = Canvas(title, NARROW, head + _STEP * max(len(rows), 1))
    for index, (label, *values) in enumerate(rows):
        top = head + _STEP * index
        canvas.text(0, top + 13, label, room=NARROW)
        for name, value, place, fill in zip(
            names, values, (top + 18, top + 32), (PAPER, ACCENT), strict=True
        ):
            _bar(canvas, place, name, (value, whole), fill)
            words = missing if value is None else write(value)
            canvas.text(
                NARROW,
                place + 10,
                words,
                room=ROOM,
                size=SMALL,
                anchor="end",
                fill=MUTED if value is None else INK,
            )
        # Upright lines leave out the rows' names.
        canvas.line(_NAME, top + 17, _NAME, top + 44, EDGE)
    if mark is not None:
        _mark(canvas, mark, whole, len(rows))
    return canvas


def _bar(
    canvas: Canvas, top: int, name: str, value: tuple[Decimal | None, Decimal], fill: str
) -> None:
    canvas.text(0, top + 10, name, room=_NAME - 6, size=SMALL, fill=MUTED)
    figure, whole = value
    if figure is None or figure <= 0:
        return
    canvas.rect(_NAME, top + 1, pixels(min(figure, whole), whole, _PLOT), _BAR, fill, ACCENT)
    if figure > whole:
        right = _NAME + _PLOT
        canvas.polygon(
            [(right - 8, top), (right - 4, top), (right - 8, top + 11), (right - 12, top + 11)],
            PAPER,
        )


def _mark(canvas: Canvas, mark: tuple[Decimal, str], whole: Decimal, rows: int) -> None:
    value, words = mark
    x = _NAME + pixels(value, whole, _PLOT)
    canvas.text(x, 12, words, room=2 * _FIGURE, size=SMALL, anchor="middle", fill=MUTED)
    for index in range(rows):
        top = _HEAD + _STEP * index
        canvas.line(x, top + 17, x, top + 44, INK, dashed=True)
