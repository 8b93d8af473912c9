"""The quarter as a sheet: written, filled in by a spreadsheet, read back exactly."""

import contextlib
import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.errors import InvalidInput
from perf.documents.quarter_sheets import (
    MAX_BYTES,
    Column,
    Input,
    QuarterSheet,
    ReadSheet,
    SheetCell,
    SheetHead,
    SheetRow,
    read_quarter_sheet,
    read_sheet_apart,
    sheet_file_name,
    write_quarter_sheet,
)
from perf.documents.quarter_sheets.rows import IDENTITY, MAIN
from tests.documents.libreoffice import converted
from tests.sheets import address_of, cell_of, filled, opened, saved

HEAD = SheetHead(7, "2022-Q3", 2022, "信访工作经费", "三季度")
ACTUAL, RATE, REASON = Column.ACTUAL, Column.RATE, Column.REASON
TIERS = ("达成", "部分达成", "未达成")


def line(key: str, name: str, cells: dict[Column, SheetCell], **more: Any) -> SheetRow:
    fields = {"level1": "产出指标", "level2": "", "target": "≥100", "unit": "件", "before": "60"}
    return SheetRow(key, 3, name=name, note="填数字。", cells=cells, **{**fields, **more})


ROWS = [
    line(
        "indicator-1",
        "受理案件数",
        {
            ACTUAL: SheetCell("80.5", Input.NUMBER, hint="填数字。"),
            Column.NO_DATA: SheetCell("", Input.CHOICE, ("是",)),
            REASON: SheetCell("=1+1 是原文\n第二行", Input.TEXT),
        },
    ),
    line("indicator-2", "完成时间", {ACTUAL: SheetCell("2022-09-01", Input.DAY)}),
    line("indicator-3", "很久以前", {ACTUAL: SheetCell("1899-12-01", Input.DAY)}),
    line(
        "indicator-4",
        "社会影响",
        {
            ACTUAL: SheetCell("达成", Input.CHOICE, TIERS),
            RATE: SheetCell("95.25", Input.NUMBER),
        },
    ),
    line("indicator-5", "预算执行率", {ACTUAL: SheetCell("92.5%", Input.LOCKED)}),
    line(
        "quantity-8",
        "预算完成数",
        {ACTUAL: SheetCell("123456789012.123456", Input.NUMBER)},
        is_part=True,
    ),
    line(
        "point-6-0",
        "是否制定制度",
        {ACTUAL: SheetCell("", Input.CHOICE, ("符合", "不符合"))},
        is_part=True,
        target="",
        unit="",
        before="",
    ),
    line(
        "executed-fiscal",
        "财政拨款累计执行数",
        {ACTUAL: SheetCell("", Input.NUMBER)},
        level1="预算",
    ),
]
SHEET = write_quarter_sheet(QuarterSheet(HEAD, "某单位下载", "演示数据", ROWS))


def read(content: bytes) -> ReadSheet:
    return read_quarter_sheet(content)


def edited(sheet: ReadSheet) -> set[tuple[str, Column]]:
    return {(row.key, one) for row in sheet.rows for one in Column if row.is_edited(one)}


def cell(content: bytes, key: str, column: Column = ACTUAL) -> Any:
    return next(row for row in read(content).rows if row.key == key).cells[column]


