"""What binds a figure of the grid, in words: its target, what is due by now, and its format."""

from decimal import Decimal

from perf.core.actuals import format_actual
from perf.core.attainment import is_at_most
from perf.core.check_list import points_of
from perf.core.numbers import (
    EXACT,
    MAX_FRACTION_DIGITS,
    MAX_INTEGER_DIGITS,
    format_number,
    round_half_up,
)
from perf.core.progress import Pace
from perf.core.rulepack import ReasonFor, RulePack
from perf.core.terms import Curve, Kind
from perf.models import Indicator
from perf.queries.packs import pack_of
from perf.services.entry_figures import bands_of
from perf.services.paces import pace_of
from perf.services.ways import describe_reading, means_of
from perf.web.grid_reading import Reading
from perf.web.grid_row import control_of
from perf.web.grid_values import SHORT_TIERS

_ONE = Decimal(1)


def limits_of(indicator: Indicator, months: int, reading: Reading) -> list[tuple[str, str]]:
    """(label, sentence) of each, for a period that ends `months` into the year."""
    pack, pace = pack_of(indicator.plan), pace_of(indicator)
    said = describe_reading(indicator.target, means_of(indicator), indicator.note)
    found = [("指标值", f"{indicator.target_text}（{said}）")]
    if indicator.initial is not None:
        document = f"，按{indicator.revision_document}调整" if indicator.revision_document else ""
        found.append(("年初指标值", f"{indicator.initial.text}{document}"))
    found += [
        ("进度安排", pace.label),
        ("本期应完成", _expected(indicator, pace, months)),
        ("目前", reading.line or "未填报"),
    ]
    if reading.reason:
        found.append(("现在要求", reading.reason))
    return [
        *found,
        ("须说明原因", "；".join(_reasons(indicator, pack))),
        ("填写", _format(indicator, pack)),
    ]


def _expected(indicator: Indicator, pace: Pace, months: int) -> str:
    """What is to be reached by now: `75%，即 75 件`."""
    share, target = pace.expected_share(months), indicator.target
    if share is None:
        return "按计划尚未到期"
    if is_at_most(target):
        return "不超过指标值" if share >= _ONE else f"不超过指标值的 {_percent(share)}"
    if pace.curve is Curve.LEVEL or share >= _ONE:
        return "达到指标值"
    if not isinstance(target.value, Decimal):
        return _percent(share)
    due = round_half_up(EXACT.multiply(share, target.value))
    return f"{_percent(share)}，即 {format_actual(due, target.unit)}"


def _percent(share: Decimal) -> str:
    return f"{format_number(round_half_up(share * 100))}%"


def _reasons(indicator: Indicator, pack: RulePack) -> list[str]:
    """What would demand a deviation reason, whatever stands there now."""
    rule, found = pack.monitoring, []
    if rule.reason_for is not ReasonFor.NONE:
        is_red = rule.reason_for is ReasonFor.RED
        light, below = ("滞后", rule.yellow_from) if is_red else ("关注或滞后", rule.green_from)
        found.append(f"监控预警为{light}（完成进度不到应完成进度的 {_percent(below)}，或超过限值）")
    if indicator.kind is Kind.CUMULATIVE:
        found.append("累计数比上期减少")
    return [*found, "完成目标可能性为“有可能”或“完全不可能”", "选择“本期无数据”"]


def _format(indicator: Indicator, pack: RulePack) -> str:
    """What may be typed."""
    match control_of(indicator):
        case "computed":
            source = indicator.source
            return f"取自系统的{source.label}" if source else f"由公式计算：{indicator.formula}"
        case "points":
            return f"逐项核对 {len(points_of(indicator.note))} 个要点"
        case "tier":
            return "等级和完成率：" + "、".join(
                f"{SHORT_TIERS[tier]} {format_number(low)}–{format_number(high)}%"
                for tier, (low, high) in bands_of(pack).items()
            )
        case "date":
            return "日期，例如 2022-12-31"
        case "text":
            return "日期，或等级和完成率"
        case _:
            unit = f"，单位“{indicator.target_unit}”" if indicator.target_unit else ""
            digits = f"整数最多 {MAX_INTEGER_DIGITS} 位、小数最多 {MAX_FRACTION_DIGITS} 位"
            return f"年初至今累计的数字{unit}；{digits}"
