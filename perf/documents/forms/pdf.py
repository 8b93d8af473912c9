"""Writes a layout as a tagged PDF for A4, set by typst."""

from pathlib import Path
from typing import Any

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
from perf.documents.typesetting import coverage, set_pdf

_TEMPLATE = Path(__file__).with_name("forms.typ")
_UNTITLED = "绩效表"


def render_pdf(layout: Layout) -> bytes:
    """The layout as a PDF file; equal layouts give equal bytes.

    Texts go to typst as data, never as markup. Raises PdfUnavailable where typst is not installed.
    """
    return set_pdf(_TEMPLATE, _form(layout), layout.created)


def _form(layout: Layout) -> dict[str, Any]:
    printable = Printable(coverage())
    mark = printable.text(layout.mark)
    sheets = [sheet_data(sheet, layout.mark, printable) for sheet in layout.sheets]
    return {
        "title": printable.text(layout.title).strip() or _UNTITLED,
        "author": printable.text(layout.author),
        "mark": mark,
        "foot": printable.text(layout.foot),
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
