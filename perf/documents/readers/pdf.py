"""Published documents as PDF files: the tables of the pages that matter, the text of all."""

import logging
from io import BytesIO
from typing import Any

import pdfplumber

from perf.documents.readers.fragments import Cell, Fragment, tables_from
from perf.documents.readers.pdf_pages import DAMAGED, PageText, pages_of
from perf.documents.readers.radicals import as_typed
from perf.documents.readers.tables import Document, Line, Place
from perf.documents.readers.titles import lift_titles
from perf.documents.readers.txt import is_page_number
from perf.documents.readers.unreadable import UnreadableDocument

MAX_BYTES = 10 * 1024 * 1024
# A page takes about 0.2 s; a department's tables are on some twenty of them.
MAX_TABLE_PAGES = 60
# Drawn lines that stand closer together are one.
_TOLERANCE = 3.0
_LEAST_TABLE = 2
# What the library says of odd fonts is nothing that a table is read from.
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pdf(content: bytes) -> Document:
    """The tables of a PDF file with text, their pieces on each page on common columns.

    Pages without the forms' words give their text only. Raises UnreadableDocument for a file
    that is none, is under a password or too large, and for one with a scanned page, by its number.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(
            f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请只保留要用的表所在的页面后再试。"
        )
    pages = pages_of(content)
    wanted = sum(page.has_tables for page in pages)
    if wanted > MAX_TABLE_PAGES:
        raise UnreadableDocument(
            f"文件有 {wanted} 页像是有要读的表，最多读取 {MAX_TABLE_PAGES} 页，"
            "请按部门拆成几个文件。"
        )
    return _Reader(pages).read(content)


class _Reader:
    """Walks the pages once; text waits for the table below it."""

    def __init__(self, pages: list[PageText]) -> None:
        self.pages = pages
        self.number = 0
        # How many lines and rows stood on the pages before this one, and this one's name.
        self.above = 0
        self.within = ""
        self.waiting: list[Line] = []
        self.fragments: list[Fragment] = []
        self.heads = _running_heads(pages)
        self.said: set[str] = set()

    def read(self, content: bytes) -> Document:
        try:
            with pdfplumber.open(BytesIO(content)) as file:
                for number, page in enumerate(self.pages):
                    self.above, self.within = self.number, f"第 {number + 1} 页"
                    if page.has_tables:
                        self._page(file.pages[number])
                        file.pages[number].close()
                    else:
                        for text in page.lines:
                            self._line(text)
        except (UnreadableDocument, MemoryError):
            raise
        except Exception as error:
            # The library has no error of its own for what is odd inside of a file.
            raise UnreadableDocument(DAMAGED) from error
        tables = tables_from(self.fragments, tolerance=_TOLERANCE)
        return lift_titles(Document(tables, self.waiting))

    def _page(self, page: Any) -> None:
        tables = [each for each in page.find_tables() if len(each.cells) >= _LEAST_TABLE]
        boxes = [table.bbox for table in tables]
        outside = page.filter(lambda each: not _is_within(each, boxes))
        blocks: list[tuple[float, str | Any]] = [
            (line["top"], line["text"])
            for line in outside.extract_text_lines(return_chars=False, strip=True)
        ]
        blocks += [(table.bbox[1], table) for table in tables]
        for _, block in sorted(blocks, key=lambda each: each[0]):
            if isinstance(block, str):
                self._line(block)
            else:
                self._table(block)

    def _line(self, text: str) -> None:
        """A line of text, unless it is the page's number or the head that all pages have."""
        plain = as_typed(text).strip()
        self.number += 1
        head = _without_digits(plain)
        if not plain or is_page_number(plain) or (head in self.heads and head in self.said):
            return
        self.said.add(head)
        self.waiting.append(Line(plain, self.number))

    def _table(self, table: Any) -> None:
        edges = sorted({cell[0] for cell in table.cells})
        fragment = Fragment(edges, table.bbox[2], before=self.waiting)
        for row, texts in zip(table.rows, table.extract(keep_blank_chars=True), strict=True):
            self.number += 1
            cells = [
                Cell(box[0], _joined(text or ""))
                for box, text in zip(row.cells, texts, strict=True)
                if box is not None
            ]
            if any(cell.text for cell in cells):
                place = Place(self.number, self.number - self.above, self.within)
                fragment.rows.append((place, cells))
        if fragment.rows:
            self.waiting = []
            self.fragments.append(fragment)


def _joined(text: str) -> str:
    """A cell's text; a line that ends with a space was wrapped there, others within a word."""
    return as_typed(text).replace(" \n", " ").strip()


def _is_within(thing: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    if thing["object_type"] != "char":
        return True
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return any(x0 <= across <= x1 and top <= down <= bottom for x0, top, x1, bottom in boxes)


def _running_heads(pages: list[PageText]) -> set[str]:
    """The first and last lines that half of the pages, and at least three, have in common."""
    counted: dict[str, int] = {}
    for page in pages:
        for text in {_without_digits(each) for each in (*page.lines[:1], *page.lines[-1:])}:
            counted[text] = counted.get(text, 0) + 1
    return {text for text, times in counted.items() if times >= max(3, len(pages) / 2)}


def _without_digits(text: str) -> str:
    return "".join(char for char in text if not (char.isdigit() or char.isspace()))
