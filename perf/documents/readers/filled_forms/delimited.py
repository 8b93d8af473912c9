"""A csv file as a sheet: what people save from a spreadsheet in the official column order."""

import codecs
import csv
from io import StringIO

from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, MAX_ROWS, FormCell, FormSheet
from perf.documents.readers.unreadable import UnreadableDocument

_NOT_TEXT = "文件内容不是 csv 文本，请在表格软件中另存为“CSV UTF-8”后再试。"


def read_csv(content: bytes) -> list[FormSheet]:
    """The one sheet of a csv file in UTF-8, UTF-16 or GB18030, with commas, semicolons or tabs.

    Raises UnreadableDocument where the content is no text.
    """
    text = decode_text(content)
    delimiter = max(",\t;", key=text.count)
    rows: list[list[FormCell]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) == MAX_ROWS:
                break
            rows.append([FormCell(cell.strip()) for cell in row[:MAX_COLUMNS]])
    except csv.Error as error:
        raise UnreadableDocument(_NOT_TEXT) from error
    return [FormSheet("csv", rows)]


def decode_text(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, or GB18030.

    Raises UnreadableDocument where it is none.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableDocument(_NOT_TEXT)
