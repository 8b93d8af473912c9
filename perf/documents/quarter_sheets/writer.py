"""Writes the quarter as a workbook: what may be typed is open, everything else is locked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import BytesIO
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from perf.documents.forms.measure import MAX_ROW_HEIGHT, cut, line_count, line_height
from perf.documents.quarter_sheets.rows import (
    FORMAT,
    FORMAT_VERSION,
    IDENTITY,
    MAIN,
    NAME,
    Column,
    Hidden,
    Input,
    QuarterSheet,
    SheetCell,
    SheetHead,
    SheetRow,
)

# The visible columns with their widths in pixels; together they fill an A4 page upright to the
# left, shrunk to four fifths.
COLUMNS: tuple[tuple[str, int], ...] = (
    ("一级指标", 72),
    ("二级指标", 72),
    (NAME, 190),
    ("年度指标值", 92),
    ("单位", 46),
    ("上期累计", 88),
    (Column.ACTUAL.label, 98),
    (Column.RATE.label, 62),
    (Column.NO_DATA.label, 58),
    (Column.EXPECTED.label, 92),
    (Column.LIKELIHOOD.label, 82),
    (Column.KIND.label, 92),
    (Column.REASON.label, 210),
    ("填写说明", 150),
)
_PLACES = {label: at for at, (label, _) in enumerate(COLUMNS)}
_HIDDEN = {one: len(COLUMNS) + at for at, one in enumerate(Hidden)}
_LAST = len(COLUMNS) - 1
HEADER_ROW = 2
_FIRST_ROW = HEADER_ROW + 1
_GREY = "#EDEFF1"
# The character set (134: GB2312) leads a program without this font to a Chinese one.
_SIZE = 10
_BASE = {"font_name": "宋体", "font_charset": 134, "font_size": _SIZE, "valign": "vcenter"}
_BOX = {**_BASE, "border": 1, "border_color": "#9AA0A6", "text_wrap": True}
_SHUT = {**_BOX, "bg_color": _GREY}
_OPEN = {**_BOX, "locked": False}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_BASE, "font_size": 15, "bold": True},
    "about": {**_BASE, "font_color": "#50565C", "text_wrap": True},
    "head": {**_SHUT, "bold": True, "align": "center"},
    "text": _SHUT,
    "name": {**_SHUT, "bold": True},
    "part": {**_SHUT, "indent": 1},
    "note": {**_SHUT, "font_size": 9, "font_color": "#50565C"},
    "locked": {**_SHUT, "align": "right"},
    "centre": {**_SHUT, "align": "center"},
    # Left to the program's own guess, so that 95% typed is a percentage and a day a day.
    "number": {**_OPEN, "align": "right"},
    "day": {**_OPEN, "align": "right", "num_format": "yyyy-mm-dd"},
    "typed": {**_OPEN, "num_format": "@"},
    "choice": {**_OPEN, "align": "center"},
}
_OF_INPUT = {
    Input.LOCKED: "locked",
    Input.NUMBER: "number",
    Input.DAY: "day",
    Input.TEXT: "typed",
    Input.CHOICE: "choice",
}
# A row is at least this high, in points, so that there is room to write by hand.
_LEAST_HEIGHT = 20
_MAX_DIGITS = 15
_FIRST_YEAR = 1901
_MAX_HINT = 255


def write_quarter_sheet(sheet: QuarterSheet) -> bytes:
    """The sheet as an xlsx file; texts stay texts whatever they begin with."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": "Arial", "font_size": 10},
        },
    )
    book.set_properties({"title": sheet.head.title})
    page = _Page(book, book.add_worksheet(MAIN), sheet)
    page.set_up()
    page.fill()
    page.validate()
    _write_identity(book.add_worksheet(IDENTITY), sheet.head)
    book.close()
    return target.getvalue()


def sheet_file_name(head: SheetHead) -> str:
    """A file name that every common system takes, e.g. `信访工作经费-2022-Q3-填报表.xlsx`."""
    name = "".join("_" if sign in '<>:"/\\|?*' else sign for sign in head.plan_name)
    name = "".join(sign for sign in name if sign.isprintable())
    name = name.encode()[:150].decode(errors="ignore").strip(" .") or "未命名"
    return f"{name}-{head.code}-填报表.xlsx"


