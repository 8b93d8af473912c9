"""Figures that grow over the year: two clues, the pace so far and the years before."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.core.attainment import is_at_most
from perf.core.forecast.outlook import Outlook, Unknown, goal_of
from perf.core.forecast.paths import YearPath, number_reached
from perf.core.forecast.spread import Spread, combine, learn
from perf.core.forecast.words import about, amount, month_end, no_years, percent, years_of
from perf.core.progress import Pace
from perf.core.targets import Target
from perf.core.terms import Comparator, Curve, Kind, Sense

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
# Less of the year's value than this is nothing yet.
_NOTHING = Decimal("0.02")
# Natural logarithms: by how much the year's value is usually better than its target, which was set
# to be reached, and how far it lies from that, from indicator to indicator and from year to year
# of one. About a twelfth, a quarter and an eighth.
_USUAL_LEVEL = Decimal("0.08")
_BETWEEN_LEVELS, _WITHIN_LEVELS = Decimal("0.25"), Decimal("0.12")
# The share of the year that is usually there after 1 to 11 months, rather late than early, and how
# far one indicator's lies from another's. Both were set for the quarters' ends and run evenly
# between them.
_USUAL_SHARES = (
    *(Decimal("0.067"), Decimal("0.133"), Decimal("0.20"), Decimal("0.277"), Decimal("0.353")),
    *(Decimal("0.43"), Decimal("0.52"), Decimal("0.61"), Decimal("0.70")),
    *(Decimal("0.80"), Decimal("0.90")),
)
_BETWEEN_SHARES = tuple(Decimal(tenths).scaleb(-1) for tenths in range(13, 2, -1))
_BETWEEN_PLANNED = Decimal("0.3")
# From year to year a share differs like a count of this many parts: the less is there, the less
# it says, and what is all there says everything.
_PARTS = Decimal(50)
_LEAST_WITHIN = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class _Past:
    """One year before: its value over its target, and over it what was there by this month.

    Where it was not reported on after just so many months, it is no witness of the pace
    (`is_alike` is False).
    """

    year: int
    level: Decimal
    share: Decimal | None
    is_exact: bool
    is_alike: bool


def growth_outlook(
    kind: Kind,
    target: Target,
    pace: Pace,
    present: Decimal | None,
    months: int,
    history: Sequence[YearPath],
) -> Outlook | Unknown:
    """The outlook of a figure that grows towards a target above 0.

    `present` is what the year has come to after `months` (1–11). Unknown where nothing is
    there yet and neither plan nor the years before say whether that is usual.
    """
    goal = goal_of(target)
    past = [one for one in (_past(kind, path, months) for path in history) if one is not None]
    usual = -_USUAL_LEVEL if is_at_most(target) else _USUAL_LEVEL
    level = learn([one.level.ln() for one in past], usual, _BETWEEN_LEVELS, _WITHIN_LEVELS)
    by_level = Spread(goal.ln() + level.center, level.scale, level.freedom)
    cap = _cap(target, present, history)
    planned = _planned_share(pace, months)
    if present is None or present <= 0:
        return _not_begun(target, planned, present, months, past, by_level, cap)
    alike = [one for one in past if one.is_alike]
    shares = [(one.year, one.share) for one in alike if one.share is not None]
    begun = [(year, share) for year, share in shares if share >= _NOTHING]
    if 2 * len(begun) < len(alike) or (not alike and planned == 0):
        return _unusually_early(target, present, months, past, by_level, cap)
    share = _learn_share([one.ln() for _, one in begun], months, planned)
    by_pace = Spread(present.ln() - share.center, share.scale, share.freedom)
    return Outlook(
        combine(by_level, by_pace),
        is_log=True,
        basis=f"按今年进度和往年 {len(past)} 年推算" if past else "没有往年数据，只按今年进度推算",
        steps=(
            _pace_step(target, present, months, begun, planned, by_pace, has_past=bool(past)),
            _level_step(past, by_level, target),
            "两种推算按可能的误差加权，误差小的占得多。",
        ),
        floor=present,
        cap=cap,
        stretch=_stretch(target, past),
    )


def _planned_share(pace: Pace, months: int) -> Decimal | None:
    """The share that the plan's author expects after so many months; None where nobody said so.

    A project that began within the year has had fewer months than those behind what is usual.
    """
    is_late = pace.curve is Curve.EVEN and pace.gone > 0
    if pace.curve not in {Curve.OWN, Curve.ONCE} and not is_late:
        return None
    return pace.expected_share(months) or _ZERO


def _learn_share(shares: Sequence[Decimal], months: int, planned: Decimal | None) -> Spread:
    """Where the logarithm of the share so far may lie, after those of the years before."""
    usual = (planned or _USUAL_SHARES[months - 1]).ln()
    between = _BETWEEN_PLANNED if planned else _BETWEEN_SHARES[months - 1]
    middle = (sum(shares, _ZERO) / len(shares) if shares else usual).exp()
    rest = max(_ONE - middle, _ZERO)
    within = max((rest / (middle * _PARTS)).sqrt(), _LEAST_WITHIN)
    return learn(shares, usual, between, within)


def _past(kind: Kind, path: YearPath, months: int) -> _Past | None:
    final = number_reached(path, kind)
    goal = goal_of(path.target)
    if final is None or final <= 0 or goal <= 0:
        return None
    there = number_reached(path, kind, months)
    share = None if there is None else max(there, _ZERO) / final
    is_exact, is_alike = final == path.target.value, path.is_known_at(months)
    return _Past(path.year, final / goal, share, is_exact, is_alike)


def _not_begun(
    target: Target,
    planned: Decimal | None,
    present: Decimal | None,
    months: int,
    past: Sequence[_Past],
    by_level: Spread,
    cap: Decimal | None,
) -> Outlook | Unknown:
    """Nothing there yet: the years before say what usually still comes after this month."""
    by_then, alike = month_end(months), [one for one in past if one.is_alike]
    if not alike:
        years = no_years(has_past=bool(past))
        if planned == 0:
            return Unknown(f"按计划还没有到期，也{years}，到期前无法预测。")
        if present is None:
            return Unknown(f"今年还没有填报，也{years}，填报以后才能预测。")
        return Unknown(f"到{by_then}还是 0，又{years}，看不出是还没开始还是完成不了。")
    shares = [one.share or _ZERO for one in alike]
    if present is None and any(share >= _NOTHING for share in shares):
        return Unknown(f"今年还没有填报，往年到{by_then}已经有数，请先填报。")
    left = max(_ONE - sum(shares, _ZERO) / len(shares), _NOTHING)
    steps = [
        _level_step(past, by_level, target),
        f"今年到{by_then}还没有完成；往年到{by_then}以后平均还完成全年的 {percent(left)}。",
    ]
    return Outlook(
        Spread(by_level.center + left.ln(), by_level.scale, by_level.freedom),
        is_log=True,
        basis=f"今年还没有数，按往年 {len(past)} 年的结果推算",
        steps=tuple(steps),
        cap=cap,
        stretch=_stretch(target, past),
    )


def _unusually_early(
    target: Target,
    present: Decimal,
    months: int,
    past: Sequence[_Past],
    by_level: Spread,
    cap: Decimal | None,
) -> Outlook:
    """Something there where years before had nothing, or nothing was due: no pace to be read."""
    by_then, is_unusual = month_end(months), any(one.is_alike for one in past)
    why = f"往年到{by_then}多半还没有数" if is_unusual else "按计划还没有到期"
    early = f"到{by_then} {amount(present, target)}；{why}，看不出进度。"
    return Outlook(
        by_level,
        is_log=True,
        basis=f"按往年 {len(past)} 年的结果推算" if past else "没有往年数据，只看指标值",
        steps=(early, _level_step(past, by_level, target)),
        floor=present,
        cap=cap,
        stretch=_stretch(target, past),
    )


def _pace_step(
    target: Target,
    present: Decimal,
    months: int,
    begun: Sequence[tuple[int, Decimal]],
    planned: Decimal | None,
    by_pace: Spread,
    *,
    has_past: bool,
) -> str:
    by_then = month_end(months)
    if begun:
        listed = "、".join(percent(share) for _, share in begun)
        why = f"{years_of(year for year, _ in begun)}到{by_then}完成全年的 {listed}"
    else:
        share = percent(planned or _USUAL_SHARES[months - 1])
        which = "计划" if planned else "一般"
        why = f"{no_years(has_past=has_past)}，按{by_then}{which}完成全年的 {share} 看"
    expected = about(by_pace.center.exp(), target)
    return f"到{by_then} {amount(present, target)}；{why}，照此推算全年 {expected}。"


def _level_step(past: Sequence[_Past], by_level: Spread, target: Target) -> str:
    shown = about(by_level.center.exp(), target)
    if not past:
        return f"没有往年数据，先按全年略好于指标值（{shown}）看，误差放宽。"
    listed = "、".join(percent(one.level) for one in past)
    years = years_of(one.year for one in past)
    return f"{years}全年完成指标值的 {listed}，照此推算全年 {shown}。"


def _stretch(target: Target, past: Sequence[_Past]) -> Decimal:
    """How often a near miss is made good: by the years that ended exactly on their target."""
    if target.sense is Sense.EXACTLY or target.comparator in {
        Comparator.BETWEEN,
        Comparator.GT,
        Comparator.LT,
    }:
        return _ZERO
    return Decimal(sum(one.is_exact for one in past)) / (len(past) + 2)


def _cap(target: Target, present: Decimal | None, history: Sequence[YearPath]) -> Decimal | None:
    """100 for a percentage that neither is nor was nor is to be above it."""
    if target.unit != "%" or is_at_most(target):
        return None
    figures = [present or _ZERO, goal_of(target)]
    figures += [one for path in history for _, one in path.values if isinstance(one, Decimal)]
    return _HUNDRED if max(figures) <= _HUNDRED else None
