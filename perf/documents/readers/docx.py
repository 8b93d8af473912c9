"""Published documents as Word files: paragraphs and tables in their order, from the main part."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from perf.documents.readers.archive import BAD_ARCHIVE, DOCX, check_package, damaged
from perf.documents.readers.fragments import Cell, Fragment, tables_from
from perf.documents.readers.tables import Document, Line, Place
from perf.documents.readers.titles import lift_titles
from perf.documents.readers.txt import MAX_BYTES, is_page_number
from perf.documents.readers.unreadable import UnreadableDocument

MAX_UNPACKED = 24 * 1024 * 1024
MAX_ROWS = 20_000
# Each element takes about 200 bytes while the file is read.
_MAX_TAGS = 1_500_000
_MAX_COLUMNS = 80
_USUAL_WIDTH = 1000.0
_WIDEST = 100_000
_MACROS = "word/vbaProject.bin"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Strict files have the same elements under another name.
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_BLOCKS = {f"{_W}p", f"{_W}tbl", _BOX}
# What was deleted under tracked changes, and what a field computes from.
_UNREAD = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}rPr", f"{_W}pPr", _FALLBACK}
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# Columns are measured in twentieths of a point; programs round them differently.
_TOLERANCE = 60.0


def read_docx(content: bytes) -> Document:
    """The tables of a Word document; a merged cell's text stands in its first cell.

    A line's number counts paragraphs and rows. A table within a cell stands after its row, as a
    table of its own. Raises UnreadableDocument for what is no sound docx file, holds macros or
    holds too much.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(
            f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请删去图片，只保留要用的文字和表格。"
        )
    try:
        check_package(content, DOCX, most=MAX_UNPACKED)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if _MACROS in archive.namelist():
                raise UnreadableDocument("文件带有宏，没有读取。请另存为不带宏的 .docx 后再试。")
            source = archive.read(DOCX.main_part).replace(_STRICT, _W[1:-1].encode())
        if source.count(b"<") > _MAX_TAGS:
            raise UnreadableDocument("文件内容过多，没有读取；请只保留要用的表后再试。")
        # check_package has refused every part that declares entities.
        body = ET.fromstring(source).find(f"{_W}body")  # noqa: S314
        if body is None:
            raise damaged(DOCX)
        return _Reader().read(body)
    except (*BAD_ARCHIVE, ET.ParseError) as error:
        # Elements within elements without end are a RuntimeError too.
        raise damaged(DOCX) from error


class _Reader:
    """Walks the body once; text waits for the table below it."""

    def __init__(self) -> None:
        self.number = 0
        self.tables = 0
        self.waiting: list[Line] = []
        self.fragments: list[Fragment] = []

    def read(self, body: ET.Element) -> Document:
        self._blocks(body)
        if not self.fragments and not self.waiting:
            raise UnreadableDocument("文件里没有文字，请选择含有文字和表格的文件。")
        tables = tables_from(self.fragments, tolerance=_TOLERANCE)
        return lift_titles(Document(tables, self.waiting))

    def _blocks(self, parent: ET.Element) -> None:
        for element in _found(parent, {f"{_W}p", f"{_W}tbl"}):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            else:
                self._table(element)

    def _paragraph(self, paragraph: ET.Element) -> None:
        self._count()
        for text in _text(paragraph).split("\n"):
            is_between = bool(self.fragments) and not self.waiting
            if text.strip() and not (is_between and is_page_number(text)):
                self.waiting.append(Line(text.strip(), self.number))
        # What stands in a text box is read after the paragraph that holds it.
        for box in _found(paragraph, {_BOX}):
            self._blocks(box)

    def _table(self, table: ET.Element) -> None:
        edges = _edges(table)
        fragment = self._begin(edges)
        self.tables += 1
        within = f"第 {self.tables} 个表格"
        for at, row in enumerate(_found(table, {f"{_W}tr"}), 1):
            self._count()
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            columns = list(_found(row, {f"{_W}tc"}))
            nested = [inner for cell in columns for inner in _found(cell, {f"{_W}tbl"})]
            if nested and len(columns) == 1:
                # A frame around a whole page.
                self._end(fragment)
                self._blocks(columns[0])
                fragment = self._begin(edges)
                continue
            cells = _cells(row, columns, fragment.edges)
            if any(cell.text for cell in cells):
                fragment.rows.append((Place(self.number, at, within), cells))
            for inner in nested:
                self._end(fragment)
                self._table(inner)
                fragment = self._begin(edges)
        self._end(fragment)

    def _count(self) -> None:
        self.number += 1
        if self.number > MAX_ROWS:
            raise UnreadableDocument(f"文件超过 {MAX_ROWS} 行，请只保留要用的表后再试。")

    def _begin(self, edges: list[float]) -> Fragment:
        fragment = Fragment(edges[:-1], edges[-1], before=self.waiting)
        self.waiting = []
        return fragment

    def _end(self, fragment: Fragment) -> None:
        if fragment.rows:
            self.fragments.append(fragment)
        else:
            self.waiting = fragment.before + self.waiting


