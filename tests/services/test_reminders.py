"""Messages: what stands in whose, made once a day; and what a reminder adds to them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Conflict, NotFound, NotPermitted
from perf.core.reminders import Line, Why, line_of
from perf.core.terms import Light, RectificationState, Role, Status
from perf.models import LedgerEntry, Message, Period, Rectification, Remark, Submission
from perf.queries.messages import shown_lines
from perf.queries.reminders import missing_page, missing_rows
from perf.services.reminders import gather_messages, remind_of_period, remind_of_plan
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.queries import count_queries

DAY = date(2022, 4, 12)


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.set_to(datetime(2022, 4, 12, 1, 30, tzinfo=UTC)):
        yield


@pytest.fixture
def world(session):
    """Two units, each with a plan whose first quarter is due in three days."""
    make_year(session)
    found = SimpleNamespace(finance=make_user(session, Role.FINANCE))
    for name in ("own", "other"):
        unit = make_unit(session)
        staff, chief = (
            make_user(session, Role.STAFF, unit),
            make_user(session, Role.SUPERVISOR, unit),
        )
        plan = make_plan(
            session, unit, status=Status.APPROVED, people=(staff, chief), name=f"{name}项目"
        )
        setattr(found, name, SimpleNamespace(unit=unit, staff=staff, chief=chief, plan=plan))
    found.q1 = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    return found


def submission(session, side, period: Period, status: Status) -> Submission:
    row = Submission(
        unit_id=side.unit.id, plan_id=side.plan.id, period_id=period.id, updated_at=clock.now()
    )
    session.add(row)
    session.flush()
    mark(row, status, side.staff, side.chief)
    session.flush()
    return row


def gather(session, world, day: date = DAY) -> int:
    return gather_messages(session, [world.own.unit.id, world.other.unit.id], day)


def lines(session, user, day: date = DAY) -> list[Line]:
    message = session.scalar(select(Message).where(Message.user_id == user.id, Message.day == day))
    return [line_of(stored) for stored in message.lines] if message else []


def test_what_is_due_goes_to_the_unit_s_own_recorder_once_a_day(session, world):
    assert gather(session, world) == 2
    (line,) = lines(session, world.own.staff)
    assert (line.why, line.title) == (Why.DUE, "2022 年 own项目 一季度填报")
    assert line.text == "截止 2022 年 4 月 15 日，还有 3 天"
    assert not lines(session, world.own.chief)
    assert gather(session, world) == 0
    assert gather(session, world, date(2022, 4, 16)) == 2
    (line,) = lines(session, world.own.staff, date(2022, 4, 16))
    assert (line.why, line.text) == (Why.OVERDUE, "截止 2022 年 4 月 15 日，已逾期 1 天")
    # Four days earlier there was time.
    assert gather(session, world, date(2022, 4, 7)) == 0


def test_who_sent_it_back_and_why_and_who_waits_since_when(session, world):
    returned = submission(session, world.own, world.q1, Status.SUBMITTED)
    returned.status, returned.decided_by_id = Status.RETURNED, world.own.chief.id
    returned.decided_at = clock.now()
    session.add(
        Remark(
            unit_id=world.own.unit.id,
            submission_id=returned.id,
            indicator_id=world.own.plan.indicators[0].id,
            text="台账\n对不上",
            created_at=clock.now(),
            created_by_id=world.own.chief.id,
        )
    )
    submission(session, world.other, world.q1, Status.SUBMITTED)
    gather(session, world)
    (line,) = lines(session, world.own.staff)
    who = world.own.chief.display_name
    assert line.why is Why.RETURNED
    assert line.text.startswith(f"{who} 2022 年 4 月 12 日退回：受理案件数：台账 对不上（截止")
    assert not lines(session, world.other.staff)
    (line,) = lines(session, world.other.chief)
    assert (line.why, line.title) == (Why.WAITING, "2022 年 other项目 一季度填报")
    due = "审核应于 2022 年 4 月 19 日前完成"
    assert line.text == f"{world.other.staff.display_name} 2022 年 4 月 12 日提交；{due}"


def test_nobody_is_asked_to_review_what_they_submitted(session, world):
    row = submission(session, world.own, world.q1, Status.SUBMITTED)
    row.submitted_by_id = world.own.chief.id
    session.flush()
    gather(session, world)
    assert not lines(session, world.own.chief)


def test_a_rectification_goes_to_its_owner_and_when_reported_to_the_reviewer(session, world):
    row = submission(session, world.own, world.q1, Status.APPROVED)
    one = Rectification(
        unit_id=world.own.unit.id,
        plan_id=world.own.plan.id,
        indicator_id=world.own.plan.indicators[0].id,
        submission_id=row.id,
        light=Light.RED,
        cause="已完成 0%",
        owner_id=world.own.staff.id,
        due_on=date(2022, 4, 10),
        opened_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(one)
    session.flush()
    gather(session, world)
    (line,) = lines(session, world.own.staff)
    assert (line.why, line.key) == (Why.OVERDUE, str(one.id))
    one.state, one.measure, one.outcome = RectificationState.REPORTED, "加人", "补上"
    one.reported_by_id, one.reported_at = world.own.staff.id, clock.now()
    session.flush()
    gather(session, world, date(2022, 4, 13))
    assert not lines(session, world.own.staff, date(2022, 4, 13))
    (line,) = lines(session, world.own.chief, date(2022, 4, 13))
    assert (line.why, line.text[-9:]) == (Why.WAITING, "上报完成，等待确认")


def test_what_is_done_since_is_shown_so_and_what_left_the_sight_is_not_shown(session, world):
    gather(session, world)
    message = session.scalar(select(Message).where(Message.user_id == world.own.staff.id))
    actor = world.own.staff.actor
    (shown,) = shown_lines(session, actor, [message])[message.id]
    assert (shown.is_done, shown.is_locked) == (False, False)
    world.q1.locked_at = clock.now()
    session.flush()
    assert shown_lines(session, actor, [message])[message.id][0].is_locked
    submission(session, world.own, world.q1, Status.SUBMITTED)
    (shown,) = shown_lines(session, actor, [message])[message.id]
    assert (shown.is_done, shown.is_locked) == (True, False)
    world.own.staff.unit_id = world.other.unit.id
    assert shown_lines(session, world.own.staff.actor, [message])[message.id] == []


def test_a_reminder_adds_to_the_day_s_message_and_is_told(session, world):
    finance = world.finance.actor
    done = remind_of_plan(session, finance, world.q1, world.own.plan.id)
    assert (done.things, done.people) == (1, 1)
    (line,) = lines(session, world.own.staff)
    assert line.reminded == (f"{finance.name} 09:30",)
    session.flush()
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "remind")).one()
    assert (entry.unit_id, entry.plan_id) == (world.own.unit.id, world.own.plan.id)
    assert entry.changes == {"reminded": [None, "2022 年 own项目 一季度填报"]}
    # Once more the same day reminds nobody, and the day's gathering keeps who did.
    assert remind_of_plan(session, finance, world.q1, world.own.plan.id).before == 1
    gather(session, world)
    (line,) = lines(session, world.own.staff)
    assert line.reminded == (f"{finance.name} 09:30",)
    assert session.query(Message).filter_by(user_id=world.own.staff.id).count() == 1


def test_reminding_all_leaves_out_who_was_reminded_and_who_is_not_there(session, world):
    remind_of_plan(session, world.own.chief.actor, world.q1, world.own.plan.id)
    empty = make_unit(session)
    people = world.own.staff, world.own.chief
    make_plan(session, empty, status=Status.APPROVED, people=people)
    done = remind_of_period(session, world.finance.actor, world.q1, "")
    assert (done.things, done.people, done.before, done.nobody) == (1, 1, 1, 1)
    named = remind_of_period(session, world.finance.actor, world.q1, "没有这个单位")
    assert named.things == 0


def test_a_reminder_after_the_message_was_read_makes_it_unread_and_keeps_its_words(session, world):
    gather(session, world)
    message = session.scalar(select(Message).where(Message.user_id == world.own.staff.id))
    message.read_at = clock.now()
    remind_of_plan(session, world.own.chief.actor, world.q1, world.own.plan.id)
    assert message.read_at is None
    assert lines(session, world.own.staff)[0].text == "截止 2022 年 4 月 15 日，还有 3 天"


def test_only_who_may_reminds_and_only_of_what_is_owed_in_sight(session, world):
    own = world.own.plan.id
    with pytest.raises(NotPermitted):
        remind_of_plan(session, world.own.staff.actor, world.q1, own)
    with pytest.raises(NotFound):
        remind_of_plan(session, world.other.chief.actor, world.q1, own)
    submission(session, world.own, world.q1, Status.SUBMITTED)
    with pytest.raises(NotFound):
        remind_of_plan(session, world.own.chief.actor, world.q1, own)
    world.q1.locked_at = clock.now()
    session.flush()
    with pytest.raises(Conflict):
        remind_of_period(session, world.finance.actor, world.q1, "")
    assert not lines(session, world.own.staff)


def test_the_list_has_what_is_owed_in_sight_and_takes_as_many_queries_for_more(session, world):
    submission(session, world.own, world.q1, Status.DRAFT)
    finance, chief = world.finance.actor, world.own.chief.actor
    with count_queries(session.get_bind()) as few:
        page = missing_page(session, finance, world.q1, "", 1)
    assert [(row.plan_name, row.status) for row in page.rows] == [
        ("own项目", Status.DRAFT),
        ("other项目", None),
    ]
    assert [row.plan_id for row in missing_rows(session, chief, world.q1)] == [world.own.plan.id]
    people = world.other.staff, world.other.chief
    for _ in range(4):
        make_plan(session, world.other.unit, status=Status.APPROVED, people=people)
    with count_queries(session.get_bind()) as many:
        assert missing_page(session, finance, world.q1, "", 1).total == 6
    assert len(many) == len(few) == 2
    year = session.scalars(select(Period).where(Period.code == "2022-FY")).one()
    assert missing_page(session, finance, year, world.own.unit.name, 1).total == 1


def test_gathering_takes_as_many_queries_for_more_people(session, world):
    with count_queries(session.get_bind()) as few:
        gather(session, world)
    for side in (world.own, world.other):
        make_user(session, Role.STAFF, side.unit)
        make_plan(session, side.unit, status=Status.APPROVED, people=(side.staff, side.chief))
    with count_queries(session.get_bind()) as many:
        assert gather(session, world, date(2022, 4, 13)) == 4
    assert len(many) == len(few)
