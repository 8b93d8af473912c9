"""The review queue, and a review as it happens on the quarter's page."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Action, Role, Status
from perf.extensions import db
from perf.models import Plan, Remark, SelfEvaluation, Submission, User
from perf.queries.pages import PAGE_SIZE
from perf.services.steps import MAX_TEXT, take_step
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

MORNING = datetime(2022, 10, 9, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning():
    with clock.set_to(MORNING):
        yield


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局")
        staff, supervisor = make_people(session, unit)
        other = make_user(session, Role.SUPERVISOR, unit)
        session.commit()
        return SimpleNamespace(
            session=session,
            staff=staff.username,
            supervisor=supervisor.username,
            other=other.username,
        )


def user(world, username: str) -> User:
    return world.session.scalars(select(User).where(User.username == username)).one()


def submitted_plan(world, name: str = "", by: str = "", minutes: int = 0) -> Plan:
    """A plan handed in by staff, or by somebody else, so many minutes later."""
    plan = make_plan(world.session, user(world, world.staff).unit, name=name)
    plan.status, plan.submitted_by_id = Status.SUBMITTED, user(world, by or world.staff).id
    plan.submitted_at = MORNING + timedelta(minutes=minutes)
    world.session.flush()
    return plan


def submitted_quarter(world, name: str) -> Submission:
    people = (user(world, world.staff), user(world, world.supervisor))
    plan = make_reported_plan(world.session, people, quarters=1, name=name)
    query = select(Submission).where(Submission.plan_id == plan.id)
    quarter = world.session.scalars(query).one()
    quarter.status, quarter.decided_by_id, quarter.decided_at = Status.SUBMITTED, None, None
    world.session.flush()
    return quarter


def submitted_evaluation(world, name: str) -> SelfEvaluation:
    staff = user(world, world.staff)
    plan = make_reported_plan(
        world.session, (staff, user(world, world.supervisor)), quarters=1, name=name
    )
    row = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        pack_id=plan.pack_id,
        pack_version=1,
        status=Status.SUBMITTED,
        submitted_by_id=staff.id,
        submitted_at=MORNING,
        updated_at=MORNING,
    )
    world.session.add(row)
    world.session.flush()
    return row


def body(page) -> str:
    return page.text.partition("先提交的在上")[2]


def version(page) -> str:
    form = page.html.partition('<form id="review"')[2].partition("</form>")[0]
    return re.findall(r'name="version" value="(\d+)"', form)[0]


def test_an_empty_queue_says_so(world, browse) -> None:
    page = browse(world.supervisor).get("/review")
    assert "没有待审核的内容" in page.text
    assert "还没有办结的内容" in browse(world.supervisor).get("/review?done=1").text


def test_plans_quarters_and_self_evaluations_wait_in_one_list_oldest_first(
    app, world, browse
) -> None:
    with app.app_context():
        submitted_plan(world, "后交的目标", minutes=5)
        submitted_plan(world, "先交的目标", minutes=-5)
        submitted_quarter(world, "报了的季度")
        evaluation = submitted_evaluation(world, "写了的自评")
        world.session.commit()
        plan_id = evaluation.plan_id
    page = browse(world.supervisor).get("/review")
    names = ["先交的目标", "报了的季度", "写了的自评", "后交的目标"]
    places = [page.text.index(name) for name in names]
    assert places == sorted(places)
    assert "报了的季度 2022 年 · 一季度填报" in page.text
    assert "2022-10-09 12:00 审核应于 2022 年 10 月 14 日前完成 首次提交 审核" in page.text
    assert f'href="/plans/{plan_id}/self-evaluation"' in page.html
    assert "全部 4" in page.text


@pytest.mark.parametrize(
    ("kind", "name"),
    [("plan", "交了的目标"), ("quarter", "报了的季度"), ("self_evaluation", "写了的自评")],
)
def test_the_queue_is_narrowed_to_one_kind(app, world, browse, kind, name) -> None:
    with app.app_context():
        submitted_plan(world, "交了的目标")
        submitted_quarter(world, "报了的季度")
        submitted_evaluation(world, "写了的自评")
        world.session.commit()
    text = body(browse(world.supervisor).get(f"/review?kind={kind}"))
    shown = {each for each in ("交了的目标", "报了的季度", "写了的自评") if each in text}
    assert shown == {name}


@pytest.mark.parametrize("query", ["kind=nonsense", "page=0", "page=99", "page=x", "done=x"])
def test_a_strange_address_still_gives_the_queue(app, world, browse, query) -> None:
    with app.app_context():
        submitted_plan(world, "交了的目标")
        world.session.commit()
    assert "交了的目标" in browse(world.supervisor).get(f"/review?{query}").text


def test_what_one_submitted_oneself_is_offered_to_the_others_only(app, world, browse) -> None:
    with app.app_context():
        submitted_plan(world, "自己交的", by=world.supervisor)
        world.session.commit()
    mine, others = browse(world.supervisor).get("/review"), browse(world.other).get("/review")
    assert "没有待审核的内容" in mine.text
    assert "项待办" not in mine.text
    assert "自己交的" in others.text
    assert "审核 1 项待办" in others.text


def test_another_units_submissions_are_not_in_the_queue(app, world, browse) -> None:
    with app.app_context():
        submitted_plan(world, "自家的")
        stranger = make_user(world.session, Role.SUPERVISOR, make_unit(world.session)).username
        world.session.commit()
    assert "自家的" not in browse(stranger).get("/review").text


def test_the_queue_says_how_much_changed_since_last_time(app, world, browse) -> None:
    def content(**fields: str) -> dict:
        return {"fields": fields, "rows": [], "data": {}}

    with app.app_context():
        staff, supervisor = user(world, world.staff), user(world, world.supervisor)
        plan = make_plan(world.session, staff.unit)
        for actor, action, said in [
            (staff, Action.SUBMIT, content(甲="1", 乙="1")),
            (supervisor, Action.RETURN, content()),
            (staff, Action.SUBMIT, content(甲="2", 丙="1")),
        ]:
            take_step(
                world.session,
                actor.actor,
                plan,
                action,
                version=plan.version,
                content=said,
                name="",
                reason="请改",
            )
        world.session.commit()
    assert "3 处" in browse(world.supervisor).get("/review").text


def test_a_long_queue_is_paged_and_the_pages_meet(app, world, browse) -> None:
    with app.app_context():
        for number in range(PAGE_SIZE + 1):
            submitted_plan(world, f"编号{number:03d}", minutes=number)
        world.session.commit()
    client = browse(world.supervisor)
    first, second = client.get("/review"), client.get("/review?page=2")
    assert len(re.findall(r"编号\d{3} 2022", first.text)) == PAGE_SIZE
    assert re.findall(r"编号(\d{3}) 2022", second.text) == [f"{PAGE_SIZE:03d}"]
    assert "第 1 页，共 2 页" in first.text


def test_decided_items_are_listed_with_who_decided_and_leave_when_handed_in_again(
    app, world, browse
) -> None:
    with app.app_context():
        supervisor = user(world, world.supervisor)
        for name, status in [("通过的", Status.APPROVED), ("退回的", Status.RETURNED)]:
            plan = submitted_plan(world, name)
            plan.status, plan.decided_by_id, plan.decided_at = status, supervisor.id, MORNING
        world.session.commit()
        name, returned = supervisor.display_name, plan.id
    page = browse(world.supervisor).get("/review?done=1")
    assert f"通过的 2022 年 · 绩效目标 已通过 {name} 2022-10-09 12:00" in page.text
    assert "退回的 2022 年 · 绩效目标 已退回" in page.text
    assert "没有待审核的内容" in browse(world.supervisor).get("/review").text
    with app.app_context():
        plan = world.session.get_one(Plan, returned)
        plan.status, plan.decided_by_id, plan.decided_at = Status.SUBMITTED, None, None
        world.session.commit()
    assert "退回的" not in browse(world.supervisor).get("/review?done=1").text
    assert "退回的" in browse(world.supervisor).get("/review").text


def test_only_reviewers_have_a_queue(app, world, browse) -> None:
    browse(world.staff).get("/review", status=403)
    with app.app_context():
        auditor = make_user(world.session, Role.AUDITOR).username
        world.session.commit()
    browse(auditor).get("/review", status=403)


@pytest.mark.parametrize("path", ["/review", "/review?done=1"])
def test_the_number_of_queries_stays_when_the_queue_doubles(app, world, browse, path) -> None:
    client, counts = browse(world.supervisor), []
    for times in (2, 4):
        with app.app_context():
            for number in range(times):
                submitted_plan(world, f"目标{times}{number}")
                submitted_quarter(world, f"季度{times}{number}")
                submitted_evaluation(world, f"自评{times}{number}")
            world.session.commit()
            engine = db.engine
        client.get(path)
        with count_queries(engine) as sent:
            client.get(path)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 4


# On the quarter's page


@pytest.fixture
def quarter(app, world):
    with app.app_context():
        row = submitted_quarter(world, "信访值班")
        world.session.commit()
        return SimpleNamespace(
            id=row.id,
            rows=[one.id for one in row.plan.indicators],
            url=f"/plans/{row.plan_id}/periods/2022-Q1",
        )


def stored(app, world, quarter) -> Submission:
    row = world.session.get_one(Submission, quarter.id)
    world.session.refresh(row)
    return row


def test_a_quarter_goes_back_with_a_remark_and_comes_home_approved(
    app, world, browse, quarter
) -> None:
    reviewer, staff = browse(world.supervisor), browse(world.staff)
    page = reviewer.get(quarter.url)
    assert "审核通过" in page.text
    data = {"version": version(page), f"remark-{quarter.rows[1]}": "与台账不符", "reason": ""}
    told = reviewer.post(f"{quarter.url}/steps/return", data, follow=True)
    assert "已退回" in told.text
    assert "与台账不符" in staff.get("/").text
    assert "与台账不符" in staff.get(quarter.url).text
    assert "没有待审核的内容" in reviewer.get("/review").text
    with app.app_context():
        row = stored(app, world, quarter)
        assert row.status is Status.RETURNED
        row.status, row.submitted_at = Status.SUBMITTED, clock.now()
        world.session.commit()
    page = reviewer.get(quarter.url)
    reviewer.post(f"{quarter.url}/steps/approve", {"version": version(page)})
    with app.app_context():
        assert stored(app, world, quarter).status is Status.APPROVED
        assert world.session.scalars(select(Remark)).one().resolved_at is not None
    assert "没有要办的事" not in reviewer.get(quarter.url).text
    assert "一季度填报" not in staff.get("/").text.partition("最近通过")[0]


def test_sending_back_without_a_word_is_refused_and_keeps_the_page(world, browse, quarter) -> None:
    reviewer = browse(world.supervisor)
    seen = version(reviewer.get(quarter.url))
    page = reviewer.post(f"{quarter.url}/steps/return", {"version": seen, "reason": ""}, status=422)
    assert "请写明原因" in page.text


def test_a_reason_that_is_too_long_is_refused_and_still_stands_in_its_field(
    world, browse, quarter
) -> None:
    reviewer = browse(world.supervisor)
    seen = version(reviewer.get(quarter.url))
    typed = "长" * (MAX_TEXT + 1)
    data = {"version": seen, "reason": typed, f"remark-{quarter.rows[0]}": "也别丢"}
    page = reviewer.post(f"{quarter.url}/steps/return", data, status=422)
    assert f"{typed}</textarea>" in page.html
    assert "也别丢</textarea>" in page.html


def test_a_stale_decision_is_refused_with_its_words_kept(app, world, browse, quarter) -> None:
    reviewer = browse(world.supervisor)
    seen = version(reviewer.get(quarter.url))
    with app.app_context():
        stored(app, world, quarter).updated_at = clock.now() + timedelta(minutes=1)
        world.session.commit()
    data = {"version": seen, "reason": "写了很久的意见"}
    page = reviewer.post(f"{quarter.url}/steps/return", data, status=409)
    assert "写了很久的意见" in page.html
    with app.app_context():
        assert stored(app, world, quarter).status is Status.SUBMITTED


def test_whoever_submitted_is_told_why_they_cannot_decide(app, world, browse, quarter) -> None:
    with app.app_context():
        stored(app, world, quarter).submitted_by_id = user(world, world.supervisor).id
        world.session.commit()
        seen = stored(app, world, quarter).version
    page = browse(world.supervisor).get(quarter.url)
    assert "这是您本人提交的，不能由您审核" in page.text
    assert "审核通过" not in page.text
    browse(world.supervisor).post(f"{quarter.url}/steps/approve", {"version": seen}, status=409)
    page = browse(world.other).get(quarter.url)
    assert "审核通过" in page.text
    assert "不能由您审核" not in page.text


def test_reopening_takes_a_reason_that_the_recorder_reads(app, world, browse, quarter) -> None:
    reviewer = browse(world.supervisor)
    reviewer.post(f"{quarter.url}/steps/approve", {"version": version(reviewer.get(quarter.url))})
    page = reviewer.get(quarter.url)
    assert "重新打开的原因" in page.text
    blank = {"version": version(page), "reason": " "}
    page = reviewer.post(f"{quarter.url}/steps/reopen", blank, status=422)
    reviewer.post(f"{quarter.url}/steps/reopen", {"version": version(page), "reason": "漏报一件"})
    assert "漏报一件" in browse(world.staff).get("/").text
    assert "漏报一件" in browse(world.staff).get(quarter.url).text
