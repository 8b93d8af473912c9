"""Threads of remarks on the pages where they stand: answered, settled, and nothing typed is lost."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import Action, Role, Status, ThreadState
from perf.extensions import db
from perf.models import Plan, Remark, Submission, User
from perf.services.evaluations import begin_self_evaluation
from perf.services.snapshots import Content
from perf.services.steps import MAX_TEXT, take_step
from tests.factories import make_user, mark
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan
from tests.test_permissions import make_ending, make_revision

pytestmark = pytest.mark.slow
EMPTY = Content(fields={}, rows=[], data={})


@pytest.fixture
def world(app):
    """A quarter that was sent back with a remark on the whole and one on its first indicator."""
    with app.app_context():
        session = db.session
        people = make_people(session)
        plan = make_reported_plan(session, people, quarters=1)
        quarter = session.scalars(select(Submission)).one()
        quarter.status, quarter.decided_by_id, quarter.decided_at = Status.SUBMITTED, None, None
        session.flush()
        remarks = {plan.indicators[0].id: "请补充清单"}
        take(people[1], Action.RETURN, reason="请核对", remarks=remarks)
        found = SimpleNamespace(
            plan=plan.id,
            url=f"/plans/{plan.id}/periods/2022-Q1",
            row=plan.indicators[0].id,
            staff=people[0].username,
            chief=people[1].username,
        )
        session.commit()
        found.whole, found.own = session.scalars(select(Remark.id).order_by(Remark.id)).all()
    return found


def take(user: User, action: Action, **more) -> None:
    quarter = db.session.scalars(select(Submission)).one()
    version = quarter.version
    take_step(
        db.session,
        user.actor,
        quarter,
        action,
        version=version,
        content=EMPTY,
        name="一季度",
        **more,
    )


def hand_in(app, world) -> None:
    with app.app_context():
        take(
            db.session.scalars(select(User).where(User.username == world.staff)).one(),
            Action.SUBMIT,
        )
        db.session.commit()


def version(app) -> str:
    with app.app_context():
        return str(db.session.scalars(select(Submission.version)).one())


def state(app, key: int) -> ThreadState:
    with app.app_context():
        return db.session.get_one(Remark, key).state


def said(app, key: int) -> list[str]:
    with app.app_context():
        return [entry.text for entry in db.session.get_one(Remark, key).entries]


def test_answers_are_saved_with_the_grid_and_what_is_refused_stays(app, world, browse) -> None:
    staff = browse(world.staff)
    page = staff.get(world.url)
    assert "有 2 条意见还没有答复：总体意见、 受理案件数 ，仍可提交" in page.text
    long = "长" * (MAX_TEXT + 1)
    form = {"version": version(app), f"thread-{world.whole}": "已核对", f"thread-{world.own}": long}
    page = staff.post(world.url, form, status=422)
    assert long in page.html
    assert f"现有 {MAX_TEXT + 1} 字" in page.text
    assert state(app, world.whole) is ThreadState.ANSWERED
    assert state(app, world.own) is ThreadState.OPEN
    page = staff.post(world.url, {"version": version(app), "action": "save"}, follow=True)
    assert "有 1 条意见还没有答复： 受理案件数" in page.text
    hand_in(app, world)
    assert "提交；审核应于" in staff.get("/").text
    assert "；1 条意见待答复" in staff.get("/").text
    # Where nothing can be filled in any more, answers have a form of their own.
    page = staff.get(world.url)
    assert '<form id="answers"' in page.html
    answers = {f"thread-{world.own}": "见清单第 2 页", "thread-x": "别的"}
    assert "答复 见清单第 2 页" in staff.post("/remarks/answers", answers, follow=True).text
    assert said(app, world.own) == ["见清单第 2 页"]
    page = staff.post("/remarks/answers", {f"thread-{world.own}": long}, status=422)
    assert long in page.html
    staff.post("/remarks/answers", {}, status=422)
    staff.post("/remarks/answers", {"thread-999999": "没有"}, status=404)


def test_a_reviewer_settles_and_keeps_what_else_was_typed(app, world, browse) -> None:
    hand_in(app, world)
    chief = browse(world.chief)
    page = chief.get(world.url)
    assert "还有 2 条意见未解决，通过即视为已解决。" in page.text
    typed = {
        "version": version(app),
        f"remark-{world.row}": "另一处",
        "reason": "总的来说",
        f"thread-{world.own}": "没有看到",
    }
    page = chief.post(f"/remarks/{world.whole}/resolve", typed, status=200)
    assert "已标为已解决" in page.text
    for text in ("另一处", "总的来说", "没有看到"):
        assert text in page.html
    assert state(app, world.whole) is ThreadState.RESOLVED
    assert said(app, world.own) == []
    # What is typed into a thread goes along with a step, which it is reason enough for.
    sent = {"version": version(app), f"thread-{world.own}": "没有看到"}
    assert "已退回" in chief.post(f"{world.url}/steps/return", sent, follow=True).text
    assert said(app, world.own) == ["没有看到"]
    assert "没有看到" in browse(world.staff).get("/").text


def test_a_refused_step_gives_the_thread_back_as_it_was_typed(app, world, browse) -> None:
    hand_in(app, world)
    chief = browse(world.chief)
    stale = {"version": "1", f"thread-{world.own}": "还缺两件"}
    assert "还缺两件" in chief.post(f"{world.url}/steps/return", stale, status=409).html
    assert said(app, world.own) == []
    page = chief.post(f"/remarks/{world.own}/reply", {"version": version(app)}, status=422)
    assert "补充意见还没有写" in page.text
    chief.post(f"/remarks/{world.own}/raise", {f"thread-{world.own}": "又来"}, status=409)
    chief.post(f"/remarks/{world.own}/answer", {f"thread-{world.own}": "答"}, status=404)
    with app.app_context():
        stranger = make_user(db.session, Role.SUPERVISOR, make_people(db.session)[0].unit).username
        db.session.commit()
    browse(stranger).post(f"/remarks/{world.own}/resolve", status=404)


@pytest.mark.parametrize("kind", ["plan", "revision", "ending", "evaluation"])
def test_every_page_that_is_reviewed_has_its_threads(app, world, browse, kind) -> None:
    with app.app_context():
        session = db.session
        staff = session.scalars(select(User).where(User.username == world.staff)).one()
        chief = session.scalars(select(User).where(User.username == world.chief)).one()
        plan = make_reported_plan(session, (staff, chief))
        subject: Any
        if kind == "plan":
            subject = plan
        elif kind == "revision":
            subject = make_revision(session, plan)
        elif kind == "ending":
            subject = make_ending(session, plan)
        else:
            subject = begin_self_evaluation(session, staff.actor, plan)
        mark(subject, Status.SUBMITTED, staff, chief)
        subject.decided_by_id = subject.decided_at = None
        row = None if kind == "ending" else plan.indicators[0].id
        remark = Remark(
            unit_id=plan.unit_id,
            indicator_id=row,
            text="请核对",
            created_at=clock.now(),
            **{f"{subject.__tablename__}_id": subject.id},
        )
        session.add(remark)
        session.commit()
        key = remark.id
    page = browse(world.staff).post("/remarks/answers", {f"thread-{key}": "已核对"}, follow=True)
    assert "答复 已核对" in page.text
    typed = {f"thread-{key}": "", "reason": "总的来说"}
    chief = browse(world.chief)
    page = chief.post(f"/remarks/{key}/reply", typed | {"version": "1"}, status=422)
    assert "请写明意见" in page.text
    assert "总的来说" in page.html
    page = chief.post(f"/remarks/{key}/resolve", typed, status=200)
    assert "总的来说" in page.html
    assert "以往意见 1 条" in page.text
    page = chief.post(f"/remarks/{key}/raise", {f"thread-{key}": "还不对"}, follow=True)
    assert "再次提出 还不对" in page.text


def test_threads_cost_the_same_queries_however_many_there_are(app, world, browse) -> None:
    def sent() -> int:
        with count_queries(engine) as queries:
            browse(world.chief).get(world.url)
        return len(queries)

    hand_in(app, world)
    browse(world.staff).post("/remarks/answers", {f"thread-{world.own}": "已补充"})
    with app.app_context():
        engine = db.engine
    few = sent()
    with app.app_context():
        plan = db.session.get_one(Plan, world.plan)
        quarter = db.session.scalars(select(Submission)).one()
        for row in plan.indicators:
            db.session.add(
                Remark(
                    unit_id=plan.unit_id,
                    submission_id=quarter.id,
                    indicator_id=row.id,
                    text="再核对",
                    created_at=quarter.updated_at,
                    created_by_id=quarter.submitted_by_id,
                )
            )
        db.session.commit()
        keys = db.session.scalars(select(Remark.id)).all()
    browse(world.staff).post("/remarks/answers", {f"thread-{key}": "已补充" for key in keys})
    assert sent() == few
