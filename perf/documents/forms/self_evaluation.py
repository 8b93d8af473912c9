"""The 绩效自评表 as a table: 项目支出 and 部门（单位）整体支出, with the working of each score."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext

from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.core.terms import PlanKind
from perf.documents.forms.annex import Annex
from perf.documents.forms.measure import MAX_ROW_HEIGHT, clean, cut, text_height
from perf.documents.forms.pages import break_pages
from perf.documents.forms.rows import (
    NOT_APPLICABLE,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
)
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.forms.working import working_sheet

# Columns: 绩效指标 | 一级 | 二级 | 三级 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因.
_WIDTHS = [58, 64, 70, 108, 80, 80, 48, 60, 138]
_LAST = 8
_ROW = 22
_SHANGHAI = timezone(timedelta(hours=8))
_NEVER_SIGNED = datetime(2000, 1, 1, tzinfo=UTC)
_DASH = "—"
_MISSING = "未填报"
# File properties are held to 255 characters.
_MAX_TITLE = 200


def self_evaluation_layout(form: SelfEvaluationForm) -> Layout:
    """The form as a layout: the table itself, 得分计算说明 and, where texts are long, 附页.

    Money comes in 元 and is laid out in 万元; frozen points and totals are never recomputed,
    only checked: a total that is not the sum of its points stands as a number with a remark.
    """
    annex = Annex()
    main = _MainSheet(form, annex)
    sheets = [main.build(), working_sheet(form, annex, _mark(form))]
    if annex.entries:
        sheets.append(annex.sheet())
    return Layout(
        title=f"{form.year}年度{clean(form.name)[:_MAX_TITLE]}{_title(form)}",
        author=clean(form.implementing_unit)[:_MAX_TITLE],
        created=form.approved_at or form.submitted_at or _NEVER_SIGNED,
        mark=_mark(form),
        sheets=sheets,
    )


def _title(form: SelfEvaluationForm) -> str:
    if form.kind is PlanKind.DEPARTMENT:
        return "部门（单位）整体支出绩效自评表"
    return "项目支出绩效自评表"


def _mark(form: SelfEvaluationForm) -> str:
    marks = []
    if form.is_draft:
        marks.append("草稿（未签署）")
    if form.is_demo:
        marks.append("演示数据（非真实填报）")
    return "　".join(marks)


def _day(moment: datetime | None) -> str:
    if moment is None:
        return "　　　年　　月　　日"
    local = moment.astimezone(_SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def _wan(yuan: Decimal | None) -> Decimal | None:
    # scaleb is exact within the context's 28 digits, which 18-digit amounts never reach.
    return None if yuan is None else yuan.scaleb(-4)


def _rate(money: Money) -> Decimal | None:
    if not money.adjusted or money.executed is None:
        return None
    with localcontext() as context:
        # A spreadsheet holds about 17 significant digits.
        context.prec = 17
        return money.executed / money.adjusted


class _MainSheet:
    """Builds the form's own sheet from top to bottom."""

    def __init__(self, form: SelfEvaluationForm, annex: Annex) -> None:
        self.form = form
        self.annex = annex
        name = "部门整体支出绩效自评表" if form.kind is PlanKind.DEPARTMENT else _title(form)
        self.sheet = Sheet(name=name, widths=_WIDTHS)
        self.total_row = 0
        self.notes: list[str] = []

    def build(self) -> Sheet:
        self._head()
        if self.form.tasks:
            self._tasks()
        self._money()
        self._objective()
        first, last = self._indicators()
        self._totals(first, last)
        self._foot()
        self._paginate(first, last)
        return self.sheet

    def _row(self, *parts: tuple[int, int, str | Decimal | None, Style], label: str = "") -> int:
        """Add a row as tall as its tallest text; a text too long goes to the annex."""
        sheet = self.sheet
        fitted = []
        height = _ROW
        for column, last_column, value, style in parts:
            if isinstance(value, str):
                width = sheet.span(column, last_column)
                value, needed = self.annex.fit(value, width, style, label)
                height = max(height, needed)
            fitted.append((column, last_column, value, style))
        row = sheet.add_row(height)
        for column, last_column, value, style in fitted:
            sheet.put(column, last_column, value, style)
        return row

    def _head(self) -> None:
        form, sheet = self.form, self.sheet
        if mark := _mark(form):
            sheet.add_row(_ROW)
            sheet.put(0, _LAST, mark, Style.MARK)
        sheet.add_row(34)
        sheet.put(0, _LAST, _title(form), Style.TITLE)
        sheet.add_row(_ROW)
        sheet.put(0, _LAST, f"（{form.year}年度）", Style.SUBTITLE)
        name = "部门（单位）名称" if form.kind is PlanKind.DEPARTMENT else "项目名称"
        if form.code:
            code = "单位编码" if form.kind is PlanKind.DEPARTMENT else "项目编码"
            self._row(
                (0, 1, name, Style.LABEL),
                (2, 4, form.name, Style.CENTRE),
                (5, 5, code, Style.LABEL),
                (6, _LAST, form.code, Style.CENTRE),
                label=name,
            )
        else:
            self._row((0, 1, name, Style.LABEL), (2, _LAST, form.name, Style.CENTRE), label=name)
        self._row(
            (0, 1, "主管部门", Style.LABEL),
            (2, 4, form.department, Style.CENTRE),
            (5, 5, "实施单位", Style.LABEL),
            (6, _LAST, form.implementing_unit, Style.CENTRE),
            label="主管部门和实施单位",
        )

    def _tasks(self) -> None:
        first = self._row((1, 3, "任务名称", Style.LABEL), (4, _LAST, "主要内容", Style.LABEL))
        last = first
        for name, content in self.form.tasks:
            last = self._row(
                (1, 3, name, Style.CENTRE), (4, _LAST, content, Style.TEXT), label=f"任务：{name}"
            )
        self._block_label("年度\n主要\n任务", first, last)

    def _block_label(self, text: str, first: int, last: int) -> None:
        sheet = self.sheet
        needed = text_height(text, sheet.widths[0], Style.LABEL)
        lacking = needed - sum(sheet.heights[first : last + 1])
        if lacking > 0:
            sheet.heights[last] += lacking
        sheet.put(0, 0, text, Style.LABEL, row=first, last_row=last)

    def _money(self) -> None:
        form = self.form
        first = self._row(
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
        if reason := _reason(execution.deviation_reason, execution.corrective_action):
            last = self._row(
                (1, 2, "执行偏差原因及改进措施", Style.LABEL),
                (3, _LAST, reason, Style.SMALL),
                label="预算执行偏差原因及改进措施",
            )
        label = "部门\n预算\n资金" if form.kind is PlanKind.DEPARTMENT else "项目\n资金"
        self._block_label(f"{label}\n(万元)", first, last)

    def _money_row(self, label: str, money: Money, *, scored: bool = False) -> int:
        row = self._row(
            (1, 2, label, Style.CENTRE),
            (3, 3, _wan(money.initial), Style.MONEY),
            (4, 4, _wan(money.adjusted), Style.MONEY),
            (5, 5, _wan(money.executed), Style.MONEY),
        )
        sheet, execution = self.sheet, self.form.execution
        rate = _rate(money)
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
        first = self._row((1, 4, "预期目标", Style.LABEL), (5, _LAST, "实际完成情况", Style.LABEL))
        last = self._row(
            (1, 4, self.form.objective_expected, Style.TEXT),
            (5, _LAST, self.form.objective_actual, Style.TEXT),
            label="年度总体目标",
        )
        self.sheet.heights[last] = max(self.sheet.heights[last], 60)
        self._block_label("年度\n总体\n目标", first, last)

    def _indicators(self) -> tuple[int, int]:
        head = self._row(
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
            self._row(
                (3, 3, name, Style.SMALL),
                (4, 4, _target(item), Style.CENTRE),
                (5, 5, _actual(item), Style.CENTRE),
                (6, 6, item.weight, Style.NUMBER),
                (7, 7, *_points(item)),
                (8, 8, _reason(item.deviation_reason, item.corrective_action), Style.SMALL),
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
            self.notes.append(
                f"预算执行{NOT_APPLICABLE}，总分＝指标得分合计 {format_fixed(indicators)} × 100 ÷ "
                f"{format_number(share)}，四舍五入至 0.01。"
            )
        else:
            expected = round_half_up(indicators + (execution.points or Decimal(0)))
            formula = f"=ROUND(SUM(H{rows}{total_ref}),2)"
        if form.total is not None and form.total != expected:
            self.notes.append(
                f"总分 {format_fixed(form.total)} 为按评分办法核定的分数，"
                f"各项得分合计为 {format_fixed(expected)}。"
            )
            formula = ""
        rating = f"评级：{form.rating.label}" if form.rating else ""
        sheet.add_row(26)
        sheet.put(0, 5, "总分", Style.LABEL)
        sheet.put(
            6,
            6,
            round_half_up(weight),
            Style.TOTAL,
            formula=f"=ROUND(SUM(G{first + 1}:G{last + 1}{weight_ref}),2)",
        )
        if form.total is None:
            sheet.put(7, 7, None, Style.TOTAL_POINTS)
        else:
            sheet.put(7, 7, form.total, Style.TOTAL_POINTS, formula=formula)
        sheet.put(8, 8, rating, Style.LABEL)
        self._foot_notes()

    def _foot_notes(self) -> None:
        form = self.form
        notes = list(self.notes)
        if form.pack_id:
            version = f"（版本 {form.pack_version}）" if form.pack_version else ""
            notes.append(f"评分依据 {form.pack_id}{version}，各项得分的计算过程见“得分计算说明”。")
        else:
            notes.append("各项得分的计算过程见“得分计算说明”。")
        if self.annex.entries:
            notes.append("篇幅较长的文字全文见“附页”。")
        if len(notes) == 1:
            text = f"注：{notes[0]}"
        else:
            text = "注：" + "\n".join(f"{at}. {note}" for at, note in enumerate(notes, 1))
        text = cut(clean(text))
        sheet = self.sheet
        sheet.add_row(text_height(text, sheet.span(0, _LAST), Style.NOTE))
        sheet.put(0, _LAST, text, Style.NOTE)

    def _foot(self) -> None:
        form, sheet = self.form, self.sheet
        blank = "　　　　　　"
        sheet.add_row(30)
        sheet.put(0, 2, f"填报人：{clean(form.submitted_by) or blank}", Style.SIGN)
        sheet.put(3, 5, f"审核人：{clean(form.approved_by) or blank}", Style.SIGN)
        sheet.put(6, _LAST, "单位负责人（签字）：", Style.SIGN)
        sheet.add_row(26)
        sheet.put(0, 2, f"填报日期：{_day(form.submitted_at)}", Style.SIGN)
        sheet.put(3, 5, f"审核日期：{_day(form.approved_at)}", Style.SIGN)
        sheet.put(6, _LAST, "日期：　　　年　　月　　日", Style.SIGN)
        sheet.add_row(48)
        sheet.put(0, 5, "", Style.SIGN)
        sheet.put(6, _LAST, "单位（盖章）：", Style.SIGN)

    def _paginate(self, first: int, last: int) -> None:
        """Choose the page breaks, then merge equal neighbours of the first three columns.

        The total, the notes and the signatures stay with the last indicator. Merges begin anew
        on each page, so that every page shows its classes; a merge too low for its text grows
        its last row, which may move the breaks.
        """
        sheet = self.sheet
        allowed = range(last + 1)
        sheet.breaks = break_pages(sheet, allowed)
        for _ in range(3):
            if not self._grow(first, last):
                break
            sheet.breaks = break_pages(sheet, allowed)
        for column, text, start, end in self._groups(first, last):
            sheet.put(column, column, text, Style.CENTRE, row=start, last_row=end)

    def _grow(self, first: int, last: int) -> bool:
        sheet = self.sheet
        grown = False
        for column, text, start, end in self._groups(first, last):
            needed = text_height(text, sheet.widths[column], Style.CENTRE)
            lacking = needed - sum(sheet.heights[start : end + 1])
            room = MAX_ROW_HEIGHT - sheet.heights[end]
            if lacking > 0 and room > 0:
                sheet.heights[end] += min(lacking, room)
                grown = True
        return grown

    def _groups(self, first: int, last: int) -> Iterator[tuple[int, str, int, int]]:
        """(column, text, first row, last row) of the merges in the first three columns."""
        rows = self.form.rows
        breaks = set(self.sheet.breaks)
        for column in range(3):
            start = first
            for row in range(first + 1, last + 2):
                if row <= last and row not in breaks:
                    one, other = rows[row - first], rows[start - first]
                    if column == 0 or one.level1 == other.level1:
                        if column < 2 or one.level2 == other.level2:
                            continue
                if start <= last:
                    item = rows[start - first]
                    text = ("绩效\n指标", item.level1, item.level2 or "")[column]
                    yield column, cut(clean(text)), start, row - 1
                start = row


def _target(item: IndicatorRow) -> str:
    if not item.initial_target:
        return item.target
    points = (
        "" if item.initial_points is None else f"，按其得 {format_fixed(item.initial_points)} 分"
    )
    return f"{item.target}\n（年初：{item.initial_target}{points}）"


def _actual(item: IndicatorRow) -> str:
    if item.tag == NOT_APPLICABLE:
        return NOT_APPLICABLE
    return item.actual or _MISSING


def _points(item: IndicatorRow) -> tuple[str | Decimal | None, Style]:
    if item.tag == NOT_APPLICABLE and item.points is None:
        return NOT_APPLICABLE, Style.CENTRE
    return item.points, Style.POINTS


def _reason(deviation_reason: str, corrective_action: str) -> str:
    parts = []
    if deviation_reason.strip():
        parts.append(f"偏差原因：{deviation_reason.strip()}")
    if corrective_action.strip():
        parts.append(f"改进措施：{corrective_action.strip()}")
    return "\n".join(parts)
