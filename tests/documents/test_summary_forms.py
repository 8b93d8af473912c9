"""绩效自评结果汇总表: what it adds up, what it leaves blank, and what every format shows of it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from perf.core.terms import EndingKind, PlanKind, Rating, Status
from perf.documents.forms import (
    FORMATS,
    SummaryForm,
    SummaryRow,
    form_file_name,
    summary_layout,
)

SIGNED = SummaryRow(
    unit="某区信访局",
    name="信访工作经费",
    kind=PlanKind.PROJECT,
    code="41070222000000004802",
    adjusted=Decimal("312345.67"),
    executed=Decimal("298123.45"),
    indicator_points=Decimal("86.97"),
    total=Decimal("96.51"),
    rating=Rating.EXCELLENT,
    status=Status.APPROVED,
    signed_at=datetime(2023, 1, 19, 17, tzinfo=UTC),
)
WAITING = replace(
    SIGNED, name="党建经费", code=None, status=Status.SUBMITTED, signed_at=None, total=Decimal(80)
)
NOT_BEGUN = SummaryRow("某区信访局", "信访救助", PlanKind.PROJECT, adjusted=Decimal(179200))
DEPARTMENT = replace(
    SIGNED,
    name="部门整体",
    kind=PlanKind.DEPARTMENT,
    code=None,
    adjusted=Decimal(2109100),
    rating=Rating.GOOD,
)


def form(*rows: SummaryRow, unit: str = "某区信访局") -> SummaryForm:
    return SummaryForm(2022, unit, list(rows))


def lines(made: SummaryForm, *, formulas: bool = False) -> list[list[Any]]:
    content = FORMATS["xlsx"].write(summary_layout(made))
    sheet = openpyxl.load_workbook(BytesIO(content), data_only=not formulas).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def line(made: SummaryForm, text: str, **choices: bool) -> list[Any]:
    """The row in which one cell begins with the text."""
    (found,) = [
        row
        for row in lines(made, **choices)
        if any(isinstance(cell, str) and cell.startswith(text) for cell in row)
    ]
    return found


def money(row: list[Any]) -> list[Decimal | None]:
    return [None if cell is None else Decimal(str(cell)) for cell in row[3:5]]


def note(made: SummaryForm) -> str:
    return str(line(made, "注：")[0])


def test_projects_are_added_up_and_the_department_stands_last_by_itself() -> None:
    made = form(SIGNED, WAITING, DEPARTMENT)
    total = line(made, "项目合计")
    assert total[0] == "项目合计（2 项）"
    assert money(total) == [Decimal("62.469134"), Decimal("59.62469")]
    names = [row[2] for row in lines(made) if row[2] and row[0] != "序号"]
    assert names == ["信访工作经费\n41070222000000004802", "党建经费", "部门整体"]
    assert "部门整体的预算包含所属项目" in note(made)


def test_the_sums_are_formulas_over_the_rows_above() -> None:
    made = form(SIGNED, WAITING)
    first = next(at for at, row in enumerate(lines(made), 1) if row[0] == "1")
    total = line(made, "项目合计", formulas=True)
    assert total[3:6] == [
        f"=SUM(D{first}:D{first + 1})",
        f"=SUM(E{first}:E{first + 1})",
        f"=E{first + 2}/D{first + 2}",
    ]
    assert total[6:9] == [None, None, None]


def test_what_was_not_begun_has_no_figures_and_takes_the_rate_of_the_sum_with_it() -> None:
    made = form(SIGNED, NOT_BEGUN)
    row = line(made, "信访救助")
    assert row[3] == 17.92
    assert row[4:9] == [None] * 5
    assert row[9] == "未开展自评"
    assert line(made, "项目合计")[5] is None
    assert line(form(SIGNED), "项目合计")[5] == pytest.approx(0.9544664, abs=1e-6)
    assert "不按 0 分计" in note(made)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.DRAFT, "填写中"),
        (Status.SUBMITTED, "待审核"),
        (Status.RETURNED, "已退回"),
        (Status.REOPENED, "重新打开"),
    ],
)
def test_what_is_not_signed_says_where_it_stands_and_that_its_points_may_change(
    status: Status, said: str
) -> None:
    made = form(replace(WAITING, status=status))
    assert line(made, "党建经费")[9] == said
    assert "以签署时为准" in note(made)


def test_the_day_of_the_signature_is_the_one_in_shanghai() -> None:
    assert line(form(SIGNED), "信访工作经费")[9] == "已签署\n2023-01-20"


def test_the_note_counts_what_stands_where_and_the_ratings_of_the_signed() -> None:
    made = form(SIGNED, SIGNED, WAITING, NOT_BEGUN, DEPARTMENT)
    assert "共 5 项：已签署 3（优 2、良 1），待审核 1，未开展自评 1。" in note(made)


def test_a_project_that_ended_within_the_year_says_so_and_is_not_waited_for() -> None:
    made = form(replace(NOT_BEGUN, ending=EndingKind.MERGED), SIGNED)
    assert line(made, "1")[9] == "未开展自评\n已并入"
    assert line(made, "2")[9] == "已签署\n2023-01-20"
    assert any("自评不作要求" in str(cell) for row in lines(made) for cell in row)


def test_departments_of_several_units_are_added_up_by_themselves() -> None:
    other = replace(DEPARTMENT, unit="某区民政局", adjusted=Decimal(100_000))
    made = form(SIGNED, DEPARTMENT, other, unit="")
    assert money(line(made, "部门整体合计（2 个单位）"))[0] == Decimal("220.91")
    assert money(line(made, "项目合计"))[0] == Decimal("31.234567")
    assert line(made, "填报单位")[0] == "填报单位：全部单位"


def test_invented_results_are_marked_on_each_page_and_in_the_name() -> None:
    made = form(SIGNED, replace(WAITING, is_demo=True))
    assert summary_layout(made).mark == "含演示数据（非真实填报）"
    assert form_file_name(made, "csv") == "2022年度-某区信访局-绩效自评结果汇总表-演示数据.csv"
    assert form_file_name(form(SIGNED, unit="")) == "2022年度-全部单位-绩效自评结果汇总表.xlsx"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_writes_it_and_equal_forms_give_equal_bytes(kind: str) -> None:
    made = form(SIGNED, WAITING, NOT_BEGUN, DEPARTMENT)
    content = FORMATS[kind].write(summary_layout(made))
    assert content == FORMATS[kind].write(summary_layout(made))


def test_a_year_without_plans_gives_a_form_that_says_so() -> None:
    assert note(form()) == "注：没有绩效目标。"
