"""Where each form begins and ends, on a sheet of its own or one below the other."""

import re
from dataclasses import dataclass

from perf.documents.readers.filled_forms.grid import MAX_ROWS, FormSheet
from perf.documents.readers.filled_forms.headings import Columns, indicator_headings
from perf.documents.readers.tables import key

PROJECT = re.compile(r"((?:项目|部门|单位|预算单位|专项)(?:\([^()]*\))?名称)(?::(.*))?")
_TOTAL = re.compile(
    r"(?:自评|指标|评价)?(?:总分值?|总得分|总评分|合计|总计|得分合计|合计得分|总分合计)(?:\(.*\))?"
    r"|自评得分(?:\(.*\))?"
)
_TITLE = re.compile(".*自评.{0,10}表(?:\\(.{1,12}\\))?")
_LONGEST = 60
# How far above its title a form's year or number may stand.
_ABOVE_TITLE = 2


@dataclass(frozen=True, slots=True)
class FormPart:
    """The rows of one form, and the columns of its indicator table."""

    sheet: FormSheet
    columns: Columns


def find_forms(sheets: list[FormSheet]) -> list[FormPart]:
    """The forms of a file in their order; one that goes on over pages is one form."""
    forms: list[FormPart] = []
    for sheet in sheets:
        headings = _first_headings(sheet)
        starts = [_start(sheet, headings, at) for at in range(len(headings))]
        stops = [*starts[1:], len(sheet.rows)] if headings else []
        for columns, start, stop in zip(headings, starts, stops, strict=True):
            own = Columns(columns.row - start, columns.spans, columns.heading_weight)
            forms.append(FormPart(sheet.part(start, min(stop, columns.row + MAX_ROWS)), own))
    return forms


def is_total(sheet: FormSheet, row: int, before: int) -> bool:
    """Whether one of the row's cells left of a column names the form's total."""
    return any(at < before and _TOTAL.fullmatch(sheet.key(row, at)) for at, _ in sheet.filled(row))


def project_named(sheet: FormSheet, row: int) -> str | None:
    """The name that a row gives of its project or department; None where it is no such row."""
    for column, cell in sheet.filled(row):
        named = PROJECT.fullmatch(key(cell.text)) if len(cell.text) <= _LONGEST * 4 else None
        if named:
            return key(named[2] or sheet.next(row, column).text)
    return None


def _first_headings(sheet: FormSheet) -> list[Columns]:
    """The heading of each form, those that a later page repeats left out."""
    firsts: list[Columns] = []
    names: set[str] = set()
    above = 0
    for columns in indicator_headings(sheet):
        rows = range(above, columns.row)
        named = [given for row in rows if (given := project_named(sheet, row)) is not None]
        before = firsts[-1].spans["name"].stop if firsts else 0
        is_over = any(is_total(sheet, row, before) for row in rows)
        # A page may repeat the names of its form, but none that the form does not have.
        if not firsts or is_over or not names.issuperset(named):
            firsts.append(columns)
            names = set(named)
        above = columns.row
    return firsts


def _start(sheet: FormSheet, headings: list[Columns], at: int) -> int:
    """The first row of a form: its title, else the row with its name, else what is left."""
    above = 0
    if at:
        before = headings[at - 1]
        rows = range(before.row + 1, headings[at].row)
        ends = (row for row in rows if is_total(sheet, row, before.spans["name"].stop))
        above = next(ends, before.row) + 1
    rows = range(above, headings[at].row)
    named = {row: name for row in rows if (name := project_named(sheet, row)) is not None}
    titles = [row for row in rows if _is_title(sheet, row)]
    if named and titles:
        own = named[max(named)]
        # A title that a later page repeats stands above the same name, or above none.
        first = (next((named[row] for row in named if row > title), None) for title in titles)
        titles = [title for title, name in zip(titles, first, strict=True) if name == own][:1]
    if titles:
        start = titles[-1]
        while start > max(above, titles[-1] - _ABOVE_TITLE) and _is_short(sheet, start - 1):
            start -= 1
        return start
    return min(named, default=above) if at else 0


def _is_title(sheet: FormSheet, row: int) -> bool:
    filled = sheet.filled(row)
    text = filled[0][1].text if filled else ""
    return 0 < len(text) <= _LONGEST and _TITLE.fullmatch(key(text)) is not None


def _is_short(sheet: FormSheet, row: int) -> bool:
    filled = sheet.filled(row)
    return len(filled) == 1 and len(filled[0][1].text) <= _LONGEST // 2
