"""What a rule pack (评分办法) is: the rules of one authority's document as immutable values."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from perf.core.terms import Labelled, PlanKind, Tier


class Certainty(Labelled):
    """How sure it is that a rule says what the authority's document says."""

    PRINTED = "printed", "原文可查"
    RECALLED = "recalled", "凭记忆整理，待核对原文"
    DECIDED = "decided", "原文未规定，本系统约定"


class AtMostFormula(Labelled):
    """How a missed at-most target (反向指标) is scored."""

    INVERSE = "inverse", "指标值 ÷ 实际完成值"
    LINEAR = "linear", "1 − 超出部分 ÷ 指标值"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule and where it stands: `title` is shown in the working after §."""

    title: str
    document: str
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class WeightClass:
    """A 一级指标 with its share of the 100 points.

    `includes` are other class names that count as this one; `when_absent` says which classes
    take how many points where a plan has no indicator of this class (empty: in proportion).
    """

    name: str
    weight: Decimal
    includes: tuple[str, ...] = ()
    when_absent: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWeightsRule(Rule):
    """The classes in form order; with the execution weight they add up to 100."""

    classes: tuple[WeightClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRule(Rule):
    """Budget execution: its weight, and the rate below which a reason is demanded."""

    weight: Decimal
    reason_below: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMostRule(Rule):
    """Missed at-most targets."""

    formula: AtMostFormula


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule(Rule):
    """The share of the weight (0–1) that a completion after its day keeps."""

    late_ratio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersRule(Rule):
    """The lower bounds (in %) of the two upper bands of qualitative indicators."""

    achieved_from: Decimal
    partial_from: Decimal

    def band(self, tier: Tier) -> tuple[Decimal, Decimal]:
        """The band's bounds in %; the upper one belongs to it for the highest tier only."""
        if tier is Tier.ACHIEVED:
            return self.achieved_from, Decimal(100)
        if tier is Tier.PARTIAL:
            return self.partial_from, self.achieved_from
        return Decimal(0), self.partial_from

    @property
    def bands(self) -> dict[Tier, tuple[Decimal, Decimal]]:
        """The bounds of all bands, as the reading of a typed grade wants them."""
        return {tier: self.band(tier) for tier in Tier}


@dataclass(frozen=True, slots=True, kw_only=True)
class OverAchievementRule(Rule):
    """The ratio from which an over-achieved target is flagged and demands a reason."""

    flagged_from: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingRule(Rule):
    """The decimals of points."""

    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRule(Rule):
    """The lower bounds of 优, 良 and 中 in points of 100; each belongs to the better grade."""

    excellent_from: Decimal
    good_from: Decimal
    fair_from: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """All rules by which one plan is scored; a pinned id and version never changes."""

    id: str
    version: int
    name: str
    document: str
    plan_kind: PlanKind
    class_weights: ClassWeightsRule
    execution: ExecutionRule
    at_least: Rule
    at_most: AtMostRule
    exactly: Rule
    between: Rule
    zero_target: Rule
    deadline: DeadlineRule
    tiers: TiersRule
    over_achievement: OverAchievementRule
    rounding: RoundingRule
    rating: RatingRule

    @property
    def label(self) -> str:
        """The pack as the working cites it (`cn-project-2021 第 1 版`)."""
        return f"{self.id} 第 {self.version} 版"

    @property
    def indicator_weight(self) -> Decimal:
        """What the weights of a plan's indicators add up to: 100 less the execution weight."""
        return Decimal(100) - self.execution.weight

    def rules(self) -> Iterator[Rule]:
        """Every rule in the order of the pack's file, for the page that shows their sources."""
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Rule):
                yield value
