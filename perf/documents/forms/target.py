"""The 绩效目标表 as a table: 项目支出绩效目标申报表 and 部门（单位）整体绩效目标表."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from decimal import Decimal

from perf.core.numbers import format_number
from perf.core.terms import FundSource, PlanKind
from perf.documents.forms.annex import Annex
from perf.documents.forms.builder import Part, SheetBuilder, wan
from perf.documents.forms.classes import BLOCK, merge_classes
from perf.documents.forms.funds import rows_of_funds
from perf.documents.forms.measure import clean
from perf.documents.forms.rows import Money
from perf.documents.forms.table import Layout, Style
from perf.documents.forms.target_rows import TargetForm, TargetRow
from perf.documents.forms.target_texts import (
    NO_LEVEL2,
    NOT_FILLED_IN,
    target_mark,
    target_notes,
    target_title,
)

# Columns: 绩效指标 | 一级 | 二级 | 三级 | 指标值 | 分值 | 备注; where any target was revised, the
# 年初 one stands before the present one.
_WIDTHS = [44, 80, 88, 176, 110, 48, 170]
_WIDTHS_REVISED = [44, 80, 86, 140, 84, 84, 48, 150]
# The department's form has no column for 绩效指标, but a long one for 指标值说明.
_DEPARTMENT_WIDTHS = [104, 104, 134, 92, 46, 236]
_DEPARTMENT_WIDTHS_REVISED = [104, 104, 116, 80, 80, 46, 186]
_NEVER_SUBMITTED = datetime(2000, 1, 1, tzinfo=UTC)
# File properties are held to 255 characters.
_MAX_TITLE = 200
_DEPARTMENT_SOURCES = (
    (FundSource.FISCAL, "政府预算资金"),
    (FundSource.SPECIAL_ACCOUNT, "财政专户管理资金"),
    (FundSource.UNIT_FUNDS, "单位资金"),
    (FundSource.CARRYOVER, "上年结转资金"),
    (FundSource.OTHER, "其他资金"),
)
_DEPARTMENT_ALWAYS = frozenset(
    {FundSource.FISCAL, FundSource.SPECIAL_ACCOUNT, FundSource.UNIT_FUNDS}
)


def target_layout(form: TargetForm) -> Layout:
    """The form as a layout: the table itself and, where texts are long, 附页.

    Money comes in 元 and is laid out in 万元. Columns for 年初 and 调整后 appear where any target
    was revised or any money adjusted.
    """
    annex = Annex()
    build = _Department if form.kind is PlanKind.DEPARTMENT else _Project
    builder = build(form, annex)
    builder.build()
    title = target_title(form)
    return Layout(
        title=f"{form.year}年度{clean(form.name)[:_MAX_TITLE]}{title}",
        author=clean(form.implementing_unit)[:_MAX_TITLE],
        created=form.approved_at or form.submitted_at or _NEVER_SUBMITTED,
        mark=target_mark(form),
        code=form.check_code,
        sheets=[builder.sheet, *([annex.sheet()] if annex.entries else [])],
    )


class _Target(SheetBuilder, ABC):
    """What both forms have in common; `name_at` is the column of 三级指标."""

    name_at: int
    note_head: str
    block_head: str

    def __init__(self, form: TargetForm, annex: Annex, widths: list[int]) -> None:
        name = "部门整体绩效目标表" if form.kind is PlanKind.DEPARTMENT else target_title(form)
        super().__init__(name, widths, annex)
        self.form = form
        self.target_at = self.name_at + (2 if form.is_revised else 1)

    def build(self) -> None:
        form = self.form
        self.head(target_mark(form), target_title(form), f"（{form.year}年度）")
        self.top()
        head = self._grid_head()
        for row in form.rows:
            self._indicator(row)
        self._total(head + 1, head + len(form.rows))
        self.notes(target_notes(form, has_annex=bool(self.annex.entries)))
        self.signatures(
            form.submitted_by,
            form.submitted_at,
            form.approved_by,
            form.approved_at,
            ends=(self.name_at - 1, self.target_at),
        )
        levels = [_Levels(row) for row in form.rows]
        merge_classes(self.sheet, levels, head + 1, block=self.block_head)

    @abstractmethod
    def top(self) -> None:
        """The rows above the indicators."""

    def money_cells(self, money: Money) -> list[Part]:
        """The amount over all columns behind the labels, or 年初 and 调整后 side by side."""
        first = self.name_at + 1
        if not self.form.is_adjusted:
            return [(first, self.last, wan(money.initial), Style.MONEY)]
        middle = self.target_at
        return [
            (first, middle, wan(money.initial), Style.MONEY),
            (middle + 1, self.last, wan(money.adjusted), Style.MONEY),
        ]

    def _grid_head(self) -> int:
        at = self.name_at
        parts: list[Part] = [(0, 0, BLOCK, Style.LABEL)] if self.block_head else []
        parts += [
            (at - 2, at - 2, "一级\n指标", Style.LABEL),
            (at - 1, at - 1, "二级\n指标", Style.LABEL),
            (at, at, "三级指标", Style.LABEL),
        ]
        if self.form.is_revised:
            parts.append((at + 1, at + 1, "年初\n指标值", Style.LABEL))
        target = "调整后\n指标值" if self.form.is_revised else "指标值"
        parts += [
            (self.target_at, self.target_at, target, Style.LABEL),
            (self.target_at + 1, self.target_at + 1, "分值", Style.LABEL),
            (self.last, self.last, self.note_head, Style.LABEL),
        ]
        head = self.row(*parts)
        self.sheet.header_row = head
        return head

    def _indicator(self, row: TargetRow) -> None:
        at = self.name_at
        parts: list[Part] = [(at, at, row.name, Style.SMALL)]
        if self.form.is_revised:
            parts.append((at + 1, at + 1, row.initial_target or row.target, Style.CENTRE))
        parts += [
            (self.target_at, self.target_at, row.target or NOT_FILLED_IN, Style.CENTRE),
            (self.target_at + 1, self.target_at + 1, row.weight, Style.NUMBER),
            (self.last, self.last, row.note, Style.SMALL),
        ]
        self.row(*parts, label=f"指标：{row.name}")

    def _total(self, first: int, last: int) -> None:
        weights = [row.weight for row in self.form.rows if row.weight is not None]
        if not weights:
            return
        sheet, at = self.sheet, self.target_at + 1
        column = chr(ord("A") + at)
        formula = f"=ROUND(SUM({column}{first + 1}:{column}{last + 1}),2)"
        execution = self.form.execution_weight
        beside = f"另有预算执行率 {format_number(execution)} 分" if execution else ""
        sheet.add_row(22)
        sheet.put(0, at - 1, "分值合计", Style.LABEL)
        sheet.put(at, at, sum(weights, Decimal(0)), Style.TOTAL, formula=formula)
        sheet.put(self.last, self.last, beside, Style.SMALL)


class _Levels:
    """A row's classes as printed: a dash says that there is no second level."""

    def __init__(self, row: TargetRow) -> None:
        self.level1 = row.level1
        self.level2 = row.level2 or NO_LEVEL2


