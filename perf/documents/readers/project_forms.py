"""项目支出绩效目标表, one form a project: labels with their values above, the grid below."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from perf.core.drafts import DraftPlan
from perf.core.targets import strip_numbering
from perf.core.terms import FundSource, PlanKind
from perf.documents.readers.grid import Grid, columns_of, is_grid_header, role_of
from perf.documents.readers.grid_foot import is_below_grid, is_weight_sum
from perf.documents.readers.progress import (
    first_column_spent,
    is_group_heading,
    says_what_was_done,
)
from perf.documents.readers.projects import ProjectForm, say_left_out, say_repaired
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import Row, close_up, key, mark_breaks, trim
from perf.documents.readers.vocabulary import (
    amount,
    code_and_name,
    code_digits,
    head,
    looks_like_amount,
    money_unit,
)
from perf.documents.readers.weights import take_weights

_NAME, _CODE, _DEPARTMENT, _UNIT, _KIND = "name", "code", "department", "unit", "kind"
_LABELS = {
    _NAME: {"项目名称", "项目支出名称", "专项名称", "专项资金名称", "专项(项目)名称"},
    _CODE: {"项目编码", "项目代码"},
    _DEPARTMENT: {
        "主管部门", "主管部门及编码", "主管部门及代码", "项目主管部门", "预算部门", "部门名称",
        "预算部门(单位)",
    },
    _UNIT: {
        "实施单位", "项目实施单位", "项目执行单位", "项目单位", "用款单位", "预算单位", "单位名称",
        "下达地方或单位", "具体实施单位",
    },
    _KIND: {"项目类别", "项目类型"},
}  # fmt: skip
_LABEL_OF = {word: label for label, words in _LABELS.items() for word in words}
_YEAR_OBJECTIVE = {
    "年度绩效目标",
    "年度目标",
    "本年度绩效目标",
    "年度总体目标",
    "当年绩效目标",
    "预期目标",
    "年初设定目标",
    "年度总体目标完成情况",
}
_OBJECTIVE = {"总体目标", "绩效目标", "项目绩效目标", "项目总体目标", "总体绩效目标"}
_LONG_OBJECTIVE = {"实施期目标", "实施期绩效目标", "中期目标", "长期目标", "项目实施期目标"}
_TOTAL = re.compile(
    r"(?:年度|当年|本年度?|项目)?(?:本级)?(?:资金总额|预算金额|预算总额|预算数|预算资金总额)"
    r"|资金合计|.{0,6}预算内投资|项目资金|资金情况|预算资金情况"
)
_LONG_TERM = re.compile("实施期|中期|长期|总投资")
_SOURCES = (
    (FundSource.SPECIAL_ACCOUNT, re.compile("财政专户")),
    (FundSource.UNIT_FUNDS, re.compile("单位资金|自有资金|事业收入")),
    (FundSource.OTHER, re.compile("其他(?:资金|收入)?$")),
    (FundSource.CARRYOVER, re.compile("结转")),
    (FundSource.FISCAL, re.compile("财政拨款|财政资金|一般公共预算|政府预算资金")),
)
_LETTERED_CODE = re.compile("[0-9A-Za-z][0-9A-Za-z._/-]{1,63}")
_LONGEST_LABEL = 24


def begins_form(row: Row) -> bool:
    """Whether the row names a project as such a form does: 项目名称 with its value beside it."""
    return any(label == _NAME and value for label, value in _values(row))


def _other_code(text: str) -> str | None:
    """A code with letters and signs, which only stands where a label announces it."""
    plain = key(text)
    return plain if _LETTERED_CODE.fullmatch(plain) else None


@lru_cache(maxsize=4096)
def _label(text: str) -> str | None:
    if len(text) > _LONGEST_LABEL:
        return None
    return _LABEL_OF.get(head(text))


def _values(row: Row) -> list[tuple[str, str]]:
    """The labels of the row, each with the text in the cell right of it or after its colon."""
    found: list[tuple[str, str]] = []
    cells = [text for _, text in row.filled()]
    for at, text in enumerate(cells):
        label = _label(text)
        before, colon, after = text.replace("：", ":").partition(":")
        if label is None and colon and after.strip():
            label = _label(before)
            following = after.strip()
        else:
            following = cells[at + 1] if at + 1 < len(cells) else ""
        if label is not None and not _is_heading(following):
            found.append((label, following))
    return found


def _is_heading(text: str) -> bool:
    plain = head(text) if len(text) <= _LONGEST_LABEL else ""
    known = _label(text) or role_of(text) or _TOTAL.match(plain)
    return bool(known) or plain in {"项目金额", "绩效目标", "合计", "金额", "类型", "项目性质"}


@dataclass(slots=True)
class _Building:
    """The form being read; `objectives` are those of the year, of the whole and of the period.

    From the column `spent` on, amounts are no budget.
    """

    plan: DraftPlan
    grid: Grid | None = None
    ended: bool = False
    unit: str | None = None
    amounts: list[tuple[str, str]] = field(default_factory=list)
    objectives: dict[str, str] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)
    spent: int | None = None


class _Reader:
    def __init__(self, unit_said: str | None, report: Report) -> None:
        self.unit_said = unit_said
        self.report = report
        self.form = ProjectForm()
        self.building: _Building | None = None

    def read(self, rows: list[Row]) -> ProjectForm:
        for row in mark_breaks([row for row in rows if not row.is_rule()], is_grid_header):
            self._row(row)
        self._finish()
        return self.form

    def _row(self, row: Row) -> None:
        building = self.building
        if building is not None and is_grid_header(row):
            if building.grid is None:
                building.grid = Grid(columns_of(row))
            else:
                building.grid.columns = columns_of(row)
            return
        values = _values(row)
        named = [close_up(value) for label, value in values if label == _NAME]
        if building is not None and building.grid is not None and not values:
            self._grid_row(building, row)
            return
        is_next = building is None or (bool(named) and building.plan.name not in {"", named[0]})
        if is_next or (values and building is not None and building.grid and not named):
            self._finish()
        if self.building is None:
            plan = DraftPlan(PlanKind.PROJECT, "", where=at_line(row.line))
            self.building = _Building(plan)
        self._head(self.building, row, values)

    def _grid_row(self, building: _Building, row: Row) -> None:
        assert building.grid is not None  # noqa: S101
        building.ended = building.ended or is_below_grid(row)
        if not (building.ended or is_weight_sum(row) or is_group_heading(row)):
            building.grid.read(row)

    def _head(self, building: _Building, row: Row, values: list[tuple[str, str]]) -> None:
        plan = building.plan
        for label, value in values:
            if label == _NAME:
                plan.name, plan.where = strip_numbering(close_up(value)), at_line(row.line)
            elif label == _CODE:
                plan.code = code_digits(value) or _other_code(value) or plan.code
            elif label == _UNIT and value:
                plan.implementing_unit = code_and_name(value)[1]
            elif label == _DEPARTMENT and value:
                code, name = code_and_name(value)
                self.form.department = self.form.department or name
                if code is not None:
                    self.form.units.append((code, name))
            elif label == _KIND and value.strip().endswith("类"):
                plan.category = close_up(value)
        self._money(building, row)
        self._objective(building, row)

    def _money(self, building: _Building, row: Row) -> None:
        """Labels of money with the figure right of each, or after the label's own colon."""
        waiting = ""
        building.spent = first_column_spent(row) or building.spent
        for column, text in row.filled():
            building.unit = building.unit or money_unit(text)
            plain = head(text) if len(text) <= _LONGEST_LABEL else ""
            before, _, after = key(text).rpartition(":")
            if looks_like_amount(text):
                if waiting and (building.spent is None or column < building.spent):
                    building.amounts.append((waiting, text))
                waiting = ""
            elif before and looks_like_amount(after):
                building.amounts.append((before, after))
            elif _is_money(plain):
                waiting = plain
            elif not plain.startswith("其中"):
                waiting = ""

    def _objective(self, building: _Building, row: Row) -> None:
        texts = row.filled()
        if is_group_heading(row):
            building.heads = {}
            return
        heads = {column: found for column, text in texts if (found := _objective_kind(text))}
        rest = [(column, text) for column, text in texts if column not in heads]
        if heads:
            building.heads = heads
        elif len(texts) == 1 and len(texts[0][1]) < 8:
            return
        if not building.heads or _values(row) or any(_is_money(head(text)) for _, text in texts):
            building.heads = heads
            return
        for column, text in rest:
            left = [each for each in building.heads if each <= column]
            kind = building.heads[max(left)] if left else min(building.heads.values())
            known = building.objectives.get(kind, "")
            building.objectives[kind] = known + trim(text)

    def _finish(self) -> None:
        building, self.building = self.building, None
        if building is None or not (building.plan.name or building.grid):
            return
        plan = building.plan
        unit = building.unit or self.unit_said
        if unit is None and any(_own_unit(text) is None for _, text in building.amounts):
            self.report.warning(
                "money-unit-missing", "表中没有写明金额单位，已按万元读取，请核对。", plan.where
            )
        _take_amounts(plan, building.amounts, unit or "万元")
        said = building.objectives
        plan.objective = said.get("year") or said.get("whole") or said.get("long") or None
        grid = building.grid
        if grid is not None:
            plan.indicators = grid.indicators
            say_repaired(self.report, plan.name, slid=grid.slid, torn=grid.torn)
            say_left_out(self.report, plan.name, grid.left_out)
            take_weights(grid, f"项目“{plan.name}”", self.report)
        self.form.projects.append(plan)


