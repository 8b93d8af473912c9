"""A quarter's sheet as people fill it in: opened, some cells typed into, saved again."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import openpyxl

from perf.documents.quarter_sheets.rows import MAIN, NAME, Column, Hidden

Edits = Mapping[tuple[str, Column], Any]


def opened(content: bytes) -> Any:
    """The workbook as a spreadsheet program has it."""
    return openpyxl.load_workbook(BytesIO(content))


def saved(book: Any) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def places(page: Any) -> tuple[dict[str, int], dict[str, int]]:
    """The rows by their keys and the columns by their heads, as a spreadsheet counts them."""
    head = next(row for row in page.iter_rows() if NAME in {cell.value for cell in row})
    columns = {str(cell.value): cell.column for cell in head if cell.value is not None}
    at = columns[Hidden.KEY.label]
    rows = {
        str(row[at - 1].value): row[at - 1].row
        for row in page.iter_rows(min_row=head[0].row + 1)
        if row[at - 1].value
    }
    return rows, columns


def cell_of(book: Any, key: str, column: Column) -> Any:
    """The cell of a line and a column."""
    page = book[MAIN]
    rows, columns = places(page)
    return page.cell(rows[key], columns[column.label])


def filled(content: bytes, edits: Edits) -> bytes:
    """The sheet with these cells typed anew; a pair is a value with its number format."""
    book = opened(content)
    for (key, column), value in edits.items():
        cell = cell_of(book, key, column)
        if isinstance(value, tuple):
            cell.value, cell.number_format = value
        else:
            cell.value = value
    return saved(book)


def address_of(content: bytes, key: str, column: Column) -> str:
    """Where a cell stands, e.g. `G4`."""
    return str(cell_of(opened(content), key, column).coordinate)
