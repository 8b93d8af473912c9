"""The pages of rectifications: who sees which, what can be done, and that nothing typed is lost."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Light, RectificationState, Role, Status
from perf.extensions import db
from perf.models import Period, Rectification, Submission
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries

pytestmark = pytest.mark.slow

OPEN, REPORTED, CLOSED = RectificationState


def add_rectification(plan, staff, name: str, light: Light, *, days: int = 10) -> int:
    """An indicator of the plan's first quarter that lags, due in so many days."""
    session = db.session()
    period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
    submission = session.scalar(select(Submission).where(Submission.plan_id == plan.id))
    if submission is None:
        submission = Submission(
            unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
        )
        session.add(submission)
        session.flush()
    indicator = next(row for row in plan.indicators if row.name == name)
    row = Rectification(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        indicator_id=indicator.id,
        submission_id=submission.id,
        light=light,
        cause="应完成 25%，已完成 5%",
        owner_id=staff.id,
        due_on=clock.today() + timedelta(days=days),
        opened_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def world(app):
    """A unit with one rectification that is overdue and one that is not, and another unit's."""
    with app.app_context():
        session = db.session()
        make_year(session)
        unit, other = make_unit(session, "信访局"), make_unit(session, "档案局")
        found = {}
        for name, each in (("own", unit), ("foreign", other)):
            staff, chief = (
                make_user(session, role, each) for role in (Role.STAFF, Role.SUPERVISOR)
            )
            plan = make_plan(
                session, each, status=Status.APPROVED, people=(staff, chief), name=name
            )
            found[name] = SimpleNamespace(staff=staff.username, chief=chief.username, plan=plan.id)
            found[name].late = add_rectification(plan, staff, "受理案件数", Light.RED, days=-3)
            if name == "own":
                found[name].soon = add_rectification(plan, staff, "及时受理率", Light.YELLOW)
        finance = make_user(session, Role.FINANCE).username
        session.commit()
    return SimpleNamespace(**found, finance=finance)


def row_of(app, key: int) -> Rectification:
    with app.app_context():
        return db.session.get_one(Rectification, key)


def form(app, key: int, **changes: str) -> dict[str, str]:
    row = row_of(app, key)
    texts = {"owner": str(row.owner_id), "due_on": row.due_on.isoformat()}
    return {"version": str(row.version), "measure": "", "outcome": "", **texts, **changes}


def test_the_list_shows_the_unit_s_own_with_what_is_overdue(browse, world) -> None:
    page = browse(world.own.staff).get("/rectifications")
    assert "受理案件数" in page.text
    assert "已逾期 3 天" in page.text
    assert "foreign" not in page.text
    browse(world.own.staff).get(f"/rectifications/{world.foreign.late}", status=404)
    assert "2 未完成" in page.text or "未完成 2" in page.text
    assert "及时受理率" not in browse(world.own.staff).get("/rectifications?show=overdue").text
    assert "受理案件数" not in browse(world.own.staff).get("/rectifications?light=yellow").text
    wide = browse(world.finance).get("/rectifications?text=档案").text
    assert "档案局" in wide
    assert "信访局" not in wide
    empty = browse(world.own.chief).get("/rectifications?show=closed").text
    assert "没有符合条件的整改" in empty


def test_the_list_takes_as_many_queries_for_more_rows(app, browse, world) -> None:
    client = browse(world.finance)
    client.get("/rectifications")
    with app.app_context():
        engine = db.engine
    with count_queries(engine) as few:
        client.get("/rectifications")
    with app.app_context():
        session = db.session()
        unit = make_unit(session)
        people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
        for _ in range(4):
            plan = make_plan(session, unit, status=Status.APPROVED, people=people)
            add_rectification(plan, people[0], "受理案件数", Light.RED)
        session.commit()
    with count_queries(engine) as many:
        client.get("/rectifications")
    assert len(many) == len(few)


def test_it_goes_from_the_list_to_what_is_confirmed(app, browse, world) -> None:
    staff, chief, key = browse(world.own.staff), browse(world.own.chief), world.own.late
    url = f"/rectifications/{key}"
    assert "应完成 25%，已完成 5%" in staff.get(url).text
    lacking = form(app, key, measure="增派人手", action="report", due_on="2099-01-01")
    page = staff.post(url, lacking, status=422)
    assert "请填写整改结果" in page.text
    assert "增派人手" in page.html
    assert row_of(app, key).measure == "增派人手"
    whole = form(app, key, measure="增派人手", outcome="已补上", action="report")
    assert "等待审核人确认" in staff.post(url, whole, follow=True).text
    assert row_of(app, key).state is REPORTED
    version = {"version": str(row_of(app, key).version)}
    refused = chief.post(f"{url}/confirm", version | {"action": "return"}, status=422)
    assert "请写明退回原因" in refused.text
    chief.post(f"{url}/confirm", version | {"action": "confirm"})
    assert row_of(app, key).state is CLOSED
    assert "确认" in staff.get(url).text
    staff.post(url, form(app, key, measure="改"), status=409)


def test_a_stale_form_shows_both_and_overwrites_nothing(app, browse, world) -> None:
    staff, url = browse(world.own.staff), f"/rectifications/{world.own.soon}"
    stale = form(app, world.own.soon, measure="我的措施")
    staff.post(url, form(app, world.own.soon, measure="对方的措施"))
    page = staff.post(url, stale, status=409)
    assert "现在保存的是：对方的措施" in page.text
    assert "我的措施" in page.html
    assert row_of(app, world.own.soon).measure == "对方的措施"


def test_the_workbench_and_the_plan_lead_to_it(browse, world) -> None:
    for user in (world.own.staff, world.own.chief):
        client = browse(user)
        page = client.get("/").text
        assert "2 项未完成" in page
        assert "已逾期 1" in page
        assert (
            f'href="/rectifications/{world.own.late}"'
            in client.get(f"/plans/{world.own.plan}").html
        )
