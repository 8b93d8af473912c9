"""Attainment (完成率): an actual held against its target, exactly."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from perf.core.actuals import Actual, Checked, Quotient, TierChoice
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT, format_number
from perf.core.rulepack import AtMostFormula, PassMarkRule, Rule, RulePack, SatisfactionRule
from perf.core.targets import Target
from perf.core.terms import Comparator, Labelled, Sense, Tier

_ZERO = Decimal(0)
_ONE = Decimal(1)


class Flag(Labelled):
    """What is worth knowing about one score."""

    UNREPORTED = "unreported", "未填报"
    NOT_APPLICABLE = "not_applicable", "不涉及"
    MISSED = "missed", "未达成"
    AT_BOUND = "at_bound", "等于界限值"
    BELOW = "below", "未得满分"
    OVER_ACHIEVED = "over_achieved", "超额完成"
    LATE = "late", "逾期"
    NEGATIVE_TARGET = "negative_target", "指标值为负数"


class NotApplicable(Enum):
    """The type of the third state beside reported and 未填报."""

    NOT_APPLICABLE = "not_applicable"


NOT_APPLICABLE: Final = NotApplicable.NOT_APPLICABLE
Result = Actual | NotApplicable | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """Whether a target is met, and by what ratio.

    `pair` is the ratio's exact numerator and denominator, uncapped upwards, never below 0. It and
    `met` are None while 未填报 and where 不涉及. `rules` are those that decided, the computing one
    last; `zeroed_by` is the one by which the ratio, though above 0, earns nothing.
    """

    met: bool | None
    pair: tuple[Decimal, Decimal] | None = None
    rules: tuple[Rule, ...] = ()
    flags: frozenset[Flag] = frozenset()
    zeroed_by: PassMarkRule | SatisfactionRule | None = None

    @property
    def ratio(self) -> Decimal | None:
        """The ratio for display (0–1 and above); scores are computed from the exact pair."""
        return None if self.pair is None else self.pair[0] / self.pair[1]


UNREPORTED: Final = Attainment(None, flags=frozenset({Flag.UNREPORTED}))
_NOT_APPLICABLE: Final = Attainment(None, flags=frozenset({Flag.NOT_APPLICABLE}))


def attainment(
    target: Target, actual: Result, pack: RulePack, *, is_satisfaction: bool = False
) -> Attainment:
    """How far the actual reaches the target under the pack's rules.

    Numbers are in the target's own unit, days for by_date and period, a TierChoice for
    qualitative targets; a check list's answers stand for any target. Met is decided by comparing,
    never by the ratio. `is_satisfaction` says that the pack's curve of satisfaction holds, where
    it has one. Raises InvalidInput for an actual of the wrong kind and for a target without a
    value. Source: the notes printed under the self-evaluation form (≥ 完成值 ÷ 指标值, ≤ 指标值 ÷
    完成值). ≤7 天, 10 天 → 7 ÷ 10, missed.
    """
    if actual is None:
        return UNREPORTED
    if isinstance(actual, NotApplicable):
        return _NOT_APPLICABLE
    if isinstance(actual, Checked):
        return _checked(actual, pack)
    comparator = target.comparator
    if comparator is Comparator.QUALITATIVE:
        return _tier(target, actual, pack)
    if comparator is Comparator.PERIOD or comparator is Comparator.BY_DATE:
        return _completion(target, actual, pack)
    scale = _ONE
    if isinstance(actual, Quotient):
        # Both sides times the denominator: nothing is divided, so nothing is rounded.
        scale, actual = actual.denominator, actual.numerator
        target = _times(target, scale)
    value = _bound(target, target.value)
    number = _number(target, actual)
    judged = _compared(target, value, number, pack)
    if pack.pass_mark is None and pack.satisfaction is None:
        return judged
    return _thresholds(target, value, number, judged, pack, is_satisfaction, scale)


def _compared(target: Target, value: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    comparator = target.comparator
    if comparator is Comparator.BETWEEN:
        return _between(target, value, number, pack)
    if comparator is Comparator.EQ and target.sense is Sense.EXACTLY:
        return _exactly(value, number, pack)
    at_most = is_at_most(target)
    if number == value and (comparator is Comparator.GT or comparator is Comparator.LT):
        rule: Rule = pack.at_most if at_most else pack.at_least
        return _judged(False, _ONE, _ONE, (rule,), Flag.AT_BOUND)
    return _at_most(value, number, pack) if at_most else _at_least(value, number, pack)


def deduction(judged: Attainment, pack: RulePack) -> Decimal:
    """The points that the pack takes off for this over-achievement; 0 where the reviewer decides.

    Source: a province's rule, 2 points from 30 % over. ≥100件, 130件 → 2.
    """
    rule = pack.over_achievement
    if (
        rule.deduct_from is None
        or rule.deduct_points is None
        or judged.pair is None
        or Flag.OVER_ACHIEVED not in judged.flags
    ):
        return _ZERO
    is_over = judged.pair[0] >= EXACT.multiply(rule.deduct_from, judged.pair[1])
    return rule.deduct_points if is_over else _ZERO


def is_at_most(target: Target) -> bool:
    """Whether a number above the target misses it, and one below never does."""
    comparator = target.comparator
    return (
        comparator is Comparator.LE
        or comparator is Comparator.LT
        or (comparator is Comparator.EQ and target.sense is Sense.AT_MOST)
    )


def _judged(
    met: bool, numerator: Decimal, denominator: Decimal, rules: tuple[Rule, ...], *flags: Flag
) -> Attainment:
    if not met:
        flags = (*flags, Flag.MISSED)
    return Attainment(met, (numerator, denominator), rules, frozenset(flags))


def _at_least(
    value: Decimal, number: Decimal, pack: RulePack, via: tuple[Rule, ...] = ()
) -> Attainment:
    if value <= 0:
        return _all_or_nothing(number >= value, value, pack, via)
    rules = (*via, pack.at_least)
    if number >= EXACT.multiply(pack.over_achievement.flagged_from, value):
        return _judged(True, number, value, rules, Flag.OVER_ACHIEVED)
    return _judged(number >= value, max(_ZERO, number), value, rules)


def _at_most(
    value: Decimal, number: Decimal, pack: RulePack, via: tuple[Rule, ...] = ()
) -> Attainment:
    if value <= 0:
        return _all_or_nothing(number <= value, value, pack, via)
    rules = (*via, pack.at_most)
    if number <= value:
        return _judged(True, _ONE, _ONE, rules)
    if pack.at_most.formula is AtMostFormula.LINEAR:
        # 1 − (number − value) ÷ value over one denominator.
        return _judged(
            False, max(_ZERO, EXACT.subtract(EXACT.add(value, value), number)), value, rules
        )
    return _judged(False, value, number, rules)


def _all_or_nothing(met: bool, value: Decimal, pack: RulePack, via: tuple[Rule, ...]) -> Attainment:
    flags = (Flag.NEGATIVE_TARGET,) if value < 0 else ()
    return _judged(met, _ONE if met else _ZERO, _ONE, (*via, pack.zero_target), *flags)


def _exactly(value: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    via = (pack.exactly,)
    if number == value:
        return _judged(True, _ONE, _ONE, via)
    return (_at_least if number < value else _at_most)(value, number, pack, via)


def _between(target: Target, lower: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    upper = _bound(target, target.upper)
    if upper < lower:
        raise InvalidInput(f"指标值“{target.text}”的下限大于上限，请先修改指标值。")
    via = (pack.between,)
    if number < lower:
        return _at_least(lower, number, pack, via)
    if number > upper:
        return _at_most(upper, number, pack, via)
    return _judged(True, _ONE, _ONE, via)


def _thresholds(
    target: Target,
    value: Decimal,
    number: Decimal,
    judged: Attainment,
    pack: RulePack,
    is_satisfaction: bool,
    scale: Decimal,
) -> Attainment:
    """What a pass mark or the curve of satisfaction, which stands instead of it, takes away."""
    if judged.pair is None or not judged.pair[0] or judged.pair[0] >= judged.pair[1]:
        return judged
    curve, mark = pack.satisfaction, pack.pass_mark
    if curve is not None and is_satisfaction and target.unit == "%" and number < value:
        is_below = number < EXACT.multiply(curve.floor, scale)
        return replace(judged, zeroed_by=curve) if is_below else judged
    if mark is not None and judged.pair[0] < EXACT.multiply(mark.ratio, judged.pair[1]):
        return replace(judged, zeroed_by=mark)
    return judged


def _checked(actual: Checked, pack: RulePack) -> Attainment:
    """The share of the points fulfilled among those that count; 不涉及 where none does."""
    if not actual.counted:
        return _NOT_APPLICABLE
    fulfilled, counted = Decimal(actual.fulfilled), Decimal(actual.counted)
    return _judged(fulfilled == counted, fulfilled, counted, (pack.checked,))


def _times(target: Target, scale: Decimal) -> Target:
    value, upper = target.value, target.upper
    return replace(
        target,
        value=EXACT.multiply(value, scale) if isinstance(value, Decimal) else value,
        upper=EXACT.multiply(upper, scale) if isinstance(upper, Decimal) else upper,
    )


def _completion(target: Target, actual: Actual, pack: RulePack) -> Attainment:
    is_period = target.comparator is Comparator.PERIOD
    day = target.upper if is_period else target.value
    if isinstance(actual, TierChoice):
        # Without a day to compare with, a deadline is judged by grade as a period may always be.
        if is_period or day is None:
            return _tier(target, actual, pack)
        raise InvalidInput(f"指标值“{target.text}”是截止日期，实际完成值请填完成日期。")
    if not isinstance(actual, date) or isinstance(actual, datetime):
        raise InvalidInput(f"指标值“{target.text}”是日期，实际完成值请填完成日期。")
    if not isinstance(day, date):
        raise InvalidInput(f"指标值“{target.text}”没有读出截止日期，请先补全年月日。")
    if actual <= day:
        return _judged(True, _ONE, _ONE, (pack.deadline,))
    return _judged(False, pack.deadline.late_ratio, _ONE, (pack.deadline,), Flag.LATE)


def _tier(target: Target, actual: Actual, pack: RulePack) -> Attainment:
    if not isinstance(actual, TierChoice):
        raise InvalidInput(f"指标值“{target.text}”是定性指标，实际完成值请选择完成等级。")
    lower, upper = pack.tiers.band(actual.tier)
    top = actual.tier is Tier.ACHIEVED
    if not (actual.rate.is_finite() and lower <= actual.rate <= upper) or (
        actual.rate == upper and not top
    ):
        band = f"{format_number(lower)}%（含）至 {format_number(upper)}%{'（含）' if top else ''}"
        raise InvalidInput(f"“{actual.tier.label}”的完成率应在 {band} 之间，请修改等级或完成率。")
    return _judged(top, actual.rate, Decimal(100), (pack.tiers,))


def _number(target: Target, actual: Actual) -> Decimal:
    if not isinstance(actual, Decimal) or not actual.is_finite():
        raise InvalidInput(f"指标值“{target.text}”是数值，实际完成值请填数字。")
    return actual


def _bound(target: Target, value: Decimal | date | None) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise InvalidInput(f"指标值“{target.text}”没有读出数值，请先修改指标值。")
    return value
