"""评价结果应用情况表: what each row says, and what every format shows of it."""

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from perf.documents.forms import FORMATS, ResultsForm, form_file_name, write_form
from perf.documents.forms.results import results_layout
from tests.documents.sample_forms import SHOWN, results


def rows(form: ResultsForm) -> list[list[str]]:
    """The rows of the workbook whose first cell is a number."""
    sheet = openpyxl.load_workbook(BytesIO(write_form(form, "xlsx"))).worksheets[0]
    found = [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]
    return [row for row in found if row[0].isdigit()]


def test_each_row_says_what_was_recommended_answered_and_done() -> None:
    first, kept, _, open_ = rows(results())
    assert first[2:5] == [
        "预算安排\n压减\n26.40 万元",
        "全年执行率偏低，结余较多，下年度按实际需要压减差旅费和会议费。\n（区财政局，2023-02-20）",
        "部分采纳\n会议费已是最低水平，差旅费可以压减。\n2023-03-06",
    ]
    assert kept[5:] == [
        "由办公室按月核对并签字。\n2023-09-30 前",
        "一季度三次核对均已签字。\n2023-04-06",
    ]
    assert open_[4:] == ["待答复\n2023-03-31 前", "", ""]


def test_the_foot_counts_and_the_name_says_years_and_unit() -> None:
    form = results()
    notes = [str(cell.value) for sheet in results_layout(form).sheets for cell in sheet.cells]
    assert any("共 4 条建议：采纳 1，部分采纳 1，不采纳 1，待答复 1。" in note for note in notes)
    assert form_file_name(form, "pdf").endswith("-评价结果应用情况表-演示数据.pdf")
    both = ResultsForm("", [replace(form.rows[0], year=2021, is_demo=False), form.rows[1]])
    assert form_file_name(both).startswith("2021—2022年度-全部单位-")


@pytest.mark.parametrize("ending", FORMATS)
def test_equal_forms_give_equal_bytes(ending) -> None:
    assert write_form(results(), ending) == write_form(results(), ending)


@pytest.mark.parametrize("ending", ["xlsx", "docx", "pdf"])
def test_the_form_of_what_was_signed_has_its_code_in_the_foot_and_moves_nothing(ending) -> None:
    form = replace(SHOWN["self-evaluation"], is_draft=False)
    coded = replace(form, check_code="8C1D-02AB-77F3")
    assert write_form(form, ending) != write_form(coded, ending)
    assert write_form(form, "csv") == write_form(coded, "csv")
