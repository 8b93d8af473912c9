"""Two people at the same moment: what one does arrives, or they are told; nothing is half done.

Requests run in threads that begin together. SQLite lets one writer in at a time; on PostgreSQL
some tests hold both where they have just looked, so that they are sure to meet.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import make_url

from perf.core.errors import PerfError
from perf.core.terms import Action, FundSource, Role, Status
from perf.database import begin_writing
from perf.extensions import db
from perf.models import (
    Actual,
    FiscalYear,
    Period,
    Plan,
    PlanEnding,
    RevisedTarget,
    Score,
    SelfEvaluation,
    Snapshot,
    Submission,
    TargetRevision,
    Unit,
    User,
)
from perf.queries.submissions import quarter_to_change
from perf.queries.visible import plan_visible_to
from perf.services import organisation, plans
from perf.services.budgets import adjust_budget
from perf.services.evaluations import begin_self_evaluation, rescore
from perf.services.imports import import_draft
from perf.services.submissions import content_of_submission, step_submission
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.reported import make_reported_plan
from tests.services.test_imports import document

pytestmark = pytest.mark.slow

PATIENCE = 30


@pytest.fixture
def world(app):
    """Two staff, two supervisors, a plan to fill in and one whose four quarters are approved."""
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "本单位", "106")
        staff = [make_user(session, Role.STAFF, unit, f"staff{n}") for n in (1, 2)]
        supervisors = [make_user(session, Role.SUPERVISOR, unit, f"chief{n}") for n in (1, 2)]
        for n in (1, 2):
            make_user(session, Role.ADMIN, username=f"admin{n}")
        people = staff[0], supervisors[0]
        rows = [("产出指标", "受理案件数", "≥100件", "90")]
        plan = make_plan(session, unit, rows, status=Status.APPROVED, people=people)
        whole = make_reported_plan(session, people)
        found = SimpleNamespace(
            plan_id=plan.id,
            cell=plan.indicators[0].id,
            whole_id=whole.id,
            quarter=f"/plans/{plan.id}/periods/2022-Q1",
        )
        session.commit()
    return found


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls give that begin together, each in a thread of its own."""
    together = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        together.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def posting(browse, user: str, url: str, **form: str) -> Callable[[], int]:
    client = browse(user).client
    return lambda: client.post(url, data=form).status_code


def meet(monkeypatch, database_kind: str, module: Any, name: str) -> None:
    """On PostgreSQL, hold the first two callers of a function until both have come to it."""
    if database_kind != "postgres":
        return
    together, real, held = Barrier(2), getattr(module, name), []

    def hold(*arguments: Any, **named: Any) -> Any:
        if len(held) < 2:
            held.append(1)
            together.wait(PATIENCE)
        return real(*arguments, **named)

    monkeypatch.setattr(module, name, hold)


