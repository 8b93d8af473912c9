"""Published documents as plain text: bytes → text → tables of tab-separated lines."""

import codecs
import re

from perf.documents.readers.tables import Document, Line, Row, Table, key
from perf.documents.readers.unreadable import UnreadableDocument
from perf.documents.readers.wrapped import mend_wrapped_lines

MAX_BYTES = 10 * 1024 * 1024
MAX_CELL = 4000
_FORM_WORDS = ("预算", "指标", "绩效", "部门", "项目")
_BINARY = {
    b"PK\x03\x04": "它其实是 Word、Excel 或压缩文件",
    b"%PDF": "它其实是 PDF 文件",
    b"\xd0\xcf\x11\xe0": "它其实是旧版 Word 或 Excel 文件",
    b"\x89PNG": "它其实是图片",
    b"\xff\xd8\xff": "它其实是图片",
}
# A page's foot or head between two halves of a table: 12 · - 12 - · 第 3 页 共 9 页.
_PAGE_NUMBER = re.compile(r"[-—–·~\s]*(第?\d{1,4}页?([/,，共]*\d{0,4}页?))[-—–·~\s]*")
# A line of its own below a table that does not continue the last cell.
_STANDS_ALONE = re.compile(
    r"(备?注|说明|单位|部门|附件?|第.{1,3}部分|目录|填报|编制|负责人|联系)|.*表(\(续\))?[:：]?$"
)


def read_txt(content: bytes) -> Document:
    """The tables of a text document; raises UnreadableDocument for anything but text."""
    return _tables(decode(content))


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030.

    A file that was cut off or has a few damaged bytes is read with U+FFFD in their place.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(
            f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请只保留预算公开文档的文字后再导入。"
        )
    for magic, what in _BINARY.items():
        if content.startswith(magic):
            raise UnreadableDocument(f"这不是文本文件：{what}。请另存为纯文本（.txt）后再导入。")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        text = _decode_without_mark(content)
    if not text.strip():
        raise UnreadableDocument("文件是空的，请选择含有预算公开文字的文件。")
    if "\0" in text or _share_of_controls(text) > 0.01:
        raise UnreadableDocument("这不是文本文件，请另存为纯文本（.txt，UTF-8 编码）后再导入。")
    return text


def is_page_number(text: str) -> bool:
    """Whether a line is a page's foot or head (`12`, `- 12 -`, `第 3 页 共 9 页`)."""
    return bool(_PAGE_NUMBER.fullmatch(key(text[:40])))


def _decode_without_mark(content: bytes) -> str:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return content[: error.start].decode("utf-8")
        lenient = content.decode("utf-8", errors="replace")
    try:
        chinese = content.decode("gb18030")
    except UnicodeDecodeError:
        chinese = content.decode("gb18030", errors="replace")
    # GB18030 reads almost any bytes as some characters, so the words of the forms decide.
    best = max((lenient, chinese), key=_count_form_words)
    if best.count("\N{REPLACEMENT CHARACTER}") * 20 > len(best):
        raise UnreadableDocument("文件的文字编码无法识别，请另存为 UTF-8 编码的文本后再导入。")
    return best


def _count_form_words(text: str) -> int:
    return sum(text.count(word) for word in _FORM_WORDS)


def _share_of_controls(text: str) -> float:
    controls = sum(1 for mark in text if mark < " " and mark not in "\t\n\r\f\v")
    return controls / len(text)


def _tables(text: str) -> Document:
    document = Document()
    table = Table()
    gap = False
    page_break = False
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if "\t" in raw:
            row = Row([cell.strip() for cell in raw.split("\t")], number, gap or page_break)
            table.rows.append(row)
            gap = page_break = False
        elif not raw.strip():
            gap = True
        elif table.rows and is_page_number(raw):
            page_break = True
        elif table.rows and not (gap or page_break or _stands_alone(raw)):
            # The rest or the beginning of a cell that holds a line break.
            table.rows.append(Row([raw.strip()], number))
        else:
            if table.rows:
                document.tables.append(table)
                table = Table()
            table.before.append(Line(raw.strip(), number))
            page_break = True
    if table.rows:
        document.tables.append(table)
    else:
        document.after = table.before
    for each in document.tables:
        each.rows = mend_wrapped_lines(each.rows)
    return document


def _stands_alone(raw: str) -> bool:
    return len(raw) > MAX_CELL or bool(_STANDS_ALONE.match(key(raw[:80])))
