"""Formulas that come ready, and those that an explanation publishes."""

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.terms import QuantityKind, RecordSource
from perf.formulas.grammar import parse_formula
from perf.formulas.notes import formula_in_note
from perf.formulas.ready import _READY, quantity_kind, ready_formula

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"
MONITORED = (
    "项目数量占应实施绩效监控项目总数的比重。"
    "部门绩效监控完成率=已完成绩效监控项目数量/部门项目总数*100%"
)


@pytest.mark.parametrize(
    ("name", "note", "formula"),
    [
        ("绩效监控完成率", MONITORED, "已完成绩效监控项目数量 / 部门项目总数 × 100%"),
        ("绩效目标编制完成率", MONITORED, None),
        (
            "预算执行率",
            "预算执行率=（预算完成数/预算数）× 100%。预算完成数指部门实际执行的预算数。",
            "预算完成数 / 预算数 × 100%",
        ),
        (
            "预算执行率",
            "预算执行率＝预算完成数÷预算数×100%，按季填报",
            "预算完成数 / 预算数 × 100%",
        ),
        ("预算执行率", "预算执行率=90%", None),
        ("预算执行率", "预算执行率=预算完成数", None),
        ("预算执行率", "预算执行率=预算完成数//预算数", None),
        ("预算执行率", "反映预算执行情况", None),
        ("预算执行率", None, None),
        ("率", "执行率=甲/乙", None),
        ("预算执行率", "预算执行率=甲/乙×100%（乙为调整后的数）。", "甲 / 乙 × 100%"),
        ("预算执行率", "预算执行率＝甲/乙×100%，其中乙不低于90%", "甲 / 乙 × 100%"),
        ("预算执行率", "预算执行率（%）=甲/乙×100%", "甲 / 乙 × 100%"),
        ("预算执行率", "预算执行率=（甲+乙×5%）/丙×100%（丙为预算）", "(甲 + 乙 × 5%) / 丙 × 100%"),
        ("预算执行率", "预算执行率=甲/乙×100%（不低于90%）", "甲 / 乙 × 100%"),
        (
            "预算执行率",
            "预算执行率\n=（完成数/预算\n数）×100%\n注：按季填报",
            "完成数 / 预算数 × 100%",
        ),
        ("人均面积", "人均面积=总面积/人数\n面积单位：平方米", "总面积 / 人数"),
        ("到位率", "执行率=甲/乙×100%\n到位率=丙/丁×100%", "丙 / 丁 × 100%"),
        ("三公经费控制率", '"三公经费"控制率=甲/乙×100%', "甲 / 乙 × 100%"),
        ("合格率", "合格率=甲 除以 乙(", None),
    ],
)
def test_the_formula_that_an_explanation_gives_for_its_own_indicator(name, note, formula):
    assert formula_in_note(name, note) == formula


def test_the_published_formulas_are_those_that_a_careful_reader_finds():
    careful = SEED / "2022-department-budget.expected.json"
    if not careful.exists():
        pytest.skip("the 2022 document does not lie beside this copy of the project")
    rows = json.loads(careful.read_text("utf-8"))["department_indicators"]
    found = {row["name"]: formula_in_note(row["name"], row["note"]) for row in rows}
    assert found == {row["name"]: row.get("formula") for row in rows}
    published = {name: formula for name, formula in found.items() if formula is not None}
    assert set(published) == set(_READY)
    differing = {name for name in published if published[name] != _READY[name].formula}
    assert differing == {"预算调整率"}


@given(
    st.text(max_size=40) | st.just("甲率"),
    st.text(max_size=400) | st.text("甲率=＝/×100%（）\n。，:", max_size=200),
)
def test_no_explanation_raises(name: str, note: str):
    found = formula_in_note(name, note)
    assert found is None or parse_formula(found).printed == found


@pytest.mark.parametrize(
    "part", ["甲率=", "甲率=甲率", "甲率=甲//\n", "甲率=(((%", "=", "甲率=100%\n%，"]
)
def test_a_hostile_explanation_takes_no_time(part: str):
    began = process_time()
    assert formula_in_note("甲率", part * 4000) is None
    assert process_time() - began < 1


def test_ten_formulas_come_ready_and_each_reads():
    assert len(_READY) == 10
    for name, ready in _READY.items():
        formula = parse_formula(ready.formula)
        assert formula.printed == ready.formula
        assert formula.quantities == tuple(one.name for one in ready.quantities)
        assert ready_formula(f" {name} ") is ready
    assert ready_formula("群众满意度") is None


def test_the_adjustment_rate_is_the_sum_of_adjustments_over_the_first_budget():
    ready = ready_formula("预算调整率")
    assert ready is not None
    assert ready.formula == "预算调整数 / 年初预算数 × 100%"


def test_two_of_them_come_from_the_systems_own_records():
    sources = {name: ready.source for name, ready in _READY.items() if ready.source}
    assert sources == {
        "绩效监控完成率": RecordSource.MONITORING,
        "绩效自评完成率": RecordSource.SELF_EVALUATION,
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("预算数", QuantityKind.STOCK),
        ("年初预算数", QuantityKind.STOCK),
        ("部门项目总数", QuantityKind.STOCK),
        ("提出的意见建议总数", QuantityKind.FLOW),
        ("培训计划数", QuantityKind.STOCK),
        ("应办件数", QuantityKind.STOCK),
        ("期末余额", QuantityKind.STOCK),
        ("预算完成数", QuantityKind.FLOW),
        ("已办结件数", QuantityKind.FLOW),
        ("实际培训人数", QuantityKind.FLOW),
        ("投诉件数", QuantityKind.FLOW),
    ],
)
def test_whether_a_name_says_a_stand_or_what_came_in(name, kind):
    assert quantity_kind(name) is kind
