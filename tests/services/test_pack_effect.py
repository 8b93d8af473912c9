"""What another rule pack would give, beside what the plan's own gives; nothing is stored."""

from dataclasses import replace
from decimal import Decimal

import pytest

from perf.core.rulepack import RulePack
from perf.core.rules import load_pack
from perf.core.terms import PlanKind, Rating, Role
from perf.queries.pack_effect import plans_to_try, standing_of, years_to_try
from perf.services.evaluation_content import work_scores
from perf.services.evaluations import begin_self_evaluation
from perf.services.pack_effect import effect_of, points_of
from tests.factories import SYSTEM, make_plan, make_user
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

OWN = load_pack("cn-project-2020")
ROWS = [
    ("产出指标", "受理案件数", "≥100件", "50"),
    ("效益指标", "平均办理时间", "≤10天", "30"),
    ("满意度指标", "群众满意度", "≥90%", "10"),
]
YEAR = {
    "受理案件数": ("20", "45", "80", "110"),
    "平均办理时间": ("8", "9", "11", "15"),
    "群众满意度": ("90", "90", "90", "92"),
}


def linear() -> RulePack:
    """The plan's own pack with exceeded limits scored in a straight line."""
    text = OWN.at_most
    formula = load_pack("cn-project-2020").at_most.formula.__class__.LINEAR
    return replace(OWN, id="local-linear", at_most=replace(text, formula=formula))


@pytest.fixture
def people(session):
    return make_people(session)


def plan_of(session, people, quarters=4, **fields):
    return make_reported_plan(session, people, YEAR, indicators=ROWS, quarters=quarters, **fields)


def test_the_same_pack_makes_no_difference(session, people):
    plan = plan_of(session, people)
    begin_self_evaluation(session, people[0].actor, plan)
    effect = effect_of(standing_of(session, plan), OWN)
    assert effect.is_year
    assert (effect.difference, effect.differing, effect.is_different) == (Decimal(0), 0, False)


def test_a_self_evaluation_is_scored_from_what_is_stored_with_it(session, people):
    plan = plan_of(session, people)
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    version, stored = evaluation.version, evaluation.total
    effect = effect_of(standing_of(session, plan), linear())
    # 30 × 10 ÷ 15 = 20.00 by the inverse formula, 30 × (1 − 5 ÷ 10) = 15.00 by the linear one.
    times = next(pair for pair in effect.pairs if pair.indicator.name == "平均办理时间")
    assert (times.now.points, times.then.points) == (Decimal("20.00"), Decimal("15.00"))
    assert times.difference == Decimal("-5.00")
    assert (effect.difference, effect.differing) == (Decimal("-5.00"), 1)
    assert points_of(effect.now) == stored
    assert any("local-linear 第 1 版" in step for step in times.then.steps)
    session.commit()
    assert (evaluation.version, evaluation.total) == (version, stored)


def test_without_a_self_evaluation_the_quarters_so_far_are_scored(session, people):
    plan = plan_of(session, people, quarters=3)
    effect = effect_of(standing_of(session, plan), linear())
    assert not effect.is_year
    assert effect.now.total is not None or effect.now.total_so_far
    # Eleven days so far: 30 × 10 ÷ 11 = 27.27, and 30 × (1 − 1 ÷ 10) = 27.00.
    assert effect.difference == Decimal("-0.27")


def test_other_bounds_of_grades_differ_in_the_rating_alone(session, people):
    plan = plan_of(session, people)
    begin_self_evaluation(session, people[0].actor, plan)
    own = effect_of(standing_of(session, plan), OWN)
    assert own.now.rating is Rating.GOOD
    higher = replace(OWN, rating=replace(OWN.rating, good_from=Decimal(89), fair_from=Decimal(50)))
    high = replace(
        higher, rating=replace(higher.rating, excellent_from=Decimal(99), good_from=Decimal(98))
    )
    effect = effect_of(standing_of(session, plan), high)
    assert effect.then.rating is Rating.FAIR
    assert (effect.difference, effect.differing, effect.is_different) == (Decimal(0), 0, True)


def test_a_decision_on_points_that_the_other_pack_moves_falls_away(session, people):
    plan = plan_of(session, people)
    evaluation = begin_self_evaluation(session, people[0].actor, plan)
    supervisor = people[1]
    by_name = {row.name: row.id for row in plan.indicators}
    for score in evaluation.scores:
        if score.indicator_id in {by_name["平均办理时间"], by_name["受理案件数"]}:
            score.decided_points = (score.points or Decimal(0)) - 1
            score.decided_reason = "资料不全。"
            score.decided_by_id = supervisor.id
            score.decided_at = evaluation.updated_at
    session.commit()
    effect = effect_of(standing_of(session, plan), linear())
    final = {pair.indicator.name: (pair.now.final, pair.then.final) for pair in effect.pairs}
    assert final["平均办理时间"] == (Decimal("19.00"), Decimal("15.00"))
    assert final["受理案件数"] == (Decimal("49.00"), Decimal("49.00"))
    assert effect.difference == Decimal("-4.00")
    assert work_scores(evaluation).total == points_of(effect.now)


def test_weights_that_the_other_pack_would_not_take_are_named(session, people):
    plan = plan_of(session, people)
    effect = effect_of(standing_of(session, plan), load_pack("hubei-project-2020"))
    assert "应为 80" in effect.weights
    assert effect_of(standing_of(session, plan), OWN).weights == ""


def test_what_cannot_be_scored_says_why(session, people):
    plan = plan_of(session, people, quarters=1)
    plan.pack_id = "local-gone"
    session.commit()
    effect = effect_of(standing_of(session, plan), OWN)
    assert "local-gone" in effect.problem
    assert effect.is_different
    assert effect.pairs == []


def test_the_years_and_plans_of_one_kind_are_listed_with_the_evaluated_ones_first(session, people):
    waiting, evaluated = plan_of(session, people, quarters=2), plan_of(session, people)
    begin_self_evaluation(session, people[0].actor, evaluated)
    make_plan(session, people[0].unit, kind=PlanKind.DEPARTMENT, pack_id="department-overall")
    assert years_to_try(session, SYSTEM, PlanKind.PROJECT) == [(2022, True)]
    assert years_to_try(session, SYSTEM, PlanKind.DEPARTMENT) == [(2022, False)]
    page = plans_to_try(session, SYSTEM, PlanKind.PROJECT, 2022)
    assert [row.plan.id for row in page.rows] == [evaluated.id, waiting.id]
    assert [len(row.quarters) for row in page.rows] == [0, 2]


def test_twice_the_plans_take_the_same_number_of_queries(session, people):
    def queries() -> int:
        session.commit()
        session.expunge_all()
        with count_queries(session.get_bind()) as sent:
            for standing in plans_to_try(session, SYSTEM, PlanKind.PROJECT, 2022).rows:
                effect_of(standing, linear())
        return len(sent)

    for _ in range(2):
        begin_self_evaluation(session, people[0].actor, plan_of(session, people))
        plan_of(session, people, quarters=2)
    few = queries()
    people = tuple(session.merge(person) for person in people)
    for _ in range(4):
        begin_self_evaluation(session, people[0].actor, plan_of(session, people))
        plan_of(session, people, quarters=2)
    make_user(session, Role.ADMIN)
    assert queries() == few
