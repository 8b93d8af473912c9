"""An xlsx workbook as sheets: values as their formats show them, merges, and the annex."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from perf.documents.readers.archive import BAD_ARCHIVE, MAX_UNPACKED, XLSX, check_package, damaged
from perf.documents.readers.filled_forms.grid import (
    EMPTY,
    MAX_COLUMNS,
    MAX_ROWS,
    FormCell,
    FormSheet,
)
from perf.documents.readers.filled_forms.shown import shown_cell

ANNEX = "附页"
_MAX_SHEETS = 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TARGET = re.compile(r"\s*[0-9][0-9.,]*\s*[^\x00-\x24\x26-\x7f]*%?")
# What a reader raises on parts that are well packed but nonsense inside.
# Formulas and merges; a zero byte tells that the text is not written in single bytes.
_LEFT_OUT = re.compile(rb"[<:](?:f|mergeCell)[\s>/]|\0")
_NONSENSE = (
    *BAD_ARCHIVE,
    ArithmeticError,
    AttributeError,
    ET.ParseError,
    InvalidFileException,
    TypeError,
)


def read_workbook(
    content: bytes, *, most_rows: int = MAX_ROWS, most: int = MAX_UNPACKED
) -> list[FormSheet]:
    """The sheets of an xlsx file; formulas give the values that were saved with them.

    Raises UnreadableDocument for a file that is no sound workbook (see `check_package`).
    """
    with opened_workbook(content, most=most) as book:
        return _sheets(book, most_rows)


@contextmanager
def opened_workbook(content: bytes, *, most: int = MAX_UNPACKED) -> Iterator[Any]:
    """The read-only workbook of openpyxl, opened after `check_package` and closed again.

    What goes wrong while it is read is raised as UnreadableDocument: a damaged file.
    """
    try:
        check_package(content, XLSX, most=most)
        # What openpyxl warns of (styles, validations) is nothing that a form is read from.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            try:
                yield book
            finally:
                book.close()
    except _NONSENSE as error:
        raise damaged() from error


def _sheets(book: Any, most_rows: int) -> list[FormSheet]:
    sheets, annex, taken = [], {}, set()
    for worksheet in book.worksheets[:_MAX_SHEETS]:
        # Two entries may name one part, which is then read once.
        part = worksheet._worksheet_path  # noqa: SLF001 - the library has no other name for it.
        if part in taken:
            continue
        taken.add(part)
        sheet = _sheet(worksheet, most_rows)
        if sheet.name == ANNEX:
            annex = _annex(sheet)
        else:
            sheets.append(sheet)
    for sheet in sheets:
        sheet.annex = annex
    return sheets


def _sheet(worksheet: Any, most_rows: int) -> FormSheet:
    rows = []
    # The size that a sheet declares of itself may be wrong in both directions.
    worksheet.reset_dimensions()
    for row in worksheet.iter_rows(max_row=most_rows, max_col=MAX_COLUMNS):
        width = len(row)
        # Every row comes as wide as a sheet may be.
        while width and row[width - 1].value is None:
            width -= 1
        cells = [shown_cell(cell.value, cell.number_format or "") for cell in row[:width]]
        while cells and not cells[-1].text:
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    sheet = FormSheet(worksheet.title, rows, {}, is_hidden=worksheet.sheet_state != "visible")
    _complete(sheet, worksheet, most_rows)
    return sheet


def _complete(sheet: FormSheet, worksheet: Any, most_rows: int) -> None:
    """Adds what the read-only sheet leaves out: merges, and formulas saved without a value.

    A target such as `=8个` that a program took for a formula is a text again.
    """
    with worksheet._get_source() as source:  # noqa: SLF001 - as above, the part as a stream.
        if not _LEFT_OUT.search(source.read()):
            return
    merges: dict[tuple[int, int], tuple[int, int]] = {}
    covered = 0
    with worksheet._get_source() as source:  # noqa: SLF001
        # check_package has refused every part that declares entities.
        for _, element in ET.iterparse(source):  # noqa: S314
            if element.tag == f"{_MAIN}row":
                for cell in element:
                    _complete_formula(sheet, cell, most_rows)
                element.clear()
            if element.tag != f"{_MAIN}mergeCell":
                continue
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            rows = range(top - 1, min(bottom, len(sheet.rows)))
            columns = range(left - 1, min(right, MAX_COLUMNS))
            covered += len(rows) * len(columns)
            if covered > most_rows * MAX_COLUMNS:
                # Merges may not overlap, so that no sound sheet has more of them than cells.
                raise damaged()
            first = (top - 1, left - 1)
            merges |= {(row, column): first for row in rows for column in columns}
    sheet.merges = merges


def _complete_formula(sheet: FormSheet, cell: ET.Element, most_rows: int) -> None:
    formula, place = cell.findtext(f"{_MAIN}f"), cell.get("r", "")
    if not formula or cell.findtext(f"{_MAIN}v") or not re.fullmatch("[A-Z]{1,2}[0-9]+", place):
        return
    left, top, _, _ = range_boundaries(place)
    if top > most_rows or left > MAX_COLUMNS:
        return
    if not _TARGET.fullmatch(formula):
        sheet.unsaved.append(place)
        return
    sheet.rows += [[] for _ in range(top - len(sheet.rows))]
    row = sheet.rows[top - 1]
    row += [EMPTY] * (left - len(row))
    row[left - 1] = FormCell(f"={formula}")


def _annex(sheet: FormSheet) -> dict[int, str]:
    """The whole texts by their number, each over as many rows as it needed."""
    texts: dict[int, str] = {}
    for row in range(len(sheet.rows)):
        number = sheet.cell(row, 0).text
        if re.fullmatch("[0-9]{1,6}", number):
            texts[int(number)] = texts.get(int(number), "") + sheet.cell(row, 2).text
    return texts
