"""六、结果应用及建议: the rating's use, last year beside this one, and next year's targets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from perf.charts.years import years_chart
from perf.core.terms import Adoption, Rating
from perf.documents.report.analysis import EXECUTION
from perf.documents.report.parts import (
    Column,
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Part,
    Picture,
    Table,
    cells,
    words,
)
from perf.documents.report.subject import State, Subject
from perf.documents.report.wording import MISSING, day, named, points, points_of, rate, sum_of

_COMPARED = (
    Column("指标", 30),
    Column("上年指标值", 18),
    Column("上年完成值", 16),
    Column("本年指标值", 18),
    Column("本年完成值", 16),
)
_ADOPTED = (
    Column("评价建议", 34),
    Column("是否采纳", 22),
    Column("落实措施", 22),
    Column("落实情况", 22),
)


def outcome(subject: Subject) -> Iterator[Part]:
    """The section's parts."""
    yield Heading(1, "六、结果应用及建议")
    yield Heading(2, "（一）评级应用")
    yield Paragraph(
        words(_rating(subject), Gap("【请补充：按本地办法，评级与预算安排、政策调整的挂钩意见】"))
    )
    yield Heading(2, "（二）与上年比较")
    yield from _comparison(subject)
    yield Heading(2, "（三）下年度绩效目标建议（草案）")
    yield from _suggestions(subject)
    yield Heading(2, "（四）建议采纳情况")
    yield from _adopted(subject)


def _adopted(subject: Subject) -> Iterator[Part]:
    """What finance and the reviewer recommended, with the unit's answers; else room to write."""
    rows = subject.recommendations
    if not rows:
        yield Paragraph(words("系统中没有评价建议。采纳情况由主管部门填写："))
        gap = words(Gap("【请补充】"))
        yield Table("建议采纳情况", _ADOPTED, ((gap, gap, gap, gap),))
        return
    counts = Counter(row["adoption"] for row in rows)
    parts = [f"{one.label} {counts[one.label]} 条" for one in Adoption if counts[one.label]]
    if counts[""]:
        parts.append(f"待答复 {counts['']} 条")
    yield Paragraph(words(f"共提出评价建议 {len(rows)} 条，其中{'、'.join(parts)}。"))
    yield Table("建议采纳情况", _ADOPTED, tuple(cells(*_recommendation(row)) for row in rows))


