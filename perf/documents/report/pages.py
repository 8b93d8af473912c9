"""The report's page and type, the same in every file: as official documents (公文) have them."""

from collections.abc import Sequence
from itertools import pairwise

from perf.documents.forms.measure import line_count
from perf.documents.report.parts import Table, Text, plain

# A4 upright; in twentieths of a point, margins of 37, 28, 35 and 26 millimetres from the top on
# clockwise as the standard for official documents gives them: 28 signs in a line of 三号.
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, RIGHT, BOTTOM, LEFT = 2098, 1474, 1984, 1588
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
# Half points of type: 二号 for the title, 三号 for the text, 小四 for captions, 五号 in tables and
# at the page's head and foot.
TITLE_SIZE, TEXT_SIZE, CAPTION_SIZE, TABLE_SIZE = 44, 32, 24, 21
# The distance of two lines of text, in twentieths of a point.
LINE = 560
# Left and right of a text in its cell, in twentieths of a point.
CELL_MARGIN = 80
# A row of no more lines than these goes to the next page as a whole; a taller one may go over
# pages.
_SHORT = 12
# A CSS pixel is three quarters of a point.
_PIXEL = 15


def column_widths(part: Table) -> list[int]:
    """The widths of a table's columns in twentieths of a point; together the text's width."""
    total = sum(column.width for column in part.columns)
    edges = [0]
    for column in part.columns:
        edges.append(edges[-1] + column.width)
    # Rounding the edges instead of the widths keeps the sum.
    edges = [edge * TEXT_WIDTH // total for edge in edges]
    return [right - left for left, right in pairwise(edges)]


def is_short(row: Sequence[Text], widths: Sequence[int]) -> bool:
    """Whether a table's row is low enough to be kept together."""
    return all(
        line_count(plain(text), width // _PIXEL, (TABLE_SIZE + 1) // 2) <= _SHORT
        for text, width in zip(row, widths, strict=True)
    )


def picture_width(pixels: int) -> int:
    """How wide a chart stands, in twentieths of a point: as on screen, at most the text's width."""
    return min(pixels * _PIXEL, TEXT_WIDTH)
