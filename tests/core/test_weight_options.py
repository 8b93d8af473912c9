"""Weights as entered, and a check list whose points never move."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perf.core.errors import InvalidInput
from perf.core.execution import Execution
from perf.core.findings import Severity
from perf.core.rulepack import RulePack
from perf.core.scoring import NOT_APPLICABLE, PlanIndicator, score_plan
from perf.core.weights import check_weights, class_of, class_weights, spread_weights
from tests.core.scoring_examples import GE90, HENAN, HUBEI, SICHUAN, D

BOTH = replace(HUBEI, check_list=HENAN.check_list)


def entries(text: str) -> list[tuple[str, Decimal | None]]:
    """`产出=20 效益` is an entered weight of 20 and a blank one."""
    pairs = [entry.partition("=") for entry in text.split()]
    return [(level1, D(weight) if weight else None) for level1, _, weight in pairs]


@pytest.mark.parametrize(
    ("pack", "text", "weights"),
    [
        (HUBEI, "产出=50 效益=20 满意度=10", ["50", "20", "10"]),
        (HUBEI, "产出=50 效益 效益 满意度", ["50", "10.00", "10.00", "10.00"]),
        (HUBEI, "产出 产出 效益", ["26.67", "26.67", "26.66"]),
        (SICHUAN, "成本 满意度=30", ["60.00", "30"]),
        (
            HENAN,
            "成本 产出 效益 满意度 资金管理 资金管理",
            ["10.00", "30.00", "25.00", "5.00", "10.00", "10.00"],
        ),
        (HENAN, "产出 效益 资金管理", ["35.00", "35.00", "20.00"]),
        (HENAN, "资金管理=15 资金管理", ["15", "5.00"]),
        (BOTH, "产出 效益 资金管理", ["30.00", "30.00", "20.00"]),
    ],
)
def test_blanks_share_the_total_where_classes_are_as_entered_and_a_check_list_keeps_its_own(
    pack: RulePack, text: str, weights: list[str]
):
    assert [str(weight) for weight in spread_weights(entries(text), pack)] == weights


@pytest.mark.parametrize(
    ("pack", "text", "message"),
    [
        (HUBEI, "产出=70 效益=11 满意度", "各类指标共 80 分，已填的分值合计 81 分"),
        (HENAN, "资金管理=21 资金管理 产出", "资金管理指标共 20 分，已填的分值合计 21 分"),
        (HENAN, "投入管理 产出", "成本指标、产出指标、效益指标、满意度指标、资金管理指标"),
        (HUBEI, "资金管理", "没有一级指标“资金管理”"),
    ],
)
def test_what_cannot_be_spread_is_refused(pack: RulePack, text: str, message: str):
    with pytest.raises(InvalidInput, match=message):
        spread_weights(entries(text), pack)


@pytest.mark.parametrize(
    ("pack", "text", "found"),
    [
        (HUBEI, "产出=10 效益=60 满意度=10", []),
        (
            HUBEI,
            "产出=10 效益=60 满意度=20",
            ["error weights-sum 合计 90，应为 80（100 减预算执行 20）"],
        ),
        (SICHUAN, "产出=90", []),
        (HENAN, "成本=10 产出=30 效益=25 满意度=5 资金管理=20", []),
        (
            HENAN,
            "成本=10 产出=40 效益=25 满意度=5 资金管理=10",
            [
                "error check-list-weight 资金管理指标应合计 20 分，不与其他指标相互调剂；现为 10 分",
                "warning class-weight 产出指标分值合计 40，评分办法为 30",
            ],
        ),
        (
            HENAN,
            "成本=10 产出=30 效益=25 满意度=25",
            [
                "error check-list-weight 现为 0 分",
                "warning class-weight 满意度指标分值合计 25，评分办法为 5",
            ],
        ),
    ],
)
def test_findings_hold_the_total_and_the_check_list(pack: RulePack, text: str, found: list[str]):
    findings = check_weights(entries(text), pack)
    assert len(findings) == len(found)
    for finding, expected in zip(findings, found, strict=True):
        severity, code, words = expected.split(" ", 2)
        assert (finding.severity.value, finding.code) == (severity, code)
        assert words in finding.message
        # Each but a wrong total names its class.
        where = "" if code == "weights-sum" else finding.message.partition("指标")[0] + "指标"
        assert finding.where == where
    assert any(item.severity is Severity.ERROR for item in findings) is ("error" in " ".join(found))


def test_a_check_list_neither_gives_nor_takes_when_classes_are_absent():
    assert class_of("资金管理（20分）", HENAN) == "资金管理指标"
    assert class_weights(HENAN, ["产出指标"]) == {"产出指标": D(70)}
    assert class_weights(HENAN, ["产出指标", "资金管理指标"]) == {
        "产出指标": 70,
        "资金管理指标": 20,
    }
    assert class_weights(HENAN, ["资金管理指标"]) == {"资金管理指标": 20}
    assert class_weights(HUBEI, ["产出指标"]) == {}


def test_the_weight_of_a_check_list_is_not_given_away_where_rows_do_not_apply():
    rows = [
        PlanIndicator(D(10), GE90, D(90), "资金管理"),
        PlanIndicator(D(10), GE90, NOT_APPLICABLE, "资金管理"),
        PlanIndicator(D(40), GE90, D(45), "产出指标"),
        PlanIndicator(D(30), GE90, NOT_APPLICABLE, "效益指标"),
    ]
    plan = score_plan(rows, Execution(D(1), D(1)), HENAN)
    assert [row.points for row in plan.rows] == [20, None, 35, None]
    assert plan.total == 65


@pytest.mark.parametrize("outside", ["资金管理", "产出指标"])
def test_a_check_list_or_all_else_that_does_not_apply_leaves_no_total(outside: str):
    rows = [
        PlanIndicator(D(20), GE90, NOT_APPLICABLE if level1 == outside else D(90), level1)
        for level1 in ("资金管理", "产出指标")
    ]
    plan = score_plan(rows, Execution(D(1), D(1)), HENAN)
    assert [row.weight for row in plan.rows] == [20, 20]
    assert plan.total is None
    assert [rows[index].level1 for index in plan.stranded] == [outside]
    assert plan.steps == ["有一部分指标全部不涉及，其分值无处可分，暂不计总分"]
