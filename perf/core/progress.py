"""Progress of an indicator in a period: what is expected by then, and the light that follows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import Final

from perf.core.actuals import Checked, Quotient, TierChoice
from perf.core.attainment import Flag, Result, attainment, is_at_most
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT, format_number, parse_number
from perf.core.periods import MONTHS, QUARTERS, is_exceeded
from perf.core.rulepack import MonitoringRule, ReasonFor, RulePack
from perf.core.targets import Target
from perf.core.terms import Curve, Kind, Light, Likelihood, Tier

_ZERO = Decimal(0)
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
# A whole target in the twelfths of `expected_parts`.
_WHOLE = Decimal(MONTHS)
_QUARTER_NAMES = ("一季度", "二季度", "三季度", "四季度")
_BY_GRADE = {Tier.ACHIEVED: Light.GREEN, Tier.PARTIAL: Light.YELLOW, Tier.MISSED: Light.RED}
_DOUBTS = {Likelihood.POSSIBLE: Light.YELLOW, Likelihood.IMPOSSIBLE: Light.RED}
# 任务完成率 tells how much of the year's work is done, 案件办结率 how good the work is.
_WORK_DONE = re.compile(r"(任务|目标|计划|进度).*(完成|实现)|(完成|实现).*(任务|目标|计划)")
_SHARES_HINT = "请填四个季度末应累计完成的百分比，由小到大，最后为 100，例如：10、40、80、100。"
_DUE_HINT = "请填到期的季度，1 至 4。"


@dataclass(frozen=True, slots=True)
class Pace:
    """How an indicator's target comes due over the year (进度安排).

    `shares` are what is to be reached by the end of each quarter (0–1, the last one 1) of a curve
    of its own; `due` is the quarter by whose end a target is reached that comes due once. `gone`
    are the months that were over before the project began: what comes evenly, comes evenly over
    the others.
    """

    curve: Curve
    shares: tuple[Decimal, ...] = ()
    due: int = QUARTERS
    gone: int = 0

    def expected_share(self, months: int) -> Decimal | None:
        """The share (0–1) of the target expected `months` into the year; None: nothing yet.

        A curve of its own rises evenly between its quarters' ends; a due quarter goes by the
        quarters that are over. Even, 9 months → 0.75, from 10 April on → 6 of 9 months, 0.6666…;
        10, 40, 80 and 100 %, 7 months → 40 % and a third of the way to 80 %, 0.5333….
        """
        parts = self.expected_parts(months)
        return None if parts is None else parts / MONTHS

    def expected_parts(self, months: int) -> Decimal | None:
        """The same in twelfths of the target, in which it is exact (even, 7 months → 7)."""
        ended, more = divmod(months, MONTHS // QUARTERS)
        match self.curve:
            case Curve.EVEN:
                if not self.gone:
                    return Decimal(months)
                run = Decimal(max(months - self.gone, 0))
                return EXACT.divide(EXACT.multiply(_WHOLE, run), _WHOLE - self.gone)
            case Curve.OWN:
                before = self.shares[ended - 1] if ended else _ZERO
                rise = self.shares[ended] - before if more else _ZERO
                return EXACT.add(
                    EXACT.multiply(before, _WHOLE), EXACT.multiply(rise, Decimal(QUARTERS * more))
                )
            case Curve.ONCE:
                return _WHOLE if ended >= self.due else None
            case _:
                return _WHOLE

    @property
    def text(self) -> str:
        """What stands beside the curve, as `read_pace` reads it back (`10、40、80、100`)."""
        if self.curve is Curve.OWN:
            return "、".join(format_number(EXACT.multiply(one, _HUNDRED)) for one in self.shares)
        return str(self.due) if self.curve is Curve.ONCE else ""

    @property
    def label(self) -> str:
        """The pace in words (`到期一次完成（三季度）`)."""
        if self.curve is Curve.OWN:
            shown = "、".join(f"{one}%" for one in self.text.split("、"))
            return f"{self.curve.label}（{shown}）"
        if self.curve is Curve.ONCE:
            return f"{self.curve.label}（{_QUARTER_NAMES[self.due - 1]}）"
        return self.curve.label


def read_pace(curve: Curve, text: str) -> Pace:
    """The pace of a curve and what was typed beside it; InvalidInput says what to type.

    A curve of its own takes four rising percentages that end with 100, a once-a-year one its
    quarter (blank: the fourth); the others nothing. `10、40、80、100` → 0.1, 0.4, 0.8, 1.
    """
    parts = [part for part in re.split(r"[^0-9.０-９．]+", text.strip()) if part]
    if curve is Curve.OWN:
        shares = tuple(_share(part) for part in parts)
        is_rising = all(low <= high for low, high in pairwise(shares))
        if len(shares) != QUARTERS or not is_rising or shares[-1] != _ONE:
            raise InvalidInput(_SHARES_HINT)
        return Pace(curve, shares)
    if curve is Curve.ONCE:
        if not text.strip():
            return Pace(curve)
        if len(parts) != 1 or parts[0] not in {"1", "2", "3", "4"}:
            raise InvalidInput(_DUE_HINT)
        return Pace(curve, due=int(parts[0]))
    return Pace(curve)


def _share(part: str) -> Decimal:
    try:
        number = parse_number(part)
    except InvalidInput:
        raise InvalidInput(_SHARES_HINT) from None
    if number is None or number > _HUNDRED:
        raise InvalidInput(_SHARES_HINT)
    return EXACT.divide(number, _HUNDRED)


def default_pace(target: Target, kind: Kind, name: str, *, is_flowing: bool = False) -> Pace:
    """How a target comes due unless the plan says otherwise. Source: our own decision.

    What adds up over the year comes evenly. A rate, a grade, a day and a limit are held against
    the whole target in every period: 90 % satisfaction is not 22.5 % in the first quarter, and a
    limit is not used up by time. Only a rate named after the year's work (任务完成率) comes
    evenly, and a computed number of which `is_flowing` says so (what was done over what was
    planned for the year). ≥100件 → even; ≥90%, ≤7天 → level.
    """
    is_number = isinstance(target.value, Decimal)
    if kind is Kind.RATIO:
        adds_up = is_flowing
    else:
        adds_up = kind is Kind.CUMULATIVE or (kind is Kind.LATEST and bool(_WORK_DONE.search(name)))
    return Pace(Curve.EVEN if is_number and adds_up and not is_at_most(target) else Curve.LEVEL)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an indicator stands in a period.

    `light` is None where there is no figure or nothing is expected yet; `expected` is the share
    of the target expected by now, None where nothing is; `line` is the working in one sentence.
    """

    light: Light | None
    expected: Decimal | None
    line: str


