"""What a user reads beside a target: each finding's sentence names what was taken for what."""

import pytest

from perf.core.findings import Severity
from perf.core.targets import parse_target

COST = {"level1": "成本指标", "name": "设备采购"}

SENTENCES = [
    # text, place, code, sentence
    ("", {}, "target-missing", "指标值为空，请填写。"),
    ("全年", {}, "not-measurable", "“全年”只说明期间，无法衡量，请写明要完成的数量或截止日期。"),
    ("约30人", {}, "approximate", "“约”“左右”一类的数无法判断是否达成，请改成≥、≤或起止范围。"),
    ("2022年1月起", {}, "date-unreadable", "没有读出截止日期，请写成“2022年12月底前”或“2022-12-31”这样的形式。"),
    ("7×24小时", {}, "several-values", "含有多个数值，无法计分，请拆成多个指标或改成一个数值。"),
    ("5A级", {}, "target-unreadable", "没有读出数值，按定性指标处理；如为定量指标，请写成“≥90%”这样的形式。"),
    ("9999999999999", {}, "number-too-long", "指标值里的数字放不下：数字太大：整数部分最多 12 位，请核对单位。"),
    ("二月30日", {}, "date-invalid", "“2月30日”里没有这样的日期，请核对月份和日数。"),
    ("2022年13月-14月", {}, "date-invalid", "起止日期里有不存在的日期，请核对月份和日数。"),
    ("2022年12月-1月", {}, "period-reversed", "起始日期晚于结束日期，请核对年份和月份。"),
    ("6月内", {}, "month-ambiguous", "看不出是几月份之内还是几个月之内，请写成“6月底前”或“6个月内”。"),
    ("12月31日前", {}, "date-without-year", "日期没有写年份，请补上年份，例如 2022年12月31日。"),
    ("1-12月", {}, "date-without-year", "日期没有写年份，请补上年份，例如 2022年12月31日。"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "code", "sentence"), SENTENCES)
def test_a_warning_says_what_is_wrong_and_what_to_write(text, place, code, sentence):
    target = parse_target(text, **place)
    assert target.text == text
    assert [(each.severity, each.code, each.message) for each in target.findings] == [
        (Severity.WARNING, code, sentence)
    ]


NOTES = [
    # text, place, code, sentence
    ("9月前", {"year": 2022}, "deadline-before", "“前”不含当期，截止日期读作 2022-08-31；如含当期，请写“底前”。"),
    ("≤12月", {}, "month-ambiguous", "“12月”读作时长；如指截止日期，请写成“12月底前”。"),
    ("≤30万", COST, "unit-completed", "单位“万”已补全为“万元”，请确认。"),
    ("≥80分（良好）", {}, "note-left-out", "读取数值时略去了括号里的“良好”，请确认含义未变。"),
    ("≥1 000人", {}, "digits-apart", "数字之间的空格已略去，请核对数值。"),
    ("较上年增长5%以上", {}, "words-left-out", "读取数值时略去了“较上年增长”，请确认含义未变。"),
    ("新增5个以上乡镇", {}, "words-left-out", "读取数值时略去了“新增、乡镇”，请确认含义未变。"),
    ("≥90%群众满意", {}, "words-left-out", "读取数值时略去了“群众”，请确认含义未变。"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "code", "sentence"), NOTES)
def test_a_note_says_what_was_left_out_or_taken_for_what(text, place, code, sentence):
    findings = parse_target(text, **place).findings
    assert [(each.severity, each.code, each.message) for each in findings] == [
        (Severity.INFO, code, sentence)
    ]


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [("8个", {}, "至少"), ("0起", {}, "至多"), ("30万元", COST, "至多")],
)
def test_a_guessed_side_is_told_with_the_ways_to_change_it(text, place, word):
    (finding,) = parse_target(text, **place).findings
    assert (finding.severity, finding.code) == (Severity.INFO, "sense-guessed")
    assert finding.message == (
        f"没有写明方向，按“{word}”计分，请确认；如不是，请改选“至少”“至多”或“恰好”。"
    )
