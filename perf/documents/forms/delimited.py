"""Writes a layout as CSV that Excel opens in Chinese and runs nothing of."""

import csv
import re
from io import StringIO

from perf.documents.cell_text import guarded, printable
from perf.documents.forms.shown import shown
from perf.documents.forms.table import Layout, Sheet

# What a spreadsheet would change while it opens the file: codes that lose their first zero or
# their last digits, ranges that become days or times, 1E5.
_CHANGED = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+[-/:][0-9]+([-/:][0-9]+)?|[0-9]+[Ee][0-9]+")


def render_csv(layout: Layout) -> bytes:
    """All sheets one below another, each further one under a blank line and its name.

    UTF-8 with a mark; a merged cell's text stands in its first place. A text that a spreadsheet
    would take for a formula has an apostrophe before it, one that it would change (`024`) a tab;
    the readers take both off again.
    """
    target = StringIO(newline="")
    # Every cell is quoted, so that no sign in a text can be taken for the delimiter.
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    for number, sheet in enumerate(layout.sheets):
        if number:
            target.write("\r\n")
            writer.writerow([_harmless(sheet.name)])
        writer.writerows(_rows(sheet))
    return target.getvalue().encode("utf-8-sig")


def _rows(sheet: Sheet) -> list[list[str]]:
    rows = [[""] * len(sheet.widths) for _ in sheet.heights]
    for cell in sheet.cells:
        text = shown(cell)
        rows[cell.row][cell.column] = _harmless(text) if isinstance(cell.value, str) else text
    return rows


def _harmless(text: str) -> str:
    return f"\t{text}" if _CHANGED.fullmatch(text) else guarded(printable(text))
