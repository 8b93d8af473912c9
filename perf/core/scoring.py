"""Scores (得分): one indicator's points, and a plan's total with its rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from perf.core.actuals import Checked
from perf.core.attainment import (
    NOT_APPLICABLE,
    UNREPORTED,
    Attainment,
    Flag,
    NotApplicable,
    Result,
    attainment,
    deduction,
)
from perf.core.errors import InvalidInput
from perf.core.execution import Execution, ExecutionScore, rating, score_execution
from perf.core.numbers import EXACT, format_number, round_half_up
from perf.core.rulepack import CapBand, Rule, RulePack, TargetBasis
from perf.core.targets import Target
from perf.core.terms import Rating
from perf.core.weights import is_check_list, released_weights, weight_blocks
from perf.core.working import words_of

__all__ = [
    "NOT_APPLICABLE",
    "Attainment",
    "Execution",
    "Flag",
    "IndicatorScore",
    "PlanIndicator",
    "PlanScore",
    "attainment",
    "decision_bounds",
    "needs_reason",
    "score_indicator",
    "score_plan",
]

_ZERO = Decimal(0)
_ONE = Decimal(1)
_REASON_FLAGS = frozenset({Flag.AT_BOUND, Flag.OVER_ACHIEVED})


class IndicatorScore(NamedTuple):
    """The points of one indicator (None while 未填报 and where 不涉及) with all that made them.

    `weight` is what was scored; `entered_weight` differs where 不涉及 indicators gave theirs.
    `points` are computed; `decided` is what a reviewer gives instead, and `final` what counts.
    `initial_points` are those by `initial_target`, the 年初 one, where it was revised and the pack
    goes by the revised one.
    """

    weight: Decimal
    target: Target
    actual: Result
    pack: RulePack
    attainment: Attainment
    points: Decimal | None
    entered_weight: Decimal
    decided: Decimal | None = None
    initial_points: Decimal | None = None
    initial_target: Target | None = None

    @property
    def final(self) -> Decimal | None:
        """The points that the total adds: the decided ones where there are any."""
        return self.points if self.decided is None else self.decided

    @property
    def flags(self) -> set[str]:
        """The values of `Flag` that hold."""
        flags: set[str] = set(self.attainment.flags)
        if self.is_below:
            flags.add(Flag.BELOW)
        return flags

    @property
    def is_below(self) -> bool:
        """Whether the exact score, before rounding, lies below the weight."""
        pair = self.attainment.pair
        if pair is None or self.weight <= 0:
            return False
        return pair[0] < pair[1] or self.deduction > 0

    @property
    def deduction(self) -> Decimal:
        """The points taken off for over-achievement, 0 in packs where the reviewer decides."""
        return deduction(self.attainment, self.pack)

    @property
    def steps(self) -> list[str]:
        """The working in Chinese, worded when asked for."""
        return self.working()

    def working(self, decider: str = "", reason: str = "") -> list[str]:
        """The same where it is known who decided, on which day and why.

        `计算得分 10.00，审核人评定 8.00（张三，2023-01-12）：超额过多`
        """
        steps = words_of(
            self.weight, self.target, self.actual, self.attainment, self.points, self.pack
        )
        if self.weight != self.entered_weight:
            weight, entered = format_number(self.weight), format_number(self.entered_weight)
            steps.insert(0, f"分值 {weight}（原 {entered}，加上不涉及指标分摊的分值）")
        if self.initial_points is not None and self.initial_target is not None:
            steps.append(
                f"按年初指标值 {self.initial_target.text} 计 {self.initial_points} 分"
                f" · {self._cited(self.pack.revision)}"
            )
        if self.decided is not None:
            decided = f"计算得分 {self.points}，审核人评定 {self.decided}"
            rule = self._cited(self.pack.decision)
            # A line of its own, so that a person's words are not taken for the rule's.
            steps += (
                [f"{decided}（{decider}）：{reason}", rule] if decider else [f"{decided} · {rule}"]
            )
        return steps

    def _cited(self, rule: Rule) -> str:
        return f"依据 {self.pack.label} §{rule.title}"


class PlanIndicator(NamedTuple):
    """One row to score; `level1` names the class within which 不涉及 weights are spread.

    `is_satisfaction` matters to packs with a curve of satisfaction; `initial_target` is the 年初
    one where the target was revised since; `decided` are a reviewer's points.
    """

    weight: Decimal
    target: Target
    actual: Result
    level1: str = ""
    is_satisfaction: bool = False
    initial_target: Target | None = None
    decided: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanScore:
    """A plan's scores; the totals are None while anything is 未填报.

    `stranded` are the rows (counted from 0) that are all 不涉及 and whose weights no other row can
    take; there is no total then either. `cap` is what a low execution rate leaves of the total at
    most; `uncapped` what would be without it.
    """

    rows: tuple[IndicatorScore, ...]
    execution: ExecutionScore | None
    indicator_total: Decimal | None
    execution_points: Decimal | None
    total: Decimal | None
    total_so_far: Decimal
    rating: Rating | None
    pack: RulePack
    uncapped: Decimal | None = None
    cap: CapBand | None = None
    stranded: tuple[int, ...] = ()

    @property
    def unreported(self) -> list[int]:
        """The rows (counted from 0) that are 未填报."""
        return [index for index, row in enumerate(self.rows) if Flag.UNREPORTED in row.flags]

    @property
    def reasons_demanded(self) -> list[int]:
        """The rows (counted from 0) whose score demands a deviation reason."""
        return [index for index, row in enumerate(self.rows) if needs_reason(row)]

    def missing_reasons(self, reasons: Sequence[str | None]) -> list[int]:
        """The rows that demand a reason and have none; `reasons` has one entry a row."""
        return [index for index in self.reasons_demanded if not (reasons[index] or "").strip()]

    @property
    def steps(self) -> list[str]:
        """The working of the total in Chinese."""
        if self.total is None or self.indicator_total is None or self.rating is None:
            if self.stranded and not self.unreported:
                return ["有一部分指标全部不涉及，其分值无处可分，暂不计总分"]
            return ["尚有未填报的数据，暂不计总分"]
        indicators = self.indicator_total
        if self.execution is None:
            line = f"指标得分合计 {indicators}"
        elif self.execution_points is None:
            weight = format_number(self.pack.execution.weight)
            line = f"预算执行率不涉及 · {indicators} × 100 ÷ (100 − {weight}) = {self.uncapped}"
        else:
            line = f"指标得分 {indicators} + 预算执行 {self.execution_points} = {self.uncapped}"
        titles = f"§{self.pack.rating.title}"
        if self.cap is not None and self.pack.total_cap is not None:
            below = format_number(self.cap.rate_below * 100)
            line = f"{line} · 执行率低于 {below}%，总分最高 {self.cap.at_most} · 总分 {self.total}"
            titles = f"§{self.pack.total_cap.title}、{titles}"
        return [f"{line} → 评级 {self.rating.label}", f"依据 {self.pack.label} {titles}"]


def score_indicator(
    weight: Decimal,
    target: Target,
    actual: Result,
    pack: RulePack,
    *,
    is_satisfaction: bool = False,
) -> IndicatorScore:
    """The points of one indicator: weight × attainment cut at 1, rounded once, half up.

    Below the pack's pass mark or floor of satisfaction nothing; what the pack deducts for
    over-achievement is taken off before rounding. Never above the weight, never below 0. Raises
    InvalidInput for a weight that is no weight and for what `attainment` refuses. Source: the
    notes printed under the self-evaluation form; the single rounding is our own decision.
    Weight 3, ≥24, 5 → 3 × 5 ÷ 24 = 0.625 → 0.63.
    """
    if not weight.is_finite() or weight < 0:
        raise InvalidInput("分值应为不小于 0 的数字，请先修改分值。")
    judged = attainment(target, actual, pack, is_satisfaction=is_satisfaction)
    points = _points(weight, judged, pack)
    return IndicatorScore(weight, target, actual, pack, judged, points, weight)


def decision_bounds(
    weight: Decimal, points: Decimal, pack: RulePack, level1: str = ""
) -> tuple[Decimal, Decimal]:
    """The least and the most that a reviewer may decide instead of these computed points.

    The pack says how far, as a share of the weight; never below 0 nor above the weight. What
    stands in the pack's check list is the reviewer's to score, from 0 to the weight. Source: our
    own decision. Weight 10, 9.33 computed, within 0.3 → 6.33 to 10.
    """
    if is_check_list(level1, pack):
        return _ZERO, weight
    reach = EXACT.multiply(weight, pack.decision.within)
    return max(_ZERO, points - reach), min(weight, points + reach)


def _scored(row: PlanIndicator, weight: Decimal, pack: RulePack) -> IndicatorScore:
    target, initial = row.target, row.initial_target
    if initial is not None and pack.revision.basis is TargetBasis.INITIAL:
        target, initial = initial, None
    score = score_indicator(weight, target, row.actual, pack, is_satisfaction=row.is_satisfaction)
    if weight is not row.weight:
        score = score._replace(entered_weight=row.weight)
    if score.points is None:
        return score
    if row.decided is not None:
        score = score._replace(decided=row.decided)
    if initial is not None:
        by_initial = attainment(initial, row.actual, pack, is_satisfaction=row.is_satisfaction)
        points = _points(weight, by_initial, pack)
        score = score._replace(initial_points=points, initial_target=initial)
    return score


def _points(weight: Decimal, judged: Attainment, pack: RulePack) -> Decimal | None:
    if judged.pair is None:
        return None
    numerator, denominator = judged.pair
    earned = _ZERO
    if judged.zeroed_by is None and numerator >= denominator:
        # Reached: the whole weight, by whatever margin, less what the pack takes off for it.
        earned, denominator = weight, _ONE
        taken = deduction(judged, pack)
        if taken:
            earned = max(_ZERO, EXACT.subtract(weight, taken))
    elif judged.zeroed_by is None:
        earned = EXACT.multiply(weight, numerator)
    points = round_half_up(earned, denominator, pack.rounding.places)
    # A pack that rounds to integers could otherwise give 14 of 13.67.
    return min(points, weight)


def needs_reason(score: IndicatorScore) -> bool:
    """Whether the year's self-evaluation demands a deviation reason for this score.

    So it is below the weight (exactly, before rounding), at the bound of a strict target, or at
    the pack's over-achievement threshold or above. Source: the form's note on 偏差原因.
    ≥100件, 130件 → demanded; 129件 → not.
    """
    return score.is_below or not _REASON_FLAGS.isdisjoint(score.attainment.flags)


def score_plan(
    indicators: Sequence[PlanIndicator | tuple[Decimal, Target, Result]],
    execution: Execution | None,
    pack: RulePack,
) -> PlanScore:
    """The scores of a plan's indicators in form order, their total and its rating.

    Rounded points are added, a reviewer's decided ones instead of the computed. Where the budget
    was 0 and nothing executed, the indicator total is scaled to 100. An indicator 不涉及 gives its
    weight to its class in proportion, a whole class to the rest of the plan; a check list keeps
    its points to itself, and neither it nor all the rest can be 不涉及 as a whole. A low execution
    rate caps the total where the pack says so. `execution` is unused where the pack gives it no
    weight. Raises what `score_indicator` and `score_execution` raise. Source: the form (总分 100)
    and our own decision. 81.82 for indicators and 9.51 for execution → 91.33, 优.
    """
    rows = [PlanIndicator(*row) for row in indicators]
    levels = [row.level1 for row in rows]
    outside = {index for index, row in enumerate(rows) if _is_outside(row.actual)}
    weights = released_weights([row.weight for row in rows], levels, outside, pack)
    scores = tuple(_scored(row, weight, pack) for weight, row in zip(weights, rows, strict=True))
    executed = None
    if pack.execution.weight:
        executed = score_execution(execution or Execution(None, None), pack)
    known = [score.final for score in scores if score.final is not None]
    sum_so_far = sum(known, _ZERO)
    stranded = [
        index
        for block in weight_blocks(levels, pack)
        if outside.issuperset(block)
        for index in block
    ]
    is_reported = all(score.attainment is not UNREPORTED for score in scores)
    is_complete = bool(scores) and is_reported and not stranded
    indicator_total = sum_so_far if is_complete else None
    points = executed.points if executed else None
    if executed is not None and not executed.is_applicable:
        so_far = round_half_up(EXACT.multiply(sum_so_far, Decimal(100)), pack.indicator_weight)
    else:
        so_far = sum_so_far + (points or _ZERO)
        is_complete = is_complete and (executed is None or points is not None)
    uncapped = so_far
    cap = _cap_of(executed, uncapped, pack)
    if cap is not None:
        so_far = round_half_up(Decimal(cap.at_most), places=pack.rounding.places)
    total = so_far if is_complete else None
    return PlanScore(
        rows=scores,
        execution=executed,
        indicator_total=indicator_total,
        execution_points=points,
        total=total,
        total_so_far=so_far,
        rating=None if total is None else rating(total, pack),
        pack=pack,
        uncapped=uncapped if is_complete else None,
        cap=cap,
        stranded=tuple(stranded),
    )


def _is_outside(actual: Result) -> bool:
    """Whether this is 不涉及: said so, or a check list of which no point counts."""
    return isinstance(actual, NotApplicable) or (isinstance(actual, Checked) and not actual.counted)


def _cap_of(executed: ExecutionScore | None, total: Decimal, pack: RulePack) -> CapBand | None:
    """The band that lowers this total; None where it does not, or no rate is known."""
    if pack.total_cap is None or executed is None or executed.points is None:
        return None
    adjusted, spent = executed.execution.adjusted, executed.execution.executed
    band = pack.total_cap.band_of(spent or _ZERO, adjusted or _ZERO)
    return band if band is not None and total > band.at_most else None
