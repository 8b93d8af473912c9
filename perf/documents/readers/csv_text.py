"""Published tables as csv: what people save from a spreadsheet, titles in rows of their own."""

import csv
import re
from io import StringIO

from perf.documents.cell_text import unguarded
from perf.documents.readers.tables import Document, Row
from perf.documents.readers.titles import tables_of
from perf.documents.readers.txt import decode
from perf.documents.readers.unreadable import UnreadableDocument

MAX_ROWS = 20_000
MAX_COLUMNS = 80
_QUOTED = re.compile('"[^"]*"')


def read_csv(content: bytes) -> Document:
    """The tables of a csv file with commas, semicolons or tabs, in an encoding of `decode`.

    Raises UnreadableDocument for anything but text, and for more rows than a document has.
    """
    return tables_of(csv_rows(content))


def csv_rows(content: bytes) -> list[Row]:
    """The rows of a csv file, blank ones too, each with the line it begins on; raises as above."""
    text = decode(content)
    rows: list[Row] = []
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(text))
    begins = 1
    try:
        for cells in lines:
            if len(rows) == MAX_ROWS:
                raise UnreadableDocument(
                    f"文件超过 {MAX_ROWS} 行，请只保留绩效目标表和预算表后再导入。"
                )
            rows.append(Row([unguarded(cell.strip()) for cell in cells[:MAX_COLUMNS]], begins))
            begins = lines.line_num + 1
    except csv.Error as error:
        raise UnreadableDocument(
            "文件内容不是 csv 文本，请在表格软件中另存为“CSV UTF-8”后再试。"
        ) from error
    return rows


def delimiter_of(text: str) -> str:
    """The sign between cells: the most frequent of comma, tab and semicolon outside quotes."""
    return max(",\t;", key=_QUOTED.sub("", text).count)
