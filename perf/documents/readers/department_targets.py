"""部门（单位）整体绩效目标表: objective, tasks and budget above, the indicators below."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from perf.core.drafts import DraftPlan
from perf.core.targets import strip_numbering
from perf.core.terms import PlanKind
from perf.documents.readers.department_indicators import IndicatorReader, is_indicator_header
from perf.documents.readers.department_money import DepartmentMoney
from perf.documents.readers.grid_foot import is_below_grid, is_weight_sum
from perf.documents.readers.progress import (
    first_column_spent,
    is_group_heading,
    says_what_was_done,
)
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import Row, close_up, key, mark_breaks, trim
from perf.documents.readers.vocabulary import (
    code_and_name,
    code_digits,
    head,
    is_class,
    looks_like_amount,
    money_unit,
)

DEPARTMENT_PLAN = "部门整体"
_SIDE_HEADS = frozenset(
    {
        "年度履职目标", "年度主要任务", "年度总体目标", "年度绩效目标", "预算情况", "一级指标",
        "绩效指标", "年度目标", "主要任务", "年度总体绩效目标", "年度整体绩效目标", "整体绩效目标",
        "部门职能概述", "部门(单位)职责", "部门职能职责", "部门职责", "单位职能概述",
        "职能职责概述", "部门(单位)主要职责", "主要职责", "年度总体目标完成情况",
    }
)  # fmt: skip
_DUTIES = frozenset(each for each in _SIDE_HEADS if "职能" in each or each.endswith("职责"))
_OBJECTIVE = frozenset(
    {
        "年度履职目标", "年度总体目标", "年度绩效目标", "年度目标", "年度总体绩效目标",
        "年度整体绩效目标", "整体绩效目标", "年度总体目标完成情况",
    }
)  # fmt: skip
_PLANNED = frozenset({"预期目标", "年初设定目标", "预期绩效目标", "年初目标"})
_CODE_HEADS = frozenset({"单位编码", "单位代码", "部门编码", "部门代码", "预算单位编码"})
_MONEY_HEADS = frozenset({"年初预算数", "调整后预算数", "全年预算数"})
_UNIT_NAME = re.compile(r"(?:部门|单位|部门\(单位\)|预算部门)名称[:：]?(.*)")
_LONGEST_TASK = 24


@dataclass(slots=True)
class DepartmentForm:
    """What the form says: the plan, the department's name, and the total as it is printed."""

    plan: DraftPlan
    unit_name: str | None = None
    unit_code: str | None = None
    total_text: str | None = None
    total_unit: str | None = None
    total_line: int = 0