def count(app, model: Any, *conditions: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def version_of(app, model: Any, key: int) -> str:
    with app.app_context():
        return str(db.session.get(model, key).version)


def submission_of(world) -> Submission:
    return db.session.scalars(select(Submission).where(Submission.plan_id == world.plan_id)).one()


# What is made twice


def test_two_administrators_make_one_year(app, browse, world, monkeypatch, database_kind) -> None:
    meet(monkeypatch, database_kind, organisation, "_pin")
    posts = [posting(browse, f"admin{n}", "/admin/years", year="2024") for n in (1, 2)]
    assert sorted(at_once(*posts)) == [302, 422]
    assert count(app, Period, Period.year == 2024) == 5


def test_two_people_make_one_plan_and_the_second_is_told(
    app, browse, world, monkeypatch, database_kind
) -> None:
    meet(monkeypatch, database_kind, plans, "fill_project")
    posts = [
        posting(browse, f"staff{n}", "/plans/new", year="2022", name="同名项目", code="X1")
        for n in (1, 2)
    ]
    assert sorted(at_once(*posts)) in ([302, 409], [302, 422])
    assert count(app, Plan, Plan.project.has(name="同名项目")) == 1


def test_two_imports_of_one_file_make_its_plans_once(app, world) -> None:
    def run() -> list[str] | str:
        with app.app_context():
            session = db.session()
            begin_writing(session)
            try:
                imported = import_draft(session, SYSTEM, document())
            except PerfError as error:
                session.rollback()
                return str(error)
            session.commit()
            return [one.outcome.value for one in imported.plans]

    answers = sorted(map(str, at_once(run, run)))
    assert answers == ["['created', 'created']", "['unchanged', 'unchanged']"]
    assert count(app, Plan, Plan.unit.has(Unit.code == "106")) == 4


def test_two_imports_of_an_unknown_unit_and_year_make_them_once_or_say_so(app, world) -> None:
    draft = document(unit_code="900", unit_name="新单位", fiscal_year=2031)

    def run() -> str:
        with app.app_context():
            session = db.session()
            begin_writing(session)
            try:
                import_draft(session, SYSTEM, draft)
            except PerfError:
                session.rollback()
                return "refused"
            session.commit()
            return "done"

    assert "done" in at_once(run, run)
    assert count(app, Unit, Unit.code == "900") == 1
    assert count(app, FiscalYear, FiscalYear.id == 2031) == 1
    assert count(app, Plan, Plan.year == 2031) == 2


def test_two_who_begin_a_self_evaluation_find_the_same_one(app, browse, world) -> None:
    url = f"/plans/{world.whole_id}/self-evaluation/begin"
    assert at_once(*(posting(browse, f"staff{n}", url) for n in (1, 2))) == [302, 302]
    assert count(app, SelfEvaluation) == 1


# What is changed twice


def test_no_increment_of_a_cell_is_lost(app, browse, world) -> None:
    actual, version = f"actual-{world.cell}", f"version-{world.cell}"
    browse("staff1").post(world.quarter, {actual: "0", version: "0"})

    def count_up(user: str, step: int) -> Callable[[], int]:
        client = browse(user).client

        def run() -> int:
            taken = 0
            for _ in range(6):
                with app.app_context():
                    row = db.session.scalars(
                        select(Actual).where(Actual.indicator_id == world.cell)
                    ).one()
                    form = {actual: str((row.value or 0) + step), version: str(row.version)}
                answer = client.post(world.quarter, data=form)
                assert answer.status_code in {302, 409}
                taken += step * (answer.status_code == 302)
            return taken

        return run

    # Steps of different sizes: nobody types by chance what another one has typed.
    users = [("staff1", 1), ("staff2", 100), ("staff1", 10_000)]
    taken = sum(at_once(*(count_up(user, step) for user, step in users)))
    assert taken > 0
    with app.app_context():
        value = db.session.scalar(select(Actual.value).where(Actual.indicator_id == world.cell))
        assert value == Decimal(taken)


def test_what_is_submitted_is_what_is_kept_whoever_types_meanwhile(app, browse, world) -> None:
    actual = f"actual-{world.cell}"
    form = {actual: "90", f"version-{world.cell}": "0", "executed-fiscal": "1"}
    browse("staff1").post(world.quarter, form)
    with app.app_context():
        row = submission_of(world)
        shown = {"version": str(row.version), f"version-{world.cell}": str(row.actuals[0].version)}
    answers = at_once(
        posting(browse, "staff1", world.quarter, **shown, action="submit"),
        posting(browse, "staff2", world.quarter, **shown, **{actual: "21"}),
    )
    assert sorted(answers) == [302, 409]
    with app.app_context():
        row = submission_of(world)
        kept = db.session.scalars(select(Snapshot)).all()
        if answers[0] == 302:
            assert (row.status, row.actuals[0].value) == (Status.SUBMITTED, 90)
            assert [one.content for one in kept] == [content_of_submission(row)]
        else:
            assert (row.status, row.actuals[0].value, kept) == (Status.DRAFT, 21, [])


@pytest.mark.parametrize(
    "steps",
    [
        (("chief1", "approve"), ("chief2", "approve")),
        (("chief1", "approve"), ("staff1", "withdraw")),
        (("chief1", "return"), ("chief2", "approve")),
    ],
    ids=["two approvals", "approval and withdrawal", "return and approval"],
)
def test_of_two_steps_from_one_state_one_is_taken(app, browse, world, steps) -> None:
    form = {f"actual-{world.cell}": "90", "executed-fiscal": "1", "action": "submit"}
    browse("staff1").post(world.quarter, form | {"version": "0"})
    with app.app_context():
        version = str(submission_of(world).version)
    posts = [
        posting(browse, user, f"{world.quarter}/steps/{action}", version=version, reason="核对")
        for user, action in steps
    ]
    answers = at_once(*posts)
    assert sorted(answers) == [302, 409]
    taken = next(one for one in Action if one.value == steps[answers.index(302)][1])
    with app.app_context():
        status = {
            Action.APPROVE: Status.APPROVED,
            Action.WITHDRAW: Status.DRAFT,
            Action.RETURN: Status.RETURNED,
        }
        assert submission_of(world).status is status[taken]
        snapshots = [one.action for one in db.session.scalars(select(Snapshot))]
        assert snapshots == [Action.SUBMIT, *([Action.APPROVE] * (taken is Action.APPROVE))]


def test_a_self_evaluation_is_never_begun_over_a_quarter_that_is_just_reopened(
    app, browse, world
) -> None:
    with app.app_context():
        quarters = select(Submission).where(Submission.plan_id == world.whole_id)
        version = str(db.session.scalars(quarters.order_by(Submission.id.desc())).first().version)
    reopened, begun = at_once(
        posting(
            browse,
            "chief1",
            f"/plans/{world.whole_id}/periods/2022-Q4/steps/reopen",
            version=version,
            reason="数据有误",
        ),
        posting(browse, "staff1", f"/plans/{world.whole_id}/self-evaluation/begin"),
    )
    assert reopened == 302
    assert begun in {302, 409}
    with app.app_context():
        found = db.session.scalars(select(SelfEvaluation)).all()
        assert len(found) == (begun == 302)
        assert all(one.status is Status.DRAFT and one.total is not None for one in found)


def test_a_self_evaluation_counts_the_budget_that_was_adjusted_while_it_waited(
    app, world, database_kind
) -> None:
    def adjust() -> None:
        with app.app_context():
            session = db.session()
            begin_writing(session)
            staff = session.scalars(select(User).where(User.username == "staff2")).one()
            plan = session.get_one(Plan, world.whole_id)
            adjust_budget(
                session,
                staff.actor,
                plan,
                version=plan.version,
                source=FundSource.FISCAL,
                amount="10",
                on="2022-06-30",
                document="财预〔2022〕1 号",
            )
            session.commit()

    if database_kind == "sqlite":
        # There the writer that comes first is done before the other one looks.
        adjust()
    with app.app_context():
        session = db.session()
        begin_writing(session)
        staff = session.scalars(select(User).where(User.username == "staff1")).one().actor
        plan = plan_visible_to(session, staff, world.whole_id)
        if database_kind == "postgres":
            with ThreadPoolExecutor(1) as pool:
                pool.submit(adjust).result(PATIENCE)
        evaluation = begin_self_evaluation(session, staff, plan)
        session.commit()
        session.expire_all()
        assert sum(line.adjusted for line in evaluation.plan.budget_lines) == 200_000
        assert rescore(session, staff, evaluation) is False
        session.rollback()


def test_two_steps_on_two_quarters_of_one_plan_both_pass(app, browse, world) -> None:
    def reopen(code: str, user: str) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                session = db.session()
                begin_writing(session)
                actor = session.scalars(select(User).where(User.username == user)).one().actor
                quarter = quarter_to_change(session, actor, world.whole_id, code)
                step_submission(
                    session,
                    actor,
                    quarter.submission,
                    Action.REOPEN,
                    version=quarter.submission.version,
                    previous=quarter.previous,
                    reason="核对",
                )
                session.commit()

        return run

    at_once(reopen("2022-Q3", "chief1"), reopen("2022-Q4", "chief2"))
    assert count(app, Submission, Submission.status == Status.REOPENED) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("48", "40"), ("48", "withdraw"), ("approve", "40")],
    ids=["two decisions", "a decision and one taken back", "a signature and a decision"],
)
def test_of_two_reviewers_who_decide_a_score_one_is_told(app, browse, world, first, second) -> None:
    url = f"/plans/{world.whole_id}/self-evaluation"
    browse("staff1").post(f"{url}/begin")
    with app.app_context():
        scores = db.session.scalars(select(Score).order_by(Score.id)).all()
        key, total = scores[0].indicator_id, scores[0].self_evaluation.total
        form = {f"reason-{row.indicator_id}": "见说明。" for row in scores}
        form |= {"version": str(scores[0].self_evaluation.version), "action": "submit"}
    browse("staff1").post(url, form | {"objective_actual": "全年任务完成。"})

    def typed(points: str) -> dict[str, str]:
        return {f"decided-{key}": points, f"why-{key}": "两位审核人各有看法。"}

    def version() -> str:
        with app.app_context():
            return str(db.session.scalars(select(SelfEvaluation)).one().version)

    if second == "withdraw":
        browse("chief1").post(f"{url}/decisions", typed("45") | {"version": version()})
    shown = {"version": version()}
    last = {"withdraw": str(key)} | typed("45") if second == "withdraw" else typed(second)
    where, what = f"{url}/decisions", typed(first)
    if first == "approve":
        where, what = f"{url}/steps/approve", {}
    answers = at_once(
        posting(browse, "chief1", where, **shown, **what),
        posting(browse, "chief2", f"{url}/decisions", **shown, **last),
    )
    assert sorted(answers) == [302, 409]
    with app.app_context():
        evaluation = db.session.scalars(select(SelfEvaluation)).one()
        row = next(one for one in evaluation.scores if one.indicator_id == key)
        kept = first if answers[0] == 302 else second
        decided = None if kept in {"withdraw", "approve"} else Decimal(kept)
        assert row.decided_points == decided
        assert evaluation.total == total - row.points + row.final
        assert (evaluation.status is Status.APPROVED) == (kept == "approve")


