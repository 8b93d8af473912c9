"""Reads a rule pack's TOML file under its schema and refuses what does not fit."""

import tomllib
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from perf.core.errors import PerfError
from perf.core.rulepack import (
    AtMostFormula,
    AtMostRule,
    Certainty,
    ClassWeightsRule,
    DeadlineRule,
    ExecutionRule,
    OverAchievementRule,
    RatingRule,
    RoundingRule,
    Rule,
    RulePack,
    TiersRule,
    WeightClass,
)
from perf.core.terms import PlanKind

_Choice = TypeVar("_Choice", bound=StrEnum)
_HUNDRED = Decimal(100)


class PackError(PerfError):
    """A pack file cannot be taken; says in which file, under which key and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"评分办法文件 {file} 不能使用：{key} {reason}")
        self.file = file
        self.key = key
        self.reason = reason


class _Source(TypedDict):
    title: str
    document: str
    clause: str
    certainty: Certainty


class _Table:
    """One TOML table that hands out each key once, checked, and knows what was not asked for."""

    def __init__(self, file: str, path: str, values: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self.values = dict(values)

    def refuse(self, key: str, reason: str) -> PackError:
        return PackError(self.file, f"{self.path}.{key}" if self.path else key, reason)

    def _take(self, key: str) -> Any:
        if key not in self.values:
            raise self.refuse(key, "缺少这一项。")
        return self.values.pop(key)

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self.values:
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, "应为不空的文字。")
        return value

    def number(self, key: str, low: int, high: int) -> Decimal:
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refuse(key, "应为数字。")
        number = Decimal(value)
        if not number.is_finite() or not low <= number <= high:
            raise self.refuse(key, f"应在 {low} 与 {high} 之间。")
        return number

    def whole(self, key: str, low: int, high: int) -> int:
        number = self.number(key, low, high)
        if number != int(number):
            raise self.refuse(key, "应为整数。")
        return int(number)

    def choice(self, key: str, kind: type[_Choice]) -> _Choice:
        value = self._take(key)
        members = {str(member): member for member in kind}
        if not isinstance(value, str) or value not in members:
            raise self.refuse(key, f"只能是 {'、'.join(members)} 之一。")
        return members[value]

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(key, "应为文字的列表。")
        return tuple(value)

    def table(self, key: str) -> "_Table":
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.refuse(key, "应为一个表。")
        return _Table(self.file, f"{self.path}.{key}" if self.path else key, value)

    def tables(self, key: str) -> list["_Table"]:
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(key, "应为表的列表。")
        return [
            _Table(self.file, f"{self.path}.{key}[{index}]", item)
            for index, item in enumerate(value, start=1)
        ]

    def source(self, document: str) -> _Source:
        return {
            "title": self.text("title"),
            "document": self.text("document", document),
            "clause": self.text("clause"),
            "certainty": self.choice("certainty", Certainty),
        }

    def finish(self) -> None:
        for key in self.values:
            raise self.refuse(key, "不是认识的项，请检查拼写。")


def read_pack(path: Path) -> RulePack:
    """The pack in this file; raises PackError with file, key and reason."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(path.name, "文件", f"读不出来：{error}") from error
    top = _Table(path.name, "", values)
    pack_id = top.text("id")
    if pack_id != path.stem:
        raise top.refuse("id", f"应与文件名一致（{path.stem}）。")
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
    )
    top.finish()
    total = sum((item.weight for item in pack.class_weights.classes), pack.execution.weight)
    if total != _HUNDRED:
        raise top.refuse("class_weights.classes", f"与预算执行分值合计应为 100，现为 {total}。")
    return pack


def _plain(table: _Table, document: str) -> Rule:
    rule = Rule(**table.source(document))
    table.finish()
    return rule


def _class_weights(table: _Table, document: str) -> ClassWeightsRule:
    classes = tuple(_weight_class(item) for item in table.tables("classes"))
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
    rule = ClassWeightsRule(classes=classes, **table.source(document))
    table.finish()
    return rule


def _weight_class(table: _Table) -> WeightClass:
    receivers: tuple[tuple[str, Decimal], ...] = ()
    if "when_absent" in table.values:
        shares = table.table("when_absent")
        receivers = tuple((name, shares.number(name, 1, 100)) for name in list(shares.values))
    item = WeightClass(
        table.text("name"), table.number("weight", 1, 100), table.texts("includes"), receivers
    )
    table.finish()
    return item


def _execution(table: _Table, document: str) -> ExecutionRule:
    rule = ExecutionRule(
        weight=table.number("weight", 0, 99),
        reason_below=table.number("reason_below", 0, 1),
        **table.source(document),
    )
    table.finish()
    return rule


def _at_most(table: _Table, document: str) -> AtMostRule:
    rule = AtMostRule(formula=table.choice("formula", AtMostFormula), **table.source(document))
    table.finish()
    return rule


def _deadline(table: _Table, document: str) -> DeadlineRule:
    rule = DeadlineRule(late_ratio=table.number("late_ratio", 0, 1), **table.source(document))
    table.finish()
    return rule


def _tiers(table: _Table, document: str) -> TiersRule:
    rule = TiersRule(
        achieved_from=table.number("achieved_from", 0, 100),
        partial_from=table.number("partial_from", 0, 100),
        **table.source(document),
    )
    if not rule.partial_from < rule.achieved_from:
        raise table.refuse("partial_from", "应小于 achieved_from。")
    table.finish()
    return rule


def _over_achievement(table: _Table, document: str) -> OverAchievementRule:
    rule = OverAchievementRule(
        flagged_from=table.number("flagged_from", 1, 1000), **table.source(document)
    )
    table.finish()
    return rule


def _rounding(table: _Table, document: str) -> RoundingRule:
    rule = RoundingRule(places=table.whole("places", 0, 2), **table.source(document))
    table.finish()
    return rule


def _rating(table: _Table, document: str) -> RatingRule:
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
