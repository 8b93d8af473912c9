"""Every step of the workflow: who may take it from where, and what it leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, PerfError, Stale
from perf.core.terms import Action, Role, Status
from perf.core.workflow import STEPS, actions_for
from perf.models import LedgerEntry, Plan, Remark, SelfEvaluation, Snapshot, Submission
from perf.services.steps import MAX_TEXT, take_step
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.reported import make_people, make_reported_plan

MORNING = datetime(2022, 10, 12, 6, 0, tzinfo=UTC)
CONTENT: Any = {"fields": {"总体目标": "完成任务。"}, "rows": [], "data": {}}


class World:
    def __init__(self, session: Any) -> None:
        self.session = session
        make_year(session)
        self.unit = make_unit(session)
        self.staff, self.supervisor = make_people(session, self.unit)
        self.other = make_user(session, Role.SUPERVISOR, self.unit)
        self.plan = make_plan(session, self.unit)

    def people(self) -> dict[Role, Any]:
        others = {
            role: make_user(self.session, role).actor
            for role in (Role.FINANCE, Role.ADMIN, Role.AUDITOR)
        }
        return {Role.STAFF: self.staff.actor, Role.SUPERVISOR: self.supervisor.actor} | others

    def put(self, status: Status) -> None:
        """The plan as it would stand there."""
        self.plan.status = status
        self.plan.submitted_by_id, self.plan.submitted_at = self.staff.id, MORNING
        self.plan.decided_by_id, self.plan.decided_at = self.supervisor.id, MORNING
        self.session.flush()

    def step(self, user: Any, action: Action, **more: Any) -> None:
        more = {"version": self.plan.version, "content": CONTENT, "name": "信访值班"} | more
        take_step(self.session, getattr(user, "actor", user), self.plan, action, **more)

    def remarks(self) -> list[Remark]:
        return list(self.session.scalars(select(Remark).order_by(Remark.id)))

    def ledger(self) -> list[LedgerEntry]:
        return list(self.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))

    def snapshots(self) -> list[Snapshot]:
        return list(self.session.scalars(select(Snapshot).order_by(Snapshot.id)))


@pytest.fixture
def world(session) -> World:
    return World(session)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("start", Status)
def test_each_step_is_taken_where_the_table_says_and_by_nobody_else(world, start, action) -> None:
    wanted = STEPS.get((start, action))
    for role, actor in world.people().items():
        world.put(start)
        allowed = wanted is not None and actor.may(wanted[1]) and actor.sees_unit(world.unit.id)
        assert (action in actions_for(start, actor, world.staff.id)) == allowed
        if allowed:
            world.step(actor, action, reason="原因")
            assert world.plan.status is wanted[0], role
        else:
            with pytest.raises((Conflict, NotPermitted)):
                world.step(actor, action, reason="原因")
            assert world.plan.status is start, role


def test_a_whole_round_keeps_people_and_times(world) -> None:
    with clock.set_to(MORNING):
        world.step(world.staff, Action.SUBMIT)
    assert (world.plan.submitted_by_id, world.plan.submitted_at) == (world.staff.id, MORNING)
    with clock.set_to(MORNING + timedelta(hours=1)):
        world.step(world.supervisor, Action.RETURN, reason="请补充清单")
    assert world.plan.decided_by_id == world.supervisor.id
    assert world.plan.decided_at == MORNING + timedelta(hours=1)
    with clock.set_to(MORNING + timedelta(hours=2)):
        world.step(world.staff, Action.SUBMIT)
    assert (world.plan.decided_by_id, world.plan.decided_at) == (None, None)
    world.step(world.supervisor, Action.APPROVE)
    assert world.plan.submitted_at == MORNING + timedelta(hours=2)
    assert world.plan.decided_by_id == world.supervisor.id


def test_nobody_decides_on_what_they_submitted(world) -> None:
    # Whoever was staff yesterday may be a supervisor today.
    world.put(Status.SUBMITTED)
    world.plan.submitted_by_id = world.supervisor.id
    for action in (Action.APPROVE, Action.RETURN):
        with pytest.raises(PerfError):
            world.step(world.supervisor, action, reason="原因")
        assert action not in actions_for(
            Status.SUBMITTED, world.supervisor.actor, world.supervisor.id
        )
    assert world.plan.status is Status.SUBMITTED
    world.step(world.other, Action.APPROVE)
    assert world.plan.status is Status.APPROVED


def test_another_units_supervisor_finds_nothing(world) -> None:
    world.put(Status.SUBMITTED)
    stranger = make_user(world.session, Role.SUPERVISOR, make_unit(world.session))
    with pytest.raises(NotFound):
        world.step(stranger, Action.APPROVE)
    assert world.plan.status is Status.SUBMITTED


@pytest.mark.parametrize(
    ("start", "action"), [(Status.SUBMITTED, Action.RETURN), (Status.APPROVED, Action.REOPEN)]
)
@pytest.mark.parametrize("reason", ["", " \n\t　"])
def test_sending_back_and_reopening_demand_a_reason(world, start, action, reason) -> None:
    world.put(start)
    with pytest.raises(InvalidInput) as refused:
        world.step(world.supervisor, action, reason=reason)
    assert "reason" in refused.value.fields
    assert world.plan.status is start
    assert world.remarks() == []


def test_a_remark_on_an_indicator_is_reason_enough_to_send_back_but_not_to_reopen(world) -> None:
    indicator = world.plan.indicators[0]
    world.put(Status.APPROVED)
    with pytest.raises(InvalidInput):
        world.step(world.supervisor, Action.REOPEN, remarks={indicator.id: "与台账不符"})
    world.put(Status.SUBMITTED)
    world.step(world.supervisor, Action.RETURN, remarks={indicator.id: " 与台账不符 "})
    [remark] = world.remarks()
    assert (remark.indicator_id, remark.text) == (indicator.id, "与台账不符")
    assert (remark.plan_id, remark.created_by_id) == (world.plan.id, world.supervisor.id)
    assert remark.unit_id == world.unit.id
    assert remark.resolved_at is None


def test_the_reason_and_each_remark_are_kept_and_blank_ones_are_not(world) -> None:
    first, second, third = world.plan.indicators
    world.put(Status.SUBMITTED)
    remarks = {first.id: "补清单", second.id: "  ", third.id: "缺问卷"}
    world.step(world.supervisor, Action.RETURN, reason="请核对", remarks=remarks)
    assert [(row.indicator_id, row.text) for row in world.remarks()] == [
        (None, "请核对"),
        (first.id, "补清单"),
        (third.id, "缺问卷"),
    ]
    assert world.ledger()[-1].reason == "请核对 补清单 缺问卷"


def test_a_reason_that_is_too_long_is_refused_and_one_at_the_limit_is_not(world) -> None:
    world.put(Status.SUBMITTED)
    with pytest.raises(InvalidInput) as refused:
        world.step(world.supervisor, Action.RETURN, reason="长" * (MAX_TEXT + 1))
    assert "reason" in refused.value.fields
    remarks = {world.plan.indicators[0].id: "长" * (MAX_TEXT + 1)}
    with pytest.raises(InvalidInput):
        world.step(world.supervisor, Action.RETURN, remarks=remarks)
    world.step(world.supervisor, Action.RETURN, reason="长" * MAX_TEXT)
    assert world.plan.status is Status.RETURNED


def test_approving_resolves_the_remarks_of_this_subject_only(world) -> None:
    elsewhere = make_plan(world.session, world.unit)
    world.session.add(
        Remark(unit_id=world.unit.id, plan_id=elsewhere.id, text="另一份", created_at=clock.now())
    )
    world.put(Status.SUBMITTED)
    world.step(world.supervisor, Action.RETURN, reason="请核对")
    world.step(world.staff, Action.SUBMIT)
    assert all(remark.resolved_at is None for remark in world.remarks())
    world.step(world.supervisor, Action.APPROVE, reason="已核对，同意。")
    world.session.expire_all()
    resolved = {remark.text: remark.resolved_at is not None for remark in world.remarks()}
    # What is said with an approval asks for nothing more.
    assert resolved == {"另一份": False, "请核对": True, "已核对，同意。": True}


def test_an_approval_takes_no_remark_on_an_indicator(world) -> None:
    world.put(Status.SUBMITTED)
    with pytest.raises(InvalidInput, match="没有通过"):
        world.step(
            world.supervisor, Action.APPROVE, remarks={world.plan.indicators[0].id: "这里不对。"}
        )
    assert world.plan.status is Status.SUBMITTED
    assert world.remarks() == []


def test_a_stale_page_changes_nothing(world) -> None:
    world.put(Status.SUBMITTED)
    seen = world.plan.version
    world.step(world.staff, Action.WITHDRAW)
    world.step(world.staff, Action.SUBMIT)
    told = len(world.ledger())
    # The status is the same again, the content may not be.
    with pytest.raises(Stale):
        world.step(world.supervisor, Action.APPROVE, version=seen)
    assert world.plan.status is Status.SUBMITTED
    assert len(world.ledger()) == told


def test_each_step_raises_the_version(world) -> None:
    seen = world.plan.version
    world.step(world.staff, Action.SUBMIT)
    assert world.plan.version == seen + 1


def test_submission_and_approval_keep_the_content_and_the_other_steps_do_not(world) -> None:
    world.step(world.staff, Action.SUBMIT)
    world.step(world.supervisor, Action.RETURN, reason="补充")
    world.step(world.staff, Action.SUBMIT)
    world.step(world.staff, Action.WITHDRAW)
    world.step(world.staff, Action.SUBMIT)
    world.step(world.supervisor, Action.APPROVE)
    world.step(world.supervisor, Action.REOPEN, reason="更正")
    kept = [(row.action, row.taken_by_id, row.plan_id) for row in world.snapshots()]
    assert kept == [
        (Action.SUBMIT, world.staff.id, world.plan.id),
        (Action.SUBMIT, world.staff.id, world.plan.id),
        (Action.SUBMIT, world.staff.id, world.plan.id),
        (Action.APPROVE, world.supervisor.id, world.plan.id),
    ]
    assert world.snapshots()[0].content == CONTENT


def test_the_ledger_tells_each_step_with_old_and_new(world) -> None:
    world.step(world.staff, Action.SUBMIT)
    world.step(world.supervisor, Action.RETURN, reason="请核对")
    submitted, returned = world.ledger()
    assert submitted.changes["status"] == ["draft", "submitted"]
    assert submitted.changes["submitted_by_id"] == [None, str(world.staff.id)]
    assert returned.changes["status"] == ["submitted", "returned"]
    assert (returned.action, returned.actor_id) == ("return", world.supervisor.id)
    assert (returned.subject, returned.subject_id) == ("plan", world.plan.id)
    assert (returned.plan_id, returned.unit_id) == (world.plan.id, world.unit.id)
    assert (returned.subject_name, returned.reason) == ("信访值班", "请核对")


def test_quarters_and_self_evaluations_take_steps_too(session) -> None:
    people = make_people(session)
    plan = make_reported_plan(session, people, quarters=1)
    quarter = session.scalars(select(Submission)).one()
    evaluation = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.SUBMITTED,
        submitted_by_id=people[0].id,
        submitted_at=clock.now(),
        pack_id=plan.pack_id,
        pack_version=1,
        updated_at=clock.now(),
    )
    session.add(evaluation)
    session.flush()
    for subject, action in [(quarter, Action.REOPEN), (evaluation, Action.RETURN)]:
        take_step(
            session,
            people[1].actor,
            subject,
            action,
            version=subject.version,
            content=CONTENT,
            name="一季度",
            reason="请核对",
        )
    told = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert [(row.subject, row.plan_id) for row in told] == [
        ("submission", plan.id),
        ("self_evaluation", plan.id),
    ]
    remarks = session.scalars(select(Remark).order_by(Remark.id)).all()
    assert [(row.submission_id, row.self_evaluation_id) for row in remarks] == [
        (quarter.id, None),
        (None, evaluation.id),
    ]


APPROVED = {
    "status": "approved",
    "submitted_by_id": "staff",
    "submitted_at": "2022-10-12 06:00:00+00:00",
    "decided_by_id": "supervisor",
    "decided_at": "2022-10-12 06:00:00+00:00",
}


@pytest.mark.parametrize("table", ["plan", "submission", "self_evaluation"])
@pytest.mark.parametrize(
    "lack",
    [
        {"decided_by_id": None},
        {"decided_at": None},
        {"submitted_by_id": None},
        {"submitted_at": None},
        {"decided_by_id": "staff"},
    ],
    ids=["no approver", "no time", "no submitter", "no submission", "own submission"],
)
def test_the_database_itself_refuses_an_approval_without_another_persons_signature(
    session, table, lack
) -> None:
    people = make_people(session)
    plan = make_reported_plan(session, people, quarters=1)
    session.add(
        SelfEvaluation(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            pack_id=plan.pack_id,
            pack_version=1,
            updated_at=clock.now(),
        )
    )
    session.flush()
    ids = {"staff": people[0].id, "supervisor": people[1].id}

    def approve(values: dict[str, Any]) -> None:
        sets = ", ".join(f"{column} = :{column}" for column in values)
        values = {column: ids.get(value, value) for column, value in values.items()}
        with session.begin_nested():
            session.execute(text(f"UPDATE {table} SET {sets}"), values)

    approve(APPROVED)
    with pytest.raises(IntegrityError, match="approval_is_complete"):
        approve(APPROVED | lack)


def test_the_system_takes_steps_without_a_person(world) -> None:
    world.step(SYSTEM, Action.SUBMIT)
    assert world.plan.status is Status.SUBMITTED
    assert world.plan.submitted_by_id is None
    assert world.session.get_one(Plan, world.plan.id).submitted_at is not None
