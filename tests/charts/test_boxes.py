"""No text of a picture is clipped, covered or runs into another, whatever the figures and names."""

from decimal import Decimal
from functools import lru_cache
from xml.etree import ElementTree as ET

import pylopdf_fonts_zh_cn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from perf.charts.classes import class_scores_chart
from perf.charts.heat import heat_chart
from perf.charts.lights import lights_chart
from perf.charts.progress import progress_chart
from perf.charts.quarters import quarters_chart
from perf.charts.texts import text_width
from perf.charts.years import years_chart

NAMES = st.text(
    st.sampled_from([*list("项目支出绩效（一）WMmil.-%&<>\"'0123456789…，"), "\x00", "\n"]),
    max_size=80,
)
NUMBERS = st.decimals("-999999999999", "999999999999", places=6) | st.integers(-200, 200).map(
    Decimal
)
SHARES = st.none() | st.decimals("0", "1.2", places=6) | st.decimals("0", "99999", places=6)
POINTS = st.none() | st.decimals("0", "120", places=2)


def table_of(cells, most=7):
    """Columns, and rows of a name and a cell for each of them."""
    return st.lists(NAMES, min_size=1, max_size=most).flatmap(
        lambda columns: st.tuples(
            st.just(columns),
            st.lists(
                st.tuples(NAMES, st.lists(cells, min_size=len(columns), max_size=len(columns))),
                max_size=4,
            ),
        )
    )


def rows_of(*cells):
    return st.lists(st.tuples(NAMES, *cells), max_size=5)


CHARTS = {
    "quarters": st.builds(
        quarters_chart,
        NAMES,
        st.lists(st.tuples(NAMES, st.none() | NUMBERS), min_size=1, max_size=4)
        | st.lists(st.tuples(NAMES, st.none() | NUMBERS), max_size=12),
        st.none() | NUMBERS,
        upper=st.none() | NUMBERS,
        unit=st.sampled_from(["", "%", "件", "万元/平方公里" * 4]),
        sense=st.sampled_from(["at_least", "above", "at_most", "below", "exactly"]),
    ),
    "classes": st.builds(class_scores_chart, rows_of(st.decimals("0", "100", places=2), POINTS)),
    "progress": st.builds(progress_chart, rows_of(SHARES, SHARES)),
    "years": st.builds(
        years_chart, rows_of(POINTS, POINTS), last_year=st.just(2021), this_year=st.just(2022)
    ),
    "lights": st.builds(
        lambda table: lights_chart(*table),
        table_of(st.sampled_from(["green", "yellow", "red", None]), most=12),
    ),
    "heat": st.builds(lambda table: heat_chart(*table), table_of(SHARES)),
}


@lru_cache
def font(size):
    path = str(pylopdf_fonts_zh_cn.sans_path())
    return ImageFont.truetype(path, size * 10, layout_engine=ImageFont.Layout.BASIC)


def text_box(text):
    """Left, top, right and bottom of a text as the font sets it, in pixels."""
    size = int(text.get("font-size"))
    width = font(size).getlength(text.text) / 10
    left = int(text.get("x")) - {"middle": width / 2, "end": width}.get(text.get("text-anchor"), 0)
    foot = int(text.get("y"))
    return left, foot - size * 0.88, left + width, foot + size * 0.2


def shape_box(shape):
    at = {name: float(text) for name, text in shape.attrib.items() if name[0] in "xywh"}
    if "width" in at:
        return at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"]
    return at["x1"], at["y1"], at["x2"], at["y2"]


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def faults(chart):
    """What is wrong with the places of the texts, and with what the elements say."""
    tree = ET.fromstring(chart.svg)
    assert (tree.get("role"), tree.get("width"), tree.get("height")) == (
        "img",
        str(chart.width),
        str(chart.height),
    )
    found, texts = [], []
    for element in tree.iter():
        kind = element.tag.rpartition("}")[2]
        if kind not in {"svg", "g", "title", "text", "rect", "line", "circle", "polygon"}:
            found.append(f"an element {kind}")
        found += [f"an attribute {name}" for name in element.attrib if name in {"style", "id"}]
        if kind == "text":
            box = text_box(element)
            if box[0] < 0 or box[1] < 0 or box[2] > chart.width or box[3] > chart.height:
                found.append(f"outside: {element.text} {box}")
            found += [f"{element.text} on {text}" for text, other in texts if meet(box, other)]
            texts.append((element.text, box))
        elif kind in {"rect", "line"}:
            box = shape_box(element)
            found += [f"{kind} over {text}" for text, other in texts if meet(box, other)]
            if box[0] < 0 or box[1] < 0 or box[2] > chart.width or box[3] > chart.height:
                found.append(f"outside: {kind} {box}")
    return found


@pytest.mark.parametrize("kind", CHARTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_texts_stand_clear_of_each_other_and_of_the_edge(kind, data):
    chart = data.draw(CHARTS[kind])
    assert not faults(chart)
    assert all(len(row) == len(chart.columns) for row in chart.rows)


def test_two_texts_on_one_place_are_found():
    chart = heat_chart(["产出指标"], [("甲局", [Decimal(1)]), ("乙局", [Decimal(1)])])
    moved = chart.svg.replace('y="87"', 'y="61"')
    assert moved != chart.svg
    assert faults(type(chart)(chart.title, moved, (), (), chart.width, chart.height))


def test_a_latin_sign_is_never_taken_for_narrower_than_it_is():
    signs = [chr(code) for code in range(32, 127)]
    assert not [one for one in signs if font(100).getlength(one) / 10 > text_width(one, 100)]


def test_the_same_figures_give_the_same_bytes():
    rows = [("产出指标", Decimal(50), Decimal("47.31"))]
    assert class_scores_chart(rows) == class_scores_chart(rows)
