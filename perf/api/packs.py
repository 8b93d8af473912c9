"""Rule packs in the API: those that a year can be pinned to, each with its rules and sources."""

import dataclasses
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import url_for
from marshmallow import Schema
from marshmallow.fields import Dict
from sqlalchemy.orm import Session

from perf.api import fields
from perf.api.asking import CountArgument, blueprint
from perf.api.door import requires
from perf.api.fields import titled
from perf.api.values import number, pack_reference
from perf.core.errors import NotFound
from perf.core.packtext import write_pack
from perf.core.permissions import Permission
from perf.core.rulepack import Certainty, Rule, RulePack
from perf.core.rules import PACKS
from perf.core.rulewords import describe_rule
from perf.core.terms import PlanKind
from perf.extensions import db
from perf.queries.packs import packs_to_pin

_SAID = frozenset(item.name for item in dataclasses.fields(Rule))


@titled("一个可以选用的评分办法版本")
class PackSummary(Schema):
    """One version of a rule pack that can be chosen."""

    id = fields.text("编号")
    version = fields.whole("版本")
    name = fields.text("名称")
    document = fields.text("依据的文件")
    plan_kind = fields.code(PlanKind, "适用于")
    is_local = fields.yes_or_no("是否本地的办法（其余为内置）")
    link = fields.link("全文（接口）")


@titled("可以选用的评分办法：内置的和已发布的本地办法")
class PackList(Schema):
    """The rule packs that can be chosen."""

    packs = fields.many(PackSummary, "各版本")


@titled("评分办法的一条规则")
class RuleRecord(Schema):
    """One rule of a pack."""

    key = fields.text("规则在评分办法文件里的名称")
    title = fields.text("标题，计算过程中写在 § 之后")
    document = fields.text("依据的文件")
    clause = fields.text("条文")
    certainty = fields.code(Certainty, "出处可靠程度")
    summary = fields.text("怎样计算，一句话；条文已说全的为 null", null=True)
    values = Dict(
        required=True,
        metadata={"description": "计算用的参数，名称与评分办法文件里的相同；数字为文字"},
    )


@titled("一个评分办法版本的全文")
class PackRecord(PackSummary):
    """One version of a rule pack, whole."""

    execution_weight = fields.number("预算执行率的分值")
    indicator_weight = fields.number("各指标分值之和")
    classes = fields.texts("一级指标，按表中顺序")
    rules = fields.many(RuleRecord, "各条规则")
    text = fields.text("评分办法文件（TOML），与系统内置的写法相同")


class PackAsked(Schema):
    """Which version."""

    version = CountArgument("版本；不写的为最新发布的版本")


@blueprint.route("/packs")
@requires(Permission.READ)
@blueprint.response(200, PackList, description="可以选用的评分办法")
@blueprint.doc(summary="评分办法清单", description="内置的办法，和已发布的本地办法的各个版本。")
def packs() -> dict[str, Any]:
    """The packs that a year can be pinned to."""
    return {"packs": [_summary(one) for one in packs_to_pin(db.session())]}


@blueprint.route(
    "/packs/<pack_id>",
    parameters=[{"in": "path", "name": "pack_id", "description": "评分办法的编号"}],
)
@requires(Permission.READ)
@blueprint.arguments(PackAsked, location="query")
@blueprint.response(200, PackRecord, description="这个评分办法")
@blueprint.doc(summary="一个评分办法", description="每条规则的条文、出处、可靠程度和参数。")
def pack(asked: dict[str, int], pack_id: str) -> dict[str, Any]:
    """One version of a pack, whole."""
    found = pack_asked_for(db.session(), pack_id, asked.get("version"))
    return {
        **_summary(found),
        "execution_weight": number(found.execution.weight),
        "indicator_weight": number(found.indicator_weight),
        "classes": list(found.class_names),
        "rules": [
            _rule(item.name, rule)
            for item in dataclasses.fields(found)
            if isinstance(rule := getattr(found, item.name), Rule)
        ],
        "text": write_pack(found),
    }


def pack_asked_for(session: Session, pack_id: str, version: int | None) -> RulePack:
    """The pack in this version, else in its newest published one; NotFound where there is none."""
    found = [
        one for one in packs_to_pin(session) if one.id == pack_id and version in {None, one.version}
    ]
    if not found:
        which = "" if version is None else f"第 {version} 版"
        raise NotFound(f"没有评分办法“{pack_id[:64]}”{which}。可以选用的见 /api/v1/packs。")
    return max(found, key=lambda one: one.version)


def _summary(pack: RulePack) -> dict[str, Any]:
    return {
        **pack_reference(pack),
        "document": pack.document,
        "plan_kind": pack.plan_kind.value,
        "is_local": pack.id not in PACKS,
        "link": url_for("api.pack", pack_id=pack.id, version=pack.version),
    }


def _rule(key: str, rule: Rule) -> dict[str, Any]:
    return {
        "key": key,
        "title": rule.title,
        "document": rule.document,
        "clause": rule.clause,
        "certainty": rule.certainty.value,
        "summary": describe_rule(rule) or None,
        "values": {
            item.name: _plain(getattr(rule, item.name))
            for item in dataclasses.fields(rule)
            if item.name not in _SAID
        },
    }


def _plain(value: Any) -> Any:
    """A rule's value as JSON has it, exact numbers as texts."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    return value
