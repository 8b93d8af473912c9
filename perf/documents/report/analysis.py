"""三、绩效指标分析: the conclusion, the scores by class, and each class's indicators."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from perf.charts.classes import class_scores_chart
from perf.core.terms import Rating
from perf.documents.forms.rows import IndicatorRow
from perf.documents.forms.texts import revision_text, target_text
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
    Text,
    cells,
    words,
)
from perf.documents.report.subject import Result, State, Subject
from perf.documents.report.wording import (
    MISSING,
    counted,
    day,
    named,
    points,
    points_of,
    rate,
    wan,
    weight_of,
)

_CLASSES = (
    Column("指标类别", 36),
    Column("指标数", 14, is_figure=True),
    Column("分值", 16, is_figure=True),
    Column("得分", 16, is_figure=True),
    Column("得分率", 18, is_figure=True),
)
_INDICATORS = (
    Column("三级指标", 31),
    Column("年度指标值", 19),
    Column("实际完成值", 16),
    Column("完成率", 12, is_figure=True),
    Column("分值", 11, is_figure=True),
    Column("得分", 11, is_figure=True),
)
_PROJECTS = (
    Column("项目", 30),
    Column("全年预算数", 15, is_figure=True),
    Column("全年执行数", 15, is_figure=True),
    Column("执行率", 12, is_figure=True),
    Column("总分", 11, is_figure=True),
    Column("评级", 8),
    Column("状态", 12),
)
EXECUTION = "预算执行率"
_FULL = Decimal(100)
_NUMBERS = "一二三四五六七八九十"


def analysis(subject: Subject) -> Iterator[Part]:
    """The section's parts."""
    yield Heading(1, "三、绩效指标分析")
    yield Heading(2, "（一）评价结论")
    yield from _conclusion(subject)
    number = 2
    for name, results in subject.by_class().items():
        yield Heading(2, f"（{_in_words(number)}）{name}")
        yield from _class(name, results)
        number += 1
    if subject.projects:
        yield Heading(2, f"（{_in_words(number)}）所属项目自评情况")
        yield from _projects(subject.projects)
        number += 1
    if subject.revisions or any(one.row.initial_target for one in subject.results):
        yield Heading(2, f"（{_in_words(number)}）指标值调整情况")
        yield from _revisions(subject)


def class_scores(subject: Subject) -> list[tuple[str, Decimal, Decimal | None]]:
    """Name, weight and points of the budget execution, where it is scored, and of each class."""
    found: list[tuple[str, Decimal, Decimal | None]] = []
    execution = subject.form.execution
    if execution.weight and not execution.not_applicable:
        found.append((EXECUTION, execution.weight, execution.points))
    for name, results in subject.by_class().items():
        found.append((name, weight_of(results), points_of(results)))
    return found


