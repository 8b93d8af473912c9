"""The pages about people: a delegate's way in, one's own rows, what a leaver owes, and their cost."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.permissions import DELEGATED
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Delegation, Indicator, Office, Plan, Unit, User
from perf.web import workbench
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_reported_plan
from tests.test_permissions import FORM, LET_IN, TABLE, address, arguments_of, routes

pytestmark = pytest.mark.slow

NOON = datetime(2022, 4, 8, 4, tzinfo=UTC)
QUARTER = "/plans/{}/periods/2022-Q1"


@pytest.fixture
def world(app):
    """A plan with three rows, the first of 业务科; two recorders, of whom one is in it."""
    with app.app_context(), clock.set_to(NOON):
        session = db.session
        unit = make_unit(session)
        make_year(session)
        people = [make_user(session, Role.STAFF, unit, name) for name in ("staff", "other")]
        chief = make_user(session, Role.SUPERVISOR, unit, "chief")
        admin = make_user(session, Role.ADMIN, username="admin")
        plan = make_plan(session, unit, status=Status.APPROVED, people=(people[0], chief))
        plan.budget_lines.clear()
        office = Office(unit_id=unit.id, name="业务科")
        session.add(office)
        session.flush()
        plan.indicators[0].office_id = people[0].office_id = office.id
        found = SimpleNamespace(
            unit=unit.id, plan=plan.id, office=office.id, quarter=QUARTER.format(plan.id)
        )
        found.rows = [row.id for row in plan.indicators]
        found.ids = {one.username: one.id for one in (*people, chief, admin)}
        found.names = {one.username: one.display_name for one in (*people, chief)}
        session.commit()
    with clock.set_to(NOON):
        yield found


def lend(app, world):
    row = Delegation(
        unit_id=world.unit,
        delegator_id=world.ids["chief"],
        delegate_id=world.ids["other"],
        starts_on=date(2022, 4, 8),
        ends_on=date(2022, 4, 9),
        made_at=clock.now(),
    )
    with app.app_context():
        db.session.add(row)
        db.session.commit()


@pytest.mark.parametrize(("day", "is_lent"), [(7, False), (8, True), (9, True), (10, False)])
def test_a_delegate_is_let_in_where_the_review_leads_and_only_on_the_days(
    app, browse, world, day, is_lent
):
    lend(app, world)
    with app.app_context():
        unit = make_unit(db.session())
        others = arguments_of(db.session(), unit)
        db.session.commit()
    arguments = others | {"unit_id": world.unit, "plan_id": world.plan, "year": 2022}
    faults = []
    with clock.set_to(datetime(2022, 4, day, 4, tzinfo=UTC)):
        client = browse("other").client
        for name, method, rule in routes(app):
            letters = TABLE[name].roles if name in TABLE else ""
            if "U" not in letters or "S" in letters:
                continue
            answer = client.open(
                address(app, rule, arguments),
                method=method,
                data=FORM if method == "POST" else None,
            )
            permission = app.view_functions[rule.endpoint].permission
            may = is_lent and permission in DELEGATED
            # Another unit's object is out of sight also for whoever holds the permission.
            wanted = LET_IN | {404} if may else {403}
            if answer.status_code not in wanted:
                faults.append(f"{name}: {answer.status_code}")
    assert not faults


def test_a_delegate_approves_and_the_form_says_for_whom(app, browse, world):
    lend(app, world)
    staff = browse("staff")
    form = {f"{cell}-{key}": "" for key in world.rows for cell in ("version", "was")}
    form |= {
        f"actual-{key}": text for key, text in zip(world.rows, ("110", "95", "90"), strict=True)
    }
    page = staff.post(f"{world.quarter}?office=all", form | {"version": "0", "action": "save"})
    assert page.location.endswith("office=all")
    version = shown_version(staff.get(f"{world.quarter}?office=all"))
    staff.post(world.quarter, form | {"version": version, "action": "submit"}, status=302)
    other = browse("other")
    assert "代理审核" in other.get("/").text
    assert "受理案件数" in other.get(world.quarter).text
    version = shown_version(other.get(world.quarter))
    other.post(f"{world.quarter}/steps/approve", {"version": version})
    signed = f"{world.names['other']}（受{world.names['chief']}委托代审）"
    assert signed in other.get(world.quarter).text
    sheet = other.client.get(f"/plans/{world.plan}/monitoring-form?format=csv")
    assert signed in sheet.get_data(as_text=True)


def shown_version(page):
    return page.tree.find(".//input[@name='version']").get("value")


def test_the_grid_shows_the_own_rows_first_and_all_where_something_is_missing(browse, world):
    first, second, _ = world.rows
    own = browse("staff").get(world.quarter)
    assert f'id="row-{first}"' in own.html
    assert f'id="row-{second}"' not in own.html
    assert "另有 2 项由其他科室填报" in own.text
    assert f'id="row-{second}"' in browse("staff").get(f"{world.quarter}?office=all").html
    # Whoever is in no office sees everything.
    assert f'id="row-{second}"' in browse("other").get(world.quarter).html
    form = {f"version-{first}": "0", f"actual-{first}": "110", "version": "0", "action": "submit"}
    refused = browse("staff").post(world.quarter, form, status=422)
    assert f'id="row-{second}"' in refused.html
    assert "未交表： 业务科" in refused.text


def test_a_leaver_hands_over_first(app, browse, world):
    form = {f"version-{world.rows[0]}": "0", f"actual-{world.rows[0]}": "110", "version": "0"}
    browse("staff").post(world.quarter, form | {"action": "save"})
    leaver = world.ids["staff"]
    admin = browse("admin")
    sent = {"display_name": "某人", "role": "staff", "unit": "", "is_archived": "1"}
    with app.app_context():
        with_unit = sent | {"unit": db.session.get_one(Unit, world.unit).name}
    refused = admin.post(f"/admin/users/{leaver}", with_unit, status=422)
    assert "还有未了的工作" in refused.text
    page = f"/people/{leaver}/handover"
    assert page in refused.html
    assert "一季度填报" in admin.get(page).text
    form = {"taker": world.ids["other"], "handed_on": "2022-04-08", "reason": "调离"}
    with clock.set_to(datetime(2022, 4, 8, 5, tzinfo=UTC)):
        done = admin.post(page, form | {"with_office": "1"}, follow=True)
        assert "已全部交接" in done.text
        admin.post(f"/admin/users/{leaver}", with_unit)


def test_the_pages_take_as_many_queries_for_more_of_everything(app, browse, world):
    paths = [
        f"/units/{world.unit}/people",
        f"/plans/{world.plan}/offices",
        f"{world.quarter}/collection",
        f"{world.quarter}",
        f"/people/{world.ids['staff']}/handover",
        "/",
    ]
    reader = {path: browse("chief") for path in paths}
    for path in paths[1], paths[3], paths[5]:
        reader[path] = browse("staff")
    with app.app_context():
        engine = db.engine

    def counts():
        found = {}
        for path in paths:
            workbench.forget()
            with count_queries(engine) as sent:
                reader[path].get(path)
            found[path] = len(sent)
        return found

    before = counts()
    with app.app_context():
        fill(world)
    assert counts() == before


def fill(world):
    """Four offices with a recorder and a row each, two plans, and drafts of theirs."""
    session = db.session()
    plan = session.get_one(Plan, world.plan)
    for number in range(4):
        office = Office(unit_id=world.unit, name=f"科室{number}")
        session.add(office)
        session.flush()
        unit_people = make_user(session, Role.STAFF, plan.unit)
        unit_people.office_id = office.id
        row = Indicator(
            unit_id=world.unit,
            plan_id=plan.id,
            ordinal=10 + number,
            level1="产出指标",
            name=f"指标{number}",
            kind=plan.indicators[0].kind,
            office_id=world.office if number else office.id,
        )
        row.target = plan.indicators[0].target
        session.add(row)
    people = tuple(session.scalars(select(User).where(User.username.in_(["staff", "chief"]))))
    for _ in range(2):
        more = make_reported_plan(session, people, quarters=1)
        more.indicators[0].office_id = world.office
    session.commit()
