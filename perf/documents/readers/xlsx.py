"""Published tables as a workbook: each sheet's rows as its formats show them."""

import re

from perf.core.numbers import format_number
from perf.documents.readers.filled_forms.grid import FormCell, FormSheet
from perf.documents.readers.filled_forms.workbook import read_workbook
from perf.documents.readers.tables import Document, Line, Place, Row
from perf.documents.readers.titles import tables_of
from perf.documents.readers.unreadable import UnreadableDocument

MAX_ROWS = 20_000
# 万元 to the 分.
_WAN_DECIMALS = 6
_AMOUNT = re.compile(r"-?[0-9,]+\.[0-9]+")
_POINTER = re.compile("全文见附页第 ([0-9]{1,6}) 项")
# The list of faults in a workbook that was handed back says nothing of the plan.
HANDED = "问题清单"
# A list of 10,000 indicators unpacks to about 8 MB.
MAX_UNPACKED = 24 * 1024 * 1024


def read_xlsx(content: bytes) -> Document:
    """The tables of the workbook's visible sheets; a merged cell's text stands in its first cell.

    Raises UnreadableDocument for what is no sound workbook, or has more rows than a document has.
    """
    document = Document()
    sheets = read_workbook(content, most_rows=MAX_ROWS + 1, most=MAX_UNPACKED)
    read = [each for each in sheets if not each.is_hidden and each.rows and each.name != HANDED]
    above = 0
    for sheet in read:
        if len(sheet.rows) > MAX_ROWS:
            raise UnreadableDocument(
                f"工作表“{sheet.name}”超过 {MAX_ROWS} 行，请只保留绩效目标表和预算表后再导入。"
            )
        before = [*document.after, Line(sheet.name, 1)]
        document.after = []
        within = f"工作表“{sheet.name}”" if len(read) > 1 else ""
        found = tables_of(_rows(sheet, above, within), before)
        above += len(sheet.rows)
        document.tables += found.tables
        document.after = found.after
    return document


def _rows(sheet: FormSheet, above: int, within: str) -> list[Row]:
    """The sheet's rows, numbered on from the `above` rows of the sheets before it."""
    return [
        Row([_text(cell, sheet.annex) for cell in cells], Place(above + at, at, within, sheet.name))
        for at, cells in enumerate(sheet.rows, 1)
    ]


def _text(cell: FormCell, annex: dict[int, str]) -> str:
    """What the cell says: as shown, but an amount with all its decimals and a text whole.

    1.23 shown of 1.234567 (万元 to the 分) → `1.234567`; a figure that is longer still was computed
    and stays as shown. A text that goes on in the annex is taken from there.
    """
    text = cell.text.strip()
    if cell.number is None:
        pointer = _POINTER.search(text)
        return annex.get(int(pointer[1]), text) if pointer else text
    exponent = cell.number.as_tuple().exponent
    is_exact = isinstance(exponent, int) and exponent >= -_WAN_DECIMALS
    if is_exact and _AMOUNT.fullmatch(text) and cell.figure() != cell.number:
        return format_number(cell.number)
    return text
