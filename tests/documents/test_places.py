"""Where a row stands, as a person finds it: the sheet, the page or the table, and the row in it."""

from collections.abc import Callable
from typing import Any

import pytest

from perf.documents.readers.docx import read_docx
from perf.documents.readers.pdf import read_pdf
from perf.documents.readers.report import at_line, at_lines
from perf.documents.readers.tables import Document, Place
from perf.documents.readers.xlsx import HANDED, read_xlsx
from tests.documents.office import docx, grid, paragraph, pdf, table, words
from tests.documents.test_sheets import workbook


def places(document: Document) -> list[str]:
    return [at_line(row.line) for each in document.tables for row in each.rows]


def sheets(*names: str) -> Callable[[Any], None]:
    def fill(book: Any) -> None:
        for name in names:
            sheet = book.add_worksheet(name)
            sheet.write("A2", "值")

    return fill


def test_a_row_of_a_workbook_is_known_by_its_sheet_where_there_are_several() -> None:
    assert places(read_xlsx(workbook(sheets("目标")))) == ["第 2 行"]
    several = read_xlsx(workbook(sheets("甲", "乙")))
    assert places(several) == ["工作表“甲”第 2 行", "工作表“乙”第 2 行"]
    lines = [row.line for each in several.tables for row in each.rows]
    assert lines == [2, 4], "no two rows of a document have one number"


def test_the_list_of_faults_in_a_workbook_handed_back_is_not_read() -> None:
    assert places(read_xlsx(workbook(sheets("目标", HANDED)))) == ["第 2 行"]


def test_a_row_of_a_word_file_is_known_by_its_table() -> None:
    document = read_docx(docx(paragraph("甲") + table([["1"]]) + table([["2"], ["3"]])))
    assert places(document) == ["第 1 个表格第 1 行", "第 2 个表格第 1 行", "第 2 个表格第 2 行"]


def test_a_row_of_a_pdf_file_is_known_by_its_page() -> None:
    head = ["一级指标", "三级指标", "指标值"]
    page = words("项目绩效目标表") + grid([head, ["产出指标", "次数", "≥2次"]])
    found = places(read_pdf(pdf([page, page])))
    assert found[1].startswith("第 1 页第 ")
    assert found[3] == found[1].replace("第 1 页", "第 2 页")


LISTS = [
    ([5], "第 5 行"),
    ([7, 5, 6, 6], "第 5–7 行"),
    ([1, 20, 30], "第 1、20、30 行"),
    ([1, 20, 30, 40, 50, 60, 70], "第 1、20、30、40、50、60 等 行"),
    ([Place(8, 3, "第 1 页"), Place(9, 1, "第 2 页"), Place(10, 2, "第 2 页")],
     "第 1 页第 3 行，第 2 页第 1–2 行"),
    ([Place(at, 1, f"第 {at} 页") for at in range(1, 9)],
     "，".join(f"第 {at} 页第 1 行" for at in range(1, 7)) + " 等"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), LISTS)
def test_several_rows_are_said_together_page_by_page(lines: list[int], said: str) -> None:
    assert at_lines(lines) == said
