"""Filled forms read back: our own exactly, others by their headings, hostile files refused."""

import contextlib
import csv
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from time import monotonic

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf.core.filled import Amounts, FilledRow
from perf.core.numbers import round_half_up
from perf.core.recheck import recheck
from perf.core.terms import PlanKind, Rating
from perf.documents.filled_json import filled_from_json, filled_to_json
from perf.documents.forms import (
    NOT_APPLICABLE,
    ExecutionRow,
    IndicatorRow,
    Money,
    SelfEvaluationForm,
    self_evaluation_layout,
    self_evaluation_xlsx,
)
from perf.documents.forms.delimited import render_csv
from perf.documents.forms.docx import render_docx
from perf.documents.forms.pdf import render_pdf
from perf.documents.forms.texts import actual_text, reason_text
from perf.documents.readers.filled_forms import MAX_BYTES, UnreadableDocument, read_filled_form
from perf.documents.readers.filled_forms.shown import shown_cell

D = Decimal
LONG = "受疫情影响，驻京值班人员轮换次数减少，实际完成值低于年度指标值；" * 200


def indicator(name, target, actual, weight, points, **more):
    values = {"level1": "产出指标", "level2": "数量指标", **more}
    return IndicatorRow(name=name, target=target, actual=actual, weight=D(weight),
                        points=None if points is None else D(points), **values)  # fmt: skip


ROWS = [
    indicator("项目总成本", "≤31.234567万元", "29.8 万元", 20, 20, level1="成本指标", level2="经济成本指标"),
    indicator("接待批次", "≥500批次", "512 批次", "13.34", "13.34"),
    indicator("1、办结率", "≥95%", "93.2%", "26.66", "26.15", level2="质量指标", deviation_reason="两件转入下年。", corrective_action="按季督办。"),
    indicator("社会稳定", "明显", "达成年度指标（95%）", 20, 19, level1="效益指标", level2=None),
    indicator("群众满意度", "≥90%", "92%", 10, 10, level1="满意度指标", level2="服务对象满意度指标"),
]  # fmt: skip
YUAN = Money(D("300000"), D("312345.67"), D("298123.45"))


def own(rows=ROWS, **changes):
    whole = SelfEvaluationForm(
        kind=PlanKind.PROJECT,
        year=2022,
        name="信访工作经费",
        department="某区信访局",
        implementing_unit="某区信访局本级",
        rows=list(rows),
        total_money=YUAN,
        fiscal=YUAN,
        execution=ExecutionRow(D(10), D("9.54")),
        objective_expected="减少矛盾纠纷。",
        objective_actual="全年化解 498 批次。",
        total=D("98.03"),
        rating=Rating.EXCELLENT,
        pack_id="cn-project-2021",
        pack_version="1",
    )
    return replace(whole, **changes)


def department():
    rows = [replace(row, level1=row.level1.replace("成本", "投入管理")) for row in ROWS]
    rows[0] = replace(rows[0], weight=D(30), points=D(30))
    return own(
        rows,
        kind=PlanKind.DEPARTMENT,
        name="某区信访局",
        code="024",
        execution=ExecutionRow(),
        funds=[("基本支出", YUAN), ("项目支出", YUAN)],
        tasks=[("信访接待", "全年接待来访群众")],
        total=D("98.49"),
    )


def with_long_texts():
    rows = [
        replace(ROWS[0], name="名称" * 900),
        replace(ROWS[1], deviation_reason=LONG, corrective_action=" 首尾\n换行 " * 300),
        replace(ROWS[2], target="≥95%" + "（含上年结转）" * 300),
        *ROWS[3:],
    ]
    return own(rows, execution=ExecutionRow(D(10), D("9.54"), deviation_reason=LONG))


DECISION = "计算得分 10.00，审核人评定 8.00（张三，2023-01-12）：目标定得偏低，\n逐年如此。"


def not_applicable():
    rows = [
        *ROWS[:-1],
        replace(ROWS[-1], actual=None, points=None, weight=D(0), tag=NOT_APPLICABLE),
    ]
    rows[1] = replace(rows[1], target="≥500批次", initial_target="≥600批次",
                      initial_points=D("11.38"), tag="调整", is_lowered_late=True,
                      revision_document="信访发〔2022〕8号（联合）")  # fmt: skip
    rows[2] = replace(rows[2], actual=None, points=None)
    return own(rows, is_draft=True, is_demo=True, total=None, rating=None)


