"""The pages of target revisions: one from its form to the plan, and what each of its people sees."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Indicator, Plan, RevisedTarget, TargetRevision
from perf.models.plans import target_as_json
from perf.services.reminders import gather_messages
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_reported_plan

pytestmark = pytest.mark.slow


@pytest.fixture
def world(app):
    """A unit with an approved plan of this year, its people, and somebody of another unit."""
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局")
        staff = make_user(session, Role.STAFF, unit)
        chief = make_user(session, Role.SUPERVISOR, unit)
        plan = make_plan(
            session, unit, status=Status.APPROVED, people=(staff, chief), name="信访值班"
        )
        found = SimpleNamespace(
            plan=plan.id,
            unit=unit.id,
            rows={row.name: row.id for row in plan.indicators},
            staff=staff.username,
            chief=chief.username,
            auditor=make_user(session, Role.AUDITOR).username,
            stranger=make_user(session, Role.STAFF, make_unit(session)).username,
        )
        session.commit()
        return found


def form(world, **fields: str) -> dict[str, Any]:
    texts = {"document": "信访发〔2022〕8号", "dated_on": "2022-11-20", "reason": "任务减少。"}
    return texts | {f"target-{world.rows['受理案件数']}": "≥80件"} | fields


def version(page) -> str:
    return re.findall(r'name="version" value="(\d+)"', page.html)[0]


def step(browse, user: str, url: str, action: str, status: int = 302, **fields: str):
    client = browse(user)
    data = {"version": version(client.get(url)), **fields}
    return client.post(f"{url}/steps/{action}", data, status=status)


def test_from_the_form_over_the_review_into_the_plan(world, browse, app) -> None:
    staff, plan = browse(world.staff), f"/plans/{world.plan}"
    assert "还没有调整过指标值" in staff.get(f"{plan}/revisions").text
    assert "至少 100 件" in staff.get(f"{plan}/revisions/new").text
    url = staff.post(f"{plan}/revisions", form(world)).location
    assert "2022 年 · 目标调整" in staff.get("/").text
    step(browse, world.staff, url, "submit")
    assert "目标调整（1 份，1 份在办）" in staff.get(plan).text
    with app.app_context():
        gather_messages(db.session(), [world.unit], clock.today())
        db.session.commit()
    for place in ("/review?kind=revision", "/messages"):
        assert f'href="{url}"' in browse(world.chief).get(place).html
    page = browse(world.chief).get(url)
    for words in ["≥100件", "≥80件", "调低", "任务减少。", "审核通过"]:
        assert words in page.text
    key = world.rows["受理案件数"]
    step(browse, world.chief, url, "return", **{f"remark-{key}": "请附会议纪要。"})
    assert "请附会议纪要。" in staff.get("/").text
    changed = form(world, reason="任务减少，见纪要。", version=version(staff.get(f"{url}/edit")))
    staff.post(f"{url}/edit", changed)
    step(browse, world.staff, url, "submit")
    assert "任务减少，见纪要。" in browse(world.chief).get(url).text
    step(browse, world.chief, url, "approve")
    page = staff.get(plan)
    assert "年初 ≥100件" in page.text
    assert "四季度调低" in page.text
    assert "目标调整（1 份）" in page.text
    history = browse(world.auditor).get(f"/indicators/{key}/targets")
    for words in ["年初指标值", "≥100件 → ≥80件", "信访发〔2022〕8号", "四季度调低"]:
        assert words in history.text
    assert "审核通过" not in browse(world.chief).get("/review?kind=revision").text
    again = {"version": "9", "reason": "改错了。"}
    page = browse(world.chief).post(f"{url}/steps/reopen", again, status=409)
    assert "另立一份调整单" in page.text


def test_what_is_refused_comes_back_as_typed(world, browse, app) -> None:
    staff, key = browse(world.staff), world.rows["及时受理率"]
    bad = {"document": "", "dated_on": "2022-13-01", f"target-{key}": "≥80件"}
    page = staff.post(f"/plans/{world.plan}/revisions", form(world, **bad), status=422)
    for words in ["请填写文号", "完整的文件日期", "计量方式不同"]:
        assert words in page.text
    for typed in ['value="2022-13-01"', 'value="≥80件"', "任务减少。"]:
        assert typed in page.html
    with app.app_context():
        assert db.session.scalar(select(TargetRevision.id)) is None
    url = staff.post(f"/plans/{world.plan}/revisions", form(world)).location
    stale = form(world, reason="我写的原因。", version="9")
    page = staff.post(f"{url}/edit", stale, status=409)
    assert "我写的原因。" in page.html
    assert "现在保存的内容" in page.text
    page = staff.get(f"/plans/{world.plan}/revisions/reading?row={key}&text=≥80%25")
    assert page.json == {"text": "至少 80 %，调低"}
    staff.post(f"{url}/cancel", {"version": version(staff.get(url))})
    assert "已作废" in staff.get(url).text
    assert staff.get(f"{url}/edit", status=302).location == url
    browse(world.stranger).get(url, status=404)


def test_the_mark_stands_beside_the_score(world, browse, app) -> None:
    with app.app_context():
        session = db.session
        people = [
            session.get_one(Plan, world.plan).submitted_by,
            session.get_one(Plan, world.plan).decided_by,
        ]
        plan = make_reported_plan(session, tuple(people))
        row = next(row for row in plan.indicators if row.name == "及时受理率")
        key, plan_id = row.id, plan.id
        session.commit()
    staff = browse(world.staff)
    staff.post(f"/plans/{plan_id}/self-evaluation/begin")
    fields = {"document": "二号", "dated_on": "2022-11-20", "reason": "人手不足。"}
    url = staff.post(f"/plans/{plan_id}/revisions", fields | {f"target-{key}": "≥85%"}).location
    step(browse, world.staff, url, "submit")
    step(browse, world.chief, url, "approve")
    page = staff.get(f"/plans/{plan_id}/self-evaluation")
    assert "四季度调低" in page.text
    assert "二号调整" in page.text
    assert f'href="/indicators/{key}/targets"' in page.html
    record = staff.get(f"/api/v1/plans/{plan_id}/self-evaluation").json
    found = next(one for one in record["rows"] if one["indicator_id"] == key)
    assert (found["revision_document"], found["is_lowered_late"]) == ("二号", True)
    data = staff.client.get(f"/plans/{plan_id}/self-evaluation/form?format=csv").get_data(True)
    assert "（年初：≥90%" in data
    assert "二号调整，四季度调低" in data
    assert "四季度调低指标值的：及时受理率。" in data
    data = staff.client.get(f"/plans/{plan_id}/target-form?format=csv").get_data(True)
    assert "由“≥90%”调整为“≥85%”（二号调整，四季度调低）。" in data


def test_the_list_takes_as_many_queries_for_many_revisions(world, browse, app) -> None:
    def revise(count: int) -> None:
        with app.app_context():
            session = db.session
            plan = session.get_one(Plan, world.plan)
            for number in range(count):
                revision = TargetRevision(
                    unit_id=plan.unit_id,
                    plan_id=plan.id,
                    document=f"{number}号",
                    dated_on=clock.today(),
                    reason="任务减少。",
                    updated_at=clock.now(),
                    submitted_by_id=plan.submitted_by_id,
                    submitted_at=clock.now(),
                )
                for row in session.scalars(select(Indicator)):
                    kept = target_as_json(row.target)
                    revision.targets.append(
                        RevisedTarget(
                            unit_id=plan.unit_id,
                            indicator_id=row.id,
                            old_target=kept,
                            new_target=kept,
                            is_open=False,
                        )
                    )
                session.add(revision)
            session.commit()

    counts = []
    for count in (2, 4):
        revise(count)
        client = browse(world.auditor)
        client.get(f"/plans/{world.plan}/revisions")
        with app.app_context(), count_queries(db.engine) as sent:
            client.get(f"/plans/{world.plan}/revisions")
        counts.append(len(sent))
    assert counts[0] == counts[1]
