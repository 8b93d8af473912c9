"""A list as it was understood, as a file that a spreadsheet opens without running anything."""

import csv
from collections.abc import Sequence
from io import StringIO

from perf.documents.cell_text import guarded


def list_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The rows under their heads as CSV in UTF-8 with a mark, as Excel wants it.

    What would run as a formula gets an apostrophe before it (`=1+1` → `'=1+1`).
    """
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")
