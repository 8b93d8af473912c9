"""Saving single rows of the grid as they are left: what moved, what was wrong, whose was first."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Actual, LedgerEntry, Period
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.web.test_reports import fields_of

ROWS = [("产出指标", "受理案件数", "≥100件", "50"), ("满意度指标", "群众满意度", "≥80%", "40")]
JSON = {"Accept": "application/json"}


@pytest.fixture
def world(app):
    """An approved plan with an open quarter, and two who fill it in."""
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = [make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR)]
        other = make_user(session, Role.STAFF, unit)
        make_year(session)
        plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=tuple(people))
        session.commit()
        return SimpleNamespace(
            staff=people[0].username,
            other=other.username,
            other_name=other.display_name,
            page=f"/plans/{plan.id}/periods/2022-Q3",
            url=f"/plans/{plan.id}/periods/2022-Q3/draft",
            cases=plan.indicators[0].id,
            satisfaction=plan.indicators[1].id,
        )


@pytest.fixture(autouse=True)
def _october():
    with clock.set_to(datetime(2022, 10, 9, 6, 32, tzinfo=UTC)):
        yield


def row_of(fields: dict[str, str], key: int, **changes: str) -> dict[str, str]:
    """The cells of one row as the grid's script posts them."""
    own = {name: text for name, text in fields.items() if name.endswith(f"-{key}")}
    typed = {f"{name}-{key}": text for name, text in changes.items()}
    return {"version": fields["version"]} | own | typed


def values(app) -> dict[int, Decimal | None]:
    with app.app_context():
        return {row.indicator_id: row.value for row in db.session.scalars(select(Actual))}


def test_one_row_is_saved_and_the_others_are_left_alone(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.page))
    answer = client.post(
        world.url, row_of(fields, world.cases, actual="60"), status=200, headers=JSON
    ).json
    assert values(app) == {world.cases: Decimal(60)}
    assert (answer["errors"], answer["conflicts"]) == ({}, {})
    assert set(answer["moved"]) == {"version", f"version-{world.cases}", f"was-{world.cases}"}
    assert answer["moved"][f"version-{world.cases}"] == ["0", "1"]
    # The page takes what moved, and the next row is no stale one.
    fields |= {name: after for name, (_, after) in answer["moved"].items()}
    again = client.post(
        world.url, row_of(fields, world.cases, actual="61"), status=200, headers=JSON
    ).json
    assert again["conflicts"] == {}
    assert values(app) == {world.cases: Decimal(61)}
    # Each change is told once, and saving the same again tells nothing.
    fields |= {name: after for name, (_, after) in again["moved"].items()}
    client.post(world.url, row_of(fields, world.cases, actual="61"), status=200, headers=JSON)
    with app.app_context():
        told = db.session.scalars(select(LedgerEntry.action)).all()
        assert told.count("record_actual") == 2


def test_what_cannot_be_read_is_said_and_the_rest_of_the_row_is_kept(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.page))
    typed = row_of(fields, world.cases, actual="六十左右", reason="两个窗口停办。")
    answer = client.post(world.url, typed, status=200, headers=JSON).json
    assert set(answer["errors"]) == {f"actual-{world.cases}"}
    with app.app_context():
        (row,) = db.session.scalars(select(Actual)).all()
        assert (row.value, row.deviation_reason) == (None, "两个窗口停办。")


def test_a_row_that_somebody_else_saved_is_shown_and_not_overwritten(app, browse, world) -> None:
    client, other = browse(world.staff), browse(world.other)
    mine, theirs = fields_of(client.get(world.page)), fields_of(other.get(world.page))
    other.post(world.url, row_of(theirs, world.cases, actual="70"), status=200, headers=JSON)
    typed = row_of(mine, world.cases, actual="60")
    typed |= row_of(mine, world.satisfaction, actual="81")
    answer = client.post(world.url, typed, status=200, headers=JSON).json
    assert values(app) == {world.cases: Decimal(70), world.satisfaction: Decimal(81)}
    conflict = answer["conflicts"][str(world.cases)]
    assert world.other_name in conflict["told"]
    assert "70" in conflict["told"]
    assert conflict["texts"][f"actual-{world.cases}"] == "70"
    # Knowing it, one's own may be kept: the row goes out again with what is stored now.
    known = typed | conflict["hidden"]
    assert client.post(world.url, known, status=200, headers=JSON).json["conflicts"] == {}
    assert values(app)[world.cases] == Decimal(60)


def test_a_locked_quarter_takes_nothing_and_says_why(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.page))
    with app.app_context():
        period = db.session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
        period.locked_at = clock.now()
        db.session.commit()
    typed = row_of(fields, world.cases, actual="60")
    answer = client.post(world.url, typed, status=409, headers=JSON).json
    assert "已由管理员锁定" in answer["message"]
    assert values(app) == {}
