"""The weights that documents print: every spelling is points, and what is none is told."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.core.drafts import Draft
from perf.documents.draft_json import draft_from_json, draft_to_json
from perf.documents.preview import preview_of
from perf.documents.readers import read_document
from perf.documents.readers.weights import read_weights

points = st.decimals("0.01", 100, places=2)
spellings = st.sampled_from(["{:f}", "{:.2f}", "{:f}分", "{:f} 分", "{:f}%", "{:f}％", " {:f}\n"])


@settings(max_examples=50)
@given(st.lists(st.tuples(points, spellings), max_size=8), st.booleans())
def test_points_and_percents_are_read_as_points_however_they_are_spelled(column, wide):
    texts = [spelling.format(weight) for weight, spelling in column]
    if wide:
        texts = [text.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789."}) for text in texts]
    assert read_weights(texts) == [weight for weight, _ in column]


@settings(max_examples=50)
@given(st.lists(st.integers(1, 99), min_size=2, max_size=8))
def test_shares_of_one_are_points_and_other_small_figures_are_not_guessed(parts):
    total = sum(parts)
    shares = [Decimal(part * 10_000 // total).scaleb(-4) for part in parts[1:]]
    whole = [1 - sum(shares), *shares]
    texts = [format(each, "f") for each in whole]
    assert read_weights(texts, are_shares=True) == [each * 100 for each in whole]
    assert read_weights([*texts, "0.5"], are_shares=True) == [None] * (len(whole) + 1)
    assert read_weights(texts[1:], are_shares=True) == [None] * len(shares)
    assert read_weights([*texts, "20"], are_shares=True)[-1] == 20


@pytest.mark.parametrize("text", ["", "0", "100.01", "-5", "0.125", "20~30", "酌情", "20分40%"])
def test_what_is_no_weight_is_none_and_never_zero(text):
    assert read_weights([text, "90"]) == [None, 90]


LIST = """\
项目支出绩效目标表（2024年度）
项目名称\t培训经费\t实施单位\t某局
年度资金总额（万元）\t10.00
一级指标\t二级指标\t三级指标\t指标值\t{head}\t备注
产出指标\t数量指标\t培训人次\t≥200人次\t{first}\t
产出指标\t质量指标\t合格率\t≥95%\t{second}\t
满意度指标\t服务对象满意度指标\t学员满意度\t≥90%\t{third}\t
"""


def read(*cells: str, head: str = "权重") -> Draft:
    names = ("first", "second", "third")
    text = LIST.format(head=head, **dict(zip(names, cells, strict=True)))
    return read_document("目标表.txt", text.encode())


def weights(draft: Draft) -> list[Decimal | None]:
    return [row.weight for row in draft.projects[0].indicators]


@pytest.mark.parametrize(
    ("head", "cells", "wanted"),
    [
        ("权重", ("0.5", "0.3", "0.2"), [50, 30, 20]),
        ("权重", ("50", "30", "20"), [50, 30, 20]),
        ("权重（%）", ("50", "30", "20"), [50, 30, 20]),
        ("权重(分)", ("0.5", "0.3", "0.2"), [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")]),
        ("分值", ("50分", "", "20"), [50, None, 20]),
        ("分值", ("50", "若干", "20"), [50, None, 20]),
    ],
)
def test_the_heading_says_in_which_measure_the_weights_are(head, cells, wanted):
    assert weights(read(*cells, head=head)) == wanted


def test_a_weight_that_is_not_read_is_told_until_it_was_typed():
    draft = read("50", "若干", "20", head="分值")
    (finding,) = [one for one in draft.findings if one.code == "weights-not-read"]
    assert "“合格率”（若干）" in finding.message
    shown = preview_of(draft)
    assert finding in shown.check().plans["p0"]
    shown.draft.projects[0].indicators[1].weight = Decimal(20)
    assert finding not in shown.check().plans["p0"]


def test_weights_are_an_extra_key_only_where_the_document_has_one():
    data = draft_to_json(read("50", "", "20", head="分值"), complete=True)
    told = [row.get("weight", "absent") for row in data["projects"][0]["indicators"]]
    assert told == ["50", "absent", "20"]
    assert weights(draft_from_json(data)) == [50, None, 20]
    for row in data["projects"][0]["indicators"]:
        row.pop("weight", None)
    # A draft that was kept before drafts had weights.
    assert weights(draft_from_json(data)) == [None] * 3
