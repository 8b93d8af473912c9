"""The 绩效自评表 as a table: 项目支出 and 部门（单位）整体支出, with the working of each score."""

from datetime import UTC, datetime
from decimal import Decimal

from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.core.revisions import LOWERED_LATE
from perf.core.terms import PlanKind
from perf.documents.forms.annex import Annex
from perf.documents.forms.builder import SheetBuilder, execution_rate, wan
from perf.documents.forms.classes import merge_classes
from perf.documents.forms.measure import clean
from perf.documents.forms.rows import (
    NOT_APPLICABLE,
    Money,
    SelfEvaluationForm,
)
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.forms.texts import (
    actual_text,
    form_mark,
    form_title,
    points_cell,
    reason_text,
    remark_text,
    target_text,
)
from perf.documents.forms.working import working_sheet

# Columns: 绩效指标 | 一级 | 二级 | 三级 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因.
_WIDTHS = [44, 76, 66, 128, 76, 76, 46, 58, 146]
_LAST = 8
_ROW = 20
_NEVER_SIGNED = datetime(2000, 1, 1, tzinfo=UTC)
_DASH = "—"
# File properties are held to 255 characters.
_MAX_TITLE = 200


def self_evaluation_layout(form: SelfEvaluationForm) -> Layout:
    """The form as a layout: the table itself, 得分计算说明 and, where texts are long, 附页.

    Money comes in 元 and is laid out in 万元; frozen points and totals are never recomputed,
    only checked: a total that is not the sum of its points stands as a number with a remark.
    """
    annex = Annex()
    main = _MainSheet(form, annex)
    sheets = [main.build()]
    if form.has_working:
        sheets.append(working_sheet(form, annex, form_mark(form)))
    if annex.entries:
        sheets.append(annex.sheet())
    return Layout(
        title=f"{form.year}年度{clean(form.name)[:_MAX_TITLE]}{form_title(form)}",
        author=clean(form.implementing_unit)[:_MAX_TITLE],
        created=form.approved_at or form.submitted_at or _NEVER_SIGNED,
        mark=form_mark(form),
        code=form.check_code,
        sheets=sheets,
    )


