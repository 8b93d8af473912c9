"""By when a review is due, wherever somebody looks: queue, workbench, messages, calendar, totals."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import FiscalYear, LedgerEntry, Message
from perf.services.reminders import gather_messages
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people

pytestmark = pytest.mark.slow
# A Tuesday; five working days after it is Tuesday 19 April.
SUBMITTED = datetime(2022, 4, 12, 4, 0, tzinfo=UTC)
ON_THE_DAY = datetime(2022, 4, 19, 4, 0, tzinfo=UTC)
THREE_LATE = datetime(2022, 4, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def world(app):
    with app.app_context(), clock.set_to(SUBMITTED):
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局")
        staff, supervisor = make_people(session, unit)
        for name in ("甲项目", "乙项目"):
            plan = make_plan(session, unit, name=name)
            plan.status, plan.submitted_by_id = Status.SUBMITTED, staff.id
            plan.submitted_at = clock.now()
        found = SimpleNamespace(
            unit_id=unit.id,
            staff=staff.username,
            supervisor=supervisor.username,
            supervisor_id=supervisor.id,
            finance=make_user(session, Role.FINANCE).username,
            admin=make_user(session, Role.ADMIN).username,
        )
        session.commit()
    return found


def test_a_review_is_due_on_its_day_and_overdue_from_the_next(app, world, browse) -> None:
    due, late = "审核应于 2022 年 4 月 19 日前完成", "审核已超期 3 天"
    for moment, words in [(ON_THE_DAY, due), (THREE_LATE, late)]:
        with clock.set_to(moment):
            assert words in browse(world.supervisor).get("/review").text
            first = browse(world.supervisor).get("/").text
            assert words in first
            assert ("2 审核超期" in first) == (words == late)
            assert words in browse(world.staff).get("/").text
            totals = browse(world.finance).get("/").text
            assert ("审核超期 2 项；等得最久的在上" in totals) == (words == late)
            assert ("信访局 最早 2022-04-12 12:00 提交 2 项" in totals) == (words == late)
            with app.app_context():
                gather_messages(db.session, [world.unit_id], clock.today())
                lines = db.session.scalars(
                    select(Message.lines).where(
                        Message.user_id == world.supervisor_id, Message.day == clock.today()
                    )
                ).one()
                db.session.commit()
            assert [words in line["text"] for line in lines] == [True, True]


def test_the_calendar_has_the_due_day_of_each_review_for_reviewers_alone(world, browse) -> None:
    def feed(user: str) -> str:
        html = browse(user).post("/account/calendar", status=200).html
        address = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', html)[1]
        return browse().get(address).response.get_data().replace(b"\r\n ", b"").decode()

    with clock.set_to(ON_THE_DAY):
        text = feed(world.supervisor)
        assert "SUMMARY:审核期限：甲项目 绩效目标\r\n" in text
        assert text.count("DTSTART;VALUE=DATE:20220419\r\n") == 2
        assert "审核期限" not in feed(world.staff)


def test_an_administrator_sets_how_many_working_days_a_review_has(app, world, browse) -> None:
    admin = browse(world.admin)
    for wrong in ("0", "61", "-1", "五", ""):
        page = admin.post("/admin/years/2022/review-days", {"review_days": wrong}, status=422)
        assert "请填 1 至 60 的整数" in page.text
    admin.post("/admin/years/2022/review-days", {"review_days": "1"})
    with app.app_context():
        assert db.session.get_one(FiscalYear, 2022).review_days == 1
        told = db.session.scalars(
            select(LedgerEntry).where(LedgerEntry.action == "set_review_days")
        ).one()
        assert told.changes == {"review_days": ["5", "1"]}
    with clock.set_to(ON_THE_DAY):
        # Due on the 13th; the 19th is six days later.
        assert "审核已超期 6 天" in browse(world.supervisor).get("/review").text


def test_the_queue_costs_the_same_queries_however_much_waits(app, world, browse) -> None:
    def sent() -> int:
        with clock.set_to(THREE_LATE), count_queries(engine) as queries:
            browse(world.supervisor).get("/review")
            browse(world.finance).get("/")
        return len(queries)

    with app.app_context():
        engine = db.engine
    few = sent()
    with app.app_context(), clock.set_to(SUBMITTED):
        for _ in range(3):
            people = make_people(db.session)
            plan = make_plan(db.session, people[0].unit)
            plan.status, plan.submitted_by_id = Status.SUBMITTED, people[0].id
            plan.submitted_at = clock.now()
        db.session.commit()
    assert sent() == few
