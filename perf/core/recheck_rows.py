"""What is odd about one printed score, in the order in which it is told."""

import re
from collections.abc import Iterator
from decimal import Decimal

from perf.core.actuals import TierChoice
from perf.core.attainment import Flag
from perf.core.filled import FilledRow, is_blank
from perf.core.findings import Finding, Severity
from perf.core.numbers import EXACT, format_fixed, format_number, round_half_up
from perf.core.printed_actuals import printed_tier
from perf.core.rulepack import RulePack
from perf.core.scoring import IndicatorScore
from perf.core.targets import Target
from perf.core.terms import Comparator, Tier

_GROWTH = re.compile("增|提高|提升|上升|倍")


def row_findings(
    row: FilledRow,
    name: str,
    target: Target,
    score: IndicatorScore | None,
    pack: RulePack,
    *,
    places: int = 0,
) -> list[Finding]:
    """The findings of one row; `score` is None where it cannot be computed.

    Missed with full score and a score outside its weight are errors, a difference that rounding
    explains is a note, the others want a look. `places` are the decimals that the form's scores
    are rounded to at least. ≤5300元, 5830元, 10 of 10 → `missed-full-score`.
    """
    found = [*_bounds(row, name), *_tiers(row, name, target, pack)]
    if is_blank(row.actual) and row.score:
        message = f"没有实际完成值，却得 {format_number(row.score)} 分，请补填完成值。"
        found.append(Finding(Severity.WARNING, "scored-without-actual", message, name))
    if score is not None and score.points is not None:
        if row.score is not None:
            found += _compared(row, row.score, name, score, places)
        found += _over(row, name, target, score)
    return found


def decimals(figure: Decimal) -> int:
    """The decimals of a figure less its closing zeros (`1.90` → 1)."""
    return max(0, -int(figure.normalize().as_tuple().exponent))


def is_rounding(printed: Decimal, score: IndicatorScore, places: int = 0) -> bool:
    """Whether the printed score is the exact one rounded to its own decimals, or to `places`.

    Full score for a missed target is no rounding, however close. Exact 2.9169, printed 2.9 →
    yes; 4.84 of 5, printed 5 → no.
    """
    pair = score.attainment.pair
    if pair is None or printed >= score.weight or score.attainment.zeroed_by or score.deduction:
        return False
    earned = EXACT.multiply(score.weight, min(pair))
    # Twice the distance to the exact score, both multiplied by its denominator.
    distance = abs(EXACT.subtract(EXACT.multiply(printed, pair[1]), earned)) * 2
    return distance <= EXACT.scaleb(pair[1], -max(decimals(printed), places))


def _bounds(row: FilledRow, name: str) -> Iterator[Finding]:
    if row.score is None:
        return
    shown = format_number(row.score)
    if row.score < 0:
        yield Finding(Severity.ERROR, "score-negative", f"得分 {shown} 小于 0，请更正。", name)
    if row.weight is not None and row.score > row.weight:
        message = f"得分 {shown} 超过分值 {format_number(row.weight)}，请更正。"
        yield Finding(Severity.ERROR, "score-over-weight", message, name)


def _tiers(row: FilledRow, name: str, target: Target, pack: RulePack) -> Iterator[Finding]:
    """A grade whose printed score lies outside the grade's band, or is not by its own rate."""
    if target.comparator not in {Comparator.QUALITATIVE, Comparator.PERIOD}:
        return
    named = printed_tier(row.actual, pack.tiers.bands)
    if named is None or row.score is None or not row.weight:
        return
    if isinstance(named, TierChoice):
        points = round_half_up(EXACT.multiply(row.weight, named.rate), Decimal(100))
        if points != round_half_up(row.score):
            message = (
                f"等级的完成率是 {format_number(named.rate)}%，按它应得 {points} 分，"
                f"表上是 {format_number(row.score)} 分。"
            )
            yield Finding(Severity.WARNING, "tier-score-differs", message, name)
        return
    low, high = pack.tiers.band(named)
    share = EXACT.multiply(row.score, Decimal(100))
    at_least, at_most = EXACT.multiply(low, row.weight), EXACT.multiply(high, row.weight)
    inside = at_least <= share <= at_most and (share < at_most or named is Tier.ACHIEVED)
    if not inside:
        percent = format_fixed(round_half_up(share, row.weight))
        message = (
            f"“{named.label}”应得分值的 {format_number(low)}% 至 {format_number(high)}%，"
            f"表上得 {percent}%，请修改等级或得分。"
        )
        yield Finding(Severity.WARNING, "tier-outside-band", message, name)


def _compared(
    row: FilledRow, printed: Decimal, name: str, score: IndicatorScore, places: int
) -> Iterator[Finding]:
    points, weight = score.points or Decimal(0), score.weight
    told = f"表上得 {format_number(printed)} 分，按评分办法得 {points} 分"
    is_met = bool(score.attainment.met)
    if round_half_up(printed) != round_half_up(points):
        if is_rounding(printed, score, places):
            message = f"{told}，只是舍入不同。"
            yield Finding(Severity.INFO, "rounding", message, name)
        elif printed >= weight and not is_met:
            message = f"没有达到指标值 {row.target}（实际 {row.actual}）却得满分：{told}。"
            yield Finding(Severity.ERROR, "missed-full-score", message, name)
        elif is_met and printed < points:
            if Flag.OVER_ACHIEVED in score.flags:
                end = "；如因指标值偏低而扣分，请写明。"
            else:
                end = "。" if row.has_reason else "，也没有说明原因。"
            message = f"已达到指标值 {row.target}（实际 {row.actual}）却被扣分：{told}{end}"
            yield Finding(Severity.WARNING, "reached-points-taken", message, name)
        else:
            yield Finding(Severity.WARNING, "score-differs", f"{told}。", name)
    if not is_met and not row.has_reason:
        message = f"没有达到指标值 {row.target}（实际 {row.actual}），须说明偏差原因。"
        yield Finding(Severity.WARNING, "reason-missing", message, name)


def _over(row: FilledRow, name: str, target: Target, score: IndicatorScore) -> Iterator[Finding]:
    ratio, actual = score.attainment.pair, score.actual
    if ratio and Flag.OVER_ACHIEVED in score.flags and not row.has_reason:
        percent = format_fixed(round_half_up(ratio[0] * 100, ratio[1]))
        limit = format_number(score.pack.over_achievement.flagged_from * 100)
        message = f"完成率 {percent}%，达到或超过 {limit}%，却没有一字说明，请说明指标值是否偏低。"
        yield Finding(Severity.WARNING, "over-achieved-no-reason", message, name)
    is_rate = target.unit == "%" and name.endswith(("率", "度", "比例"))
    if is_rate and isinstance(actual, Decimal) and actual > 100 and not _GROWTH.search(name):
        message = f"比率 {format_number(actual)}% 超过 100%，请核对分子和分母。"
        yield Finding(Severity.WARNING, "rate-over-100", message, name)
