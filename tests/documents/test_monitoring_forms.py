"""绩效运行监控表: figures so far beside the money so far, and blanks where nothing was recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from perf.core.terms import DeviationKind, FundSource, Light, Likelihood, PlanKind, Status
from perf.documents.forms import (
    FORMATS,
    Money,
    MonitoringForm,
    MonitoringRow,
    form_file_name,
    form_layout,
    write_form,
)

ROWS = [
    MonitoringRow(
        "产出指标",
        "数量指标",
        "受理信访案件完成率",
        "≥80%",
        actual="75%",
        expected="85%",
        deviation_kind=DeviationKind.STAFF,
        deviation_reason="轮换次数减少。",
        likelihood=Likelihood.POSSIBLE,
        light=Light.YELLOW,
    ),
    MonitoringRow("满意度指标", None, "群众满意度", "≥80%"),
]
FORM = MonitoringForm(
    kind=PlanKind.PROJECT,
    year=2022,
    months=9,
    name="信访工作经费",
    code="41070222000000004802",
    department="某区信访局",
    department_code="024",
    implementing_unit="某区信访局本级",
    status=Status.APPROVED,
    objective="及时化解信访问题。",
    budget={
        FundSource.FISCAL: Money(Decimal(300_000), Decimal(320_000), Decimal(225_000)),
        FundSource.UNIT_FUNDS: Money(Decimal(10_000), Decimal(10_000), Decimal(0)),
    },
    rows=ROWS,
    submitted_by="张三",
    submitted_at=datetime(2022, 10, 8, tzinfo=UTC),
    approved_by="李四",
    approved_at=datetime(2022, 10, 12, tzinfo=UTC),
)


def lines(form: MonitoringForm, *, formulas: bool = False) -> list[list[Any]]:
    book = openpyxl.load_workbook(BytesIO(write_form(form, "xlsx")), data_only=not formulas)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def line(form: MonitoringForm, text: str, **choices: bool) -> list[Any]:
    (found,) = [row for row in lines(form, **choices) if text in row]
    return found


def test_money_and_figures_so_far_stand_side_by_side() -> None:
    total = line(FORM, "年度资金总额")
    assert total[3:6] == [31, 33, 22.5]
    assert total[6] == pytest.approx(0.681818, abs=1e-6)
    assert total[7] is None
    at = next(at for at, row in enumerate(lines(FORM), 1) if "年度资金总额" in row)
    assert line(FORM, "年度资金总额", formulas=True)[6] == f"=F{at}/E{at}"
    assert line(FORM, "受理信访案件完成率")[3:] == [
        "受理信访案件完成率", "≥80%", "75%", "85%", None, None, "√", None, None, "轮换次数减少。",
        None, "√", None, "关注",
    ]  # fmt: skip
    assert line(FORM, "原因说明")[7:] == [
        "经费保障", "制度保障", "人员保障", "硬件条件保障", "其他", "原因说明",
        "确定能", "有可能", "完全不可能", "备注",
    ]  # fmt: skip
    assert line(FORM, "1—9月\n执行情况")[3] == "三级指标"


def test_a_figure_that_was_not_reported_is_blank_and_the_sum_with_it() -> None:
    assert line(FORM, "群众满意度")[5:] == [None] * 12
    fiscal = replace(FORM.budget[FundSource.FISCAL], executed=None)
    form = replace(FORM, budget={**FORM.budget, FundSource.FISCAL: fiscal})
    assert line(form, "年度资金总额")[5:7] == [None, None]
    assert line(form, "单位资金")[5] == 0


def test_a_quarter_that_waits_for_its_review_is_a_draft() -> None:
    form = replace(FORM, status=Status.SUBMITTED, is_demo=True)
    assert form_layout(form).mark == "草稿（待审核）　演示数据（非真实填报）"
    assert (
        form_file_name(form, "docx")
        == "2022年度-信访工作经费-绩效运行监控表（1—9月）-草稿-演示数据.docx"
    )
    assert form_layout(FORM).mark == ""


def test_a_department_names_itself_and_its_code() -> None:
    form = replace(FORM, kind=PlanKind.DEPARTMENT, name="某区信访局", code=None)
    assert lines(form)[0][0] == "部门（单位）整体绩效运行监控表"
    assert line(form, "单位编码")[6] == "024"
    assert form_file_name(form) == "2022年度-某区信访局-部门整体绩效运行监控表（1—9月）.xlsx"


def test_the_form_says_what_the_system_does_not_hold() -> None:
    (note,) = [row[0] for row in lines(FORM) if str(row[0]).startswith("注：")]
    assert "“全年预计执行数”系统不登记" in note


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_writes_it_and_equal_forms_give_equal_bytes(kind: str) -> None:
    assert write_form(FORM, kind) == write_form(replace(FORM), kind)
