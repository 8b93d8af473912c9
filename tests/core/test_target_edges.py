"""Target texts at the edges of what is read: the last text that still is, and the first that is not."""

from datetime import date
from decimal import Decimal

import pytest

from perf.core.dates import parse_day
from perf.core.findings import Severity
from perf.core.readings import chinese_number, plain_text
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, Sense


def show(value: Decimal | date | None) -> str:
    return "" if value is None else str(value)


def codes(target: Target) -> set[str]:
    return {finding.code for finding in target.findings} - {"sense-guessed"}


def unread(text: str, code: str) -> bool:
    target = parse_target(text, year=2022)
    assert target.text == text
    assert {finding.severity for finding in target.findings} == {Severity.WARNING}
    return target.comparator is Comparator.QUALITATIVE and codes(target) == {code}


DEADLINES = [
    # text, last day that counts in a plan of 2022
    ("上半年前", "2021-12-31"),
    ("下半年前", "2022-06-30"),
    ("下年3月底前", "2023-03-31"),
    ("明年6月30日前", "2023-06-30"),
    ("来年1月完成", "2023-01-31"),
    ("本年6月内", "2022-06-30"),
    ("2022年6月内", "2022-06-30"),
    ("2022年6月前见效", "2022-05-31"),
    ("12月底见效", "2022-12-31"),
    ("主体工程2022年10月底前", "2022-10-31"),
    ("主体工程2022年10月完工", "2022-10-31"),
    ("二三月重点工程6月底前完成", "2022-06-30"),
]


@pytest.mark.parametrize(("text", "last"), DEADLINES)
def test_a_deadline_is_read_with_its_half_its_year_and_the_words_around_it(text, last):
    target = parse_target(text, year=2022)
    assert (target.comparator, show(target.value)) == (Comparator.BY_DATE, last)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12月31日前后", "date-unreadable"),
        ("2022年10月见效", "date-unreadable"),
        ("主体工程2022年10月见效", "date-unreadable"),
        ("一季度内", "month-ambiguous"),
        ("10月内", "month-ambiguous"),
    ],
)
def test_what_only_surrounds_a_date_is_no_deadline(text, code):
    assert unread(text, code)


def test_a_date_is_looked_for_behind_no_more_than_nineteen_characters():
    assert parse_target("项目" * 9 + "至2022年底").value == date(2022, 12, 31)
    assert unread("项目" * 10 + "2022年底", "date-unreadable")


def test_a_leap_day_without_a_year_lacks_only_its_year():
    assert codes(parse_target("2月29日前")) == {"date-without-year"}
    assert codes(parse_target("1月-2月29日")) == {"date-without-year"}
    assert codes(parse_target("2月29日前", year=2023)) == {"date-invalid"}


@pytest.mark.parametrize(
    ("text", "year", "first", "last"),
    [
        ("2022年4月-10月防汛巡查", 2022, "2022-04-01", "2022-10-31"),
        ("2022年12月31日-12月31日", 2022, "2022-12-31", "2022-12-31"),
        ("1月-2023年6月", None, "2023-01-01", "2023-06-30"),
        ("2022年9月-次年3月", None, "2022-09-01", "2023-03-31"),
        ("9月-次年3月", 2022, "2022-09-01", "2023-03-31"),
        ("下半年-次年6月", 2022, "2022-07-01", "2023-06-30"),
        ("2021年全年", None, "2021-01-01", "2021-12-31"),
    ],
)
def test_a_period_takes_its_years_from_either_end_or_from_the_plan(text, year, first, last):
    target = parse_target(text, year=year)
    assert target.comparator is Comparator.PERIOD
    assert (show(target.value), show(target.upper)) == (first, last)


@pytest.mark.parametrize(("year", "last"), [(1900, "1900-12-31"), (2098, "2098-12-31")])
def test_the_first_and_the_last_year_that_a_plan_can_have_are_taken(year, last):
    assert show(parse_target("年底前", year=year).value) == last


@pytest.mark.parametrize("year", [1899, 2099])
def test_a_year_that_no_plan_can_have_counts_as_none(year):
    assert codes(parse_target("年底前", year=year)) == {"date-without-year"}


