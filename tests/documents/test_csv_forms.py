"""Forms as CSV: what a spreadsheet would open, and what the readers give back of it."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.filled import Amounts
from perf.documents.cell_text import guarded, printable, unguarded
from perf.documents.forms import self_evaluation_layout
from perf.documents.forms.delimited import render_csv
from perf.documents.forms.formats import FORMATS
from perf.documents.forms.table import Layout, Sheet, Style
from perf.documents.forms.texts import actual_text, reason_text
from perf.documents.readers.csv_text import read_csv
from perf.documents.readers.filled_forms import read_filled_form
from tests.documents.libreoffice import converted
from tests.documents.test_filled_forms import OWN
from tests.documents.test_forms import FORMS


def rows_of(data):
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def of(*cells):
    """A layout of one row of these cells, numbers as numbers."""
    sheet = Sheet("表", [50] * len(cells))
    sheet.add_row(20)
    for column, value in enumerate(cells):
        sheet.put(column, column, value, Style.TEXT)
    return Layout("题", "单位", datetime(2023, 1, 1, tzinfo=UTC), sheets=[sheet])


def test_further_sheets_stand_below_under_a_blank_line_and_their_names():
    rows = rows_of(render_csv(self_evaluation_layout(FORMS["one-indicator"]())))
    at = rows.index(["得分计算说明"])
    assert rows[at - 1] == []
    assert rows[at + 1][0] == "得分计算说明"


def test_a_merged_cell_says_its_text_once_in_its_first_place():
    rows = rows_of(render_csv(self_evaluation_layout(FORMS["eleven-indicators"]())))
    first = next(at for at, row in enumerate(rows) if row[:1] == ["绩效\n指标"]) + 1
    assert rows[first][:4] == ["绩效\n指标", "成本指标", "经济成本指标", "第1项工作任务完成率"]
    assert rows[first + 1][:4] == ["", "", "", "第2项工作任务完成率"]
    assert rows[first][4:8] == ["≥95%", "98%", "8.2", "8.20"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3|cmd", "'-2+3|cmd"),
        ("+5%", "'+5%"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("'''-", "''''-"),
        ("-200.5", "-200.5"),
        ("'quoted'", "'quoted'"),
        ("—", "—"),
        ("", ""),
    ],
)
def test_no_text_runs_as_a_formula_and_each_comes_back_as_typed(typed, written):
    assert guarded(typed) == written
    assert unguarded(written) == typed
    assert rows_of(render_csv(of(typed))) == [[printable(written)]]


@pytest.mark.parametrize(
    "text", ["024", "41070222000000004802", "3-5", "2023-01-20", "8:30", "1/2", "1E5"]
)
def test_a_code_that_a_spreadsheet_would_change_stays_a_text(text):
    assert rows_of(render_csv(of(text))) == [[f"\t{text}"]]
    [table] = read_csv(render_csv(of("首", text))).tables
    assert table.rows[0].cells == ["首", text]


def test_a_text_that_a_spreadsheet_shows_as_it_is_stays_bare():
    texts = ["8.20", "95%", "1-12月", "2022年", "12345678901", "0", "0.5"]
    assert rows_of(render_csv(of(*texts))) == [texts]
    assert rows_of(render_csv(of(Decimal("123456789012.3")))) == [["123456789012.3"]]


def test_a_negative_number_is_a_number():
    assert rows_of(render_csv(of(Decimal("-3.50"), "-3.50"))) == [["-3.5", "-3.50"]]


@settings(max_examples=60, deadline=None)
@given(text=st.text() | st.text("'=+-@;,\t\r\n\"0"))
def test_any_text_comes_back_as_typed(text):
    plain = printable(text)
    assert unguarded(guarded(plain)) == plain
    [[_, cell, _]] = rows_of(render_csv(of("首", text, "末")))
    assert cell in {guarded(plain), f"\t{plain}"}
    [table] = read_csv(render_csv(of("首", f"≥{text}", "末"))).tables
    assert table.rows[0].cells == ["首", f"≥{plain}".strip(), "末"]


def test_signs_within_cells_are_not_taken_for_the_delimiter():
    many = ";\t" * 99 + "末"
    [table] = read_csv(render_csv(of("=1", many, "末"))).tables
    assert table.rows[0].cells == ["=1", many, "末"]


@pytest.mark.parametrize("make", OWN, ids=lambda make: make.__name__)
def test_our_own_form_is_read_back_by_the_recheck(make):
    whole = make()
    read = read_filled_form("自评表.csv", render_csv(self_evaluation_layout(whole)))
    assert (read.project, read.kind, read.year) == (whole.name, whole.kind, whole.year)
    assert [(row.level1, row.level2, row.name, row.target, row.actual) for row in read.rows] == [
        (row.level1, row.level2 or "", row.name, row.target, actual_text(row)) for row in whole.rows
    ]
    assert [(row.weight, row.score, row.reason) for row in read.rows] == [
        (row.weight, row.points, reason_text(row.deviation_reason, row.corrective_action))
        for row in whole.rows
    ]
    money = whole.total_money
    shown = (money.initial, money.adjusted, money.executed)
    # Money is printed in 万元 with two decimals.
    wanted = Amounts(*(None if each is None else round(each / 10000, 2) * 10000 for each in shown))
    assert read.money == wanted
    assert (read.total, read.rating) == (whole.total, whole.rating)
    assert read.findings == ()


def test_there_are_four_formats_and_equal_forms_give_equal_bytes():
    assert list(FORMATS) == ["xlsx", "docx", "pdf", "csv"]
    for name, written in FORMATS.items():
        made = [written.write(self_evaluation_layout(FORMS["one-indicator"]())) for _ in range(2)]
        assert made[0] == made[1], name


@pytest.mark.slow
def test_a_spreadsheet_that_opens_it_finds_no_formula(tmp_path):
    data = render_csv(self_evaluation_layout(FORMS["odd-texts"]()))
    # Commas, double quotes, UTF-8, from the first line on.
    reading = "Text - txt - csv (StarCalc):44,34,76,1"
    files = {"form.csv": data, "bare.csv": data.replace(b"\"'=", b'"=')}
    saved = converted(tmp_path, files, "xlsx", reading=reading)
    found = {}
    for name, path in saved.items():
        cells = [cell for row in openpyxl.load_workbook(path).active for cell in row]
        found[name] = [cell.value for cell in cells if cell.data_type == "f"]
    texts = {cell.value for row in openpyxl.load_workbook(saved["form.csv"]).active for cell in row}
    assert "\t41070222000000004802" in texts
    assert found["form.csv"] == []
    assert len(found["bare.csv"]) > 1
