"""What each picture says: missing is not zero, shape tells as much as colour, texts are only texts."""

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from perf.charts.classes import class_scores_chart
from perf.charts.heat import _SHADES, heat_chart
from perf.charts.lights import lights_chart
from perf.charts.progress import progress_chart
from perf.charts.quarters import quarters_chart
from perf.charts.texts import cut, number_within, percent, text_width
from perf.charts.years import years_chart

D = Decimal
QUARTERS = ["一季度", "二季度", "三季度", "四季度"]
SVG = "{http://www.w3.org/2000/svg}"
ACCENT = "#0a5c8f"


def year_of(*figures):
    return [
        (name, None if figure is None else D(figure))
        for name, figure in zip(QUARTERS, figures, strict=True)
    ]


def drawn(chart, tag):
    return list(ET.fromstring(chart.svg).iter(SVG + tag))


def words(chart):
    return [one.text for one in drawn(chart, "text")]


def bars(chart):
    """The fill of each edged bar below the legend; a filled one has the edge's own colour."""
    return [
        one.get("fill")
        for one in drawn(chart, "rect")
        if one.get("stroke") == ACCENT and D(one.get("y")) > 20
    ]


def test_a_quarter_without_a_figure_is_a_gap_and_zero_is_a_figure():
    chart = quarters_chart("受理案件数", year_of("0", None, "58", "100"), D(100), unit="件")
    assert words(chart).count("未填报") == 1
    assert "0" in words(chart)
    assert bars(chart) == ["#fff", ACCENT]
    assert chart.rows == (
        ("一季度", "0 件", "≥100 件", "未达到"),
        ("二季度", "未填报", "≥100 件", "未填报"),
        ("三季度", "58 件", "≥100 件", "未达到"),
        ("四季度", "100 件", "≥100 件", "已达到"),
    )


MONTHS = ["1月", *(f"1—{month}月" for month in range(2, 13))]


def test_twelve_months_fit_a_phone_and_the_last_figure_is_said():
    figures = [D(10 * month) for month in range(1, 12)]
    chart = quarters_chart("受理案件数", [*zip(MONTHS, [*figures, None], strict=True)], D(100))
    assert chart.width == 340
    assert [one for one in words(chart) if one.endswith("月")] == [
        f"{month}月" for month in range(2, 13, 2)
    ]
    assert "至11月 110" in words(chart)
    assert len(bars(chart)) == 11
    assert chart.rows[-1] == ("1—12月", "未填报", "≥100", "未填报")


def test_twelve_months_of_lights_are_shapes_named_once():
    row = ["green", "yellow", "red", None, *["green"] * 8]
    chart = lights_chart(MONTHS, [("受理案件数", row)])
    assert chart.width == 340
    assert words(chart)[-4:] == ["正常", "关注", "滞后", "未填报"]
    assert len(drawn(chart, "polygon")) == 2
    assert chart.rows[0][1:5] == ("正常", "关注", "滞后", "未填报")


def test_a_gap_can_say_why_and_a_computed_figure_is_held_against_the_target_whole():
    nearly = D(94) + D("0.99999999")
    chart = quarters_chart("率", [("一季度", "不涉及"), ("二季度", nearly)], D(95), unit="%")
    assert "不涉及" in words(chart)
    assert bars(chart) == ["#fff"]
    assert [row[1:] for row in chart.rows] == [
        ("不涉及", "≥95%", "不涉及"),
        ("95%", "≥95%", "未达到"),
    ]


@pytest.mark.parametrize(
    ("sense", "upper", "filled", "target"),
    [
        ("at_least", None, [False, True, True], "≥10%"),
        ("above", None, [False, False, True], ">10%"),
        ("at_most", None, [True, True, False], "≤10%"),
        ("below", None, [True, False, False], "<10%"),
        ("exactly", None, [False, True, False], "10%"),
        ("at_least", D(11), [False, True, True], "10%–11%"),
    ],
)
def test_whether_the_target_is_reached_shows_in_the_bar_itself(sense, upper, filled, target):
    chart = quarters_chart(
        "率", year_of("9", "10", "11", None), D(10), upper=upper, unit="%", sense=sense
    )
    assert bars(chart) == [ACCENT if one else "#fff" for one in filled]
    assert target in words(chart)
    assert {row[2] for row in chart.rows} == {target}


