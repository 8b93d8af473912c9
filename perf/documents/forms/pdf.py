"""Writes a layout as a tagged PDF for A4, set by typst with fonts that come with the project."""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

from perf.core.errors import PerfError
from perf.documents.forms.glyphs import Coverage
from perf.documents.forms.pages import (
    MARGIN_BOTTOM,
    MARGIN_SIDE,
    MARGIN_TOP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
)
from perf.documents.forms.pdf_parts import sheet_data
from perf.documents.forms.pdf_texts import Printable
from perf.documents.forms.table import Layout

try:
    import typst
except ImportError:  # There is no wheel for this processor.
    typst = None  # type: ignore[assignment]

_TEMPLATE = Path(__file__).with_name("forms.typ")
# Accessible (PDF/UA) and kept readable for decades (PDF/A), both checked while compiling.
_STANDARDS = ["a-2a", "ua-1"]
_UNTITLED = "绩效表"


class PdfUnavailable(PerfError):
    """PDF files cannot be made on this server."""


class _Compilers(threading.local):
    """One compiler a thread: a compiler takes one document at a time."""

    compiler: Any = None


_compilers = _Compilers()


def render_pdf(layout: Layout) -> bytes:
    """The layout as a PDF file; equal layouts give equal bytes.

    Texts go to typst as data, never as markup. Raises PdfUnavailable where typst is not installed.
    """
    if typst is None:
        raise PdfUnavailable("本服务器的处理器不支持生成 PDF，请改为导出 Word（docx）文件。")
    compiler = _compilers.compiler
    if compiler is None:
        compiler = _compilers.compiler = typst.Compiler(
            _TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True
        )
    made = compiler.compile(
        format="pdf",
        sys_inputs={"form": json.dumps(_form(layout), ensure_ascii=False, separators=(",", ":"))},
        pdf_standards=_STANDARDS,
        timestamp=int(layout.created.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made


def _form(layout: Layout) -> dict[str, Any]:
    printable = Printable(_coverage())
    mark = printable.text(layout.mark)
    sheets = [sheet_data(sheet, layout.mark, printable) for sheet in layout.sheets]
    return {
        "title": printable.text(layout.title).strip() or _UNTITLED,
        "author": printable.text(layout.author),
        "mark": mark,
        "page": {
            "width": PAGE_WIDTH,
            "height": PAGE_HEIGHT,
            "top": MARGIN_TOP,
            "bottom": MARGIN_BOTTOM,
            "side": MARGIN_SIDE,
        },
        "sheets": sheets,
        "missing": printable.note(),
    }


@lru_cache(maxsize=1)
def _fonts() -> Any:
    folders = [*{pylopdf_fonts_zh_cn.serif_path().parent, pylopdf_fonts_zh_cn.sans_path().parent}]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@lru_cache(maxsize=1)
def _coverage() -> Coverage:
    return Coverage(pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
