"""A csv file as a sheet: what people save from a spreadsheet in the official column order."""

import codecs
import csv
from io import StringIO

from perf.documents.cell_text import unguarded
from perf.documents.readers.csv_text import delimiter_of
from perf.documents.readers.filled_forms.annex import take_annex
from perf.documents.readers.filled_forms.grid import MAX_COLUMNS, MAX_ROWS, FormCell, FormSheet
from perf.documents.readers.unreadable import UnreadableDocument

_NOT_TEXT = "文件内容不是 csv 文本，请在表格软件中另存为“CSV UTF-8”后再试。"


def read_csv(content: bytes) -> list[FormSheet]:
    """The one sheet of a csv file in UTF-8, UTF-16 or GB18030, with commas, semicolons or tabs.

    Raises UnreadableDocument where the content is no text.
    """
    text = decode_text(content)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(text)):
            if len(rows) == MAX_ROWS:
                break
            rows.append([unguarded(cell) for cell in row[:MAX_COLUMNS]])
    except csv.Error as error:
        raise UnreadableDocument(_NOT_TEXT) from error
    sheet = FormSheet("", [])
    begins = take_annex(sheet, rows)
    sheet.rows = [[FormCell(cell.strip()) for cell in row] for row in rows[:begins]]
    return [sheet]


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
