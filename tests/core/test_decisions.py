"""A reviewer's points beside the computed ones, and the 年初 target beside the revised one."""

from dataclasses import replace

import pytest

from perf.core.rulepack import TargetBasis
from perf.core.rules import load_pack
from perf.core.rulewords import describe_rule
from perf.core.scoring import PlanIndicator, decision_bounds, score_plan
from perf.core.targets import parse_target
from tests.core.scoring_examples import D

PACK = load_pack("cn-project-2021")
HENAN = load_pack("henan-project-2024")
GE90, GE95 = parse_target("≥90%"), parse_target("≥95%")


@pytest.mark.parametrize(
    ("pack", "level1", "weight", "points", "bounds"),
    [
        (PACK, "产出指标", "10", "9.33", ("6.33", "10")),
        (PACK, "产出指标", "10", "1.00", ("0", "4.00")),
        (PACK, "产出指标", "3.33", "3.33", ("2.331", "3.33")),
        (HENAN, "产出指标", "10", "9.33", ("6.33", "10")),
        (HENAN, "资金管理指标", "10", "9.33", ("0", "10")),
        (HENAN, "资金管理", "10", "9.33", ("0", "10")),
    ],
)
def test_how_far_a_decided_score_may_lie_from_the_computed_one(
    pack, level1, weight, points, bounds
):
    found = decision_bounds(D(weight), D(points), pack, level1)
    assert found == tuple(D(bound) for bound in bounds)


def test_a_decided_score_counts_and_the_computed_one_stays_beside_it():
    rows = [
        PlanIndicator(D(50), GE90, D(90), "产出指标", decided=D("42.50")),
        PlanIndicator(D(40), GE90, D(45), "效益指标"),
    ]
    scored = score_plan(rows, None, PACK)
    assert [row.points for row in scored.rows] == [D("50.00"), D("20.00")]
    assert [row.final for row in scored.rows] == [D("42.50"), D("20.00")]
    assert scored.total_so_far == D("62.50")
    assert scored.rows[0].steps[-1] == (
        "计算得分 50.00，审核人评定 42.50 · 依据 cn-project-2021 第 1 版 §评定得分"
    )
    assert scored.rows[0].steps[:-1] == scored.rows[0].working("张三", "超额过多")[:-2]
    assert len(scored.rows[0].steps) > 1
    assert scored.rows[0].working("张三，2023-01-12", "超额过多")[-2:] == [
        "计算得分 50.00，审核人评定 42.50（张三，2023-01-12）：超额过多",
        "依据 cn-project-2021 第 1 版 §评定得分",
    ]
    assert scored.rows[1].decided is None


def test_what_is_not_reported_cannot_be_decided():
    scored = score_plan([PlanIndicator(D(90), GE90, None, "产出指标", decided=D(5))], None, PACK)
    assert scored.rows[0].final is None
    assert scored.rows[0].decided is None


def test_a_revised_target_counts_and_the_initial_one_is_said_beside_it():
    row = PlanIndicator(D(10), GE90, D(90), "产出指标", initial_target=GE95)
    scored = score_plan([row], None, PACK).rows[0]
    assert scored.points == D("10.00")
    assert scored.initial_points == D("9.47")
    assert scored.steps == [
        "目标 ≥90% · 实际 90% → 达成 · 得满分 10.00",
        "依据 cn-project-2021 第 1 版 §正向指标",
        "按年初指标值 ≥95% 计 9.47 分 · 依据 cn-project-2021 第 1 版 §目标调整",
    ]


def test_a_pack_may_go_by_the_initial_target_only():
    pack = replace(PACK, revision=replace(PACK.revision, basis=TargetBasis.INITIAL))
    row = PlanIndicator(D(10), GE90, D(90), "产出指标", initial_target=GE95)
    scored = score_plan([row], None, pack).rows[0]
    assert scored.points == D("9.47")
    assert scored.initial_points is None
    assert scored.target is GE95


def test_an_initial_target_says_nothing_while_nothing_is_reported():
    row = PlanIndicator(D(10), GE90, None, "产出指标", initial_target=GE95)
    scored = score_plan([row], None, PACK).rows[0]
    assert scored.initial_points is None
    assert not any("年初" in step for step in scored.steps)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PACK.decision, "与计算得分相差不超过该指标分值的 30%"),
        (replace(PACK.decision, within=D(0)), "不另行评定，以计算得分为准"),
        (PACK.revision, "按调整后的指标值计分"),
    ],
)
def test_the_words_of_the_rules(rule, words):
    assert describe_rule(rule) == words
