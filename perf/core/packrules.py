"""How each table of a rule pack becomes its rule: every key read, checked and told apart."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from perf.core.packtable import Table
from perf.core.rulepack import (
    AtMostFormula,
    AtMostRule,
    CapBand,
    CheckListRule,
    ClassShares,
    ClassWeightsRule,
    DeadlineRule,
    DecisionRule,
    ExecutionRule,
    ExecutionStep,
    MonitoringRule,
    OverAchievementRule,
    PassMarkRule,
    RatingRule,
    ReasonFor,
    RevisionRule,
    RoundingRule,
    Rule,
    SatisfactionRule,
    TargetBasis,
    TiersRule,
    TotalCapRule,
    WeightClass,
)


def plain(table: Table, document: str) -> Rule:
    """A rule without values: it is cited, there is nothing to choose."""
    rule = Rule(**table.source(document))
    table.finish()
    return rule


def class_weights(table: Table, document: str) -> ClassWeightsRule:
    """The classes; with fixed shares each has a weight and may say who takes it."""
    shares = table.choice("shares", ClassShares, ClassShares.FIXED)
    classes = tuple(_weight_class(item, shares) for item in table.tables("classes"))
    names = [name for item in classes for name in (item.name, *item.includes)]
    if len(names) != len(set(names)):
        raise table.refuse("classes", "同一类别名称出现了两次。")
    for item in classes:
        receivers = dict(item.when_absent)
        if not receivers:
            continue
        if not set(receivers) <= {other.name for other in classes if other is not item}:
            raise table.refuse("classes", f"“{item.name}”的 when_absent 只能写其他类别的名称。")
        if sum(receivers.values()) != item.weight:
            raise table.refuse("classes", f"“{item.name}”的 when_absent 合计应等于其分值。")
    rule = ClassWeightsRule(classes=classes, shares=shares, **table.source(document))
    table.finish()
    return rule


def _weight_class(table: Table, shares: ClassShares) -> WeightClass:
    receivers: tuple[tuple[str, Decimal], ...] = ()
    weight = None
    # What is entered in the plan has no weight here to give away; both keys are then unknown.
    if shares is ClassShares.FIXED:
        weight = table.number("weight", 1, 100)
        if "when_absent" in table.values:
            given = table.table("when_absent")
            receivers = tuple((name, given.number(name, 1, 100)) for name in list(given.values))
    item = WeightClass(table.text("name"), weight, table.texts("includes"), receivers)
    table.finish()
    return item


def check_list(table: Table, document: str) -> CheckListRule:
    """A block beside the classes."""
    rule = CheckListRule(
        name=table.text("name"), weight=table.number("weight", 1, 99), **table.source(document)
    )
    table.finish()
    return rule


def execution(table: Table, document: str) -> ExecutionRule:
    """Budget execution, in proportion or by steps."""
    weight = table.number("weight", 0, 99)
    rule = ExecutionRule(
        weight=weight,
        reason_below=table.number("reason_below", 0, 1),
        steps=_execution_steps(table, weight) if "steps" in table.values else (),
        **table.source(document),
    )
    table.finish()
    return rule


def _execution_steps(table: Table, weight: Decimal) -> tuple[ExecutionStep, ...]:
    steps = []
    for item in table.tables("steps"):
        steps.append(ExecutionStep(item.number("rate_from", 0, 1), item.number("points", 0, 99)))
        item.finish()
    if not steps or steps[0].points != weight:
        raise table.refuse("steps", "最高一档的得分应等于预算执行分值。")
    for higher, lower in pairwise(steps):
        if not (lower.rate_from < higher.rate_from and lower.points < higher.points):
            raise table.refuse("steps", "应由高到低排列，执行率和得分逐档降低。")
    return tuple(steps)


def at_most(table: Table, document: str) -> AtMostRule:
    """The formula of a missed at-most target."""
    rule = AtMostRule(formula=table.choice("formula", AtMostFormula), **table.source(document))
    table.finish()
    return rule


def deadline(table: Table, document: str) -> DeadlineRule:
    """What a late completion keeps."""
    rule = DeadlineRule(late_ratio=table.number("late_ratio", 0, 1), **table.source(document))
    table.finish()
    return rule


def tiers(table: Table, document: str) -> TiersRule:
    """The bands of qualitative indicators."""
    rule = TiersRule(
        achieved_from=table.number("achieved_from", 0, 100),
        partial_from=table.number("partial_from", 0, 100),
        **table.source(document),
    )
    if not rule.partial_from < rule.achieved_from:
        raise table.refuse("partial_from", "应小于 achieved_from。")
    table.finish()
    return rule


def over_achievement(table: Table, document: str) -> OverAchievementRule:
    """From where a reason is demanded, and what is taken off from where."""
    flagged_from = table.number("flagged_from", 1, 1000)
    deduct_from = deduct_points = None
    # Either key alone would say only half of a deduction; the other one is then missing.
    if "deduct_from" in table.values or "deduct_points" in table.values:
        deduct_from = table.number("deduct_from", 1, 1000)
        deduct_points = table.number("deduct_points", 0, 100)
        if deduct_from < flagged_from:
            raise table.refuse("deduct_from", "不应小于 flagged_from：扣分的指标须说明原因。")
        if not deduct_points:
            raise table.refuse("deduct_points", "应大于 0；不扣分的，两项都不写。")
    rule = OverAchievementRule(
        flagged_from=flagged_from,
        deduct_from=deduct_from,
        deduct_points=deduct_points,
        **table.source(document),
    )
    table.finish()
    return rule


def pass_mark(table: Table, document: str) -> PassMarkRule:
    """The ratio below which nothing is earned."""
    rule = PassMarkRule(ratio=_share_above_zero(table, "ratio", 1), **table.source(document))
    table.finish()
    return rule


def satisfaction(table: Table, document: str) -> SatisfactionRule:
    """The satisfaction below which nothing is earned."""
    rule = SatisfactionRule(floor=_share_above_zero(table, "floor", 100), **table.source(document))
    table.finish()
    return rule


def _share_above_zero(table: Table, key: str, high: int) -> Decimal:
    number = table.number(key, 0, high)
    if not number:
        raise table.refuse(key, "应大于 0；不设此规则的，整个表都不写。")
    return number


def total_cap(table: Table, document: str) -> TotalCapRule:
    """What a low execution rate leaves of the total."""
    bands = []
    for item in table.tables("bands"):
        bands.append(CapBand(item.number("rate_below", 0, 1), item.whole("at_most", 0, 100)))
        item.finish()
    if not bands:
        raise table.refuse("bands", "至少应有一档。")
    for lower, higher in pairwise(bands):
        if not (lower.rate_below < higher.rate_below and lower.at_most < higher.at_most):
            raise table.refuse("bands", "应由低到高排列，执行率和总分上限逐档提高。")
    rule = TotalCapRule(bands=tuple(bands), **table.source(document))
    table.finish()
    return rule


def revision(table: Table, document: str) -> RevisionRule:
    """Which target counts after a revision."""
    rule = RevisionRule(basis=table.choice("basis", TargetBasis), **table.source(document))
    table.finish()
    return rule


def decision(table: Table, document: str) -> DecisionRule:
    """How far a decided score may lie from the computed one."""
    rule = DecisionRule(within=table.number("within", 0, 1), **table.source(document))
    table.finish()
    return rule


def monitoring(table: Table, document: str) -> MonitoringRule:
    """The lights of a quarter, and which of them demand a reason."""
    rule = MonitoringRule(
        green_from=table.number("green_from", 0, 1),
        yellow_from=table.number("yellow_from", 0, 1),
        reason_for=table.choice("reason_for", ReasonFor),
        **table.source(document),
    )
    if not rule.yellow_from < rule.green_from:
        raise table.refuse("yellow_from", "应小于 green_from。")
    table.finish()
    return rule


def rounding(table: Table, document: str) -> RoundingRule:
    """The decimals of points."""
    rule = RoundingRule(places=table.whole("places", 0, 2), **table.source(document))
    table.finish()
    return rule


def rating(table: Table, document: str) -> RatingRule:
    """The lower bounds of the grades."""
    rule = RatingRule(
        excellent_from=table.number("excellent_from", 0, 100),
        good_from=table.number("good_from", 0, 100),
        fair_from=table.number("fair_from", 0, 100),
        **table.source(document),
    )
    if not rule.fair_from < rule.good_from < rule.excellent_from:
        raise table.refuse("good_from", "应介于 fair_from 与 excellent_from 之间。")
    table.finish()
    return rule


READERS: dict[str, Callable[[Table, str], object]] = {
    "class_weights": class_weights,
    "execution": execution,
    "at_least": plain,
    "at_most": at_most,
    "exactly": plain,
    "between": plain,
    "zero_target": plain,
    "deadline": deadline,
    "tiers": tiers,
    "over_achievement": over_achievement,
    "rounding": rounding,
    "rating": rating,
    "check_list": check_list,
    "pass_mark": pass_mark,
    "satisfaction": satisfaction,
    "total_cap": total_cap,
    "checked": plain,
    "revision": revision,
    "decision": decision,
    "monitoring": monitoring,
}
