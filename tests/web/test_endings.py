"""The pages of endings: one from its form to the closed project, and what stays locked behind it."""

import re
from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import EndingKind, Role, Status
from perf.extensions import db
from perf.models import Actual, LedgerEntry, Period, Plan, PlanEnding, Submission, User
from perf.queries.packs import pack_of
from perf.services.entries import record_entries
from perf.services.entry_figures import Entry
from perf.services.submissions import open_submission
from tests.factories import make_plan, make_unit, make_user, mark
from tests.queries import count_queries
from tests.reported import make_reported_plan

pytestmark = pytest.mark.slow

AUGUST = datetime(2022, 8, 20, 2, tzinfo=UTC)
JSON = {"Accept": "application/json"}


@pytest.fixture
def world(app):
    """A project with two approved quarters and a draft of the third, and another to merge into."""
    with clock.set_to(AUGUST):
        with app.app_context():
            session = db.session
            unit = make_unit(session, "信访局")
            people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
            plan = make_reported_plan(session, people, quarters=2, name="信访值班")
            other = make_plan(session, unit, name="信访综合", status=Status.APPROVED, people=people)
            period = session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
            draft = open_submission(session(), people[0].actor, plan, period)
            typed = [Entry(plan.indicators[0].id, 0, value="77")]
            record_entries(session(), people[0].actor, draft, typed, [], pack_of(plan))
            found = SimpleNamespace(
                plan=plan.id,
                other=other.id,
                cell=plan.indicators[0].id,
                days=plan.indicators[2].id,
                staff=people[0].username,
                chief=people[1].username,
                auditor=make_user(session, Role.AUDITOR).username,
                stranger=make_user(session, Role.STAFF, make_unit(session)).username,
            )
            session.commit()
        yield found


def form(**fields: str) -> dict[str, Any]:
    texts = {
        "kind": "cancelled",
        "document": "财预〔2022〕18号",
        "dated_on": "2022-07-15",
        "holds_from": "2022-07-01",
        "reason": "政策调整。",
        "money_note": "由财政收回。",
        "returned": "6",
    }
    return texts | fields


def version(page) -> str:
    return re.findall(r'name="version" value="(\d+)"', page.html)[0]


def step(browse, user: str, url: str, action: str, status: int = 302, **fields: str):
    client = browse(user)
    data = {"version": version(client.get(url)), **fields}
    return client.post(f"{url}/steps/{action}", data, status=status)


def end(browse, world, **fields: str) -> str:
    url = browse(world.staff).post(f"/plans/{world.plan}/endings", form(**fields)).location
    step(browse, world.staff, url, "submit")
    step(browse, world.chief, url, "approve")
    return url


def test_from_the_form_over_the_review_to_the_closed_project(world, browse):
    staff, plan = browse(world.staff), f"/plans/{world.plan}"
    assert "没有办理过终止或并入" in staff.get(f"{plan}/endings").text
    assert "尚未执行 6.00 万元" in staff.get(f"{plan}/endings/new").text
    bad = form(kind="merged", document="", returned="7")
    page = staff.post(f"{plan}/endings", bad, status=422)
    for words in ["请填写文号", "请选择本单位本年度在执行的项目", "尚未执行的 6 万元"]:
        assert words in page.text
    assert "政策调整。" in page.text
    fields = form(kind="merged", merged_into=str(world.other), returned="", moved="5.5")
    url = staff.post(f"{plan}/endings", fields).location
    assert "终止（并入）在办" in staff.get(plan).text
    step(browse, world.staff, url, "submit")
    assert f'href="{url}"' in browse(world.chief).get("/review").html
    step(browse, world.chief, url, "return", reason="请附文件。")
    assert "请附文件。" in staff.get("/").text
    page = staff.get(f"{url}/edit")
    staff.post(f"{url}/edit", fields | {"reason": "与信访综合合并。", "version": version(page)})
    step(browse, world.staff, url, "submit")
    step(browse, world.chief, url, "approve")
    page = browse(world.auditor).get(plan)
    for words in ["已并入", "起并入 信访综合", "不用填报", "可自评（已终止）"]:
        assert words in page.text
    for words in ["用调整单", "预计全年"]:
        assert words not in page.text
    other = staff.get(f"/plans/{world.other}")
    assert "从 2022 年 7 月 1 日 起并入本项目" in other.text
    link = re.search(rf'href="(/plans/{world.other}\?[^"#]*)#adjust"', staff.get(url).html)
    filled = staff.get(link[1].replace("&amp;", "&"))
    assert '<details class="working adjust" id="adjust" open>' in filled.html
    assert 'value="5.5"' in filled.html


def test_a_project_that_was_added_says_since_when_and_by_what(world, browse, app):
    staff = browse(world.staff)
    fields = {"kind": "project", "year": "2022", "name": "汛后修复", "budget-fiscal": "3"}
    fields |= {"begins_on": "2022-05-10", "added_by": "财预〔2022〕9号"}
    page = staff.post("/plans/new", fields, status=422)
    assert "请填完整的文件日期" in page.text
    assert 'value="2022-05-10"' in page.html
    url = staff.post("/plans/new", fields | {"added_on": "2022-05-08"}).location
    plan = url.removesuffix("/indicators")
    for words in ["年度中追加", "从 2022 年 5 月 10 日 起执行", "财预〔2022〕9号"]:
        assert words in staff.get(plan).text
    with app.app_context():
        row = db.session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        mark(row, Status.APPROVED, *db.session.scalars(select(User).order_by(User.id).limit(2)))
        db.session.commit()
    assert "不用填报" in staff.get(plan).text
    assert "不用填报" in staff.get(f"{plan}/periods/2022-Q1").text
    assert "不用填报" not in staff.get(f"{plan}/periods/2022-Q2").text


