"""四、存在的问题与原因 and 五、改进措施: what was missed and why, and what will be done."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from perf.charts.quarters import Quarter, quarters_chart
from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number
from perf.core.terms import Comparator, Sense
from perf.documents.report.analysis import EXECUTION
from perf.documents.report.parts import (
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Part,
    Picture,
    words,
)
from perf.documents.report.subject import Result, State, Subject
from perf.documents.report.wording import day, named, points, rate, reached

# More pictures than these would bury the text.
_MOST_PICTURES = 4
_SENSES = {
    Comparator.GE.value: "at_least",
    Comparator.GT.value: "above",
    Comparator.LE.value: "at_most",
    Comparator.LT.value: "below",
}
_NO_DATA = "本期无数据"


def problems(subject: Subject) -> Iterator[Part]:
    """The fourth section's parts."""
    yield Heading(1, "四、存在的问题与原因")
    yield Heading(2, "（一）未达成或扣分的指标")
    yield from _missed(subject)
    yield Heading(2, "（二）绩效目标编制方面")
    if subject.findings:
        yield Paragraph(words("按系统的目标审核规则复查，绩效目标有以下问题："))
        yield Items(tuple(Item("", words(each)) for each in subject.findings))
    else:
        yield Paragraph(words("按系统的目标审核规则复查，没有发现问题。"))
    yield Heading(2, "（三）填报和佐证方面")
    found = list(_of_the_year(subject))
    if found:
        yield Items(tuple(Item("", words(each)) for each in found))
    else:
        yield Paragraph(words("各期按时填报，数据齐全，各项指标均附有佐证材料。"))
    yield Paragraph(words(Gap("【请补充：其他需要说明的问题；没有的删去本段】")))


def measures(subject: Subject) -> Iterator[Part]:
    """The fifth section's parts."""
    yield Heading(1, "五、改进措施")
    short = [one for one in subject.results if one.is_short or one.row.corrective_action]
    items = [_measure(one.row.name, one.row.corrective_action) for one in short]
    if subject.execution_demanded:
        items.insert(0, _measure(EXECUTION, subject.form.execution.corrective_action))
    if items:
        yield Paragraph(words("针对上述指标，采取以下改进措施："))
        yield Items(tuple(items))
        yield Paragraph(words(Gap("【请补充：各项措施的责任单位和完成时限】")))
    else:
        yield Paragraph(
            words("没有失分的指标，没有填写改进措施。", Gap("【请补充：下一步工作打算】"))
        )
    if subject.rectifications:
        yield Paragraph(words("年度中对监控预警的指标开展了以下整改："))
        yield Items(tuple(map(_rectification, subject.rectifications)))


def _measure(name: str, action: str) -> Item:
    return Item(name, words(action) if action else words(Gap("（待补充）")))


def _rectification(told: Mapping[str, Any]) -> Item:
    said = (
        f"{told['quarter']}预警为“{told['light']}”，{told['state']}，"
        f"责任人{told['owner']}，期限 {day(told['due_on'])}。"
    )
    if told["measure"]:
        said += f"措施：{told['measure']}"
    if told["outcome"]:
        said += f"\n结果：{told['outcome']}"
    return Item(told["name"], words(said))


def _missed(subject: Subject) -> Iterator[Part]:
    items = []
    form = subject.form
    if subject.execution_demanded:
        total = form.total_money
        items.append(
            _explained(
                EXECUTION,
                f"执行率 {rate(total.executed, total.adjusted)}，"
                f"得 {points(form.execution.points)} 分（分值 {points(form.execution.weight)}）。",
                form.execution.deviation_reason,
            )
        )
    short = [one for one in subject.results if one.is_short]
    items += [
        _explained(
            f"{one.row.name}（{one.row.level1}）", f"{reached(one)}。", one.row.deviation_reason
        )
        for one in short
    ]
    if not items:
        is_whole = subject.form.total is not None
        yield Paragraph(
            words("没有未达成或扣分的指标。" if is_whole else "已填报的指标中没有未达成或扣分的。")
        )
        return
    yield Items(tuple(items))
    by_loss = sorted(short, key=lambda one: -one.lost)
    pictures = [picture for one in by_loss if (picture := _quarters(subject, one))]
    if pictures:
        yield Paragraph(words("失分较多的指标各期的进展如下（虚线为年度指标值）："))
        yield from pictures[:_MOST_PICTURES]


def _explained(lead: str, facts: str, reason: str) -> Item:
    told = f"原因：{reason}" if reason else Gap("【请补充：原因，系统中没有填写】")
    return Item(lead, words(facts, told))


def _quarters(subject: Subject, one: Result) -> Picture | None:
    """The indicator's periods beside its target; None where they are not all numbers."""
    target = subject.targets.get(one.key)
    if target is None or target["value"] is None or not one.quarters:
        return None
    figures: list[Quarter] = []
    for name, shown in one.quarters:
        try:
            figures.append((name, _number(shown, target["unit"])))
        except InvalidInput:
            return None
    if not any(isinstance(value, Decimal) for _, value in figures):
        return None
    upper = target["upper"]
    sense = _SENSES.get(target["comparator"]) or target["sense"] or Sense.AT_LEAST.value
    return Picture(
        f"{one.row.name}各期完成情况",
        quarters_chart(
            one.row.name,
            figures,
            Decimal(target["value"]),
            upper=None if upper is None else Decimal(upper),
            unit=target["unit"],
            sense=sense,
        ),
    )


def _number(shown: str, unit: str) -> Decimal | str | None:
    """The figure of a quarter as it was kept, `88%` of unit % → 88; 本期无数据 stays a word."""
    if shown == _NO_DATA:
        return shown
    return parse_number(shown.removesuffix(unit))


def _of_the_year(subject: Subject) -> Iterator[str]:
    silent = subject.of(State.OPEN)
    if silent:
        yield f"{named(silent)}全年没有填报数据。"
    scored = [one for one in subject.results if one.state is not State.OUT]
    bare = [one for one in scored if not one.files]
    if bare and len(bare) == len(scored):
        yield "全部指标无佐证材料。"
    elif bare:
        yield f"{named(bare)}无佐证材料。"
    late = [one for one in subject.results if _is_lowered_late(subject, one)]
    if late:
        yield f"{named(late)}在四季度调低了指标值。"
    quarters = subject.quarters
    for said, chosen in [
        ("没有通过审核", [one for one in quarters if not one.get("approved_at")]),
        ("逾期提交", [one for one in quarters if one.get("is_late")]),
        ("曾被退回修改", [one for one in quarters if one["returns"]]),
    ]:
        if chosen:
            yield f"{'、'.join(one['name'] for one in chosen)}的填报{said}。"
    blank = _without_data(subject.results)
    if blank:
        yield f"{named(blank)}有填报期选择“本期无数据”。"


def _is_lowered_late(subject: Subject, one: Result) -> bool:
    return bool(subject.targets.get(one.key, {}).get("is_lowered_late"))


def _without_data(results: Sequence[Result]) -> list[Result]:
    return [one for one in results if any(shown == _NO_DATA for _, shown in one.quarters)]
