"""One indicator's quarters, or its months, against its target."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.charts.canvas import ACCENT, EDGE, INK, MUTED, NARROW, PAPER, SMALL, SOFT, Canvas, pixels
from perf.charts.chart import Chart
from perf.charts.texts import MISSING, cut, number_within, short_period, text_width
from perf.core.actuals import format_actual
from perf.core.numbers import MAX_FRACTION_DIGITS, round_half_up

_HEIGHT, _TOP, _FOOT = 120, 36, 100
_GUTTER = 88
_BAR = 26
# Up to six columns are no narrower, so that 未填报 fits into one; of more only the last figure is
# said, and the table has the others.
_PITCH, _MANY = 42, 6
_LEAST_PITCH = 20
_SENSES: dict[str, tuple[str, Callable[[Decimal, Decimal], bool]]] = {
    "at_least": ("≥", operator.ge),
    "above": (">", operator.gt),
    "at_most": ("≤", operator.le),
    "below": ("<", operator.lt),
    "exactly": ("", operator.eq),
}
# Only these stand close to every figure; another unit is said once.
_CLOSE = frozenset({"%", "‰"})
Quarter = tuple[str, Decimal | str | None]


@dataclass(frozen=True, slots=True)
class _Goal:
    """The target's value, or the two ends of a range."""

    value: Decimal
    upper: Decimal | None
    sense: str

    def is_reached(self, figure: Decimal) -> bool:
        if self.upper is not None:
            return self.value <= figure <= self.upper
        return _SENSES[self.sense][1](figure, self.value)

    def words(self, write: Callable[[Decimal], str]) -> str:
        """The target as text, its numbers written by `write`."""
        if self.upper is not None:
            return f"{write(self.value)}–{write(self.upper)}"
        return f"{_SENSES[self.sense][0]}{write(self.value)}"