def _recommendation(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    budget = f"，下年度预算{row['budget']}" if row["budget"] else ""
    amount = f"，建议安排 {row['amount']} 万元" if row["amount"] else ""
    reason = f"：{row['reason']}" if row["reason"] else ""
    measure = f"（{day(row['measure_on'])}前完成）" if row["measure_on"] else ""
    done = f"（{day(row['outcome_on'])}）" if row["outcome_on"] else ""
    return (
        f"{row['text']}（{row['kind']}{budget}{amount}）",
        f"{row['adoption']}{reason}" if row["adoption"] else "待答复",
        f"{row['measure']}{measure}",
        f"{row['outcome']}{done}",
    )


def _rating(subject: Subject) -> str:
    form = subject.form
    if form.total is None or form.rating is None:
        return "总分和评级尚未形成。"
    return f"本年度自评总分 {points(form.total)} 分，评级为“{form.rating.label}”。"


def _comparison(subject: Subject) -> Iterator[Part]:
    last = subject.last_year
    year = subject.form.year
    if last is None:
        yield Paragraph(words(f"系统中没有 {year - 1} 年度已签署的自评，无法与上年比较。"))
        return
    yield Paragraph(words(_totals(subject, last)))
    rows = _years(subject, last)
    yield Picture("两年得分对比", years_chart(rows, last["year"], year))
    same = [(one, last["rows"][one.key]) for one in subject.results if one.key in last["rows"]]
    if not same:
        yield Paragraph(words("两年没有相同的指标。"))
        return
    yield Table(
        "相同指标两年对比",
        _COMPARED,
        tuple(
            cells(
                one.row.name,
                before["target"],
                _actual(before["actual"], is_out=before["is_not_applicable"]),
                one.row.target,
                _actual(one.row.actual, is_out=one.state is State.OUT),
            )
            for one, before in same
        ),
    )
    new = len(subject.results) - len(same)
    if new:
        yield Paragraph(words(f"另有 {new} 项指标上年没有相同的指标。"))


def _actual(actual: str | None, *, is_out: bool) -> str:
    return State.OUT.value if is_out else actual or MISSING


def _totals(subject: Subject, last: Mapping[str, Any]) -> str:
    form = subject.form
    total = None if last["total"] is None else Decimal(last["total"])
    rating = next((one.label for one in Rating if one.value == last["rating"]), "")
    graded = f"，评级为“{rating}”" if rating else ""
    said = f"{last['year']} 年度自评总分 {points(total)} 分{graded}。"
    if total is None or form.total is None:
        return said
    difference = form.total - total
    word = "持平" if not difference else "提高" if difference > 0 else "下降"
    amount = f" {points(abs(difference))} 分" if difference else ""
    said += f"本年度与上年相比{word}{amount}。"
    if last["pack_label"] != subject.pack["label"]:
        said += f"上年按 {last['pack_label']}计分，与本年度的评分办法不同，得分不完全可比。"
    return said


def _years(
    subject: Subject, last: Mapping[str, Any]
) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """The total and the points by class of both years."""
    before = {
        name: sum_of(None if text is None else Decimal(text) for text in texts)
        for name, texts in last["classes"].items()
    }
    now = {name: points_of(results) for name, results in subject.by_class().items()}
    total = None if last["total"] is None else Decimal(last["total"])
    return [
        ("总分", total, subject.form.total),
        *((name, before.get(name), now.get(name)) for name in dict.fromkeys([*now, *before])),
    ]


def _suggestions(subject: Subject) -> Iterator[Part]:
    yield Paragraph(
        words(
            "以下建议由系统按本年度的数据列出，仅供编制下年度绩效目标时参考。",
            Gap("【请核定：逐条确认或删去】"),
        )
    )
    items = [
        *_by_indicator(subject),
        *_together(subject),
    ]
    yield Items(tuple(items))


def _by_indicator(subject: Subject) -> Iterator[Item]:
    """What the figures say of single indicators' targets, one entry a kind."""
    over = "、".join(
        f"“{one.row.name}”（指标值 {one.row.target}，完成率 {one.percent}%）"
        for one in subject.of(State.OVER)
    )
    if over:
        yield Item("超额较多的指标", words(f"{over}。建议参考本年实际完成值提高指标值。"))
    missed = "、".join(
        f"“{one.row.name}”（指标值 {one.row.target}，实际完成值 {one.row.actual}）"
        for one in subject.of(State.MISSED)
    )
    if missed:
        said = f"{missed}。建议查明原因后逐项核定指标值，没有特殊原因的不降低。"
        yield Item("未达成的指标", words(said))
    revised = "、".join(
        f"“{one.row.name}”（{one.row.initial_target} 调整为 {one.row.target}）"
        for one in subject.results
        if one.row.initial_target
    )
    if revised:
        yield Item("年度中调整过的指标", words(f"{revised}。建议编制时一次核准。"))


def _together(subject: Subject) -> Iterator[Item]:
    if subject.execution_demanded:
        total = subject.form.total_money
        said = (
            f"本年度 {rate(total.executed, total.adjusted)}。建议结合执行情况核定下年度预算规模。"
        )
        yield Item(EXECUTION, words(said))
    met = subject.of(State.MET)
    if met:
        said = (
            f"{len(met)} 项指标达成指标值，建议下年度以本年实际完成值为起点，"
            "没有特殊原因的不低于本年水平。"
        )
        yield Item("已达成的指标", words(said))
    out = subject.of(State.OUT)
    if out:
        yield Item("不涉及的指标", words(f"{named(out)}本年度没有发生，建议核实是否继续设置。"))
    if any(not one.files for one in subject.results if one.state is not State.OUT):
        yield Item(
            "佐证材料", words("部分指标没有佐证材料，建议编制时同时明确数据来源和佐证材料。")
        )
    if subject.findings:
        yield Item("目标编制", words("第四部分（二）所列问题，建议编制下年度绩效目标时一并改正。"))