def _in_words(number: int) -> str:
    """三, 十二: a number up to 99 as Chinese headings have it."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMBERS[tens - 1]}十"
    return head + (_NUMBERS[ones - 1] if ones else "")


def _conclusion(subject: Subject) -> Iterator[Part]:
    form = subject.form
    yield Paragraph(words(_total(subject)))
    if form.objective_actual:
        yield Paragraph(words(f"年度总体目标完成情况：{form.objective_actual}"))
    else:
        yield Paragraph(
            words("年度总体目标完成情况：", Gap("【请补充：年度总体目标的实际完成情况】"))
        )
    scores = class_scores(subject)
    if not scores:
        return
    counts = {name: len(results) for name, results in subject.by_class().items()}
    yield Table(
        "各类指标得分",
        _CLASSES,
        (
            *(
                cells(
                    name,
                    str(counts[name]) if name in counts else "—",
                    points(weight),
                    points(gained),
                    rate(gained, weight),
                )
                for name, weight, gained in scores
            ),
            _sum(subject, scores),
        ),
        has_sum=True,
    )
    yield Picture("各类指标得分", class_scores_chart(scores))
    if form.total is not None:
        yield Paragraph(words(f"总分的计算：{'；'.join(form.total_steps)}。"))
    yield Paragraph(words("各项得分的计算过程见同期绩效自评表所附的“得分计算说明”。"))


def _sum(
    subject: Subject, scores: Sequence[tuple[str, Decimal, Decimal | None]]
) -> tuple[Text, ...]:
    weight = sum((each for _, each, _ in scores), Decimal(0))
    total = subject.form.total
    return cells(
        "总分", str(len(subject.results)), points(weight), points(total), rate(total, _FULL)
    )


def _total(subject: Subject) -> str:
    form = subject.form
    states = f"{len(subject.results)} 项指标中，{counted(subject.results)}。"
    if form.total is None:
        return f"暂无总分和评级：{'；'.join(form.total_steps)}。{states}"
    rating = ""
    if form.rating:
        bounds = "、".join(
            f"{bound} 分及以上为{grade.label}"
            for grade, bound in zip(Rating, subject.pack["rating"], strict=False)
        )
        rating = f"，评级为“{form.rating.label}”（{bounds}）"
    return f"自评总分 {points(form.total)} 分{rating}。{states}"


def _class(name: str, results: Sequence[Result]) -> Iterator[Part]:
    gained = points_of(results)
    scored = "尚有未填报的数据，暂不合计得分" if gained is None else f"得分 {points(gained)}"
    yield Paragraph(
        words(
            f"本类共 {len(results)} 项指标，分值 {points(weight_of(results))}，{scored}："
            f"{counted(results)}。"
        )
    )
    yield Table(f"{name}完成情况", _INDICATORS, tuple(_row(one) for one in results))
    for said in _sentences(results):
        yield Paragraph(words(said))


def _row(one: Result) -> tuple[Text, ...]:
    row, is_out = one.row, one.state is State.OUT
    name = f"{row.name}（{row.tag}）" if row.tag else row.name
    return cells(
        name,
        target_text(row),
        State.OUT.value if is_out else row.actual or MISSING,
        f"{one.percent}%" if one.percent is not None and not is_out else "—",
        points(row.weight),
        State.OUT.value if is_out else points(row.points),
    )


def _sentences(results: Sequence[Result]) -> Iterator[str]:
    """What of the class was exceeded, missed or not reported; what was met is in the table."""
    over = [one for one in results if one.state is State.OVER]
    missed = [one for one in results if one.state is State.MISSED]
    lost = [one for one in results if one.state is not State.MISSED and one.lost > 0]
    silent = [one for one in results if one.state is State.OPEN]
    out = [one for one in results if one.state is State.OUT]
    if over:
        rates = "；".join(f"“{one.row.name}”完成率 {one.percent}%" for one in over)
        yield f"超额较多的指标：{rates}。"
    if missed:
        yield f"未达成的指标：{'；'.join(map(_lost, missed))}。"
    if lost:
        yield f"达成而未得满分的指标：{'；'.join(map(_lost, lost))}。"
    if silent:
        yield f"全年没有填报数据的指标：{named(silent)}。"
    for reason in dict.fromkeys(one.row.deviation_reason for one in out):
        same = [one for one in out if one.row.deviation_reason == reason]
        yield f"不涉及的指标：{named(same)}，填报人说明：{reason or '（未填写）'}"
    if results and not (over or missed or lost or silent or out):
        yield "本类指标全部达成指标值。"


def _projects(projects: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    graded = [
        f"{grade.label} {number} 个"
        for grade in Rating
        if (number := sum(each["rating"] == grade.label for each in projects))
    ]
    ratings = f"，评级{'、'.join(graded)}" if graded else ""
    yield Paragraph(words(f"所属项目 {len(projects)} 个{ratings}，各项目的自评结果见下表。"))
    yield Table(
        "所属项目自评结果（金额单位：万元）", _PROJECTS, tuple(_project(each) for each in projects)
    )


def _project(project: Mapping[str, Any]) -> tuple[Text, ...]:
    adjusted, executed, total = (
        None if project[key] is None else Decimal(project[key])
        for key in ("adjusted", "executed", "total")
    )
    is_begun = project["status"] is not None
    return cells(
        project["name"],
        wan(adjusted),
        wan(executed) if is_begun else "—",
        rate(executed, adjusted),
        points(total) if is_begun else "—",
        project["rating"] or "—",
        project["status"] or "未开展自评",
    )


def _lost(one: Result) -> str:
    attained = "" if one.percent is None else f"完成率 {one.percent}%，"
    return f"“{one.row.name}”{attained}失 {points(one.lost)} 分"


def _revisions(subject: Subject) -> Iterator[Part]:
    if subject.revisions:
        yield Paragraph(words(f"年度中批准了 {len(subject.revisions)} 份指标值调整："))
        yield Items(tuple(_document(each) for each in subject.revisions))
    revised = [one for one in subject.results if one.row.initial_target]
    if revised:
        yield Paragraph(words(f"与年初相比，{len(revised)} 项指标的指标值有变化，得分如下："))
        yield Items(tuple(_revision(one) for one in revised))


def _document(revision: Mapping[str, Any]) -> Item:
    changes = "；".join(
        f"“{each['name']}”由 {each['old']} 调整为 {each['new']}（{each['change']}）"
        for each in revision["targets"]
    )
    return Item(
        f"{revision['document']}（{day(revision['dated_on'])}）",
        words(f"{changes}。理由：{revision['reason']}"),
    )


def _by(row: IndicatorRow) -> str:
    said = revision_text(row.revision_document, is_late=row.is_lowered_late)
    return f"（{said}）" if said else ""


def _revision(one: Result) -> Item:
    row = one.row
    points_then = ""
    if row.initial_points is not None:
        points_then = f"；按年初指标值计 {points(row.initial_points)} 分"
    return Item(
        row.name,
        words(
            f"年初指标值 {row.initial_target}，调整为 {row.target}{_by(row)}，"
            f"实际完成值 {row.actual or MISSING}，得 {points(row.points)} 分{points_then}。"
        ),
    )