class _MainSheet(SheetBuilder):
    """Builds the form's own sheet from top to bottom."""

    def __init__(self, form: SelfEvaluationForm, annex: Annex) -> None:
        name = "部门整体支出绩效自评表" if form.kind is PlanKind.DEPARTMENT else form_title(form)
        super().__init__(name, _WIDTHS, annex)
        self.form = form
        self.total_row = 0
        self.remarks: list[str] = []

    def build(self) -> Sheet:
        self._top()
        if self.form.tasks:
            self._tasks()
        self._money()
        self._objective()
        first, last = self._indicators()
        self._totals(first, last)
        self.signatures(
            self.form.submitted_by,
            self.form.submitted_at,
            self.form.approved_by,
            self.form.approved_at,
            ends=(3, 6),
        )
        merge_classes(self.sheet, self.form.rows, first)
        return self.sheet

    def _top(self) -> None:
        form = self.form
        self.head(form_mark(form), form_title(form), f"（{form.year}年度）")
        name = "部门（单位）名称" if form.kind is PlanKind.DEPARTMENT else "项目名称"
        if form.code:
            code = "单位编码" if form.kind is PlanKind.DEPARTMENT else "项目编码"
            self.row(
                (0, 1, name, Style.LABEL),
                (2, 4, form.name, Style.CENTRE),
                (5, 5, code, Style.LABEL),
                (6, _LAST, form.code, Style.CENTRE),
                label=name,
            )
        else:
            self.row((0, 1, name, Style.LABEL), (2, _LAST, form.name, Style.CENTRE), label=name)
        self.row(
            (0, 1, "主管部门", Style.LABEL),
            (2, 4, form.department, Style.CENTRE),
            (5, 5, "实施单位", Style.LABEL),
            (6, _LAST, form.implementing_unit, Style.CENTRE),
            label="主管部门和实施单位",
        )

    def _tasks(self) -> None:
        first = self.row((1, 3, "任务名称", Style.LABEL), (4, _LAST, "主要内容", Style.LABEL))
        last = first
        for name, content in self.form.tasks:
            last = self.row(
                (1, 3, name, Style.CENTRE), (4, _LAST, content, Style.TEXT), label=f"任务：{name}"
            )
        self.block("年度\n主要\n任务", first, last)

    def _money(self) -> None:
        form = self.form
        first = self.row(
            (1, 2, "资金来源", Style.LABEL),
            (3, 3, "年初预算数", Style.LABEL),
            (4, 4, "全年预算数", Style.LABEL),
            (5, 5, "全年执行数", Style.LABEL),
            (6, 6, "分值", Style.LABEL),
            (7, 7, "执行率", Style.LABEL),
            (8, 8, "得分", Style.LABEL),
        )
        self.total_row = self._money_row("年度资金总额", form.total_money, scored=True)
        self._money_row("其中：当年财政拨款", form.fiscal)
        self._money_row("上年结转资金", form.carryover)
        last = self._money_row("其他资金", form.other)
        for label, money in form.funds:
            last = self._money_row(label, money)
        execution = form.execution
        if reason := reason_text(execution.deviation_reason, execution.corrective_action):
            last = self.row(
                (1, 2, "执行偏差原因及改进措施", Style.LABEL),
                (3, _LAST, reason, Style.SMALL),
                label="预算执行偏差原因及改进措施",
            )
        label = "部门\n预算\n资金" if form.kind is PlanKind.DEPARTMENT else "项目\n资金"
        self.block(f"{label}\n(万元)", first, last)

    def _money_row(self, label: str, money: Money, *, scored: bool = False) -> int:
        row = self.row(
            (1, 2, label, Style.CENTRE),
            (3, 3, wan(money.initial), Style.MONEY),
            (4, 4, wan(money.adjusted), Style.MONEY),
            (5, 5, wan(money.executed), Style.MONEY),
        )
        sheet, execution = self.sheet, self.form.execution
        rate = execution_rate(money.executed, money.adjusted)
        if rate is not None:
            formula = f"=F{row + 1}/E{row + 1}"
            sheet.put(7, 7, rate, Style.RATE, formula=formula)
        elif scored and execution.not_applicable:
            sheet.put(7, 7, NOT_APPLICABLE, Style.CENTRE)
        else:
            sheet.put(7, 7, None, Style.RATE)
        if not scored or not execution.weight:
            sheet.put(6, 6, _DASH, Style.CENTRE)
            sheet.put(8, 8, _DASH, Style.CENTRE)
            return row
        sheet.put(6, 6, execution.weight, Style.NUMBER)
        if execution.not_applicable:
            sheet.put(8, 8, NOT_APPLICABLE, Style.CENTRE)
        else:
            sheet.put(8, 8, execution.points, Style.POINTS)
        return row

    def _objective(self) -> None:
        first = self.row((1, 4, "预期目标", Style.LABEL), (5, _LAST, "实际完成情况", Style.LABEL))
        last = self.row(
            (1, 4, self.form.objective_expected, Style.TEXT),
            (5, _LAST, self.form.objective_actual, Style.TEXT),
            label="年度总体目标",
        )
        self.sheet.heights[last] = max(self.sheet.heights[last], 48)
        self.block("年度\n总体\n目标", first, last)

    def _indicators(self) -> tuple[int, int]:
        head = self.row(
            (0, 0, "绩效\n指标", Style.LABEL),
            (1, 1, "一级\n指标", Style.LABEL),
            (2, 2, "二级\n指标", Style.LABEL),
            (3, 3, "三级指标", Style.LABEL),
            (4, 4, "年度\n指标值", Style.LABEL),
            (5, 5, "实际\n完成值", Style.LABEL),
            (6, 6, "分值", Style.LABEL),
            (7, 7, "得分", Style.LABEL),
            (8, 8, "偏差原因分析\n及改进措施", Style.LABEL),
        )
        self.sheet.header_row = head
        for item in self.form.rows:
            name = f"{item.name}（{item.tag}）" if item.tag else item.name
            self.row(
                (3, 3, name, Style.SMALL),
                (4, 4, target_text(item), Style.CENTRE),
                (5, 5, actual_text(item), Style.CENTRE),
                (6, 6, item.weight, Style.NUMBER),
                (7, 7, *points_cell(item)),
                (8, 8, remark_text(item), Style.SMALL),
                label=f"指标：{item.name}",
            )
        return head + 1, head + len(self.form.rows)

    def _totals(self, first: int, last: int) -> None:
        form, sheet = self.form, self.sheet
        execution = form.execution
        scored = [item.points for item in form.rows if item.points is not None]
        indicators = sum(scored, Decimal(0))
        weight = sum((item.weight or Decimal(0) for item in form.rows), execution.weight)
        total_ref = f",I{self.total_row + 1}" if execution.weight else ""
        weight_ref = f",G{self.total_row + 1}" if execution.weight else ""
        rows = f"{first + 1}:H{last + 1}"
        if execution.not_applicable and execution.weight:
            share = Decimal(100) - execution.weight
            expected = round_half_up(indicators * 100, share)
            formula = f"=ROUND(SUM(H{rows})*100/(100-G{self.total_row + 1}),2)"
            self.remarks.append(
                f"预算执行{NOT_APPLICABLE}，总分＝指标得分合计 {format_fixed(indicators)} × 100 ÷ "
                f"{format_number(share)}，四舍五入至 0.01。"
            )
        else:
            expected = round_half_up(indicators + (execution.points or Decimal(0)))
            formula = f"=ROUND(SUM(H{rows}{total_ref}),2)"
        if form.total is not None and form.total != expected:
            self.remarks.append(
                f"总分 {format_fixed(form.total)} 为按评分办法核定的分数，"
                f"各项得分合计为 {format_fixed(expected)}。"
            )
            formula = ""
        weight_formula = f"=ROUND(SUM(G{first + 1}:G{last + 1}{weight_ref}),2)"
        rating = f"评级：{form.rating.label}" if form.rating else ""
        sheet.add_row(22)
        sheet.put(0, 5, "总分", Style.LABEL)
        # Without indicators there is nothing to add up.
        if not form.rows:
            formula = weight_formula = ""
        sheet.put(6, 6, round_half_up(weight), Style.TOTAL, formula=weight_formula)
        sheet.put(7, 7, form.total, Style.TOTAL_POINTS, formula=formula)
        sheet.put(8, 8, rating, Style.LABEL)
        self._foot_notes()

    def _foot_notes(self) -> None:
        form = self.form
        notes = list(self.remarks)
        late = [item.name for item in form.rows if item.is_lowered_late]
        if late:
            notes.append(f"{LOWERED_LATE}指标值的：{'、'.join(late)}。")
        said = []
        if form.pack_id:
            version = f"（版本 {form.pack_version}）" if form.pack_version else ""
            said.append(f"评分依据 {form.pack_id}{version}")
        if form.has_working:
            said.append("各项得分的计算过程见“得分计算说明”")
        if said:
            notes.append("，".join(said) + "。")
        if self.annex.entries:
            notes.append("篇幅较长的文字全文见“附页”。")
        self.notes(notes)
