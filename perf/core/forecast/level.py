"""Figures that stand at a level (satisfaction, punctuality): today's, give or take."""

from collections.abc import Sequence
from decimal import Decimal

from perf.core.attainment import is_at_most
from perf.core.forecast.outlook import Outlook, Unknown, goal_of
from perf.core.forecast.paths import YearPath, number_reached
from perf.core.forecast.spread import Spread, learn
from perf.core.forecast.words import amount, month_end, move, no_years, signed, years_of
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Sense

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
_POINTS_UNITS = frozenset({"%", "‰", "百分点", "个百分点", "分"})
# How far a level moves until the year's end: three points of a hundred, or so much of the target;
# from month to month less, as less of the year is left. Set for the quarters' ends, evenly between
# them.
_POINTS, _PART = Decimal(3), Decimal("0.06")
_LEFT = (
    *(Decimal(1), Decimal(1), Decimal(1), Decimal("0.95"), Decimal("0.90"), Decimal("0.85")),
    *(Decimal("0.783"), Decimal("0.717"), Decimal("0.65"), Decimal("0.50"), Decimal("0.30")),
)


def level_outlook(
    kind: Kind,
    target: Target,
    present: Decimal | None,
    months: int,
    history: Sequence[YearPath],
) -> Outlook | Unknown:
    """The outlook of a figure that does not grow with time.

    `present` is the year's value so far (the latest, the mean, or the worst) after
    `months` (1–11).
    """
    past = [
        (path.year, final, number_reached(path, kind, months))
        for path in history
        if path.is_known_at(months) and (final := number_reached(path, kind)) is not None
    ]
    by_then, none = month_end(months), no_years(has_past=bool(history))
    within = _usual_move(target, present) * _LEFT[months - 1]
    if present is None:
        return _not_measured(target, by_then, past, within, none)
    moves = [(year, final - there) for year, final, there in past if there is not None]
    spread = learn([move for _, move in moves], _ZERO, within, within)
    unmoved = sum(not move for _, move in moves)
    if moves:
        listed = "、".join(signed(move, target) for _, move in moves)
        told = f"{years_of(year for year, _ in moves)}{by_then}以后到年底变动 {listed}"
    else:
        told = f"{none}，按{by_then}以后通常上下变动 {move(within, target)}看"
    floor = _ZERO if present >= 0 else None
    cap = _HUNDRED if _is_share(target, present) else None
    if kind is Kind.WORST and not _is_two_sided(target):
        # The worst of the year can only become worse.
        floor, cap = (present, cap) if is_at_most(target) else (floor, present)
    return Outlook(
        Spread(present + spread.center, spread.scale, spread.freedom),
        is_log=False,
        basis=f"按目前水平和往年 {len(moves)} 年的变动推算" if moves else f"{none}，按目前水平推算",
        steps=(f"到{by_then} {amount(present, target)}，不随时间累加；{told}。",),
        floor=floor,
        cap=cap,
        present=present,
        stays=Decimal(unmoved + 1) / (len(moves) + 2),
    )


def _not_measured(
    target: Target,
    by_then: str,
    past: Sequence[tuple[int, Decimal, Decimal | None]],
    within: Decimal,
    none: str,
) -> Outlook | Unknown:
    """Nothing measured yet: the years before speak, where they too were measured later."""
    if not past:
        return Unknown(f"今年还没有填报，也{none}，填报以后才能预测。")
    if any(there is not None for _, _, there in past):
        return Unknown(f"今年还没有填报，往年到{by_then}已经有数，请先填报。")
    finals = [final for _, final, _ in past]
    spread = learn(finals, goal_of(target), 4 * within, within)
    listed = "、".join(amount(final, target) for final in finals)
    years = years_of(year for year, _, _ in past)
    return Outlook(
        spread,
        is_log=False,
        basis=f"今年还没有数，按往年 {len(past)} 年的结果推算",
        steps=(f"{years}到{by_then}也还没有数，年底为 {listed}。",),
        floor=_ZERO if min(finals) >= 0 else None,
        cap=_HUNDRED if _is_share(target, max(finals)) else None,
    )


def _usual_move(target: Target, present: Decimal | None) -> Decimal:
    if target.unit in _POINTS_UNITS:
        return _POINTS
    largest = max(abs(goal_of(target)), abs(present or _ZERO))
    return _PART * largest if largest else Decimal(1)


def _is_share(target: Target, figure: Decimal) -> bool:
    return target.unit == "%" and max(figure, goal_of(target)) <= _HUNDRED


def _is_two_sided(target: Target) -> bool:
    return target.comparator is Comparator.BETWEEN or target.sense is Sense.EXACTLY
