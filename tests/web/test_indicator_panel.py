"""The panel of one indicator in one period: what it tells, to whom, and at what cost."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import DeviationKind, Light, Role, Status, ThreadStep
from perf.extensions import db
from perf.models import Actual, Period, Plan, Remark, RemarkEntry, Score, SelfEvaluation, Submission
from tests.factories import make_unit, make_user
from tests.queries import count_queries
from tests.reported import YEAR, make_evidence, make_people, make_reported_plan

pytestmark = pytest.mark.slow

CASES = "受理案件数"
LAST_YEAR = {CASES: ("18", "40", "66", "95"), "及时受理率": ("90",) * 4, "群众满意度": (None,) * 4}

THIS_YEAR = {**YEAR, "群众满意度": ("90", None, None, None)}


@pytest.fixture
def world(app):
    """A project that has reported three quarters, and the same one's signed year before."""
    with app.app_context():
        session = db.session()
        people = make_people(session, make_unit(session, "信访局"))
        before = make_reported_plan(session, people, LAST_YEAR, year=2021)
        plan = make_reported_plan(session, people, THIS_YEAR, quarters=3, name="信访值班")
        before.project_id = plan.project_id
        sign(session, before, "95")
        finance = make_user(session, Role.FINANCE)
        other = make_user(session, Role.STAFF, make_unit(session, "档案局"))
        found = SimpleNamespace(
            plan=plan.id,
            key=plan.indicators[0].id,
            twin=before.indicators[0].id,
            staff=people[0].username,
            chief=people[1].username,
            finance=finance.username,
            other=other.username,
            periods=dict(session.execute(select(Period.code, Period.id)).all()),
        )
        session.commit()
    return found


def sign(session, plan: Plan, value: str) -> None:
    """A signed self-evaluation of the plan with one score."""
    row = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.APPROVED,
        updated_at=clock.now(),
        submitted_by_id=plan.submitted_by_id,
        submitted_at=clock.now(),
        decided_by_id=plan.decided_by_id,
        decided_at=clock.now(),
        pack_id=plan.pack_id,
        pack_version=plan.pack_version,
    )
    session.add(row)
    session.flush()
    score = Score(
        unit_id=plan.unit_id,
        self_evaluation_id=row.id,
        indicator_id=plan.indicators[0].id,
        weight=plan.indicators[0].weight,
        points=plan.indicators[0].weight,
    )
    score.actual = type(plan.indicators[0].weight)(value)
    session.add(score)


def url(world, code: str = "2022-Q3", key: int | None = None) -> str:
    return f"/periods/{world.periods[code]}/indicators/{key or world.key}"


def submission_of(world, code: str) -> Submission:
    return db.session.scalars(
        select(Submission)
        .join(Submission.period)
        .where(Submission.plan_id == world.plan, Period.code == code)
    ).one()


def add_story(app, world, code: str, count: int = 1) -> None:
    """A remark and a file on the indicator in this quarter, so often."""
    with app.app_context():
        session, submission = db.session(), submission_of(world, code)
        for number in range(count):
            # Somebody else each time: whom a list names is not to be asked for one by one.
            authors = [make_user(session, Role.FINANCE).id for _ in range(3)]
            remark = Remark(
                unit_id=submission.unit_id,
                submission_id=submission.id,
                indicator_id=world.key,
                text=f"{code} 请核对台账",
                created_at=clock.now(),
                created_by_id=authors[0],
                resolved_at=None if number else clock.now(),
            )
            remark.entries.append(
                RemarkEntry(
                    unit_id=submission.unit_id,
                    step=ThreadStep.ANSWER,
                    text="台账已附",
                    created_at=clock.now(),
                    created_by_id=authors[1],
                )
            )
            session.add(remark)
            file = make_evidence(session, submission, f"{code}-{number}.txt", world.key)
            file.created_by_id = authors[2]
        session.commit()


