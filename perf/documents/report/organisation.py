"""二、自评组织情况: by which rules, by whom and on which days the self-evaluation was made."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from perf.documents.forms.texts import local_day
from perf.documents.report.parts import (
    Column,
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Part,
    Table,
    cells,
    words,
)
from perf.documents.report.subject import Result, State, Subject
from perf.documents.report.wording import day, named, points

_STEPS = (
    Column("填报期", 17),
    Column("状态", 14),
    Column("填报人", 18),
    Column("提交日期", 20),
    Column("审核人", 18),
    Column("通过日期", 20),
    Column("退回", 9, is_figure=True),
)


def organisation(subject: Subject) -> Iterator[Part]:
    """The section's parts."""
    yield Heading(1, "二、自评组织情况")
    yield Heading(2, "（一）自评依据")
    yield from _basis(subject)
    yield Heading(2, "（二）自评过程")
    yield from _steps(subject)
    yield Heading(2, "（三）佐证材料")
    yield Paragraph(words(_evidence(subject)))
    yield Heading(2, "（四）审核评定")
    yield from _decisions(subject)


def _basis(subject: Subject) -> Iterator[Part]:
    pack = subject.pack
    yield Paragraph(
        words(
            f"得分由系统按评分办法“{pack['name']}”（{pack['label']}）计算，"
            f"办法的来源：{pack['document']}。"
        )
    )
    if pack["recalled"]:
        yield Paragraph(
            words(
                f"其中{_titled(pack['recalled'])}凭记忆整理，待核对原文。",
                Gap("【请核对：上述规则与本地文件是否一致】"),
            )
        )
    if pack["decided"]:
        yield Paragraph(words(f"{_titled(pack['decided'])}原文未规定，为本系统约定。"))


def _titled(titles: list[str]) -> str:
    return "、".join(f"“{title}”" for title in titles)


def _steps(subject: Subject) -> Iterator[Part]:
    form = subject.form
    rows = [
        cells(
            quarter["name"],
            quarter["status"] or "未填报",
            quarter.get("submitted_by", ""),
            _date(quarter.get("submitted_at")),
            quarter.get("approved_by", ""),
            _date(quarter.get("approved_at")),
            f"{quarter['returns']} 次" if quarter["returns"] else "—",
        )
        for quarter in subject.quarters
    ]
    yield Paragraph(words("各期的填报和审核情况见下表，姓名和日期取自系统的变更记录。"))
    yield Table("填报和审核经过", _STEPS, tuple(rows))
    yield Paragraph(
        words(
            _signing(
                form.submitted_by,
                form.submitted_at,
                form.approved_by,
                form.approved_at,
                is_draft=form.is_draft,
            ),
            Gap("【请补充：自评工作的组织领导、职责分工和现场核查情况】"),
        )
    )


def _date(moment: datetime | None) -> str:
    return local_day(moment).isoformat() if moment else ""


def _signing(
    submitted_by: str,
    submitted_at: datetime | None,
    approved_by: str,
    approved_at: datetime | None,
    *,
    is_draft: bool,
) -> str:
    handed_in = f"年度自评由{submitted_by}于 {day(submitted_at)}提交"
    if not is_draft:
        return f"{handed_in}，{approved_by}于 {day(approved_at)}审核签署，分数自签署起冻结。"
    if submitted_at and submitted_by:
        return f"{handed_in}，尚未签署，本报告为草稿。"
    return "年度自评尚在填写，没有提交，本报告为草稿。"


def _evidence(subject: Subject) -> str:
    backed = [one for one in subject.results if one.files]
    if not subject.files:
        return "各期填报没有上传佐证材料。"
    return (
        f"各期填报共上传佐证材料 {subject.files} 份，"
        f"{len(subject.results)} 项指标中有 {len(backed)} 项附有佐证材料。"
    )


def _decisions(subject: Subject) -> Iterator[Part]:
    outside = [one for one in subject.results if one.state is State.OUT]
    if outside:
        confirmed = "" if subject.form.is_draft else "，审核人签署时已确认"
        yield Paragraph(
            words(f"{named(outside)}按“不涉及”处理，不计分，分值由其余指标按比例分摊{confirmed}。")
        )
    decided = [(one, one.decided) for one in subject.results if one.decided]
    if not decided:
        yield Paragraph(words("审核人没有另行评定得分，各项得分均为按评分办法计算的结果。"))
        return
    yield Paragraph(words(f"审核人另行评定了 {len(decided)} 项指标的得分："))
    yield Items(tuple(_decision(one, said) for one, said in decided if said))


def _decision(one: Result, decided: Mapping[str, Any]) -> Item:
    on = local_day(datetime.fromisoformat(decided["at"])).isoformat()
    return Item(
        one.row.name,
        words(
            f"计算得分 {points(Decimal(decided['computed']))}，审核人评定 {points(one.row.points)}"
            f"（{decided['by']}，{on}）。理由：{decided['reason']}"
        ),
    )