def _write_identity(page: Worksheet, head: SheetHead) -> None:
    """A sheet that no program shows: what the file is, and for which plan and quarter."""
    pairs = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "plan_id": str(head.plan_id),
        "code": head.code,
        "year": str(head.year),
        "plan_name": head.plan_name,
        "period_name": head.period_name,
    }
    for row, (key, text) in enumerate(pairs.items()):
        page.write_string(row, 0, key)
        page.write_string(row, 1, text)
    page.protect()
    page.very_hidden()


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a cell offers and says; cells that say the same share one rule of the file."""

    choices: tuple[str, ...]
    title: str
    hint: str


class _Page:
    """The one visible sheet while it is written."""

    def __init__(self, book: xlsxwriter.Workbook, page: Worksheet, sheet: QuarterSheet) -> None:
        self._book, self._page, self._sheet = book, page, sheet
        self._formats: dict[tuple[str, bool], Format] = {}
        self._rules: dict[_Rule, list[tuple[int, int]]] = {}

    def set_up(self) -> None:
        """Paper, protection, columns and head."""
        page, sheet = self._page, self._sheet
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.55)
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEADER_ROW)
        page.print_area(0, 0, HEADER_ROW + len(sheet.rows), _LAST)
        page.set_footer("&C&9第 &P 页，共 &N 页", {"margin": 0.3})
        if sheet.mark:
            page.set_header(f"&R&9&KC00000{sheet.mark.replace('&', '&&')}", {"margin": 0.25})
        page.freeze_panes(_FIRST_ROW, _PLACES[NAME] + 1)
        page.hide_gridlines(2)
        # Against slips only: there is no password, and the reader trusts no cell.
        page.protect("", {"format_rows": True, "format_columns": True})
        page.ignore_errors({"number_stored_as_text": f"A1:Z{_FIRST_ROW + len(sheet.rows)}"})
        for column, (_, width) in enumerate(COLUMNS):
            page.set_column_pixels(column, column, width)
        for column in _HIDDEN.values():
            page.set_column(column, column, 8, None, {"hidden": True})
        mark = f"（{sheet.mark}）" if sheet.mark else ""
        page.merge_range(0, 0, 0, _LAST, f"{sheet.head.title}{mark}", self._format("title"))
        page.merge_range(1, 0, 1, _LAST, sheet.about, self._format("about"))
        page.set_row(0, 26)
        page.set_row(1, 32)
        page.set_row(HEADER_ROW, 30)
        for label, at in _PLACES.items():
            page.write_string(HEADER_ROW, at, label, self._format("head"))
        for one, at in _HIDDEN.items():
            page.write_string(HEADER_ROW, at, one.label)

    def fill(self) -> None:
        """Every line, and the classes once over all their lines."""
        for at, row in enumerate(self._sheet.rows, start=_FIRST_ROW):
            self._line(at, row)
        self._classes(0, [(row.level1,) for row in self._sheet.rows])
        self._classes(1, [(row.level1, row.level2) for row in self._sheet.rows])

    def validate(self) -> None:
        """The drop-downs and the hints, each rule once for all its cells."""
        for rule, cells in self._rules.items():
            (row, column), *others = cells
            options: dict[str, Any] = {"validate": "any"}
            if rule.choices:
                options = {
                    "validate": "list",
                    "source": list(rule.choices),
                    "error_title": "请从列表中选择",
                    "error_message": f"这里填：{'、'.join(rule.choices)}。",
                }
            if rule.hint:
                options |= {"input_title": rule.title, "input_message": rule.hint}
            if others:
                options["other_cells"] = [[one, at, one, at] for one, at in others]
            self._page.data_validation(row, column, row, column, options)

    def _line(self, at: int, row: SheetRow) -> None:
        page = self._page
        page.set_row(at, _height(row))
        texts = (row.name, row.target, row.unit, row.before)
        looks = ("part" if row.is_part else "name", "text", "centre", "locked")
        first = _PLACES[NAME]
        if _is_wide(row):
            last = first + len(texts) - 1
            page.merge_range(at, first, at, last, row.name, self._format("part"))
        else:
            for place, (text, look) in enumerate(zip(texts, looks, strict=True), first):
                self._text(at, place, text, look)
        for column in Column:
            self._cell(at, column, row.cells.get(column))
        self._text(at, _LAST, row.note, "note")
        base = {column.value: cell.text for column, cell in row.cells.items()}
        page.write_string(at, _HIDDEN[Hidden.KEY], row.key)
        page.write_number(at, _HIDDEN[Hidden.VERSION], row.version)
        page.write_string(
            at,
            _HIDDEN[Hidden.BASE],
            json.dumps(base, ensure_ascii=False, separators=(",", ":")),
        )

    def _cell(self, at: int, column: Column, cell: SheetCell | None) -> None:
        place = _PLACES[column.label]
        if cell is None:
            self._text(at, place, "", "locked")
            return
        look = _OF_INPUT[cell.input]
        number, day = _number(cell), _day(cell)
        if number is not None:
            self._page.write_number(at, place, number, self._format(look))
        elif day is not None:
            self._page.write_datetime(at, place, day, self._format(look))
        else:
            self._text(at, place, cell.text, look)
        if cell.input is not Input.LOCKED and (cell.choices or cell.hint):
            rule = _Rule(cell.choices, column.label, cell.hint[:_MAX_HINT])
            self._rules.setdefault(rule, []).append((at, place))

    def _classes(self, column: int, keys: Sequence[tuple[str, ...]]) -> None:
        at = _FIRST_ROW
        for key, lines in groupby(keys):
            last = at + len(list(lines)) - 1
            if last > at:
                self._page.merge_range(at, column, last, column, key[-1], self._format("centre"))
            else:
                self._text(at, column, key[-1], "centre")
            at = last + 1

    def _text(self, row: int, column: int, text: str, look: str) -> None:
        quoted = text.startswith(("=", "+", "-", "@"))
        made = self._format(look, is_quoted=quoted)
        if text:
            self._page.write_string(row, column, cut(text), made)
        else:
            self._page.write_blank(row, column, None, made)

    def _format(self, look: str, *, is_quoted: bool = False) -> Format:
        made = self._formats.get((look, is_quoted))
        if made is None:
            properties: Mapping[str, Any] = _LOOKS[look]
            if is_quoted:
                properties = {**properties, "quote_prefix": True}
            made = self._formats[look, is_quoted] = self._book.add_format(properties)
        return made


def _is_wide(row: SheetRow) -> bool:
    """Whether its name takes the room of the columns beside it, as a point's text does."""
    return row.is_part and not (row.target or row.unit or row.before)


