"""The entry page is remembered until the ledger moves: it never shows what is no longer so."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Action, Role, Status
from perf.extensions import db
from perf.models import Period, Plan, Unit, User
from perf.services import accounts, organisation
from perf.services.plans import step_plan
from perf.services.submissions import open_submission
from perf.web import workbench
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

NOON = datetime(2022, 5, 10, 4, tzinfo=UTC)


@pytest.fixture
def world(app):
    """A plan that somebody of the unit sent back with a remark, and one under which is reported."""
    with app.app_context(), clock.set_to(NOON):
        session = db.session
        make_year(session)
        unit, other = make_unit(session, "本单位"), make_unit(session, "别的单位")
        staff = make_user(session, Role.STAFF, unit, "staff")
        chief = make_user(session, Role.SUPERVISOR, unit, "chief")
        make_user(session, Role.SUPERVISOR, unit, "second")
        returned = make_plan(session, unit, name="退回的项目")
        make_plan(session, unit, name="填报的项目", status=Status.APPROVED, people=(staff, chief))
        step_plan(session(), staff.actor, returned, Action.SUBMIT, version=returned.version)
        step_plan(
            session(),
            chief.actor,
            returned,
            Action.RETURN,
            version=returned.version,
            reason="请核对口径",
        )
        found = SimpleNamespace(
            returned=returned.id, unit=unit.id, other=other.id, chief=chief.display_name
        )
        session.commit()
    return found


def user(name: str) -> User:
    return db.session.scalars(select(User).where(User.username == name)).one()


def change_user(name: str, unit_id: int | None, **changes: Any) -> None:
    row = user(name)
    fields = {"display_name": row.display_name, "role": row.role, "is_archived": False}
    unit = None if unit_id is None else db.session.get(Unit, unit_id)
    accounts.update_user(db.session(), SYSTEM, row, **(fields | {"unit": unit} | changes))
    db.session.commit()


def rename_in_unit(world: Any) -> None:
    change_user("chief", world.unit, display_name="改名的人")


def rename_after_a_move(world: Any) -> None:
    change_user("chief", world.other)
    # What the page says now is remembered.
    world.read()
    change_user("chief", world.other, display_name="调走后改名的人")


def lock(world: Any) -> None:
    period = db.session.scalars(select(Period).where(Period.code == "2022-Q2")).one()
    organisation.lock_period(db.session(), SYSTEM, period)


def move_the_days(world: Any) -> None:
    period = db.session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    organisation.update_period(
        db.session(), SYSTEM, period, opens_on=date(2022, 1, 1), due_on=date(2022, 9, 9)
    )


def begin_a_quarter(world: Any) -> None:
    plan = db.session.scalars(select(Plan).where(Plan.status == Status.APPROVED)).one()
    period = db.session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    open_submission(db.session(), user("staff").actor, plan, period)


def submit_again(world: Any) -> None:
    plan = db.session.get(Plan, world.returned)
    step_plan(db.session(), user("staff").actor, plan, Action.SUBMIT, version=plan.version)


def approve(world: Any) -> None:
    submit_again(world)
    plan = db.session.get(Plan, world.returned)
    step_plan(db.session(), user("second").actor, plan, Action.APPROVE, version=plan.version)


CHANGES: list[tuple[Callable[[Any], None], str, str]] = [
    (rename_in_unit, "staff", "改名的人"),
    (rename_after_a_move, "staff", "调走后改名的人"),
    (lock, "staff", ""),
    (move_the_days, "staff", "9 月 9 日"),
    (begin_a_quarter, "staff", "已填 0/3"),
    (submit_again, "second", "退回的项目"),
    (approve, "staff", "已通过"),
]


@pytest.mark.parametrize(
    ("change", "reader", "words"), CHANGES, ids=[change.__name__ for change, _, _ in CHANGES]
)
def test_a_remembered_page_says_what_a_fresh_one_says(
    app, browse, world, change, reader, words
) -> None:
    client = browse(reader)
    with clock.set_to(NOON):
        world.read = lambda: client.get("/")
        before = client.get("/").text
        with app.app_context():
            change(world)
            db.session.commit()
        remembered = client.get("/").text
        workbench.forget()
        assert remembered == client.get("/").text
    assert remembered != before
    assert words in remembered


def test_a_quarter_appears_on_its_day_although_nothing_was_changed(app, browse, world) -> None:
    with app.app_context():
        period = db.session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
        period.opens_on = date(2022, 7, 1)
        db.session.commit()
    client = browse("staff")
    with clock.set_to(datetime(2022, 6, 30, 15, 59, tzinfo=UTC)):
        assert "三季度" not in client.get("/").text
    with clock.set_to(datetime(2022, 6, 30, 16, tzinfo=UTC)):
        assert "三季度" in client.get("/").text


def test_another_units_plans_never_stand_on_a_remembered_page(app, browse, world) -> None:
    client = browse("staff")
    client.get("/")
    with app.app_context():
        stranger = make_user(db.session, Role.STAFF, db.session.get(Unit, world.other), "stranger")
        make_plan(db.session, stranger.unit, name="别的单位的项目")
        db.session.commit()
    assert "别的单位的项目" not in client.get("/").text
    assert "别的单位的项目" in browse("stranger").get("/").text
    assert "退回的项目" not in browse("stranger").get("/").text
