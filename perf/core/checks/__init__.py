"""What a careful reader notices in one plan: pure rules, shown at import and while editing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_fixed
from perf.core.readings import plain_text
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, PlanKind

_WAN = Decimal(10000)
_MONEY = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万": _WAN,
    "万元": _WAN,
    "百万元": _WAN * 100,
    "亿元": _WAN * _WAN,
}
_AT_MOST = frozenset({Comparator.LE, Comparator.LT})
_AT_LEAST = frozenset({Comparator.GE, Comparator.GT})
_ACHIEVEMENT = re.compile(
    r"(完成|实现|达标|合格|及时|覆盖|到位|受理|办结|化解|执行|细化|应用|公开|参与|达成|通过|准确"
    r"|优良|普及|入学|就业|巩固|成功|响应|满意)率|满意度"
)
_HARM = re.compile(
    r"投诉|事故|违规|逾期|差错|超支|调整|结转|结余|控制|不合格|未完成|退回|失败|下降|降低|不满意"
)
_HARM_RATE = re.compile(r"(投诉|事故|违规|逾期|差错|超支|事故发生|案件发生|不合格|失败)率")
# What is added to a name to say the same thing again: 手拉手结对帮扶(工作全年开展).
_PADDING = re.compile(
    r"(工作|活动|学习|全年|年度|本年|开展|进行|组织|完成|实施|情况|次数|数量|场次|任务|目标|的|指标)*"
)
_COMPARED_TWINS = 100
_LEFT_SIDE = re.compile(r"([\w“”\"（）()]{2,40}?[率度比])=")


@dataclass(frozen=True, slots=True)
class _Read:
    """An indicator beside its target as read."""

    indicator: DraftIndicator
    target: Target


def check_plan(plan: DraftPlan, *, year: int | None = None) -> list[Finding]:
    """Everything to say about one plan, errors first, each with the indicator it is about.

    A cost of ≤50万元 in a project of 30.00万元 gives `cost-exceeds-budget`; the same name twice
    with the same target `duplicate-indicator`; a target of 全年 `not-measurable`.
    """
    read = [
        _Read(
            each,
            parse_target(
                each.target, level1=each.level1, level2=each.level2, name=each.name, year=year
            ),
        )
        for each in plan.indicators
    ]
    findings = [finding for rule in _RULES for finding in rule(plan, read, year)]
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def place_of(plan: DraftPlan, indicator: DraftIndicator | None = None) -> str:
    """Where something stands: plan, indicator and line as far as they are known."""
    label = plan.name or plan.code or plan.kind.label
    line = (indicator.where if indicator else "") or plan.where
    name = f" · {indicator.name}" if indicator and indicator.name else ""
    return f"{label}{name}" + (f"（{line}）" if line else "")


def _wan(money: Decimal) -> str:
    return f"{format_fixed(money / _WAN)}万元"


def _form(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """Names, classes, targets and budget that are missing."""
    if not plan.name:
        yield Finding(
            Severity.ERROR, "project-name-missing", "没有项目名称，请补填。", place_of(plan)
        )
    if not read:
        yield Finding(
            Severity.ERROR,
            "indicators-missing",
            "没有读到任何绩效指标，请核对文档或手工添加。",
            place_of(plan),
        )
    if plan.budget_total is None and plan.kind is PlanKind.PROJECT:
        yield Finding(
            Severity.WARNING, "budget-missing", "没有预算金额，请补填（万元）。", place_of(plan)
        )
    for each in read:
        place = place_of(plan, each.indicator)
        if not each.indicator.name:
            message = f"指标值“{each.indicator.target}”没有指标名称，请补填或删去这一行。"
            yield Finding(Severity.ERROR, "indicator-name-missing", message, place)
        if not each.indicator.level1:
            message = f"“{each.indicator.name}”不知属于哪个一级指标，请选择。"
            yield Finding(Severity.ERROR, "class-missing", message, place)


def _targets(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """What the reading of each target text has to say; guessed directions are told together."""
    guessed: dict[str, list[str]] = {}
    for each in read:
        place = place_of(plan, each.indicator)
        for finding in each.target.findings:
            if finding.code == "sense-guessed" and each.target.sense is not None:
                guessed.setdefault(each.target.sense.label, []).append(each.indicator.name)
                continue
            severity = Severity.ERROR if finding.code == "target-missing" else finding.severity
            message = f"“{each.indicator.name}”：{finding.message}"
            yield replace(finding, severity=severity, message=message, where=place)
    for sense, names in guessed.items():
        message = (
            f"{len(names)} 项指标值没有写明方向，按“{sense}”计分，请确认，可改为“恰好”等："
            f"{'、'.join(names[:8])}{' 等' if len(names) > 8 else ''}。"
        )
        yield Finding(Severity.INFO, "sense-guessed", message, place_of(plan))


def _costs(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """A cost target above the budget; one with a lower limit."""
    for each in read:
        place = f"{each.indicator.level1}{each.indicator.level2 or ''}"
        if "成本" not in place:
            continue
        money = _money(each.target)
        said = f"成本指标“{each.indicator.name}”的指标值 {each.indicator.target}"
        if each.target.comparator in _AT_LEAST and money is not None:
            message = f"{said}是下限，成本应设上限，请核对方向（通常为“≤”）。"
            yield Finding(
                Severity.WARNING, "cost-with-lower-limit", message, place_of(plan, each.indicator)
            )
        elif money is not None and plan.budget_total is not None and money > plan.budget_total:
            message = (
                f"{said}（合 {_wan(money)}）高于项目预算 {_wan(plan.budget_total)}，"
                "起不到控制作用，请核对指标值或预算。"
            )
            yield Finding(
                Severity.WARNING, "cost-exceeds-budget", message, place_of(plan, each.indicator)
            )


def _money(target: Target) -> Decimal | None:
    """The target's sum in 元, its upper end where it is a range; None where it is no total."""
    bound = target.upper if target.upper is not None else target.value
    factor = _MONEY.get(target.unit or "")
    return bound * factor if isinstance(bound, Decimal) and factor is not None else None


