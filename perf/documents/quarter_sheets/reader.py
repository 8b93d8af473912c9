"""Reads a quarter's sheet that was filled in offline; nothing is believed but what is typed."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from perf.core.numbers import format_number
from perf.documents.forms.measure import MAX_CELL_TEXT, clean
from perf.documents.quarter_sheets.rows import (
    FORMAT,
    FORMAT_VERSION,
    IDENTITY,
    MAIN,
    NAME,
    Column,
    Hidden,
    ReadCell,
    ReadRow,
    ReadSheet,
    SheetHead,
)
from perf.documents.readers.filled_forms.shown import shown_cell
from perf.documents.readers.filled_forms.workbook import opened_workbook
from perf.documents.readers.unreadable import UnreadableDocument

# Five hundred indicators, each with a long reason, twice: as typed and as downloaded.
_MAX_UNPACKED = 12 * 1024 * 1024
_MAX_ROWS = 6_000
_MAX_COLUMNS = 40
_MAX_IDENTITY = 20
_TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_KEY = re.compile(r"(indicator|quantity)-[0-9]{1,9}|point-[0-9]{1,9}-[0-9]{1,3}|executed-[a-z_]+")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_AGAIN = "请重新下载填报表，在下载的文件里填写后上传。"
_NOT_OURS = f"这不是从本系统下载的填报表。{_AGAIN}"
_SHOWN = 100
_WANTED = (NAME, *(one.label for one in (*Column, *Hidden)))


class Formula(NamedTuple):
    """A formula in a cell, and whether its result was saved with it."""

    text: str
    has_result: bool


def read_quarter_sheet(content: bytes) -> ReadSheet:
    """The rows of an uploaded sheet, each with what was downloaded beside what is there now.

    Raises UnreadableDocument, with what to do instead, for what is no sound workbook or was not
    downloaded here; a cell that cannot be taken says so itself.
    """
    with opened_workbook(content, most=_MAX_UNPACKED) as book:
        pages = {page.title: page for page in book.worksheets}
        if IDENTITY not in pages or len(pages) < 2:
            raise UnreadableDocument(_NOT_OURS)
        head = _head(pages.pop(IDENTITY))
        # People rename the sheet, or put one of their own beside it.
        return ReadSheet(head, _rows(pages.get(MAIN) or next(iter(pages.values()))))


def _head(page: Any) -> SheetHead:
    page.reset_dimensions()
    pairs = {
        str(key): clean(str(text))
        for key, text in page.iter_rows(max_row=_MAX_IDENTITY, max_col=2, values_only=True)
        if key is not None and text is not None
    }
    if pairs.get("format") != FORMAT:
        raise UnreadableDocument(_NOT_OURS)
    if pairs.get("format_version") != str(FORMAT_VERSION):
        raise UnreadableDocument(f"这份填报表是系统另一个版本的，不能读取。{_AGAIN}")
    try:
        return SheetHead(
            _whole(pairs["plan_id"]),
            pairs["code"],
            _whole(pairs["year"]),
            pairs["plan_name"],
            pairs["period_name"],
        )
    except (KeyError, ValueError) as error:
        raise UnreadableDocument(_NOT_OURS) from error


def _rows(page: Any) -> list[ReadRow]:
    # The size that a sheet declares of itself may be wrong in both directions.
    page.reset_dimensions()
    formulas = _formulas(page)
    places: dict[str, int] = {}
    found: dict[str, ReadRow] = {}
    rows = page.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS)
    for number, cells in enumerate(rows, start=1):
        if not places:
            places = _places(cells)
            continue
        row = _row(number, cells, places, formulas)
        if row is None:
            continue
        if row.key in found:
            first = found[row.key].number
            raise UnreadableDocument(f"第 {first} 行和第 {number} 行是同一行的两份。{_AGAIN}")
        found[row.key] = row
    if not places:
        raise UnreadableDocument(f"表头或隐藏的列已被改动，认不出各列。{_AGAIN}")
    return list(found.values())


def _places(cells: Any) -> dict[str, int]:
    """The columns by their heads, where this row is the head; else nothing."""
    heads = {str(cell.value): at for at, cell in enumerate(cells) if cell.value is not None}
    return heads if all(label in heads for label in _WANTED) else {}


def _row(
    number: int, cells: Any, places: Mapping[str, int], formulas: Mapping[tuple[int, int], Formula]
) -> ReadRow | None:
    def at(label: str) -> Any:
        place = places[label]
        return cells[place].value if place < len(cells) else None

    key = str(at(Hidden.KEY.label) or "")
    if not _KEY.fullmatch(key):
        return None
    read = {}
    for column in Column:
        place = places[column.label]
        formula = formulas.get((number, place + 1))
        read[column] = _cell(cells[place] if place < len(cells) else None, formula)
    return ReadRow(
        key=key,
        version=_version(at(Hidden.VERSION.label)),
        number=number,
        name=clean(str(at(NAME) or "")),
        base=_base(at(Hidden.BASE.label)),
        cells=read,
        letters={column: get_column_letter(places[column.label] + 1) for column in Column},
    )


def _cell(cell: Any, formula: Formula | None) -> ReadCell:
    """One cell as text; of a formula its result, where that was saved with it."""
    if formula is not None and not formula.has_result:
        error = "公式没有保存计算结果，请在表格软件中打开、保存一次，或直接填数。"
        return ReadCell(clean(f"={formula.text}")[:_SHOWN], error)
    value = cell.value if cell is not None else None
    if cell is not None and cell.data_type == "e":
        return ReadCell(str(value), error=f"单元格是错误值 {value}，请改正。")
    text = _text(value, (cell.number_format if cell is not None else "") or "")
    return ReadCell(text, note="由公式算出，按保存的结果读取。" if formula is not None else "")


def _text(value: object, number_format: str) -> str:
    """What was typed, exactly: 0.954 under `0%` is `95.4%`, a day is `2022-09-30`."""
    shown = shown_cell(value, number_format)
    if shown.number is None:
        return clean(shown.text[:MAX_CELL_TEXT])
    percents = _LITERAL.sub("", number_format.partition(";")[0]).count("%")
    return f"{format_number(shown.number.scaleb(2 * percents))}{'%' * percents}"


def _formulas(page: Any) -> dict[tuple[int, int], Formula]:
    """Every formula by its row and column."""
    found = {}
    with page._get_source() as source:  # noqa: SLF001 - the library has no other name for it.
        # opened_workbook has refused every part that declares entities.
        for _, element in ET.iterparse(source):  # noqa: S314
            if element.tag != f"{_TAG}row":
                continue
            for cell in element:
                formula = cell.find(f"{_TAG}f")
                if formula is None:
                    continue
                row, column = coordinate_to_tuple(cell.get("r", ""))
                # A formula whose result is an empty text says so by its type.
                is_kept = bool(cell.findtext(f"{_TAG}v")) or cell.get("t") == "str"
                if row <= _MAX_ROWS and column <= _MAX_COLUMNS:
                    found[row, column] = Formula(formula.text or "", is_kept)
            element.clear()
    return found


def _base(value: object) -> dict[str, str] | None:
    """The texts that were downloaded; None where they were lost."""
    try:
        kept = json.loads(str(value))
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict):
        return None
    return {str(key): clean(str(text)) for key, text in kept.items()}


def _version(value: object) -> int:
    """The version that was downloaded; one that cannot be read fits no stored row."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**9 else -1


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)
