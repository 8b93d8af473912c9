"""What a report is written from: the signed record, the quarters' steps, and the year before."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.permissions import Actor
from perf.core.targets import parse_target
from perf.core.terms import Action, Light, Role, Status
from perf.documents.report import report_from_record
from perf.extensions import db
from perf.models import (
    Plan,
    Rectification,
    RevisedTarget,
    SelfEvaluation,
    Submission,
    TargetRevision,
    User,
)
from perf.models.plans import target_as_json
from perf.queries.evaluations import whole_plans
from perf.services.evaluations import begin_self_evaluation, step_self_evaluation
from perf.services.report_record import report_record
from perf.services.submissions import step_submission
from tests.factories import make_unit, make_user, mark
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan
from tests.test_cli_export import DEPARTMENT, sign

pytestmark = pytest.mark.slow


@pytest.fixture
def people(app):
    with app.app_context():
        yield make_people(db.session)


def record_of(plan: Plan, actor: Actor) -> dict[str, Any]:
    evaluation = db.session.scalars(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id)
    ).one()
    return report_record(db.session(), actor, plan, evaluation)


def reviewed_again(people: tuple[User, User], plan: Plan) -> None:
    """The fourth quarter reopened, handed in, returned, handed in and approved."""
    quarter = db.session.scalars(
        select(Submission).where(Submission.plan_id == plan.id).order_by(Submission.id.desc())
    ).first()
    assert quarter is not None
    staff, supervisor = people
    for user, action in [
        (supervisor, Action.REOPEN),
        (staff, Action.SUBMIT),
        (supervisor, Action.RETURN),
        (staff, Action.SUBMIT),
        (supervisor, Action.APPROVE),
    ]:
        step_submission(
            db.session(),
            user.actor,
            quarter,
            action,
            version=quarter.version,
            previous={},
            reason="请核对。",
        )


def lag(plan: Plan, owner: User) -> None:
    """A rectification for each of the plan's indicators, from its last quarter."""
    quarter = db.session.scalars(
        select(Submission).where(Submission.plan_id == plan.id).order_by(Submission.id.desc())
    ).first()
    assert quarter is not None
    for indicator in plan.indicators:
        db.session.add(
            Rectification(
                unit_id=plan.unit_id,
                plan_id=plan.id,
                indicator_id=indicator.id,
                submission_id=quarter.id,
                light=Light.RED,
                cause="应完成 100%，已完成 50%",
                owner_id=owner.id,
                due_on=date(2023, 2, 1),
                opened_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    db.session.flush()


def test_what_was_done_about_lagging_indicators_is_told_of_this_plan_alone(people):
    staff = people[0]
    plan, other = (make_reported_plan(db.session, people) for _ in range(2))
    begin_self_evaluation(db.session(), staff.actor, plan)
    lag(plan, staff)
    lag(other, staff)
    found = record_of(plan, staff.actor)["rectifications"]
    assert [one["name"] for one in found] == [one.name for one in plan.indicators]
    assert {name: found[0][name] for name in ("quarter", "light", "state", "owner")} == {
        "quarter": "四季度",
        "light": "滞后",
        "state": "整改中",
        "owner": staff.display_name,
    }


def test_a_department_s_report_has_the_results_of_its_own_projects(people):
    project = make_reported_plan(db.session, people, name="党建经费")
    sign(people, project)
    make_reported_plan(db.session, make_people(db.session))
    department = make_reported_plan(db.session, people, **DEPARTMENT)
    begin_self_evaluation(db.session(), people[0].actor, department)
    assert record_of(department, people[0].actor)["projects"] == [
        {
            "name": "党建经费",
            "adjusted": "100000",
            "executed": "95090",
            "total": "96.51",
            "rating": "优",
            "status": "已通过",
        }
    ]
    assert record_of(project, people[0].actor)["projects"] == []


def test_a_revision_of_targets_is_told_once_it_is_approved(people):
    staff, supervisor = people
    plan = make_reported_plan(db.session, people)
    begin_self_evaluation(db.session(), staff.actor, plan)
    indicator = plan.indicators[0]
    revision = TargetRevision(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        document="某财〔2022〕9号",
        dated_on=date(2022, 10, 8),
        reason="来件减少。",
        updated_at=clock.now(),
    )
    target = RevisedTarget(unit_id=plan.unit_id, indicator_id=indicator.id)
    target.old_target = target_as_json(parse_target("≥120件"))
    target.new_target = target_as_json(indicator.target)
    revision.targets.append(target)
    db.session.add(revision)
    db.session.flush()
    assert record_of(plan, staff.actor)["revisions"] == []
    mark(revision, Status.APPROVED, staff, supervisor)
    target.is_open = False
    db.session.flush()
    (told,) = record_of(plan, staff.actor)["revisions"]
    assert (told["document"], told["dated_on"]) == ("某财〔2022〕9号", date(2022, 10, 8))
    assert told["targets"] == [
        {"name": "受理案件数", "old": "≥120件", "new": "≥100件", "change": "调低"}
    ]


def test_each_quarter_names_who_took_its_steps_as_they_were_called_then(people):
    staff, supervisor = people
    plan = make_reported_plan(db.session, people)
    reviewed_again(people, plan)
    begin_self_evaluation(db.session(), staff.actor, plan)
    names = (staff.display_name, supervisor.display_name)
    staff.display_name = supervisor.display_name = "改名的人"
    db.session.flush()
    quarters = record_of(plan, staff.actor)["quarters"]
    assert [one["name"] for one in quarters] == ["一季度", "二季度", "三季度", "四季度"]
    assert (quarters[3]["submitted_by"], quarters[3]["approved_by"]) == names
    assert (quarters[3]["returns"], quarters[3]["status"]) == (1, "已通过")
    assert quarters[3]["is_late"]
    assert quarters[0]["returns"] == 0


def test_the_year_before_is_the_signed_one_of_the_same_project_in_sight(people):
    staff, supervisor = people
    older, last, plan = (
        make_reported_plan(db.session, people, year=year, name="党建经费")
        for year in (2020, 2021, 2022)
    )
    begin_self_evaluation(db.session(), staff.actor, plan)
    older.project_id = plan.project_id
    sign(people, older)
    sign(people, make_reported_plan(db.session, people, year=2021, name="其他项目"))
    assert record_of(plan, staff.actor)["last_year"] is None
    last.project_id = plan.project_id
    begun = begin_self_evaluation(db.session(), staff.actor, last)
    assert record_of(plan, staff.actor)["last_year"] is None
    sign(people, last)
    for score in begun.scores:
        score.points = score.points and score.points - 1
    db.session.flush()
    found = record_of(plan, staff.actor)["last_year"]
    assert found is not None
    assert (found["year"], found["total"], found["rating"]) == (2021, "96.51", "excellent")
    names = {one.id: one.name for one in plan.indicators}
    assert {names[key]: row["actual"] for key, row in found["rows"].items()} == {
        "受理案件数": "110 件",
        "及时受理率": "81%",
        "群众满意度": "92%",
    }
    stranger = make_user(db.session, Role.STAFF, make_unit(db.session))
    assert record_of(plan, stranger.actor)["last_year"] is None
    step_self_evaluation(
        db.session(),
        supervisor.actor,
        begun,
        Action.REOPEN,
        version=begun.version,
        reason="更正。",
    )
    assert record_of(plan, staff.actor)["last_year"] is None


def test_what_was_signed_is_told_whatever_was_corrected_since(people):
    plan = make_reported_plan(db.session, people, name="党建经费")
    sign(people, plan)
    before = report_from_record(record_of(plan, people[0].actor))
    for score in db.session.scalars(select(SelfEvaluation)).one().scores:
        score.points = score.weight
        score.deviation_reason = "改过的原因"
    db.session.flush()
    db.session.expire_all()
    assert report_from_record(record_of(plan, people[0].actor)).parts == before.parts


@pytest.mark.parametrize("is_signed", [False, True])
def test_a_long_plan_takes_no_more_queries_than_a_short_one(app, people, is_signed):
    counts = []
    for number in (2, 12):
        indicators = [("产出指标", f"第{at}项受理数", "≥10件", "10") for at in range(number)]
        figures = {name: ("2", "5", "8", "9") for _, name, *_ in indicators}
        plan = make_reported_plan(db.session, people, indicators=indicators, figures=figures)
        begin_self_evaluation(db.session(), people[0].actor, plan)
        if is_signed:
            sign(people, plan)
        lag(plan, people[0])
        key, actor = plan.id, people[0].actor
        db.session.expire_all()
        with count_queries(db.engine) as sent:
            ((loaded, evaluation),) = whole_plans(db.session(), [key])
            assert evaluation is not None
            report_record(db.session(), actor, loaded, evaluation)
        counts.append(len(sent))
    assert counts[0] == counts[1]