def _duplicates(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """The same indicator twice in one class: same target, the name the same but for padding."""
    seen: dict[tuple[object, ...], list[tuple[str, str]]] = {}
    for each in read:
        plain, name = plain_text(each.indicator.name), each.indicator.name
        if not plain:
            continue
        group = seen.setdefault(_sameness(each), [])
        twin = next((other for at, other in group if _same_name(at, plain)), None)
        if twin is not None:
            message = (
                f"“{name}”与“{twin}”的指标值都是“{each.indicator.target}”，"
                "疑为同一指标重复设置，请删去其一或写明区别。"
            )
            yield Finding(
                Severity.WARNING, "duplicate-indicator", message, place_of(plan, each.indicator)
            )
        if len(group) < _COMPARED_TWINS:
            group.append((plain, name))


def _sameness(each: _Read) -> tuple[object, ...]:
    target = each.target
    text = plain_text(each.indicator.target) if target.value is None else ""
    start = plain_text(each.indicator.name)[:2]
    return (
        each.indicator.level1, each.indicator.level2, target.comparator, target.value,
        target.upper, target.unit, text, start,
    )  # fmt: skip


def _same_name(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return long.startswith(short) and bool(_PADDING.fullmatch(long[len(short) :]))


def _directions(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """Good that is limited from above, harm that is demanded from below, more than all of it."""
    for each in read:
        name, target = each.indicator.name, each.target
        place = place_of(plan, each.indicator)
        if not isinstance(target.value, Decimal):
            continue
        is_good = _ACHIEVEMENT.search(name) and not _HARM.search(name)
        if is_good and target.comparator in _AT_MOST:
            message = (
                f"“{name}”是越高越好的指标，指标值 {each.indicator.target} 却设了上限，"
                "请核对方向（通常为“≥”）或数值。"
            )
            yield Finding(Severity.WARNING, "achievement-with-upper-limit", message, place)
        if _HARM_RATE.search(name) and target.comparator in _AT_LEAST and target.value > 0:
            message = (
                f"“{name}”是越低越好的指标，指标值 {each.indicator.target} 却设了下限，"
                "请核对方向（通常为“≤”）。"
            )
            yield Finding(Severity.WARNING, "harm-with-lower-limit", message, place)
        if "满意" in name and target.unit == "%" and target.value > 100:
            message = f"“{name}”的指标值 {each.indicator.target} 超过 100%，不可能达到，请改正。"
            yield Finding(Severity.WARNING, "satisfaction-above-all", message, place)


def _notes(plan: DraftPlan, read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """Explanations that belong to another indicator or contradict themselves."""
    names = {plain_text(each.indicator.name) for each in read if each.indicator.name}
    for each in read:
        note, name = plain_text(each.indicator.note or ""), plain_text(each.indicator.name)
        if not note or not name:
            continue
        place = place_of(plan, each.indicator)
        explained = [match[1] for match in _LEFT_SIDE.finditer(note)]
        ends = (left[at:] for left in explained for at in range(len(left) - 1))
        others = [end for end in ends if end in names and end != name]
        if others and not _is_about(name, explained):
            message = (
                f"“{each.indicator.name}”的说明给出的是“{others[0]}”的公式，"
                "疑为复制时未改，请写明本指标的计算方法。"
            )
            yield Finding(Severity.WARNING, "note-of-another-indicator", message, place)
        if "预算调整数-年初预算数" in note and re.search(
            r"预算调整数[:：].*(总和|之和|合计)", note
        ):
            message = (
                "公式“（预算调整数-年初预算数）/年初预算数”与其说明矛盾：说明中预算调整数是各项调整"
                "金额的总和，不应再减年初预算数。"
                "填报时请按 调整金额合计÷年初预算数 计算，并改正公式。"
            )
            yield Finding(Severity.WARNING, "formula-contradicts-note", message, place)


def _is_about(name: str, explained: list[str]) -> bool:
    return any(left.endswith(name) or (len(left) > 3 and name.endswith(left)) for left in explained)


def _dates(plan: DraftPlan, read: list[_Read], year: int | None) -> Iterator[Finding]:
    """A deadline that lies before the plan's year, as when last year's plan was copied."""
    for each in read:
        last = each.target.upper if each.target.upper is not None else each.target.value
        if year is not None and isinstance(last, date) and last.year < year:
            message = (
                f"“{each.indicator.name}”的期限 {each.indicator.target} 早于 {year} 年度，"
                "疑为沿用往年文字，请核对年份。"
            )
            yield Finding(
                Severity.WARNING, "date-before-year", message, place_of(plan, each.indicator)
            )


def _sums(plan: DraftPlan, _read: list[_Read], _year: int | None) -> Iterator[Finding]:
    """The total against its sources, and against 基本支出 and 项目支出."""
    total = plan.budget_total
    parts = {
        "资金来源": list(plan.budget.values()),
        "基本支出与项目支出": [
            each for each in (plan.basic_expenditure, plan.project_expenditure) if each is not None
        ],
    }
    for label, figures in parts.items():
        complete = len(figures) == 2 or label == "资金来源"
        if total is None or not figures or not complete or sum(figures) == total:
            continue
        message = (
            f"{label}合计 {_wan(sum(figures, Decimal(0)))}，与预算总额 {_wan(total)} 不相等，"
            "请核对金额。"
        )
        yield Finding(Severity.WARNING, "budget-sum-differs", message, place_of(plan))


_RULES: list[Callable[[DraftPlan, list[_Read], int | None], Iterator[Finding]]] = [
    _form,
    _targets,
    _costs,
    _duplicates,
    _directions,
    _notes,
    _dates,
    _sums,
]
