"""The ledger: who changed what, from what to what, and nothing where nothing changed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from perf import clock
from perf.core.terms import PlanKind, Role, Status
from perf.models import LedgerEntry, Plan, Unit, User
from perf.services.ledger import SYSTEM_CHAIN, as_text, changes_of, record_change
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

MORNING = datetime(2022, 10, 12, 6, 0, tzinfo=UTC)


def told(session) -> list[LedgerEntry]:
    return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


@pytest.mark.parametrize(
    ("value", "text_"),
    [
        (None, None),
        ("", None),
        ("文字", "文字"),
        (Decimal(0), "0"),
        (Decimal("17.920"), "17.92"),
        (Decimal("1E+3"), "1000"),
        (Status.DRAFT, "draft"),
        (date(2022, 10, 12), "2022-10-12"),
        (MORNING, "2022-10-12T06:00:00+00:00"),
        (True, "True"),
        (3, "3"),
    ],
)
def test_a_value_is_kept_exactly_and_a_blank_as_nothing(value, text_) -> None:
    assert as_text(value) == text_


@pytest.fixture
def plan(session) -> Plan:
    make_year(session)
    return make_plan(session, make_unit(session))


def test_a_change_is_told_with_old_and_new_by_whom_and_when(session, plan) -> None:
    actor = make_user(session, Role.STAFF, plan.unit).actor
    plan.objective = "改写的目标。"
    with clock.set_to(MORNING):
        entry = record_change(session, actor, "update_plan", plan, name="值班", reason="更正")
    assert entry is not None
    assert entry.changes == {"objective": ["完成年度任务。", "改写的目标。"]}
    assert (entry.actor_id, entry.actor_name, entry.at) == (actor.id, actor.name, MORNING)
    assert (entry.unit_id, entry.subject, entry.subject_id) == (plan.unit_id, "plan", plan.id)
    assert (entry.action, entry.subject_name, entry.reason) == ("update_plan", "值班", "更正")


def test_nothing_is_told_where_nothing_changed(session, plan) -> None:
    plan.objective = str(plan.objective)
    plan.basic_expenditure = None
    assert record_change(session, SYSTEM, "update_plan", plan) is None
    # Touching the row's bookkeeping is no change either.
    plan.updated_at = clock.now()
    assert record_change(session, SYSTEM, "update_plan", plan) is None
    assert told(session) == []


def test_a_figure_written_another_way_is_no_change(session, plan) -> None:
    indicator = plan.indicators[0]
    indicator.weight = Decimal("50.00")
    session.flush()
    indicator.weight = Decimal(50)
    assert changes_of(indicator) == {}
    indicator.weight = Decimal(0)
    assert changes_of(indicator) == {"weight": ("50", "0")}
    session.flush()
    indicator.weight = None
    assert changes_of(indicator) == {"weight": ("0", None)}


def test_a_new_row_is_told_as_changed_from_nothing(session, plan) -> None:
    unit = Unit(name="新单位", code="009")
    session.add(unit)
    entry = record_change(session, SYSTEM, "create_unit", unit)
    assert entry is not None
    assert entry.changes["name"] == [None, "新单位"]
    assert entry.subject_id == unit.id


def test_secrets_are_never_told(session) -> None:
    user = User(
        username="wang",
        display_name="王",
        role=Role.ADMIN,
        password_hash="$argon2id$secret",
        session_key="secret",
    )
    session.add(user)
    entry = record_change(session, SYSTEM, "create_user", user)
    assert entry is not None
    assert "secret" not in str(entry.changes)
    assert set(entry.changes) >= {"username", "display_name", "role"}


def test_each_unit_has_a_chain_of_its_own_without_gaps(session, plan) -> None:
    other = make_plan(session, make_unit(session))
    for number in range(3):
        plan.objective = f"第 {number} 版"
        record_change(session, SYSTEM, "update_plan", plan)
        other.objective = f"第 {number} 版"
        record_change(session, SYSTEM, "update_plan", other)
    year = make_year(session, 2023)
    year.project_pack_version = 2
    record_change(session, SYSTEM, "pin_packs", year)
    session.flush()
    chains: dict[int, list[int]] = {}
    for entry in told(session):
        chains.setdefault(entry.chain, []).append(entry.seq)
    assert chains == {plan.unit_id: [1, 2, 3], other.unit_id: [1, 2, 3], SYSTEM_CHAIN: [1]}


def test_a_row_below_a_plan_is_told_under_its_plan(session, plan) -> None:
    indicator = plan.indicators[0]
    indicator.name = "改名"
    entry = record_change(session, SYSTEM, "set_indicator", indicator)
    assert entry is not None
    assert entry.plan_id == plan.id


def test_the_change_and_its_entry_are_undone_together(session, plan) -> None:
    session.commit()
    plan.kind = PlanKind.PROJECT
    plan.objective = "未提交的改动"
    record_change(session, SYSTEM, "update_plan", plan)
    session.rollback()
    assert told(session) == []
    assert session.get_one(Plan, plan.id).objective == "完成年度任务。"


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_entry SET actor_name = '别人'", "DELETE FROM ledger_entry"]
)
def test_the_database_refuses_to_change_what_was_told(session, plan, statement) -> None:
    plan.objective = "改写的目标。"
    record_change(session, SYSTEM, "update_plan", plan)
    session.flush()
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement))
