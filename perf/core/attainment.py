"""Attainment (完成率): an actual held against its target, exactly."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from perf.core.actuals import Actual, Checked, Quotient, TierChoice
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT, format_number
from perf.core.rulepack import AtMostFormula, PassMarkRule, Rule, RulePack, SatisfactionRule
from perf.core.targets import Target
from perf.core.terms import Comparator, Labelled, Sense, Tier

_ZERO = Decimal(0)
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_WHOLE = (_ONE, _ONE)
_NOTHING = (_ZERO, _ONE)
# Names of this module's own: a look-up in an enumeration takes longer than the comparison itself.
_GE, _LE, _GT, _LT = Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT
_EQ, _BETWEEN, _QUALITATIVE = Comparator.EQ, Comparator.BETWEEN, Comparator.QUALITATIVE
_BY_DATE, _PERIOD = Comparator.BY_DATE, Comparator.PERIOD
_AT_MOST, _EXACTLY = Sense.AT_MOST, Sense.EXACTLY


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


_NO_FLAGS: Final[frozenset[Flag]] = frozenset()
_MISSED: Final = frozenset({Flag.MISSED})
_AT_BOUND: Final = frozenset({Flag.MISSED, Flag.AT_BOUND})
_LATE: Final = frozenset({Flag.MISSED, Flag.LATE})
_OVER_ACHIEVED: Final = frozenset({Flag.OVER_ACHIEVED})


class Attainment(NamedTuple):
    """Whether a target is met, and by what ratio.

    `pair` is the ratio's exact numerator and denominator, uncapped upwards, never below 0. It and
    `met` are None while 未填报 and where 不涉及. `rules` are those that decided, the computing one
    last; `zeroed_by` is the one by which the ratio, though above 0, earns nothing.
    """

    met: bool | None
    pair: tuple[Decimal, Decimal] | None = None
    rules: tuple[Rule, ...] = ()
    flags: frozenset[Flag] = _NO_FLAGS
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
    comparator = target.comparator
    scale = _ONE
    if not isinstance(actual, Decimal):
        if actual is None:
            return UNREPORTED
        if isinstance(actual, NotApplicable):
            return _NOT_APPLICABLE
        if isinstance(actual, Checked):
            return _checked(actual, pack)
        if isinstance(actual, Quotient):
            # Both sides times the denominator: nothing is divided, so nothing is rounded.
            scale, actual = actual.denominator, actual.numerator
            target = _times(target, scale)
    if comparator is _QUALITATIVE:
        return _tier(target, actual, pack)
    if comparator is _PERIOD or comparator is _BY_DATE:
        return _completion(target, actual, pack)
    value, number = target.value, actual
    if not (isinstance(value, Decimal) and value.is_finite()):
        raise _unread(target)
    if not (isinstance(number, Decimal) and number.is_finite()):
        raise InvalidInput(f"指标值“{target.text}”是数值，实际完成值请填数字。")
    judged = _compared(target, value, number, pack)
    if pack.pass_mark is None and pack.satisfaction is None:
        return judged
    return _thresholds(target, value, number, judged, pack, is_satisfaction, scale)


def _compared(target: Target, value: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    comparator = target.comparator
    if comparator is _GE:
        return _at_least(value, number, pack)
    if comparator is _LE:
        return _at_most(value, number, pack)
    if comparator is _BETWEEN:
        return _between(target, value, number, pack)
    if comparator is _EQ and target.sense is _EXACTLY:
        return _exactly(value, number, pack)
    at_most = is_at_most(target)
    if number == value and (comparator is _GT or comparator is _LT):
        rule: Rule = pack.at_most if at_most else pack.at_least
        return Attainment(False, _WHOLE, (rule,), _AT_BOUND)
    return _at_most(value, number, pack) if at_most else _at_least(value, number, pack)


def deduction(judged: Attainment, pack: RulePack) -> Decimal:
    """The points that the pack takes off for this over-achievement; 0 where the reviewer decides.

    Source: a province's rule, 2 points from 30 % over. ≥100件, 130件 → 2.
    """
    rule = pack.over_achievement
    if rule.deduct_from is None or rule.deduct_points is None:
        return _ZERO
    if judged.pair is None or Flag.OVER_ACHIEVED not in judged.flags:
        return _ZERO
    is_over = judged.pair[0] >= EXACT.multiply(rule.deduct_from, judged.pair[1])
    return rule.deduct_points if is_over else _ZERO


def is_at_most(target: Target) -> bool:
    """Whether a number above the target misses it, and one below never does."""
    comparator = target.comparator
    return (
        comparator is _LE or comparator is _LT or (comparator is _EQ and target.sense is _AT_MOST)
    )


def _at_least(
    value: Decimal, number: Decimal, pack: RulePack, via: tuple[Rule, ...] = ()
) -> Attainment:
    if value <= 0:
        return _all_or_nothing(number >= value, value, pack, via)
    rules = (*via, pack.at_least)
    if number < value:
        return Attainment(False, (max(number, _ZERO), value), rules, _MISSED)
    is_over = number >= EXACT.multiply(pack.over_achievement.flagged_from, value)
    return Attainment(True, (number, value), rules, _OVER_ACHIEVED if is_over else _NO_FLAGS)


def _at_most(
    value: Decimal, number: Decimal, pack: RulePack, via: tuple[Rule, ...] = ()
) -> Attainment:
    if value <= 0:
        return _all_or_nothing(number <= value, value, pack, via)
    rules = (*via, pack.at_most)
    if number <= value:
        return Attainment(True, _WHOLE, rules)
    if pack.at_most.formula is AtMostFormula.LINEAR:
        # 1 − (number − value) ÷ value over one denominator.
        left = max(_ZERO, EXACT.subtract(EXACT.add(value, value), number))
        return Attainment(False, (left, value), rules, _MISSED)
    return Attainment(False, (value, number), rules, _MISSED)


def _all_or_nothing(met: bool, value: Decimal, pack: RulePack, via: tuple[Rule, ...]) -> Attainment:
    flags = _NO_FLAGS if met else _MISSED
    if value < 0:
        flags |= {Flag.NEGATIVE_TARGET}
    return Attainment(met, _WHOLE if met else _NOTHING, (*via, pack.zero_target), flags)


def _exactly(value: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    via = (pack.exactly,)
    if number == value:
        return Attainment(True, _WHOLE, via)
    return (_at_least if number < value else _at_most)(value, number, pack, via)


def _between(target: Target, lower: Decimal, number: Decimal, pack: RulePack) -> Attainment:
    upper = target.upper
    if not (isinstance(upper, Decimal) and upper.is_finite()):
        raise _unread(target)
    if upper < lower:
        raise InvalidInput(f"指标值“{target.text}”的下限大于上限，请先修改指标值。")
    via = (pack.between,)
    if number < lower:
        return _at_least(lower, number, pack, via)
    if number > upper:
        return _at_most(upper, number, pack, via)
    return Attainment(True, _WHOLE, via)


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
        return judged._replace(zeroed_by=curve) if is_below else judged
    if mark is not None and judged.pair[0] < EXACT.multiply(mark.ratio, judged.pair[1]):
        return judged._replace(zeroed_by=mark)
    return judged


def _checked(actual: Checked, pack: RulePack) -> Attainment:
    """The share of the points fulfilled among those that count; 不涉及 where none does."""
    if not actual.counted:
        return _NOT_APPLICABLE
    fulfilled, counted = Decimal(actual.fulfilled), Decimal(actual.counted)
    met = fulfilled == counted
    flags = _NO_FLAGS if met else _MISSED
    return Attainment(met, (fulfilled, counted), (pack.checked,), flags)


def _times(target: Target, scale: Decimal) -> Target:
    value, upper = target.value, target.upper
    return replace(
        target,
        value=EXACT.multiply(value, scale) if isinstance(value, Decimal) else value,
        upper=EXACT.multiply(upper, scale) if isinstance(upper, Decimal) else upper,
    )


def _completion(target: Target, actual: Actual, pack: RulePack) -> Attainment:
    is_period = target.comparator is _PERIOD
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
        return Attainment(True, _WHOLE, (pack.deadline,))
    return Attainment(False, (pack.deadline.late_ratio, _ONE), (pack.deadline,), _LATE)


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
    flags = _NO_FLAGS if top else _MISSED
    return Attainment(top, (actual.rate, _HUNDRED), (pack.tiers,), flags)


def _unread(target: Target) -> InvalidInput:
    return InvalidInput(f"指标值“{target.text}”没有读出数值，请先修改指标值。")
