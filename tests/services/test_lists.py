"""What a list came to is recorded as if it were typed, with the list as its evidence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import InvalidInput, Locked, NotFound, NotPermitted
from perf.core.lists.kinds import ListKind
from perf.core.rules import load_pack
from perf.core.terms import FundSource, Kind, Role, Status
from perf.models import LedgerEntry, Period
from perf.services import evidence as evidence_service
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evidence_files import StoredFile
from perf.services.lists import adopt_list, list_kinds, list_name
from perf.services.submissions import content_of_submission, open_submission
from tests.factories import make_plan, make_unit, make_user, make_year, mark

ROWS = [
    ("产出指标", "办理时限", "≤7天", "40"),
    ("产出指标", "完成时间", "2022年12月31日前", "40"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]
BASIS = "由 23 件办理清单计算：最长 7 天"


@pytest.fixture
def world(session):
    """An approved plan with its third quarter opened by `staff`."""
    unit = make_unit(session)
    staff, supervisor = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
    make_year(session)
    plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=(staff, supervisor))
    period = session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
    submission = open_submission(session(), staff.actor, plan, period)
    ids = {row.name: row.id for row in plan.indicators}
    return SimpleNamespace(
        session=session,
        staff=staff,
        supervisor=supervisor,
        plan=plan,
        submission=submission,
        days=ids["办理时限"],
        done=ids["完成时间"],
    )


def adopt(world, entry, *, actor=None, content=b"1"):
    return adopt_list(
        world.session(),
        actor or world.staff.actor,
        world.submission,
        entry,
        load_pack(world.plan.pack_id),
        StoredFile(sha256(content).hexdigest(), len(content), "text/plain"),
        list_name("办理时限", "2022-Q3"),
    )


def typed(world, entries=(), executed=()):
    pack = load_pack(world.plan.pack_id)
    return record_entries(
        world.session(), world.staff.actor, world.submission, entries, executed, pack
    )


def ledger(world) -> list[tuple[str, dict]]:
    rows = world.session.scalars(
        select(LedgerEntry).where(LedgerEntry.action != "open_submission").order_by(LedgerEntry.id)
    )
    return [(row.action, row.changes) for row in rows]


def test_a_list_gives_the_value_its_line_and_its_evidence_and_the_ledger_tells(world) -> None:
    outcome = adopt(world, Entry(world.days, 0, value="7", basis=BASIS))
    assert (outcome.is_clean, outcome.saved) == (True, 1)
    world.session.expire_all()
    (row,) = world.submission.actuals
    assert (row.actual, row.is_met, row.basis) == (Decimal(7), True, BASIS)
    (evidence,) = world.submission.evidence
    assert (evidence.indicator_id, evidence.name) == (world.days, "清单-办理时限-2022-Q3.csv")
    (recorded, changes), (attached, _) = ledger(world)
    assert (recorded, attached) == ("record_actual", "attach_evidence")
    assert changes["value"] == [None, "7"]
    assert changes["basis"] == [None, BASIS]
    fields = content_of_submission(world.submission)["rows"][0]["fields"]
    assert fields["数值来源"] == BASIS


def test_another_value_typed_over_it_clears_the_line_and_any_other_cell_does_not(world) -> None:
    adopt(world, Entry(world.days, 0, value="7", basis=BASIS))
    (row,) = world.submission.actuals
    typed(world, [Entry(world.days, row.version, value="7.0", expected="9")])
    assert (row.basis, row.expected_value) == (BASIS, Decimal(9))
    typed(world, [Entry(world.days, row.version, value="8", expected="9")])
    assert (row.basis, row.actual) == ("", Decimal(8))
    assert ledger(world)[-1][1]["basis"] == [BASIS, None]


def test_the_same_value_out_of_a_list_gets_the_line_too(world) -> None:
    typed(world, [Entry(world.days, 0, value="7")])
    (row,) = world.submission.actuals
    adopt(world, Entry(world.days, row.version, value="7", basis=BASIS))
    assert row.basis == BASIS
    adopt(world, Entry(world.days, row.version, value="7", basis="由 24 件"), content=b"2")
    assert row.basis == "由 24 件"
    assert len(world.submission.evidence) == 2


def test_the_same_list_twice_changes_nothing_more(world) -> None:
    adopt(world, Entry(world.days, 0, value="7", basis=BASIS))
    (row,), told = world.submission.actuals, len(ledger(world))
    outcome = adopt(world, Entry(world.days, row.version, value="7", basis=BASIS))
    assert (outcome.is_clean, outcome.saved) == (True, 0)
    assert (len(ledger(world)), len(world.submission.evidence)) == (told, 1)


def test_payments_give_the_executed_budget_its_line_and_its_evidence(world) -> None:
    fiscal = FundSource.FISCAL
    adopt(world, ExecutedEntry(fiscal, 0, "12.245628", basis=BASIS))
    (row,) = world.submission.executions
    assert (row.executed, row.basis) == (Decimal("122456.28"), BASIS)
    assert [one.indicator_id for one in world.submission.evidence] == [None]
    assert ledger(world)[0][1]["basis"] == [None, BASIS]
    assert content_of_submission(world.submission)["fields"]["财政拨款累计执行数来源"] == BASIS
    typed(world, executed=[ExecutedEntry(fiscal, row.version, "12.245628")])
    assert row.basis == BASIS
    adopt(world, ExecutedEntry(fiscal, row.version, "12.245628", basis="另一份"), content=b"2")
    assert row.basis == "另一份"
    typed(world, executed=[ExecutedEntry(fiscal, row.version, "12")])
    assert (row.basis, row.executed) == ("", Decimal(120000))


def test_a_row_that_somebody_else_changed_is_a_conflict_and_keeps_nothing(world) -> None:
    typed(world, [Entry(world.days, 0, value="5")], [ExecutedEntry(FundSource.FISCAL, 0, "1")])
    told = len(ledger(world))
    assert list(adopt(world, Entry(world.days, 0, value="7", basis=BASIS)).conflicts) == [
        world.days
    ]
    executed = adopt(world, ExecutedEntry(FundSource.FISCAL, 0, "2", basis=BASIS))
    assert list(executed.executed_conflicts) == [FundSource.FISCAL]
    assert (world.submission.evidence, len(ledger(world))) == ([], told)


def test_what_cannot_be_held_against_its_target_keeps_nothing(world) -> None:
    outcome = adopt(world, Entry(world.days, 0, value="x", basis=BASIS))
    assert list(outcome.errors) == [f"actual-{world.days}"]
    assert (world.submission.actuals, world.submission.evidence) == ([], [])


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_a_list_is_locked_out_of_what_is_submitted(world, status) -> None:
    mark(world.submission, status, world.staff, world.supervisor)
    with pytest.raises(Locked):
        adopt(world, Entry(world.days, 0, value="7", basis=BASIS))


def test_a_list_is_locked_out_of_a_locked_and_of_a_coming_quarter(world) -> None:
    world.submission.period.locked_at = clock.now()
    with pytest.raises(Locked, match="锁定"):
        adopt(world, Entry(world.days, 0, value="7", basis=BASIS))
    world.submission.period.locked_at = None
    world.submission.period.opens_on = date(2022, 10, 1)
    with (
        clock.set_to(datetime(2022, 9, 1, tzinfo=UTC)),
        pytest.raises(Locked, match="2022-10-01"),
    ):
        adopt(world, Entry(world.days, 0, value="7", basis=BASIS))


def test_only_staff_of_the_unit_adopt_and_only_for_figures_of_the_plan(world) -> None:
    stranger = make_user(world.session, Role.STAFF, make_unit(world.session))
    entry = Entry(world.days, 0, value="7", basis=BASIS)
    with pytest.raises(NotPermitted):
        adopt(world, entry, actor=world.supervisor.actor)
    with pytest.raises(NotFound):
        adopt(world, entry, actor=stranger.actor)
    for other in (
        Entry(world.done, 0, value="2022-09-01", basis=BASIS),
        Entry(999_999, 0, value="7", basis=BASIS),
        ExecutedEntry(FundSource.OTHER, 0, "1", basis=BASIS),
    ):
        with pytest.raises(NotFound):
            adopt(world, other)


def test_a_figure_with_all_its_files_takes_no_list(world, monkeypatch) -> None:
    monkeypatch.setattr(evidence_service, "MAX_FILES", 0)
    with pytest.raises(InvalidInput, match="最多 0 份"):
        adopt(world, Entry(world.days, 0, value="7", basis=BASIS))


def test_what_is_computed_or_checked_takes_no_list(world) -> None:
    days, done, satisfied = world.plan.indicators
    assert list_kinds(days) == (ListKind.DAYS,)
    assert list_kinds(done) == ()
    assert list_kinds(satisfied) == (ListKind.ANSWERS, ListKind.DAYS)
    satisfied.kind, satisfied.formula = Kind.RATIO, "满意 / 总数 × 100%"
    assert list_kinds(satisfied) == ()
    satisfied.kind, satisfied.formula, satisfied.is_check_list = Kind.LATEST, "", True
    assert list_kinds(satisfied) == ()


def test_the_kept_list_has_a_name_that_every_system_takes() -> None:
    assert list_name('处理率/办结率 "A"', "2022-Q3") == "清单-处理率-办结率 -A--2022-Q3.csv"
