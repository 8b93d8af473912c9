"""What another rule pack would give for a plan, beside what its own gives; nothing is stored."""

from dataclasses import dataclass
from decimal import Decimal

from perf.core.errors import PerfError
from perf.core.findings import Severity
from perf.core.rulepack import RulePack
from perf.core.scoring import IndicatorScore, PlanScore
from perf.core.weights import check_weights
from perf.models import Indicator, Plan
from perf.queries.pack_effect import Standing
from perf.services.evaluation_content import work_scores
from perf.services.evaluation_scores import compute, standing_decisions


@dataclass(frozen=True, slots=True)
class Pair:
    """One indicator's score by the plan's own pack and by the one that is tried out."""

    indicator: Indicator
    now: IndicatorScore
    then: IndicatorScore

    @property
    def differs(self) -> bool:
        """Whether the points that count, or their not being there, differ."""
        return self.now.final != self.then.final

    @property
    def difference(self) -> Decimal | None:
        """The points more (or, below 0, less) that the tried pack gives."""
        if self.now.final is None or self.then.final is None:
            return None
        return self.then.final - self.now.final


@dataclass(frozen=True, slots=True)
class Effect:
    """A plan by its own pack and by the tried one; both None where `problem` says why not.

    `is_year` tells the year's scores from those of the quarters so far. `weights` says what is
    wrong with the plan's weights under the tried pack, which does not share out their points anew.
    """

    plan: Plan
    is_year: bool
    now: PlanScore | None = None
    then: PlanScore | None = None
    weights: str = ""
    problem: str = ""

    @property
    def difference(self) -> Decimal | None:
        """The points of the total more (or, below 0, less) that the tried pack gives."""
        if self.now is None or self.then is None:
            return None
        return points_of(self.then) - points_of(self.now)

    @property
    def pairs(self) -> list[Pair]:
        """The indicators in form order."""
        if self.now is None or self.then is None:
            return []
        rows = zip(self.plan.indicators, self.now.rows, self.then.rows, strict=True)
        return [Pair(*row) for row in rows]

    @property
    def differing(self) -> int:
        """How many indicators get other points."""
        return sum(pair.differs for pair in self.pairs)

    @property
    def is_different(self) -> bool:
        """Whether the total, the rating or any indicator differs."""
        if self.now is None or self.then is None:
            return bool(self.problem)
        return bool(self.difference or self.differing or self.now.rating is not self.then.rating)


def points_of(score: PlanScore) -> Decimal:
    """The total, or what there is of it so far."""
    return score.total_so_far if score.total is None else score.total


def effect_of(standing: Standing, pack: RulePack) -> Effect:
    """What `pack` would give for a plan, from its self-evaluation or its quarters so far.

    A reviewer's decision stays where the computed points do: on other points it would be made
    anew, as when a self-evaluation is computed again.
    """
    plan, evaluation = standing.plan, standing.evaluation
    is_year = evaluation is not None
    try:
        if evaluation is None:
            now = compute(plan, standing.quarters).score
            then = compute(plan, standing.quarters, pack=pack).score
        else:
            now, then = work_scores(evaluation), work_scores(evaluation, pack)
            decided = standing_decisions(evaluation)
            kept = {
                indicator.id: decided[indicator.id]
                for indicator, old, new in zip(plan.indicators, now.rows, then.rows, strict=True)
                if indicator.id in decided and old.points == new.points
            }
            if kept != decided:
                then = work_scores(evaluation, pack, kept)
    except PerfError as error:
        return Effect(plan, is_year, problem=str(error))
    return Effect(plan, is_year, now, then, _weights_fault(plan, pack))


def _weights_fault(plan: Plan, pack: RulePack) -> str:
    findings = check_weights([(row.level1, row.weight) for row in plan.indicators], pack)
    return next((one.message for one in findings if one.severity is Severity.ERROR), "")