@dataclass(slots=True)
class _Top:
    """The part above the indicators, read row by row."""

    form: DepartmentForm
    report: Report
    money: DepartmentMoney
    part: str = "objective"
    objective: list[str] = field(default_factory=list)
    content_column: int | None = None
    named: bool = False
    spent: int | None = None
    done: int | None = None

    def read(self, row: Row) -> None:
        """Takes one row, whichever side heading slid into it."""
        cells = [text for _, text in row.filled()]
        named, self.named = self.named, self._takes_unit_name(cells)
        if self.named:
            return
        if named and row.after_break and len(cells) == 1 and self.form.unit_name:
            self.form.unit_name += close_up(cells[0])
            return
        keys = [head(text) for text in cells]
        spent = first_column_spent(row)
        if spent is not None or any(each in _MONEY_HEADS for each in keys):
            self.part, self.spent = "budget", spent
            units = (unit for text in cells if (unit := money_unit(text)))
            self.money.unit = next(units, self.money.unit)
            return
        if any(each in _OBJECTIVE for each in keys):
            self.part = "objective"
        if any(each in _DUTIES for each in keys):
            self.part = "duties"
        if "任务名称" in keys or "主要内容" in keys:
            self.part = "tasks"
            contents = (column for column, text in row.filled() if key(text) == "主要内容")
            self.content_column = next(contents, None)
            return
        placed = [
            (column, text)
            for column, text in row.filled()
            if not (_is_side_head(text, column) or is_class(text))
            and not self._is_of_progress(column, text)
        ]
        self._take(placed, row)

    def _take(self, placed: list[tuple[int, str]], row: Row) -> None:
        """Takes what the row holds beside its side headings, by where in the form it stands."""
        rest = [text for _, text in placed]
        if self.money.takes_torn_label(rest, row):
            self.part = "budget"
            return
        if self.money.keeps_for_next_row(rest) and self.part == "tasks":
            return
        if self.money.takes_amounts(rest, row):
            self.part = "budget"
        elif self.part == "objective":
            self.objective += [trim(text) for text in rest]
        elif self.part == "tasks" and rest:
            self._take_task(placed, row)
        elif self.part == "budget" and len(rest) == 1 and looks_like_amount(rest[0]):
            self.money.take_late_amount(rest[0], row)

    def _is_of_progress(self, column: int, text: str) -> bool:
        """Whether the cell says what was spent or done instead of what is planned."""
        if self.part == "objective" and says_what_was_done(text):
            self.done = column
        if self.part == "objective":
            return head(text) in _PLANNED or (self.done is not None and column >= self.done)
        return self.spent is not None and column >= self.spent and looks_like_amount(text)

    def _takes_unit_name(self, cells: list[str]) -> bool:
        if len(cells) > 1 and head(cells[0]) == "主管部门":
            if key(self.form.unit_name or DEPARTMENT_PLAN) == DEPARTMENT_PLAN:
                self.form.unit_name = code_and_name(cells[1])[1]
            return True
        name = _unit_name(cells)
        if name is None:
            return False
        if not self.form.unit_name:
            # What stands above the name of the unit is none of its objective.
            self.objective = []
        self.form.unit_name = name or self.form.unit_name
        labelled = (text for label, text in pairwise(cells) if head(label) in _CODE_HEADS)
        self.form.unit_code = next(map(code_digits, labelled), None) or self.form.unit_code
        return True

    def _take_task(self, placed: list[tuple[int, str]], row: Row) -> None:
        tasks = self.form.plan.tasks
        column, text = placed[0]
        if len(placed) == 1 and tasks and (row.after_break or tasks[-1][1]):
            name, content = tasks[-1]
            is_content = self.content_column is None or column >= self.content_column
            if is_content or len(text) > _LONGEST_TASK:
                tasks[-1] = (name, content + trim(text))
            else:
                tasks[-1] = (name + close_up(text), content)
            self.report.info(
                "torn-row-joined",
                "年度主要任务的文字被拆开，已与上一行合并，请核对。",
                at_line(row.line),
            )
            return
        contents = "".join(trim(text) for _, text in placed[1:])
        tasks.append((strip_numbering(close_up(text)), contents))


def read_department_targets(rows: list[Row], before: list[str], report: Report) -> DepartmentForm:
    """The department's plan out of the form's rows; `before` are the text lines above it."""
    plan = DraftPlan(kind=PlanKind.DEPARTMENT, name=DEPARTMENT_PLAN)
    form = DepartmentForm(plan)
    said = next((unit for line in before if (unit := money_unit(line))), None)
    money = DepartmentMoney(plan, report, said)
    top = _Top(form, report, money)
    indicators = IndicatorReader(report)
    begun = ended = False
    for row in mark_breaks([row for row in rows if not row.is_rule()], is_indicator_header):
        plan.where = plan.where or at_line(row.line)
        if is_indicator_header(row) or (not begun and _begins_without_header(row)):
            begun = True
        if begun:
            ended = ended or is_below_grid(row)
            is_heading = is_group_heading(row) or unit_named(row) is not None
            if not (ended or is_heading or is_weight_sum(row)):
                indicators.read(row)
        elif not is_group_heading(row):
            indicators.note_class_above(row)
            top.read(row)
    plan.objective = "".join(top.objective) or None
    plan.indicators = indicators.finish()
    form.total_text, form.total_unit = money.total_text, money.total_unit
    form.total_line = money.total_line
    if plan.budget_total is None and plan.budget:
        report.warning(
            "budget-total-missing",
            "没有找到部门预算总额，请在预览中补填。",
            plan.where,
        )
    return form


def _unit_name(cells: list[str]) -> str | None:
    """The name after 部门（单位）名称, empty where it is left blank; None in any other row."""
    match = _UNIT_NAME.fullmatch(head(cells[0])) if cells and len(cells[0]) < 200 else None
    if match is None:
        return None
    return code_and_name(match[1] or (cells[1] if len(cells) > 1 else ""))[1]


def unit_named(row: Row) -> str | None:
    """The department that the row names, if it is the form's row for it."""
    return _unit_name([text for _, text in row.filled()])


def _is_side_head(text: str, column: int) -> bool:
    plain = head(text)
    torn = column == 0 and len(plain) > 1 and any(head.endswith(plain) for head in _SIDE_HEADS)
    return torn or plain in _SIDE_HEADS


def _begins_without_header(row: Row) -> bool:
    """A first indicator row where the heading was lost: a class, then three cells or more."""
    filled = row.filled()
    return (
        len(filled) >= 4
        and is_class(filled[0][1])
        and not any(looks_like_amount(text) for _, text in filled)
    )
