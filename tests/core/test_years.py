"""The year's value out of the quarters."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.actuals import Actual, TierChoice
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Sense, Tier
from perf.core.years import default_kind, year_value

D = Decimal
GE = Target("≥90%", Comparator.GE, D(90), unit="%")
COUNT = Target("≥6次", Comparator.GE, D(6), unit="次")
LE = Target("≤7天", Comparator.LE, D(7), unit="天")
BETWEEN = Target("90%-95%", Comparator.BETWEEN, D(90), D(95), "%")
UNREAD = Target("若干", Comparator.BETWEEN, unit="%")
YEAR_END = Target("年底前", Comparator.BY_DATE, date(2022, 12, 31))
PLAIN = Target("明显", Comparator.QUALITATIVE)
GOOD, POOR = TierChoice(Tier.ACHIEVED, D(90)), TierChoice(Tier.MISSED, D(30))
LABELS = ("一季度", "二季度", "三季度", "四季度")


def equal(sense: Sense) -> Target:
    return Target("8个", Comparator.EQ, D(8), unit="个", sense=sense)


def quarters(*values: Actual | None) -> list[tuple[str, Actual | None]]:
    return list(zip(LABELS, values, strict=False))


@pytest.mark.parametrize(
    ("kind", "target", "values", "value", "origin"),
    [
        (Kind.CUMULATIVE, COUNT, [D(1), D(3), D(4), D(7)], D(7), "取四季度年初至今累计数 7次"),
        (
            Kind.CUMULATIVE,
            COUNT,
            [D(1), D(3), D(4), None],
            D(4),
            "取三季度年初至今累计数 4次；四季度未填报",
        ),
        (
            Kind.CUMULATIVE,
            COUNT,
            [D(0), None, None, None],
            D(0),
            "取一季度年初至今累计数 0次；二季度、三季度、四季度未填报",
        ),
        (Kind.LATEST, GE, [D(95), D(90), D(92), D(91)], D(91), "取四季度最近一次填报 91%"),
        (
            Kind.AVERAGE,
            GE,
            [D(90), D(92), D(95), D(91)],
            D(92),
            "取 4 个季度平均：(90% + 92% + 95% + 91%) ÷ 4 = 92%",
        ),
        (
            Kind.AVERAGE,
            GE,
            [D(90), None, D(91), D(91)],
            D("90.666667"),
            "取 3 个季度平均：(90% + 91% + 91%) ÷ 3 = 90.666667%；二季度未填报",
        ),
        (Kind.WORST, LE, [D(5), D(6), D(11), D(4)], D(11), "取各季度最差值：三季度 11天"),
        (
            Kind.WORST,
            LE,
            [D(5), D(6), D(6), None],
            D(6),
            "取各季度最差值：三季度 6天；四季度未填报",
        ),
        (Kind.WORST, GE, [D(95), D(90), D(92), D(91)], D(90), "取各季度最差值：二季度 90%"),
        (
            Kind.WORST,
            equal(Sense.AT_MOST),
            [D(5), D(9), D(8), D(1)],
            D(9),
            "取各季度最差值：二季度 9个",
        ),
        (
            Kind.WORST,
            equal(Sense.AT_LEAST),
            [D(5), D(9), D(8), D(1)],
            D(1),
            "取各季度最差值：四季度 1个",
        ),
        (
            Kind.WORST,
            equal(Sense.EXACTLY),
            [D(7), D(10), D(8), D(8)],
            D(10),
            "取各季度最差值：二季度 10个",
        ),
        (Kind.WORST, BETWEEN, [D(92), D(89), D(97), D(95)], D(97), "取各季度最差值：三季度 97%"),
        (Kind.WORST, BETWEEN, [D(87), D(92), D(96), D(95)], D(87), "取各季度最差值：一季度 87%"),
        (Kind.WORST, UNREAD, [D(87), D(92), D(96), D(95)], D(96), "取各季度最差值：三季度 96%"),
        (
            Kind.WORST,
            YEAR_END,
            [date(2022, 3, 1), date(2022, 6, 1), date(2022, 5, 1), None],
            date(2022, 6, 1),
            "取各季度最晚日期：二季度 2022-06-01；四季度未填报",
        ),
        (
            Kind.CUMULATIVE,
            YEAR_END,
            [date(2022, 3, 1), None, None, date(2022, 2, 1)],
            date(2022, 2, 1),
            "取四季度最近一次填报 2022-02-01；二季度、三季度未填报",
        ),
        (
            Kind.AVERAGE,
            YEAR_END,
            [date(2022, 3, 1), date(2022, 2, 1)],
            date(2022, 2, 1),
            "取二季度最近一次填报 2022-02-01",
        ),
        (Kind.WORST, PLAIN, [POOR, GOOD], GOOD, "取二季度最近一次填报 达成年度指标（90%）"),
        (
            Kind.AVERAGE,
            PLAIN,
            [GOOD, POOR],
            POOR,
            "取二季度最近一次填报 未达成年度指标且效果较差（30%）",
        ),
        (
            Kind.WORST,
            YEAR_END,
            [date(2022, 3, 1), POOR],
            POOR,
            "取二季度最近一次填报 未达成年度指标且效果较差（30%）",
        ),
        (Kind.CUMULATIVE, COUNT, [None, None], None, "各季度均未填报"),
        (Kind.AVERAGE, COUNT, [], None, "各季度均未填报"),
    ],
)
def test_the_year_value_follows_its_kind_and_says_how_it_came_about(
    kind: Kind, target: Target, values: list[Actual | None], value: Actual | None, origin: str
):
    year = year_value(kind, quarters(*values), target)
    assert year.value == value
    assert year.origin == origin


@pytest.mark.parametrize(
    ("target", "level1", "name", "kind"),
    [
        (LE, "产出指标", "救助联席会议生效时完成救助", Kind.WORST),
        (
            Target("3小时", Comparator.EQ, D(3), unit="小时", sense=Sense.AT_MOST),
            "产出",
            "办结时限",
            Kind.WORST,
        ),
        (
            Target("≥365天", Comparator.GE, D(365), unit="天"),
            "产出指标",
            "运行天数",
            Kind.CUMULATIVE,
        ),
        (YEAR_END, "产出指标", "完成时间", Kind.WORST),
        (Target("1-12月", Comparator.PERIOD), "产出指标", "实施周期", Kind.WORST),
        (PLAIN, "效益指标", "党建效益", Kind.LATEST),
        (GE, "产出指标", "信访案件及时受理率", Kind.LATEST),
        (Target("≤10%", Comparator.LE, D(10), unit="%"), "投入管理指标", "预算调整率", Kind.LATEST),
        (Target("≥90分", Comparator.GE, D(90), unit="分"), "效益指标", "考核得分", Kind.LATEST),
        (Target("≥4", Comparator.GE, D(4)), "满意度指标", "群众评价", Kind.LATEST),
        (Target("≥4", Comparator.GE, D(4)), "效益指标", "党员满意程度", Kind.LATEST),
        (
            Target("100", Comparator.EQ, D(100), sense=Sense.AT_LEAST),
            "产出指标",
            "支出到位率",
            Kind.LATEST,
        ),
        (COUNT, "产出指标", "主题党日", Kind.CUMULATIVE),
        (
            Target("30万", Comparator.EQ, D(30), unit="万元", sense=Sense.AT_MOST),
            "成本指标",
            "项目投入",
            Kind.CUMULATIVE,
        ),
    ],
)
def test_the_default_kind_comes_from_unit_class_and_name(
    target: Target, level1: str, name: str, kind: Kind
):
    assert default_kind(target, level1, None, name) is kind


def test_a_second_level_of_satisfaction_makes_a_figure_the_latest():
    target = Target("≥4", Comparator.GE, D(4))
    assert default_kind(target, "效益指标", "满意度", "群众") is Kind.LATEST


@given(
    st.sampled_from(list(Kind)),
    st.lists(st.none() | st.decimals("-999999", "999999", places=6), max_size=4),
    st.sampled_from([GE, LE, BETWEEN, equal(Sense.EXACTLY)]),
)
@settings(max_examples=60, deadline=None)
def test_a_year_value_lies_within_what_was_reported_and_blanks_are_never_zero(
    kind: Kind, values: list[Decimal | None], target: Target
):
    reported = [value for value in values if value is not None]
    year = year_value(kind, quarters(*values), target)
    if not reported:
        assert year.value is None
    else:
        assert isinstance(year.value, Decimal)
        assert min(reported) <= year.value <= max(reported)
        if kind is not Kind.AVERAGE:
            assert year.value in reported