FIGURES = [
    # text, comparator, value, upper, unit, codes
    ("≥1，≤3%", "between", "1", "3", "%", ""),
    ("≥1且≤3", "between", "1", "3", "", ""),
    ("20±2", "between", "18", "22", "", ""),
    ("3-5", "between", "3", "5", "", ""),
    ("5-5天", "between", "5", "5", "天", ""),
    ("1899-2000", "between", "1899", "2000", "", ""),
    ("2000-2101", "between", "2000", "2101", "", ""),
    ("2000-2050人", "between", "2000", "2050", "人", ""),
    ("新增3-5个", "between", "3", "5", "个", "words-left-out"),
    ("平均20±2℃", "between", "18", "22", "℃", "words-left-out"),
    ("超过90%以上", "gt", "90", "", "%", ""),
    ("低于5%以下", "lt", "5", "", "%", ""),
    ("≤2季度", "le", "2", "", "季度", "month-ambiguous"),
    ("不少于1899年", "ge", "1899", "", "年", ""),
    ("不超过10年", "le", "10", "", "年", ""),
    ("每年度4次", "eq", "4", "", "次", ""),
    ("每人500", "eq", "500", "", "/人", ""),
    ("5%/年", "eq", "5", "", "%/年", ""),
    ("12个行政村(社区)", "eq", "12", "", "个行政村(社区)", ""),
    ("100%覆盖三村", "eq", "100", "", "%", "words-left-out"),
    ("三日内回访两次", "le", "3", "", "日", "words-left-out"),
    ("一千人", "eq", "1000", "", "人", ""),
    ("两千三百四十五户", "eq", "2345", "", "户", ""),
    ("≥90%。（良好）", "ge", "90", "", "%", "note-left-out"),
    ("100%" + "完成" * 98, "eq", "100", "", "%", ""),
    ("≥5" + " " * 1997 + "次", "ge", "5", "", "次", ""),
    # The text of a whole page in a cell is not read to its end.
    ("≥5" + " " * 1998 + "次", "ge", "5", "", "", ""),
]


@pytest.mark.parametrize(("text", "comparator", "value", "upper", "unit", "code"), FIGURES)
def test_a_figure_at_an_edge_is_still_read(text, comparator, value, upper, unit, code):
    target = parse_target(text)
    read = (target.comparator, show(target.value), show(target.upper), target.unit or "")
    assert read == (comparator, value, upper, unit)
    assert " ".join(codes(target)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("≥5人且≤8%", "several-values"),
        ("①≥1%②≤3%", "several-values"),
        ("不低于20±2℃", "several-values"),
        ("每月20±2次", "several-values"),
        ("≥90-95%", "several-values"),
        ("每月3-5次", "several-values"),
        ("1900-2000", "several-values"),
        ("2000-2100", "several-values"),
        ("2022-2022", "several-values"),
        ("不少于1900年", "date-unreadable"),
        ("100%" + "完成" * 99, "target-unreadable"),
    ],
)
def test_a_figure_beyond_an_edge_is_never_guessed(text, code):
    assert unread(text, code)


def test_a_remark_without_a_figure_stays_words():
    target = parse_target(".（良好）")
    assert (target.comparator, target.findings) == (Comparator.QUALITATIVE, ())


def test_only_the_place_or_the_name_of_a_cost_completes_a_bare_wan():
    assert parse_target("30万", level1="成本指标", name="设备采购").unit == "万元"
    assert parse_target("30万", level2="成本指标").unit == "万元"
    assert parse_target("30万", level1="产出指标", name="设备采购").unit == "万"
    both = parse_target("10万-20万", level1="成本指标")
    assert (both.value, both.upper, both.unit) == (Decimal(10), Decimal(20), "万元")
    exactly = parse_target("恰好30万", level1="成本指标")
    assert (exactly.unit, exactly.sense) == ("万元", Sense.EXACTLY)


def test_a_name_of_a_deadline_makes_a_month_of_a_dotted_number():
    assert parse_target("2025.12", level2="数量指标").value == Decimal("2025.12")
    assert parse_target("2025.12", level2="数量指标", name="完成时限").value == date(2025, 12, 31)


def test_time_without_its_word_in_the_name_is_met_by_at_least_that():
    assert parse_target("7", name="完成时间").sense is Sense.AT_LEAST


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (" >= 90 ％\n", "≥90%"),
        ("2023-12-31 00:00:00", "2023-12-31"),
        ("90\u200b%\x00", "90%"),
        ("百分之九十五", "95%"),
        ("百分之一二", "一二%"),
        ("㎡①½", "㎡①½"),
    ],
)
def test_the_plain_text_has_one_spelling_for_each_sign_and_nothing_invisible(written, plain):
    assert plain_text(written) == plain


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("三", 3),
        ("十", 10),
        ("二十", 20),
        ("三百零五", 305),
        ("九千九百九十九", 9999),
        ("二〇二二", 2022),
        ("一二", None),
        ("", None),
    ],
)
def test_a_chinese_numeral_has_its_value(numeral, value):
    assert chinese_number(numeral) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-12-31", "2022-12-31"),
        ("2022/1/2", "2022-01-02"),
        ("2022年3月4日", "2022-03-04"),
        ("2022年3月4号", "2022-03-04"),
        ("20220506", "2022-05-06"),
        ("2022-2-30", ""),
        ("2022年2月", ""),
        ("2022-12-3" + " " * 30 + "1", "2022-12-31"),
        ("2022-12-3" + " " * 31 + "1", "2022-12-03"),
    ],
)
def test_a_day_is_read_in_each_usual_notation(text, day):
    assert show(parse_day(text)) == day
