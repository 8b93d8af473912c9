"""Marks put into a workbook: a colour and a comment in each bad cell, and a list at its end."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from perf.documents.forms.measure import clean, cut
from perf.documents.marked.marks import Kind, Mark
from perf.documents.readers.xlsx import HANDED

_AUTHOR = "导入核对"
_OWN_COMMENT = "（原批注）"
_COLOURS = {
    Kind.ERROR: "FFC7CE",
    Kind.WARNING: "FFEB9C",
    Kind.LEFT_OUT: "D9D9D9",
    Kind.CORRECTED: "DDEBF7",
}
_GRAVEST_FIRST = list(Kind)
_HEADS = (
    ("序号", 6),
    ("工作表", 16),
    ("单元格", 10),
    ("类别", 10),
    ("内容", 30),
    ("原因和处理", 70),
    ("所在", 34),
)
_NARROWEST, _WIDEST = 8, 40
_LINE_CHARS = 20
_LINE_POINTS = 15
# The highest row that a spreadsheet has, in points.
_HIGHEST = 409
# What a spreadsheet program would run or compute when the cell is edited.
_FORMULA_STARTS = ("=", "+", "-", "@")
_THIN = Side(style="thin", color="BFBFBF")


class Place(NamedTuple):
    """A cell of a sheet; row and column count from 1."""

    sheet: Any
    row: int
    column: int


def write_text(cell: Any, text: str) -> None:
    """Put the text in as a text, whatever it begins with."""
    plain = cut(clean(text))
    cell.value = plain
    cell.data_type = "s"
    if plain.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True


def put_marks(book: Any, marks: Sequence[Mark], places: dict[int, Place], note: str = "") -> None:
    """Colour and comment the cells of the marks that have a place, and list all of them.

    `places` goes from a mark's number to its cell; of a merged cell the first one is marked.
    """
    _take_off(book)
    told: dict[tuple[str, str], list[Mark]] = {}
    cells: dict[tuple[str, str], Any] = {}
    at_cell: dict[int, Any] = {}
    for number, place in places.items():
        cell = _whole_cell(place)
        name = (place.sheet.title, cell.coordinate)
        cells[name] = at_cell[number] = cell
        told.setdefault(name, []).append(marks[number])
    for name, cell in cells.items():
        _mark(cell, told[name])
    _list(book, marks, at_cell, note)


def widths_for(rows: Sequence[Sequence[str]]) -> list[int]:
    """Widths for the columns of a sheet of texts, by the longest of their first rows."""
    columns = max(map(len, rows), default=0)
    return [
        max(
            _NARROWEST,
            min(
                _WIDEST,
                2 + 2 * max((len(row[at]) for row in rows[:200] if at < len(row)), default=0),
            ),
        )
        for at in range(columns)
    ]


def _take_off(book: Any) -> None:
    """Takes off the marks of an earlier time, for a workbook that comes back corrected."""
    if HANDED not in book.sheetnames:
        return
    del book[HANDED]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is None or cell.comment.author != _AUTHOR:
                    continue
                _, found, own = cell.comment.text.partition(_OWN_COMMENT)
                cell.comment = Comment(own, "") if found else None
                if cell.fill.start_color.rgb in {f"00{each}" for each in _COLOURS.values()}:
                    cell.fill = PatternFill()


def fill_row(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
    """Write texts into a row, wrapped, the row as high as the longest of them needs."""
    lines = 1
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(row, column)
        write_text(cell, text)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        # A Chinese character is as wide as two digits, by which widths are counted.
        per_line = max(1, widths[column - 1] // 2 - 1)
        lines = max(lines, sum(1 + (len(part) - 1) // per_line for part in text.split("\n")))
    sheet.row_dimensions[row].height = min(_HIGHEST, _LINE_POINTS * lines)


def print_on_one_width(sheet: Any) -> None:
    """Let the sheet print across, as many pages long as it needs."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _whole_cell(place: Place) -> Any:
    cell = place.sheet.cell(place.row, place.column)
    if not isinstance(cell, MergedCell):
        return cell
    for merged in place.sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            return place.sheet.cell(merged.min_row, merged.min_col)
    return cell


def _mark(cell: Any, marks: list[Mark]) -> None:
    gravest = min((mark.kind for mark in marks), key=_GRAVEST_FIRST.index)
    cell.fill = PatternFill("solid", start_color=_COLOURS[gravest], end_color=_COLOURS[gravest])
    lines = [f"【{mark.kind.label}】{clean(mark.reason)}" for mark in marks]
    if cell.comment is not None:
        lines.append(_OWN_COMMENT + clean(cell.comment.text))
    text = "\n".join(dict.fromkeys(lines))
    comment = Comment(text, _AUTHOR)
    comment.width = 320
    rows = sum(1 + len(line) // _LINE_CHARS for line in text.split("\n"))
    comment.height = min(400, 24 + _LINE_POINTS * rows)
    cell.comment = comment


def _list(book: Any, marks: Sequence[Mark], cells: dict[int, Any], note: str) -> None:
    """The sheet 问题清单, the last one and the one that is shown first."""
    sheet = book.create_sheet(HANDED)
    sheet.sheet_properties.tabColor = "C00000"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = sheet
    top = 1
    for line in filter(None, (note, "" if marks else "没有需要处理的问题。")):
        write_text(sheet.cell(top, 1), line)
        top += 1
    for column, (head, width) in enumerate(_HEADS, 1):
        cell = sheet.cell(top, column)
        write_text(cell, head)
        cell.font = Font(bold=True)
        cell.border = Border(bottom=_THIN)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    order = sorted(range(len(marks)), key=lambda at: _GRAVEST_FIRST.index(marks[at].kind))
    for number, at in enumerate(order, 1):
        _list_one(sheet, top + number, number, marks[at], cells.get(at))
    print_on_one_width(sheet)


def _list_one(sheet: Any, row: int, number: int, mark: Mark, cell: Any) -> None:
    where = "" if cell is None else cell.coordinate
    title = "" if cell is None else cell.parent.title
    texts = (str(number), title, where or mark.where, mark.kind.label, mark.text, mark.reason)
    fill_row(sheet, row, (*texts, mark.about), [width for _, width in _HEADS])
    colour = _COLOURS[mark.kind]
    sheet.cell(row, 4).fill = PatternFill("solid", start_color=colour, end_color=colour)
    if cell is not None:
        link = sheet.cell(row, 3)
        quoted = title.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{where}")
        link.font = Font(color="0563C1", underline="single")