def _height(row: SheetRow) -> int:
    """The height that the longest text of a line needs; programs do not all find it themselves."""
    first = _PLACES[NAME]
    widths = dict(COLUMNS)
    if _is_wide(row):
        widths[NAME] = sum(width for _, width in COLUMNS[first : first + 4])
    texts = {NAME: row.name, "年度指标值": row.target, "上期累计": row.before}
    texts |= {column.label: cell.text for column, cell in row.cells.items()}
    texts["填写说明"] = row.note
    lines = max(line_count(text, widths[label], _SIZE) for label, text in texts.items())
    return min(max(lines * line_height(_SIZE) + 6, _LEAST_HEIGHT), MAX_ROW_HEIGHT)


def _number(cell: SheetCell) -> Decimal | None:
    """The text as a number where a spreadsheet keeps every digit of it."""
    if cell.input is not Input.NUMBER or not cell.text:
        return None
    try:
        number = Decimal(cell.text)
    except InvalidOperation:
        return None
    return number if len(number.as_tuple().digits) <= _MAX_DIGITS else None


def _day(cell: SheetCell) -> date | None:
    if cell.input is not Input.DAY or not cell.text:
        return None
    try:
        day = date.fromisoformat(cell.text)
    except ValueError:
        return None
    # A spreadsheet counts from 1900, and counts a day in it that never was.
    return day if day.year >= _FIRST_YEAR else None
