"""Workbooks and csv files into tables: titles in rows, formats, merges, hidden sheets."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from perf.documents.readers import UnreadableDocument
from perf.documents.readers.csv_text import read_csv
from perf.documents.readers.recogniser import recognise
from perf.documents.readers.tables import Document
from perf.documents.readers.xlsx import read_xlsx

HEAD = ["三级指标", "指标值"]


def workbook(fill: Callable[[Any], None]) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    fill(book)
    book.close()
    return stream.getvalue()


def parts(document: Document) -> list[tuple[list[str], list[list[str]]]]:
    return [
        ([line.text for line in each.before], [row.cells for row in each.rows])
        for each in document.tables
    ]


def test_cells_are_read_as_their_formats_show_them() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("目标")
        sheet.merge_range("A1:B1", "项目绩效目标表")
        sheet.write_row("A2", HEAD)
        sheet.write("A3", "完成率")
        sheet.write("B3", 0.9, book.add_format({"num_format": "0%"}))
        sheet.write("A4", "资金")
        sheet.write("B4", 30, book.add_format({"num_format": "0.00"}))

    assert parts(read_xlsx(workbook(fill))) == [
        (["目标", "项目绩效目标表"], [HEAD, ["完成率", "90%"], ["资金", "30.00"]])
    ]


def test_a_merged_cell_is_read_once_and_a_blank_row_is_a_break() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["一级指标", *HEAD])
        sheet.merge_range("A2:A5", "产出指标")
        sheet.write_row("B2", ["次数", "2次"])
        sheet.write_row("B5", ["人数", "3人"])

    document = read_xlsx(workbook(fill))
    assert [row.cells for row in document.tables[0].rows] == [
        ["一级指标", *HEAD], ["产出指标", "次数", "2次"], ["", "人数", "3人"]
    ]  # fmt: skip
    assert [(row.line, row.after_break) for row in document.tables[0].rows] == [
        (1, True), (2, False), (5, True)
    ]  # fmt: skip


def test_every_visible_sheet_is_read_and_no_hidden_one() -> None:
    def fill(book: Any) -> None:
        for name in ("一", "二", "三"):
            sheet = book.add_worksheet(name)
            sheet.write_row("A1", [name, "值"])
        sheet.hide()

    assert parts(read_xlsx(workbook(fill))) == [(["一"], [["一", "值"]]), (["二"], [["二", "值"]])]


CSV = [
    ("gbk", "项目绩效目标表,\r\n三级指标,指标值\r\n"),
    ("utf-8", "项目绩效目标表,\n三级指标,指标值\n"),
    ("utf-8-sig", "项目绩效目标表;\n三级指标;指标值\n"),
    ("utf-16", "项目绩效目标表\t\n三级指标\t指标值\n"),
]


@pytest.mark.parametrize(("encoding", "text"), CSV)
def test_a_csv_file_is_read_in_any_of_the_usual_encodings(encoding: str, text: str) -> None:
    assert parts(read_csv(text.encode(encoding))) == [(["项目绩效目标表"], [HEAD])]


def test_a_row_of_csv_is_known_by_the_line_it_begins_on() -> None:
    document = read_csv('甲,"上\n下"\n\n乙,2\n'.encode())
    assert [(row.line, row.cells, row.after_break) for row in document.tables[0].rows] == [
        (1, ["甲", "上\n下"], True), (4, ["乙", "2"], True)
    ]  # fmt: skip


TITLES = [
    ("2022年度部门预算项目绩效目标表,,", True),
    ("（2022年度）,,", True),
    ("单位：万元,,", True),
    (",,金额单位：元", True),
    ("部门名称：某局,,单位：万元", True),
    ("预算部门名称：某局,,", True),
    ("注：本表无数据。,,", True),
    ("部门（单位）名称：某局,,", False),
    ("合计,,210.91", False),
    ("名称,单位：万元,", False),
    ("提高满意度,,", False),
]


@pytest.mark.parametrize(("row", "is_title"), TITLES)
def test_a_row_that_is_no_part_of_the_table_stands_above_the_next(row: str, is_title: bool) -> None:
    document = read_csv(f"a,b,c\n{row}\nd,e,f\n".encode())
    assert len(document.tables) == (2 if is_title else 1)
    assert sum(len(table.rows) for table in document.tables) == (2 if is_title else 3)


def test_a_pages_number_between_two_rows_is_a_break() -> None:
    document = read_csv(b"a,b\n- 7 -,\nc,d\n")
    assert [(row.cells, row.after_break) for row in document.tables[0].rows] == [
        (["a", "b"], True), (["c", "d"], True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n" * 20_001, "超过 20000 行"),
        (b'"' + b"a" * 200_000 + b'",b\n', "csv"),
        (b"\0" * 64, "文本"),
        (b"", "空"),
    ],
    ids=["rows", "field", "binary", "empty"],
)
def test_what_is_no_csv_table_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(UnreadableDocument, match=told):
        read_csv(content)


SECOND_LEVELS = [("满意度指标", "服务对象满意度"), ("效益指标", "社会效益"), ("产出指标", "数量")]


@pytest.mark.parametrize(("level1", "level2"), SECOND_LEVELS)
def test_a_row_without_its_target_has_not_slid(level1: str, level2: str) -> None:
    rows = [
        "部门预算项目绩效目标申报表",
        "项目名称,项目编码,一级指标,二级指标,三级指标,指标值",
        "养护,53010222,产出指标,数量指标,面积,≥1公顷",
        f",,{level1},{level2},市民的看法,",
    ]
    (plan,) = recognise(read_csv("\n".join(rows).encode())).projects
    last = plan.indicators[-1]
    assert (last.level1, last.level2, last.name, last.target) == (level1, level2, "市民的看法", "")