def test_it_tells_the_year_the_year_before_and_what_binds_the_figure(app, browse, world) -> None:
    with app.app_context():
        second = db.session.scalars(
            select(Actual)
            .join(Actual.submission)
            .join(Submission.period)
            .where(Actual.indicator_id == world.key, Period.code == "2022-Q2")
        ).one()
        second.light, second.deviation_kind = Light.YELLOW, DeviationKind.STAFF
        second.deviation_reason = "两名接访人员借调"
        db.session.commit()
    add_story(app, world, "2022-Q1", 2)
    add_story(app, world, "2022-Q3")
    page = browse(world.chief).get(url(world))
    text = page.text
    assert "上期累计（二季度） 45 件" in text
    assert "上年同期 66 件" in text
    assert "2021 年 指标值 ≥100件" in text
    assert "全年（已签署） 95 件" in text
    assert "得分 50.00 / 50.00" in text
    assert "关注" in text
    assert "人员保障：两名接访人员借调" in text
    assert "本期应完成 达到指标值" in text
    assert "<svg" in page.html
    assert "答复 台账已附" in text
    # What is open comes before what is newer and settled.
    assert text.index("2022-Q1 请核对台账") < text.index("2022-Q3 请核对台账")
    assert text.index("2022-Q3-0.txt") < text.index("2022-Q1-0.txt")
    assert "data-preview" in page.html
    first = browse(world.finance).get(url(world, "2022-Q1")).text
    assert "上期累计 —" in first
    assert "上年同期 18 件" in first
    # Each quarter has its own files first.
    assert first.index("2022-Q1-0.txt") < first.index("2022-Q3-0.txt")


def test_a_figure_that_nobody_reported_is_none_and_no_other_years_is_made_up(browse, world) -> None:
    rate, satisfaction = world.key + 1, world.key + 2
    client = browse(world.staff)
    text = client.get(url(world, key=satisfaction)).text
    assert "上期累计（一季度） 90%" in text
    assert "上年同期 未填报" in text
    assert "还没有佐证材料" in text
    assert "没有对这项指标提过意见" in text
    fourth = client.get(url(world, "2022-Q4", rate)).text
    assert "这一期还没有变动记录" in fourth
    assert "上期累计（三季度） 88%" in fourth
    twin = client.get(url(world, "2021-Q2", world.twin)).text
    assert "上年没有同名的指标" in twin


def test_what_was_saved_is_told_as_a_change_and_the_grid_leads_there(app, browse, world) -> None:
    client = browse(world.staff)
    grid = f"/plans/{world.plan}/periods/2022-Q4"
    typed = {f"actual-{world.key}": "99", f"version-{world.key}": "0", "version": "0"}
    client.post(grid, typed)
    typed[f"actual-{world.key}"] = "104.5"
    with app.app_context():
        submission = submission_of(world, "2022-Q4")
        typed["version"] = str(submission.version)
        typed[f"version-{world.key}"] = str(submission.actuals[0].version)
    client.post(grid, typed, status=302)
    page = client.get(url(world, "2022-Q4"))
    assert "最近 2 次" in page.text
    assert "实际完成值 99 → 104.5" in page.text
    for user in (world.staff, world.chief, world.finance):
        for code in ("2022-Q4", "2022-Q3"):
            shown = browse(user).get(f"/plans/{world.plan}/periods/{code}").html
            assert f'href="{url(world, code)}"' in shown


def test_only_who_sees_the_unit_sees_it_and_only_in_its_own_year(browse, world) -> None:
    browse(world.other).get(url(world), status=404)
    client = browse(world.staff)
    for code in ("2021-Q3", "2022-FY"):
        assert "没有这个填报期" in client.get(url(world, code), status=404).text


def test_it_takes_as_many_queries_whatever_there_is_to_tell(app, browse, world) -> None:
    client = browse(world.chief)
    with app.app_context():
        engine = db.engine
    add_story(app, world, "2022-Q1")
    client.get(url(world))
    with count_queries(engine) as few:
        client.get(url(world))
    add_story(app, world, "2022-Q2", 5)
    add_story(app, world, "2022-Q3", 5)
    with count_queries(engine) as many:
        client.get(url(world))
    assert len(many) == len(few) <= 12, "\n".join(many)
