"""What a verdict says beside its ratio: its flags, the rules it cites, and its edges."""

from dataclasses import replace

import pytest

from perf.core.actuals import Answer, Checked, TierChoice
from perf.core.attainment import Flag, attainment
from perf.core.execution import Execution
from perf.core.rules import load_pack
from perf.core.scoring import PlanIndicator, needs_reason, score_plan
from perf.core.targets import parse_target
from perf.core.terms import Sense, Tier
from tests.core.scoring_examples import EVERY_OPTION, GE90, INVERSE, PLAIN, D, number_target

EXACTLY = number_target("eq", "90", "%", Sense.EXACTLY)
RANGE = number_target("between", "90", "%", upper="95")
POINT = number_target("between", "90", "%", upper="90")


@pytest.mark.parametrize(
    ("target", "actual", "titles"),
    [
        (EXACTLY, "90", ["等于指标"]),
        (EXACTLY, "80", ["等于指标", "正向指标"]),
        (EXACTLY, "99", ["等于指标", "反向指标"]),
        (RANGE, "92", ["区间指标"]),
        (RANGE, "90", ["区间指标"]),
        (RANGE, "95", ["区间指标"]),
        (RANGE, "80", ["区间指标", "正向指标"]),
        (RANGE, "99", ["区间指标", "反向指标"]),
        (POINT, "90", ["区间指标"]),
    ],
)
def test_a_verdict_cites_the_rules_that_made_it(target, actual, titles):
    judged = attainment(target, D(actual), INVERSE)
    assert [rule.title for rule in judged.rules] == titles
    assert judged.met is (len(titles) == 1)
    assert (Flag.MISSED in judged.flags) is not judged.met


@pytest.mark.parametrize(
    ("actual", "is_missed"),
    [
        (Checked((Answer.YES, Answer.YES)), False),
        (Checked((Answer.YES, Answer.NO)), True),
        (TierChoice(Tier.ACHIEVED, D(85)), False),
        (TierChoice(Tier.PARTIAL, D(70)), True),
        (TierChoice(Tier.MISSED, D(30)), True),
    ],
)
def test_grades_and_lists_say_that_they_missed(actual, is_missed):
    judged = attainment(PLAIN, actual, INVERSE)
    assert (Flag.MISSED in judged.flags) is is_missed


def test_satisfaction_at_its_target_is_met_whatever_the_floor():
    curve = EVERY_OPTION.satisfaction
    assert curve is not None
    high = replace(EVERY_OPTION, satisfaction=replace(curve, floor=D(95)))
    judged = attainment(GE90, D(90), high, is_satisfaction=True)
    assert judged.met
    assert judged.zeroed_by is None


def test_the_score_by_the_initial_target_follows_the_curve_of_satisfaction_too():
    row = PlanIndicator(D(10), parse_target("≥50%"), D(55), "满意度指标", True, GE90)
    scored = score_plan([row], Execution(D(1), D(1)), EVERY_OPTION).rows[0]
    assert scored.points == D(10)
    assert scored.initial_points == 0
    plain = row._replace(is_satisfaction=False)
    assert score_plan([plain], Execution(D(1), D(1)), EVERY_OPTION).rows[0].initial_points > 0


def test_there_is_no_total_before_its_cap_while_anything_is_blank():
    rows = [PlanIndicator(D(40), GE90, D(90)), PlanIndicator(D(40), GE90, None)]
    scored = score_plan(rows, Execution(D(10), D(10)), load_pack("hubei-project-2020"))
    assert scored.uncapped is None
    assert scored.total is None


def test_also_the_smallest_deduction_leaves_a_score_below_its_weight():
    rule = replace(EVERY_OPTION.over_achievement, deduct_points=D("0.5"))
    pack = replace(EVERY_OPTION, over_achievement=rule)
    scored = score_plan([PlanIndicator(D(10), GE90, D(180))], None, pack).rows[0]
    assert scored.points == D("9.50")
    assert scored.is_below
    assert needs_reason(scored)