def test_of_two_revisions_of_one_target_one_is_made_and_approved_once(app, browse, world) -> None:
    fields = {"document": "一号", "dated_on": "2022-06-30", "reason": "任务减少。"}
    form = fields | {f"target-{world.cell}": "≥80件"}
    url = f"/plans/{world.plan_id}/revisions"
    posts = [posting(browse, f"staff{n}", url, **form) for n in (1, 2)]
    assert sorted(at_once(*posts)) == [302, 422]
    assert count(app, RevisedTarget) == 1
    with app.app_context():
        key = db.session.scalars(select(TargetRevision.id)).one()
    steps = f"/revisions/{key}/steps"
    version = version_of(app, TargetRevision, key)
    assert posting(browse, "staff1", f"{steps}/submit", version=version)() == 302
    version = version_of(app, TargetRevision, key)
    posts = [posting(browse, f"chief{n}", f"{steps}/approve", version=version) for n in (1, 2)]
    assert sorted(at_once(*posts)) == [302, 409]
    with app.app_context():
        plan = db.session.get(Plan, world.plan_id)
        assert plan.indicators[0].target_text == "≥80件"
        assert plan.indicators[0].initial.text == "≥100件"


def test_a_project_ends_once_or_reports_what_comes_later_but_never_both(app, browse, world) -> None:
    fields = {
        "kind": "cancelled",
        "document": "一号",
        "dated_on": "2022-06-30",
        "holds_from": "2022-01-01",
        "reason": "政策调整。",
        "money_note": "由财政收回。",
    }
    typed = {f"actual-{world.cell}": "90", f"version-{world.cell}": "0", "executed-fiscal": "1"}
    browse("staff1").post(world.quarter, typed)
    url = f"/plans/{world.plan_id}/endings"
    posts = [posting(browse, f"staff{n}", url, **fields) for n in (1, 2)]
    assert sorted(at_once(*posts)) == [302, 409]
    with app.app_context():
        key = db.session.scalars(select(PlanEnding.id)).one()
        row = submission_of(world)
        shown = {"version": str(row.version), f"version-{world.cell}": str(row.actuals[0].version)}
    steps = f"/endings/{key}/steps"
    version = version_of(app, PlanEnding, key)
    assert posting(browse, "staff1", f"{steps}/submit", version=version)() == 302
    version = version_of(app, PlanEnding, key)
    approve = [posting(browse, f"chief{n}", f"{steps}/approve", version=version) for n in (1, 2)]
    hand_in = posting(browse, "staff1", world.quarter, **shown, action="submit")
    reported, *ended = at_once(hand_in, *approve)
    assert sorted(ended) == ([409, 409] if reported == 302 else [302, 409])
    with app.app_context():
        plan = db.session.get_one(Plan, world.plan_id)
        status = submission_of(world).status
        assert (plan.ended_on is None, status) == (
            (True, Status.SUBMITTED) if reported == 302 else (False, Status.DRAFT)
        )


