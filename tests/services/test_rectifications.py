"""Rectifications: opened by lights that are not green, worked at, reported, confirmed."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted, Stale
from perf.core.terms import Action, Light, RectificationState, Role, Status
from perf.models import LedgerEntry, Period, Rectification, Submission
from perf.queries.packs import pack_of
from perf.queries.rectifications import count_rectifications
from perf.queries.submissions import quarter_visible_to
from perf.services.entries import record_entries
from perf.services.entry_figures import Entry
from perf.services.rectifications import (
    RectificationEntry,
    confirm_rectification,
    report_rectification,
    return_rectification,
    save_rectification,
)
from perf.services.submissions import open_submission, step_submission
from tests.factories import make_plan, make_unit, make_user, make_year

pytestmark = pytest.mark.slow

TODAY = datetime(2022, 4, 8, 3, tzinfo=UTC)
OPEN, REPORTED, CLOSED = RectificationState


@pytest.fixture
def world(session):
    """An approved plan of three rates, of which the first quarter reports one of each light."""
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    rows = [("产出指标", name, "≥90%", "30") for name in ("甲率", "乙率", "丙率")]
    plan = make_plan(session, unit, rows, status=Status.APPROVED, people=(staff, supervisor))
    plan.budget_lines.clear()
    session.flush()
    found = SimpleNamespace(session=session, unit=unit, staff=staff, chief=supervisor, plan=plan)
    with clock.set_to(TODAY):
        yield found


def approved_quarter(world, code: str, *values: str) -> None:
    """A quarter with these figures, submitted by the staff and approved by the chief."""
    session = world.session()
    period = session.scalars(select(Period).where(Period.code == code)).one()
    submission = open_submission(session, world.staff.actor, world.plan, period)
    entries = [
        Entry(row.id, 0, value=text, deviation_kind="staff", deviation_reason="借调")
        for row, text in zip(world.plan.indicators, values, strict=True)
    ]
    record_entries(session, world.staff.actor, submission, entries, [], pack_of(world.plan))
    previous = quarter_visible_to(session, world.staff.actor, world.plan.id, code).previous
    for actor, action in ((world.staff, Action.SUBMIT), (world.chief, Action.APPROVE)):
        step_submission(
            session,
            actor.actor,
            submission,
            action,
            version=submission.version,
            previous=previous,
        )


def rectifications(world) -> list[Rectification]:
    return list(world.session.scalars(select(Rectification).order_by(Rectification.id)))


def entry(world, **changes: str) -> RectificationEntry:
    texts = {"owner": str(world.staff.id), "due_on": "2022-05-01", "measure": "", "outcome": ""}
    return RectificationEntry(**texts | changes)


@pytest.fixture
def one(world) -> Rectification:
    """One rectification that is open."""
    approved_quarter(world, "2022-Q1", "40", "95", "95")
    (row,) = rectifications(world)
    return row


def save(world, row, *, by=None, version=None, **changes: str) -> bool:
    return save_rectification(
        world.session(),
        (by or world.staff).actor,
        row,
        entry(world, **changes),
        version=row.version if version is None else version,
    )


def report(world, row) -> None:
    save(world, row, measure="增派人手", outcome="已追上进度")
    report_rectification(world.session(), world.staff.actor, row)


def told(world) -> list[str]:
    query = select(LedgerEntry).where(LedgerEntry.subject == "rectification")
    return [row.action for row in world.session.scalars(query.order_by(LedgerEntry.id))]


def test_an_approved_quarter_opens_one_for_each_light_that_is_not_green(world) -> None:
    approved_quarter(world, "2022-Q1", "95", "70", "40")
    yellow, red = rectifications(world)
    assert [(row.indicator.name, row.light) for row in (yellow, red)] == [
        ("乙率", Light.YELLOW),
        ("丙率", Light.RED),
    ]
    assert red.cause == "各期均按指标值衡量，完成 44.44%：滞后（§监控预警）"
    assert (red.owner_id, red.state) == (world.staff.id, OPEN)
    assert red.due_on == TODAY.date() + timedelta(days=30)
    assert told(world) == ["open_rectification"] * 2


def test_an_indicator_has_one_at_a_time(world) -> None:
    approved_quarter(world, "2022-Q1", "40", "95", "95")
    approved_quarter(world, "2022-Q2", "30", "40", "95")
    first, second = rectifications(world)
    assert [row.indicator.name for row in (first, second)] == ["甲率", "乙率"]
    report(world, first)
    confirm_rectification(world.session(), world.chief.actor, first, version=first.version)
    approved_quarter(world, "2022-Q3", "30", "40", "95")
    assert [row.indicator.name for row in rectifications(world)] == ["甲率", "乙率", "甲率"]


def test_a_quarter_that_is_approved_again_opens_none_twice(world, one) -> None:
    report(world, one)
    confirm_rectification(world.session(), world.chief.actor, one, version=one.version)
    (submission,) = world.session.scalars(select(Submission))
    for user, action in (
        (world.chief, Action.REOPEN),
        (world.staff, Action.SUBMIT),
        (world.chief, Action.APPROVE),
    ):
        step_submission(
            world.session(),
            user.actor,
            submission,
            action,
            version=submission.version,
            previous={},
            reason="更正",
        )
    assert rectifications(world) == [one]


def test_what_is_typed_is_kept_and_told_and_nothing_else_is(world, one) -> None:
    assert save(world, one, owner=str(world.chief.id), measure=" 增派人手 ")
    assert (one.owner_id, one.measure, one.outcome) == (world.chief.id, "增派人手", "")
    assert not save(world, one, owner=str(world.chief.id), measure="增派人手")
    assert told(world) == ["open_rectification", "save_rectification"]


def test_what_is_late_can_be_worked_at_without_another_day(world, one) -> None:
    one.due_on = TODAY.date() - timedelta(days=1)
    world.session.flush()
    assert save(world, one, due_on=one.due_on.isoformat(), measure="增派人手")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"owner": "x"}, "owner", "本单位的用户"),
        ({"due_on": "五月"}, "due_on", "完整日期"),
        ({"due_on": "2022-04-07"}, "due_on", "不能早于今天"),
        ({"measure": "长" * 20_001}, "measure", "最多"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_field(world, one, changes, field, sentence):
    with pytest.raises(InvalidInput) as refused:
        save(world, one, **changes)
    assert sentence in refused.value.fields[field]
    assert told(world) == ["open_rectification"]


def test_nobody_of_another_unit_can_own_it_or_touch_it(world, one) -> None:
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(InvalidInput):
        save(world, one, owner=str(stranger.id))
    with pytest.raises(NotFound):
        save(world, one, by=stranger)
    with pytest.raises(NotPermitted):
        save(world, one, by=world.chief)
    assert count_rectifications(world.session(), stranger.actor, TODAY.date()).unfinished == 0


def test_only_what_says_measure_and_outcome_is_reported(world, one) -> None:
    save(world, one, measure="增派人手")
    with pytest.raises(InvalidInput) as refused:
        report_rectification(world.session(), world.staff.actor, one)
    assert list(refused.value.fields) == ["outcome"]
    assert one.state is OPEN


def test_what_was_reported_is_locked_until_it_is_sent_back(world, one) -> None:
    report(world, one)
    assert (one.state, one.reported_by_id) == (REPORTED, world.staff.id)
    with pytest.raises(Locked):
        save(world, one, measure="改")
    with pytest.raises(Locked):
        report_rectification(world.session(), world.staff.actor, one)
    with pytest.raises(InvalidInput):
        return_rectification(
            world.session(), world.chief.actor, one, version=one.version, reason=" "
        )
    return_rectification(
        world.session(), world.chief.actor, one, version=one.version, reason="请附台账"
    )
    assert (one.state, one.return_reason, one.reported_at) == (OPEN, "请附台账", None)
    report(world, one)
    assert one.return_reason == ""
    confirm_rectification(world.session(), world.chief.actor, one, version=one.version)
    assert (one.state, one.closed_by_id) == (CLOSED, world.chief.id)
    with pytest.raises(Conflict):
        confirm_rectification(world.session(), world.chief.actor, one, version=one.version)


def test_nobody_confirms_what_they_reported_and_nothing_stale_is_written(world, one) -> None:
    with pytest.raises(Stale):
        save(world, one, version=one.version + 1, measure="增派人手")
    report(world, one)
    world.staff.role = Role.SUPERVISOR
    with pytest.raises(Conflict, match="本人上报"):
        confirm_rectification(world.session(), world.staff.actor, one, version=one.version)


def test_what_is_past_its_day_counts_as_overdue_while_it_is_open(world, one) -> None:
    actor, day = world.chief.actor, one.due_on
    counts = [count_rectifications(world.session(), actor, on) for on in (day, day + timedelta(1))]
    assert [one.overdue for one in counts] == [0, 1]
    report(world, one)
    late = count_rectifications(world.session(), actor, day + timedelta(1))
    assert (late.unfinished, late.overdue, late.reported) == (1, 0, 1)
