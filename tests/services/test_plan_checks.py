"""What is pointed out in a plan as it is stored and as it is typed, with last year beside it."""

from decimal import Decimal
from typing import Any

import pytest

from perf import clock
from perf.core.permissions import Actor
from perf.core.terms import PlanKind, Role, Sense, Status
from perf.extensions import db
from perf.models import Plan, Score, SelfEvaluation, User
from perf.queries.last_year import last_year_actuals
from perf.services.plan_checks import checks_of_entries, checks_of_plan
from perf.services.sheets import IndicatorEntry
from tests.factories import make_plan, make_unit, make_user, make_year, mark

REACHED = ["250", "93.5", None]


@pytest.fixture
def session(app):
    with app.app_context():
        make_year(db.session, 2021)
        make_year(db.session, 2022)
        yield db.session()


def people_of(session: Any, unit: Any) -> tuple[User, User]:
    return make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)


def actor_of(user: User) -> Actor:
    return Actor(user.id, user.display_name, user.role, user.unit_id)


def next_plan(session: Any, last: Plan) -> Plan:
    """The next year's plan of the same project, with the same indicators."""
    plan = make_plan(session, last.unit, kind=last.kind, year=last.year + 1)
    plan.project_id = last.project_id
    session.flush()
    return plan


def evaluate(
    session: Any, plan: Plan, people: tuple[User, User], status: Status = Status.APPROVED
) -> SelfEvaluation:
    """A self-evaluation in which the plan's indicators reached the figures of `REACHED`."""
    evaluation = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    mark(evaluation, status, *people)
    session.add(evaluation)
    session.flush()
    for row, value in zip(plan.indicators, REACHED, strict=True):
        score = Score(
            unit_id=plan.unit_id,
            self_evaluation_id=evaluation.id,
            indicator_id=row.id,
            weight=Decimal(10),
        )
        score.actual = None if value is None else Decimal(value)
        session.add(score)
    session.flush()
    return evaluation


def told(noticed: Any) -> dict[str, tuple[int, ...]]:
    return {one.finding.code: one.rows for one in noticed}


@pytest.mark.parametrize("kind", list(PlanKind))
def test_a_target_is_held_against_what_was_approved_for_last_year(session, kind):
    unit = make_unit(session)
    people = people_of(session, unit)
    last = make_plan(session, unit, kind=kind, year=2021)
    plan = next_plan(session, last)
    actor = actor_of(people[0])
    assert last_year_actuals(session, actor, plan) == {}

    evaluation = evaluate(session, last, people, Status.SUBMITTED)
    assert last_year_actuals(session, actor, plan) == {}
    mark(evaluation, Status.APPROVED, *people)
    session.flush()
    assert last_year_actuals(session, actor, plan) == {
        ("产出指标", "", "受理案件数", "件"): Decimal(250),
        ("效益指标", "", "及时受理率", "%"): Decimal("93.5"),
    }
    (found,) = [
        one
        for one in checks_of_plan(session, actor, plan)
        if one.finding.code == "target-below-last-year"
    ]
    assert found.rows == (0, 1)
    assert "受理案件数（≥100件，上年 250件）" in found.finding.message
    # What was reached two years ago is not last year's.
    assert last_year_actuals(session, actor, last) == {}


def test_last_year_is_that_of_the_same_project_and_within_sight(session):
    unit, other = make_unit(session), make_unit(session)
    people = people_of(session, unit)
    last, beside = (make_plan(session, unit, year=2021) for _ in range(2))
    evaluate(session, last, people)
    evaluate(session, beside, people)
    plan = next_plan(session, last)
    assert len(last_year_actuals(session, actor_of(people[0]), plan)) == 2
    assert last_year_actuals(session, actor_of(people_of(session, other)[0]), plan) == {}
    foreign = make_plan(session, other, kind=PlanKind.DEPARTMENT)
    own = make_plan(session, unit, kind=PlanKind.DEPARTMENT, year=2021)
    evaluate(session, own, people)
    finance = actor_of(make_user(session, Role.FINANCE))
    assert last_year_actuals(session, finance, foreign) == {}


def test_of_two_indicators_that_are_called_the_same_neither_is_compared(session):
    unit = make_unit(session)
    people = people_of(session, unit)
    twin = ("产出指标", "受理案件数", "≥10件", "30")
    last = make_plan(
        session,
        unit,
        year=2021,
        indicators=[
            twin,
            ("产出指标", "1、受理案件数", "≥9件", "30"),
            ("满意度指标", "满意度", "≥80%", "30"),
        ],
    )
    evaluate(session, last, people)
    assert last_year_actuals(session, actor_of(people[0]), next_plan(session, last)) == {}


def test_the_weights_are_held_against_the_pack_and_stand_among_the_rest(session):
    unit = make_unit(session)
    staff, _ = people_of(session, unit)
    plan = make_plan(
        session,
        unit,
        indicators=[
            ("产出指标", "受理案件数", "≥100件", "40"),
            ("满意度指标", "群众满意度", "满意", "10"),
        ],
    )
    noticed = checks_of_plan(session, actor_of(staff), plan)
    assert list(told(noticed)) == ["weights-sum", "class-weight", "vague-words"]
    assert told(noticed)["vague-words"] == (1,)


def test_a_direction_that_was_chosen_is_no_guess(session):
    unit = make_unit(session)
    staff, _ = people_of(session, unit)
    plan = make_plan(session, unit, indicators=[("产出指标", "场地", "3处", "90")])
    assert "sense-guessed" in told(checks_of_plan(session, actor_of(staff), plan))
    plan.indicators[0].sense = Sense.EXACTLY
    session.flush()
    assert "sense-guessed" not in told(checks_of_plan(session, actor_of(staff), plan))


def test_rows_as_typed_are_checked_in_place_of_the_stored_ones(session):
    unit = make_unit(session)
    staff, _ = people_of(session, unit)
    plan = make_plan(session, unit)
    entries = [
        IndicatorEntry("new1", level1="成本指标", name=" 总成本 ", target="≤50万元"),
        IndicatorEntry("new2", level1="产出指标", name="场地", target="3处", sense="exactly"),
        IndicatorEntry("new3", level1="", name="还没写完", target=""),
    ]
    weights = [Decimal(20), Decimal(70), None]
    noticed = checks_of_entries(session, actor_of(staff), plan, entries, weights)
    # What saving says at a blank field is not said before.
    assert told(noticed) == {"satisfaction-missing": (), "cost-exceeds-budget": (0,)}
    assert [row.name for row in plan.indicators] == ["受理案件数", "及时受理率", "群众满意度"]