def unscored_execution():
    nothing = Money(D(0), D(0), D(0))
    return own(
        total_money=nothing,
        fiscal=Money(),
        execution=ExecutionRow(D(10), not_applicable=True),
        total=D("98.32"),
    )


def two_pages():
    rows = [replace(ROWS[at // 12], name=f"第{at}项工作", weight=D("1.5"), points=D("1.5"))
            for at in range(60)]  # fmt: skip
    return own(rows, total=D("99.54"))


def decided():
    rows = [
        replace(ROWS[0], points=ROWS[0].points - 2, decision=DECISION),
        replace(
            ROWS[1], points=ROWS[1].points - 2, deviation_reason="计划偏低。", decision=DECISION
        ),
        *ROWS[2:],
    ]
    return own(rows, total=own().total - 4)


OWN = [own, department, decided, with_long_texts, not_applicable, unscored_execution, two_pages]


@pytest.mark.parametrize("make", OWN)
def test_our_own_form_is_read_back_exactly(make):
    whole = make()
    read = read_filled_form("自评表.xlsx", self_evaluation_xlsx(whole))
    assert (read.project, read.kind, read.year) == (whole.name, whole.kind, whole.year)
    assert read.rows == tuple(
        FilledRow(
            row.level1,
            row.level2 or "",
            row.name,
            row.target,
            actual_text(row),
            row.weight,
            row.points,
            reason_text(row.deviation_reason, row.corrective_action),
        )
        for row in whole.rows
    )
    total = whole.total_money
    assert read.money == Amounts(total.initial, total.adjusted, total.executed)
    assert (read.total, read.rating) == (whole.total, whole.rating)
    execution = whole.execution
    assert read.execution.weight == (execution.weight or None)
    assert read.execution.score == execution.points
    assert read.execution.reason == reason_text(execution.deviation_reason, "")
    weights = sum((row.weight for row in whole.rows), execution.weight)
    assert read.weight_total == weights
    assert read.findings == ()


def test_our_own_form_rechecks_without_a_finding_that_blocks():
    checked = recheck(read_filled_form("x.xlsx", self_evaluation_xlsx(own())))
    assert [each.verdict.value for each in checked.rows] == [
        "agrees", "agrees", "agrees", "undecidable", "agrees",
    ]  # fmt: skip
    assert checked.computed_total == checked.form.total
    assert checked.findings == ()


PRINTED = [
    pytest.param("docx", render_docx, id="docx"),
    pytest.param("csv", render_csv, id="csv"),
    pytest.param("pdf", render_pdf, id="pdf", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("kind", "render"), PRINTED)
@pytest.mark.parametrize("make", OWN)
def test_our_own_form_in_another_format_gives_the_same_form_and_verdicts(make, kind, render):
    layout = self_evaluation_layout(make())
    exact = read_filled_form("自评表.xlsx", self_evaluation_xlsx(make()))
    read = read_filled_form(f"自评表.{kind}", render(layout))
    assert spaceless(read) == spaceless(replace(exact, money=to_the_cent(exact.money),
                                                funds=tuple((label, to_the_cent(amounts)) for label, amounts in exact.funds)))  # fmt: skip
    checked, wanted = recheck(read), recheck(exact)
    assert [(each.verdict, each.computed) for each in checked.rows] == [
        (each.verdict, each.computed) for each in wanted.rows
    ]
    assert checked.computed_total == wanted.computed_total
    assert {found.code for found in checked.findings} - {found.code for found in wanted.findings} <= {"rounding"}  # fmt: skip


def to_the_cent(amounts):
    """Amounts as they are printed: to 0.01 万元."""
    return Amounts(*(None if each is None else round_half_up(each.scaleb(-4)).scaleb(4)
                     for each in (amounts.initial, amounts.adjusted, amounts.executed)))  # fmt: skip


def spaceless(form):
    """The form without white space within its texts, which no printed page keeps exactly."""
    told = json.dumps(filled_to_json(form), ensure_ascii=False)
    return filled_from_json(json.loads(re.sub(r"\\n|\s", "", told)))


# Other people's sheets

HEAD = [
    ["项目支出绩效自评表（2021年度）"],
    ["项目名称", "禁毒经费"],
    ["资金（万元）", "", "年初预算数", "全年预算数(A)", "全年执行数(B)", "分值（10分）", "执行率(B/A)", "得分"],
    ["", "年度资金总额", "100", "100万元", "98.5", "", "98.50%", "9.85"],
    ["", "其中：财政拨款", "100", "100", "985000元", "-", "", "-"],
    ["", "其他资金", "", "", "", "", "", "见附件"],
]  # fmt: skip
INDICATORS = [
    ["一级指标", "二级指标", "三级指标", "得分", "分值", "年度指标值", "计量单位", "实际完成值", "偏差原因分析及改进措施"],
    ["产出指标", "数量指标", "指标1：宣传场次", "12", "12分", "≥1场", "场", "1场", ""],
    ["", "", "指标2：试剂数量", "12", "12", "≥2400份", "", "3200份", "无"],
    ["", "质量指标", "合规性", "九分", "66", "合规", "", "合规", ""],
    ["", "", "小计", "90", "90", "", "", "", ""],
    ["效益指标", "", "知晓率", "", "", "≥90%", "", "", ""],
    ["一级指标", "二级指标", "三级指标", "得分", "分值", "年度指标值", "计量单位", "实际完成值", "偏差原因分析及改进措施"],
    ["总分（100分）", "", "", "99.85", "100", "", "", "", "自评等级"],
    ["自评等级：", "优秀"],
    ["注：一、二级指标不得改动"],
]  # fmt: skip


def csv_bytes(rows, encoding="utf-8-sig", delimiter=","):
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ","), ("utf-8", "\t"), ("gb18030", ","), ("utf-16", ";")],
)
def test_a_csv_in_the_official_layout_is_read_by_its_headings(encoding, delimiter):
    read = read_filled_form("表.CSV", csv_bytes(HEAD + INDICATORS, encoding, delimiter))
    assert (read.project, read.year, read.kind) == ("禁毒经费", 2021, PlanKind.PROJECT)
    assert read.money == Amounts(D(1000000), D(1000000), D(985000))
    assert read.funds == (("其中:财政拨款", Amounts(D(1000000), D(1000000), D(985000))),)
    execution = read.execution
    assert (execution.weight, execution.rate, execution.score) == (D(10), D("98.50"), D("9.85"))
    assert read.rows == (
        FilledRow("产出指标", "数量指标", "指标1：宣传场次", "≥1场", "1场", D(12), D(12), ""),
        FilledRow(
            "产出指标", "数量指标", "指标2：试剂数量", "≥2400份", "3200份", D(12), D(12), "无"
        ),
        FilledRow("产出指标", "质量指标", "合规性", "合规", "合规", D(66), None, ""),
        FilledRow("效益指标", "", "知晓率", "≥90%", "", None, None, ""),
    )
    assert (read.weight_total, read.total, read.rating) == (D(100), D("99.85"), Rating.EXCELLENT)
    assert [(found.code, found.where) for found in read.findings] == [
        ("figure-unreadable", "第 10 行")
    ]


