"""The annex of our own forms, which holds whole the texts that a form shows the beginning of."""

import re
from collections.abc import Sequence

from perf.documents.readers.filled_forms.grid import FormSheet
from perf.documents.readers.tables import key

_HEADING = ["序号", "所在栏目", "全文"]
_NUMBER = re.compile("[0-9]{1,6}")


def take_annex(
    sheet: FormSheet, rows: Sequence[Sequence[str]], *, is_next_piece: bool = False
) -> int:
    """Gives the sheet the annex that stands within a table's rows; the row that it begins on.

    The number of rows where there is none. An entry may go on over several rows, each under its
    number or, where a page's end tore it, under none. The next piece of a table whose last piece
    ended with an annex goes on with it.
    """
    begins = next((at for at, cells in enumerate(rows) if _is_heading(cells)), len(rows))
    number = next(reversed(sheet.annex), None)
    if is_next_piece and number is not None:
        begins = -1
    column = -1
    for cells in rows[max(begins, 0) :]:
        if _is_heading(cells):
            column = max(at for at, text in enumerate(cells) if text)
            continue
        if _NUMBER.fullmatch(cells[0]):
            number = int(cells[0])
        if number is not None:
            sheet.annex[number] = sheet.annex.get(number, "") + cells[column]
    return max(begins, 0)


def _is_heading(cells: Sequence[str]) -> bool:
    return [key(text) for text in cells if text] == _HEADING
