"""部门预算项目绩效目标申报表 as one long list: a row an indicator, the project in front of it."""

from decimal import Decimal

from perf.core.drafts import DraftPlan
from perf.core.targets import strip_numbering
from perf.core.terms import PlanKind
from perf.documents.readers.grid import Grid, columns_of, is_grid_header
from perf.documents.readers.grid_cells import straighten
from perf.documents.readers.projects import ProjectForm, say_left_out, say_repaired
from perf.documents.readers.report import Report, at_line
from perf.documents.readers.tables import Row, close_up, key, mark_breaks, trim
from perf.documents.readers.vocabulary import (
    amount,
    code_and_name,
    code_digits,
    head,
    money_unit,
)
from perf.documents.readers.weights import take_weights

_HEADS = {
    "project": {"项目名称", "项目"},
    "unit": {"单位名称", "预算单位", "项目单位", "实施单位", "单位"},
    "total": {"预算数", "预算金额", "资金总额", "项目金额", "预算总额", "年度预算数", "金额"},
    "objective": {"年度目标", "年度绩效目标", "绩效目标", "总体目标", "年度总体目标"},
    "code": {"项目编码", "项目代码"},
}
_ROLES = {word: role for role, words in _HEADS.items() for word in words}


def is_list_header(row: Row) -> bool:
    """Whether the row heads such a list: the project's name in one row with a grid's headings."""
    return is_grid_header(row) and "project" in _project_columns(row).values()


def _project_columns(row: Row) -> dict[int, str]:
    found: dict[int, str] = {}
    for column, text in row.filled():
        plain = head(text).split("(")[0]
        role = _ROLES.get(plain)
        if role is not None and role not in found.values():
            found[column] = role
    return found


class _Reader:
    def __init__(self, unit_said: str | None, report: Report) -> None:
        self.money_unit = unit_said
        self.report = report
        self.form = ProjectForm()
        self.columns: dict[int, str] = {}
        self.plan: DraftPlan | None = None
        self.grid: Grid | None = None
        self.unit: str | None = None

    def read(self, rows: list[Row]) -> ProjectForm:
        for row in mark_breaks([row for row in rows if not row.is_rule()], is_list_header):
            if is_list_header(row):
                self._header(row)
            elif self.columns:
                self._row(row)
        self._finish()
        return self.form

    def _header(self, row: Row) -> None:
        self.columns = {**columns_of(row), **_project_columns(row)}
        said = next((unit for _, text in row.filled() if (unit := money_unit(text))), None)
        self.money_unit = said or self.money_unit

    def _row(self, row: Row) -> None:
        cells, slide = straighten(row.filled(), self.columns)
        is_indicator = bool(cells.keys() & {"level1", "level2", "name", "target"})
        project = close_up(cells.get("project", ""))
        if "unit" in cells or (project and not is_indicator):
            code, name = code_and_name(cells.get("unit") or project)
            self._unit(code, name, cells, is_sum=not is_indicator)
        if not is_indicator:
            return
        if self.plan is None or (project and key(project) != key(self.plan.name)):
            self._finish()
            self._begin(project, cells, row)
        assert self.plan is not None and self.grid is not None  # noqa: S101, PT018
        if slide:
            self.grid.slid.append(row.line)
        self.grid.take(cells, row)

    def _unit(self, code: str | None, name: str, cells: dict[str, str], *, is_sum: bool) -> None:
        if key(name) not in {"合计", "总计", "小计"}:
            self.unit = name
            if code is not None and (code, name) not in self.form.units:
                self.form.units.append((code, name))
        total = self._money(cells.get("total"))
        if is_sum and total is not None:
            self.form.totals.append(total)

    def _begin(self, project: str, cells: dict[str, str], row: Row) -> None:
        self.plan = DraftPlan(
            PlanKind.PROJECT,
            strip_numbering(project),
            code=code_digits(cells.get("code", "")),
            implementing_unit=self.unit,
            objective=trim(cells.get("objective", "")) or None,
            budget_total=self._money(cells.get("total")),
            where=at_line(row.line),
        )
        self.grid = Grid(self.columns)

    def _money(self, text: str | None) -> Decimal | None:
        return amount(text, self.money_unit or "万元") if text else None

    def _finish(self) -> None:
        plan, grid = self.plan, self.grid
        self.plan = self.grid = None
        if plan is None or grid is None:
            return
        plan.indicators = grid.indicators
        say_repaired(self.report, plan.name, slid=grid.slid, torn=grid.torn)
        say_left_out(self.report, plan.name, grid.left_out)
        take_weights(grid, f"项目“{plan.name}”", self.report)
        self.form.projects.append(plan)


def read_project_list(rows: list[Row], before: list[str], report: Report) -> ProjectForm:
    """The projects of a list's rows; `before` are the text lines above it (单位：元)."""
    said = next((unit for line in before if (unit := money_unit(line))), None)
    reader = _Reader(said, report)
    if said is None and not any(
        money_unit(text) for row in rows if is_list_header(row) for _, text in row.filled()
    ):
        report.warning("money-unit-missing", "表中没有写明金额单位，已按万元读取，请核对。")
    return reader.read(rows)