def _found(parent: ET.Element, tags: set[str]) -> Iterator[ET.Element]:
    """The elements of these names, but none within another of them, nor in another block.

    Content controls, insertions and the like may stand in between.
    """
    for element in parent:
        if element.tag in tags:
            yield element
        elif element.tag not in _UNREAD and element.tag not in _BLOCKS:
            yield from _found(element, tags)


def _edges(table: ET.Element) -> list[float]:
    """Where each column begins and, last, where the table ends."""
    edges = [0.0]
    for column in table.findall(f"{_W}tblGrid/{_W}gridCol")[:_MAX_COLUMNS]:
        width = column.get(f"{_W}w", "")
        plain = width.isascii() and width.isdigit() and 0 < int(width[:9]) < _WIDEST
        edges.append(edges[-1] + (int(width) if plain else _USUAL_WIDTH))
    widest = max((_width(row) for row in _found(table, {f"{_W}tr"})), default=1)
    while len(edges) <= min(widest, _MAX_COLUMNS):
        edges.append(edges[-1] + _USUAL_WIDTH)
    return edges


def _width(row: ET.Element) -> int:
    """How many columns of the grid the row reaches over."""
    return _before(row) + sum(_span(column) for column in _found(row, {f"{_W}tc"}))


def _cells(row: ET.Element, columns: list[ET.Element], edges: list[float]) -> list[Cell]:
    cells: list[Cell] = []
    at = _before(row)
    for column in columns:
        properties = column.find(f"{_W}tcPr")
        covered = properties is not None and any(
            (merge := properties.find(f"{_W}{kind}")) is not None
            and merge.get(f"{_W}val", "continue") == "continue"
            for kind in ("vMerge", "hMerge")
        )
        if not covered and at < len(edges):
            paragraphs = (_text(each).strip() for each in _found(column, {f"{_W}p"}))
            cells.append(Cell(edges[at], "\n".join(filter(None, paragraphs))))
        at += _span(column)
    return cells


def _before(row: ET.Element) -> int:
    return _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)


def _span(column: ET.Element) -> int:
    return max(1, _number(column.find(f"{_W}tcPr/{_W}gridSpan"), 1))


def _number(element: ET.Element | None, otherwise: int) -> int:
    text = element.get(f"{_W}val", "") if element is not None else ""
    return min(int(text[:4]), _MAX_COLUMNS) if text.isascii() and text.isdigit() else otherwise


def _text(element: ET.Element) -> str:
    """The text of a paragraph without that of its text boxes."""
    parts: list[str] = []
    for child in element:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _SIGNS:
            parts.append(_SIGNS[child.tag])
        elif child.tag not in _UNREAD and child.tag != _BOX:
            parts.append(_text(child))
    return "".join(parts)
