"""Offices, collection, delegation and hand-over: what each does, refuses and writes down."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted
from perf.core.permissions import Permission
from perf.core.terms import Action, Role, Status, WorkKind
from perf.models import LedgerEntry, Message, Office, Period, Rectification
from perf.queries.handover import open_work_of
from perf.queries.messages import shown_lines
from perf.queries.packs import pack_of
from perf.queries.submissions import quarter_visible_to
from perf.services.accounts import update_user
from perf.services.collection import (
    hand_in,
    not_handed_in,
    remind_offices,
    set_internal_due,
    shares_of,
    take_back,
)
from perf.services.delegations import MOST_DAYS, delegate_review, end_delegation
from perf.services.entries import record_entries
from perf.services.entry_figures import Entry
from perf.services.handover import hand_over
from perf.services.offices import assign_indicators, assign_people, create_office, update_office
from perf.services.reminders import gather_messages
from perf.services.submissions import open_submission, step_submission
from perf.web.security import signed_in_user
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.test_permissions import make_rectification

pytestmark = pytest.mark.slow

NOON = datetime(2022, 4, 8, 4, tzinfo=UTC)
TODAY = date(2022, 4, 8)


@pytest.fixture
def world(session):
    """An approved plan of three indicators, two offices; 业务科 owes the first two."""
    unit = make_unit(session)
    make_year(session)
    staff, other = (make_user(session, Role.STAFF, unit) for _ in range(2))
    chief = make_user(session, Role.SUPERVISOR, unit)
    plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, chief))
    plan.budget_lines.clear()
    offices = [Office(unit_id=unit.id, name=name) for name in ("业务科", "财务科")]
    session.add_all(offices)
    session.flush()
    for row, office in zip(plan.indicators, (offices[0], offices[0], offices[1]), strict=True):
        row.office_id = office.id
    staff.office_id, other.office_id = offices[0].id, offices[1].id
    session.flush()
    found = SimpleNamespace(
        session=session, unit=unit, staff=staff, other=other, chief=chief, plan=plan
    )
    found.first, found.second = offices
    with clock.set_to(NOON):
        yield found


def fill(world, user, values: dict[int, str]):
    """The quarter with these figures by the indicators' places, recorded by this user."""
    session = world.session()
    period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    submission = open_submission(session, user.actor, world.plan, period)
    rows = world.plan.indicators
    entries = [Entry(rows[place].id, 0, value=text) for place, text in values.items()]
    record_entries(session, user.actor, submission, entries, [], pack_of(world.plan))
    return submission


def quarter(world):
    return quarter_visible_to(world.session(), world.chief.actor, world.plan.id, "2022-Q1")


def submitted(world, user):
    submission = fill(world, user, {0: "110", 1: "95", 2: "90"})
    step(world, user.actor, Action.SUBMIT)
    return submission


def step(world, actor, action, **more):
    found = quarter(world)
    version = found.submission.version
    step_submission(
        world.session(), actor, found.submission, action, version=version, previous={}, **more
    )


def lend(world, to=None, first=TODAY, last=TODAY + timedelta(days=2)):
    return delegate_review(
        world.session(),
        world.chief.actor,
        world.unit,
        delegate_id=(to or world.other).id,
        starts_on=first,
        ends_on=last,
        reason="出差",
    )


def actor_at(user, moment):
    with clock.set_to(moment):
        return signed_in_user(user.id).actor


# Delegation


@pytest.mark.parametrize(
    ("day", "hour", "may"),
    [(9, 15, False), (9, 17, True), (12, 15, True), (12, 16, False)],
    ids=["before", "first midnight", "last minute", "after"],
)
def test_the_first_and_the_last_day_count_by_the_clock_of_shanghai(world, day, hour, may):
    lend(world, first=date(2022, 4, 10), last=date(2022, 4, 12))
    actor = actor_at(world.other, datetime(2022, 4, day, hour, tzinfo=UTC))
    held = {Permission.REVIEW, Permission.READ_LEDGER}
    assert {one for one in held if actor.may(one)} == (held if may else set())
    assert not any(actor.may(one) for one in (Permission.DELEGATE, Permission.MANAGE_PEOPLE))


def test_a_delegate_signs_for_whom_they_stand_in(world):
    submission = submitted(world, world.staff)
    lend(world)
    actor = actor_at(world.other, NOON)
    step(world, actor, Action.APPROVE)
    assert submission.decided_by_id == world.other.id
    world.session.refresh(submission)
    signed = f"{world.other.display_name}（受{world.chief.display_name}委托代审）"
    assert submission.decided_by_name == signed
    entry = world.session.scalars(select(LedgerEntry).where(LedgerEntry.action == "approve")).one()
    assert (entry.actor_id, entry.actor_name) == (world.other.id, signed)


def test_a_delegate_approves_nothing_that_they_or_the_delegator_submitted(world):
    submission = submitted(world, world.other)
    lend(world)
    actor = actor_at(world.other, NOON)
    with pytest.raises(Conflict, match="本人提交"):
        step(world, actor, Action.APPROVE)
    submission.submitted_by_id = world.chief.id
    with pytest.raises(Conflict, match="本人提交"):
        step(world, actor, Action.APPROVE)