def quarters_chart(
    title: str,
    quarters: Sequence[Quarter],
    target: Decimal | None,
    *,
    upper: Decimal | None = None,
    unit: str = "",
    sense: str = "at_least",
) -> Chart:
    """The year's periods as bars from zero, filled where the target is reached, else hollow.

    Figures and target are in `unit`; None is a period without figure, a gap that says 未填报, and
    a text says another reason for one (不涉及). A target of None draws no line. `sense` is
    at_least, above, at_most, below or exactly, another one raises KeyError; with `upper` the
    target is the range up to it, ends included.
    """
    goal = None if target is None else _Goal(target, upper, sense)
    gutter = 0 if goal is None else _GUTTER
    least = _LEAST_PITCH if len(quarters) > _MANY else _PITCH
    pitch = max((NARROW - gutter) // max(len(quarters), 1), least)
    canvas = Canvas(title, max(NARROW, pitch * len(quarters) + gutter), _HEIGHT)
    _draw(canvas, quarters, goal, unit, pitch)
    if goal is None:
        return canvas.chart(
            ("填报期", "实际完成值"), [(name, _written(it, unit)) for name, it in quarters]
        )
    wanted = goal.words(lambda number: _written(number, unit))
    return canvas.chart(
        ("填报期", "实际完成值", "指标值", "是否达到"),
        [(name, _written(it, unit), wanted, _verdict(goal, it)) for name, it in quarters],
    )


def _written(figure: Decimal | str | None, unit: str) -> str:
    """The figure for the table: whole as it was typed, to two decimals where it was computed."""
    if isinstance(figure, Decimal):
        is_typed = round_half_up(figure, places=MAX_FRACTION_DIGITS) == figure
        return format_actual(figure if is_typed else round_half_up(figure), unit)
    return figure or MISSING


def _verdict(goal: _Goal, figure: Decimal | str | None) -> str:
    if not isinstance(figure, Decimal):
        return figure or MISSING
    return "已达到" if goal.is_reached(figure) else "未达到"


def _draw(
    canvas: Canvas,
    quarters: Sequence[Quarter],
    goal: _Goal | None,
    unit: str,
    pitch: int,
) -> None:
    width = canvas.width - _GUTTER if goal else canvas.width
    figures = [figure for _, figure in quarters if isinstance(figure, Decimal)]
    ends = [*figures, *([goal.value, goal.upper or goal.value] if goal else [])]
    low, high = min([Decimal(0), *ends]), max([Decimal(0), *ends])
    span = high - low or Decimal(1)
    # A negative figure is written under its bar.
    foot = _FOOT - 14 if low < 0 else _FOOT

    def level(value: Decimal) -> int:
        return foot - pixels(value - low, span, foot - _TOP)

    zero = level(Decimal(0))
    _legend(canvas, goal, _last_of(quarters, unit) if len(quarters) > _MANY else _said_unit(unit))
    if goal is not None and goal.upper is not None:
        top = level(goal.upper)
        canvas.rect(0, top, width, max(level(goal.value) - top, 1), SOFT)
    middles = [pitch * index + pitch // 2 for index in range(len(quarters))]
    breadth = min(_BAR, pitch - 6)
    for x, (_, figure) in zip(middles, quarters, strict=True):
        if isinstance(figure, Decimal):
            _bar(canvas, x, breadth, (zero, level(figure)), goal, figure)
    canvas.line(0, zero, width, zero, EDGE)
    if goal is not None:
        _target(canvas, goal, level, width, unit)
    if len(quarters) > _MANY:
        _many_names(canvas, middles, quarters, pitch)
        return
    for x, (name, figure) in zip(middles, quarters, strict=True):
        end = level(figure) if isinstance(figure, Decimal) else zero
        _label(canvas, x, pitch - 4, (zero, end), figure, unit)
        canvas.text(x, _HEIGHT - 4, name, room=pitch - 4, size=SMALL, anchor="middle", fill=MUTED)


def _many_names(
    canvas: Canvas, middles: Sequence[int], quarters: Sequence[Quarter], pitch: int
) -> None:
    """Every other name, the last one among them, in the room of two columns."""
    first = (len(quarters) - 1) % 2
    for x, (name, _) in list(zip(middles, quarters, strict=True))[first::2]:
        room = min(2 * pitch - 4, 2 * x, 2 * (canvas.width - x))
        canvas.text(
            x,
            _HEIGHT - 4,
            short_period(name),
            room=room,
            size=SMALL,
            anchor="middle",
            fill=MUTED,
        )


def _said_unit(unit: str) -> str:
    return f"单位：{unit}" if unit and unit not in _CLOSE else ""


def _last_of(quarters: Sequence[Quarter], unit: str) -> str:
    """The last figure that there is, which stands for those that have no room at their bars."""
    for name, figure in reversed(quarters):
        if isinstance(figure, Decimal):
            said = number_within(figure, 90, SMALL, unit) or number_within(figure, 90, SMALL)
            return f"至{short_period(name)} {said}"
    return ""


def _legend(canvas: Canvas, goal: _Goal | None, note: str) -> None:
    if goal is not None:
        canvas.rect(0, 3, 9, 9, ACCENT)
        canvas.text(13, 12, "已达到指标值", room=80, size=SMALL, fill=MUTED)
        canvas.rect(92, 3, 9, 9, PAPER, ACCENT)
        canvas.text(105, 12, "未达到", room=40, size=SMALL, fill=MUTED)
    canvas.text(canvas.width, 12, note, room=180, size=SMALL, anchor="end", fill=MUTED)


def _bar(
    canvas: Canvas,
    x: int,
    breadth: int,
    ends: tuple[int, int],
    goal: _Goal | None,
    figure: Decimal,
) -> None:
    top, height = min(ends), max(ends) - min(ends)
    is_hollow = goal is not None and not goal.is_reached(figure)
    if height:
        canvas.rect(x - breadth // 2, top, breadth, height, PAPER if is_hollow else ACCENT, ACCENT)


def _target(
    canvas: Canvas, goal: _Goal, level: Callable[[Decimal], int], width: int, unit: str
) -> None:
    values = [goal.value] if goal.upper is None else [goal.value, goal.upper]
    for value in values:
        canvas.line(0, level(value), width + 4, level(value), INK, dashed=True)
    room = _GUTTER - 8
    close = unit if unit in _CLOSE else ""
    share = room - text_width("≥", SMALL) if goal.upper is None else room // 2 - 6
    words = goal.words(lambda number: number_within(number, share, SMALL, close))
    middle = sum(level(value) for value in values) // len(values)
    # The two lines of the label stay beside the plot.
    foot = min(max(middle, _TOP - 4), _FOOT - 14)
    canvas.text(width + 8, foot, "指标值", room=room, size=SMALL, fill=MUTED)
    canvas.text(width + 8, foot + 14, words, room=room, size=SMALL)


def _label(
    canvas: Canvas,
    x: int,
    room: int,
    ends: tuple[int, int],
    figure: Decimal | str | None,
    unit: str,
) -> None:
    """The figure above its bar, or under a negative one, on paper that interrupts the lines."""
    if isinstance(figure, Decimal):
        words = number_within(figure, room, SMALL, unit if unit in _CLOSE else "")
    else:
        words = cut(figure or MISSING, room, SMALL)
    if not words:
        return
    zero, end = ends
    foot = end + 13 if end > zero else end - 4
    width = text_width(words, SMALL)
    canvas.rect(x - width // 2, foot - 10, width, 12, PAPER)
    canvas.text(
        x,
        foot,
        words,
        room=room,
        size=SMALL,
        anchor="middle",
        fill=INK if isinstance(figure, Decimal) else MUTED,
    )
