"""The 绩效自评结果汇总表 as a table: one row a project, the departments last."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from perf.core.terms import PlanKind, Rating, Status
from perf.documents.forms.annex import Annex
from perf.documents.forms.builder import Part, SheetBuilder, execution_rate, wan
from perf.documents.forms.measure import clean
from perf.documents.forms.pages import break_pages
from perf.documents.forms.summary_rows import SummaryForm, SummaryRow
from perf.documents.forms.table import Layout, Style
from perf.documents.forms.texts import local_day

TITLE = "绩效自评结果汇总表"
NOT_BEGUN = "未开展自评"
# Setting 5,000 rows as PDF takes ten seconds, for which nobody should wait longer.
MOST_ROWS = {"pdf": 5_000, "docx": 20_000}
_ALL_UNITS = "全部单位"
# 序号 | 单位 | 项目名称、编码 | 预算数 | 执行数 | 执行率 | 指标得分 | 总分 | 等级 | 状态.
_WIDTHS = [38, 96, 150, 80, 80, 60, 52, 50, 38, 72]
_LAST = 9
_MONEY, _EXECUTED, _RATE, _STATUS = 3, 4, 5, 9
_STATES = {
    Status.APPROVED: "已签署",
    Status.SUBMITTED: "待审核",
    Status.RETURNED: "已退回",
    Status.REOPENED: "重新打开",
    Status.DRAFT: "填写中",
}
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_DEMO = "含演示数据（非真实填报）"


def summary_layout(form: SummaryForm) -> Layout:
    """The form as a layout; money comes in 元 and is laid out in 万元.

    Projects are added up, departments by themselves, since a department's budget holds those of
    its projects. A rate of sums stands only where every row has both figures; points are never
    added up. What was not begun is listed without figures, never with 0.
    """
    annex = Annex()
    builder = _Summary(form, annex)
    builder.build()
    return Layout(
        title=f"{form.year}年度{clean(form.unit)[:200] or _ALL_UNITS}{TITLE}",
        author=clean(form.unit)[:200],
        created=max((row.signed_at for row in form.rows if row.signed_at), default=_NO_DAY),
        mark=_DEMO if form.is_demo else "",
        sheets=[builder.sheet, *([annex.sheet()] if annex.entries else [])],
    )


class _Summary(SheetBuilder):
    def __init__(self, form: SummaryForm, annex: Annex) -> None:
        super().__init__(TITLE, list(_WIDTHS), annex)
        self.form = form
        self.number = 0

    def build(self) -> None:
        form = self.form
        self.head(_DEMO if form.is_demo else "", TITLE, f"（{form.year}年度）")
        self.row((0, _LAST, f"填报单位：{form.unit or _ALL_UNITS}", Style.SIGN))
        self.sheet.header_row = self._head()
        projects, departments = form.of_kind(PlanKind.PROJECT), form.of_kind(PlanKind.DEPARTMENT)
        if projects:
            self._block(projects)
            self._sum(projects, f"项目合计（{len(projects)} 项）")
        if departments:
            self._block(departments)
            if len(departments) > 1:
                self._sum(departments, f"部门整体合计（{len(departments)} 个单位）")
        last = len(self.sheet.heights)
        self.notes(_notes(form))
        self.signatures("", None, "", None, ends=(2, 5))
        self.sheet.breaks = break_pages(self.sheet, range(last))

    def _head(self) -> int:
        heads = (
            "序号", "单位", "项目名称\n编码", "全年预算数\n（万元）", "全年执行数\n（万元）",
            "执行率", "指标\n得分", "总分", "评定\n等级", "状态\n签署日",
        )  # fmt: skip
        return self.row(*((at, at, head, Style.LABEL) for at, head in enumerate(heads)))

    def _block(self, rows: Sequence[SummaryRow]) -> None:
        for row in rows:
            self.number += 1
            line = len(self.sheet.heights) + 1
            name = f"{row.name}\n{row.code}" if row.code else row.name
            self.row(
                (0, 0, str(self.number), Style.CENTRE),
                (1, 1, row.unit, Style.SMALL),
                (2, 2, name, Style.SMALL),
                (_MONEY, _MONEY, wan(row.adjusted), Style.MONEY),
                (_EXECUTED, _EXECUTED, wan(row.executed), Style.MONEY),
                (6, 6, row.indicator_points, Style.POINTS),
                (7, 7, row.total, Style.POINTS),
                (8, 8, row.rating.label if row.rating else "", Style.CENTRE),
                (_STATUS, _STATUS, _state(row), Style.SMALL),
                label=f"项目：{row.name}",
            )
            self._rate(row.executed, row.adjusted, line)

    def _rate(self, executed: Decimal | None, adjusted: Decimal | None, line: int) -> None:
        rate = execution_rate(executed, adjusted)
        self.sheet.put(_RATE, _RATE, rate, Style.RATE, formula=f"=E{line}/D{line}")

    def _sum(self, rows: Sequence[SummaryRow], label: str) -> None:
        """The sums of the rows right above, known figures only."""
        end = len(self.sheet.heights)
        first = end - len(rows) + 1
        parts: list[Part] = [(at, at, "", Style.CENTRE) for at in (6, 7, 8, _STATUS)]
        self.row((0, 2, label, Style.LABEL), *parts, least=22)
        sums = []
        for column, letter, amounts in (
            (_MONEY, "D", [row.adjusted for row in rows]),
            (_EXECUTED, "E", [row.executed for row in rows]),
        ):
            known = [amount for amount in amounts if amount is not None]
            total = sum(known, Decimal(0)) if known else None
            formula = f"=SUM({letter}{first}:{letter}{end})"
            self.sheet.put(column, column, wan(total), Style.MONEY, formula=formula)
            sums.append(total if len(known) == len(rows) else None)
        self._rate(sums[1], sums[0], end + 1)


def _state(row: SummaryRow) -> str:
    parts = [NOT_BEGUN if row.status is None else _STATES[row.status]]
    if row.signed_at:
        parts.append(local_day(row.signed_at).isoformat())
    if row.ending:
        parts.append(f"已{row.ending.label}")
    return "\n".join(parts)


def _notes(form: SummaryForm) -> list[str]:
    rows = form.rows
    notes = [f"共 {len(rows)} 项：{_counted(rows)}。" if rows else "没有绩效目标。"]
    if any(row.status not in {None, Status.APPROVED} for row in rows):
        notes.append("尚未签署的，得分为目前的计算结果，以签署时为准。")
    if any(row.status is None for row in rows):
        notes.append(f"{NOT_BEGUN}的没有执行数和得分，不按 0 分计。")
    if any(row.ending for row in rows):
        notes.append("年度中已终止、已并入其他项目的，自评不作要求。")
    if form.of_kind(PlanKind.DEPARTMENT):
        notes.append("部门整体的预算包含所属项目，不计入项目合计。")
    if any(row.executed is None or row.adjusted is None for row in rows):
        notes.append("合计只加已有的金额；有缺数的，不计算合计的执行率。")
    return notes


def _counted(rows: Sequence[SummaryRow]) -> str:
    """How many stand where, the signed ones by their ratings: 已签署 3（优 2、良 1），待审核 1."""
    parts = []
    for status, label in _STATES.items():
        count = sum(row.status is status for row in rows)
        rated = Counter(row.rating for row in rows if row.status is status)
        ratings = [f"{rating.label} {rated[rating]}" for rating in Rating if rated[rating]]
        if count:
            behind = f"（{'、'.join(ratings)}）" if ratings and status is Status.APPROVED else ""
            parts.append(f"{label} {count}{behind}")
    if not_begun := sum(row.status is None for row in rows):
        parts.append(f"{NOT_BEGUN} {not_begun}")
    return "，".join(parts)