def workbook(fill):
    book = openpyxl.Workbook()
    fill(book.active, book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def formatted(sheet, book):
    sheet.title = "自评表"
    sheet.append(["部门整体支出绩效自评表"])
    sheet.append(["单位名称：某局", "", "", "", "", "单位：元"])
    sheet.append(["", "资金", "预算数", "执行数", "执行率", "得分"])
    sheet.append(["", "资金总额", 2000000, 1955000, 0.9775, 9.775])
    sheet["E4"].number_format = "0.00%"
    sheet["F4"].number_format = "0.00"
    sheet.append(["绩效指标", "", "", "年度指标值", "实际完成值", "分值", "得分"])
    sheet.append(["一级指标", "二级指标", "三级指标", "", "", "", ""])
    sheet.append(["产出指标", "数量指标", "合格率", 0.9, 0.925, 45, 45])
    sheet.append(["", "", "更新音响", 50, 48.5, 45, 43.654])
    sheet.append(["", "时效指标", "完成时间", "2023年6月底前", date(2023, 6, 1), 10, 10])
    sheet.append(["合计", "", "", "", "", "=SUM(F7:F9)", 98.65])
    for cell in ("D7", "E7"):
        sheet[cell].number_format = "0.0#%;[Red]-0%"
    for cell in ("D8", "E8"):
        sheet[cell].number_format = '0.0"件"'
    sheet["G8"].number_format = "#,##0.00_ "
    sheet.merge_cells("A7:A9")
    sheet.merge_cells("B7:B8")
    second = book.create_sheet("第二张")
    for line in INDICATORS:
        second.append(line)


def test_cells_are_read_as_their_formats_show_them_and_merges_as_they_reach():
    read = read_filled_form("表.xlsx", workbook(formatted))
    assert (read.project, read.kind) == ("某局", PlanKind.DEPARTMENT)
    assert read.money == Amounts(None, D(2000000), D(1955000))
    assert (read.execution.rate, read.execution.score) == (D("97.75"), D("9.78"))
    assert [(row.level2, row.target, row.actual, row.score) for row in read.rows] == [
        ("数量指标", "90.0%", "92.5%", D(45)),
        ("数量指标", "50.0件", "48.5件", D("43.65")),
        ("时效指标", "2023年6月底前", "2023-06-01", D(10)),
    ]
    # The program that wrote the file left no value beside its formula.
    assert (read.weight_total, read.total) == (None, D("98.65"))
    assert {found.code: found.message for found in read.findings} == {
        "several-forms": "文件里有 2 张自评表，只复核了第一张；其余 1 张（“第二张”）请分别存成文件复核。",
        "formula-without-value": "单元格 F10 等处的公式没有保存结果，没有读入；"
        "请在表格软件中打开文件、保存一次后再复核。",
    }
    assert [each.verdict.value for each in recheck(read).rows] == ["agrees"] * 3


def unmerged(sheet, book):
    sheet.append(
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
    )
    sheet.append(["", "产出指标", "数量指标", "补助村数", "=8个", "8", 40, 40])
    sheet.append(["", "", "", "干部人数", "=42个", "42", 30, 30])
    sheet.append(["", "", "成本指标", "到位率", "=100%", 1, 30, 30])
    sheet["F4"].number_format = "0%"
    sheet.append(["总分", "", "", "", "", "", 100, 100])
    sheet.merge_cells("A2:A4")


def test_classes_that_nobody_merged_hold_on_and_an_equal_sign_makes_no_formula():
    read = read_filled_form("表.xlsx", workbook(unmerged))
    assert [(row.level1, row.level2, row.target, row.actual) for row in read.rows] == [
        ("产出指标", "数量指标", "=8个", "8"),
        ("产出指标", "数量指标", "=42个", "42"),
        ("产出指标", "成本指标", "=100%", "100%"),
    ]
    assert read.findings == ()
    assert [each.verdict.value for each in recheck(read).rows] == ["agrees"] * 3


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        ("  ", "General", ""),
        (True, "General", "是"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678.901234, "General", "12345678.901234"),
        (0.9, "0%", "90%"),
        (0.9545, "0.00%", "95.45%"),
        (0.5, "0.##", "0.5"),
        (3, "0.##", "3"),
        (3, "@", "3"),
        (1.005, "0.00", "1.01"),
        (50, '0"件"', "50件"),
        (50, "0\\件", "50件"),
        (1234.5, "#,##0.00_);(#,##0.00)", "1234.50"),
        (20000, "0,", "20"),
        (1e20, "0.00E+00", "100000000000000000000"),
        (float("inf"), "0", "inf"),
        (datetime.fromisoformat("2023-06-01T08:00"), "yyyy", "2023-06-01 08:00:00"),
        (date(2023, 6, 1), "yyyy", "2023-06-01"),
    ],
)
def test_a_value_is_shown_as_its_format_says(value, number_format, text):
    assert shown_cell(value, number_format).text == text


