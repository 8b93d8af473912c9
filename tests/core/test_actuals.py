"""Actuals: what is taken as typed, what is refused with which sentence, and how they are shown."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import TierChoice, format_actual, parse_actual, parse_tier
from perf.core.errors import InvalidInput
from perf.core.targets import parse_target
from perf.core.terms import Tier

D = Decimal
DAY = date(2022, 12, 31)


def typed(text: str, target: str) -> object:
    return parse_actual(text, parse_target(target, year=2022))


@pytest.mark.parametrize(
    ("text", "target", "actual"),
    [
        ("92", "≥90%", D(92)),
        ("92%", "≥90%", D(92)),
        ("９２．５％", "≥90%", D("92.5")),
        ("1,234.5", "≥10", D("1234.5")),
        ("-3", "≥-5℃", D(-3)),
        ("0", "0起", D(0)),
        ("11 天", "≤7天", D(11)),
        ("195.5万元", "200万元", D("195.5")),
        ("500㎡", "≥500㎡", D(500)),
        ("4", "3-5天", D(4)),
        ("", "≥90%", None),
        ("  　\n", "2022年底前", None),
        ("", "明显", None),
        ("2022-12-31", "2022年底前", DAY),
        ("2022年12月31日", "2022年底前", DAY),
        ("2022.12.31", "2022年底前", DAY),
        ("2022/12/31", "2022年底前", DAY),
        ("20221231", "2022年底前", DAY),
        ("２０２２－１２－３１", "2022年底前", DAY),
        ("2022-12-31 00:00:00", "2022年底前", DAY),
        ("2022-12-31", "1-12月", DAY),
        ("达成（95）", "1-12月", TierChoice(Tier.ACHIEVED, D(95))),
        ("achieved 95", "1-12月", TierChoice(Tier.ACHIEVED, D(95))),
        ("达成年度指标（95%）", "明显", TierChoice(Tier.ACHIEVED, D(95))),
        ("部分达成 60", "明显", TierChoice(Tier.PARTIAL, D(60))),
        ("未达成年度指标且效果较差（0%）", "明显", TierChoice(Tier.MISSED, D(0))),
    ],
)
def test_an_actual_is_taken_in_the_ways_people_type_it(text, target, actual):
    assert typed(text, target) == actual


@pytest.mark.parametrize(
    ("text", "target", "sentence"),
    [
        ("abc", "≥90%", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("NaN", "≥90%", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("1e400", "≥90%", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("≥90%", "≥90%", "不是数字：请只填数字，例如 100 或 98.5。"),
        ("9999999999999", "≥90%", "数字太大"),
        ("0.1234567", "≥90%", "小数太长"),
        ("2022-12-31", "≥90%", "这里要填数字，不是日期"),
        ("2022年12月", "≥90%", "这里要填数字，不是日期"),
        ("11个工作日", "≤7天", "单位是“天”，请换算后只填数字，不要带“个工作日”"),
        ("735人", "≥10", "本指标没有单位，请只填数字，不要带“人”"),
        ("9" * 101, "≥90%", "内容太长：这里要填数字"),
        ("字" * 101, "2022年底前", "内容太长：这里要填日期"),
        ("字" * 5_000_000, "明显", "内容太长：这里要选等级"),
        ("5", "2022年底前", "这里要填日期，不是数字；请填完整日期，例如 2022-12-31"),
        ("44926", "2022年底前", "这里要填日期，不是数字"),
        ("12月31日", "2022年底前", "没有这样的日期，或日期不完整"),
        ("2022-02-30", "2022年底前", "没有这样的日期，或日期不完整"),
        ("完成", "2022年底前", "不是日期；请填完整日期"),
        ("完成", "1-12月", "不是日期；请填完整日期"),
        ("好", "明显", "没有这个等级，请从“达成年度指标”、"),
        ("95", "明显", "这里要选等级并填完成率"),
        ("达成", "明显", "请填完成率：选“达成年度指标”时，完成率应在 80% 至 100% 之间。"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_type_instead(text, target, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        typed(text, target)


@pytest.mark.parametrize(
    ("tier", "rate", "choice"),
    [
        ("", " ", None),
        ("achieved", "80", TierChoice(Tier.ACHIEVED, D(80))),
        ("achieved", "１００％", TierChoice(Tier.ACHIEVED, D(100))),
        ("partial", "79.99", TierChoice(Tier.PARTIAL, D("79.99"))),
        ("未达成", "59.99%", TierChoice(Tier.MISSED, D("59.99"))),
    ],
)
def test_a_grade_is_taken_with_a_rate_inside_its_band(tier, rate, choice):
    assert parse_tier(tier, rate) == choice


@pytest.mark.parametrize(
    ("tier", "rate", "field", "sentence"),
    [
        ("", "90", "tier", "请先选择等级"),
        ("best", "90", "tier", "没有这个等级"),
        ("achieved", "", "rate", "80% 至 100% 之间"),
        ("achieved", "100.01", "rate", "80% 至 100% 之间"),
        ("achieved", "NaN", "rate", "80% 至 100% 之间"),
        ("achieved", "%", "rate", "80% 至 100% 之间"),
        ("partial", "80", "rate", "60% 至 80%（不含）之间"),
        ("partial", "59", "rate", "60% 至 80%（不含）之间"),
        ("missed", "60", "rate", "0% 至 60%（不含）之间"),
        ("missed", "-1", "rate", "0% 至 60%（不含）之间"),
    ],
)
def test_a_rate_outside_the_band_is_refused_with_the_band(tier, rate, field, sentence):
    with pytest.raises(InvalidInput, match=sentence) as refused:
        parse_tier(tier, rate)
    assert set(refused.value.fields) == {field}


def test_the_bands_of_a_pack_decide():
    bands = {
        Tier.ACHIEVED: (D(80), D(100)),
        Tier.PARTIAL: (D(50), D(80)),
        Tier.MISSED: (D(0), D(50)),
    }
    assert parse_tier("partial", "55", bands) == TierChoice(Tier.PARTIAL, D(55))
    target = parse_target("明显")
    assert parse_actual("部分达成 55", target, bands=bands) == TierChoice(Tier.PARTIAL, D(55))
    with pytest.raises(InvalidInput, match="60% 至 80%"):
        parse_tier("partial", "55")


@pytest.mark.parametrize(
    ("actual", "unit", "shown"),
    [
        (D("88.410"), "%", "88.41%"),
        (D(11), "天", "11 天"),
        (D(5), "/月", "5/月"),
        (D(0), None, "0"),
        (date(2022, 6, 30), None, "2022-06-30"),
        (TierChoice(Tier.ACHIEVED, D("95.0")), None, "达成年度指标（95%）"),
        (None, "%", "未填报"),
    ],
)
def test_an_actual_is_shown_with_its_unit(actual, unit, shown):
    assert format_actual(actual, unit) == shown


TARGETS = [
    parse_target(text, year=2022) for text in ("≥90%", "≤7天", "100", "年底前", "1-12月", "明显")
]


@settings(deadline=None)
@given(
    st.text() | st.sampled_from(["92%", "20221231", "达成 95", "7", "1e9", ""]),
    st.sampled_from(TARGETS),
)
def test_no_text_does_more_than_be_refused(text, target):
    try:
        actual = parse_actual(text, target)
    except InvalidInput:
        return
    shown = format_actual(actual, target.unit)
    assert actual is None or parse_actual(shown, target) == actual
