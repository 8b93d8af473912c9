"""The user's own file with its bad cells marked, as a workbook."""

import warnings
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from perf.documents.marked.cells import Place, put_marks, widths_for, write_text
from perf.documents.marked.marks import Mark
from perf.documents.readers.archive import XLSX, check_package
from perf.documents.readers.csv_text import csv_rows
from perf.documents.readers.xlsx import MAX_UNPACKED

_CSV_SHEET = "原表"


def mark_xlsx(content: bytes, marks: list[Mark]) -> bytes:
    """The workbook with its bad cells coloured and commented, and a list of them at its end.

    Formulas stay as they are written and are not computed; macros were refused when it was read.
    """
    check_package(content, XLSX, most=MAX_UNPACKED)
    with warnings.catch_warnings():
        # What openpyxl warns of (extensions, validations) it leaves out.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(content))
    places = {}
    for at, mark in enumerate(marks):
        if mark.row and mark.sheet in book.sheetnames:
            places[at] = Place(book[mark.sheet], mark.row, mark.column + 1)
    return _written(book, marks, places)


def mark_csv(content: bytes, marks: list[Mark]) -> bytes:
    """The rows of a csv file as a workbook of texts, marked like any other."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = _CSV_SHEET
    rows = csv_rows(content)
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row.cells, 1):
            if text:
                write_text(sheet.cell(at, column), text)
    for column, width in enumerate(widths_for([row.cells for row in rows]), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    numbers = {int(row.line): at for at, row in enumerate(rows, 1)}
    places = {
        at: Place(sheet, numbers[mark.row], mark.column + 1)
        for at, mark in enumerate(marks)
        if mark.row in numbers
    }
    return _written(book, marks, places)


def _written(book: Any, marks: list[Mark], places: dict[int, Place]) -> bytes:
    put_marks(book, marks, places)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
