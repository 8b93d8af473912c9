"""A list as it was understood, as a file that a spreadsheet opens without running anything."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

# A spreadsheet takes a text that begins so for a formula; a plain number is none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def list_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The rows under their heads as CSV in UTF-8 with a mark, as Excel wants it.

    What would run as a formula gets an apostrophe before it (`=1+1` → `'=1+1`).
    """
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
