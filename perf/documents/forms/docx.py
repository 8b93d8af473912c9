"""Writes a layout as a Word document that prints on A4."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from xml.sax.saxutils import escape

from perf.documents.cell_text import printable
from perf.documents.forms.docx_package import BORDERLESS, STYLE_IDS, pack, section
from perf.documents.forms.measure import line_height
from perf.documents.forms.pages import MARGIN_SIDE, PAGE_WIDTH, shrinkage
from perf.documents.forms.shown import shown
from perf.documents.forms.table import BODY_SIZE, FONT_SIZE, Cell, Layout, Sheet, Style

# Word measures in twentieths of a point.
_TWIPS = 20
_TABLE_WIDTH = (PAGE_WIDTH - 2 * MARGIN_SIDE) * _TWIPS
# A row up to this height, a third of the page, goes to the next page as a whole. A taller one is
# as high as its texts and may go over pages.
_SHORT = 240 * _TWIPS
# Left and right of a text, as the estimate of heights takes it.
_CELL_MARGIN = 60
# Above and below it; a little less than the estimate leaves.
_ABOVE = 40
# A line between tables begins where the texts in their cells do.
_INDENT = f'<w:ind w:left="{_CELL_MARGIN}" w:right="{_CELL_MARGIN}"/>'
_LEAST_SIZE = 8
_EDGE = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
_OPEN_BORDERS = "".join(map(_EDGE.format, ("top", "left", "right")))
_BORDERS = "".join(map(_EDGE.format, ("top", "left", "bottom", "right")))
# Word joins two tables with nothing between them, so a line as low as can be stands there. Hidden,
# it leaves no gap.
_SEPARATOR = '<w:p><w:pPr><w:pStyle w:val="Separator"/>{}</w:pPr></w:p>'
_NEW_PAGE = "<w:pageBreakBefore/>"
_HIDDEN = "<w:rPr><w:vanish/></w:rPr>"


def render_docx(layout: Layout) -> bytes:
    """The layout as a docx file; equal layouts give equal bytes.

    Each sheet is a section with tables of one grid. A new table begins at the heading row and
    at each of the sheet's page breaks, because Word repeats only rows that begin a table. A
    title or note over the whole width is a paragraph.
    """
    parts: list[str] = []
    for number, sheet in enumerate(layout.sheets, 1):
        parts += _Section(sheet).blocks()
        # The mark stands in the header of every page, or in the first page's own text.
        has_mark_inside = any(
            cell.row == 0 and cell.style is Style.MARK and cell.value == layout.mark
            for cell in sheet.cells
        )
        ends = section(has_mark=bool(layout.mark), has_own_first=has_mark_inside)
        is_last = number == len(layout.sheets)
        parts.append(_SEPARATOR.format("" if is_last else ends))
        if is_last:
            parts.append(ends)
    return pack(layout, "".join(parts))


class _Section:
    """One sheet as tables and paragraphs."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        total = sum(sheet.widths) or 1
        self.scale = shrinkage(sheet)
        # The row before which a table ends that goes on as another one on the same page.
        self.open_until = None if sheet.header_row in sheet.breaks else sheet.header_row
        edges = [0]
        for width in sheet.widths:
            edges.append(edges[-1] + width)
        # Rounding the edges instead of the widths keeps the sum.
        self.edges = [edge * _TABLE_WIDTH // total for edge in edges]
        self.owners: list[list[Cell | None]] = [[None] * len(sheet.widths) for _ in sheet.heights]
        for cell in sheet.cells:
            for row in range(cell.row, cell.last_row + 1):
                for column in range(cell.column, cell.last_column + 1):
                    self.owners[row][column] = cell
        grid = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(self.edges))
        above = int(_ABOVE * self.scale)
        self.opening = (
            f'<w:tbl><w:tblPr><w:tblW w:w="{_TABLE_WIDTH}" w:type="dxa"/>'
            '<w:tblInd w:w="0" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar>'
            f'<w:top w:w="{above}" w:type="dxa"/><w:left w:w="{_CELL_MARGIN}" w:type="dxa"/>'
            f'<w:bottom w:w="{above}" w:type="dxa"/><w:right w:w="{_CELL_MARGIN}" w:type="dxa"/>'
            f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        )

    def blocks(self) -> Iterator[str]:
        """The sheet's paragraphs and tables in order."""
        sheet = self.sheet
        breaks = set(sheet.breaks)
        starts = {0, *breaks}
        if sheet.header_row is not None:
            starts.add(sheet.header_row)
        ordered = [*sorted(starts), len(sheet.heights)]
        for first, end in pairwise(ordered):
            if first in breaks:
                yield _SEPARATOR.format(_NEW_PAGE)
            elif first:
                yield _SEPARATOR.format(_HIDDEN)
            yield from self._part(first, end)

    def _part(self, first: int, end: int) -> Iterator[str]:
        """The rows from `first` up to `end`, under the heading row if they come after it."""
        header = self.sheet.header_row
        rows: list[str] = []
        if header is not None and header < first and self._line(first) is None:
            rows.append(self._row(header, header, header + 1, is_header=True))
        for row in range(first, end):
            line = self._line(row)
            if line is None:
                rows.append(self._row(row, first, end, is_header=row == header))
                continue
            if rows:
                yield self._table(rows)
                rows = []
            yield line
        if rows:
            yield self._table(rows)

    def _table(self, rows: list[str]) -> str:
        return f"{self.opening}{''.join(rows)}</w:tbl>"

    def _line(self, row: int) -> str | None:
        """A row that is one borderless text over the whole width, as a paragraph."""
        cell = self.owners[row][0]
        if (
            cell is None
            or cell.style not in BORDERLESS
            or cell.last_row > cell.row
            or cell.last_column - cell.column + 1 < len(self.sheet.widths)
        ):
            return None
        line = line_height(FONT_SIZE.get(cell.style, BODY_SIZE))
        height = self.sheet.heights[row]
        around = int((height - max(1, height // line) * line) * self.scale * _TWIPS / 2)
        spacing = f'<w:spacing w:before="{around}" w:after="{around}"/>' if around > 0 else ""
        return _paragraph(shown(cell), cell.style, spacing + _INDENT, self._size(cell))

    def _row(self, row: int, first: int, end: int, *, is_header: bool) -> str:
        height = int(self.sheet.heights[row] * self.scale * _TWIPS)
        properties = ""
        if height <= _SHORT:
            properties = f'<w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>'
        if is_header:
            properties += "<w:tblHeader/>"
        cells = "".join(self._cells(row, first, end))
        return f"<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>"

    def _cells(self, row: int, first: int, end: int) -> Iterator[str]:
        owners = self.owners[row]
        column = 0
        while column < len(owners):
            cell = owners[column]
            last = column
            if cell is not None:
                last = cell.last_column
            else:
                while last + 1 < len(owners) and owners[last + 1] is None:
                    last += 1
            yield self._cell(cell, row, column, last, first, end)
            column = last + 1

    def _cell(
        self, cell: Cell | None, row: int, column: int, last: int, first: int, end: int
    ) -> str:
        width = self.edges[last + 1] - self.edges[column]
        properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
        if last > column:
            properties += f'<w:gridSpan w:val="{last - column + 1}"/>'
        if cell is None:
            return f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph('', Style.SIGN)}</w:tc>"
        # A merge that goes on over a page break is one on each page, its text on the first.
        top, bottom = max(cell.row, first), min(cell.last_row, end - 1)
        if bottom > top:
            properties += '<w:vMerge w:val="restart"/>' if row == top else "<w:vMerge/>"
        if cell.style not in BORDERLESS:
            # The table below, which goes on with this one, draws the line between the two.
            is_open = row == end - 1 and end == self.open_until
            borders = _OPEN_BORDERS if is_open else _BORDERS
            properties += f"<w:tcBorders>{borders}</w:tcBorders>"
        if cell.style is not Style.NOTE:
            properties += '<w:vAlign w:val="center"/>'
        text = shown(cell) if row == cell.row else ""
        paragraph = _paragraph(text, cell.style, size=self._size(cell, text, width))
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph}</w:tc>"

    def _size(self, cell: Cell, text: str = "", width: int = 0) -> int | None:
        """The size in half points where it is not the style's own.

        A number is made so small that it stays on one line.
        """
        usual = FONT_SIZE.get(cell.style, BODY_SIZE) * 2
        size = round(usual * self.scale)
        if text and isinstance(cell.value, Decimal):
            # A digit is a little wider than half its height.
            fitting = (width - 2 * _CELL_MARGIN) * 2 * 20 // (11 * _TWIPS * len(text))
            size = min(size, fitting)
        return None if size == usual else max(_LEAST_SIZE, size)


def _paragraph(text: str, style: Style, more: str = "", size: int | None = None) -> str:
    smaller = f'<w:rPr><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>' if size else ""
    properties = f'<w:pPr><w:pStyle w:val="{STYLE_IDS[style]}"/>{more}{smaller}</w:pPr>'
    if not text:
        return f"<w:p>{properties}</w:p>"
    plain = escape(printable(text))
    words = "<w:br/>".join(
        f'<w:t xml:space="preserve">{line}</w:t>' if line else "" for line in plain.split("\n")
    ).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return f"<w:p>{properties}<w:r>{smaller}{words}</w:r></w:p>"