def test_a_year_without_any_figure_or_target_can_be_drawn():
    chart = quarters_chart("空", year_of(None, None, None, None), None)
    assert words(chart).count("未填报") == 4
    assert chart.columns == ("填报期", "实际完成值")


def test_open_points_are_not_zero_points():
    chart = class_scores_chart([("产出指标", D(50), None), ("效益指标", D(30), D(0))])
    assert words(chart) == ["产出指标", "尚无得分 / 50.00", "效益指标", "0.00 / 30.00"]
    assert chart.rows == (("产出指标", "50.00", "尚无得分"), ("效益指标", "30.00", "0.00"))


def test_both_progresses_stand_side_by_side_and_a_missing_one_says_so():
    chart = progress_chart([("党建经费", D("0.99996"), None), ("驻村", D("123456.7"), D(0))])
    assert words(chart)[:6] == ["党建经费", "预算执行", "99.99%", "目标完成", "未填报", "驻村"]
    assert bars(chart) == ["#fff", "#fff"]
    assert chart.rows[1] == ("驻村", "12345670.00%", "0.00%")


def test_a_year_without_points_is_open():
    chart = years_chart([("部门整体", None, D("95.05"))], 2021, 2022)
    assert words(chart) == ["部门整体", "2021 年", "尚无得分", "2022 年", "95.05"]
    assert chart.columns == ("名称", "2021 年", "2022 年")


def test_each_light_has_a_shape_and_a_word_of_its_own():
    columns = [*QUARTERS, "全年"]
    chart = lights_chart(columns, [("受理案件数", ["green", "yellow", "red", None, "未判断"])])
    assert words(chart)[-5:] == ["正常", "关注", "滞后", "未填报", "未判断"]
    assert chart.rows[0][1:] == ("正常", "关注", "滞后", "未填报", "未判断")
    disc, ring, _ = drawn(chart, "circle")
    assert disc.get("fill") == disc.get("stroke")
    assert ring.get("fill") == "#fff"
    assert len(drawn(chart, "polygon")) == len(drawn(chart, "rect")) == 1


def test_a_cell_of_the_heat_table_says_its_figure_in_readable_ink():
    chart = heat_chart(["产出指标", "效益指标"], [("甲局", [D("0.95"), None])])
    assert words(chart)[-3:] == ["甲局", "95.00%", "—"]
    assert chart.rows == (("甲局", "95.00%", "无得分"),)
    for _, paper, ink, _ in _SHADES:
        light, dark = sorted([luminance(paper), luminance(ink)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour):
    digits = colour.lstrip("#") if len(colour) == 7 else colour.lstrip("#") * 2
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_hostile_name_is_a_text_and_a_long_one_is_whole_where_it_is_pointed_at():
    name = "</text><script>alert(1)</script>&\"'\x00\u202e" + "很长的项目名称" * 30
    chart = class_scores_chart([(name, D(10), D(5))])
    assert not drawn(chart, "script")
    assert words(chart)[0].endswith("…")
    (title,) = [one.text for one in drawn(chart, "title") if one.text.startswith("</text>")]
    assert title.endswith("很长的项目名称" * 30)
    assert chart.rows[0][0] == name


@pytest.mark.parametrize(
    ("value", "room", "text"),
    [
        ("88.41", 60, "88.41"),
        ("95.833333", 60, "≈95.83"),
        ("0.000001", 60, "≈0"),
        ("99.996", 60, "≈100"),
        ("123456.78", 55, "≈123457"),
        ("123456.78", 48, "≈12.3万"),
        ("120000", 30, "12万"),
        ("999999999999.123456", 60, "≈10000亿"),
        ("1999999999999", 40, "≈2万亿"),
        ("-123456789", 40, "≈-1亿"),
        ("123", 5, ""),
    ],
)
def test_a_figure_that_had_to_be_rounded_says_so(value, room, text):
    assert number_within(D(value), room, 11) == text
    assert text_width(text, 11) <= room


@pytest.mark.parametrize(
    ("share", "text"),
    [("0.6567", "65.67%"), ("0.99996", "99.99%"), ("1", "100.00%"), ("0", "0.00%")],
)
def test_a_share_short_of_the_whole_never_reads_as_reached(share, text):
    assert percent(D(share)) == text


def test_a_text_is_cut_to_its_room():
    assert cut("绩效目标", 48, 12) == "绩效目标"
    assert cut("绩效目标", 47, 12) == "绩效…"
    assert cut("绩效目标", 3, 12) == ""
