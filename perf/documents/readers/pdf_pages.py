"""The pages of a PDF file by their text, read fast, so that few have to be searched for tables."""

import re
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from perf.documents.readers.radicals import as_typed
from perf.documents.readers.tables import key
from perf.documents.readers.unreadable import UnreadableDocument

DAMAGED = "文件已损坏或不完整，请重新取得文件；或在 PDF 阅读器中打开后重新另存。"
MAX_PAGES = 400
_MAX_OBJECTS = 40_000
_MAX_CHARACTERS = 100_000
_FEW_CHARACTERS = 10
# A picture of a third of the page, or this much drawn without any text, is a page to be read.
_SCANNED_SHARE = 0.3
_MUCH_DRAWN = 200
# The least of lines and boxes that a table is drawn with.
_LEAST_DRAWN = 8
# A table that goes on over a whole page by one row has fewer of them there.
_LEAST_GOING_ON = 4
# The words of the forms that are read, and of the money tables beside them.
_WANTED = re.compile(
    "绩效目标|三级指标|指标值|目标值|一级指标|指标名称|项目支出预算|项目名称|收支预算|收支总体"
    "|收入总计|收入合计|自评表|年度资金总额|全年执行数"
)
_UNREADABLE = re.compile("[\\ufffd\\ue000-\\uf8ff\\x00-\\x08\\x0e-\\x1f]")


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text by lines, and whether its tables are worth looking for."""

    lines: list[str]
    has_tables: bool


def pages_of(content: bytes) -> list[PageText]:
    """Every page of the file.

    Raises UnreadableDocument for what is no PDF file, is under a password, has too many pages or
    none with text, and for scanned pages, which it names.
    """
    if b"%PDF" not in content[:1024]:
        raise UnreadableDocument("文件内容不是 PDF，请核对文件，或另存为 PDF 后再试。")
    try:
        file = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("文件设有密码，请取消密码后再试。") from error
        raise UnreadableDocument(DAMAGED) from error
    try:
        return _read(file)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(DAMAGED) from error
    finally:
        file.close()


def _read(file: Any) -> list[PageText]:
    count = len(file)
    if not count:
        raise UnreadableDocument(DAMAGED)
    if count > MAX_PAGES:
        raise UnreadableDocument(
            f"文件有 {count} 页，最多读取 {MAX_PAGES} 页；请只保留要用的表所在的页面后再试。"
        )
    pages: list[PageText] = []
    scanned: list[int] = []
    for number in range(count):
        page = file[number]
        try:
            text = _text(page, number + 1)
            drawn = _drawn(page, number + 1)
            if len(key(text)) < _FEW_CHARACTERS and (drawn > _MUCH_DRAWN or _is_picture(page)):
                scanned.append(number + 1)
        finally:
            page.close()
        is_named = bool(_WANTED.search(key(text)))
        goes_on = bool(pages) and pages[-1].has_tables
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        is_table = drawn >= (_LEAST_GOING_ON if goes_on else _LEAST_DRAWN)
        pages.append(PageText(lines, is_table and (is_named or goes_on)))
    if scanned:
        raise UnreadableDocument(_say_scanned(scanned, count))
    _demand_text(pages)
    return pages


def _text(page: Any, number: int) -> str:
    text_page = page.get_textpage()
    try:
        if text_page.count_chars() > _MAX_CHARACTERS:
            raise _too_much(number)
        return as_typed(text_page.get_text_range())
    finally:
        text_page.close()


def _drawn(page: Any, number: int) -> int:
    """How many lines, boxes and groups of them the page has."""
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MAX_OBJECTS:
        raise _too_much(number)
    kinds = (pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, at)) for at in range(count))
    groups = {pdfium.FPDF_PAGEOBJ_PATH: 1, pdfium.FPDF_PAGEOBJ_FORM: _LEAST_DRAWN}
    return sum(groups.get(kind, 0) for kind in kinds)


def _is_picture(page: Any) -> bool:
    width, height = page.get_size()
    for each in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = each.get_bounds()
        if abs((right - left) * (top - bottom)) >= _SCANNED_SHARE * width * height:
            return True
    return False


def _too_much(number: int) -> UnreadableDocument:
    return UnreadableDocument(
        f"第 {number} 页的内容过多，不像一张表，没有读取；请去掉这一页后再试。"
    )


def _say_scanned(scanned: list[int], count: int) -> str:
    shown = "、".join(str(number) for number in scanned[:8])
    more = " 等" if len(scanned) > 8 else ""
    whole = "全部" if len(scanned) == count else f"共 {count} 页中的"
    return (
        f"第 {shown}{more} 页（{whole} {len(scanned)} 页）是扫描的图片，没有文字可读。"
        "请换用由 Word 或 Excel 直接另存的 PDF，或先做文字识别（OCR）；"
        "这些页用不到的，请删去后再试。"
    )


def _demand_text(pages: list[PageText]) -> None:
    text = "".join(line for page in pages for line in page.lines)
    if not text:
        raise UnreadableDocument("文件里没有文字，请选择含有文字和表格的文件。")
    if len(_UNREADABLE.findall(text)) * 5 > len(text):
        raise UnreadableDocument(
            "文件的文字没有对应的编码，复制出来是乱码，无法读取。"
            "请换用由 Word 或 Excel 直接另存的 PDF。"
        )
