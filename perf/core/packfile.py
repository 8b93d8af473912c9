"""Reads a rule pack's TOML file under its schema and refuses what does not fit."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from perf.core import packrules
from perf.core.packtable import PackError, Table
from perf.core.rulepack import (
    CHECKED,
    DECISION,
    MONITORING,
    REVISION,
    ClassShares,
    RulePack,
)
from perf.core.terms import PlanKind

__all__ = ["PackError", "build_pack", "faults_of", "parse_pack", "read_pack"]

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
    return build_pack(values, file_name)


def build_pack(values: dict[str, Any], file_name: str) -> RulePack:
    """The pack that the tables of a file say, numbers as int or Decimal; raises PackError."""
    top = Table(file_name, "", values)
    pack_id = top.text("id")
    document = top.text("document")
    pack = RulePack(
        id=pack_id,
        version=top.whole("version", 1, 9999),
        name=top.text("name"),
        document=document,
        plan_kind=top.choice("plan_kind", PlanKind),
        class_weights=packrules.class_weights(top.table("class_weights"), document),
        execution=packrules.execution(top.table("execution"), document),
        at_least=packrules.plain(top.table("at_least"), document),
        at_most=packrules.at_most(top.table("at_most"), document),
        exactly=packrules.plain(top.table("exactly"), document),
        between=packrules.plain(top.table("between"), document),
        zero_target=packrules.plain(top.table("zero_target"), document),
        deadline=packrules.deadline(top.table("deadline"), document),
        tiers=packrules.tiers(top.table("tiers"), document),
        over_achievement=packrules.over_achievement(top.table("over_achievement"), document),
        rounding=packrules.rounding(top.table("rounding"), document),
        rating=packrules.rating(top.table("rating"), document),
        check_list=_optional(top, "check_list", packrules.check_list, document),
        pass_mark=_optional(top, "pass_mark", packrules.pass_mark, document),
        satisfaction=_optional(top, "satisfaction", packrules.satisfaction, document),
        total_cap=_optional(top, "total_cap", packrules.total_cap, document),
        checked=_optional(top, "checked", packrules.plain, document) or CHECKED,
        revision=_optional(top, "revision", packrules.revision, document) or REVISION,
        decision=_optional(top, "decision", packrules.decision, document) or DECISION,
        monitoring=_optional(top, "monitoring", packrules.monitoring, document) or MONITORING,
    )
    top.finish()
    _demand_whole(top, pack)
    return pack


def faults_of(values: dict[str, Any], file_name: str) -> list[PackError]:
    """What keeps these tables from being a pack: the first fault of each; empty for a whole pack.

    A form shows them all at once, where a file is refused for its first one.
    """
    found = []
    for key, read in packrules.READERS.items():
        try:
            if key in values:
                read(Table(file_name, "", values).table(key), "–")
        except PackError as error:
            found.append(error)
    if not found:
        try:
            build_pack(values, file_name)
        except PackError as error:
            found.append(error)
    return found


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
