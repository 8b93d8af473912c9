"""Filled self-evaluation forms (绩效自评表) read back: a file into a `FilledForm`."""

from collections.abc import Callable
from pathlib import PurePath

from perf.core.filled import FilledForm
from perf.documents.readers.filled_forms.delimited import read_csv
from perf.documents.readers.filled_forms.documents import read_docx_form, read_pdf_form
from perf.documents.readers.filled_forms.grid import FormSheet
from perf.documents.readers.filled_forms.layout import read_layout
from perf.documents.readers.filled_forms.workbook import read_workbook
from perf.documents.readers.unreadable import UnreadableDocument

__all__ = ["FORM_READERS", "MAX_BYTES", "UnreadableDocument", "read_filled_form"]

MAX_BYTES = 10 * 1024 * 1024
FORM_READERS: dict[str, Callable[[bytes], list[FormSheet]]] = {
    ".xlsx": read_workbook,
    ".docx": read_docx_form,
    ".pdf": read_pdf_form,
    ".csv": read_csv,
}


def read_filled_form(name: str, content: bytes) -> FilledForm:
    """The filled form that a file holds, its reader chosen by the name's ending.

    The first form is read; its columns are found by their headings, wherever they stand. Raises
    UnreadableDocument, with what to do instead, where there is no form to read.
    """
    reader = FORM_READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        accepted = "、".join(FORM_READERS)
        raise UnreadableDocument(f"不能读取“{name}”：复核目前接受的文件类型是 {accepted}。")
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，不像一张自评表。")
    if not content:
        raise UnreadableDocument("文件是空的。")
    return read_layout(reader(content))