@pytest.mark.parametrize("how", ["by hand", "archived", "moved"])
def test_a_delegation_ends_early(world, how):
    row, session = lend(world), world.session()
    user, unit = world.other, world.unit
    if how == "by hand":
        end_delegation(session, world.chief.actor, row)
    else:
        update_user(
            session,
            SYSTEM,
            user,
            display_name="某人",
            role=user.role,
            unit=make_unit(session) if how == "moved" else unit,
            is_archived=how == "archived",
        )
    assert row.ended_at is not None
    signed_in = signed_in_user(user.id)
    assert signed_in is None or not signed_in.actor.may(Permission.REVIEW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"delegate_id": 0}, "delegate"),
        ({"delegate_id": "chief"}, "delegate"),
        ({"starts_on": None}, "starts_on"),
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"ends_on": TODAY + timedelta(days=MOST_DAYS + 3)}, "ends_on"),
        ({"reason": "长" * 501}, "reason"),
        ({"starts_on": TODAY + timedelta(days=2)}, "delegate"),
    ],
)
def test_what_cannot_be_delegated_is_named(world, change, field):
    lend(world)
    given = {"delegate_id": world.staff.id, "ends_on": TODAY + timedelta(days=9), "reason": ""}
    given |= {"starts_on": TODAY + timedelta(days=3)} | change
    if given["delegate_id"] == "chief":
        given["delegate_id"] = world.chief.id
    with pytest.raises(InvalidInput) as refused:
        delegate_review(world.session(), world.chief.actor, world.unit, **given)
    assert list(refused.value.fields) == [field]


def test_only_a_supervisor_delegates_and_only_the_own_unit(world):
    given = {"delegate_id": world.other.id, "starts_on": TODAY, "ends_on": TODAY}
    lend(world)
    with pytest.raises(NotPermitted):
        delegate_review(world.session(), actor_at(world.other, NOON), world.unit, **given)
    with pytest.raises(NotFound):
        delegate_review(world.session(), world.chief.actor, make_unit(world.session()), **given)


def test_what_waits_is_told_to_the_delegate_too(world):
    submitted(world, world.staff)
    lend(world)
    gather_messages(world.session(), [world.unit.id], TODAY)
    lines = {
        message.user_id: [line["why"] for line in message.lines]
        for message in world.session.scalars(select(Message))
    }
    assert lines == {world.chief.id: ["waiting"], world.other.id: ["waiting"]}


# Offices


def test_an_office_takes_nobody_of_another_unit(world):
    stranger = make_user(world.session(), Role.STAFF, make_unit(world.session()))
    chosen = {stranger.id: (None, world.first.id)}
    assert assign_people(world.session(), world.chief.actor, world.unit, chosen) == 0
    stranger.office_id = world.first.id
    with pytest.raises(IntegrityError), world.session.begin_nested():
        world.session.flush()
    stranger.office_id = None


def test_offices_are_named_once_and_go_out_of_use_when_empty(world):
    session, actor = world.session(), world.chief.actor
    with pytest.raises(InvalidInput, match="名称"):
        create_office(session, actor, world.unit, name=" 业务科 ")
    with pytest.raises(Conflict, match="1 人"):
        update_office(session, actor, world.first, name="业务科", is_archived=True)
    assign_people(session, actor, world.unit, {world.staff.id: (world.first.id, None)})
    update_office(session, actor, world.first, name="业务一科", is_archived=True)
    assert (world.first.name, world.first.archived_at) == ("业务一科", clock.now())
    with pytest.raises(NotPermitted):
        create_office(session, world.staff.actor, world.unit, name="办公室")


def test_an_indicator_gets_its_office_after_the_approval_without_reopening(world):
    row, session = world.plan.indicators[2], world.session()
    before = world.plan.status, world.plan.version, world.plan.updated_at
    chosen = {row.id: (world.second.id, world.first.id)}
    assert assign_indicators(session, world.staff.actor, world.plan, chosen) == 1
    assert row.office_id == world.first.id
    assert (world.plan.status, world.plan.version, world.plan.updated_at) == before
    entry = session.scalars(
        select(LedgerEntry).where(LedgerEntry.action == "assign_indicator")
    ).one()
    assert (entry.plan_id, entry.changes) == (world.plan.id, {"office_id": ["财务科", "业务科"]})
    # Whoever still sees the old office overwrites nothing.
    with pytest.raises(InvalidInput, match="按提示") as refused:
        assign_indicators(session, world.staff.actor, world.plan, {row.id: (world.second.id, None)})
    assert "业务科" in refused.value.fields[f"office-{row.id}"]


# Collection


