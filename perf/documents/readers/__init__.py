"""Documents to drafts: one reader a file kind, one Table type, one recogniser."""

from collections.abc import Callable
from pathlib import PurePath

from perf.core.drafts import Draft
from perf.documents.readers.csv_text import read_csv
from perf.documents.readers.docx import read_docx
from perf.documents.readers.pdf import read_pdf
from perf.documents.readers.recogniser import recognise
from perf.documents.readers.tables import Document
from perf.documents.readers.txt import read_txt
from perf.documents.readers.unreadable import UnreadableDocument
from perf.documents.readers.xlsx import read_xlsx

READERS: dict[str, Callable[[bytes], Document]] = {
    ".txt": read_txt,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
}


def read_document(name: str, content: bytes, *, year: int | None = None) -> Draft:
    """The draft that a file holds, its reader chosen by the name's ending.

    `year` overrides the fiscal year that the document names. Raises UnreadableDocument, with
    what to do instead, where the file cannot be read at all; everything else is a finding.
    """
    return recognise(read_tables(name, content), year=year)


def read_tables(name: str, content: bytes) -> Document:
    """The tables that a file holds, its reader chosen by the name's ending.

    Raises UnreadableDocument where the file cannot be read at all.
    """
    reader = READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        accepted = "、".join(READERS)
        raise UnreadableDocument(f"不能读取“{name}”：目前接受的文件类型是 {accepted}。")
    return reader(content)


__all__ = ["READERS", "UnreadableDocument", "read_document", "read_tables"]
