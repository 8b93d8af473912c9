"""Approving together what leaves nothing to look at, each by itself."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from perf import clock
from perf.core.terms import Light, Role, Status
from perf.extensions import db
from perf.models import LedgerEntry, Plan, Remark, Snapshot, Submission, User
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_evidence, make_people, make_reported_plan
from tests.services.test_races import at_once

pytestmark = pytest.mark.slow
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


def waiting_quarter(world, name: str, by: str = "") -> Submission:
    """A quarter that waits, with evidence at every figure."""
    people = user(world, world.staff), user(world, world.supervisor)
    plan = make_reported_plan(world.session, people, quarters=1, name=name)
    quarter = world.session.scalars(select(Submission).where(Submission.plan_id == plan.id)).one()
    quarter.status = Status.SUBMITTED
    quarter.submitted_by_id = user(world, by or world.staff).id
    quarter.decided_by_id = quarter.decided_at = None
    for key in [row.id for row in plan.indicators] + [None]:
        make_evidence(world.session, quarter, "台账.pdf", key)
    world.session.flush()
    return quarter


def waiting_plan(world, name: str, target: str = "≥100件") -> Plan:
    rows = [("产出指标", "受理案件数", target, "90")]
    plan = make_plan(world.session, user(world, world.staff).unit, rows, name=name)
    plan.status, plan.submitted_by_id = Status.SUBMITTED, user(world, world.staff).id
    plan.submitted_at = clock.now()
    world.session.flush()
    return plan


def name_of(quarter: Submission) -> str:
    return f"quarter-{quarter.id}-{quarter.version}"


def test_what_is_clean_can_be_ticked_and_everything_else_says_why(app, world, browse) -> None:
    with app.app_context():
        clean = waiting_quarter(world, "干净")
        waiting_quarter(world, "本人", by=world.supervisor)
        red = waiting_quarter(world, "滞后")
        red.actuals[0].light = Light.RED
        asked = waiting_quarter(world, "有意见")
        world.session.add(
            Remark(unit_id=asked.unit_id, submission_id=asked.id, text="？", created_at=MORNING)
        )
        bare = waiting_quarter(world, "缺佐证")
        for evidence in bare.evidence[-2:]:
            evidence.removed_at = MORNING
        again = waiting_quarter(world, "有变动")
        world.session.add(
            Snapshot(
                unit_id=again.unit_id,
                submission_id=again.id,
                action="submit",
                taken_at=MORNING,
                content={},
                changed=3,
            )
        )
        waiting_plan(world, "目标", "全年")
        world.session.commit()
        wanted = name_of(clean)
    page = browse(world.supervisor).get("/review/bulk?all=1")
    assert re.findall(r'name="item" value="([^"]+)" checked', page.html) == [wanted]
    assert "本人" not in page.text
    for name, reason in [
        ("滞后", "1 项指标滞后"),
        ("有意见", "1 条意见没有解决"),
        ("缺佐证", "2 项计分数据没有佐证材料"),
        ("有变动", "与上次相比有 3 处变动"),
        ("目标", "审核提示有"),
    ]:
        assert re.search(rf"{name} [^{{}}]{{0,120}}逐份审核 [^{{}}]{{0,60}}{reason}", page.text), (
            name
        )
    # What is ticked nevertheless is not approved.
    with app.app_context():
        named = [name_of(world.session.merge(one)) for one in (clean, red)]
    confirm = browse(world.supervisor).get(f"/review/bulk/confirm?item={named[0]}&item={named[1]}")
    assert "确认通过 1 项" in confirm.text
    result = browse(world.supervisor).post("/review/bulk", {"item": named}, status=200)
    assert "干净 2022 年 · 一季度填报 审核通过" in result.text
    assert "现在不能批量通过：1 项指标滞后" in result.text
    with app.app_context():
        statuses = world.session.execute(
            select(Submission.status, func.count()).group_by(Submission.status)
        )
        assert dict(statuses.all()) == {Status.APPROVED: 1, Status.SUBMITTED: 5}


def test_what_has_moved_on_is_told_and_left_and_the_others_go(app, world, browse) -> None:
    with app.app_context():
        quarters = [waiting_quarter(world, name) for name in ("甲", "乙", "丙", "丁")]
        own = waiting_quarter(world, "本人", by=world.supervisor)
        world.session.commit()
        seen = [name_of(one) for one in (*quarters, own)]
        quarters[1].updated_at = clock.now().replace(minute=5)
        quarters[2].status = Status.DRAFT
        other = user(world, world.other).display_name
        quarters[3].decided_by_id, quarters[3].decided_at = user(world, world.other).id, MORNING
        quarters[3].status = Status.APPROVED
        world.session.commit()
    client = browse(world.supervisor)
    result = client.post("/review/bulk", {"item": [*seen, "quarter-999999-1", "x"]}, status=200)
    assert "甲 2022 年 · 一季度填报 审核通过" in result.text
    assert "乙 2022 年 · 一季度填报 未办理 内容在您打开页面之后有变动" in result.text
    assert "丙 2022 年 · 一季度填报 未办理 现在是“草稿”，填报人已撤回修改" in result.text
    assert f"丁 2022 年 · 一季度填报 未办理 {other}已于 2022-10-09 12:00 办理" in result.text
    assert "不能审核本人提交的内容" in result.text
    assert "没有找到，或者不在您的查看范围内" in result.text
    client.post("/review/bulk", {}, status=422)
    with app.app_context():
        assert (
            world.session.scalar(select(func.count()).where(LedgerEntry.action == "approve")) == 1
        )


def test_the_list_costs_the_same_queries_for_few_and_for_many(app, world, browse) -> None:
    def sent() -> int:
        with count_queries(engine) as queries:
            browse(world.supervisor).get("/review/bulk")
        return len(queries)

    with app.app_context():
        engine = db.engine
        waiting_quarter(world, "甲")
        waiting_plan(world, "乙")
        world.session.commit()
    few = sent()
    with app.app_context():
        for number in range(4):
            waiting_quarter(world, f"丙{number}")
            waiting_plan(world, f"丁{number}")
        world.session.commit()
    assert sent() == few


def test_two_reviewers_at_once_approve_each_thing_once_and_both_are_told(
    app, world, browse
) -> None:
    with app.app_context():
        quarters = [waiting_quarter(world, name) for name in ("甲", "乙", "丙")]
        world.session.commit()
        items = [name_of(one) for one in quarters]
    clients = [browse(name).client for name in (world.supervisor, world.other)]
    answers = at_once(
        *(lambda one=one: one.post("/review/bulk", data={"item": items}) for one in clients)
    )
    texts = [answer.get_data(as_text=True) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sum(text.count(">审核通过</span>") for text in texts) == 3
    assert sum(text.count("没有重复办理") for text in texts) == 3
    with app.app_context():
        approved = select(func.count()).where(LedgerEntry.action == "approve")
        assert world.session.scalar(approved) == 3
