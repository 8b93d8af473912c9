"""Weights (分值): classes, spreading what is left, and checking what was entered."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import lcm
from typing import TypeVar

from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_number, round_half_up
from perf.core.rulepack import RulePack

_ZERO = Decimal(0)
_ONE = Decimal(1)
_BRACKETED = re.compile(r"\([^)]*\)")
_NUMBERING = re.compile(r"^[\d一二三四五六七八九十]+[、..:]")
_Key = TypeVar("_Key", int, str)


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


def _share_out(
    weights: dict[_Key, Decimal], given: Decimal, shares: Mapping[_Key, Decimal]
) -> None:
    """Add `given` to the weights of those who have a share in it."""
    for key, part in zip(shares, apportion(given, list(shares.values())), strict=True):
        weights[key] += part


def class_name(level1: str) -> str:
    """A 一级指标 in its standard form (`一、产出` and `产出指标（50分）` → `产出指标`)."""
    plain = "".join(unicodedata.normalize("NFKC", level1).split())
    plain = _NUMBERING.sub("", _BRACKETED.sub("", plain))
    return plain if not plain or plain.endswith("指标") else f"{plain}指标"


def is_check_list(level1: str, pack: RulePack) -> bool:
    """Whether a 一级指标 is the pack's block that the reviewer scores (henan: 资金管理)."""
    return pack.check_list is not None and class_name(level1) == pack.check_list.name


def class_of(level1: str, pack: RulePack) -> str:
    """The pack's class that a 一级指标 counts as; InvalidInput where the pack has none.

    cn-project-2020 keeps cost inside output: `成本` → `产出指标`.
    """
    name = class_name(level1)
    for item in pack.class_weights.classes:
        if name == item.name or name in item.includes:
            return item.name
    if is_check_list(level1, pack):
        return name
    known = "、".join(pack.class_names)
    raise InvalidInput(
        f"评分办法 {pack.label} 没有一级指标“{level1}”。请改为其中之一：{known}，或另选评分办法。"
    )


def class_weights(pack: RulePack, present: Iterable[str]) -> dict[str, Decimal]:
    """The points of each class that stands, in the pack's order; they add up exactly.

    `present` are class names of the pack. A class without indicators gives its points to the
    classes that its rule names, else in proportion to those that stand; execution and a check
    list neither give nor take. Where the pack leaves the classes' points to each plan, only the
    check list has any. Source: the pack's class weights, and for proportion our own decision.
    cn-project-2021 without cost → 产出 50, 效益 30, 满意度 10.
    """
    standing = set(present)
    weights = _shared_weights(pack, standing)
    if pack.check_list is not None and pack.check_list.name in standing:
        weights[pack.check_list.name] = pack.check_list.weight
    return weights


def _shared_weights(pack: RulePack, standing: set[str]) -> dict[str, Decimal]:
    weights = {
        item.name: item.weight for item in pack.class_weights.classes if item.weight is not None
    }
    if standing.isdisjoint(weights):
        return {}
    for item in pack.class_weights.classes:
        takers = {name: share for name, share in item.when_absent if name in weights}
        if takers and item.name not in standing:
            _share_out(weights, weights.pop(item.name), takers)
    left = sum(weights.pop(name) for name in list(weights) if name not in standing)
    if left:
        _share_out(weights, left, dict(weights))
    return weights


def spread_weights(entries: Sequence[tuple[str, Decimal | None]], pack: RulePack) -> list[Decimal]:
    """The weights of a plan's indicators, given (一级指标, entered weight or None) in form order.

    Entered weights stay; the blanks of a class share the rest of its points whatever their second
    level, two decimals, ties to the first in form order; where the classes have no points of
    their own, the blanks of the plan share what is left of its total. Raises InvalidInput for an
    unknown class, a weight that is no weight, and a negative rest. Source: our own decision.
    Three blanks of 产出指标 under cn-project-2021 → 13.34, 13.33, 13.33.
    """
    classes = [class_of(level1, pack) for level1, _ in entries]
    result = dict.fromkeys(range(len(entries)), _ZERO)
    for name, points, members in _blocks(classes, pack):
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
        _share_out(result, rest, dict.fromkeys(blanks, _ONE))
    return list(result.values())


def _blocks(classes: Sequence[str], pack: RulePack) -> Iterator[tuple[str, Decimal, list[int]]]:
    """What shares one number of points: its name, the points, and its rows, counted from 0."""
    fixed = class_weights(pack, classes)
    for name, points in fixed.items():
        yield name, points, [index for index, own in enumerate(classes) if own == name]
    others = [index for index, own in enumerate(classes) if own not in fixed]
    if others:
        kept = _ZERO if pack.check_list is None else pack.check_list.weight
        yield "各类指标", pack.indicator_weight - kept, others


def weight_blocks(levels: Sequence[str], pack: RulePack) -> list[list[int]]:
    """The rows (counted from 0) that can take each other's weights: all but a check list, and it.

    Given the 一级指标 of each row; a block without rows is left out.
    """
    is_listed = [is_check_list(level1, pack) for level1 in levels]
    blocks = [[i for i, own in enumerate(is_listed) if own is side] for side in (False, True)]
    return [block for block in blocks if block]


def released_weights(
    weights: Sequence[Decimal],
    levels: Sequence[str],
    outside: Collection[int],
    pack: RulePack,
) -> list[Decimal]:
    """The weights to score by: those of the rows `outside` (不涉及) are spread over their class.

    Those of a whole class go to the rest of its block; where a block has nothing left to give to,
    they stay. Source: our own decision. 20, 10 and 10 不涉及 of one class → 26.67 and 13.33.
    """
    result = dict(enumerate(weights))
    for block in weight_blocks(levels, pack):
        given_up = [index for index in block if index in outside]
        standing = {i: weights[i] for i in block if i not in outside and weights[i]}
        if not standing:
            continue
        orphaned = _ZERO
        for level1 in dict.fromkeys(levels[index] for index in given_up):
            given = sum((weights[i] for i in given_up if levels[i] == level1), _ZERO)
            takers = {i: share for i, share in standing.items() if levels[i] == level1}
            if takers:
                _share_out(result, given, takers)
            else:
                orphaned += given
        if orphaned:
            _share_out(result, orphaned, standing)
    return list(result.values())


def check_weights(entries: Sequence[tuple[str, Decimal | None]], pack: RulePack) -> list[Finding]:
    """What is wrong with a plan's weights; errors block its submission.

    Source: indicator weights add up to 100 less the execution weight. A class that deviates from
    the pack is a warning; a check list, whose points never move, an error. Weights of 80 under
    cn-project-2020 → 指标分值合计 80，应为 90.
    """
    findings: list[Finding] = []
    sums: dict[str, Decimal] = {}
    for level1, weight in entries:
        try:
            name = class_of(level1, pack)
            if weight is not None:
                _demand_weight(weight)
            sums[name] = sums.get(name, _ZERO) + (weight or _ZERO)
        except InvalidInput as error:
            findings.append(Finding(Severity.ERROR, "weight-invalid", str(error), level1))
    if any(weight is None for _, weight in entries):
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
    block = pack.check_list
    if block is not None and sums.get(block.name) != block.weight:
        message = (
            f"{block.name}应合计 {format_number(block.weight)} 分，不与其他指标相互调剂；"
            f"现为 {format_number(sums.get(block.name, _ZERO))} 分，请增补或调整。"
        )
        findings.append(Finding(Severity.ERROR, "check-list-weight", message, block.name))
    for name, points in class_weights(pack, sums).items():
        if sums[name] != points and (block is None or name != block.name):
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
