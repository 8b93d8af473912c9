"""One score worked out for whoever asks; nothing is read but the rule pack, and nothing is kept."""

from decimal import Decimal
from typing import Any, cast

from marshmallow import Schema

from perf.api import fields
from perf.api.asking import Body, Count, Text, blueprint
from perf.api.door import requires
from perf.api.fields import titled
from perf.api.packs import pack_asked_for
from perf.api.values import (
    ActualRecord,
    PackReference,
    TargetRecord,
    actual_record,
    number,
    pack_reference,
    target_record,
)
from perf.core.actuals import parse_actual
from perf.core.attainment import Flag
from perf.core.errors import InvalidInput
from perf.core.findings import Severity
from perf.core.numbers import MAX_FRACTION_DIGITS, parse_number, round_half_up
from perf.core.permissions import Permission
from perf.core.rulepack import RulePack
from perf.core.rules import choose_pack_id
from perf.core.scoring import IndicatorScore, score_indicator
from perf.core.storable import LINE, SHORT
from perf.core.targets import Target, describe_target, parse_target
from perf.core.terms import Comparator, PlanKind
from perf.core.weights import class_name
from perf.core.years import is_satisfaction
from perf.extensions import db
from perf.services.plan_packs import COST_CLASS
from perf.services.typed import Typed

_MOST = Decimal(100)


@titled("一个指标：指标值、分值和实际完成值")
class ScoreAsked(Body):
    """One indicator: its target, weight and actual."""

    target = Text("指标值，照表中的写法", limit=LINE, required=True, example="≤7天")
    weight = Text("分值，0 至 100，最多两位小数", limit=SHORT, required=True, example="10")
    actual = Text(
        "实际完成值：数字、日期，或等级和完成率（达成年度指标（95%））；未填报的为 null 或不写",
        limit=LINE,
        example="7.5",
    )
    level1 = Text("一级指标", limit=SHORT, example="产出指标")
    level2 = Text("二级指标", limit=SHORT, example="时效指标")
    name = Text("三级指标", limit=LINE, example="办结时限")
    year = Count("年度，指标值里的日期没有写年份时用", most=9999)
    pack = Text(
        "评分办法的编号；不写的，一级指标是成本指标的用 cn-project-2021，其他用 cn-project-2020",
        limit=SHORT,
        example="cn-project-2021",
    )
    pack_version = Count("评分办法的版本；不写的为最新发布的版本")


@titled("读指标值时的一条提示")
class FindingRecord(Schema):
    """A finding about how a target was read."""

    severity = fields.code(Severity, "轻重")
    code = fields.text("提示的代码")
    message = fields.text("提示")


@titled("完成率：是否达成由比较得出，不由完成率得出")
class AttainmentRecord(Schema):
    """Whether a target is met, decided by comparing, and the ratio."""

    met = fields.yes_or_no("是否达成；未填报的为 null", null=True)
    ratio = fields.number("完成率（0 至 1 及以上），四舍五入到六位小数，只供显示", null=True)
    numerator = fields.number("准确的完成率：分子", null=True)
    denominator = fields.number("准确的完成率：分母", null=True)
    flags = fields.many(fields.code(Flag, "提示"), "提示")


@titled("得分、完成率和计算过程")
class ScoreRecord(Schema):
    """Points, attainment and the working."""

    target = fields.one(TargetRecord, "指标值和它的读法")
    reading = fields.text("指标值读作什么，一句话")
    findings = fields.many(FindingRecord, "读指标值时的提示")
    actual = fields.one(ActualRecord, "实际完成值；未填报的为 null", null=True)
    weight = fields.number("分值")
    attainment = fields.one(AttainmentRecord, "完成率")
    points = fields.number("得分；未填报的为 null", null=True)
    steps = fields.texts("计算过程，与页面和表中的写法相同")
    pack = fields.one(PackReference, "用的评分办法")


@blueprint.route("/score", methods=["POST"])
@requires(Permission.READ)
@blueprint.arguments(ScoreAsked)
@blueprint.response(200, ScoreRecord, description="得分")
@blueprint.doc(
    summary="试算一个得分",
    description="什么也不保存：由指标值、分值和实际完成值按评分办法算出得分，并写出计算过程。",
)
def score(asked: dict[str, Any]) -> dict[str, Any]:
    """The points of one indicator with their working."""
    pack = pack_asked_for(db.session(), _pack_id(asked), asked.get("pack_version"))
    place = {key: asked.get(key) for key in ("level1", "level2", "name")}
    target = parse_target(asked["target"], **place, year=asked.get("year"))
    return _record(_scored(asked, target, pack))


def _pack_id(asked: dict[str, Any]) -> str:
    has_cost = class_name(asked.get("level1") or "") == COST_CLASS
    return asked.get("pack") or choose_pack_id(has_cost, PlanKind.PROJECT)


def _scored(asked: dict[str, Any], target: Target, pack: RulePack) -> IndicatorScore:
    typed = Typed()
    weight = cast(Decimal, typed.read("weight", _read_weight, asked["weight"]))
    actual = typed.read(
        "actual",
        lambda text: parse_actual(text, target, bands=pack.tiers.bands),
        asked.get("actual") or "",
    )
    typed.demand_clean("参数有误，请按提示修改。")
    satisfied = is_satisfaction(
        asked.get("level1") or "", asked.get("level2"), asked.get("name") or ""
    )
    try:
        return score_indicator(weight, target, actual, pack, is_satisfaction=satisfied)
    except InvalidInput as error:
        raise InvalidInput(str(error), {_at_fault(target): str(error)}) from error


def _at_fault(target: Target) -> str:
    """Where a score cannot be given: the target without what it is compared by, or the actual."""
    side = target.upper if target.comparator is Comparator.PERIOD else target.value
    is_open = side is None and target.comparator is not Comparator.QUALITATIVE
    return "target" if is_open else "actual"


def _read_weight(text: str) -> Decimal:
    weight = parse_number(text)
    if weight is None:
        raise InvalidInput("请填写分值。")
    if not 0 <= weight <= _MOST or weight != round_half_up(weight):
        raise InvalidInput("分值应在 0 至 100 之间，最多两位小数。")
    return weight


def _record(scored: IndicatorScore) -> dict[str, Any]:
    target, judged = scored.target, scored.attainment
    pair = judged.pair
    return {
        "target": target_record(target),
        "reading": describe_target(target),
        "findings": [
            {"severity": one.severity.value, "code": one.code, "message": one.message}
            for one in target.findings
        ],
        "actual": actual_record(scored.actual, target.unit),  # type: ignore[arg-type]
        "weight": number(scored.weight),
        "attainment": {
            "met": judged.met,
            "ratio": number(round_half_up(*pair, MAX_FRACTION_DIGITS)) if pair else None,
            "numerator": number(pair[0]) if pair else None,
            "denominator": number(pair[1]) if pair else None,
            "flags": sorted(scored.flags),
        },
        "points": number(scored.points),
        "steps": scored.steps,
        "pack": pack_reference(scored.pack),
    }
