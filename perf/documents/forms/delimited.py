"""Writes a layout as CSV that Excel opens in Chinese and runs nothing of."""

import csv
from io import StringIO

from perf.documents.cell_text import guarded, printable
from perf.documents.forms.shown import shown
from perf.documents.forms.table import Layout, Sheet


def render_csv(layout: Layout) -> bytes:
    """All sheets one below another, each further one under a blank line and its name.

    UTF-8 with a mark; a merged cell's text stands in its first place. A text that a spreadsheet
    would take for a formula has an apostrophe before it, which the readers take off again.
    """
    target = StringIO(newline="")
    # Every cell is quoted, so that no sign in a text can be taken for the delimiter.
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    for number, sheet in enumerate(layout.sheets):
        if number:
            target.write("\r\n")
            writer.writerow([guarded(printable(sheet.name))])
        writer.writerows(_rows(sheet))
    return target.getvalue().encode("utf-8-sig")


def _rows(sheet: Sheet) -> list[list[str]]:
    rows = [[""] * len(sheet.widths) for _ in sheet.heights]
    for cell in sheet.cells:
        text = shown(cell)
        is_text = isinstance(cell.value, str)
        rows[cell.row][cell.column] = guarded(printable(text)) if is_text else text
    return rows
