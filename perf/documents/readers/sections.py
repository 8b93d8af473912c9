"""A document cut into the sections of its forms, by their headings and header words."""

import re
from dataclasses import dataclass, field

from perf.documents.readers.department_indicators import is_indicator_header
from perf.documents.readers.department_targets import unit_named
from perf.documents.readers.grid import is_grid_header
from perf.documents.readers.money_tables import is_spending_header
from perf.documents.readers.project_forms import begins_form
from perf.documents.readers.project_header import is_header_row
from perf.documents.readers.project_list import is_list_header
from perf.documents.readers.tables import Document, Row, Table, close_up, key
from perf.documents.readers.vocabulary import CLASSES, NAME_HEADS

DEPARTMENT, PROJECTS, FORMS, LIST, SPENDING, BALANCE, OTHER = (
    "department", "projects", "forms", "list", "spending", "balance", "other"
)  # fmt: skip
_HEADING = re.compile(r".{2,60}表(\(.{1,6}\))?[:：]?")
_DEPARTMENT_WORDS = ("年度履职目标", "年度主要任务", "部门预算总额")
_ABOUT_TARGETS = ("目标", "监控", "自评")
_FORM_HEAD_ROWS = 40


@dataclass(slots=True)
class Section:
    """The rows of one form, over all its pages, and the text lines above them.

    `unit` is the department that the form itself names, where it is one of 部门整体.
    """

    kind: str
    title: str
    before: list[str]
    rows: list[Row] = field(default_factory=list)
    unit: str = ""


def find_sections(document: Document) -> list[Section]:
    """The sections of the document in order."""
    sections: list[Section] = []
    current: Section | None = None
    for number, table in enumerate(document.tables):
        heading = _heading(table)
        before = [line.text for line in table.before]
        if heading is not None:
            kind = _kind_of_heading(heading)
            known = current.kind if current else None
            # One heading stands over all three forms of project targets, on every page.
            same = kind == known or (kind == PROJECTS and known in {FORMS, LIST})
            if not same or kind in {OTHER, BALANCE}:
                current = Section(kind, close_up(heading), before[-12:])
                sections.append(current)
        going_on = _going_on(document.tables, number + 1)
        for index, row in enumerate(table.rows):
            below = [*table.rows[index + 1 : index + 1 + _FORM_HEAD_ROWS], *going_on]
            kind_of_row = _kind_of_row(row, current, below)
            if kind_of_row is not None and (current is None or kind_of_row != current.kind):
                if current and kind_of_row == FORMS and _has_no_columns_yet(current):
                    current.kind = FORMS
                else:
                    title = current.title if current and not current.rows else ""
                    current = Section(kind_of_row, title, before[-12:])
                    sections.append(current)
            name = unit_named(row) if current is not None and current.kind == DEPARTMENT else None
            if current is not None and name:
                if current.unit and key(name) != key(current.unit):
                    current = Section(DEPARTMENT, current.title, before[-12:])
                    sections.append(current)
                current.unit = name
            if current is not None:
                current.rows.append(row)
    return sections


def _going_on(tables: list[Table], start: int) -> list[Row]:
    """The first rows of the tables from `start` on, as far as no text stands between them."""
    rows: list[Row] = []
    for at in range(start, len(tables)):
        if tables[at].before or len(rows) > _FORM_HEAD_ROWS:
            break
        rows += tables[at].rows[:_FORM_HEAD_ROWS]
    return rows


def departments(sections: list[Section]) -> list[str]:
    """The departments whose 整体绩效目标表 the document holds, in order."""
    return list(dict.fromkeys(section.unit for section in sections if section.unit))


def of_department(sections: list[Section], names: list[str]) -> list[Section]:
    """The sections of the first of several departments.

    A section belongs to the department that its heading or its cells name, else to the one
    whose section stands before it.
    """
    owner = names[0]
    kept = []
    for section in sections:
        lines = [key(section.title), *(key(line) for line in section.before)]
        cells = [key(text) for row in section.rows for _, text in row.filled()]
        said = _named(names, lines) or _named(names, cells)
        owner = section.unit or (max(said, key=len) if said else owner)
        if owner == names[0]:
            kept.append(section)
    return kept


def _named(names: list[str], texts: list[str]) -> list[str]:
    return [name for name in names if any(key(name) in text for text in texts)]


def _has_no_columns_yet(section: Section) -> bool:
    return section.kind == PROJECTS and not any(is_header_row(row) for row in section.rows)


def _heading(table: Table) -> str | None:
    """The last line above the table that names a table."""
    for line in reversed(table.before):
        if len(line.text) <= 60 and _HEADING.fullmatch(key(line.text)):
            return line.text
    return None


def _kind_of_heading(heading: str) -> str:
    plain = key(heading)
    if "绩效" in plain and "汇总" not in plain and any(word in plain for word in _ABOUT_TARGETS):
        return DEPARTMENT if "整体" in plain else PROJECTS
    if "项目支出" in plain:
        return SPENDING
    return BALANCE if "收支" in plain else OTHER


def _kind_of_row(row: Row, current: Section | None, below: list[Row]) -> str | None:
    """The form that a heading row belongs to by its words; None for any other row."""
    keys = [key(text) for _, text in row.filled() if len(text) <= 40]
    if not keys:
        return None
    in_form = current is not None and current.kind == FORMS
    if is_list_header(row):
        return LIST
    if (begins_form(row) and (in_form or _grid_follows(below))) or (
        in_form and is_grid_header(row)
    ):
        return FORMS
    if is_indicator_header(row) or any(
        plain.startswith(_DEPARTMENT_WORDS) or "部门预算总额" in plain for plain in keys
    ):
        return DEPARTMENT
    if sum(plain in NAME_HEADS for plain in keys) > 1:
        return PROJECTS
    # Where levels stand in rows, two classes beside each other are a first and a second level.
    in_rows = current is not None and current.kind in {FORMS, LIST, DEPARTMENT}
    found = sum(plain in CLASSES for plain in keys)
    if found > (2 if in_rows else 1) and (not in_rows or is_header_row(row)):
        return PROJECTS
    named = any("项目编码" in plain or "项目名称" in plain for plain in keys)
    if named and any(plain.startswith(("绩效", "项目金额", "年度绩效")) for plain in keys):
        return PROJECTS
    if is_spending_header(row):
        return SPENDING
    if "收入" in keys and "支出" in keys:
        return BALANCE
    return OTHER if any(plain.startswith(("科目编码", "科目名称")) for plain in keys) else None


def _grid_follows(below: list[Row]) -> bool:
    return any(is_grid_header(row) for row in below[:_FORM_HEAD_ROWS])
