"""Lists as people have them: pasted, csv or xlsx; every fault at its row, nothing guessed."""

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from time import monotonic

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from perf.core.errors import InvalidInput
from perf.core.lists.answers import Answers
from perf.core.lists.days import Case, CaseRules, days_value
from perf.core.lists.kinds import Measure, MoneyUnit
from perf.core.lists.payments import Payment, payments_value
from perf.documents.lists import (
    MAX_BYTES,
    MAX_ROWS,
    MAX_TEXT,
    list_csv,
    read_answers,
    read_cases,
    read_payments,
    text_of_file,
)
from perf.documents.readers import UnreadableDocument

D = Decimal
MARCH = [Case(2, date(2022, 3, 1), date(2022, 3, 8), "甲"), Case(3, date(2022, 3, 2), None, "乙")]


def workbook(*rows: list, formats: dict[int, str] | None = None) -> bytes:
    """An xlsx file of these rows; `formats` are the number formats of columns."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        styles = {at: book.add_format({"num_format": f}) for at, f in (formats or {}).items()}
        day = book.add_format({"num_format": "yyyy年m月d日"})
        for n, row in enumerate(rows):
            for at, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(n, at, value, day)
                elif isinstance(value, str) and value.startswith("="):
                    sheet.write_string(n, at, value)
                elif value is not None:
                    sheet.write(n, at, value, styles.get(at))
    return buffer.getvalue()


def told(findings) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in findings]


@pytest.mark.parametrize(
    "text",
    [
        "编号\t申请日期\t办结日期\n甲\t2022-03-01\t2022-03-08\n乙\t2022-03-02\t",
        "编号,受理时间,办结时间\n甲,2022/3/1 14:30,2022年3月8日\n乙,20220302,未办结",
        "编号，登记日期，答复日期\n甲，2022.3.1，２０２２-０３-０８\n乙，2022-3-2，—",
        "编号;申请日期;完成日期\n甲;2022-03-01;2022-03-08T09:00:00\n乙;2022-03-02;在办",
        "编号  申请日期  办结日期\n甲  2022-03-01  2022-03-08\n乙  2022-03-02  办理中",
        "编号 申请日期 办结日期\n甲 2022-03-01 2022-03-08\n乙 2022-03-02 在办",
        "办结日期\t申请时间\t姓名\n2022-03-08\t2022-03-01 00:00:00\t甲\n/\t2022-03-02\t乙\n\n",
        "应办结日期\t申请日期\t实际办结日期\t承诺期限\t编号\n2022-03-05\t2022-03-01\t2022-03-08\t5\t甲\n\t2022-03-02\t\t5\t乙",
        "编号\t申请日期\t办结日期\r\n甲\t2022-03-01\t2022-03-08\r\n乙\t2022-03-02\t".replace(
            "\r\n", "\n"
        ),
    ],
)
def test_pasted_cases_are_read_by_their_head_however_they_are_cut(text: str) -> None:
    listed = read_cases(text)
    assert (listed.rows, listed.findings) == (MARCH, [])


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-01\t2022-03-08\n2022-03-02\t2022-03-02",
        "1\t甲\t2022-03-01\t2022-03-08\n2\t乙\t2022-03-02\t2022-03-02",
        "甲 2022-03-01 2022-03-08\n乙 2022-03-02 2022-03-02",
    ],
)
def test_without_a_head_the_two_columns_of_days_are_taken_in_their_order(text: str) -> None:
    listed = read_cases(text)
    assert [(one.row, one.applied, one.completed) for one in listed.rows] == [
        (1, date(2022, 3, 1), date(2022, 3, 8)),
        (2, date(2022, 3, 2), date(2022, 3, 2)),
    ]
    assert not listed.findings


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-01\n2022-03-02",
        "2022-03-01\t2022-03-02\t2022-03-03",
        "甲\t乙",
        "编号\t日期\n甲\t2022-03-01",
        "申请人\t受理编号\n甲\t乙",
    ],
)
def test_columns_that_cannot_be_told_are_asked_for(text: str) -> None:
    listed = read_cases(text)
    assert (listed.rows, told(listed.findings)) == ([], [("columns-unknown", "")])
    assert "申请日期、办结日期" in listed.findings[0].message


def test_titles_above_the_head_are_left_out_and_told() -> None:
    listed = read_cases("信访件办理清单\n\n申请日期\t办结日期\n2022-03-01\t2022-03-08")
    assert [one.row for one in listed.rows] == [4]
    assert [one.message for one in listed.findings] == ["表头在第 3 行，它上面的 1 行没有计入。"]


def test_two_columns_for_one_thing_are_told_or_asked_about() -> None:
    both = read_cases("申请日期\t受理日期\t办结日期\n2022-03-01\t2022-03-03\t2022-03-08")
    assert both.rows[0].applied == date(2022, 3, 3)
    assert both.findings[0].message == "按“受理日期”计算，没有用“申请日期”。"
    alike = read_cases("申请日期\t初次办结日期\t再次办结日期\n2022-03-01\t2022-03-03\t2022-03-08")
    assert told(alike.findings) == [("columns-alike", "第 1 行")]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2022-02-30\t2022-03-08", "申请日期“2022-02-30”不是完整的日期"),
        ("3月1日\t2022-03-08", "申请日期“3月1日”不是完整的日期"),
        ("44621\t2022-03-08", "申请日期“44621”不是完整的日期"),
        ("\t2022-03-08", "缺少申请日期"),
        ("2022-03-01\t下周", "办结日期“下周”不是完整的日期"),
        ("2022-03-01\t#N/A", "办结日期“#N/A”不是完整的日期"),
        ("2022-03-01\t2022-03-08\t甲", "比表头多出一列"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_its_number_and_the_others_stand(
    row, sentence
) -> None:
    listed = read_cases(f"申请日期\t办结日期\n2022-03-01\t2022-03-02\n\n{row}")
    assert [one.row for one in listed.rows] == [2]
    assert told(listed.findings) == [("row-unread", "第 4 行")]
    assert sentence in listed.findings[0].message


# Payments

PAID = [
    Payment(2, date(2022, 3, 1), D("1234.50"), "甲公司；印刷费"),
    Payment(3, date(2022, 3, 2), D("-200"), "甲公司；退回"),
]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("日期\t金额（元）\t收款人\t摘要\n2022-03-01\t1,234.50\t甲公司\t印刷费\n2022-03-02\t-200\t甲公司\t退回", None),
        ('支付日期,支付金额(元),收款单位,用途\n2022-03-01,"1,234.50",甲公司,印刷费\n2022-03-02,-200,甲公司,退回', None),
        ("日期\t金额（万元）\t收款人\t摘要\n2022-03-01\t0.12345\t甲公司\t印刷费\n2022-03-02\t−0.02\t甲公司\t退回", None),
        ("日期\t金额\t收款人\t摘要\n2022-03-01\t￥1234.5元\t甲公司\t印刷费\n2022-03-02\t-0.02万元\t甲公司\t退回", None),
        ("日期\t预算金额\t金额\t收款人\t摘要\n2022-03-01\t9\t1234.5\t甲公司\t印刷费\n2022-03-02\t9\t-200\t甲公司\t退回\n合计\t\t1034.5", MoneyUnit.YUAN),
    ],
)  # fmt: skip
def test_payments_are_read_in_yuan(text: str, unit: MoneyUnit | None) -> None:
    listed = read_payments(text, unit)
    assert listed.rows == PAID
    assert {one.code for one in listed.findings} <= {"row-of-total"}


def test_a_row_with_a_day_is_no_total_whatever_it_is_called() -> None:
    listed = read_payments("日期\t金额（元）\t摘要\n2022-03-01\t5\t合计\n\t5\t合计")
    assert [one.row for one in listed.rows] == [2]
    assert told(listed.findings) == [("row-of-total", "第 3 行")]


def test_payments_without_a_head_need_one_column_of_days_and_one_of_numbers() -> None:
    listed = read_payments("1\t2022-03-01\t1234.5\t甲\n2\t2022-03-02\t-200\t乙", MoneyUnit.YUAN)
    assert [(one.yuan, one.summary) for one in listed.rows] == [
        (D("1234.5"), "甲"),
        (D(-200), "乙"),
    ]
    twice = read_payments("2022-03-01,1,234.50,甲\n2022-03-02,2,345.60,乙", MoneyUnit.YUAN)
    assert told(twice.findings) == [("columns-unknown", "")]


@pytest.mark.parametrize(
    ("text", "unit", "findings"),
    [
        ("日期\t金额\n2022-03-01\t5", None, [("row-unread", "第 2 行")]),
        ("日期\t金额（元）\n2022-03-01\t五", None, [("row-unread", "第 2 行")]),
        ("日期\t金额（元）\n2022-03-01\t", None, [("row-unread", "第 2 行")]),
        ("日期\t金额（元）\n2022-03-01\t(300.00)", None, [("row-unread", "第 2 行")]),
        ("日期\t金额（元）\n2022-03-01\t5", MoneyUnit.WAN, [("unit-differs", "")]),
        ("日期,金额（元）\n2022-03-01,1,234.00", None, [("row-unread", "第 2 行")]),
    ],
)
def test_an_amount_that_is_not_plain_is_refused(text, unit, findings) -> None:
    assert told(read_payments(text, unit).findings) == findings


# Questionnaires


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("选项\t份数\n满意\t60\n不满意\t3", [(2, "满意", 60), (3, "不满意", 3)]),
        ("群众满意度\n评价,人数\n满意,60\n不满意,3\n合计,63", [(3, "满意", 60), (4, "不满意", 3)]),
        ("满意 60\n不满意 3", [(1, "满意", 60), (2, "不满意", 3)]),
        ("满意\n不满意\n满意", [(1, "满意", 1), (2, "不满意", 1), (3, "满意", 1)]),
        (
            "姓名\t满意程度\n甲\t满意\n乙\t\n丙\t未评价",
            [(2, "满意", 1), (3, "未填", 1), (4, "未评价", 1)],
        ),
        ("未评价\n满意", [(1, "未评价", 1), (2, "满意", 1)]),
    ],
)
def test_answers_come_with_counts_or_one_a_row(text, rows) -> None:
    listed = read_answers(text)
    assert listed.rows == [Answers(*row) for row in rows]
    assert {one.severity.value for one in listed.findings} <= {"info"}


@pytest.mark.parametrize("count", ["-1", "1.5", "许多", ""])
def test_a_count_that_is_none_is_refused_at_its_row(count: str) -> None:
    listed = read_answers(f"选项\t份数\n满意\t60\n不满意\t{count}")
    assert told(listed.findings) == [("row-unread", "第 3 行")]


# Files

HEAD = ["编号", "申请日期", "办结日期"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("清单.xlsx", workbook(HEAD, ["甲", date(2022, 3, 1), datetime(2022, 3, 8, 14, 30, tzinfo=UTC).replace(tzinfo=None)], ["乙", date(2022, 3, 2)])),
        ("清单.XLSX", workbook(HEAD, ["甲", "2022-03-01", "2022.3.8"], ["乙", "2022年3月2日", "未办结"])),
        ("清单.csv", "编号,申请日期,办结日期\r\n甲,2022-03-01,2022-03-08\r\n乙,2022-03-02,\r\n".encode("gbk")),
        ("清单.csv", '\ufeff编号,申请日期,办结日期\n"甲",2022-03-01,2022-03-08\n乙,2022-03-02,'.encode()),
        ("清单.csv", "编号\t申请日期\t办结日期\n甲\t2022-03-01\t2022-03-08\n乙\t2022-03-02\t".encode("utf-16")),
        ("清单.txt", "编号  申请日期  办结日期\r\n甲  2022-03-01  2022-03-08\r\n乙  2022-03-02  在办\r\n".encode("gb18030")),
    ],
)  # fmt: skip
def test_a_file_reads_as_the_same_text_pasted(name: str, content: bytes) -> None:
    listed = read_cases(text_of_file(name, content))
    assert (listed.rows, listed.findings) == (MARCH, [])


def test_a_sheet_keeps_its_row_numbers_and_its_exact_numbers() -> None:
    content = workbook(
        ["支付明细"],
        [],
        ["日期", "金额（万元）", "摘要"],
        [date(2022, 3, 1), 0.123456, "一行\n两行\t一格"],
        [],
        [date(2022, 3, 2), 12, "乙"],
        formats={1: "0.00"},
    )
    assert read_payments(text_of_file("支付.xlsx", content)).rows == [
        Payment(4, date(2022, 3, 1), D("1234.56"), "一行 两行 一格"),
        Payment(6, date(2022, 3, 2), D(120000), "乙"),
    ]


def test_a_formula_without_its_value_is_told_and_not_taken_for_an_open_case() -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(["甲", date(2022, 3, 1), "=B2+7"])
    buffer = BytesIO()
    book.save(buffer)
    listed = read_cases(text_of_file("清单.xlsx", buffer.getvalue()))
    assert told(listed.findings) == [("row-unread", "第 2 行")]
    assert "公式没有保存结果" in listed.findings[0].message


def test_a_formula_that_came_to_an_empty_text_is_a_blank() -> None:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([HEAD, ["甲", "2022-03-01", "2022-03-08"], ["乙", "2022-03-02"]]):
            sheet.write_row(n, 0, row)
        sheet.write_formula(2, 2, '=IF(B3="","",C9)', None, "PLACEHOLDER")
    # As Excel writes it: a text by its type, and nothing in it.
    emptied = BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(emptied, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"PLACEHOLDER", b""))
    listed = read_cases(text_of_file("清单.xlsx", emptied.getvalue()))
    assert (listed.rows, listed.findings) == (MARCH, [])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("清单.docx", b"PK", "接受的文件类型是 .xlsx、.csv、.txt"),
        ("清单.xlsx", b"no workbook", "不是 .xlsx 表格"),
        ("清单.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的 .xls 格式"),
        ("清单.xlsx", workbook(HEAD)[:900], "损坏"),
        ("清单.xlsx", workbook(), "没有内容"),
        ("清单.csv", b"", "没有内容"),
        ("清单.csv", b"\x00\x01\x02\xff", "不是 csv 文本"),
        ("清单.csv", b"a" * (MAX_BYTES + 1), "超过 10 MB"),
        ("清单.csv", b"a," * MAX_TEXT, "最多 100 万个字符"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(name, content, sentence) -> None:
    with pytest.raises(UnreadableDocument, match=sentence):
        text_of_file(name, content)


@pytest.mark.slow
def test_a_list_has_a_greatest_length() -> None:
    with pytest.raises(InvalidInput, match=f"最多 {MAX_ROWS} 行，现有 {MAX_ROWS + 1} 行"):
        read_answers("满意\n" * (MAX_ROWS + 1))
    with pytest.raises(InvalidInput, match="最多 100 万个字符"):
        read_answers("满" * (MAX_TEXT + 1))
    rows = [["满意"]] * (MAX_ROWS + 1)
    with pytest.raises(InvalidInput, match="最多 20000 行"):
        read_answers(text_of_file("清单.xlsx", workbook(*rows)))


@pytest.mark.parametrize(
    "text",
    [
        "受理" * 400_000,
        "办结日期" + "受理日期" * 200_000 + "\t申请",
        "2022-03-01" + " T" * 400_000 + "\t2022-03-02",
        "1" * 900_000 + "\t" + "(" * 90_000,
        '"' * 900_000,
    ],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    begun = monotonic()
    for read in (read_cases, read_answers, read_payments):
        assert read(text).findings or not read(text).rows or read is read_answers
    assert monotonic() - begun < 20


@pytest.mark.parametrize("text", ["\t" * 900_000 + "x", ",," * 450_000, "满意 " * 200_000])
def test_a_row_of_too_many_columns_is_refused(text: str) -> None:
    for read in (read_cases, read_answers, read_payments):
        with pytest.raises(InvalidInput, match="第 1 行超过 40 列"):
            read(text)


def test_what_no_page_shows_is_left_out_of_an_uploaded_text() -> None:
    assert text_of_file("清单.txt", "满\x01意\x0b\ufffe\r\n一般".encode()) == "满意\n一般"


@pytest.mark.slow
def test_the_longest_list_is_read_in_seconds() -> None:
    row = "信访〔2022〕{n}号\t2022/3/1\t2022年3月8日"
    text = "\n".join(["编号\t申请日期\t办结日期", *(row.format(n=n) for n in range(MAX_ROWS - 1))])
    begun = monotonic()
    assert len(read_cases(text).rows) == MAX_ROWS - 1
    assert monotonic() - begun < 20


@given(st.text(alphabet="0129-/.,，;\t\n 年月日元万满意申请办结日期金额=\"'", max_size=200))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    for read in (read_cases, read_answers, read_payments):
        for found in read(text).findings:
            assert found.message


# Evidence


def test_the_file_kept_reads_back_to_the_same_value() -> None:
    rules = CaseRules(date(2022, 1, 1), date(2022, 3, 31), Measure.WORST, D(7))
    value = days_value(MARCH, rules)
    kept = list_csv(value.columns, value.rows)
    assert kept.startswith(b"\xef\xbb\xbf")
    again = read_cases(text_of_file("清单.csv", kept))
    assert (again.rows, again.findings) == (MARCH, [])
    paid = payments_value(PAID, date(2022, 1, 1), date(2022, 3, 31))
    assert read_payments(text_of_file("a.csv", list_csv(paid.columns, paid.rows))).rows == PAID


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(1)"])
def test_no_cell_of_the_file_kept_runs_as_a_formula(cell: str) -> None:
    assert list_csv(["事项"], [[cell]]).decode("utf-8-sig").splitlines()[1].lstrip('"') == (
        f"'{cell}"
    )


def test_negative_amounts_stay_numbers_in_the_file_kept() -> None:
    assert (
        list_csv(["金额"], [["-200.5"], ["+3"]]).decode("utf-8-sig") == "金额\r\n-200.5\r\n+3\r\n"
    )
