"""编制下一年: the preview, the drafts, last year beside the targets, and suggestions taken."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf.core.terms import Status
from perf.extensions import db
from perf.models import LedgerEntry, Plan, User
from perf.services.successors import begin_successors
from tests.factories import make_plan, make_unit, make_year, mark
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan
from tests.services.test_successors import sign

pytestmark = pytest.mark.slow


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session, 2022)
        people = make_people(session)
        plan = make_reported_plan(session, people, name="信访值班")
        sign(session, plan, people)
        draft = make_plan(session, people[0].unit, name="还在草稿")
        other = make_plan(session, make_unit(session), name="别家项目")
        session.commit()
        return SimpleNamespace(
            plan=plan.id,
            draft=draft.id,
            other=other.id,
            staff=people[0].username,
            supervisor=people[1].username,
        )


def add_year(app, year=2023):
    with app.app_context():
        make_year(db.session, year)
        db.session.commit()


def begin(app, world):
    """The draft of 2023, made by the service."""
    add_year(app)
    with app.app_context():
        staff = db.session.scalars(select(User).where(User.username == world.staff)).one()
        (made,) = begin_successors(db.session, staff.actor, [db.session.get_one(Plan, world.plan)])
        db.session.commit()
        return made.id, [row.id for row in made.indicators]


def sheet(app, plan_id, **changed):
    """The fields of the sheet as the page would post them unchanged, and these."""
    with app.app_context():
        plan = db.session.get_one(Plan, plan_id)
        fields = {"version": str(plan.version), "row": [str(row.id) for row in plan.indicators]}
        for row in plan.indicators:
            fields[f"level1-{row.id}"], fields[f"name-{row.id}"] = row.level1, row.name
            fields[f"target-{row.id}"] = row.target_text
            fields[f"ordinal-{row.id}"] = str(row.ordinal)
        return fields | changed


def targets(app, plan_id):
    with app.app_context():
        return [row.target_text for row in db.session.get_one(Plan, plan_id).indicators]


def test_the_preview_says_what_would_be_begun_and_what_not(app, world, browse):
    client = browse(world.staff)
    assert 'href="/plans/successors?year=2022"' in client.get("/plans?year=2022").html
    page = client.get("/plans/successors?year=2022")
    assert "2023 年度还没有设置，请管理员先在“管理 → 年度与填报期”中建立这个年度。" in page.text
    assert "编制草稿" not in page.text
    add_year(app)
    page = client.get("/plans/successors?year=2022")
    assert "已签署的自评" in page.text
    assert "绩效目标草稿，审核通过后再编制下一年" in page.text
    assert "别家项目" not in page.text
    assert page.html.count('type="checkbox"') == page.html.count(" checked") == 1
    assert "还在草稿" not in client.get(f"/plans/successors?year=2022&plan={world.plan}").text
    client.get(f"/plans/successors?year=2022&plan={world.other}", status=404)
    assert "还没有绩效目标" in client.get("/plans/successors?year=2021").text


def test_ticked_plans_are_begun_once_and_told_afterwards(app, world, browse):
    client = browse(world.staff)
    form = {"year": "2022", "plan": [str(world.plan), str(world.other), "x"]}
    assert "2023 年度还没有设置" in client.post("/plans/successors", form, status=422).text
    add_year(app)
    page = client.post("/plans/successors", form, follow=True)
    assert "已编制 1 份草稿" in page.text
    assert "由 2022 年度目标 编制" in page.text
    assert "上年全年预算 10.00 万元，至四季度执行 9.51 万元" in page.text
    assert "没有填写预算" in page.text
    page = client.post("/plans/successors", form, status=409)
    assert "“信访值班”在 2023 年度已有绩效目标，没有改动" in page.text
    assert "打开 2023 年度" in page.text
    assert "请勾选" in client.post("/plans/successors", {"year": "2022"}, status=422).text
    with app.app_context():
        made = db.session.scalars(select(Plan).where(Plan.begun_from_id == world.plan)).one()
        key = made.id
    assert "上年全年预算 10.00，至四季度执行 9.51" in client.get(f"/plans/{key}/edit").text


def test_the_sheet_shows_last_year_and_takes_one_suggestion_with_what_was_typed(app, world, browse):
    key, rows = begin(app, world)
    client = browse(world.staff)
    page = client.get(f"/plans/{key}/indicators")
    assert "≥100件 → 110 件" in page.text
    assert "完成率 110.00%，得 5.00 / 50.00 分" in page.text
    assert "≥90% → 81% 完成率 90.00%，得 5.00 / 30.00 分 上年未完成" in page.text
    assert "没有达到指标值；没有特殊原因不放宽，沿用这一要求。" in page.text
    assert page.html.count('name="take"') == 3
    fields = sheet(app, key, take=str(rows[0]))
    fields[f"target-{rows[1]}"] = "≥95%"
    page = client.post(f"/plans/{key}/indicators", fields, follow=True)
    assert "已采用 1 项建议指标值，其他改动一并保存。" in page.text
    assert targets(app, key) == ["≥110件", "≥95%", "≥80%"]
    page = client.post(f"/plans/{key}/indicators", sheet(app, key, take="all"), follow=True)
    assert targets(app, key) == ["≥110件", "≥95%", "≥92%"]
    assert 'name="take"' not in page.html
    with app.app_context():
        reasons = select(LedgerEntry.reason).where(LedgerEntry.reason.startswith("采用建议指标值"))
        assert len(db.session.scalars(reasons).all()) == 2


def test_a_refused_sheet_takes_nothing_and_gives_back_what_was_typed(app, world, browse):
    key, rows = begin(app, world)
    client = browse(world.staff)
    fields = sheet(app, key, take="all")
    fields[f"weight-{rows[0]}"] = "多一点"
    page = client.post(f"/plans/{key}/indicators", fields, status=422)
    assert 'value="多一点"' in page.html
    client.post(f"/plans/{key}/indicators", sheet(app, key, take="all", version="99"), status=409)
    assert targets(app, key) == ["≥100件", "≥90%", "≥80%"]
    page = client.post(f"/plans/{key}/indicators", sheet(app, key, take="no"), follow=True)
    assert "已采用 0 项建议指标值" in page.text


def test_the_reviewer_sees_last_year_beside_an_easier_target(app, world, browse):
    key, _ = begin(app, world)
    with app.app_context():
        plan = db.session.get_one(Plan, key)
        staff = db.session.scalars(select(User).where(User.username == world.staff)).one()
        plan.status = Status.DRAFT
        mark(plan, Status.SUBMITTED, staff, staff)
        db.session.commit()
    page = browse(world.supervisor).get(f"/plans/{key}")
    assert "≥100件 → 110 件" in page.text
    assert 'href="#doubts">比上年实际宽松</a>' in page.html
    assert "2 项指标值比上年实际完成值宽松" in page.text
    assert 'name="take"' not in page.html
    # What is approved stands as it is, without the year before.
    page = browse(world.supervisor).get(f"/plans/{world.plan}")
    assert 'data-label="上年"' not in page.html


def test_the_queries_do_not_grow_with_plans_or_indicators(app, world, browse):
    key, _ = begin(app, world)
    client = browse(world.staff)

    def count(path):
        with app.app_context(), count_queries(db.engine) as sent:
            client.get(path)
        return len(sent)

    paths = ["/plans/successors?year=2022", f"/plans/{key}", f"/plans/{key}/indicators"]
    before = [count(path) for path in paths]
    with app.app_context():
        session = db.session
        people = [
            session.scalars(select(User).where(User.username == name)).one()
            for name in (world.staff, world.supervisor)
        ]
        rows = [("产出指标", f"第{n}项", f"≥{n}件", "9") for n in range(1, 10)]
        for _ in range(3):
            long = make_reported_plan(session, people, {}, indicators=rows)
        sign(session, long, people)
        (made,) = begin_successors(session, people[0].actor, [long])
        session.commit()
        key = made.id
    paths[1:] = [f"/plans/{key}", f"/plans/{key}/indicators"]
    assert [count(path) for path in paths] == before
