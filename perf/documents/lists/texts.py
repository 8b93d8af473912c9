"""A list as one text, a row a line, so that it can be corrected where it was uploaded."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl.utils import coordinate_to_tuple

from perf.core.errors import InvalidInput
from perf.core.numbers import format_number
from perf.documents.readers import UnreadableDocument
from perf.documents.readers.filled_forms.delimited import decode_text
from perf.documents.readers.filled_forms.shown import shown_cell
from perf.documents.readers.filled_forms.workbook import opened_workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_TEXT = 1_000_000
MAX_ROWS = 20_000
_MAX_COLUMNS = 40
_TOO_LONG = f"清单太长：最多 {MAX_TEXT // 10_000} 万个字符，请去掉用不到的列。"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_UNSAVED = "（公式没有保存结果）"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line of a list by its number, which is also that of the sheet's row; cells are trimmed."""

    number: int
    cells: tuple[str, ...]


def text_of_file(name: str, content: bytes) -> str:
    """The first sheet of an xlsx file, or a csv or txt file, as a text with a row a line.

    Cells stand between tabs, numbers exact and days as 2022-03-01. Raises UnreadableDocument,
    with what to do instead, for what cannot be read or is longer than a list may be.
    """
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        accepted = "、".join(_READERS)
        raise UnreadableDocument(f"不能读取“{name}”：清单接受的文件类型是 {accepted}。")
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分开上传。")
    text = _UNSEEN.sub("", reader(content))
    if len(text) > MAX_TEXT:
        raise UnreadableDocument(_TOO_LONG)
    if not text.strip():
        raise UnreadableDocument("文件里没有内容（只读取第一张表），请核对后重新选择。")
    return text


def rows_of(text: str) -> list[ListRow]:
    """The lines of a text that hold anything, cut into cells the same way throughout.

    Cells stand between tabs, else between two or more spaces, else between commas, else between
    single spaces. Raises InvalidInput for more text, rows or columns than a list may have.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(_TOO_LONG)
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > MAX_ROWS:
        raise InvalidInput(f"清单太长：最多 {MAX_ROWS} 行，现有 {len(lines)} 行。")
    cut = _cutter([line for _, line in lines])
    rows = [ListRow(n, tuple(cell.strip() for cell in cut(line))) for n, line in lines]
    widest = max(rows, key=lambda row: len(row.cells), default=None)
    if widest is not None and len(widest.cells) > _MAX_COLUMNS:
        raise InvalidInput(f"第 {widest.number} 行超过 {_MAX_COLUMNS} 列，请只留用得到的列。")
    return rows


def _cutter(lines: list[str]) -> Callable[[str], list[str]]:
    """The way to cut that cuts most of the lines, the more certain signs before the others."""
    for cut in (_by_tabs, _by_wide_gaps, _by_commas):
        if 2 * sum(len(cut(line)) > 1 for line in lines) > len(lines):
            return cut
    return str.split


def _by_tabs(line: str) -> list[str]:
    return line.split("\t")


def _by_wide_gaps(line: str) -> list[str]:
    cells = _WIDE_GAP.split(line.strip())
    # A gap after a comma only sets off what the comma has cut already.
    return [line] if any(cell.endswith((",", "，", ";", "；")) for cell in cells[:-1]) else cells


def _by_commas(line: str) -> list[str]:
    sign = max(",，;；", key=line.count)
    try:
        return next(csv.reader([line], delimiter=sign), [line])
    except csv.Error:
        return [line]


def _text_of_csv(content: bytes) -> str:
    text = decode_text(content)
    delimiter = max(",\t;", key=text.count)
    try:
        return _joined(list(csv.reader(StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise UnreadableDocument("文件内容不是 csv 文本，请另存为“CSV UTF-8”后再试。") from error


def _text_of_txt(content: bytes) -> str:
    return decode_text(content).replace("\r\n", "\n").replace("\r", "\n")


def _text_of_xlsx(content: bytes) -> str:
    with opened_workbook(content) as book:
        worksheet = book.worksheets[0]
        # The size that a sheet declares of itself may be wrong in both directions.
        worksheet.reset_dimensions()
        rows = [
            [_cell_text(cell) for cell in row]
            for row in worksheet.iter_rows(max_row=MAX_ROWS + 1, max_col=_MAX_COLUMNS)
        ]
        for row, column in _unsaved_formulas(worksheet):
            cells = rows[row - 1]
            cells += [""] * (column - len(cells))
            cells[column - 1] = _UNSAVED
    return _joined(rows)


def _cell_text(cell: Any) -> str:
    shown = shown_cell(cell.value, cell.number_format or "")
    return shown.text if shown.number is None else format_number(shown.number)


def _unsaved_formulas(worksheet: Any) -> Iterator[tuple[int, int]]:
    """Row and column of each formula that was saved without its value, which would look empty."""
    with worksheet._get_source() as source:  # noqa: SLF001 - the library has no other name for it.
        # opened_workbook has refused every part that declares entities.
        for _, element in ET.iterparse(source):  # noqa: S314
            if element.tag != f"{_MAIN}row":
                continue
            for cell in element:
                # A formula whose value is an empty text says so by its type.
                is_kept = cell.findtext(f"{_MAIN}v") or cell.get("t") == "str"
                if is_kept or cell.find(f"{_MAIN}f") is None:
                    continue
                row, column = coordinate_to_tuple(cell.get("r", ""))
                if row <= MAX_ROWS and column <= _MAX_COLUMNS:
                    yield row, column
            element.clear()


def _joined(rows: list[list[str]]) -> str:
    lines = ["\t".join(" ".join(cell.split()) for cell in row).rstrip("\t") for row in rows]
    return "\n".join(lines).rstrip("\n")


_READERS: dict[str, Callable[[bytes], str]] = {
    ".xlsx": _text_of_xlsx,
    ".csv": _text_of_csv,
    ".txt": _text_of_txt,
}
LIST_FILES = tuple(_READERS)