def test_an_office_hands_in_when_its_own_rows_are_filled(world):
    session, actor = world.session(), world.staff.actor
    with pytest.raises(Conflict, match="还没有开始"):
        hand_in(session, actor, quarter(world))
    fill(world, world.staff, {0: "110"})
    with pytest.raises(InvalidInput, match="及时受理率"):
        hand_in(session, actor, quarter(world))
    fill(world, world.staff, {1: "95"})
    hand_in(session, actor, quarter(world))
    first, second = shares_of(session, quarter(world))
    assert (first.filled, first.open, first.hand_in.handed_in_by_id) == (2, 0, world.staff.id)
    assert (second.filled, second.open, second.hand_in) == (0, 1, None)
    assert not_handed_in([first, second]) == [second]
    take_back(session, actor, quarter(world))
    assert shares_of(session, quarter(world))[0].hand_in is None
    told = session.scalars(select(LedgerEntry.action).where(LedgerEntry.subject == "hand_in"))
    assert list(told) == ["hand_in", "take_back"]


def test_nothing_is_handed_in_or_taken_back_once_it_is_submitted(world):
    submission = submitted(world, world.staff)
    for change in (hand_in, take_back):
        with pytest.raises(Locked):
            change(world.session(), world.staff.actor, quarter(world))
    with pytest.raises(Locked):
        remind_offices(world.session(), world.chief.actor, quarter(world))
    submission.status = Status.DRAFT
    submission.period.locked_at = clock.now()
    world.session.flush()
    with pytest.raises(Locked):
        hand_in(world.session(), world.staff.actor, quarter(world))
    with pytest.raises(Locked):
        set_internal_due(world.session(), world.staff.actor, world.unit, submission.period, TODAY)


def test_the_internal_day_is_within_the_period_and_its_reminder_says_it(world):
    session, period = world.session(), quarter(world).period
    with pytest.raises(InvalidInput, match="内部截止"):
        set_internal_due(session, world.staff.actor, world.unit, period, date(2022, 4, 16))
    set_internal_due(session, world.staff.actor, world.unit, period, date(2022, 4, 10))
    done = remind_offices(session, world.staff.actor, quarter(world), world.first.id)
    assert (done.people, done.things) == (1, 1)
    (message,) = session.scalars(select(Message))
    assert message.user_id == world.staff.id
    assert message.lines[0]["text"] == (
        "2 项待填：受理案件数、及时受理率；内部截止 2022 年 4 月 10 日，还有 2 天"
    )
    again = remind_offices(session, world.staff.actor, quarter(world))
    assert (again.people, again.before) == (1, 1)
    (line,) = shown_lines(session, world.staff.actor, [message])[message.id]
    assert not line.is_done
    fill(world, world.staff, {0: "110", 1: "95"})
    hand_in(session, world.staff.actor, quarter(world))
    (line,) = shown_lines(session, world.staff.actor, [message])[message.id]
    assert line.is_done


# Hand-over


def test_all_that_is_open_goes_over_and_the_list_is_empty_afterwards(world):
    session = world.session()
    submission = fill(world, world.staff, {0: "30"})
    rectification = make_rectification(session, submission.id)
    rectification.owner_id = world.staff.id
    gather_messages(session, [world.unit.id], TODAY)
    session.flush()
    kinds = [one.kind for one in open_work_of(session, world.staff)]
    assert kinds == [
        WorkKind.QUARTER,
        WorkKind.RECTIFICATION,
        WorkKind.OFFICE,
        WorkKind.MESSAGE,
    ]
    with pytest.raises(InvalidInput, match="未了"):
        archive(world, world.staff)
    with clock.set_to(NOON + timedelta(minutes=1)):
        done = hand_over(
            session,
            world.chief.actor,
            world.staff,
            taker_id=world.other.id,
            handed_on=TODAY,
            reason="调离",
            with_office=True,
        )
        session.expire_all()
        assert open_work_of(session, world.staff) == []
        assert [one.kind for one in done.things] == kinds
        taken = [one.kind for one in open_work_of(session, world.other)]
        archive(world, world.staff)
    assert taken[:3] == [WorkKind.QUARTER, WorkKind.RECTIFICATION, WorkKind.OFFICE]
    assert session.get_one(Rectification, rectification.id).owner_id == world.other.id
    assert world.other.office_id == world.first.id
    message = session.scalars(select(Message).where(Message.user_id == world.other.id)).one()
    assert any("整改" in line["title"] for line in message.lines)
    count = session.scalar(
        select(func.count()).where(LedgerEntry.action == "hand_over", LedgerEntry.reason == "调离")
    )
    assert count == 2


def test_a_hand_over_stays_within_the_unit_and_names_what_is_wrong(world):
    session = world.session()
    stranger = make_user(session, Role.STAFF, make_unit(session))
    given = {"taker_id": stranger.id, "handed_on": TODAY + timedelta(days=1), "reason": " "}
    with pytest.raises(InvalidInput) as refused:
        hand_over(session, world.chief.actor, world.staff, with_office=True, **given)
    assert set(refused.value.fields) == {"taker", "handed_on", "reason"}
    for actor, error in ((world.staff.actor, NotPermitted), (world.chief.actor, NotFound)):
        with pytest.raises(error):
            hand_over(session, actor, stranger, with_office=True, **given)


def archive(world, user):
    update_user(
        world.session(),
        SYSTEM,
        user,
        display_name=user.display_name,
        role=user.role,
        unit=world.unit,
        is_archived=True,
    )