def test_the_lists_tell_ended_projects_from_those_that_go_on(world, browse):
    end(browse, world)
    staff = browse(world.staff)
    assert "信访综合" not in staff.get("/plans?year=2022&state=ended").text
    assert "信访值班" not in staff.get("/plans?year=2022&state=going").text
    assert "可自评（已终止）" in staff.get("/self-evaluations?year=2022").text
    missing = browse(world.chief).get("/missing?period=2022-Q3").text
    assert "信访综合" in missing
    assert "信访值班" not in missing
    for place in ("periods/2022-Q2", "periods/2022-Q3"):
        assert "项目已终止" in staff.get(f"/plans/{world.plan}/{place}").text
    found = browse(world.auditor).get(f"/api/v1/plans/{world.plan}").json
    assert found["ended_on"] == "2022-07-01"
    assert [one["is_demanded"] for one in found["periods"]] == [True, True, False, False]


def test_an_ended_project_is_locked_on_every_way_in_and_keeps_its_drafts(world, browse, app):
    staff, third = browse(world.staff), f"/plans/{world.plan}/periods/2022-Q3"
    typed = {f"actual-{world.cell}": "88", f"version-{world.cell}": "1", "version": "1"}
    url = end(browse, world)
    with app.app_context():
        told = db.session.scalar(select(LedgerEntry.id).order_by(LedgerEntry.id.desc()).limit(1))
    page = staff.get(third)
    assert "项目已从 2022-07-01 起终止" in page.text
    assert "77" in page.text
    assert f'name="actual-{world.cell}"' not in page.html
    for place, data in [
        ("", typed),
        ("/draft", typed),
        ("/evidence", {"figure": str(world.cell), "file": (BytesIO(b"%PDF-1.4"), "台账.pdf")}),
        (f"/indicators/{world.days}/list", {"rows": "甲\t满意", "step": "confirm"}),
        ("/steps/submit", typed),
    ]:
        answer = staff.post(f"{third}{place}", data, status=409, headers=JSON)
        assert "起终止" in (answer.text or answer.json["message"]), place
    for answer in (staff.get(f"{third}/sheet.xlsx", status=409), staff.get(f"{third}/sheet")):
        assert "起终止" in answer.text
    staff.post(f"/plans/{world.plan}/revisions", {"document": "1"}, status=409)
    staff.post(f"/plans/{world.plan}/endings", form(), status=409)
    staff.post(f"{url}/edit", form(version="9"), status=409)
    again = {"version": "9", "reason": "改错了。"}
    for place in (f"/plans/{world.plan}", url):
        browse(world.chief).post(f"{place}/steps/reopen", again, status=409)
    with app.app_context():
        query = select(LedgerEntry.action).where(LedgerEntry.id > told)
        assert db.session.scalars(query).all() == []
        row = db.session.scalars(
            select(Actual).join(Submission).where(Submission.status == Status.DRAFT)
        ).first()
        assert row.actual == 77


def test_one_that_is_given_up_stays_readable_and_another_unit_sees_none(world, browse):
    staff = browse(world.staff)
    url = staff.post(f"/plans/{world.plan}/endings", form()).location
    staff.post(f"{url}/cancel", {"version": version(staff.get(url))})
    assert "已作废" in staff.get(url).text
    assert "已作废" in staff.get(f"/plans/{world.plan}/endings").text
    assert "终止（并入）在办" not in staff.get(f"/plans/{world.plan}").text
    assert staff.get(f"{url}/edit", status=302).location.endswith(url)
    browse(world.stranger).get(url, status=404)


def test_a_plans_page_asks_as_often_whatever_was_merged_into_it(world, browse, app):
    def count() -> int:
        client = browse(world.staff)
        with app.app_context(), count_queries(db.engine) as queries:
            client.get(f"/plans/{world.other}")
        return len(queries)

    def merge() -> None:
        with app.app_context():
            into = db.session.get_one(Plan, world.other)
            people = into.submitted_by, into.decided_by
            plan = make_plan(db.session, into.unit, status=Status.APPROVED, people=people)
            ending = PlanEnding(
                unit_id=into.unit_id,
                plan_id=plan.id,
                kind=EndingKind.MERGED,
                merged_into_id=into.id,
                document="文号",
                dated_on=clock.today(),
                holds_from=clock.today(),
                reason="合并。",
                status=Status.APPROVED,
                submitted_by_id=people[0].id,
                submitted_at=clock.now(),
                decided_by_id=people[1].id,
                decided_at=clock.now(),
                updated_at=clock.now(),
            )
            db.session.add(ending)
            db.session.commit()

    merge()
    once = count()
    merge()
    merge()
    assert count() == once
