"""Budget execution and rating."""

import dataclasses
from decimal import Decimal

import pytest

from perf.core.errors import InvalidInput
from perf.core.execution import Execution, rating, score_execution
from perf.core.rules import load_pack
from perf.core.terms import Rating

D = Decimal
PACK = load_pack("cn-project-2021")


@pytest.mark.parametrize(
    ("adjusted", "executed", "points", "flags", "reason"),
    [
        ("179200", "170400", "9.51", set(), False),
        ("179200", "179200", "10.00", set(), False),
        ("179200", "179200.01", "10.00", {"over"}, False),
        ("100", "90", "9.00", set(), False),
        ("100", "89.99", "9.00", {"low"}, True),
        ("100", "0", "0.00", {"low"}, True),
        ("300", "200", "6.67", {"low"}, True),
        ("0", "0", None, {"not_applicable"}, False),
        ("100", None, None, {"unreported"}, False),
        (None, "100", None, {"unreported"}, False),
    ],
)
def test_execution_is_scored_flagged_and_asked_for_a_reason(
    adjusted: str | None, executed: str | None, points: str | None, flags: set[str], reason: bool
):
    execution = Execution(
        None if adjusted is None else D(adjusted), None if executed is None else D(executed)
    )
    score = score_execution(execution, PACK)
    assert (None if score.points is None else str(score.points)) == points
    assert score.flags == flags
    assert score.needs_reason is reason
    assert score.is_applicable is (flags != {"not_applicable"})


@pytest.mark.parametrize(
    ("adjusted", "executed", "message"),
    [
        ("0", "1", "^全年预算数为 0 而全年执行数大于 0，请核对预算数与执行数。$"),
        ("-1", "0", "全年预算数应为不小于 0"),
        ("1", "-1", "全年执行数应为不小于 0"),
        ("NaN", "1", "全年预算数应为不小于 0"),
        ("1", "Infinity", "全年执行数应为不小于 0"),
    ],
)
def test_impossible_amounts_are_refused(adjusted: str, executed: str, message: str):
    with pytest.raises(InvalidInput, match=message):
        score_execution(Execution(D(adjusted), D(executed)), PACK)


def test_the_rate_for_display_is_uncapped_and_none_where_there_is_none():
    assert Execution(D(200), D(300)).rate == D("1.5")
    assert Execution(D(0), D(0)).rate is None
    assert Execution(None, D(1)).rate is None
    assert Execution(D(1), None).rate is None


@pytest.mark.parametrize(
    ("adjusted", "executed", "line"),
    [
        (
            "179200",
            "170400",
            "全年执行数 17.04万元 ÷ 全年预算数 17.92万元 = 95.09% · 10 × 17.04 ÷ 17.92 = 9.51（四舍五入至 0.01）",
        ),
        (
            "179200",
            "89600",
            "全年执行数 8.96万元 ÷ 全年预算数 17.92万元 = 50.00% · 10 × 8.96 ÷ 17.92 = 5.00",
        ),
        (
            "10000.01",
            "0",
            "全年执行数 0万元 ÷ 全年预算数 1.000001万元 = 0.00% · 10 × 0 ÷ 1.000001 = 0.00",
        ),
        (
            "179200",
            "179200",
            "全年执行数 17.92万元 ÷ 全年预算数 17.92万元 = 100.00% · 得满分 10.00",
        ),
        (
            "10000",
            "12000",
            "全年执行数 1.2万元 ÷ 全年预算数 1万元 = 120.00%，超过 100%，按 100% 计 · 得满分 10.00",
        ),
        ("0", "0", "全年预算数 0 · 全年执行数 0 → 不涉及，总分按其余分值折算"),
        ("1", None, "全年执行数未填报 → 暂不计分"),
        (None, None, "全年预算数未填报 → 暂不计分"),
    ],
)
def test_execution_opens_into_its_working(adjusted: str | None, executed: str | None, line: str):
    execution = Execution(
        None if adjusted is None else D(adjusted), None if executed is None else D(executed)
    )
    assert score_execution(execution, PACK).steps == [
        line,
        "依据 cn-project-2021 第 1 版 §预算执行率",
    ]


def test_a_pack_rounds_execution_as_it_rounds_indicators():
    one_place = dataclasses.replace(PACK, rounding=dataclasses.replace(PACK.rounding, places=1))
    score = score_execution(Execution(D(179200), D(170400)), one_place)
    assert str(score.points) == "9.5"
    assert score.steps[0].endswith("= 9.5（四舍五入至 0.1）")
    integers = dataclasses.replace(PACK, rounding=dataclasses.replace(PACK.rounding, places=0))
    score = score_execution(Execution(D(179200), D(170400)), integers)
    assert score.steps[0].endswith("= 10（四舍五入至整数）")


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ],
)
def test_a_total_is_rated_by_exact_comparison(total: str, grade: str):
    assert rating(D(total), PACK).label == grade


def test_a_pack_may_start_the_third_grade_at_70():
    pack = dataclasses.replace(PACK, rating=dataclasses.replace(PACK.rating, fair_from=D(70)))
    assert rating(D("69.99"), pack) is Rating.POOR
