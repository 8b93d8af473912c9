"""The file formats that every form can be written in."""

from collections.abc import Callable
from typing import NamedTuple

from perf.documents.forms.delimited import render_csv
from perf.documents.forms.docx import render_docx
from perf.documents.forms.pdf import render_pdf
from perf.documents.forms.table import Layout
from perf.documents.forms.xlsx import render_xlsx


class Format(NamedTuple):
    """A file format: its writer, its media type for the answer to a browser, and its name."""

    write: Callable[[Layout], bytes]
    mime_type: str
    label: str


# By the file's ending, without its dot; the first is what a page offers first.
FORMATS: dict[str, Format] = {
    "xlsx": Format(
        render_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Excel 表格",
    ),
    "docx": Format(
        render_docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "Word 文档",
    ),
    "pdf": Format(render_pdf, "application/pdf", "PDF 文件"),
    "csv": Format(render_csv, "text/csv; charset=utf-8", "CSV 文本"),
}
