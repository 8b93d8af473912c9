"""What a rule pack (评分办法) is: the rules of one authority's document as immutable values."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from perf.core.numbers import EXACT
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


class ClassShares(Labelled):
    """Whether the document divides the points among the classes or leaves that to each plan."""

    FIXED = "fixed", "由办法规定"
    ENTERED = "entered", "按填报的分值"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule and where it stands: `title` is shown in the working after §."""

    title: str
    document: str
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class WeightClass:
    """A 一级指标 with its share of the 100 points (None: as entered in the plan).

    `includes` are other class names that count as this one; `when_absent` says which classes
    take how many points where a plan has no indicator of this class (empty: in proportion).
    """

    name: str
    weight: Decimal | None
    includes: tuple[str, ...] = ()
    when_absent: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWeightsRule(Rule):
    """The classes in form order; with execution and a check list they add up to 100."""

    classes: tuple[WeightClass, ...]
    shares: ClassShares = ClassShares.FIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckListRule(Rule):
    """A block that the reviewer scores (资金管理): its points are never given nor increased."""

    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class ExecutionStep:
    """From this rate (0–1) on, these points."""

    rate_from: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRule(Rule):
    """Budget execution: its weight, and the rate below which a reason is demanded.

    `steps`, the highest first, replace the proportion where a document scores by bands; below
    the last one there are no points.
    """

    weight: Decimal
    reason_below: Decimal
    steps: tuple[ExecutionStep, ...] = ()

    def step_of(self, executed: Decimal, adjusted: Decimal) -> ExecutionStep | None:
        """The step that `executed` of `adjusted` reaches, compared exactly; None below all."""
        for step in self.steps:
            if executed >= EXACT.multiply(step.rate_from, adjusted):
                return step
        return None


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
    """The ratio from which an over-achieved target is flagged and demands a reason.

    What it costs is the reviewer's decision (`deduct_points` None), or from `deduct_from` on a
    fixed number of points.
    """

    flagged_from: Decimal
    deduct_from: Decimal | None = None
    deduct_points: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassMarkRule(Rule):
    """A numeric ratio (0–1) below this one earns nothing."""

    ratio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionRule(Rule):
    """A satisfaction that misses its target and lies below this one (in %) earns nothing."""

    floor: Decimal


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


@dataclass(frozen=True, slots=True)
class CapBand:
    """Below this execution rate (0–1) a total is at most this many points."""

    rate_below: Decimal
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalCapRule(Rule):
    """What a low execution rate leaves of the total at most; the lowest band first."""

    bands: tuple[CapBand, ...]

    def band_of(self, executed: Decimal, adjusted: Decimal) -> CapBand | None:
        """The band in which `executed` of `adjusted` lies, compared exactly; None above all."""
        for band in self.bands:
            if executed < EXACT.multiply(band.rate_below, adjusted):
                return band
        return None


class TargetBasis(Labelled):
    """By which target a score goes where the target was revised within the year."""

    REVISED = "revised", "按调整后的指标值"
    INITIAL = "initial", "按年初指标值"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRule(Rule):
    """Which target counts after an approved revision (目标调整)."""

    basis: TargetBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule(Rule):
    """How far a decided score may lie from the computed one, as a share (0–1) of the weight."""

    within: Decimal


class ReasonFor(Labelled):
    """Which lights of a quarter demand a deviation reason."""

    NONE = "none", "不因预警要求说明原因"
    RED = "red", "滞后的须说明原因"
    NOT_GREEN = "not_green", "关注和滞后的须说明原因"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringRule(Rule):
    """The shares (0–1) of what is expected by now from which a light is green, and yellow."""

    green_from: Decimal
    yellow_from: Decimal
    reason_for: ReasonFor


CHECKED = Rule(
    title="逐项核对",
    document="本系统",
    clause="指标值说明中的各要点逐项核对，得分 = 分值 × 符合项数 ÷（符合项数 + 不符合项数）；"
    "“是否存在……”的要点，不存在为符合；说明未分项的按一项计",
    certainty=Certainty.DECIDED,
)
REVISION = RevisionRule(
    title="目标调整",
    document="本系统",
    clause="年度中经批准调整指标值的，按调整后的指标值计分，同时列出按年初指标值的得分",
    certainty=Certainty.DECIDED,
    basis=TargetBasis.REVISED,
)
DECISION = DecisionRule(
    title="评定得分",
    document="本系统",
    clause="审核人可以写明理由另行评定一项指标的得分，与计算得分之差不超过该指标分值的 30%；"
    "两个得分都保留并同时列出",
    certainty=Certainty.DECIDED,
    within=Decimal("0.3"),
)
MONITORING = MonitoringRule(
    title="监控预警",
    document="本系统",
    clause="完成进度达到应完成进度的 90% 为正常，60%（含）至 90% 为关注，"
    "不到 60% 或超过限值为滞后；到期和年末以达到指标值为正常；滞后的须说明偏差原因",
    certainty=Certainty.DECIDED,
    green_from=Decimal("0.9"),
    yellow_from=Decimal("0.6"),
    reason_for=ReasonFor.RED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """All rules by which one plan is scored; a pinned id and version never changes.

    The last four have rules of our own where a document says nothing of the matter.
    """

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
    check_list: CheckListRule | None = None
    pass_mark: PassMarkRule | None = None
    satisfaction: SatisfactionRule | None = None
    total_cap: TotalCapRule | None = None
    checked: Rule = CHECKED
    revision: RevisionRule = REVISION
    decision: DecisionRule = DECISION
    monitoring: MonitoringRule = MONITORING

    @property
    def label(self) -> str:
        """The pack as the working cites it (`cn-project-2021 第 1 版`)."""
        return f"{self.id} 第 {self.version} 版"

    @property
    def indicator_weight(self) -> Decimal:
        """What the weights of a plan's indicators add up to: 100 less the execution weight."""
        return Decimal(100) - self.execution.weight

    @property
    def class_names(self) -> tuple[str, ...]:
        """The 一级指标 that a plan can have, in form order."""
        names = tuple(item.name for item in self.class_weights.classes)
        return names if self.check_list is None else (*names, self.check_list.name)

    def rules(self) -> Iterator[Rule]:
        """Every rule that the pack has, for the page that shows their sources."""
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Rule):
                yield value
