"""From tables to a draft: finds the forms by their headings and header words, wherever they are."""

import re
from dataclasses import dataclass, field

from perf.core.drafts import Draft
from perf.documents.readers.department_indicators import is_indicator_header
from perf.documents.readers.department_targets import DepartmentForm, read_department_targets
from perf.documents.readers.document_findings import Facts, add_findings
from perf.documents.readers.identity import find_unit_code, find_unit_name, find_year
from perf.documents.readers.money_tables import (
    Balance,
    Spending,
    is_spending_header,
    read_balance,
    read_spending,
)
from perf.documents.readers.project_targets import ProjectForm, read_project_targets
from perf.documents.readers.report import Report
from perf.documents.readers.tables import Document, Row, Table, close_up, key
from perf.documents.readers.vocabulary import CLASSES, NAME_HEADS

DEPARTMENT, PROJECTS, SPENDING, BALANCE, OTHER = (
    "department", "projects", "spending", "balance", "other"
)  # fmt: skip
_TITLES = {
    DEPARTMENT: "部门（单位）整体绩效目标表",
    PROJECTS: "项目绩效目标表",
    SPENDING: "项目支出预算表",
}
_HEADING = re.compile(r".{2,60}表(\(.{1,6}\))?[:：]?")
_DEPARTMENT_WORDS = ("年度履职目标", "年度主要任务", "部门预算总额")


@dataclass(slots=True)
class _Section:
    """The rows of one form, over all its pages, and the text lines above them."""

    kind: str
    title: str
    before: list[str]
    rows: list[Row] = field(default_factory=list)


def recognise(document: Document, *, year: int | None = None) -> Draft:
    """The draft that the document holds, with everything a careful reader would point out.

    `year` is the fiscal year the user chose; it comes before the one the document names.
    """
    report = Report()
    sections = _sections(document)
    spending = Spending()
    for section in _of_kind(sections, SPENDING):
        found = read_spending(section.rows, section.before)
        spending.projects += found.projects
        spending.units += found.units
    department = _read_department(sections, report)
    known = {key(row.name): key(row.unit or "") for row in spending.projects}
    form = _read_projects(sections, known, report)
    balances = _read_balances(sections)
    unit_name = find_unit_name(document, department.unit_name if department else None)
    unit_code = find_unit_code(document, unit_name, form.units or spending.units)
    said = find_year(document)
    draft = Draft(
        unit_code=unit_code,
        unit_name=unit_name,
        fiscal_year=said if year is None else year,
        department=department.plan if department else None,
        projects=form.projects,
    )
    _add_categories(draft, spending)
    report.within = ""
    add_findings(draft, Facts(department, form, spending, balances, said), report)
    draft.findings = report.findings
    return draft


def _sections(document: Document) -> list[_Section]:
    sections: list[_Section] = []
    current: _Section | None = None
    for table in document.tables:
        heading = _heading(table)
        before = [line.text for line in table.before]
        if heading is not None:
            kind = _kind_of_heading(heading)
            if current is None or kind != current.kind or kind in {OTHER, BALANCE}:
                current = _Section(kind, close_up(heading), before[-12:])
                sections.append(current)
        for row in table.rows:
            kind_of_row = _kind_of_row(row)
            if kind_of_row is not None and (current is None or kind_of_row != current.kind):
                title = current.title if current and not current.rows else ""
                current = _Section(kind_of_row, title, before[-12:])
                sections.append(current)
            if current is not None:
                current.rows.append(row)
    return sections


def _heading(table: Table) -> str | None:
    """The last line above the table that names a table."""
    for line in reversed(table.before):
        if len(line.text) <= 60 and _HEADING.fullmatch(key(line.text)):
            return line.text
    return None


def _kind_of_heading(heading: str) -> str:
    plain = key(heading)
    if "绩效" in plain and "目标" in plain:
        return DEPARTMENT if "整体" in plain else PROJECTS
    if "项目支出" in plain:
        return SPENDING
    return BALANCE if "收支" in plain else OTHER


def _kind_of_row(row: Row) -> str | None:
    """The form that a heading row belongs to by its words; None for any other row."""
    keys = [key(text) for _, text in row.filled() if len(text) <= 40]
    if not keys:
        return None
    if is_indicator_header(row) or any(
        plain.startswith(_DEPARTMENT_WORDS) or "部门预算总额" in plain for plain in keys
    ):
        return DEPARTMENT
    if sum(plain in NAME_HEADS for plain in keys) > 1 or sum(k in CLASSES for k in keys) > 1:
        return PROJECTS
    named = any("项目编码" in plain or "项目名称" in plain for plain in keys)
    if named and any(plain.startswith(("绩效", "项目金额", "年度绩效")) for plain in keys):
        return PROJECTS
    if is_spending_header(row):
        return SPENDING
    if "收入" in keys and "支出" in keys:
        return BALANCE
    return OTHER if any(plain.startswith(("科目编码", "科目名称")) for plain in keys) else None


def _of_kind(sections: list[_Section], kind: str) -> list[_Section]:
    return [section for section in sections if section.kind == kind and section.rows]


def _read_department(sections: list[_Section], report: Report) -> DepartmentForm | None:
    found = _of_kind(sections, DEPARTMENT)
    if not found:
        return None
    report.within = _TITLES[DEPARTMENT]
    rows = [row for section in found for row in section.rows]
    before = [line for section in found for line in section.before]
    return read_department_targets(rows, before, report)


def _read_projects(sections: list[_Section], known: dict[str, str], report: Report) -> ProjectForm:
    report.within = _TITLES[PROJECTS]
    found = _of_kind(sections, PROJECTS)
    rows = [row for section in found for row in section.rows]
    before = [line for section in found for line in section.before]
    return read_project_targets(rows, before, known, report)


def _read_balances(sections: list[_Section]) -> list[Balance]:
    balances = (
        read_balance(section.rows, section.title, section.before)
        for section in _of_kind(sections, BALANCE)
    )
    return [balance for balance in balances if balance is not None]


def _add_categories(draft: Draft, spending: Spending) -> None:
    rows = {key(row.name): row for row in spending.projects}
    for plan in draft.projects:
        row = rows.get(key(plan.name))
        if row is not None:
            plan.category = row.category
            plan.implementing_unit = row.unit or plan.implementing_unit
