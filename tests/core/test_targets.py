"""Target texts: what is read from each way of writing, and that no text of any kind raises."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from perf.core.findings import Severity
from perf.core.targets import Target, describe_target, parse_target, print_target, strip_numbering
from perf.core.terms import Comparator, Sense

CORPUS = Path(__file__).parents[2] / "../shared/corpus/targets.jsonl"
PLACES = [
    {"level1": "产出指标", "level2": "数量指标", "name": "培训人数"},
    {"level1": "产出指标", "level2": "时效指标", "name": "投诉办结时间"},
    {"level1": "成本指标", "level2": "经济成本指标", "name": "项目总成本"},
    {},
]


def show(value: Decimal | date | None) -> str:
    return "" if value is None else str(value)


def core(target: Target) -> tuple[object, ...]:
    return target.comparator, target.value, target.upper, target.unit, target.sense


def codes(target: Target) -> set[str]:
    return {finding.code for finding in target.findings} - {"sense-guessed"}


FIGURES = [
    # text, comparator, value, upper, unit
    ("≥90%", "ge", "90", "", "%"),
    (">= 90 ％", "ge", "90", "", "%"),
    ("》=90%", "ge", "90", "", "%"),
    ("⩾９５％", "ge", "95", "", "%"),
    ("≧735人次", "ge", "735", "", "人次"),
    ("≥95分以上", "ge", "95", "", "分"),
    ("≥100百分比", "ge", "100", "", "%"),
    ("≥90(%)", "ge", "90", "", "%"),
    ("“≥90%”。", "ge", "90", "", "%"),
    ("①≥3次", "ge", "3", "", "次"),
    ("指标1：≥3次", "ge", "3", "", "次"),
    ("大于或等于12次", "ge", "12", "", "次"),
    ("不少于１２种", "ge", "12", "", "种"),
    ("不得低于90%", "ge", "90", "", "%"),
    ("至少三次", "ge", "3", "", "次"),
    ("90%以上", "ge", "90", "", "%"),
    ("90%(含)以上", "ge", "90", "", "%"),
    ("10人及以上", "ge", "10", "", "人"),
    ("90%以上（含90%）", "ge", "90", "", "%"),
    ("达到百分之九十五以上", "ge", "95", "", "%"),
    ("全年不少于12次", "ge", "12", "", "次"),
    ("90%以上（不含）", "gt", "90", "", "%"),
    ("超过100家", "gt", "100", "", "家"),
    ("＞92%", "gt", "92", "", "%"),
    ("小于5次", "lt", "5", "", "次"),
    ("50元以下(不含)", "lt", "50", "", "元"),
    ("≤7 天", "le", "7", "", "天"),
    ("=<7工作日", "le", "7", "", "工作日"),
    ("不超过7天", "le", "7", "", "天"),
    ("7日内", "le", "7", "", "日"),
    ("七个工作日内办结", "le", "7", "", "个工作日"),
    ("一年内", "le", "1", "", "年"),
    ("控制在5%以内", "le", "5", "", "%"),
    ("控制在50万元", "le", "50", "", "万元"),
    ("最高不超过5300元/户", "le", "5300", "", "元/户"),
    ("30万元内", "le", "30", "", "万元"),
    ("1000元以下", "le", "1000", "", "元"),
    ("每生每天不超过4元", "le", "4", "", "元/生·天"),
    ("≥-0.5℃", "ge", "-0.5", "", "℃"),
    ("=8个", "eq", "8", "", "个"),
    ("═100%", "eq", "100", "", "%"),
    ("0起", "eq", "0", "", "起"),
    ("零投诉", "eq", "0", "", "投诉"),
    ("100", "eq", "100", "", ""),
    (".5", "eq", "0.5", "", ""),
    ("1，234.5万元", "eq", "1234.5", "", "万元"),
    ("1346.0088万平方米", "eq", "1346.0088", "", "万平方米"),
    ("100%覆盖", "eq", "100", "", "%"),
    ("100%完成", "eq", "100", "", "%"),
    ("百分百", "eq", "100", "", "%"),
    ("完成8个", "eq", "8", "", "个"),
    ("两次", "eq", "2", "", "次"),
    ("一百零五人", "eq", "105", "", "人"),
    ("530元/人*月", "eq", "530", "", "元/人*月"),
    ("每月1次", "eq", "1", "", "次/月"),
    ("每年4次", "eq", "4", "", "次"),
    ("每村一名", "eq", "1", "", "名/村"),
    ("须达到90%", "eq", "90", "", "%"),
    ("≤180日历天", "le", "180", "", "日历天"),
    ("8台(套)", "eq", "8", "", "台(套)"),
    ("500㎡", "eq", "500", "", "㎡"),
    ("500m2", "eq", "500", "", "m2"),
    ("5个乡镇", "eq", "5", "", "个乡镇"),
    ("90%-95%", "between", "90", "95", "%"),
    ("90—95%", "between", "90", "95", "%"),
    ("3至5天", "between", "3", "5", "天"),
    ("85～90分之间", "between", "85", "90", "分"),
    ("1万-2万元", "between", "1", "2", "万元"),
    ("-5%~-3%", "between", "-5", "-3", "%"),
    ("≥1%且≤3%", "between", "1", "3", "%"),
    ("20±2℃", "between", "18", "22", "℃"),
]


@pytest.mark.parametrize(("text", "comparator", "value", "upper", "unit"), FIGURES)
def test_a_figure_is_read_with_its_comparator_and_unit(text, comparator, value, upper, unit):
    target = parse_target(text)
    read = (target.comparator, show(target.value), show(target.upper), target.unit or "")
    assert read == (comparator, value, upper, unit)
    assert target.text == text
    assert (target.sense is None) == (comparator != "eq")
    assert not codes(target)


WITH_A_NOTE = [
    # text, comparator, value, unit, code
    ("100%（历史标准）", "eq", "100", "%", "note-left-out"),
    ("5个以上乡镇", "ge", "5", "个", "words-left-out"),
    ("完成12个行政村的人居环境整治工程", "eq", "12", "个", "words-left-out"),
    ("24小时内响应", "le", "24", "小时", "words-left-out"),
    ("受理后15个工作日内", "le", "15", "个工作日", "words-left-out"),
    ("群众满意度≥90%", "ge", "90", "%", "words-left-out"),
    ("召开会议12次", "eq", "12", "次", "words-left-out"),
    ("受益群众1万人以上", "ge", "1", "万人", "words-left-out"),
    ("合格率为100%", "eq", "100", "%", "words-left-out"),
    ("≥80分（良好）", "ge", "80", "分", "note-left-out"),
    ("完成率100%", "eq", "100", "%", "words-left-out"),
    ("较上年增长5%以上", "ge", "5", "%", "words-left-out"),
    ("100%群众满意", "eq", "100", "%", "words-left-out"),
    ("≤12月", "le", "12", "月", "month-ambiguous"),
    ("≥1 000人", "ge", "1000", "人", "digits-apart"),
]


@pytest.mark.parametrize(("text", "comparator", "value", "unit", "code"), WITH_A_NOTE)
def test_what_is_left_out_of_a_reading_is_said(text, comparator, value, unit, code):
    target = parse_target(text)
    assert (target.comparator, show(target.value), target.unit) == (comparator, value, unit)
    assert codes(target) == {code}
    assert {finding.severity for finding in target.findings} == {Severity.INFO}


DEADLINES = [
    # text, last day that counts in a plan of 2022
    ("2022年底之前", "2022-12-31"),
    ("2021年12月完成", "2021-12-31"),
    ("2023年12月31日", "2023-12-31"),
    ("2022年12月31日前", "2022-12-31"),
    ("2022/6/30前", "2022-06-30"),
    ("2022.6.30", "2022-06-30"),
    ("2023-12-31 00:00:00", "2023-12-31"),
    ("2022-11", "2022-11-30"),
    ("2025.12", "2025-12-31"),
    ("12.31前", "2022-12-31"),
    ("9月前", "2022-08-31"),
    ("1月前", "2021-12-31"),
    ("9月底前", "2022-09-30"),
    ("2月", "2022-02-28"),
    ("12月底到位", "2022-12-31"),
    ("11月上旬", "2022-11-10"),
    ("11月中旬前", "2022-11-10"),
    ("11月中旬", "2022-11-20"),
    ("11月下旬前", "2022-11-20"),
    ("二〇二二年十一月三十日前", "2022-11-30"),
    ("22年底前", "2022-12-31"),
    ("年底前", "2022-12-31"),
    ("年内完成", "2022-12-31"),
    ("次年3月底前", "2023-03-31"),
    ("2022年前", "2021-12-31"),
    ("2022年度", "2022-12-31"),
    ("=2022年", "2022-12-31"),
    ("上半年", "2022-06-30"),
    ("下半年完成", "2022-12-31"),
    ("第三季度末", "2022-09-30"),
    ("三季度前", "2022-06-30"),
    ("≤2022年6月", "2022-06-30"),
    ("不晚于2022年6月30日", "2022-06-30"),
    ("截至2022年12月31日止", "2022-12-31"),
    ("完成时间：2022年12月", "2022-12-31"),
    ("主体工程2022年10月底完工", "2022-10-31"),
    ("2022年6月30日前，完成全部工作", "2022-06-30"),
    ("2019年12月(计划标准)", "2019-12-31"),
]


@pytest.mark.parametrize(("text", "last"), DEADLINES)
def test_a_deadline_is_the_last_day_that_still_counts(text, last):
    target = parse_target(text, year=2022)
    assert (target.comparator, show(target.value)) == (Comparator.BY_DATE, last)
    assert (target.unit, target.upper, target.sense) == (None, None, None)


@pytest.mark.parametrize(
    "text", ["9月前", "12月底到位", "年底前", "上半年", "1-12月", "9月-次年3月"]
)
def test_a_date_without_any_year_has_no_value_and_says_so(text):
    target = parse_target(text)
    assert target.comparator in {Comparator.BY_DATE, Comparator.PERIOD}
    assert target.value is target.upper is None
    assert "date-without-year" in codes(target)


def test_a_month_before_which_something_is_due_is_pointed_out():
    assert codes(parse_target("9月前", year=2022)) == {"deadline-before"}
    assert not codes(parse_target("9月30日前", year=2022))


PERIODS = [
    ("2020年1月--2020年11月", "2020-01-01", "2020-11-30"),
    ("1-12月", "2022-01-01", "2022-12-31"),
    ("2023.07-2024.01", "2023-07-01", "2024-01-31"),
    ("2021年1月-12月", "2021-01-01", "2021-12-31"),
    ("2022年1—6月", "2022-01-01", "2022-06-30"),
    ("1月-2023年6月", "2023-01-01", "2023-06-30"),
    ("2021年9月-次年3月", "2021-09-01", "2022-03-31"),
    ("2022.1.1-12.31", "2022-01-01", "2022-12-31"),
    ("2022年3月15日至2022年11月15日", "2022-03-15", "2022-11-15"),
    ("2021-2023年", "2021-01-01", "2023-12-31"),
    ("20220101-20221130", "2022-01-01", "2022-11-30"),
    ("1-4季度", "2022-01-01", "2022-12-31"),
    ("2021年全年", "2021-01-01", "2021-12-31"),
]


@pytest.mark.parametrize(("text", "first", "last"), PERIODS)
def test_a_period_has_its_first_and_its_last_day(text, first, last):
    target = parse_target(text, year=2022)
    assert target.comparator is Comparator.PERIOD
    assert (show(target.value), show(target.upper)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["明显", "确保", "良好", "无", "否", "全覆盖", "一次性", "三级甲等", "零距离", "按期完成", "春节前",
     "定性优良中低差", "应助尽助", "有效保障，力争将信访问题在当地解决。", "台", "每季度末", "一年一次", "培育一批", "争创第一", "完成任务一项"],
)  # fmt: skip
def test_words_are_qualitative_and_no_error(text):
    target = parse_target(text, year=2022)
    assert core(target) == (Comparator.QUALITATIVE, None, None, None, None)
    assert target.findings == ()


UNREAD = [
    ("", "target-missing"),
    (" \n ", "target-missing"),
    ("全年", "not-measurable"),
    ("常年", "not-measurable"),
    ("完成1部宣传片,2套方案", "several-values"),
    ("6月份完成宣传片制作;9月份完成文本", "date-unreadable"),
    ("资助标准为每生每年3000元、2000元、1000元3个档次", "several-values"),
    ("90-95%以上", "several-values"),
    ("95%-90%", "several-values"),
    ("-5%--3%", "several-values"),
    ("5人-8%", "several-values"),
    ("100±5%", "several-values"),
    ("7×24小时", "several-values"),
    ("2021-2022学年", "several-values"),
    ("居全省前10名", "target-unreadable"),
    ("第1名", "target-unreadable"),
    ("5A级", "target-unreadable"),
    ("≥5天以内", "target-unreadable"),
    ("≥≤5", "target-unreadable"),
    ("控制在不低于5%", "target-unreadable"),
    ("5个，其中乡镇以上；其余", "target-unreadable"),
    ("2分之一", "target-unreadable"),
    ("3次、" * 100, "several-values"),
    ("百分之一二以上", "target-unreadable"),
    ("100个（村）以上的地区和部门以及单位和其他各类组织", "target-unreadable"),
    ("30个特别长而且没有人知道是什么意思的东西以及别的各种各样的东西", "target-unreadable"),
    ("1e400", "target-unreadable"),
    ("NaN", "target-unreadable"),
    ("½", "target-unreadable"),
    ("٣٠%", "target-unreadable"),
    ("\ud800", "target-missing"),
    ("/", "target-unreadable"),
    ("≥上年", "target-unreadable"),
    ("约30人", "approximate"),
    ("100余人", "approximate"),
    ("100人左右", "approximate"),
    ("9999999999999", "number-too-long"),
    ("0.1234567%", "number-too-long"),
    ("13月", "date-invalid"),
    ("2022年2月30日", "date-invalid"),
    ("2月30日", "date-invalid"),
    ("2022年13月-14月", "date-invalid"),
    ("2022年12月-2022年1月", "period-reversed"),
    ("6月内", "month-ambiguous"),
    ("达到12月", "date-unreadable"),
    ("2022年1月起", "date-unreadable"),
    ("不低于2021年水平", "date-unreadable"),
    ("≥2022年", "date-unreadable"),
    ("每月25日前", "date-unreadable"),
    ("比2021年12月", "date-unreadable"),
    ("2022年1月-12月第3次", "date-unreadable"),
    ("工程2022年全年", "date-unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), UNREAD)
def test_what_cannot_be_read_is_qualitative_with_a_finding_and_never_a_guess(text, code):
    target = parse_target(text, year=2022)
    assert core(target) == (Comparator.QUALITATIVE, None, None, None, None)
    assert codes(target) == {code}
    assert all(finding.message.endswith("。") for finding in target.findings)


def test_a_number_that_looks_like_a_month_stays_a_number_where_amounts_stand():
    assert parse_target("2025.12", level1="成本指标").value == Decimal("2025.12")
    assert parse_target("2025.12", level2="时效指标", level1="成本指标").value == date(2025, 12, 31)
    assert parse_target("20221231").value == date(2022, 12, 31)
    assert parse_target("20221231", level2="数量指标").value == Decimal(20221231)
    assert parse_target("≤2025.12").comparator is Comparator.LE


def test_months_written_without_marks_are_a_period_except_where_amounts_stand():
    target = parse_target("202201-202211", level2="时效指标", name="项目起止时间")
    assert (target.value, target.upper) == (date(2022, 1, 1), date(2022, 11, 30))
    assert parse_target("202201-202211", level2="数量指标").value == Decimal(202201)


def test_a_harm_that_is_to_fall_by_so_much_is_met_by_at_least_that():
    assert parse_target("较上年下降10%", name="安全事故起数").sense is Sense.AT_LEAST
    assert parse_target("2起", name="安全事故起数").sense is Sense.AT_MOST


def test_bare_wan_of_a_cost_is_completed_to_yuan_and_said():
    target = parse_target("30万", level1="成本指标", name="项目投入")
    assert (target.value, target.unit, target.sense) == (Decimal(30), "万元", Sense.AT_MOST)
    assert codes(target) == {"unit-completed"}
    assert parse_target("≤620万/月", name="人工成本").unit == "万元/月"
    assert parse_target("3.5亿", name="招商引资金额").unit == "亿元"
    assert parse_target("3万", name="补助人数").unit == "万"


@pytest.mark.parametrize(
    ("text", "place", "sense"),
    [
        ("0起", {"name": "安全事故"}, Sense.AT_MOST),
        ("0", {}, Sense.AT_MOST),
        ("30万元", {"level1": "成本指标"}, Sense.AT_MOST),
        ("100%", {"level1": "产出指标", "level2": "成本指标"}, Sense.AT_MOST),
        ("30万元", {"level1": "产出指标", "name": "项目资金"}, Sense.AT_LEAST),
        ("7天", {"name": "办结时限"}, Sense.AT_MOST),
        ("7个工作日", {"name": "完成时间"}, Sense.AT_MOST),
        ("=7天", {"name": "完成时间"}, Sense.AT_MOST),
        ("7次", {"name": "完成时间"}, Sense.AT_LEAST),
        ("300天", {"name": "免费开放天数"}, Sense.AT_LEAST),
        ("2起", {"name": "投诉次数"}, Sense.AT_MOST),
        ("1%", {"name": "差错率"}, Sense.AT_MOST),
        ("100%", {"name": "投诉办结率"}, Sense.AT_LEAST),
        ("100%", {"name": "上访人员满意度"}, Sense.AT_LEAST),
        ("100%", {"name": "验收合格率"}, Sense.AT_LEAST),
        ("恰好8个", {"level1": "成本指标"}, Sense.EXACTLY),
    ],
)
def test_the_sense_of_an_equal_target_follows_the_first_rule_that_fits(text, place, sense):
    target = parse_target(text, **place)
    assert (target.comparator, target.sense) == (Comparator.EQ, sense)
    guessed = {finding.code for finding in target.findings} == {"sense-guessed"}
    assert guessed == (sense is not Sense.EXACTLY)


@pytest.mark.skipif(not CORPUS.exists(), reason="the published texts do not lie beside the project")
def test_every_judged_row_of_the_published_texts_is_right():
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 100
    for row in rows:
        target = parse_target(row["text"], level2=row["level2"], name=row["indicator"])
        read = {
            "comparator": target.comparator.value,
            "value": target.value,
            "unit": target.unit or "",
        }
        for key, label in row.items():
            if key not in read or label is None:
                continue
            right = label if isinstance(label, list) else [label]
            if isinstance(target.value, Decimal) and key == "value":
                right = [Decimal(each) for each in right]
            elif key == "value":
                right = [date.fromisoformat(each) for each in right]
            assert read[key] in right, row


@pytest.mark.parametrize(
    ("text", "printed", "described"),
    [
        ("大于等于 90％", "≥90%", "至少 90 %"),
        ("不超过7 天", "≤7天", "至多 7 天"),
        ("大于92.50%", ">92.5%", "大于 92.5 %"),
        ("小于5次", "<5次", "小于 5 次"),
        ("=8个", "8个", "至少 8 个"),
        ("0起", "0起", "至多 0 起"),
        ("恰好8个", "恰好8个", "恰好 8 个"),
        ("100", "100", "至少 100"),
        ("90%-95%", "90%~95%", "90 至 95 %"),
        ("2022年底之前", "2022-12-31", "最迟 2022-12-31"),
        ("年底前", "年底前", "截止日期待定，请写明年份"),
        ("2020年1月--2020年11月", "2020-01-01至2020-11-30", "2020-01-01 至 2020-11-30"),
        ("1-12月", "1-12月", "起止日期待定，请写明年份"),
        ("明显", "明显", "定性指标，按等级评定"),
    ],
)
def test_a_target_is_printed_short_and_described_in_words(text, printed, described):
    target = parse_target(text)
    assert print_target(target) == printed
    assert describe_target(target) == described


def test_a_target_whose_number_is_missing_is_described_by_its_text():
    assert describe_target(Target("≥若干", Comparator.GE)) == "≥若干"


PIECES = re.findall(
    r"\S+",
    "≥ ≤ > < = 》= 大于等于 不低于 不超过 控制在 以上 以内 内 以下 前 底 年 月 日 2022 12 31 3 90 1,000 0 .5 "
    "- -- ~ 至 % 百分比 万 亿 元 / 人 · * 次 个 工作日 天 完成 覆盖 每 季度 上半年 全年 (含) (不含) (套) ㎡ m2 ² ① "
    "约 左右 余 百分之 九十 三 零 投诉 ± 且 , 、 。 A级 恰好 1e400 13 2月30日 上旬 次年 本 . : ( ) 合格率 达到 增长",
)
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=7).map("".join))


@settings(deadline=None)
@given(texts, st.sampled_from(PLACES), st.sampled_from([None, 2022, 1, 2098, 2099, 9999, -5]))
@example("1" * 100_000, {}, None)
@example("≥" + "9" * 13 + "%", {}, None)
@example("年" * 5_000 + "\x00\udfff", {}, 2022)
@example("12月底前", {}, 10_000)
@example("上半年", PLACES[0], 1)
@example("次年3月底前", PLACES[0], 2098)
# A reader that tries each way to split such a row would never come back.
@example("5" + "完成到位" * 48 + "等", {}, None)
@example("5" + "全部均已及时足额" * 24 + "!", {}, None)
def test_no_text_raises_and_what_is_printed_reads_the_same(text, place, year):
    target = parse_target(text, year=year, **place)
    assert target.text == text
    again = parse_target(print_target(target), year=year, **place)
    assert core(again) == core(target)
    assert describe_target(target)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("1、信访群众满意度", "信访群众满意度"),
        ("指标3:修缮级别", "修缮级别"),
        ("指标16：高血压规范管理数", "高血压规范管理数"),
        ("绩效指标2、覆盖面", "覆盖面"),
        ("（2）城区绿化", "城区绿化"),
        ("（一）信访", "信访"),
        ("一、信访", "信访"),
        ("① 参训人数", "参训人数"),
        ("1、①参训人数", "参训人数"),
        ("10.新建厕所数量", "新建厕所数量"),
        ("０1．名称", "名称"),
        ("1、2021年培训人数", "2021年培训人数"),
        ("2021年培训人数", "2021年培训人数"),
        ("1+1帮扶", "1+1帮扶"),
        ("1.5万亩造林", "1.5万亩造林"),
        ("1、2号楼维修", "1、2号楼维修"),
        ("一、二级公路里程", "一、二级公路里程"),
        ("12345热线办结率", "12345热线办结率"),
        ("（2022年）信访", "（2022年）信访"),
        ("★★★救助人数", "★★★救助人数"),
        (" 3、 ", "3、"),
        ("三公经费控制率", "三公经费控制率"),
    ],
)
def test_a_numbering_is_no_part_of_a_name(name, bare):
    assert strip_numbering(name) == bare
