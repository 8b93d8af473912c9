"""From tables to a draft: finds the forms by their headings and header words, wherever they are."""

from perf.core.drafts import Draft
from perf.documents.readers.department_targets import DepartmentForm, read_department_targets
from perf.documents.readers.document_findings import Facts, add_findings
from perf.documents.readers.identity import find_unit_code, find_unit_name, find_year
from perf.documents.readers.money_tables import (
    Balance,
    Spending,
    read_balance,
    read_spending,
)
from perf.documents.readers.project_forms import read_project_forms
from perf.documents.readers.project_list import read_project_list
from perf.documents.readers.project_targets import read_project_targets
from perf.documents.readers.projects import ProjectForm
from perf.documents.readers.report import Report
from perf.documents.readers.sections import (
    BALANCE,
    DEPARTMENT,
    FORMS,
    LIST,
    PROJECTS,
    SPENDING,
    Section,
    departments,
    find_sections,
    of_department,
)
from perf.documents.readers.tables import Document, key

_TITLES = {
    DEPARTMENT: "部门（单位）整体绩效目标表",
    PROJECTS: "项目绩效目标表",
}


def recognise(document: Document, *, year: int | None = None) -> Draft:
    """The draft that the document holds, with everything a careful reader would point out.

    `year` is the fiscal year the user chose; it comes before the one the document names.
    """
    report = Report()
    sections = find_sections(document)
    names = departments(sections)
    if len(names) > 1:
        sections = of_department(sections, names)
    spending = Spending()
    for section in _of_kind(sections, SPENDING):
        found = read_spending(section.rows, section.before)
        spending.projects += found.projects
        spending.units += found.units
    department = _read_department(sections, report)
    known = {key(row.name): key(row.unit or "") for row in spending.projects}
    form = _read_projects(sections, known, report)
    balances = _read_balances(sections)
    named = department.unit_name if department else form.department
    unit_name = find_unit_name(document, named) or _first_unit(form)
    unit_code = find_unit_code(document, unit_name, form.units or spending.units)
    if unit_code is None and department is not None:
        unit_code = department.unit_code
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
    has_project_table = any(section.kind in {PROJECTS, FORMS, LIST} for section in sections)
    facts = Facts(department, form, spending, balances, said, names, has_project_table)
    add_findings(draft, facts, report)
    draft.findings = report.findings
    return draft


def _of_kind(sections: list[Section], kind: str) -> list[Section]:
    return [section for section in sections if section.kind == kind and section.rows]


def _read_department(sections: list[Section], report: Report) -> DepartmentForm | None:
    found = _of_kind(sections, DEPARTMENT)
    if not found:
        return None
    report.within = _TITLES[DEPARTMENT]
    rows = [row for section in found for row in section.rows]
    before = [line for section in found for line in section.before]
    return read_department_targets(rows, before, report)


def _read_projects(sections: list[Section], known: dict[str, str], report: Report) -> ProjectForm:
    report.within = _TITLES[PROJECTS]
    whole = ProjectForm()
    for kind in (PROJECTS, FORMS, LIST):
        found = _of_kind(sections, kind)
        if not found:
            continue
        rows = [row for section in found for row in section.rows]
        before = [line for section in found for line in section.before]
        if kind == PROJECTS:
            form = read_project_targets(rows, before, known, report)
        else:
            read = read_project_forms if kind == FORMS else read_project_list
            form = read(rows, before, report)
        whole.projects += form.projects
        whole.units += form.units
        whole.totals += form.totals
        whole.department = whole.department or form.department
    return whole


def _read_balances(sections: list[Section]) -> list[Balance]:
    balances = (
        read_balance(section.rows, section.title, section.before)
        for section in _of_kind(sections, BALANCE)
    )
    return [balance for balance in balances if balance is not None]


def _first_unit(form: ProjectForm) -> str | None:
    """The name beside the shortest unit code above the projects: the department's own."""
    return min(form.units, key=lambda unit: len(unit[0]))[1] or None if form.units else None


def _add_categories(draft: Draft, spending: Spending) -> None:
    rows = {key(row.name): row for row in spending.projects}
    for plan in draft.projects:
        row = rows.get(key(plan.name))
        if row is not None:
            plan.category = row.category
            plan.implementing_unit = row.unit or plan.implementing_unit