_UNREPORTED: Final = "未填报，不作判断"


def standing(
    target: Target,
    actual: Result,
    pace: Pace,
    months: int,
    pack: RulePack,
    likelihood: Likelihood | None = None,
) -> Standing:
    """The light of a period that ends `months` into the year, by the pack's `monitoring` rule.

    Where the recorder says 有可能 it is no better than yellow, at 完全不可能 it is red. Raises what
    `attainment` raises. Source: our own decision, see docs/monitoring.md. ≥100件, evenly, 40件
    after 6 months → 0.4 ÷ 0.5 = 80 % of what is expected, yellow.
    """
    found = _standing(target, actual, pace, months, pack)
    if likelihood is None or likelihood not in _DOUBTS:
        return found
    light = _DOUBTS[likelihood]
    if found.light in {Light.RED, light}:
        return found
    said = f"{found.line}；填报人判断“{likelihood.label}”完成目标，按{light.label}"
    return replace(found, light=light, line=said)


def demands_reason(light: Light | None, rule: MonitoringRule) -> bool:
    """Whether the pack wants a deviation reason for this light."""
    if light is None or light is Light.GREEN or rule.reason_for is ReasonFor.NONE:
        return False
    return light is Light.RED or rule.reason_for is ReasonFor.NOT_GREEN


