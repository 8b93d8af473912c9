"""Units, years, periods and pinned packs."""

from datetime import date

import pytest
from sqlalchemy import select

from perf.core.errors import Conflict, InvalidInput, NotPermitted
from perf.core.permissions import PERMISSIONS, Permission
from perf.core.terms import Role
from perf.models import FiscalYear, LedgerEntry, Period, Unit
from perf.services import organisation
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year


def ledger(session):
    return session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()


def period(session, code="2022-Q3") -> Period:
    return session.scalars(select(Period).where(Period.code == code)).one()


def test_a_unit_is_made_renamed_and_archived_and_the_ledger_tells(session):
    unit = organisation.create_unit(session, SYSTEM, name=" 信访局 ", code="213001")
    organisation.update_unit(
        session, SYSTEM, unit, name="县信访局", code="213001", is_archived=False
    )
    organisation.update_unit(
        session, SYSTEM, unit, name="县信访局", code="213001", is_archived=True
    )
    organisation.update_unit(
        session, SYSTEM, unit, name="县信访局", code="213001", is_archived=True
    )
    told = [(entry.action, entry.changes.get("name")) for entry in ledger(session)]
    assert told == [
        ("create_unit", [None, "信访局"]),
        ("update_unit", ["信访局", "县信访局"]),
        ("update_unit", None),
    ]
    assert ledger(session)[-1].changes["archived_at"][0] is None


@pytest.mark.parametrize(
    ("name", "code", "field"),
    [
        ("", "1", "name"),
        ("x" * 201, "1", "name"),
        ("a\x00b", "1", "name"),
        ("甲局", "1", "name"),
        ("乙局", "001", "code"),
        ("乙局", "1" * 65, "code"),
    ],
)
def test_a_unit_is_refused_at_the_field_that_is_wrong(session, name, code, field):
    make_unit(session, "甲局", "001")
    with pytest.raises(InvalidInput) as refused:
        organisation.create_unit(session, SYSTEM, name=name, code=code)
    assert list(refused.value.fields) == [field]
    assert len(session.scalars(select(Unit)).all()) == 1
    assert not ledger(session)


def test_two_units_may_lack_a_code(session):
    organisation.create_unit(session, SYSTEM, name="甲", code="")
    assert organisation.create_unit(session, SYSTEM, name="乙", code=" ").code is None


def test_a_unit_whose_people_can_sign_in_is_not_archived(session):
    unit = make_unit(session)
    make_user(session, Role.STAFF, unit)
    with pytest.raises(Conflict, match="还有在用的用户"):
        organisation.update_unit(session, SYSTEM, unit, name=unit.name, code="", is_archived=True)


def test_a_year_has_four_quarters_and_the_self_evaluation_with_their_days(session):
    organisation.create_year(session, SYSTEM, 2022)
    rows = session.scalars(select(Period).order_by(Period.code)).all()
    assert [(row.code, row.name, row.opens_on, row.due_on) for row in rows] == [
        ("2022-FY", "年度自评", date(2023, 1, 1), date(2023, 2, 28)),
        ("2022-Q1", "一季度", date(2022, 1, 1), date(2022, 4, 15)),
        ("2022-Q2", "二季度", date(2022, 4, 1), date(2022, 7, 15)),
        ("2022-Q3", "三季度", date(2022, 7, 1), date(2022, 10, 15)),
        ("2022-Q4", "四季度", date(2022, 10, 1), date(2023, 1, 15)),
    ]
    assert session.get(FiscalYear, 2022).cost_project_pack_id == "cn-project-2021"
    assert len(ledger(session)) == 6


@pytest.mark.parametrize("year", [2022, 1999, 2101])
def test_a_year_that_exists_or_makes_no_sense_is_refused(session, year):
    make_year(session, 2022)
    with pytest.raises(InvalidInput) as refused:
        organisation.create_year(session, SYSTEM, year)
    assert "year" in refused.value.fields


