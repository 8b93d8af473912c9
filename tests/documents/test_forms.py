"""The official self-evaluation forms: what openpyxl reads back, LibreOffice recomputes and prints."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.numbers import round_half_up
from perf.core.terms import PlanKind, Rating
from perf.documents.forms import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
    form_file_name,
    self_evaluation_layout,
    self_evaluation_xlsx,
)
from perf.documents.forms.measure import MAX_CELL_TEXT, clean, cut, line_count
from perf.documents.forms.pages import break_pages, shrinkage
from perf.documents.forms.table import Sheet
from perf.documents.forms.xlsx import render_xlsx
from tests.documents.libreoffice import converted

CLASSES = [
    ("成本指标", "经济成本指标"),
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("效益指标", "社会效益指标"),
    ("满意度指标", "服务对象满意度指标"),
]
LONG = "受疫情影响，驻京值班人员轮换次数减少，实际完成值低于年度指标值；" * 40
HUGE = "说明。" * 20_000
YUAN = Money(Decimal("300000.00"), Decimal("312345.67"), Decimal("298123.45"))
EXECUTION = ExecutionRow(Decimal(10), Decimal("9.54"), steps=["10 × 298123.45 ÷ 312345.67 = 9.54"])


def indicators(count, total_weight=Decimal(90)):
    """`count` rows in class order whose weights add up to `total_weight`; one in five is 0.37 short."""
    share = round_half_up(total_weight, Decimal(count))
    rows = []
    for at in range(count):
        level1, level2 = CLASSES[at * len(CLASSES) // count]
        weight = share if at else total_weight - share * (count - 1)
        missed = at % 5 == 4
        rows.append(
            IndicatorRow(
                level1,
                level2,
                f"第{at + 1}项工作任务完成率",
                "≥95%",
                "93.2%" if missed else "98%",
                weight,
                weight - Decimal("0.37") if missed else weight,
                "部分任务转入下年实施。" if missed else "",
                "按季督办。" if missed else "",
                [f"目标 ≥95% · {weight} × 1 = {weight}（四舍五入至 0.01）"],
            )
        )
    return rows


def form(rows, execution=EXECUTION, **changes):
    """A signed project form whose total is the sum of its points."""
    total = sum((row.points for row in rows if row.points is not None), Decimal(0))
    whole = SelfEvaluationForm(
        kind=PlanKind.PROJECT,
        year=2022,
        name="信访工作经费",
        code="41070222000000004802",
        department="某区信访局",
        implementing_unit="某区信访局本级",
        rows=rows,
        is_draft=False,
        total_money=YUAN,
        fiscal=YUAN,
        execution=execution,
        objective_expected="减少矛盾纠纷，及时化解处理信访问题，降低上访量。",
        objective_actual="全年共接待来访群众 512 批次，化解 498 批次。",
        total=total + (execution.points or Decimal(0)),
        rating=Rating.EXCELLENT,
        pack_id="cn-project-2021",
        pack_version="1",
        submitted_by="张三",
        submitted_at=datetime(2023, 1, 15, 2, tzinfo=UTC),
        approved_by="李四",
        approved_at=datetime(2023, 1, 20, 17, tzinfo=UTC),
    )
    return replace(whole, **changes)


def unscored_execution():
    rows = indicators(7)
    zero = Money(Decimal(0), Decimal(0), Decimal(0))
    indicator_total = sum(row.points for row in rows)
    return form(
        rows,
        execution=ExecutionRow(Decimal(10), not_applicable=True),
        total_money=zero,
        fiscal=Money(),
        total=round_half_up(indicator_total * 100, Decimal(90)),
    )


def with_missing_actuals():
    rows = indicators(6)
    rows[1] = replace(rows[1], actual=None, points=None, steps=[])
    rows[4] = replace(rows[4], tag=NOT_APPLICABLE, actual=None, points=None, weight=Decimal(0))
    return form(
        rows,
        is_draft=True,
        is_demo=True,
        total_money=Money(Decimal(300000)),
        fiscal=Money(),
        execution=ExecutionRow(Decimal(10)),
        submitted_by="",
        submitted_at=None,
        approved_by="",
        approved_at=None,
    )


def department():
    return form(
        indicators(31, Decimal(100)),
        execution=ExecutionRow(),
        kind=PlanKind.DEPARTMENT,
        name="某区信访局",
        code="024",
        implementing_unit="某区信访局",
        funds=[("其中：基本支出", YUAN), ("项目支出", Money(Decimal(482800)))],
        tasks=[
            ("信访值班", "驻京、省值班，确保重点敏感时间不发生违规上访。"),
            ("党的建设", "=1+1"),
        ],
        pack_id="department-overall",
    )


DECISION = "计算得分 14.20，审核人评定 12.00（李四，2023-01-12）：台账不全。"


def with_odd_texts():
    rows = indicators(6)
    rows[0] = replace(rows[0], name='=HYPERLINK("http://example.invalid","x")', target="+5%")
    rows[1] = replace(rows[1], name="@SUM(A1)", actual="-3", target="=1+1")
    rows[2] = replace(rows[2], name="带\x00控制\x1b符\ud800号", deviation_reason="一\r\n二\t三")
    rows[3] = replace(rows[3], deviation_reason=LONG)
    rows[4] = replace(rows[4], deviation_reason=HUGE, decision=DECISION)
    rows[5] = replace(
        rows[5], tag="调整", initial_target="≥90%", initial_points=Decimal("12.00"), level2=None
    )
    return form(rows, name="=cmd|' /C calc'!A0 & <信访>")


FORMS = {
    "one-indicator": lambda: form(indicators(1)),
    "eleven-indicators": lambda: form(indicators(11)),
    "sixty-two-indicators": lambda: form(indicators(62)),
    "execution-not-applicable": unscored_execution,
    "missing-actuals": with_missing_actuals,
    "department": department,
    "odd-texts": with_odd_texts,
    "capped-total": lambda: form(indicators(5), total=Decimal("89.00")),
}


def cells_of(data, *, values):
    workbook = openpyxl.load_workbook(BytesIO(data), data_only=values)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def main_sheet(made, *, values=True):
    return openpyxl.load_workbook(BytesIO(self_evaluation_xlsx(made)), data_only=values).worksheets[
        0
    ]


def row_of(sheet, text, column=1):
    for row in range(1, sheet.max_row + 1):
        if sheet.cell(row, column).value == text:
            return row
    raise AssertionError(f"no row begins with {text}")


def indicator_head(sheet):
    return row_of(sheet, "三级指标", 4)


# --- what a reader of the file finds -------------------------------------------------------------


def test_the_columns_stand_in_the_official_order():
    sheet = main_sheet(FORMS["eleven-indicators"]())
    money = row_of(sheet, "资金来源", 2)
    head = indicator_head(sheet)

    def words(row):
        return [re.sub(r"\s", "", cell.value) for cell in sheet[row] if isinstance(cell.value, str)]

    assert words(money)[2:] == ["年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
    assert words(head)[1:] == [
        "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施",
    ]  # fmt: skip
    labels = [sheet.cell(row, 2).value for row in range(money + 1, money + 5)]
    assert labels == ["年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金"]
    assert sheet.title == "项目支出绩效自评表"
    assert [sheet.cell(row, 1).value for row in (3, 4)] == ["项目名称", "主管部门"]
    assert sheet.cell(3, 7).value == "41070222000000004802"


@pytest.mark.parametrize("name", FORMS)
def test_the_cached_total_is_the_frozen_one(name):
    made = FORMS[name]()
    sheet = main_sheet(made)
    assert Decimal(str(sheet.cell(row_of(sheet, "总分"), 8).value)) == made.total


def test_totals_and_rates_are_formulas():
    sheet = main_sheet(FORMS["eleven-indicators"](), values=False)
    head, total, money = (
        indicator_head(sheet),
        row_of(sheet, "总分"),
        row_of(sheet, "年度资金总额", 2),
    )
    assert sheet.cell(total, 8).value == f"=ROUND(SUM(H{head + 1}:H{head + 11},I{money}),2)"
    assert sheet.cell(total, 7).value == f"=ROUND(SUM(G{head + 1}:G{head + 11},G{money}),2)"
    assert sheet.cell(money, 8).value == f"=F{money}/E{money}"
    assert main_sheet(FORMS["eleven-indicators"]()).cell(total, 7).value == 100


def test_money_is_kept_to_the_cent_and_shown_in_ten_thousands_with_two_decimals():
    sheet = main_sheet(FORMS["one-indicator"]())
    row = row_of(sheet, "年度资金总额", 2)
    assert [sheet.cell(row, column).value for column in (4, 5, 6)] == [30, 31.234567, 29.812345]
    assert {sheet.cell(row, column).number_format for column in (4, 5, 6)} == {"0.00"}


def test_missing_figures_stay_blank_and_missing_actuals_say_so():
    sheet = main_sheet(FORMS["missing-actuals"]())
    money, head = row_of(sheet, "年度资金总额", 2), indicator_head(sheet)
    assert [sheet.cell(money, column).value for column in range(4, 10)] == [
        30,
        None,
        None,
        10,
        None,
        None,
    ]
    assert [sheet.cell(money + 1, column).value for column in (4, 5, 6)] == [None, None, None]
    assert [sheet.cell(head + 2, column).value for column in (6, 8)] == ["未填报", None]
    assert [sheet.cell(head + 5, column).value for column in (6, 7, 8)] == ["不涉及", 0, "不涉及"]


def test_a_zero_is_printed_as_a_zero():
    rows = [replace(indicators(1)[0], points=Decimal(0))]
    zero = Money(Decimal(0), Decimal(100), Decimal(0))
    sheet = main_sheet(
        form(rows, total_money=zero, execution=ExecutionRow(Decimal(10), Decimal(0)))
    )
    money, head = row_of(sheet, "年度资金总额", 2), indicator_head(sheet)
    assert [sheet.cell(money, column).value for column in (4, 6, 8, 9)] == [0, 0, 0, 0]
    assert sheet.cell(head + 1, 8).value == 0
    assert sheet.cell(row_of(sheet, "总分"), 8).value == 0


def test_execution_that_does_not_apply_is_said_and_the_total_scaled():
    made = unscored_execution()
    sheet, formulas = main_sheet(made), main_sheet(made, values=False)
    money, total = row_of(sheet, "年度资金总额", 2), row_of(sheet, "总分")
    assert [sheet.cell(money, column).value for column in (7, 8, 9)] == [10, "不涉及", "不涉及"]
    assert formulas.cell(total, 8).value.endswith(f"*100/(100-G{money}),2)")
    assert "预算执行不涉及" in sheet.cell(total + 1, 1).value


def test_a_total_that_is_not_the_sum_stands_as_a_number_with_a_remark():
    sheet = main_sheet(FORMS["capped-total"](), values=False)
    total = row_of(sheet, "总分")
    assert sheet.cell(total, 8).value == 89
    assert "核定" in sheet.cell(total + 1, 1).value


def test_a_total_that_is_not_known_stays_blank():
    sheet = main_sheet(form(indicators(3), total=None, rating=None), values=False)
    assert sheet.cell(row_of(sheet, "总分"), 8).value is None


def test_a_form_without_indicators_can_still_be_made():
    sheet = main_sheet(form([]), values=False)
    assert sheet.cell(row_of(sheet, "总分"), 8).value == Decimal("9.54").__float__()


def test_texts_never_become_formulas():
    made = with_odd_texts()
    data = self_evaluation_xlsx(made)
    for sheet in openpyxl.load_workbook(BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert re.match(r"=(ROUND\(SUM\(|F\d+/E\d+)", cell.value), cell.coordinate
                elif isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    # Excel would make it one as soon as somebody edits the cell.
                    assert cell.quotePrefix, cell.coordinate
    texts = set(cells_of(data, values=True).values())
    assert {row.name for row in made.rows[:2]} <= texts
    assert {"+5%", "-3", "=1+1"} <= texts
    with zipfile.ZipFile(BytesIO(data)) as package:
        assert "hyperlink" not in package.read("xl/worksheets/sheet1.xml").decode()


def test_control_characters_are_left_out():
    values = cells_of(self_evaluation_xlsx(with_odd_texts()), values=True).values()
    texts = [value for value in values if isinstance(value, str)]
    assert "带控制符号" in texts
    assert "偏差原因：一\n二 三" in texts
    assert not any(re.search("[\x00-\x09\x0b-\x1f]", text) for text in texts)


def test_a_long_text_stands_whole_in_the_annex():
    workbook = openpyxl.load_workbook(BytesIO(self_evaluation_xlsx(with_odd_texts())))
    main, annex = workbook.worksheets[0], workbook["附页"]
    head = indicator_head(main)
    assert main.cell(head + 4, 9).value.endswith("……（全文见附页第 1 项）")
    whole: dict[str, str] = {}
    for number, _, text in annex.iter_rows(min_row=3, values_only=True):
        whole[number] = whole.get(number, "") + text
    assert whole["1"] == f"偏差原因：{LONG}"
    assert "原文共 60,0" in whole["2"]
    assert len(whole["2"]) == MAX_CELL_TEXT


def test_the_annex_is_there_only_when_it_is_needed():
    workbook = openpyxl.load_workbook(BytesIO(self_evaluation_xlsx(form(indicators(62)))))
    assert workbook.sheetnames == ["项目支出绩效自评表", "得分计算说明"]


def test_the_working_of_each_score_is_on_a_sheet_of_its_own():
    made = with_odd_texts()
    workbook = openpyxl.load_workbook(BytesIO(self_evaluation_xlsx(made)))
    texts = [cell.value for row in workbook["得分计算说明"].iter_rows() for cell in row]
    for row in made.rows:
        assert row.steps[0] in texts
    assert EXECUTION.steps[0] in texts
    assert "cn-project-2021（版本 1）" in texts
    assert "优" in texts


def test_what_a_reviewer_decided_and_the_target_of_the_beginning_stand_beside_the_points():
    sheet = main_sheet(with_odd_texts())
    first = indicator_head(sheet) + 1
    assert sheet.cell(first + 5, 5).value.endswith("\n（年初：≥90%，按年初指标值计 12.00 分）")
    shown = main_sheet(form([replace(indicators(1)[0], decision=DECISION)]))
    assert shown.cell(first, 9).value.endswith(DECISION)


def test_equal_neighbours_are_merged():
    sheet = main_sheet(FORMS["eleven-indicators"]())
    head = indicator_head(sheet)
    merged = {str(area) for area in sheet.merged_cells.ranges}
    for column, texts in (
        (1, [row.level1 for row in indicators(11)]),
        (2, [row.level2 for row in indicators(11)]),
    ):
        at = 0
        while at < len(texts):
            end = at
            while end + 1 < len(texts) and texts[end + 1] == texts[at]:
                end += 1
            letter = "ABC"[column]
            assert sheet.cell(head + 1 + at, column + 1).value == texts[at]
            if end > at:
                assert f"{letter}{head + 1 + at}:{letter}{head + 1 + end}" in merged
            at = end + 1


def test_an_equal_second_level_of_another_class_is_not_merged():
    rows = [
        replace(row, level1=level1, level2="其他")
        for row, level1 in zip(indicators(2), ("甲", "乙"), strict=True)
    ]
    sheet = main_sheet(form(rows))
    head = indicator_head(sheet)
    assert [sheet.cell(head + at, 3).value for at in (1, 2)] == ["其他", "其他"]


def test_it_is_set_up_for_a4():
    sheet = main_sheet(FORMS["sixty-two-indicators"]())
    head = indicator_head(sheet)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    # One page wide is the format's default and need not be written.
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"${head}:${head}"
    assert sheet.print_area == f"'项目支出绩效自评表'!$A$1:$I${sheet.max_row}"
    assert sheet.print_options.horizontalCentered
    assert "&P" in sheet.oddFooter.center.text
    assert sheet.cell(1, 1).font.name == "方正小标宋简体"
    assert sheet.cell(head + 1, 4).font.name == "仿宋_GB2312"


def test_no_row_is_taller_than_a_spreadsheet_allows():
    for made in FORMS.values():
        for sheet in self_evaluation_layout(made()).sheets:
            assert max(sheet.heights) <= 409


def test_draft_and_demo_marks_stand_in_the_sheet_and_on_every_page():
    workbook = openpyxl.load_workbook(BytesIO(self_evaluation_xlsx(with_missing_actuals())))
    for sheet in workbook:
        assert sheet.cell(1, 1).value == "草稿（未签署）　演示数据（非真实填报）"
        assert "草稿" in sheet.oddHeader.right.text
    signed = main_sheet(FORMS["one-indicator"]())
    assert signed.cell(1, 1).value == "项目支出绩效自评表"
    assert not signed.oddHeader.right.text


def test_the_signatures_carry_names_and_days_of_shanghai():
    texts = cells_of(self_evaluation_xlsx(form(indicators(1))), values=True).values()
    assert {"填报人：张三", "审核人：李四", "填报日期：2023年1月15日", "单位（盖章）："} <= set(
        texts
    )
    # Five in the afternoon in Greenwich is the next day in Shanghai.
    assert "审核日期：2023年1月21日" in texts


def test_the_department_form_has_tasks_and_funds_and_does_not_score_the_execution():
    sheet = main_sheet(department(), values=False)
    assert sheet.title == "部门整体支出绩效自评表"
    assert sheet.cell(row_of(sheet, "信访值班", 2), 5).value.startswith("驻京")
    assert sheet.cell(row_of(sheet, "党的建设", 2), 5).data_type == "s"
    basic = row_of(sheet, "其中：基本支出", 2)
    assert sheet.cell(basic, 4).value == 30
    money = row_of(sheet, "年度资金总额", 2)
    assert [sheet.cell(money, column).value for column in (7, 9)] == ["—", "—"]
    assert "I" not in sheet.cell(row_of(sheet, "总分"), 8).value


def test_equal_forms_give_equal_bytes():
    assert self_evaluation_xlsx(with_odd_texts()) == self_evaluation_xlsx(with_odd_texts())


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(text=st.text(), points=st.lists(st.decimals(0, 99, places=2), min_size=1, max_size=12))
def test_any_text_and_any_points_can_be_written_and_read_back(text, points):
    rows = [
        replace(indicators(1)[0], name=text, target=text, deviation_reason=text, points=value)
        for value in points
    ]
    made = form(rows, name=text, objective_actual=text, submitted_by=text)
    sheet = main_sheet(made)
    assert Decimal(str(sheet.cell(row_of(sheet, "总分"), 8).value)) == made.total
    assert form_file_name(made)


# --- the estimate of room ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 100, 1),
        ("一二三四五六", 88, 1),
        ("一二三四五六七", 88, 2),
        ("一\n二\n三", 88, 3),
        ("abcdefghijk", 88, 2),
        ("≥95%", 76, 1),
        ("一二三四五六。", 88, 2),
    ],
)
def test_lines_are_counted_by_east_asian_width(text, width, lines):
    assert line_count(text, width, 10) == lines


def test_a_cut_text_fits_a_cell_also_with_characters_of_two_units():
    for text in ("字" * 40_000, "𠮷" * 40_000, "a" * MAX_CELL_TEXT):
        assert len(cut(text).encode("utf-16-le")) // 2 <= MAX_CELL_TEXT
    assert cut("a" * MAX_CELL_TEXT) == "a" * MAX_CELL_TEXT
    assert "原文共 40,000 字" in cut("字" * 40_000)


def test_cleaning_keeps_what_people_wrote():
    assert clean(" ≥90％，①㎡\n第二行 ") == "≥90％，①㎡\n第二行"


def test_pages_break_only_where_it_is_allowed():
    sheet = Sheet("x", [700], heights=[100] * 14, header_row=0)
    assert break_pages(sheet, range(14)) == [7, 13]
    assert break_pages(sheet, {5, 9, 12}) == [5, 9]
    assert break_pages(sheet, set()) == [7, 13]


@pytest.mark.parametrize(
    ("height", "breaks", "scale"), [(700, [], 1), (760, [], Fraction(708, 760)), (780, [7], 1)]
)
def test_what_needs_little_more_than_a_page_is_set_smaller_instead(height, breaks, scale):
    sheet = Sheet("x", [700], heights=[*[100] * 7, height - 700])
    sheet.breaks = break_pages(sheet, range(8))
    assert (sheet.breaks, shrinkage(sheet)) == (breaks, scale)


def test_a_sheet_wider_than_the_page_is_set_smaller_and_holds_more_rows():
    sheet = Sheet("x", [1437], heights=[100] * 14)
    assert break_pages(sheet, range(14)) == []
    assert shrinkage(sheet) == Fraction(2156, 3 * 1437)


def test_the_heading_row_never_stands_alone_at_the_end_of_a_page():
    sheet = Sheet("x", [700], heights=[100] * 14, header_row=6)
    assert break_pages(sheet, range(14)) == [6, 13]


# --- file names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("党建经费", "2022年度-党建经费-绩效自评表.xlsx"),
        ('a/b\\c:d*e?f"g<h>i|j', "2022年度-a_b_c_d_e_f_g_h_i_j-绩效自评表.xlsx"),
        (" 带 空格\n换行. ", "2022年度-带 空格换行-绩效自评表.xlsx"),
        ("假\u202exslx.exe", "2022年度-假xslx.exe-绩效自评表.xlsx"),
        ("", "2022年度-未命名-绩效自评表.xlsx"),
        ("长" * 300, f"2022年度-{'长' * 50}-绩效自评表.xlsx"),
    ],
)
def test_file_names_are_taken_by_windows(name, expected):
    assert form_file_name(form(indicators(1), name=name)) == expected


def test_file_names_say_what_is_not_signed_or_not_real():
    assert (
        form_file_name(with_missing_actuals())
        == "2022年度-信访工作经费-绩效自评表-草稿-演示数据.xlsx"
    )
    assert form_file_name(department()) == "2022年度-某区信访局-部门整体绩效自评表.xlsx"


# --- LibreOffice ---------------------------------------------------------------------------------

# 0: always recalculate what other programs have written, instead of showing the cached values.
_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def with_wrong_cache():
    """The form's file with a cached total that its formula does not give."""
    layout = self_evaluation_layout(form(indicators(3)))
    sheet = layout.sheets[0]
    sheet.cells = [
        cell._replace(value=Decimal(1)) if cell.formula.startswith("=ROUND") else cell
        for cell in sheet.cells
    ]
    return render_xlsx(layout)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Every form as LibreOffice recalculates it (xlsx) and prints it (a text a page)."""
    assert shutil.which("pdftotext"), "pdftotext is missing: install poppler-utils"
    folder = tmp_path_factory.mktemp("office")
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_RECALCULATE)
    made = {name: self_evaluation_xlsx(build()) for name, build in FORMS.items()}
    made["wrong-cache"] = with_wrong_cache()
    files = {f"{name}.xlsx": data for name, data in made.items()}
    saved = converted(folder, files, "xlsx")
    pages = converted(folder, files, "pdf")
    recalculated, printed = {}, {}
    for name in made:
        recalculated[name] = saved[f"{name}.xlsx"].read_bytes()
        text = subprocess.run(
            ["pdftotext", "-layout", str(pages[f"{name}.xlsx"]), "-"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        printed[name] = text.split("\f")[:-1]
    return made, recalculated, printed


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_libreoffice_recalculates_without_a_difference(office, name):
    made, recalculated, _ = office
    ours, theirs = cells_of(made[name], values=True), cells_of(recalculated[name], values=True)
    numbers = {at: value for at, value in ours.items() if isinstance(value, int | float)}
    assert len(numbers) > 5
    for at, value in numbers.items():
        # Rates are quotients and may differ in the last bit; all else is equal.
        assert theirs[at] == pytest.approx(value, rel=1e-14, abs=0), at
    formulas = cells_of(recalculated[name], values=False)
    total = next(at for at, value in ours.items() if value == "总分" and at[0].endswith("自评表"))
    total = (total[0], total[1].replace("A", "H"))
    assert theirs[total] == ours[total]
    assert str(formulas[total]).startswith("=ROUND(") == (name != "capped-total")


@pytest.mark.slow
def test_the_recalculation_would_show_a_wrong_cached_value(office):
    made, recalculated, _ = office
    wrong = cells_of(made["wrong-cache"], values=True)
    right = cells_of(recalculated["wrong-cache"], values=True)
    assert {at for at, value in wrong.items() if value == 1 and right[at] != 1}


@pytest.mark.slow
def test_every_printed_page_repeats_its_header_number_and_marks(office):
    _, _, printed = office
    for name, pages in printed.items():
        for number, page in enumerate(pages, 1):
            assert f"第 {number} 页" in page
            assert f"共 {len(pages)} 页" in page
            assert "三级指标" in page or "计算过程" in page or "全文" in page, (name, number)
            assert ("草稿（未签署）" in page) == (name == "missing-actuals")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("one-indicator", 2),
        ("eleven-indicators", 3),
        ("department", 5),
        ("sixty-two-indicators", 8),
    ],
)
def test_a_form_takes_few_pages(office, name, pages):
    assert len(office[2][name]) <= pages


@pytest.mark.slow
def test_total_and_signatures_stay_with_the_last_indicator(office):
    for name, pages in office[2].items():
        page = next(page for page in pages if "单位（盖章）" in page)
        assert "总分" in page
        assert re.search("第[0-9]+项工作任务|@SUM", page) or name == "odd-texts"
