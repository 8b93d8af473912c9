"""Every unit at a glance, and one unit's plans."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.permissions import Actor
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Period, SelfEvaluation, Submission, Unit
from perf.queries.organisation import year_by_id
from perf.queries.overview import units_standing
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries

FINANCE = Actor(None, "财政", Role.FINANCE)


def people_of(unit):
    return make_user(db.session, Role.STAFF, unit), make_user(db.session, Role.SUPERVISOR, unit)


def hand_in(plan, people, code: str, status: Status):
    period = db.session.scalars(select(Period).where(Period.code == code)).one()
    row = Submission(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        period_id=period.id,
        status=status,
        updated_at=clock.now(),
    )
    if status is not Status.DRAFT:
        row.submitted_by_id, row.submitted_at = people[0].id, clock.now()
    if status is Status.APPROVED:
        row.decided_by_id, row.decided_at = people[1].id, clock.now()
    db.session.add(row)
    db.session.flush()


def sign(plan, people, total: str):
    now = clock.now()
    db.session.add(
        SelfEvaluation(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            status=Status.APPROVED,
            submitted_by_id=people[0].id,
            submitted_at=now,
            decided_by_id=people[1].id,
            decided_at=now,
            updated_at=now,
            total=Decimal(total),
            pack_id=plan.pack_id,
            pack_version=1,
        )
    )
    db.session.flush()


@pytest.fixture
def county(app):
    """甲局 (code 1) owes nothing until October; 乙局 (code 2) owes two quarters of one plan."""
    with app.app_context():
        make_year(db.session, 2022)
        first, second = make_unit(db.session, "甲局", "1"), make_unit(db.session, "乙局", "2")
        make_user(db.session, Role.FINANCE, username="finance")
        make_user(db.session, Role.STAFF, first, username="clerk")
        people = people_of(first)
        plans = [
            make_plan(db.session, first, status=Status.APPROVED, people=people, name=f"甲{n}")
            for n in range(2)
        ]
        for plan, total in zip(plans, ["90.01", "95.00"], strict=True):
            hand_in(plan, people, "2022-Q1", Status.APPROVED)
            hand_in(plan, people, "2022-Q2", Status.SUBMITTED)
            sign(plan, people, total)
        others = people_of(second)
        plan = make_plan(db.session, second, status=Status.APPROVED, people=others, name="乙")
        make_plan(db.session, second, name="乙草稿")
        hand_in(plan, others, "2022-Q1", Status.RETURNED)
        db.session.commit()
        return {"甲局": first.id, "乙局": second.id, "plan": plan.id}


def standings(today: date, **options):
    year = year_by_id(db.session(), FINANCE, 2022)
    return units_standing(db.session(), FINANCE, year, today, **options)


def test_a_unit_owes_what_is_past_its_day_and_not_handed_in(app, county):
    with app.app_context():
        page = standings(date(2022, 9, 1))
        assert [one.unit.name for one in page.rows] == ["乙局", "甲局"]
        late, good = page.rows
        assert (late.plans, late.plans_approved, late.overdue, late.signed) == (2, 1, 2, 0)
        assert late.average is None
        assert (good.quarters_approved, good.quarters_submitted, good.overdue) == (2, 2, 0)
        assert (good.signed, good.average) == (2, Decimal("92.51"))


def test_an_average_of_invented_results_says_so(app, county, browse):
    with app.app_context():
        make_user(db.session, Role.FINANCE, username="overview")
        db.session.commit()
    client = browse("overview")
    assert "含演示数据" not in client.get("/units?year=2022").text
    with app.app_context():
        signed = db.session.scalars(select(SelfEvaluation)).first()
        signed.is_demo = True
        db.session.commit()
    assert "含演示数据" in client.get("/units?year=2022").text


@pytest.mark.parametrize(
    ("today", "overdue"),
    [
        (date(2022, 4, 15), {"甲局": 0, "乙局": 0}),
        (date(2022, 4, 16), {"甲局": 0, "乙局": 1}),
        (date(2022, 10, 16), {"甲局": 2, "乙局": 3}),
        (date(2023, 2, 28), {"甲局": 4, "乙局": 4}),
        (date(2023, 3, 1), {"甲局": 4, "乙局": 5}),
    ],
)
def test_the_due_day_itself_is_in_time_and_the_order_agrees_with_the_count(
    app, county, today, overdue
):
    with app.app_context():
        rows = standings(today).rows
        assert {one.unit.name: one.overdue for one in rows} == overdue
        counts = [one.overdue for one in rows]
        assert counts == sorted(counts, reverse=True)


def test_the_number_of_queries_stays_when_the_units_double(app, county):
    with app.app_context():
        standings(date(2022, 9, 1))
        with count_queries(db.engine) as few:
            standings(date(2022, 9, 1))
        for n in range(60):
            unit = make_unit(db.session, f"单位甲{n}", f"9{n:03}")
            make_plan(db.session, unit, status=Status.APPROVED, people=people_of(unit))
        db.session.commit()
        with count_queries(db.engine) as many:
            page = standings(date(2022, 9, 1))
        assert (page.total, page.pages, len(page.rows)) == (62, 2, 50)
        assert len(many) == len(few)


def test_finance_sees_all_units_searches_and_opens_one(app, county, browse):
    finance = browse("finance")
    with clock.set_to(datetime(2022, 9, 1, tzinfo=UTC)):
        page = finance.get("/units")
        assert page.text.index("乙局") < page.text.index("甲局")
        assert "92.51" in page.text
        page = finance.get("/units?order=code&text=局")
        assert page.text.index("甲局") < page.text.index("乙局")
        assert "没有符合条件的单位" in finance.get("/units?text=无此局").text
        page = finance.get(f"/units/{county['乙局']}?year=2022")
    assert "乙草稿" in page.text
    assert "已退回" in page.text
    assert f'href="/plans/{county["plan"]}"' in page.html


def test_a_clerk_sees_the_own_unit_and_no_other(county, browse):
    clerk = browse("clerk")
    assert "甲0" in clerk.get(f"/units/{county['甲局']}").text
    clerk.get(f"/units/{county['乙局']}", status=404)
    clerk.get("/units", status=403)


@pytest.mark.parametrize("key", ["0", "2147483647", "2147483648", "99999999999999999999", "-1"])
def test_a_number_that_is_no_units_is_not_found(county, browse, key):
    browse("finance").get(f"/units/{key}", status=404)


def test_a_year_that_is_not_there_is_said_so(county, browse):
    assert "没有 2031 年度" in browse("finance").get("/units?year=2031", status=404).text


def test_before_the_first_year_the_page_says_what_comes_first(app, browse):
    with app.app_context():
        make_user(db.session, Role.AUDITOR, username="auditor")
        unit_id = make_unit(db.session).id
        db.session.commit()
    assert "还没有年度" in browse("auditor").get("/units").text
    assert "还没有年度" in browse("auditor").get(f"/units/{unit_id}").text


def test_an_archived_unit_leaves_the_list_but_not_its_page(app, county, browse):
    with app.app_context():
        db.session.get(Unit, county["乙局"]).archived_at = clock.now()
        db.session.commit()
    assert "乙局" not in browse("finance").get("/units").text
    assert "已停用" in browse("finance").get(f"/units/{county['乙局']}").text