def _objective_kind(text: str) -> str | None:
    plain = head(text) if len(text) <= _LONGEST_LABEL else ""
    plain = re.sub(r"\(.*\)$", "", plain)
    if plain in _YEAR_OBJECTIVE:
        return "year"
    if says_what_was_done(text):
        return "done"
    if plain in _OBJECTIVE:
        return "whole"
    return "long" if plain in _LONG_OBJECTIVE else None


def _is_money(plain: str) -> bool:
    return bool(_TOTAL.search(plain)) or any(words.search(plain) for _, words in _SOURCES)


def _own_unit(text: str) -> str | None:
    return "own" if key(text).endswith(("元", "万")) else None


def _take_amounts(plan: DraftPlan, amounts: list[tuple[str, str]], unit: str) -> None:
    """The total of the year before that of the whole period, and each source once."""
    whole: Decimal | None = None
    for label, text in amounts:
        money = amount(text, money_unit(label) or unit)
        plain = label.removeprefix("其中").strip(":")
        source = next((each for each, words in _SOURCES if words.search(plain)), None)
        if money is None:
            continue
        if source is not None and not _LONG_TERM.search(plain):
            plan.budget.setdefault(source, money)
        elif source is None and _LONG_TERM.search(plain):
            whole = money
        elif source is None and plan.budget_total is None:
            plan.budget_total = money
    if plan.budget_total is None:
        plan.budget_total = whole


def read_project_forms(rows: list[Row], before: list[str], report: Report) -> ProjectForm:
    """The projects of forms that stand one below the other; `before` are the lines above them."""
    said = next((unit for line in before if (unit := money_unit(line))), None)
    return _Reader(said, report).read(rows)