# What cannot be reached


def test_a_writer_that_waits_too_long_is_told_to_try_again(
    app, browse, world, database_kind, database_url
) -> None:
    with app.app_context():
        engine = db.engine
    wait = {
        "sqlite": "PRAGMA busy_timeout = 20",
        "postgres": "SET lock_timeout = '20ms'",
    }[database_kind]

    def be_impatient(connection: Any, _record: Any) -> None:
        connection.execute(wait)
        connection.commit()

    client = browse("admin1")
    engine.dispose()
    event.listen(engine, "connect", be_impatient)
    try:
        place = make_url(database_url)
        if database_kind == "sqlite":
            holder: Any = sqlite3.connect(place.database or "", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
        else:
            plain = place.set(drivername="postgresql").render_as_string(hide_password=False)
            holder = psycopg.connect(plain)
            holder.execute("LOCK TABLE fiscal_year IN ACCESS EXCLUSIVE MODE")
        page = client.post("/admin/years", {"year": "2025"}, status=503)
        holder.close()
    finally:
        event.remove(engine, "connect", be_impatient)
        engine.dispose()
    assert "请稍后重试" in page.text
    assert "2025" in page.text
    assert page.response.headers["Retry-After"] == "5"
    client.post("/admin/years", {"year": "2025"})
