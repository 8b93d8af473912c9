"""The workbench: what is due, sent back, under way, waiting and done, for every role."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select, text

from perf import clock
from perf.core.terms import Action, Light, Rating, Role, Status
from perf.extensions import db
from perf.models import Actual, Indicator, Period, Plan, SelfEvaluation, Submission, Unit, User
from perf.services.ledger import record_change
from perf.services.steps import take_step
from perf.web import workbench
from perf.web.items import due_words
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

CONTENT = {"fields": {}, "rows": [], "data": {}}
OCTOBER = datetime(2022, 10, 9, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def october():
    """9 October 2022: the third quarter has six days left."""
    with clock.set_to(OCTOBER):
        yield


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局")
        staff, supervisor = make_people(session, unit)
        for code in ("2022-Q1", "2022-Q2"):
            session.scalars(select(Period).where(Period.code == code)).one().locked_at = OCTOBER
        session.scalars(select(Period).where(Period.code == "2022-Q4")).one().opens_on = date(
            2023, 1, 1
        )
        session.commit()
        return SimpleNamespace(
            unit=unit.id, staff=staff.username, supervisor=supervisor.username, session=session
        )


def users(world) -> tuple[User, User]:
    query = select(User).where(User.username.in_([world.staff, world.supervisor]))
    found = {user.username: user for user in world.session.scalars(query)}
    return found[world.staff], found[world.supervisor]


def approved_plan(world, name: str, **more) -> Plan:
    people = users(world)
    return make_plan(
        world.session, people[0].unit, name=name, status=Status.APPROVED, people=people, **more
    )


def quarter_of(world, plan: Plan, number: int = 3, filled: int = 0) -> Submission:
    period = world.session.scalars(select(Period).where(Period.code == f"2022-Q{number}")).one()
    row = Submission(
        unit_id=plan.unit_id, plan_id=plan.id, period_id=period.id, updated_at=clock.now()
    )
    world.session.add(row)
    world.session.flush()
    for indicator in plan.indicators[:filled]:
        world.session.add(
            Actual(
                unit_id=plan.unit_id,
                submission_id=row.id,
                indicator_id=indicator.id,
                is_no_data=True,
                updated_at=clock.now(),
            )
        )
    world.session.flush()
    return row


def step(world, user: User, subject, *actions: Action, **more) -> None:
    for action in actions:
        take_step(
            world.session,
            user.actor,
            subject,
            action,
            version=subject.version,
            content=CONTENT,
            name="",
            **more,
        )


def main_of(page) -> str:
    """The page without its head, as text."""
    return page.text.partition("退出")[2]


def facts_of(page) -> list[str]:
    """Each fact of the head as “value label”."""
    tree = page.tree
    facts = [one for one in tree.iter("div") if "fact" in (one.get("class") or "").split()]
    return [f"{one.find('dd').text} {one.find('dt').text}" for one in facts]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2022, 10, 15), ("none", "还有 6 天")),
        (date(2022, 10, 12), ("warn", "还有 3 天")),
        (date(2022, 10, 10), ("warn", "还有 1 天")),
        (date(2022, 10, 9), ("warn", "今天到期")),
        (date(2022, 10, 8), ("bad", "已逾期 1 天")),
        (date(2022, 10, 6), ("bad", "已逾期 3 天")),
    ],
)
def test_the_due_day_is_told_in_words_and_is_itself_in_time(due, words) -> None:
    assert due_words(due, date(2022, 10, 9)) == words


def test_staff_see_what_is_due_with_the_days_left(app, world, browse) -> None:
    with app.app_context():
        approved_plan(world, "信访值班")
        draft = approved_plan(world, "党建经费")
        quarter_of(world, draft, filled=2)
        world.session.commit()
        plan_id = draft.id
    page = browse(world.staff).get("/")
    assert (
        "信访值班 2022 年 · 三季度填报 未填报 还有 6 天 2022 年 10 月 15 日 开始填报" in page.text
    )
    assert "草稿 · 已填 2/3 还有 6 天 2022 年 10 月 15 日 继续填写" in page.text
    assert f'href="/plans/{plan_id}/periods/2022-Q3"' in page.html
    # Locked quarters and those that are not open yet are nobody's work.
    for other in ("一季度", "二季度", "四季度", "绩效自评"):
        assert other not in main_of(page)


def test_a_filled_draft_is_to_be_checked_and_submitted(app, world, browse) -> None:
    with app.app_context():
        quarter_of(world, approved_plan(world, "信访值班"), filled=3)
        world.session.commit()
    assert (
        "草稿 · 已填 3/3 还有 6 天 2022 年 10 月 15 日 核对并提交"
        in browse(world.staff).get("/").text
    )


def test_what_was_sent_back_stands_on_top_with_who_said_what_about_which_indicator(
    app, world, browse
) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        approved_plan(world, "甲项目")
        plan = approved_plan(world, "乙项目")
        quarter = quarter_of(world, plan, filled=3)
        step(world, staff, quarter, Action.SUBMIT)
        indicator = plan.indicators[1]
        remarks = {indicator.id: "与台账<对不上>，请补清单"}
        step(world, supervisor, quarter, Action.RETURN, reason="请核对", remarks=remarks)
        world.session.commit()
        name, row, plan_id = supervisor.display_name, indicator.id, plan.id
    page = browse(world.staff).get("/")
    assert page.text.index("乙项目") < page.text.index("甲项目")
    assert "已退回 还有 6 天 2022 年 10 月 15 日 修改后再提交" in page.text
    assert f"请核对 {name} · 2022-10-09 12:00" in page.text
    assert f"及时受理率 与台账&lt;对不上&gt;，请补清单 {name} · 2022-10-09 12:00" in page.text
    assert f'href="/plans/{plan_id}/periods/2022-Q3#row-{row}"' in page.html


def test_only_what_was_said_in_the_last_round_is_shown(app, world, browse) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        quarter = quarter_of(world, approved_plan(world, "信访值班"))
        for hour, reason in enumerate(["第一轮意见", "第二轮意见"]):
            with clock.set_to(OCTOBER.replace(hour=5 + hour)):
                step(world, staff, quarter, Action.SUBMIT)
                step(world, supervisor, quarter, Action.RETURN, reason=reason)
        world.session.commit()
    page = browse(world.staff).get("/")
    assert "第二轮意见" in page.text
    assert "第一轮意见" not in page.text


def test_a_reopened_report_is_to_be_corrected_and_says_why(app, world, browse) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        quarter = quarter_of(world, approved_plan(world, "信访值班"), filled=3)
        step(world, staff, quarter, Action.SUBMIT)
        step(world, supervisor, quarter, Action.APPROVE)
        step(world, supervisor, quarter, Action.REOPEN, reason="漏报一件")
        world.session.commit()
    page = browse(world.staff).get("/")
    assert "更正后再提交" in page.text
    assert "漏报一件" in page.text


def test_what_was_sent_back_in_a_locked_period_says_so(app, world, browse) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        quarter = quarter_of(world, approved_plan(world, "信访值班"), 2)
        step(world, staff, quarter, Action.SUBMIT)
        step(world, supervisor, quarter, Action.RETURN, reason="请核对")
        world.session.commit()
    assert (
        "本期已锁定 已逾期 86 天 2022 年 7 月 15 日 请管理员解锁"
        in browse(world.staff).get("/").text
    )


def test_what_waits_is_no_longer_to_be_done_and_what_is_approved_is_only_done(
    app, world, browse
) -> None:
    with app.app_context():
        staff, _ = users(world)
        quarter = quarter_of(world, approved_plan(world, "信访值班"), filled=3)
        step(world, staff, quarter, Action.SUBMIT)
        world.session.commit()
        quarter_id = quarter.id
    page = browse(world.staff).get("/")
    assert "没有要办的事" in page.text
    waiting = page.text.partition("等待审核 1 项")[2].partition("最近通过")[0]
    assert "信访值班 2022 年 · 三季度填报 2022-10-09 12:00 提交" in waiting
    with app.app_context():
        _, supervisor = users(world)
        quarter = world.session.get_one(Submission, quarter_id)
        step(world, supervisor, quarter, Action.APPROVE)
        world.session.commit()
    page = browse(world.staff).get("/")
    assert "没有要办的事" in page.text
    assert "没有等待审核的内容" in page.text
    assert "三季度填报 已通过" in page.text.partition("最近通过")[2]


def test_plans_are_drafts_waiting_or_sent_back_and_their_quarters_are_not_due(
    app, world, browse
) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        make_plan(world.session, staff.unit, name="草拟的")
        submitted = make_plan(world.session, staff.unit, name="送审的")
        returned = make_plan(world.session, staff.unit, name="退回的")
        step(world, staff, submitted, Action.SUBMIT)
        step(world, staff, returned, Action.SUBMIT)
        step(world, supervisor, returned, Action.RETURN, reason="目标太低")
        empty = make_plan(world.session, staff.unit, name="空的")
        world.session.execute(delete(Indicator).where(Indicator.plan_id == empty.id))
        world.session.commit()
    text_ = browse(world.staff).get("/").text
    assert "退回的 2022 年 · 绩效目标 已退回 — 修改后再提交 目标太低" in text_
    assert "草拟的 2022 年 · 绩效目标 草稿 · 3 项指标 — 继续填写" in text_
    assert "空的 2022 年 · 绩效目标 没有指标 — 填写指标" in text_
    assert "送审的 2022 年 · 绩效目标" in text_.partition("等待审核 1 项")[2]
    assert "监控填报" not in text_


def test_a_self_evaluation_is_to_be_begun_once_four_quarters_are_approved(
    app, world, browse
) -> None:
    with app.app_context():
        people = users(world)
        make_reported_plan(world.session, people, quarters=3, name="三个季度")
        make_reported_plan(world.session, people, quarters=4, name="四个季度")
        world.session.commit()
    with clock.set_to(datetime(2023, 1, 20, 4, 0, tzinfo=UTC)):
        text_ = browse(world.staff).get("/").text
    assert "四个季度 2022 年 · 绩效自评 未开始 还有 39 天 2023 年 2 月 28 日 开始自评" in text_
    assert "三个季度 2022 年 · 绩效自评" not in text_
    assert "三个季度 2022 年 · 四季度填报 未填报 已逾期 5 天" in text_


def test_a_signed_self_evaluation_is_done_and_a_draft_is_not(app, world, browse) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        for name in ("签了的", "没写完的"):
            plan = make_reported_plan(world.session, (staff, supervisor), name=name)
            row = SelfEvaluation(
                unit_id=plan.unit_id,
                plan_id=plan.id,
                pack_id=plan.pack_id,
                pack_version=1,
                updated_at=clock.now(),
            )
            world.session.add(row)
            world.session.flush()
            if name == "签了的":
                with clock.set_to(OCTOBER.replace(hour=5)):
                    step(world, staff, row, Action.SUBMIT)
                    step(world, supervisor, row, Action.APPROVE)
        world.session.commit()
    todo, _, done = browse(world.staff).get("/").text.partition("等待审核")
    assert "没写完的 2022 年 · 绩效自评 草稿" in todo
    assert "签了的" not in todo
    assert "签了的 2022 年 · 绩效自评 已通过" in done


def test_the_most_overdue_stands_before_what_has_time(app, world, browse) -> None:
    with app.app_context():
        session = world.session
        session.scalars(select(Period).where(Period.code == "2022-Q2")).one().locked_at = None
        approved_plan(world, "信访值班")
        session.commit()
    page = browse(world.staff).get("/")
    assert page.text.index("二季度填报") < page.text.index("三季度填报")
    assert "已逾期 86 天" in page.text
    assert facts_of(page) == ["2 待办理", "0 退回", "1 逾期", "0 待审核"]


def test_a_unit_without_plans_is_told_how_to_begin(world, browse) -> None:
    page = browse(world.staff).get("/")
    assert "还没有绩效目标" in page.text
    assert 'href="/imports/new"' in page.html
    assert 'href="/plans/new"' in page.html


def test_another_units_work_is_not_shown(app, world, browse) -> None:
    with app.app_context():
        strangers = make_people(world.session)
        make_plan(
            world.session,
            strangers[0].unit,
            name="别家的项目",
            status=Status.APPROVED,
            people=strangers,
        )
        approved_plan(world, "自家的项目")
        world.session.commit()
    for user in (world.staff, world.supervisor):
        page = browse(user).get("/")
        assert "自家的项目" in page.text
        assert "别家的项目" not in page.text


def test_supervisors_see_what_to_review_oldest_first_and_who_has_not_reported(
    app, world, browse
) -> None:
    with app.app_context():
        staff, supervisor = users(world)
        for hour, name in [(6, "后交的"), (5, "先交的")]:
            quarter = quarter_of(world, approved_plan(world, name), filled=3)
            with clock.set_to(OCTOBER.replace(hour=hour)):
                step(world, staff, quarter, Action.SUBMIT)
        quarter.actuals[0].light = Light.RED
        approved_plan(world, "没交的")
        own = make_plan(world.session, staff.unit, name="自己交的")
        own.status, own.submitted_by_id = Status.SUBMITTED, supervisor.id
        own.submitted_at = clock.now()
        world.session.commit()
    page = browse(world.supervisor).get("/")
    review, _, missing = main_of(page).partition("尚未提交")
    assert review.index("先交的") < review.index("后交的")
    assert "先交的 2022 年 · 三季度填报 滞后 1" in review
    assert "没交的 2022 年 · 三季度填报 未填报 还有 6 天" in missing
    assert "自己交的" not in page.text
    assert "另有 1 项是您本人提交的" in page.text
    assert facts_of(page) == ["2 待您审核", "1 未提交", "0 逾期未交"]
    # The badge in the navigation counts the same.
    assert "审核 2 项待办" in page.text


@pytest.mark.parametrize("is_demo", [False, True])
def test_finance_and_auditors_see_totals_over_all_units(app, world, browse, is_demo) -> None:
    with app.app_context():
        session = world.session
        staff, _ = users(world)
        quarter = quarter_of(world, approved_plan(world, "甲"), filled=3)
        step(world, staff, quarter, Action.SUBMIT)
        strangers = make_people(session)
        plan = make_reported_plan(session, strangers, quarters=3)
        evaluation = SelfEvaluation(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            pack_id=plan.pack_id,
            pack_version=1,
            total=Decimal("92.35"),
            rating=Rating.EXCELLENT,
            is_demo=is_demo,
            updated_at=clock.now(),
        )
        session.add(evaluation)
        session.flush()
        step(world, strangers[0], evaluation, Action.SUBMIT)
        step(world, strangers[1], evaluation, Action.APPROVE)
        make_plan(session, strangers[0].unit)
        readers = [make_user(session, role).username for role in (Role.FINANCE, Role.AUDITOR)]
        session.commit()
    for user in readers:
        page = browse(user).get("/")
        average = "92.35 平均得分" + ("（含演示数据）" if is_demo else "")
        assert facts_of(page) == ["2 单位", "3 绩效目标", "1 已签自评", average]
        assert "三季度 2022 年 10 月 15 日 2 1 1 0 50%" in page.text
        assert "一季度 2022 年 4 月 15 日 已锁定 2 1 0 1 50%" in page.text
        assert page.text.index("四季度") < page.text.index("年度自评")
        assert 'href="/units"' in page.html


def test_administrators_see_what_is_missing(app, browse) -> None:
    with app.app_context():
        admin = make_user(db.session, Role.ADMIN)
        make_unit(db.session, "空单位")
        db.session.commit()
        username = admin.username
    page = browse(username).get("/")
    assert "还没有年度" in page.text
    assert "1 个单位没有填报人" in page.text
    assert "1 个单位没有审核人" in page.text
    with app.app_context():
        make_year(db.session)
        unit = db.session.scalars(select(Unit)).one()
        make_people(db.session, unit)
        db.session.commit()
    page = browse(username).get("/")
    assert "都已设置好" in page.text
    assert "2022 年 三季度" in page.text


def test_a_stranger_is_led_to_sign_in(browse) -> None:
    assert "/sign-in" in browse().get("/", status=302).location


@pytest.mark.slow
@pytest.mark.parametrize("role", ["staff", "supervisor", "finance"])
def test_the_number_of_queries_stays_when_the_data_double(app, world, browse, role) -> None:
    with app.app_context():
        usernames = {
            "staff": world.staff,
            "supervisor": world.supervisor,
            "finance": make_user(world.session, Role.FINANCE).username,
        }
        fill(world, 3)
    client = browse(usernames[role])
    client.get("/")
    counts = []
    for _ in range(2):
        with app.app_context():
            engine = db.engine
        workbench.forget()
        with count_queries(engine) as sent:
            client.get("/")
        counts.append(len(sent))
        with app.app_context():
            fill(world, 6)
    assert counts[0] == counts[1]
    most = {"staff": 8, "supervisor": 16, "finance": 10}[role]
    assert counts[0] <= most, "the user's own among them"


@pytest.mark.parametrize("role", ["staff", "supervisor"])
def test_the_page_is_gathered_anew_only_where_the_ledger_has_moved(
    app, world, browse, role
) -> None:
    with app.app_context():
        fill(world, 1)
        engine = db.engine
        unit = make_unit(world.session)
        elsewhere = make_plan(world.session, unit)
        world.session.commit()
        elsewhere_id = elsewhere.id
    client = browse(getattr(world, role))
    client.get("/")
    with app.app_context():
        record_change(
            world.session,
            SYSTEM,
            "update_plan",
            world.session.get_one(Plan, elsewhere_id),
            changes={"objective": (None, "别的单位的事")},
        )
        world.session.commit()
    with count_queries(engine) as sent:
        client.get("/")
    assert len(sent) <= 3, "the user, the ledger's mark and what a reviewer's badge counts"
    with app.app_context():
        staff, _ = users(world)
        quarter = quarter_of(world, approved_plan(world, "新到的项目"), filled=3)
        step(world, staff, quarter, Action.SUBMIT)
        world.session.commit()
    assert "新到的项目" in client.get("/").text


def fill(world, plans: int) -> None:
    """As many plans in every state, and units beside them."""
    staff, supervisor = users(world)
    for _ in range(plans):
        for steps in ([], [Action.SUBMIT], [Action.SUBMIT, Action.RETURN]):
            quarter = quarter_of(world, approved_plan(world, ""), filled=2)
            for action in steps:
                user = staff if action is Action.SUBMIT else supervisor
                step(world, user, quarter, action, reason="请核对")
        make_reported_plan(world.session, make_people(world.session), quarters=2)
    world.session.commit()


def test_reading_the_workbench_writes_nothing(app, world, browse) -> None:
    with app.app_context():
        fill(world, 1)
        engine = db.engine
    with count_queries(engine) as sent:
        browse(world.staff).get("/")
        browse(world.supervisor).get("/")
    written = [one for one in sent if not one.lstrip().upper().startswith(("SELECT", "PRAGMA"))]
    assert written == []
    with app.app_context():
        assert world.session.scalar(text("SELECT count(*) FROM ledger_entry")) > 0
