"""The inbox, the list of who has not reported, one's e-mail address, and the calendar's feed."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import LedgerEntry, Message, Period, Plan, Submission, User
from perf.services.reminders import gather_messages
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.queries import count_queries

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.set_to(datetime(2022, 4, 16, 1, 30, tzinfo=UTC)):
        yield


@pytest.fixture
def world(app):
    """Two units whose first quarter is one day late, with the day's messages."""
    with app.app_context():
        session = db.session()
        make_year(session)
        found = SimpleNamespace(
            finance=make_user(session, Role.FINANCE).username,
            admin=make_user(session, Role.ADMIN).username,
        )
        units = []
        for name in ("信访局", "档案局"):
            unit = make_unit(session, name)
            staff, chief = (
                make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR)
            )
            plan = make_plan(
                session, unit, status=Status.APPROVED, people=(staff, chief), name=f"{name}经费"
            )
            side = SimpleNamespace(staff=staff.username, chief=chief.username, plan=plan.id)
            setattr(found, "own" if name == "信访局" else "other", side)
            units.append(unit.id)
        gather_messages(session, units, clock.today())
        session.commit()
    return found


def hand_in(app, plan_id: int) -> None:
    with app.app_context():
        session = db.session()
        period = session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
        plan = session.get_one(Plan, plan_id)
        row = Submission(
            unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
        )
        session.add(row)
        mark(row, Status.SUBMITTED, plan.submitted_by, plan.decided_by)
        session.commit()


def message_id(app, username: str) -> int:
    with app.app_context():
        query = select(Message.id).join(User).where(User.username == username)
        return db.session.scalars(query).one()


def test_the_inbox_leads_to_the_thing_and_says_when_it_is_done(app, browse, world):
    staff = browse(world.own.staff)
    page = staff.get("/messages")
    assert "1 条未读" in page.text
    assert "已逾期 1 天" in page.text
    assert f'href="/plans/{world.own.plan}/periods/2022-Q1"' in page.html
    assert "档案局" not in page.text
    assert "已办" not in page.text.replace("标为“已办”", "")
    hand_in(app, world.own.plan)
    assert "已办" in staff.get("/messages").text.replace("标为“已办”", "")
    key = message_id(app, world.own.staff)
    browse(world.other.staff).post(f"/messages/{key}/read", status=404)
    assert "条未读" not in staff.post(f"/messages/{key}/read", follow=True).text
    assert "条未读" in browse(world.other.staff).get("/messages").text
    assert "条未读" not in browse(world.other.staff).post("/messages/read", follow=True).text
    assert "还没有消息" in browse(world.own.chief).get("/messages").text


def test_who_has_not_reported_is_reminded_by_one_click(app, browse, world):
    finance = browse(world.finance)
    page = finance.get("/missing")
    assert "信访局经费" in page.text
    assert "档案局经费" in page.text
    assert "已逾期 1 天" in page.text
    assert "信访局" not in finance.get("/missing?text=档案").text
    chief = browse(world.own.chief).get("/missing?text=档案")
    assert "信访局经费" in chief.text
    assert "档案局" not in chief.text
    browse(world.own.chief).post(f"/missing/2022-Q1/plans/{world.other.plan}", status=404)
    page = finance.post(f"/missing/2022-Q1/plans/{world.own.plan}", {"page": "1"}, follow=True)
    assert "已提醒 1 人，共 1 项" in page.text
    assert re.search(r"今天已提醒 \S+ 09:30", page.text)
    page = finance.post("/missing/2022-Q1", {"text": ""}, follow=True)
    assert "已提醒 1 人，共 1 项" in page.text
    assert "另有 1 项今天已提醒过" in page.text
    assert "没有新的提醒" in finance.post("/missing/2022-Q1", follow=True).text
    assert re.search(r"\S+ 09:30 提醒", browse(world.own.staff).get("/messages").text)
    told = browse(world.finance).get("/ledger").text
    assert "提醒事项" in told
    hand_in(app, world.own.plan)
    left = finance.get("/missing").text
    assert "信访局经费" not in left
    assert "档案局经费" in left
    assert "本期都已提交" in browse(world.own.chief).get("/missing").text


