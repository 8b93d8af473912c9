"""What a rule computes, in Chinese words: beside its clause on the page of the rule packs."""

from decimal import Decimal
from functools import singledispatch

from perf.core.numbers import format_number
from perf.core.rulepack import (
    AtMostRule,
    CheckListRule,
    ClassShares,
    ClassWeightsRule,
    DeadlineRule,
    DecisionRule,
    ExecutionRule,
    MonitoringRule,
    OverAchievementRule,
    PassMarkRule,
    RatingRule,
    RevisionRule,
    RoundingRule,
    Rule,
    SatisfactionRule,
    TiersRule,
    TotalCapRule,
    WeightClass,
)
from perf.core.terms import Rating, Tier

_PLACES = ("整数", "一位小数", "两位小数")


@singledispatch
def describe_rule(_: Rule) -> str:
    """The values by which a rule computes, or nothing where its clause says all.

    `late_ratio = 0` → 逾期不得分.
    """
    return ""


@describe_rule.register
def _class_weights(rule: ClassWeightsRule) -> str:
    classes = "、".join(_class(item) for item in rule.classes)
    if rule.shares is ClassShares.ENTERED:
        return f"{classes}；各类不定分值，按填报的计，只核对合计"
    parts = [classes]
    for item in rule.classes:
        given = "、".join(f"{name} +{format_number(points)}" for name, points in item.when_absent)
        if given:
            parts.append(f"没有{item.name}时，{given}")
    return "；".join([*parts, "其他类别缺项时按比例分摊"])


@describe_rule.register
def _check_list(rule: CheckListRule) -> str:
    return f"{rule.name} {format_number(rule.weight)} 分，按所列指标计分，不与其他指标相互调剂"


@describe_rule.register
def _execution(rule: ExecutionRule) -> str:
    if not rule.weight:
        return "不设分值"
    reason = f"执行率低于 {_percent(rule.reason_below)} 须说明原因"
    weight = format_number(rule.weight)
    if not rule.steps:
        return f"分值 {weight}，按执行率的比例计分；{reason}"
    steps = "、".join(
        f"达到 {_percent(step.rate_from)} 得 {format_number(step.points)} 分" for step in rule.steps
    )
    return f"分值 {weight}，{steps}，再低不得分；{reason}"


@describe_rule.register
def _at_most(rule: AtMostRule) -> str:
    return f"未达成的按 {rule.formula.label} 计分"


@describe_rule.register
def _deadline(rule: DeadlineRule) -> str:
    return f"逾期得分值的 {_percent(rule.late_ratio)}" if rule.late_ratio else "逾期不得分"


@describe_rule.register
def _tiers(rule: TiersRule) -> str:
    words = []
    for tier in Tier:
        low, high = rule.band(tier)
        excluded = "" if tier is Tier.ACHIEVED else "（不含）"
        words.append(f"{tier.label} {format_number(low)}%–{format_number(high)}%{excluded}")
    return "；".join(words)


@describe_rule.register
def _over_achievement(rule: OverAchievementRule) -> str:
    flagged = f"完成率达到 {_percent(rule.flagged_from)} 的须说明原因"
    if rule.deduct_from is None or rule.deduct_points is None:
        return f"{flagged}，不自动扣分，由审核人决定"
    points = format_number(rule.deduct_points)
    return f"{flagged}，达到 {_percent(rule.deduct_from)} 的扣 {points} 分"


@describe_rule.register
def _pass_mark(rule: PassMarkRule) -> str:
    return f"完成率低于 {_percent(rule.ratio)} 的不得分，定性指标和期限除外"


@describe_rule.register
def _satisfaction(rule: SatisfactionRule) -> str:
    floor = format_number(rule.floor)
    return f"未达成且低于 {floor}% 的不得分，其余按完成值 ÷ 指标值计分"


@describe_rule.register
def _total_cap(rule: TotalCapRule) -> str:
    bands = "、".join(
        f"低于 {_percent(band.rate_below)} 的最高 {band.at_most} 分" for band in rule.bands
    )
    return f"执行率{bands}"


@describe_rule.register
def _revision(rule: RevisionRule) -> str:
    return f"{rule.basis.label}计分"


@describe_rule.register
def _decision(rule: DecisionRule) -> str:
    if not rule.within:
        return "不另行评定，以计算得分为准"
    return f"与计算得分相差不超过该指标分值的 {_percent(rule.within)}"


@describe_rule.register
def _monitoring(rule: MonitoringRule) -> str:
    green, yellow = _percent(rule.green_from), _percent(rule.yellow_from)
    return f"应完成进度的 {green} 起为正常，{yellow} 起为关注，再低为滞后；{rule.reason_for.label}"


@describe_rule.register
def _rounding(rule: RoundingRule) -> str:
    return f"得分保留{_PLACES[rule.places]}"


@describe_rule.register
def _rating(rule: RatingRule) -> str:
    bounds = zip(Rating, (rule.excellent_from, rule.good_from, rule.fair_from), strict=False)
    return "、".join(f"{grade.label} ≥ {format_number(low)}" for grade, low in bounds)


def _class(item: WeightClass) -> str:
    points = "" if item.weight is None else f" {format_number(item.weight)}"
    included = f"（含{'、'.join(item.includes)}）" if item.includes else ""
    return f"{item.name}{included}{points}"


def _percent(ratio: Decimal) -> str:
    return f"{format_number(ratio * 100)}%"
