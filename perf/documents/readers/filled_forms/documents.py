"""The tables and the running text of a Word or PDF document as one sheet."""

import re
from collections.abc import Iterable
from itertools import zip_longest

from perf.documents.readers.docx import read_docx
from perf.documents.readers.filled_forms.annex import take_annex
from perf.documents.readers.filled_forms.grid import EMPTY, FormCell, FormSheet
from perf.documents.readers.filled_forms.headings import count_headings
from perf.documents.readers.pdf import read_pdf
from perf.documents.readers.tables import Document, Line

# `项目名称：某项目　　实施单位：某局` in one line is what two cells say.
_GAP = re.compile(r"\t|\s{2,}|\u3000+|\s+(?=[^\s:：]{2,12}[:：])")


def read_docx_form(content: bytes) -> list[FormSheet]:
    """A Word document as a sheet; raises UnreadableDocument as `read_docx` does."""
    return [_sheet(read_docx(content), is_wrapped=False)]


def read_pdf_form(content: bytes) -> list[FormSheet]:
    """A PDF file as a sheet; raises UnreadableDocument as `read_pdf` does."""
    return [_sheet(read_pdf(content), is_wrapped=True)]


def _sheet(document: Document, *, is_wrapped: bool) -> FormSheet:
    sheet = FormSheet("", [], is_wrapped=is_wrapped)
    for table in document.tables:
        _add_lines(sheet, table.before)
        rows = [row.cells for row in table.rows]
        own = take_annex(sheet, rows, is_next_piece=not table.before)
        for row in table.rows[:own]:
            if row.after_break:
                sheet.breaks.add(len(sheet.rows))
            sheet.numbers.append(row.line)
            sheet.rows.append([FormCell(text) for text in row.cells])
    _add_lines(sheet, document.after)
    _join_headings(sheet)
    return sheet


def _join_headings(sheet: FormSheet) -> None:
    """Puts together a row of headings that a page's end tore (`实际完` and `成值`)."""
    for row in sorted(sheet.breaks, reverse=True):
        if not row or {row - 1, row} & sheet.texts:
            continue
        pairs = zip_longest(sheet.rows[row - 1], sheet.rows[row], fillvalue=EMPTY)
        whole = [FormCell(above.text + below.text) for above, below in pairs]
        joined = FormSheet("", [whole, sheet.rows[row - 1], sheet.rows[row]])
        counts = [count_headings(joined, at) for at in range(3)]
        if counts[0] > max(2, *counts[1:]):
            # The row stays as a blank one, so that all others keep their places.
            sheet.rows[row - 1], sheet.rows[row] = whole, []


def _add_lines(sheet: FormSheet, lines: Iterable[Line]) -> None:
    for line in lines:
        sheet.texts.add(len(sheet.rows))
        sheet.numbers.append(line.number)
        sheet.rows.append([FormCell(part) for part in _GAP.split(line.text) if part])