class _Project(_Target):
    """项目支出绩效目标申报表."""

    name_at = 3
    note_head = "备注"
    block_head = BLOCK

    def __init__(self, form: TargetForm, annex: Annex) -> None:
        super().__init__(form, annex, _WIDTHS_REVISED if form.is_revised else _WIDTHS)

    def top(self) -> None:
        form = self.form
        department, label = form.department, "主管部门"
        if form.department_code:
            department, label = f"[{form.department_code}]{department}", "主管部门\n及代码"
        self._pair("项目名称", form.name, "项目编码", form.code)
        self._pair(label, department, "实施单位", form.implementing_unit)
        if form.category:
            self._pair("项目类别", form.category, "", None)
        self._money()
        row = self.row((2, self.last, form.objective, Style.TEXT), label="年度总体目标", least=60)
        self.sheet.put(0, 1, "年度总体目标", Style.LABEL, row=row)

    def _pair(self, label1: str, text1: str, label2: str, text2: str | None) -> None:
        first: Part = (0, 1, label1, Style.LABEL)
        if not text2:
            self.row(first, (2, self.last, text1, Style.CENTRE), label=label1)
            return
        self.row(
            first,
            (2, 3, text1, Style.CENTRE),
            (4, self.target_at, label2, Style.LABEL),
            (self.target_at + 1, self.last, text2, Style.CENTRE),
            label=f"{label1}、{label2}",
        )

    def _money(self) -> None:
        form = self.form
        rows: list[int] = []
        if form.is_adjusted:
            middle = self.target_at
            rows.append(
                self.row(
                    (1, 3, "资金来源", Style.LABEL),
                    (4, middle, "年初预算数", Style.LABEL),
                    (middle + 1, self.last, "调整后预算数", Style.LABEL),
                )
            )
        rows.append(self.row((1, 3, "年度资金总额", Style.CENTRE), *self.money_cells(form.total)))
        for source, label in rows_of_funds(form.budget):
            money = form.budget.get(source, Money())
            rows.append(self.row((1, 3, label, Style.CENTRE), *self.money_cells(money)))
        self.block("项目\n资金\n(万元)", rows[0], rows[-1])


