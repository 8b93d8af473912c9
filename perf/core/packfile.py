"""Reads a rule pack's TOML file under its schema and refuses what does not fit."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from perf.core.packtable import PackError, Table
from perf.core.rulepack import (
    CHECKED,
    DECISION,
    REVISION,
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
    OverAchievementRule,
    PassMarkRule,
    RatingRule,
    RevisionRule,
    RoundingRule,
    Rule,
    RulePack,
    SatisfactionRule,
    TargetBasis,
    TiersRule,
    TotalCapRule,
    WeightClass,
)
from perf.core.terms import PlanKind

__all__ = ["PackError", "parse_pack", "read_pack"]

_HUNDRED = Decimal(100)
_Read = TypeVar("_Read")


def read_pack(path: Path) -> RulePack:
    """The pack in this file; raises PackError with file, key and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(path.name, "文件", f"读不出来：{error}") from error
    pack = parse_pack(text, path.name)
    if pack.id != path.stem:
        raise PackError(path.name, "id", f"应与文件名一致（{path.stem}）。")
    return pack


def parse_pack(text: str, file_name: str) -> RulePack:
    """The pack that a TOML text says; PackError names `file_name`, the key and the reason."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PackError(file_name, "文件", f"读不出来：{error}") from error
    top = Table(file_name, "", values)
    pack_id = top.text("id")
    document = top.text("document")
    pack = RulePack(
        id=pack_id,
        version=top.whole("version", 1, 9999),
        name=top.text("name"),
        document=document,
        plan_kind=top.choice("plan_kind", PlanKind),
        class_weights=_class_weights(top.table("class_weights"), document),
        execution=_execution(top.table("execution"), document),
        at_least=_plain(top.table("at_least"), document),
        at_most=_at_most(top.table("at_most"), document),
        exactly=_plain(top.table("exactly"), document),
        between=_plain(top.table("between"), document),
        zero_target=_plain(top.table("zero_target"), document),
        deadline=_deadline(top.table("deadline"), document),
        tiers=_tiers(top.table("tiers"), document),
        over_achievement=_over_achievement(top.table("over_achievement"), document),
        rounding=_rounding(top.table("rounding"), document),
        rating=_rating(top.table("rating"), document),
        check_list=_optional(top, "check_list", _check_list, document),
        pass_mark=_optional(top, "pass_mark", _pass_mark, document),
        satisfaction=_optional(top, "satisfaction", _satisfaction, document),
        total_cap=_optional(top, "total_cap", _total_cap, document),
        checked=_optional(top, "checked", _plain, document) or CHECKED,
        revision=_optional(top, "revision", _revision, document) or REVISION,
        decision=_optional(top, "decision", _decision, document) or DECISION,
    )
    top.finish()
    _demand_whole(top, pack)
    return pack


def _demand_whole(top: Table, pack: RulePack) -> None:
    """Refuse what only the tables together can get wrong."""
    total = pack.execution.weight
    if pack.check_list is not None:
        total += pack.check_list.weight
        name = pack.check_list.name
        if any(name in (item.name, *item.includes) for item in pack.class_weights.classes):
            raise top.refuse("check_list.name", "已是一个类别的名称。")
    if pack.class_weights.shares is ClassShares.FIXED:
        total += sum((item.weight or 0 for item in pack.class_weights.classes), Decimal(0))
        if total != _HUNDRED:
            raise top.refuse("class_weights.classes", f"与其他各项分值合计应为 100，现为 {total}。")
    elif total >= _HUNDRED:
        raise top.refuse("class_weights.shares", f"其他各项分值已合计 {total}，没有剩余分值。")
    if pack.total_cap is not None and not pack.execution.weight:
        raise top.refuse("total_cap", "预算执行不设分值的办法没有执行率，不能据以限制总分。")


def _optional(
    top: Table, key: str, read: Callable[[Table, str], _Read], document: str
) -> _Read | None:
    return read(top.table(key), document) if key in top.values else None


def _plain(table: Table, document: str) -> Rule:
    rule = Rule(**table.source(document))
    table.finish()
    return rule


def _class_weights(table: Table, document: str) -> ClassWeightsRule:
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


def _check_list(table: Table, document: str) -> CheckListRule:
    rule = CheckListRule(
        name=table.text("name"), weight=table.number("weight", 1, 99), **table.source(document)
    )
    table.finish()
    return rule


def _execution(table: Table, document: str) -> ExecutionRule:
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


def _at_most(table: Table, document: str) -> AtMostRule:
    rule = AtMostRule(formula=table.choice("formula", AtMostFormula), **table.source(document))
    table.finish()
    return rule


def _deadline(table: Table, document: str) -> DeadlineRule:
    rule = DeadlineRule(late_ratio=table.number("late_ratio", 0, 1), **table.source(document))
    table.finish()
    return rule


def _tiers(table: Table, document: str) -> TiersRule:
    rule = TiersRule(
        achieved_from=table.number("achieved_from", 0, 100),
        partial_from=table.number("partial_from", 0, 100),
        **table.source(document),
    )
    if not rule.partial_from < rule.achieved_from:
        raise table.refuse("partial_from", "应小于 achieved_from。")
    table.finish()
    return rule


def _over_achievement(table: Table, document: str) -> OverAchievementRule:
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


def _pass_mark(table: Table, document: str) -> PassMarkRule:
    rule = PassMarkRule(ratio=_share_above_zero(table, "ratio", 1), **table.source(document))
    table.finish()
    return rule


def _satisfaction(table: Table, document: str) -> SatisfactionRule:
    rule = SatisfactionRule(floor=_share_above_zero(table, "floor", 100), **table.source(document))
    table.finish()
    return rule


def _share_above_zero(table: Table, key: str, high: int) -> Decimal:
    number = table.number(key, 0, high)
    if not number:
        raise table.refuse(key, "应大于 0；不设此规则的，整个表都不写。")
    return number


def _total_cap(table: Table, document: str) -> TotalCapRule:
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


def _revision(table: Table, document: str) -> RevisionRule:
    rule = RevisionRule(basis=table.choice("basis", TargetBasis), **table.source(document))
    table.finish()
    return rule


def _decision(table: Table, document: str) -> DecisionRule:
    rule = DecisionRule(within=table.number("within", 0, 1), **table.source(document))
    table.finish()
    return rule


def _rounding(table: Table, document: str) -> RoundingRule:
    rule = RoundingRule(places=table.whole("places", 0, 2), **table.source(document))
    table.finish()
    return rule


def _rating(table: Table, document: str) -> RatingRule:
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
