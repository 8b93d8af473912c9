"""Storing an uploaded sheet's rows: all or nothing, told as what it is, and locked like the grid."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Locked, NotFound, NotPermitted, Stale
from perf.core.terms import FundSource, Role, Status
from perf.models import Actual, LedgerEntry, Period
from perf.queries.submissions import quarter_visible_to
from perf.services.entries import ExecutedEntry
from perf.services.entry_figures import Entry
from perf.services.outcome import Outcome
from perf.services.quarter_sheets import record_sheet, why_not_open
from tests.factories import make_plan, make_unit, make_user, make_year, mark


@pytest.fixture
def world(session):
    """An approved plan whose first quarter nobody has begun."""
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, supervisor))
    return SimpleNamespace(
        session=session, staff=staff, supervisor=supervisor, plan=plan, key=plan.indicators[0].id
    )


def record(world, *entries: Entry, actor=None, name: str = "表.xlsx", executed=()) -> Outcome:
    session, actor = world.session(), actor or world.staff.actor
    quarter = quarter_visible_to(session, world.staff.actor, world.plan.id, "2022-Q1")
    return record_sheet(session, actor, quarter, name, entries, executed, [])


def test_the_rows_are_stored_through_the_grid_and_the_sheet_is_told_before_them(world) -> None:
    outcome = record(
        world, Entry(world.key, 0, value="80"), executed=[ExecutedEntry(FundSource.FISCAL, 0, "5")]
    )
    assert (outcome.saved, outcome.is_clean) == (2, True)
    assert world.session.scalars(select(Actual)).one().value == 80
    told = [
        row.action for row in world.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
    ]
    assert told[-4:] == [
        "open_submission",
        "upload_quarter_sheet",
        "record_actual",
        "record_executed",
    ]


@pytest.mark.parametrize(
    ("name", "told"), [("a\x00b.xlsx", "ab.xlsx"), ("长" * 600, "长" * 500), (" ", "填报表.xlsx")]
)
def test_whatever_the_file_is_called_the_ledger_can_hold_it(world, name: str, told: str) -> None:
    record(world, Entry(world.key, 0, value="80"), name=name)
    entry = world.session.scalars(
        select(LedgerEntry).where(LedgerEntry.action == "upload_quarter_sheet")
    ).one()
    assert entry.changes == {"file_name": [None, told]}
    assert entry.plan_id == world.plan.id


def test_a_version_that_has_moved_on_is_stale_and_nothing_stale_overwrites(world) -> None:
    record(world, Entry(world.key, 0, value="80"))
    with pytest.raises(Stale, match="什么也没有覆盖"):
        record(world, Entry(world.key, 0, value="90"))
    assert world.session.scalars(select(Actual)).one().value == 80
    record(world, Entry(world.key, 1, value="90"))
    assert world.session.scalars(select(Actual)).one().value == 90


def test_who_may_not_fill_in_the_grid_may_not_fill_in_the_sheet(world) -> None:
    entry = Entry(world.key, 0, value="80")
    with pytest.raises(NotPermitted):
        record(world, entry, actor=world.supervisor.actor)
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    with pytest.raises(NotFound):
        record(world, entry, actor=stranger.actor)


def test_a_locked_period_and_a_submitted_quarter_take_no_sheet(world) -> None:
    record(world, Entry(world.key, 0, value="80"))
    session, actor = world.session(), world.staff.actor
    quarter = quarter_visible_to(session, actor, world.plan.id, "2022-Q1")
    assert why_not_open(quarter) == ""
    mark(quarter.submission, Status.SUBMITTED, world.staff, world.supervisor)
    session.flush()
    assert "待审核" in why_not_open(quarter)
    with pytest.raises(Locked):
        record(world, Entry(world.key, 1, value="90"))
    other = quarter_visible_to(session, actor, world.plan.id, "2022-Q2")
    period = session.scalars(select(Period).where(Period.code == "2022-Q2")).one()
    period.locked_at = clock.now()
    session.flush()
    assert "已由管理员锁定" in why_not_open(other)
    with pytest.raises(Locked):
        record_sheet(session, actor, other, "表.xlsx", [Entry(world.key, 0, value="1")], [], [])
