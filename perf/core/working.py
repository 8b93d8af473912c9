"""The working of one score in Chinese, the same on screen, in the API and in exported forms."""

from decimal import Decimal

from perf.core.actuals import Quotient, format_actual
from perf.core.attainment import Attainment, Flag, NotApplicable, Result, deduction, is_at_most
from perf.core.execution import rounding_note
from perf.core.numbers import EXACT, format_fixed, format_number, round_half_up
from perf.core.rulepack import (
    AtMostFormula,
    AtMostRule,
    DeadlineRule,
    PassMarkRule,
    Rule,
    RulePack,
    TiersRule,
)
from perf.core.targets import Target


def words_of(
    weight: Decimal,
    target: Target,
    actual: Result,
    judged: Attainment,
    points: Decimal | None,
    pack: RulePack,
) -> list[str]:
    """One line of arithmetic, and one that names the pack, its version and the rules.

    ≤7天 and 7.5天 at weight 10 →
    `目标 ≤7天 · 实际 7.5天 → 未达成 · 10 × 7 ÷ 7.5 = 9.33（四舍五入至 0.01）` and
    `依据 cn-project-2021 第 1 版 §反向指标`.
    """
    head = f"目标 {target.text} · 实际 {shown(actual, target)} → "
    if points is None or judged.pair is None:
        is_outside = Flag.NOT_APPLICABLE in judged.flags
        spread = f"不计分，分值 {format_number(weight)} 由其余指标按比例分摊"
        return [f"{head}{spread if is_outside else '暂不计分'}"]
    cited = list(judged.rules)
    if judged.zeroed_by is not None:
        cited.append(judged.zeroed_by)
    if deduction(judged, pack):
        cited.append(pack.over_achievement)
    titles = "、".join(f"§{rule.title}" for rule in cited)
    calculation = _calculation(weight, actual, judged, judged.pair, points, pack)
    return [
        f"{head}{_verdict(target, actual, judged)} · {calculation}",
        f"依据 {pack.label} {titles}",
    ]


def shown(actual: Result, target: Target) -> str:
    """An actual as the working shows it: a number close to its unit (`7.5天`), as targets are."""
    if isinstance(actual, NotApplicable):
        return "不涉及"
    if isinstance(actual, Quotient):
        about = "" if actual.is_shown_exactly else "约 "
        return f"{about}{format_number(actual.shown)}{target.unit or ''}"
    if isinstance(actual, Decimal):
        return f"{format_number(actual)}{target.unit or ''}"
    return format_actual(actual)


def _verdict(target: Target, actual: Result, judged: Attainment) -> str:
    if Flag.AT_BOUND in judged.flags:
        return "等于界限值，未达成，须说明原因"
    if Flag.LATE in judged.flags:
        return "逾期，未达成"
    if not judged.met:
        return "未达成"
    if Flag.OVER_ACHIEVED in judged.flags and judged.pair:
        percent = round_half_up(judged.pair[0] * 100, judged.pair[1])
        return f"达成，完成率 {format_fixed(percent)}%，超额较多，须说明原因"
    margin = _margin(target, actual)
    return f"达成，低于指标值 {margin}" if margin else "达成"


def _margin(target: Target, actual: Result) -> str:
    """How far an at-most target is undercut; shown, never scored."""
    if isinstance(actual, Quotient):
        actual = actual.shown
    if not (
        is_at_most(target) and isinstance(target.value, Decimal) and isinstance(actual, Decimal)
    ):
        return ""
    margin = target.value - actual
    return f"{format_number(margin)}{target.unit or ''}" if margin else ""


def _calculation(
    weight: Decimal,
    actual: Result,
    judged: Attainment,
    pair: tuple[Decimal, Decimal],
    points: Decimal,
    pack: RulePack,
) -> str:
    rule = judged.rules[-1]
    numerator, denominator = pair
    if isinstance(judged.zeroed_by, PassMarkRule):
        mark = format_number(judged.zeroed_by.ratio * 100)
        return f"完成率 {_factor(actual, rule, pair)} 低于 {mark}%，不得分"
    if judged.zeroed_by is not None:
        return f"满意度低于 {format_number(judged.zeroed_by.floor)}%，不得分"
    taken = deduction(judged, pack)
    if taken:
        return _deducted(weight, taken, points, pack)
    earned = EXACT.multiply(weight, min(numerator, denominator))
    note = _rounding(earned, denominator, points, pack)
    if numerator >= denominator:
        return f"得满分 {points}{note}"
    if not numerator and not isinstance(rule, AtMostRule):
        return "不得分"
    return f"{format_number(weight)} × {_factor(actual, rule, pair)} = {points}{note}"


def _deducted(weight: Decimal, taken: Decimal, points: Decimal, pack: RulePack) -> str:
    written = f"{format_number(weight)} − {format_number(taken)}"
    if taken > weight:
        return f"超额扣分 {written} 小于 0，按 0 计 = {points}"
    note = _rounding(weight - taken, Decimal(1), points, pack)
    return f"超额扣分 {written} = {points}{note}"


def _rounding(earned: Decimal, denominator: Decimal, points: Decimal, pack: RulePack) -> str:
    """The remark after points that were rounded, and cut where rounding went above the weight."""
    if earned == EXACT.multiply(points, denominator):
        return ""
    note = rounding_note(pack)
    is_cut = round_half_up(earned, denominator, pack.rounding.places) > points
    return f"{note[:-1]}，不超过分值）" if is_cut else note


def _factor(actual: Result, rule: Rule, pair: tuple[Decimal, Decimal]) -> str:
    """The ratio as the rule writes it."""
    numerator, denominator = pair
    if isinstance(rule, TiersRule):
        return f"{format_number(numerator)}%"
    if isinstance(rule, DeadlineRule):
        return format_number(numerator)
    bottom = format_number(denominator)
    is_linear = isinstance(rule, AtMostRule) and rule.formula is AtMostFormula.LINEAR
    if isinstance(actual, Quotient):
        actual = actual.numerator
    if is_linear and isinstance(actual, Decimal):
        written = f"1 − ({format_number(actual)} − {bottom}) ÷ {bottom}"
        is_negative = actual > EXACT.add(denominator, denominator)
        return f"0（{written} 小于 0，按 0 计）" if is_negative else f"({written})"
    return f"{format_number(numerator)} ÷ {bottom}"
