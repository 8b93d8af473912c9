"""What a copy of a past day holds: exactly what every table said when that day ended."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from perf import clock
from perf.core.terms import Action, Role, Status
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Base, BudgetLine, Indicator, Plan, RowHistory, Task, Unit, User
from perf.models.history import NOT_KEPT, SECRETS, kept_tables
from perf.past import copy_of, engine_of
from perf.services import accounts, organisation
from perf.services.plans import delete_plan, step_plan
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

pytestmark = pytest.mark.slow
FIRST = datetime(2022, 1, 11, 2, tzinfo=UTC)
# What one person is at, or the making of a file: no page of a past day shows it.
BLANK = {"archive", "import_draft", "message", "row_history"}


def plans(session: Session) -> list[Plan]:
    return list(session.scalars(select(Plan).order_by(Plan.id)))


def rename_a_unit(session: Session, n: int) -> None:
    unit = session.scalars(select(Unit).order_by(Unit.id)).all()[n % 2]
    fields = {"name": f"改名 {n} 的“单位”", "code": unit.code or "", "is_archived": False}
    organisation.update_unit(session, SYSTEM, unit, **fields)


def change_a_password(session: Session, n: int) -> None:
    user = session.scalars(select(User).order_by(User.id)).all()[n % 2]
    accounts.set_password(session, SYSTEM, user, f"$argon2id$secret{n}", must_change=bool(n % 2))


def step_a_plan(session: Session, n: int) -> None:
    people = {user.role: user.actor for user in session.scalars(select(User))}
    plan = plans(session)[0]
    if plan.status in {Status.DRAFT, Status.RETURNED}:
        step_plan(session, people[Role.STAFF], plan, Action.SUBMIT, version=plan.version)
    else:
        action = Action.RETURN if n % 2 else Action.WITHDRAW
        actor = people[Role.SUPERVISOR if n % 2 else Role.STAFF]
        step_plan(session, actor, plan, action, version=plan.version, reason="请核对\n口径")


def change_many_rows(session: Session, n: int) -> None:
    session.execute(update(Indicator).values(note=f'"{n}" \\ %s\t'))
    session.execute(update(BudgetLine).values(initial=Decimal(100_000 + n)))


def empty_and_fill_again(session: Session, n: int) -> None:
    """A table of the same keys: what was deleted and what came in its place are two rows."""
    plan = plans(session)[-1]
    session.execute(delete(Task))
    session.execute(
        insert(Task),
        [
            {"id": k, "unit_id": plan.unit_id, "plan_id": plan.id, "ordinal": k, "name": f"{n}"}
            | {"content": "内容"}
            for k in range(1, 2 + n % 3)
        ],
    )


def add_a_plan(session: Session, n: int) -> None:
    make_plan(session, session.scalars(select(Unit).order_by(Unit.id)).all()[n % 2])


def delete_a_plan(session: Session, n: int) -> None:
    drafts = plans(session)[2:]
    if drafts:
        session.execute(delete(Task).where(Task.plan_id == drafts[-1].id))
        delete_plan(session, SYSTEM, drafts[-1], version=drafts[-1].version)


CHANGES = [
    rename_a_unit,
    change_a_password,
    step_a_plan,
    change_many_rows,
    empty_and_fill_again,
    add_a_plan,
    delete_a_plan,
]
_clock = [FIRST]


def dump(connection: Any, unit_id: int | None = None) -> dict[str, list[Any]]:
    """Every table's rows, secrets left out, as the application reads them."""
    said = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if column.name not in SECRETS]
        rows = connection.execute(select(*columns).order_by(table.c.id)).all()
        if unit_id and "unit_id" in table.c and table.name != "user_account":
            rows = [row for row in rows if row.unit_id in {unit_id, None}]
        said[table.name] = [] if table.name in BLANK else [tuple(row) for row in rows]
    if unit_id:
        # The system's chain counts entries of every unit.
        del said["ledger_chain"]
    return said


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        _clock[0] = FIRST
        with clock.set_to(FIRST):
            make_year(session)
            units = make_unit(session), make_unit(session)
            make_user(session, Role.STAFF, units[0])
            make_user(session, Role.SUPERVISOR, units[0])
            for unit in units:
                make_plan(session, unit)
            session.commit()
        yield [unit.id for unit in units]


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    days=st.lists(
        st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(1, 99)), max_size=3),
        min_size=2,
        max_size=5,
    )
)
def test_a_copy_of_a_day_is_what_every_table_said_when_it_ended(app, world, days) -> None:
    session, said = db.session(), {}
    for changes in days:
        _clock[0] += timedelta(days=1)
        with clock.set_to(_clock[0]):
            begin_writing(session)
            for change, n in changes:
                change(session, n)
                session.flush()
                session.expire_all()
            session.commit()
        said[clock.local(_clock[0]).date()] = {
            unit: dump(session.connection(), unit) for unit in (None, *world)
        }
        session.rollback()
    for day, each in said.items():
        for unit, tables in each.items():
            path = copy_of(session, app.config["DATA_DIR"], day, unit)
            with engine_of(path).connect() as copied:
                assert dump(copied, unit) == tables, (day, unit)
                blank = copied.execute(
                    text("SELECT password_hash || session_key FROM user_account")
                )
                assert set(blank.scalars()) == {""}


def test_no_secret_is_kept(session) -> None:
    with clock.set_to(FIRST):
        user = make_user(session, Role.ADMIN)
        session.flush()
        user.calendar_hash = "geheim"
        session.flush()
        accounts.set_password(session(), SYSTEM, user, "$argon2id$neu", must_change=False)
        session.flush()
        session.execute(delete(User).where(User.username == "niemand"))
    kept = session.scalars(select(RowHistory.was).where(RowHistory.was.is_not(None))).all()
    assert kept
    assert not [key for was in kept for key in was if key in SECRETS]


def test_the_history_can_be_neither_changed_nor_emptied(session) -> None:
    make_unit(session)
    for statement in ("UPDATE row_history SET row_id = 0", "DELETE FROM row_history"):
        with pytest.raises(Exception, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_what_is_undone_leaves_no_history(session) -> None:
    unit = make_unit(session)
    before = session.scalar(select(func.count()).select_from(RowHistory))
    savepoint = session.begin_nested()
    unit.name = "别的名称"
    session.flush()
    savepoint.rollback()
    assert session.scalar(select(func.count()).select_from(RowHistory)) == before


def test_every_table_is_kept_or_excepted_for_a_reason(session) -> None:
    every = {table.name for table in Base.metadata.sorted_tables}
    assert {table.name for table in kept_tables()} == every - set(NOT_KEPT)
    assert set(NOT_KEPT) <= every
    assert all(re.search(r"\w+ \w+", reason) for reason in NOT_KEPT.values())
