"""Typst, which sets PDF files and pictures, with fonts that come with the project."""

import json
import threading
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn

from perf.core.errors import PerfError
from perf.documents.glyphs import Coverage

try:
    import typst
except ImportError:  # There is no wheel for this processor.
    typst = None  # type: ignore[assignment]

# Accessible (PDF/UA) and kept readable for decades (PDF/A), both checked while compiling.
_STANDARDS = ["a-2a", "ua-1"]


class PdfUnavailable(PerfError):
    """PDF files cannot be made on this server."""


class _Compilers(threading.local):
    """One compiler a thread and template: a compiler takes one document at a time."""

    def __init__(self) -> None:
        self.by_template: dict[Path, Any] = {}


_compilers = _Compilers()


def is_available() -> bool:
    """Whether typst is installed."""
    return typst is not None


def set_pdf(template: Path, data: Any, created: datetime) -> bytes:
    """What the template makes of the data, as a tagged PDF file; equal data give equal bytes.

    The data reach it as one JSON document (`sys.inputs.form`), never as markup. Raises
    PdfUnavailable where typst is not installed.
    """
    if typst is None:
        raise PdfUnavailable("本服务器的处理器不支持生成 PDF，请改为导出 Word（docx）文件。")
    return _compiled(
        template,
        {"form": json.dumps(data, ensure_ascii=False, separators=(",", ":"))},
        format="pdf",
        pdf_standards=_STANDARDS,
        timestamp=int(created.timestamp()),
    )


def set_png(template: Path, inputs: dict[str, str], ppi: int) -> bytes:
    """What the template makes of the inputs, one page, as a PNG file of `ppi` dots an inch."""
    return _compiled(template, inputs, format="png", ppi=ppi)


def _compiled(template: Path, inputs: dict[str, str], **how: Any) -> bytes:
    compiler = _compilers.by_template.get(template)
    if compiler is None:
        compiler = _compilers.by_template[template] = typst.Compiler(
            template, root=template.parent, font_paths=_fonts(), ignore_system_fonts=True
        )
    made = compiler.compile(sys_inputs=inputs, **how)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made


@lru_cache(maxsize=1)
def _fonts() -> Any:
    folders = [*{pylopdf_fonts_zh_cn.serif_path().parent, pylopdf_fonts_zh_cn.sans_path().parent}]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@lru_cache(maxsize=1)
def coverage() -> Coverage:
    """The characters that the fonts have."""
    return Coverage(pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
