"""Values that several answers share: targets, actuals, people's times, rule packs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema

from perf.api import fields
from perf.api.fields import titled
from perf.core.actuals import Actual, Answer, Checked, Quotient, TierChoice, format_actual
from perf.core.numbers import format_number
from perf.core.rulepack import RulePack
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense, Tier


@titled("指标值：原文和读出的内容")
class TargetRecord(Schema):
    """A target: its text and what was read from it."""

    text = fields.text("指标值原文")
    comparator = fields.code(Comparator, "比较方式")
    value = fields.text("数值（文字形式的准确数）或日期；定性的、没有读出的为 null", null=True)
    upper = fields.text("区间的上限，或期间的最后一天", null=True)
    unit = fields.text("计量单位", null=True)
    sense = fields.code(Sense, "“等于”的指标值怎样算达成；其他比较方式为 null", null=True)


@titled("实际完成值：照页面的写法，和分开的各部分（只有适用的部分不是 null）")
class ActualRecord(Schema):
    """An actual as pages show it, and its parts; only those that apply are not null."""

    text = fields.text("页面上的写法，如 88.41%、达成年度指标（95%）")
    number = fields.number("数值；按公式计算的为保留六位小数的商", null=True)
    numerator = fields.number("按公式计算的：准确的分子", null=True)
    denominator = fields.number("按公式计算的：准确的分母", null=True)
    day = fields.day("完成日期", null=True)
    tier = fields.code(Tier, "定性指标的等级", null=True)
    rate = fields.number("等级内的完成率（%）", null=True)
    answers = fields.many(
        fields.code(Answer, "一个要点的核对结果"), "逐项核对的各要点，依次；其他指标为空"
    )


@titled("评分办法的编号、版本和名称")
class PackReference(Schema):
    """A rule pack by id and version, with its name."""

    id = fields.text("编号")
    version = fields.whole("版本")
    name = fields.text("名称")


def number(value: Decimal | None) -> str | None:
    """An exact number as the API sends it; missing stays missing."""
    return None if value is None else format_number(value)


def moment(value: datetime | None) -> str | None:
    """A moment in UTC."""
    return None if value is None else value.isoformat()


def day(value: date | None) -> str | None:
    """A day."""
    return None if value is None else value.isoformat()


def target_record(target: Target) -> dict[str, Any]:
    """A target with what was read from it (≥90% → ge, `"90"`, %)."""
    return {
        "text": target.text,
        "comparator": target.comparator.value,
        "value": _side(target.value),
        "upper": _side(target.upper),
        "unit": target.unit,
        "sense": target.sense.value if target.sense else None,
    }


def _side(value: Decimal | date | None) -> str | None:
    return number(value) if isinstance(value, Decimal) else day(value)


def actual_record(actual: Actual | None, unit: str | None) -> dict[str, Any] | None:
    """An actual in its parts; None is 未填报."""
    if actual is None:
        return None
    record: dict[str, Any] = {
        "text": format_actual(actual, unit),
        **dict.fromkeys(("number", "numerator", "denominator", "day", "tier", "rate")),
        "answers": [],
    }
    match actual:
        case Quotient():
            parts = (actual.rounded, actual.numerator, actual.denominator)
            record["number"], record["numerator"], record["denominator"] = map(number, parts)
        case TierChoice():
            record["tier"], record["rate"] = actual.tier.value, number(actual.rate)
        case Checked():
            record["answers"] = [answer.value for answer in actual.answers]
        case Decimal():
            record["number"] = number(actual)
        case _:
            record["day"] = day(actual)
    return record


def pack_reference(pack: RulePack) -> dict[str, Any]:
    """Which pack, in which version."""
    return {"id": pack.id, "version": pack.version, "name": pack.name}