def test_the_pages_take_as_many_queries_for_more_rows(app, browse, world):
    with app.app_context():
        engine = db.engine
    clients = [(browse(world.finance), "/missing"), (browse(world.own.staff), "/messages")]
    few = []
    for client, url in clients:
        client.get(url)
        with count_queries(engine) as sent:
            client.get(url)
        few.append(len(sent))
    with app.app_context():
        session = db.session()
        units = []
        for _ in range(3):
            unit = make_unit(session)
            people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
            make_plan(session, unit, status=Status.APPROVED, people=people)
            units.append(unit.id)
        own = session.scalars(select(User).where(User.username == world.own.staff)).one()
        for day in (17, 18):
            with clock.set_to(datetime(2022, 4, day, 1, 30, tzinfo=UTC)):
                gather_messages(session, [own.unit_id or 0], clock.today())
        session.commit()
    for (client, url), before in zip(clients, few, strict=True):
        with count_queries(engine) as sent:
            client.get(url)
        assert len(sent) == before


def test_the_address_is_one_s_own_or_the_administrator_s_to_set(app, browse, world):
    staff, admin = browse(world.own.staff), browse(world.admin)
    page = staff.post("/account/contact", {"email": "王@x", "wants_email": "1"}, status=422)
    assert "这不是邮箱地址" in page.text
    assert "王@x" in page.html
    staff.post("/account/contact", {"email": "wang@example.cn"})
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == world.own.staff)).one()
        assert (user.email, user.wants_email) == ("wang@example.cn", False)
        key, form = user.id, {"display_name": user.display_name, "role": "staff", "unit": "信访局"}
    assert "wang@example.cn" in admin.get(f"/admin/users/{key}").html
    refused = admin.post(f"/admin/users/{key}", form | {"email": "x"}, status=422)
    assert "这不是邮箱地址" in refused.text
    admin.post(f"/admin/users/{key}", form | {"email": "min@example.cn"})
    with app.app_context():
        user = db.session.get_one(User, key)
        assert (user.email, user.wants_email) == ("min@example.cn", False)
    assert "没有设置邮件服务器" in admin.get("/messages").text


def calendar_of(client) -> str:
    html = client.post("/account/calendar", status=200).html
    return re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', html)[1]


def test_the_calendar_has_what_its_owner_sees_until_its_address_is_renewed(app, browse, world):
    staff, stranger = browse(world.own.staff), browse()
    address = calendar_of(staff)
    assert address not in staff.get("/account/contact").html
    answer = stranger.get(address).response
    assert answer.mimetype == "text/calendar"
    text = answer.get_data().replace(b"\r\n ", b"").decode()
    assert text.count("BEGIN:VEVENT") == 5
    assert "DTSTART;VALUE=DATE:20220415\r\nDTEND;VALUE=DATE:20220416\r\n" in text
    assert "SUMMARY:2022 年 一季度填报截止（还有 1 项未交）" in text
    assert "SUMMARY:2022 年 年度自评截止（还有 1 项未交）" in text
    hand_in(app, world.own.plan)
    text = stranger.get(address).response.get_data().replace(b"\r\n ", b"").decode()
    assert "SUMMARY:2022 年 一季度填报截止（已全部提交）" in text
    assert (
        "应报 2 项"
        in stranger.get(calendar_of(browse(world.finance)))
        .response.get_data()
        .replace(b"\r\n ", b"")
        .decode()
    )
    renewed = calendar_of(staff)
    stranger.get(address, status=404)
    stranger.get(renewed)
    stranger.get("/calendar/x.ics", status=404)
    staff.post("/account/calendar/stop")
    stranger.get(renewed, status=404)
    with app.app_context():
        told = db.session.scalars(
            select(LedgerEntry.action).where(LedgerEntry.subject == "user_account")
        ).all()
        assert told.count("renew_calendar") == 3
        assert "stop_calendar" in told
