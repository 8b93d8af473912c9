"""Scores (得分): one indicator's points, and a plan's total with its rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from perf.core.attainment import (
    NOT_APPLICABLE,
    UNREPORTED,
    Attainment,
    Flag,
    NotApplicable,
    Result,
    attainment,
)
from perf.core.errors import InvalidInput
from perf.core.execution import Execution, ExecutionScore, rating, score_execution
from perf.core.numbers import EXACT, format_number, round_half_up
from perf.core.rulepack import RulePack
from perf.core.targets import Target
from perf.core.terms import Rating
from perf.core.weights import apportion
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
    "needs_reason",
    "score_indicator",
    "score_plan",
]

_ZERO = Decimal(0)
_REASON_FLAGS = frozenset({Flag.BELOW, Flag.AT_BOUND, Flag.OVER_ACHIEVED})


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """The points of one indicator (None while 未填报 and where 不涉及) with all that made them.

    `weight` is what was scored; `entered_weight` differs where 不涉及 indicators gave theirs.
    """

    weight: Decimal
    target: Target
    actual: Result
    pack: RulePack
    attainment: Attainment
    points: Decimal | None
    entered_weight: Decimal

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
        return pair is not None and pair[0] < pair[1] and self.weight > 0

    @property
    def steps(self) -> list[str]:
        """The working in Chinese, worded when asked for."""
        steps = words_of(
            self.weight, self.target, self.actual, self.attainment, self.points, self.pack
        )
        if self.weight != self.entered_weight:
            weight, entered = format_number(self.weight), format_number(self.entered_weight)
            steps.insert(0, f"分值 {weight}（原 {entered}，加上不涉及指标分摊的分值）")
        return steps


class PlanIndicator(NamedTuple):
    """One row to score; `level1` names the class within which 不涉及 weights are spread."""

    weight: Decimal
    target: Target
    actual: Result
    level1: str = ""


@dataclass(frozen=True, slots=True)
class PlanScore:
    """A plan's scores; the totals are None while anything is 未填报."""

    rows: tuple[IndicatorScore, ...]
    execution: ExecutionScore | None
    indicator_total: Decimal | None
    execution_points: Decimal | None
    total: Decimal | None
    total_so_far: Decimal
    rating: Rating | None
    pack: RulePack

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
            return ["尚有未填报的数据，暂不计总分"]
        indicators = self.indicator_total
        if self.execution is None:
            line = f"指标得分合计 {indicators}"
        elif self.execution_points is None:
            weight = format_number(self.pack.execution.weight)
            line = f"预算执行率不涉及 · {indicators} × 100 ÷ (100 − {weight}) = {self.total}"
        else:
            line = f"指标得分 {indicators} + 预算执行 {self.execution_points} = {self.total}"
        return [f"{line} → 评级 {self.rating.label}", f"依据 {self.pack.label} §评级"]


def score_indicator(
    weight: Decimal, target: Target, actual: Result, pack: RulePack
) -> IndicatorScore:
    """The points of one indicator: weight × attainment cut at 1, rounded once, half up.

    Never above the weight, never below 0. Raises InvalidInput for a weight that is no weight and
    for what `attainment` refuses. Source: the notes printed under the self-evaluation form; the
    single rounding is our own decision. Weight 3, ≥24, 5 → 3 × 5 ÷ 24 = 0.625 → 0.63.
    """
    return _scored(weight, target, actual, pack, weight)


def _scored(
    weight: Decimal, target: Target, actual: Result, pack: RulePack, entered: Decimal
) -> IndicatorScore:
    if not weight.is_finite() or weight < 0:
        raise InvalidInput("分值应为不小于 0 的数字，请先修改分值。")
    judged = attainment(target, actual, pack)
    points = None
    if judged.pair is not None:
        numerator, denominator = judged.pair
        earned = EXACT.multiply(weight, min(numerator, denominator))
        points = round_half_up(earned, denominator, pack.rounding.places)
        # A pack that rounds to integers could otherwise give 14 of 13.67.
        points = min(points, weight)
    return IndicatorScore(weight, target, actual, pack, judged, points, entered)


def needs_reason(score: IndicatorScore) -> bool:
    """Whether the year's self-evaluation demands a deviation reason for this score.

    So it is below the weight (exactly, before rounding), at the bound of a strict target, or at
    the pack's over-achievement threshold or above. Source: the form's note on 偏差原因.
    ≥100件, 130件 → demanded; 129件 → not.
    """
    return not _REASON_FLAGS.isdisjoint(score.flags)


def score_plan(
    indicators: Sequence[PlanIndicator | tuple[Decimal, Target, Result]],
    execution: Execution | None,
    pack: RulePack,
) -> PlanScore:
    """The scores of a plan's indicators in form order, their total and its rating.

    Rounded points are added. Where the budget was 0 and nothing executed, the indicator total is
    scaled to 100. An indicator 不涉及 gives its weight to its class in proportion, a whole class
    to the rest of the plan. `execution` is unused where the pack gives it no weight. Raises what
    `score_indicator` and `score_execution` raise. Source: the form (总分 100) and our own decision.
    81.82 for indicators and 9.51 for execution → 91.33, 优.
    """
    rows = [PlanIndicator(*row) for row in indicators]
    weights = _effective_weights(rows)
    scores = tuple(
        _scored(weight, row.target, row.actual, pack, row.weight)
        for weight, row in zip(weights, rows, strict=True)
    )
    executed = None
    if pack.execution.weight:
        executed = score_execution(execution or Execution(None, None), pack)
    known = [score.points for score in scores if score.points is not None]
    sum_so_far = sum(known, _ZERO)
    is_complete = bool(known) and all(score.attainment is not UNREPORTED for score in scores)
    indicator_total = sum_so_far if is_complete else None
    points = executed.points if executed else None
    if executed is not None and not executed.is_applicable:
        so_far = round_half_up(EXACT.multiply(sum_so_far, Decimal(100)), pack.indicator_weight)
    else:
        so_far = sum_so_far + (points or _ZERO)
        is_complete = is_complete and (executed is None or points is not None)
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
    )


def _effective_weights(rows: Sequence[PlanIndicator]) -> list[Decimal]:
    """The weights to score by: those of 不涉及 rows spread over their class, sums unchanged."""
    weights = [row.weight for row in rows]
    outside = {index for index, row in enumerate(rows) if isinstance(row.actual, NotApplicable)}
    standing = [index for index in range(len(rows)) if index not in outside]
    if not outside or not any(weights[index] for index in standing):
        return weights
    orphaned = _ZERO
    for level1 in dict.fromkeys(rows[index].level1 for index in outside):
        given = sum((rows[i].weight for i in outside if rows[i].level1 == level1), _ZERO)
        takers = [i for i in standing if rows[i].level1 == level1 and rows[i].weight]
        if takers:
            _give(weights, given, takers)
        else:
            orphaned += given
    if orphaned:
        _give(weights, orphaned, [index for index in standing if weights[index]])
    return weights


def _give(weights: list[Decimal], given: Decimal, takers: Sequence[int]) -> None:
    parts = apportion(given, [weights[index] for index in takers])
    for index, part in zip(takers, parts, strict=True):
        weights[index] += part