class _Department(_Target):
    """部门（单位）整体绩效目标表."""

    name_at = 2
    note_head = "指标值说明"
    block_head = ""

    def __init__(self, form: TargetForm, annex: Annex) -> None:
        widths = _DEPARTMENT_WIDTHS_REVISED if form.is_revised else _DEPARTMENT_WIDTHS
        super().__init__(form, annex, widths)

    def top(self) -> None:
        form, last = self.form, self.last
        label: Part = (0, 0, "部门（单位）\n名称", Style.LABEL)
        if form.department_code:
            self.row(
                label,
                (1, 2, form.department, Style.CENTRE),
                (3, self.target_at, "单位编码", Style.LABEL),
                (self.target_at + 1, last, form.department_code, Style.CENTRE),
                label="部门（单位）名称",
            )
        else:
            self.row(label, (1, last, form.department, Style.CENTRE), label="部门（单位）名称")
        self.row(
            (0, 0, "年度\n履职目标", Style.LABEL),
            (1, last, form.objective, Style.TEXT),
            label="年度履职目标",
            least=60,
        )
        self._tasks()
        self._money()

    def _tasks(self) -> None:
        last = self.last
        first = self.row((1, 2, "任务名称", Style.LABEL), (3, last, "主要内容", Style.LABEL))
        end = first
        for name, content in self.form.tasks or [("", "")]:
            end = self.row(
                (1, 2, name, Style.CENTRE), (3, last, content, Style.TEXT), label=f"任务：{name}"
            )
        self.block("年度\n主要任务", first, end)

    def _money(self) -> None:
        form, rows = self.form, []
        if form.is_adjusted:
            middle = self.target_at
            rows.append(
                self.row(
                    (1, 2, "资金（万元）", Style.LABEL),
                    (3, middle, "年初预算数", Style.LABEL),
                    (middle + 1, self.last, "调整后预算数", Style.LABEL),
                )
            )
        rows.append(self._amount("部门预算总额（万元）", form.total))
        listed = [
            (label, form.budget.get(source, Money()))
            for source, label in _DEPARTMENT_SOURCES
            if source in _DEPARTMENT_ALWAYS or source in form.budget
        ]
        for number, (label, money) in enumerate(listed, 1):
            head = "1、资金来源：" if number == 1 else ""
            rows.append(self._amount(f"{head}（{number}）{label}", money))
        # What an adjustment does to the structure is not recorded.
        basic, project = Money(form.basic_expenditure), Money(form.project_expenditure)
        rows.append(self._amount("2、资金结构：（1）基本支出", basic))
        rows.append(self._amount("（2）项目支出", project))
        self.block("预算情况", rows[0], rows[-1])

    def _amount(self, label: str, money: Money) -> int:
        return self.row((1, 2, label, Style.TEXT), *self.money_cells(money))