def test_a_periods_days_are_changed_once_and_told_once(session):
    make_year(session, 2022)
    row = period(session)
    for _ in range(2):
        organisation.update_period(
            session, SYSTEM, row, opens_on=date(2022, 9, 20), due_on=date(2022, 10, 20)
        )
    (entry,) = ledger(session)
    assert entry.action == "update_period"
    assert entry.changes["due_on"] == ["2022-10-15", "2022-10-20"]


@pytest.mark.parametrize(
    ("opens_on", "due_on", "key"),
    [
        (date(2022, 10, 2), date(2022, 10, 1), "due_on"),
        (date(202, 10, 2), date(2022, 10, 1), "opens_on"),
        (date(2022, 10, 2), date(2202, 10, 1), "due_on"),
    ],
)
def test_days_that_make_no_sense_are_refused_at_their_field(session, opens_on, due_on, key):
    make_year(session, 2022)
    row = period(session)
    with pytest.raises(InvalidInput) as refused:
        organisation.update_period(session, SYSTEM, row, opens_on=opens_on, due_on=due_on)
    assert list(refused.value.fields) == [f"{key}-{row.id}"]


def test_a_lock_holds_the_days_and_opens_only_with_a_reason(session):
    make_year(session, 2022)
    row = period(session)
    organisation.lock_period(session, SYSTEM, row)
    organisation.lock_period(session, SYSTEM, row)
    with pytest.raises(Conflict, match="已锁定"):
        organisation.update_period(
            session, SYSTEM, row, opens_on=row.opens_on, due_on=date(2022, 12, 1)
        )
    with pytest.raises(InvalidInput):
        organisation.unlock_period(session, SYSTEM, row, reason="  ")
    assert row.locked_at is not None
    organisation.unlock_period(session, SYSTEM, row, reason="补报更正")
    assert row.locked_at is None
    assert [(entry.action, entry.reason) for entry in ledger(session)] == [
        ("lock_period", ""),
        ("unlock_period", "补报更正"),
    ]


def test_packs_are_pinned_by_kind_and_only_before_the_first_plan(session):
    year = make_year(session, 2022)
    packs = {"cost_project": "cn-project-2021", "department": "department-overall"}
    with pytest.raises(InvalidInput) as refused:
        organisation.pin_packs(session, SYSTEM, year, project="department-overall", **packs)
    assert list(refused.value.fields) == ["project"]
    organisation.pin_packs(session, SYSTEM, year, project="cn-project-2021", **packs)
    assert year.project_pack_id == "cn-project-2021"
    assert ledger(session)[-1].action == "pin_packs"
    make_plan(session, make_unit(session))
    with pytest.raises(Conflict, match="已有绩效目标"):
        organisation.pin_packs(session, SYSTEM, year, project="cn-project-2020", **packs)


@pytest.mark.parametrize("role", [r for r in Role if Permission.ADMINISTER not in PERMISSIONS[r]])
def test_only_an_administrator_changes_the_organisation(session, role):
    unit = make_unit(session)
    year = make_year(session, 2022)
    row = period(session)
    owner = unit if role in {Role.STAFF, Role.SUPERVISOR} else None
    actor = make_user(session, role, owner).actor
    packs = {"project": "x", "cost_project": "x", "department": "x"}
    day = date(2022, 1, 1)
    for attempt in [
        lambda: organisation.create_unit(session, actor, name="新"),
        lambda: organisation.update_unit(
            session, actor, unit, name="新", code="", is_archived=False
        ),
        lambda: organisation.create_year(session, actor, 2023),
        lambda: organisation.update_period(session, actor, row, opens_on=day, due_on=day),
        lambda: organisation.lock_period(session, actor, row),
        lambda: organisation.unlock_period(session, actor, row, reason="x"),
        lambda: organisation.pin_packs(session, actor, year, **packs),
    ]:
        with pytest.raises(NotPermitted):
            attempt()
    assert not ledger(session)
