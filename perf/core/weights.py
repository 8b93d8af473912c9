"""Weights (分值): classes, spreading what is left, and checking what was entered."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import lcm

from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_number, round_half_up
from perf.core.rulepack import RulePack

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_BRACKETED = re.compile(r"\([^)]*\)")
_NUMBERING = re.compile(r"^[\d一二三四五六七八九十]+[、..:]")


def apportion(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """`total` split in proportion to `shares` (≥ 0, not all 0), two decimals, exact in sum.

    The remainder goes by largest fraction, ties to the first (40 over three → 13.34, 13.33,
    13.33). `total` has at most two decimals.
    """
    ratios = [share.as_integer_ratio() for share in shares]
    scale = lcm(*(under for _, under in ratios))
    whole = [over * scale // under for over, under in ratios]
    cents, bottom = int(total.scaleb(2)), sum(whole)
    parts = [cents * share // bottom for share in whole]
    by_fraction = sorted(range(len(whole)), key=lambda index: -(cents * whole[index] % bottom))
    for index in by_fraction[: cents - sum(parts)]:
        parts[index] += 1
    return [Decimal(part).scaleb(-2) for part in parts]


def class_name(level1: str) -> str:
    """A 一级指标 in its standard form (`一、产出` and `产出指标（50分）` → `产出指标`)."""
    plain = "".join(unicodedata.normalize("NFKC", level1).split())
    plain = _NUMBERING.sub("", _BRACKETED.sub("", plain))
    return plain if not plain or plain.endswith("指标") else f"{plain}指标"


def class_of(level1: str, pack: RulePack) -> str:
    """The pack's class that a 一级指标 counts as; InvalidInput where the pack has none.

    cn-project-2020 keeps cost inside output: `成本` → `产出指标`.
    """
    name = class_name(level1)
    for item in pack.class_weights.classes:
        if name == item.name or name in item.includes:
            return item.name
    known = "、".join(item.name for item in pack.class_weights.classes)
    raise InvalidInput(
        f"评分办法 {pack.label} 没有一级指标“{level1}”。请改为其中之一：{known}，或另选评分办法。"
    )


def class_weights(pack: RulePack, present: Iterable[str]) -> dict[str, Decimal]:
    """The points of each class that stands, in the pack's order; they add up exactly.

    `present` are class names of the pack. A class without indicators gives its points to the
    classes that its rule names, else in proportion to those that stand; execution neither gives
    nor takes. Source: the pack's class weights, and for proportion our own decision.
    cn-project-2021 without cost → 产出 50, 效益 30, 满意度 10.
    """
    standing = set(present)
    weights = {item.name: item.weight for item in pack.class_weights.classes}
    if not standing:
        return {}
    for item in pack.class_weights.classes:
        takers = [(name, share) for name, share in item.when_absent if name in weights]
        if takers and item.name not in standing:
            parts = apportion(weights.pop(item.name), [share for _, share in takers])
            for (name, _), part in zip(takers, parts, strict=True):
                weights[name] += part
    left = sum((weights.pop(name) for name in list(weights) if name not in standing), _ZERO)
    if left:
        parts = apportion(left, list(weights.values()))
        for name, part in zip(list(weights), parts, strict=True):
            weights[name] += part
    return weights


def spread_weights(entries: Sequence[tuple[str, Decimal | None]], pack: RulePack) -> list[Decimal]:
    """The weights of a plan's indicators, given (一级指标, entered weight or None) in form order.

    Entered weights stay; the blanks of a class share the rest of its points whatever their second
    level, two decimals, ties to the first in form order. Raises InvalidInput for an unknown
    class, a weight that is no weight, and a negative rest. Source: our own decision.
    Three blanks of 产出指标 under cn-project-2021 → 13.34, 13.33, 13.33.
    """
    classes = [class_of(level1, pack) for level1, _ in entries]
    result: list[Decimal] = [_ZERO] * len(entries)
    for name, points in class_weights(pack, classes).items():
        members = [index for index, own in enumerate(classes) if own == name]
        blanks = []
        rest = points
        for index in members:
            weight = entries[index][1]
            if weight is None:
                blanks.append(index)
                continue
            _demand_weight(weight)
            result[index] = weight
            rest -= weight
        if not blanks:
            continue
        if rest < 0:
            entered = format_number(points - rest)
            raise InvalidInput(
                f"{name}共 {format_number(points)} 分，已填的分值合计 {entered} 分，"
                f"没有剩余分值可分给 {len(blanks)} 个空白指标。请调低已填的分值。"
            )
        parts = apportion(rest, [Decimal(1)] * len(blanks))
        for index, part in zip(blanks, parts, strict=True):
            result[index] = part
    return result


def check_weights(entries: Sequence[tuple[str, Decimal | None]], pack: RulePack) -> list[Finding]:
    """What is wrong with a plan's weights; errors block its submission.

    Source: indicator weights add up to 100 less the execution weight. Weights of 80 under
    cn-project-2020 → 指标分值合计 80，应为 90.
    """
    findings: list[Finding] = []
    sums: dict[str, Decimal] = {}
    blank = False
    for level1, weight in entries:
        try:
            name = class_of(level1, pack)
            if weight is None:
                blank = True
            else:
                _demand_weight(weight)
            sums[name] = sums.get(name, _ZERO) + (weight or _ZERO)
        except InvalidInput as error:
            findings.append(Finding(Severity.ERROR, "weight-invalid", str(error), level1))
    if blank:
        message = "有指标没有分值，请填写或由系统分配。"
        findings.append(Finding(Severity.ERROR, "weight-missing", message))
    if findings or not entries:
        return findings
    total = sum(sums.values(), _ZERO)
    if total != pack.indicator_weight:
        message = (
            f"指标分值合计 {format_number(total)}，应为 {format_number(pack.indicator_weight)}"
            f"（100 减预算执行 {format_number(pack.execution.weight)}），请调整后再提交。"
        )
        findings.append(Finding(Severity.ERROR, "weights-sum", message))
    for name, points in class_weights(pack, sums).items():
        if sums[name] != points:
            message = (
                f"{name}分值合计 {format_number(sums[name])}，评分办法为 {format_number(points)}，"
                "如确需不同请核对依据。"
            )
            findings.append(Finding(Severity.WARNING, "class-weight", message, name))
    return findings


def _demand_weight(weight: Decimal) -> None:
    if not weight.is_finite() or weight <= 0 or weight > 100:
        raise InvalidInput("分值应大于 0、不超过 100，请修改。")
    if weight != round_half_up(weight):
        raise InvalidInput("分值最多两位小数，请修改。")
