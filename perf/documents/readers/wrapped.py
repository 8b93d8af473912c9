"""Rows that a line break inside a cell cut into several lines."""

from perf.documents.readers.tables import Row, key
from perf.documents.readers.vocabulary import CLASSES, LEVEL2_CLASS

_MAX_CELL = 4000
_CODE_PART = 6


def mend_wrapped_lines(rows: list[Row]) -> list[Row]:
    """The rows with their pieces joined; a row of one cell is a line without any tab.

    Such a line is the rest of the last cell above where that cell stands in the table's last
    column, and else the beginning of the first cell below. Two lines shorter than the table
    that have its width together are one row.
    """
    width = _usual_width(rows)
    mended: list[Row] = []
    waiting: Row | None = None
    for index, row in enumerate(rows):
        above = mended[-1] if mended else None
        below = rows[index + 1] if index + 1 < len(rows) else None
        if len(row.cells) == 1 and waiting is not None:
            waiting.cells[0] += row.cells[0]
        elif len(row.cells) == 1 and (
            above is None
            or (below is not None and _begins_below(row.cells[0], above, below, width))
        ):
            waiting = Row([*row.cells], row.line, row.after_break)
        elif len(row.cells) == 1 and above is not None:
            if below is not None or above.cells[-1]:
                _continue_last_cell(above, row.cells[0])
        elif waiting is not None:
            cells = [waiting.cells[0] + row.cells[0], *row.cells[1:]]
            mended.append(Row(cells, waiting.line, waiting.after_break))
            waiting = None
        elif above is not None and _completes(above, row, width):
            above.cells[-1:] = [above.cells[-1] + "\n" + row.cells[0], *row.cells[1:]]
        else:
            mended.append(row)
    return mended


def _usual_width(rows: list[Row]) -> int:
    widths: dict[int, int] = {}
    for row in rows:
        if len(row.cells) > 1:
            widths[len(row.cells)] = widths.get(len(row.cells), 0) + 1
    return max(widths, key=lambda each: (widths[each], each), default=0)


def _begins_below(text: str, above: Row, below: Row, width: int) -> bool:
    if len(below.cells) > 1 and not below.cells[0]:
        return False
    if len(below.cells) == width and key(text + below.cells[0]) in {*CLASSES, *LEVEL2_CLASS}:
        return True
    if len(text) >= _CODE_PART and text.isdigit():
        return True
    return len(above.cells) >= width and not above.cells[-1]


def _continue_last_cell(row: Row, text: str) -> None:
    filled = row.filled()
    if filled and len(filled[-1][1]) <= _MAX_CELL:
        row.cells[filled[-1][0]] += "\n" + text


def _completes(above: Row, row: Row, width: int) -> bool:
    return bool(
        not row.after_break
        and len(above.cells) + len(row.cells) - 1 == width
        and 1 < len(above.cells) < width
        and above.cells[-1]
        and row.cells[0]
    )