def test_sign_and_unit_in_columns_of_their_own_belong_to_the_target():
    read = read_filled_form("表.csv", csv_bytes([
        ["一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "度量单位", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "办结率", "≥", "90", "％", "93", "50", "50"],
        ["", "", "培训人数", "＝", "1,200", "人", "1200人", "30", "30"],
        ["", "质量指标", "健全性", "定性", "优良中低差", "无", "优", "10", "10"],
        ["", "", "项目数", "", "8", "/", "8", "10", "10"],
    ]))  # fmt: skip
    assert [row.target for row in read.rows] == ["≥90％", "＝1,200人", "优良中低差", "8"]
    assert [each.verdict.value for each in recheck(read).rows] == [
        "agrees", "agrees", "undecidable", "agrees",
    ]  # fmt: skip


def test_a_heading_over_several_columns_takes_all_of_them():
    read = read_filled_form("表.csv", csv_bytes([
        ["一级指标", "三级指标", "", "年度指标值", "", "", "实际完成值", "", "分值", "得分"],
        ["产出指标", "指标1", "宣传场次", "≥", "12", "场", "13", "场", "50", "50"],
        ["", "指标2", "培训人数", "=", "30", "人", "30", "人", "50", "50"],
        ["总分", "", "", "", "", "", "", "100", "", ""],
    ]))  # fmt: skip
    assert [(row.name, row.target, row.actual) for row in read.rows] == [
        ("指标1宣传场次", "≥12场", "13场"),
        ("指标2培训人数", "=30人", "30人"),
    ]
    assert [each.name for each in recheck(read).rows] == ["宣传场次", "培训人数"]
    assert (read.weight_total, read.total) == (None, D(100))


@pytest.mark.parametrize(
    ("head", "project", "kind"),
    [
        ([["项目支出绩效自评表"], ["单位名称", "某局"], ["项目名称", "禁毒经费"]], "禁毒经费", PlanKind.PROJECT),
        ([["项目名称", "禁毒经费"], ["单位名称", "某局"]], "禁毒经费", PlanKind.PROJECT),
        ([["部门整体支出绩效自评表"], ["单位名称", "某局"], ["项目名称", "预算数"]], "某局", PlanKind.DEPARTMENT),
        ([["部门名称：某局"]], "某局", PlanKind.DEPARTMENT),
        ([["部门整体支出绩效自评表"], ["项目名称", "某局整体支出"]], "某局整体支出", PlanKind.DEPARTMENT),
        ([["自评表"]], "", PlanKind.PROJECT),
    ],
)  # fmt: skip
def test_a_form_is_its_projects_unless_only_its_unit_is_named(head, project, kind):
    read = read_filled_form("表.csv", csv_bytes([*head, *INDICATORS]))
    assert (read.project, read.kind) == (project, kind)


@pytest.mark.parametrize("name", ["指标3：", "……", "…", "3、", "指标", "/"])
def test_rows_that_only_the_template_filled_are_no_indicators(name):
    heads, first, *_ = INDICATORS
    read = read_filled_form("表.csv", csv_bytes([heads, first, ["", "", name], INDICATORS[2]]))
    assert [row.name for row in read.rows] == ["指标1：宣传场次", "指标2：试剂数量"]


@pytest.mark.parametrize(
    "funds",
    [
        [["项目资金", "预算数（A）", "34.64", "执行数（B）", "30万元", "执行率", "86.6%"]],
        [["资金情况（万元）", "预算数", "执行数", "执行率"], ["金额", "34.64", "30", "86.60%"]],
    ],
)
def test_funds_that_no_row_names_as_their_sum_stand_beside_or_below_their_headings(funds):
    read = read_filled_form("表.csv", csv_bytes([*funds, *INDICATORS[:2]]))
    assert read.money == Amounts(None, D(346400), D(300000))
    assert read.execution.rate == D("86.6")


@pytest.mark.parametrize("line", [["自评总分：98.5分"], ["", "自评得分: 98.5"]])
def test_a_total_in_a_line_of_its_own_is_read(line):
    read = read_filled_form("表.csv", csv_bytes([line, *INDICATORS[:3]]))
    assert (read.weight_total, read.total, read.findings) == (None, D("98.5"), ())


@pytest.mark.parametrize(
    "words", ["其他需要说明的问题", "存在问题", "自评结论", "下一步改进措施", "单位负责人（签字）", "填报人：", "注：略"]
)  # fmt: skip
def test_notes_below_a_table_without_a_total_are_no_indicators(words):
    read = read_filled_form("表.csv", csv_bytes([*INDICATORS[:3], [words, "", "无", "1", "1"]]))
    assert [row.name for row in read.rows] == ["指标1：宣传场次", "指标2：试剂数量"]


# What is refused


def repacked(content, change):
    """The workbook with its parts changed by `change(name, bytes)`."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def bomb(content):
    return repacked(
        content, lambda name, part: part + b" " * 300_000_000 if "sheet1" in name else part
    )


def laughs(content, encoding="utf-8"):
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def change(name, part):
        if "sheet1" not in name:
            return part
        text = part.decode().partition("?>")[2]
        return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{text}'.encode(encoding)

    return repacked(content, change)


def nonsense(content):
    return repacked(content, lambda name, part: b"<a/>" if "workbook.xml" in name else part)


def torn(content):
    return repacked(
        content, lambda name, part: part[: len(part) // 2] if "sheet1" in name else part
    )


def overlapping(content):
    merge = b'<mergeCell ref="A1:XFD1048576"/>' * 2_000
    return repacked(content, lambda name, part: part.replace(b"<mergeCells", b"<mergeCells>" + merge + b"<x").replace(b"</mergeCells>", b"</x></mergeCells>") if "sheet1" in name else part)  # fmt: skip


def locked(content):
    marked = bytearray(content)
    at = marked.find(b"PK\x01\x02")
    marked[at + 8] |= 1
    return bytes(marked)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000)
HOSTILE = [
    ("表.xlsx", bomb, "解压后超过 6 MB"),
    ("表.xlsx", laughs, "实体定义"),
    ("表.xlsx", lambda content: laughs(content, "utf-16"), "实体定义"),
    ("表.xlsx", lambda content: content[: len(content) // 2], "已损坏或不完整"),
    ("表.xlsx", nonsense, "没有找到自评表"),
    ("表.xlsx", torn, "已损坏或不完整"),
    ("表.xlsx", overlapping, "已损坏或不完整"),
    ("表.xlsx", locked, "设有密码"),
    ("表.xlsx", lambda _: OLD, "设有密码，或是旧的 .xls"),
    ("表.xlsx", lambda _: b"%PDF-1.7", "不是 .xlsx"),
    ("表.xlsx", lambda _: csv_bytes(HEAD), "不是 .xlsx"),
    ("表.xlsx", lambda _: bytes(MAX_BYTES + 1), "超过 10 MB"),
    ("表.xlsx", lambda _: b"", "是空的"),
    ("表.xlsx", lambda content: repacked(content, lambda n, p: p)[:0] + zipped("a.txt"), "不是 .xlsx"),
    ("表.xlsx", lambda _: workbook(lambda sheet, book: sheet.append(["没有表"])), "没有找到自评表"),
    ("表.csv", lambda content: content, "不是 csv 文本"),
    ("表.csv", lambda _: b"\xff\xff\xff", "不是 csv 文本"),
    ("表.csv", lambda _: b'"' + b"a" * 200_000, "不是 csv 文本"),
    ("表.csv", lambda _: csv_bytes(INDICATORS[:1]), "没有一行指标"),
    ("表.doc", lambda _: OLD, "接受的文件类型是 .xlsx、.docx、.pdf、.csv"),
]  # fmt: skip


def zipped(name):
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make", "told"), HOSTILE, ids=[told for *_, told in HOSTILE])
def test_what_is_no_form_is_refused_with_a_sentence_within_seconds(name, make, told):
    content = make(self_evaluation_xlsx(own()))
    begun = monotonic()
    with pytest.raises(UnreadableDocument, match=told):
        read_filled_form(name, content)
    assert monotonic() - begun < 5


def test_a_sheet_that_claims_a_million_rows_is_read_as_far_as_a_form_goes():
    content = repacked(
        self_evaluation_xlsx(own()),
        lambda name, part: part.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
        if "sheet1" in name
        else part,
    )  # fmt: skip
    assert len(read_filled_form("表.xlsx", content).rows) == len(ROWS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read_and_never_raises_anything_else(data):
    content = bytearray(self_evaluation_xlsx(own(ROWS[:2])))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableDocument):
        assert recheck(read_filled_form("表.xlsx", bytes(content))).rows