def reached_share(rows: Sequence[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    """The share (0–1) of a plan's goals reached so far out of (weight, attainment) pairs.

    Attainments count up to the whole target and by weight, alike where a weight is missing. A row
    without an attainment is left out; None where none has one. (50, 0.8), (30, 1.2), (10, None)
    → 0.875.
    """
    known = [(weight, min(share, _ONE)) for weight, share in rows if share is not None]
    if any(weight is None for weight, _ in known):
        known = [(_ONE, share) for _, share in known]
    whole = sum((weight or _ZERO for weight, _ in known), _ZERO)
    if not whole:
        return None
    return sum(((weight or _ZERO) * share for weight, share in known), _ZERO) / whole


def _standing(target: Target, actual: Result, pace: Pace, months: int, pack: RulePack) -> Standing:
    parts, expected = pace.expected_parts(months), pace.expected_share(months)
    judged = attainment(target, actual, pack)
    if judged.pair is None:
        outside = Flag.NOT_APPLICABLE in judged.flags
        return Standing(None, expected, "不涉及" if outside else _UNREPORTED)
    if isinstance(actual, Decimal | Quotient | date) and is_exceeded(target, actual):
        return _lit(Light.RED, expected, f"已超过指标值 {target.text}", pack)
    if is_at_most(target) and not isinstance(actual, Checked):
        return _within_limit(target, actual, pace, parts, pack)
    if judged.met:
        return _lit(Light.GREEN, expected, "已达到指标值", pack)
    if not parts:
        due = f"按计划{_QUARTER_NAMES[pace.due - 1]}完成，" if pace.curve is Curve.ONCE else ""
        return Standing(None, expected, f"{due}尚未到期")
    if isinstance(actual, TierChoice) and parts == _WHOLE:
        return _lit(_BY_GRADE[actual.tier], expected, f"完成等级为“{actual.tier.label}”", pack)
    return _paced(judged.pair, pace, months, parts, pack)


def _within_limit(
    target: Target, actual: Result, pace: Pace, parts: Decimal | None, pack: RulePack
) -> Standing:
    """A limit that holds is green; a plan's own pace can make quick use of it 关注, never worse."""
    if parts is None:
        return Standing(None, None, f"未超过指标值，按计划{_QUARTER_NAMES[pace.due - 1]}到期")
    expected = parts / MONTHS
    used, limit = _as_pair(actual), target.value
    # ≤ green_from is asked as allowed ÷ used, so that the same threshold serves both directions.
    if (
        parts < _WHOLE
        and used is not None
        and isinstance(limit, Decimal)
        and EXACT.multiply(EXACT.multiply(parts, limit), used[1])
        < EXACT.multiply(pack.monitoring.green_from, EXACT.multiply(used[0], _WHOLE))
    ):
        allowed = _percent(parts, _WHOLE)
        return _lit(Light.YELLOW, expected, f"未超过指标值，但已超过按计划可用的 {allowed}", pack)
    return _lit(Light.GREEN, expected, "未超过指标值", pack)


def _paced(
    pair: tuple[Decimal, Decimal], pace: Pace, months: int, parts: Decimal, pack: RulePack
) -> Standing:
    """An unmet target's share reached beside the one expected; what is due is never green."""
    (reached, whole), rule, expected = pair, pack.monitoring, parts / MONTHS
    share = _percent(reached, whole)
    reached, due = EXACT.multiply(reached, _WHOLE), EXACT.multiply(parts, whole)
    if parts == _WHOLE and (pace.curve is not Curve.LEVEL or months >= MONTHS):
        light = Light.YELLOW if _reaches(reached, due, rule.yellow_from) else Light.RED
        return _lit(light, expected, f"已到期，完成 {share}，未达到指标值", pack)
    if _reaches(reached, due, rule.green_from):
        light = Light.GREEN
    else:
        light = Light.YELLOW if _reaches(reached, due, rule.yellow_from) else Light.RED
    if pace.curve is Curve.LEVEL:
        return _lit(light, expected, f"各期均按指标值衡量，完成 {share}", pack)
    wanted = _percent(parts, _WHOLE)
    said = f"应完成 {wanted}，已完成 {share}，为应完成的 {_percent(reached, due)}"
    return _lit(light, expected, said, pack)


def _lit(light: Light, expected: Decimal | None, said: str, pack: RulePack) -> Standing:
    return Standing(light, expected, f"{said}：{light.label}（§{pack.monitoring.title}）")


def _reaches(reached: Decimal, due: Decimal, share: Decimal) -> bool:
    """Whether reached ÷ due is at least `share`, compared without dividing."""
    return reached >= EXACT.multiply(share, due)


def _as_pair(actual: Result) -> tuple[Decimal, Decimal] | None:
    if isinstance(actual, Quotient):
        return actual.numerator, actual.denominator
    return (actual, _ONE) if isinstance(actual, Decimal) else None


def _percent(part: Decimal, whole: Decimal) -> str:
    """A share in words, cut after two decimals: one short of a threshold never reads as it."""
    share = EXACT.divide(EXACT.multiply(part, _HUNDRED), whole)
    cut = share.quantize(Decimal("0.01"), ROUND_DOWN, EXACT)
    return f"{format_number(cut)}%"