def parts(content: bytes, change: dict[str, Any]) -> bytes:
    """The package with some parts changed by a function of their text."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change[name](text) if name in change else text)
    return target.getvalue()


def with_formula(result: str) -> bytes:
    """The first figure as a formula with what a program saved as its result."""
    at = address_of(SHEET, "indicator-1", ACTUAL).encode()
    found = rb'(<c r="' + at + rb'"[^>]*>)<v>[^<]*</v>'
    into = rb"\1<f>40+40</f>" + result.encode()
    return parts(SHEET, {"xl/worksheets/sheet1.xml": lambda text: re.sub(found, into, text)})


def test_what_is_not_touched_comes_back_as_it_was_written() -> None:
    sheet = read(SHEET)
    assert sheet.head == HEAD
    assert [(row.key, row.version, row.name) for row in sheet.rows] == [
        (row.key, 3, row.name) for row in ROWS
    ]
    assert edited(sheet) == set()
    assert cell(SHEET, "quantity-8").text == "123456789012.123456"
    assert edited(read(saved(opened(SHEET)))) == set()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (95, "95"),
        (0.1 + 0.2, "0.3"),
        ((0.95, "0%"), "95%"),
        ((0.954, "0%"), "95.4%"),
        ((95, '0.0"%"'), "95"),
        ((0.95, "0.00"), "0.95"),
        ("95%", "95%"),
        (" 88.5\n", "88.5"),
        (datetime.fromisoformat("2022-09-30"), "2022-09-30"),
        (date(2022, 9, 30), "2022-09-30"),
        (datetime.fromisoformat("2022-09-30T08:15"), "2022-09-30 08:15:00"),
        (True, "是"),
        (None, ""),
    ],
)
def test_a_cell_is_read_as_exactly_what_was_typed(value: Any, text: str) -> None:
    content = filled(SHEET, {("indicator-1", ACTUAL): value})
    assert cell(content, "indicator-1").text == text
    assert edited(read(content)) == {("indicator-1", ACTUAL)}


@pytest.mark.parametrize(
    ("content", "text", "error", "note"),
    [
        (with_formula("<v>80</v>"), "80", "", "由公式算出"),
        (with_formula(""), "=40+40", "没有保存计算结果", ""),
        (filled(SHEET, {("indicator-1", ACTUAL): "=40+40"}), "=40+40", "没有保存计算结果", ""),
        (filled(SHEET, {("indicator-1", ACTUAL): "#DIV/0!"}), "#DIV/0!", "错误值 #DIV/0!", ""),
    ],
)
def test_a_formula_gives_its_saved_result_or_says_that_there_is_none(
    content: bytes, text: str, error: str, note: str
) -> None:
    found = cell(content, "indicator-1")
    assert found.text == text
    assert (error in found.error, bool(found.error)) == (True, bool(error))
    assert (note in found.note, bool(found.note)) == (True, bool(note))
    assert edited(read(content)) == {("indicator-1", ACTUAL)}


def test_only_what_is_typed_is_open_and_everything_else_is_locked() -> None:
    page = opened(SHEET)[MAIN]
    assert page.protection.sheet
    assert page.protection.password is None
    open_cells = {
        one.coordinate for row in page.iter_rows() for one in row if not one.protection.locked
    }
    wanted = {
        address_of(SHEET, row.key, column)
        for row in ROWS
        for column, one in row.cells.items()
        if one.input is not Input.LOCKED
    }
    assert open_cells == wanted


def test_choices_are_drop_downs_and_texts_never_formulas() -> None:
    book = opened(SHEET)
    rules = {rule.formula1: str(rule.sqref) for rule in book[MAIN].data_validations.dataValidation}
    assert rules['"达成,部分达成,未达成"'] == address_of(SHEET, "indicator-4", ACTUAL)
    reason = cell_of(book, "indicator-1", REASON)
    assert (reason.data_type, reason.number_format, reason.quotePrefix) == ("s", "@", True)
    assert isinstance(cell_of(book, "indicator-2", ACTUAL).value, datetime)
    assert cell_of(book, "indicator-3", ACTUAL).value == "1899-12-01"


def test_the_page_is_a4_to_the_side_and_hides_what_only_the_reader_needs() -> None:
    book = opened(SHEET)
    page = book[MAIN]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$3:$3"
    assert page.freeze_panes == "D4"
    assert "演示数据" in (page.oddHeader.right.text or "")
    assert book[IDENTITY].sheet_state == "veryHidden"
    hidden = [one for one in page.column_dimensions.values() if one.hidden]
    assert {(one.min, one.max) for one in hidden} in ({(15, 17)}, {(15, 15), (16, 16), (17, 17)})


def test_the_file_is_named_after_plan_and_quarter() -> None:
    assert sheet_file_name(HEAD) == "信访工作经费-2022-Q3-填报表.xlsx"
    nasty = SheetHead(1, "2022-Q1", 2022, "a/b\\c:\u202ed\n" + "长" * 300, "一季度")
    name = sheet_file_name(nasty)
    assert not set(name) & set('/\\:\u202e\n"')
    assert len(name.encode()) < 200


# What is no sheet of ours


def _identity(key: str, value: str | None) -> bytes:
    book = opened(SHEET)
    page = book[IDENTITY]
    row = next(one for one in page.iter_rows() if one[0].value == key)
    row[1].value = value
    return saved(book)


def _without_identity() -> bytes:
    book = opened(SHEET)
    del book[IDENTITY]
    return saved(book)


def _doubled() -> bytes:
    book = opened(SHEET)
    first = cell_of(book, "indicator-1", ACTUAL).row
    book[MAIN].cell(first + 1, 15).value = "indicator-1"
    return saved(book)


def _beheaded() -> bytes:
    book = opened(SHEET)
    book[MAIN].delete_cols(15, 3)
    return saved(book)


def _other_workbook() -> bytes:
    return saved(openpyxl.Workbook())


def _laughing() -> bytes:
    laugh = b'<!DOCTYPE a [<!ENTITY a "ha">]>'
    return parts(
        SHEET, {"xl/worksheets/sheet1.xml": lambda text: text.replace(b"?>", b"?>" + laugh, 1)}
    )


REFUSED = {
    "a text": (b"text", "不是 .xlsx"),
    "nothing": (b"", "不是 .xlsx"),
    "a torn file": (SHEET[:-200], "损坏"),
    "a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "密码"),
    "entities": (_laughing(), "实体定义"),
    "another workbook": (_other_workbook(), "不是从本系统下载"),
    "no identity": (_without_identity(), "不是从本系统下载"),
    "another format": (_identity("format", "x"), "不是从本系统下载"),
    "another version": (_identity("format_version", "99"), "另一个版本"),
    "no plan": (_identity("plan_id", "七"), "不是从本系统下载"),
    "a lost code": (_identity("code", None), "不是从本系统下载"),
    "one line twice": (_doubled(), "同一行的两份"),
    "no hidden columns": (_beheaded(), "认不出各列"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_sheet_of_ours_is_refused_with_what_to_do(what: str) -> None:
    content, sentence = REFUSED[what]
    with pytest.raises(InvalidInput, match=sentence):
        read_quarter_sheet(content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("表.xls", SHEET, "是 .xlsx 文件"), ("表.xlsx", b"PK" + b"\0" * MAX_BYTES, "超过 5 MB")],
)
def test_a_file_of_another_ending_or_size_reaches_no_worker(
    name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_sheet_apart(name, content, seconds=0)


def _endless() -> bytes:
    """A million empty rows, and no end to the last one."""
    rows = b"".join(b'<row r="%d"/>' % number for number in range(100, 300_000))
    part = "xl/worksheets/sheet1.xml"
    return parts(SHEET, {part: lambda text: text.replace(b"</sheetData>", rows + b"</sheetData>")})


def _inflated() -> bytes:
    return parts(SHEET, {"xl/sharedStrings.xml": lambda text: text + b" " * 2**24})


@pytest.mark.slow
def test_a_worker_reads_the_same_and_takes_a_hostile_file_down_with_it() -> None:
    content = filled(SHEET, {("indicator-1", ACTUAL): (0.95, "0%"), ("indicator-2", ACTUAL): "=1"})
    assert read_sheet_apart("表.XLSX", content) == read(content)
    with pytest.raises(InvalidInput, match="不是从本系统下载"):
        read_sheet_apart("表.xlsx", _other_workbook())
    with pytest.raises(InvalidInput, match="解压后超过"):
        read_sheet_apart("表.xlsx", _inflated())
    with pytest.raises(InvalidInput, match=r"超过 0\.01 秒"):
        read_sheet_apart("表.xlsx", content, seconds=0.01)
    begun = monotonic()
    with contextlib.suppress(InvalidInput):
        assert edited(read_sheet_apart("表.xlsx", _endless())) == set()
    assert monotonic() - begun < 10


def test_a_renamed_sheet_and_one_of_the_users_own_beside_it_do_not_matter() -> None:
    book = opened(SHEET)
    book.create_sheet("我的计算", 0)
    assert edited(read(saved(book))) == set()
    book = opened(SHEET)
    book[MAIN].title = "三季度"
    assert edited(read(saved(book))) == set()


def test_a_line_whose_old_texts_are_lost_counts_as_edited() -> None:
    book = opened(SHEET)
    row = cell_of(book, "indicator-2", ACTUAL).row
    book[MAIN].cell(row, 17).value = "{"
    sheet = read(saved(book))
    assert ("indicator-2", ACTUAL) in edited(sheet)
    assert next(one for one in sheet.rows if one.key == "indicator-2").base is None


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SHEET) - 1), st.integers(0, 255)), max_size=12))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(
    damage: list[tuple[int, int]],
) -> None:
    content = bytearray(SHEET)
    for at, byte in damage:
        content[at] = byte
    with contextlib.suppress(InvalidInput):
        assert len(read(bytes(content)).rows) <= len(ROWS)


@pytest.mark.slow
def test_a_sheet_saved_by_libreoffice_reads_like_one_saved_by_excel(tmp_path: Path) -> None:
    content = filled(
        SHEET, {("indicator-1", ACTUAL): (0.954, "0.0%"), ("executed-fiscal", ACTUAL): 8.5}
    )
    (path,) = converted(tmp_path, {"表.xlsx": content}, "xlsx").values()
    sheet = read(path.read_bytes())
    assert sheet.head == HEAD
    assert edited(sheet) == {("indicator-1", ACTUAL), ("executed-fiscal", ACTUAL)}
    found = {row.key: row.cells[ACTUAL].text for row in sheet.rows}
    assert (found["indicator-1"], found["executed-fiscal"]) == ("95.4%", "8.5")
