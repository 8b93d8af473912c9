"""Rows of the quarter's page whose actual nobody types: quantities and points."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.terms import Action, FundSource, PlanKind, Role
from perf.extensions import db
from perf.models import Actual, Period, QuantityValue
from perf.services.plans import create_plan_from_draft, step_plan
from tests.factories import make_unit, make_user, make_year
from tests.web.test_reports import fields_of

pytestmark = pytest.mark.slow

INPUTS = "投入管理指标"
INDICATORS = [
    DraftIndicator(INPUTS, None, "制度健全性", "健全", "1. 是否制定；2. 是否存在截留支出。"),
    DraftIndicator(INPUTS, None, "预算执行率", "≥90%", "预算执行率=预算完成数/预算数×100%。"),
    DraftIndicator(INPUTS, None, "结余率", "≤10%", "结余率=结余额/预算数×100%。"),
    DraftIndicator(INPUTS, None, "绩效监控完成率", "100%", "绩效监控完成率=已完成数/总数*100%"),
    DraftIndicator("产出指标", None, "办件数", "≥100件", ""),
    DraftIndicator("效益指标", None, "群众满意度", "≥80%", ""),
]


@pytest.fixture
def world(app):
    """A department's approved plan, and the names and ids of all that is filled in."""
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session)
        staff, chief = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
        draft = DraftPlan(
            PlanKind.DEPARTMENT,
            "部门整体",
            objective="履职",
            budget={FundSource.FISCAL: Decimal(100)},
            budget_total=Decimal(100),
            indicators=INDICATORS,
        )
        admin = make_user(session, Role.ADMIN).actor
        plan = create_plan_from_draft(session(), admin, unit, 2022, draft)
        step_plan(session(), staff.actor, plan, Action.SUBMIT, version=plan.version)
        step_plan(session(), chief.actor, plan, Action.APPROVE, version=plan.version)
        session.commit()
        return SimpleNamespace(
            staff=staff.username,
            chief=chief.username,
            url=f"/plans/{plan.id}/periods/2022-Q1",
            ids={row.name: row.id for row in plan.indicators},
            quantities={row.name: row.id for row in plan.quantities},
        )


def typed(world, **values: str) -> dict[str, str]:
    return {f"quantity-{world.quantities[name]}": text for name, text in values.items()}


def stored(app, world, name: str) -> Actual | None:
    with app.app_context():
        return db.session.scalar(select(Actual).where(Actual.indicator_id == world.ids[name]))


def test_one_quantity_is_typed_once_and_said_where_else_it_counts(world, browse):
    page = browse(world.staff).get(world.url)
    budget = world.quantities["预算数"]
    assert page.html.count(f'name="quantity-{budget}"') == 1
    assert "同“预算执行率”" in page.text
    assert f'data-same="quantity-{budget}"' in page.html
    assert f'name="actual-{world.ids["预算执行率"]}"' not in page.html
    assert "系统记录：0 个项目中 0 个" in page.text
    # A point that asks whether something bad exists says which answer is the good one.
    assert "是否存在截留支出 （不存在为符合）" in page.text


def test_quantities_are_saved_shown_and_given_back(app, world, browse):
    staff = browse(world.staff)
    form = fields_of(staff.get(world.url)) | typed(world, 预算完成数="92.5", 预算数="100")
    page = staff.post(world.url, form, follow_redirects=True, status=200)
    assert "草稿已保存" in page.text
    assert 'value="92.5"' in page.html
    assert "92.5%" in page.text
    assert "= 预算完成数 / 预算数 × 100%" in page.text
    assert stored(app, world, "预算执行率").value == Decimal("92.5")
    # The unchanged page writes nothing.
    with app.app_context():
        before = db.session.scalar(select(QuantityValue.version))
    staff.post(world.url, fields_of(staff.get(world.url)))
    with app.app_context():
        assert db.session.scalar(select(QuantityValue.version)) == before


def test_a_quantity_that_is_no_number_is_given_back_as_typed_with_why(app, world, browse):
    staff = browse(world.staff)
    form = fields_of(staff.get(world.url)) | typed(world, 预算完成数="九十", 预算数="100")
    page = staff.post(world.url, form, status=422)
    key = world.quantities["预算完成数"]
    assert 'value="九十"' in page.html
    assert f'href="#quantity-{key}"' in page.html
    assert f'aria-describedby="quantity-{key}-error"' in page.html
    assert "预算完成数：不是数字" in page.text
    assert stored(app, world, "预算执行率") is None
    assert 'value="100"' in page.html


def test_something_over_nothing_is_said_at_the_row(world, browse):
    staff = browse(world.staff)
    form = fields_of(staff.get(world.url)) | typed(world, 预算完成数="1", 预算数="0")
    page = staff.post(world.url, form, status=422)
    assert "“预算数”为 0，不能作除数" in page.text
    assert f'href="#quantity-{world.quantities["预算完成数"]}"' in page.html


def test_a_stale_quantity_shows_both_and_a_second_save_takes_mine(app, world, browse):
    mine, theirs = browse(world.staff), browse(world.staff)
    form = fields_of(mine.get(world.url))
    theirs.post(world.url, fields_of(theirs.get(world.url)) | typed(world, 预算数="100"))
    page = mine.post(world.url, form | typed(world, 预算数="200"), status=409)
    assert "他人刚刚改为 100" in page.text
    assert 'value="200"' in page.html
    mine.post(world.url, fields_of(page))
    with app.app_context():
        assert db.session.scalar(select(QuantityValue.value)) == 200
    page = mine.post(world.url, form | typed(world, 预算数="300"), status=409)
    taken = fields_of(page) | {f"take-quantity-{world.quantities['预算数']}": "1"}
    mine.post(world.url, taken)
    with app.app_context():
        assert db.session.scalar(select(QuantityValue.value)) == 200


def test_points_are_answered_one_by_one_and_half_an_answer_is_given_back(app, world, browse):
    staff, key = browse(world.staff), world.ids["制度健全性"]
    form = fields_of(staff.get(world.url)) | {f"answer-{key}-0": "y"}
    page = staff.post(world.url, form, status=422)
    assert "共 2 个要点，还有 1 个没有核对" in page.text
    assert f'id="answer-{key}-0-y" name="answer-{key}-0" value="y" checked' in page.html
    form = fields_of(page) | {f"answer-{key}-1": "n"}
    staff.post(world.url, form)
    assert stored(app, world, "制度健全性").checked == "yn"
    page = staff.get(world.url)
    assert "1 / 2 项符合" in page.text
    assert "有不符合" in page.text


def test_the_reviewer_reads_quantities_and_answers_as_text(world, browse):
    staff = browse(world.staff)
    key = world.ids["制度健全性"]
    form = fields_of(staff.get(world.url)) | typed(world, 预算完成数="92.5", 预算数="100")
    staff.post(world.url, form | {f"answer-{key}-0": "y", f"answer-{key}-1": "x"})
    page = browse(world.chief).get(world.url)
    assert "预算完成数 92.5 万元" in page.text
    assert "是否制定 符合" in page.text
    assert "是否存在截留支出 不涉及" in page.text
    assert "1 / 1 项符合" in page.text


def test_the_script_is_answered_with_what_the_row_would_come_to(app, world, browse):
    staff = browse(world.staff)
    rate, budget = world.ids["预算执行率"], world.quantities["预算数"]
    done = world.quantities["预算完成数"]
    asked = f"{world.url}/reading?indicator={rate}&quantity-{done}=45&quantity-{budget}=100"
    answer = staff.client.get(asked).json
    assert (answer["actual"], answer["lack"], answer["ratio"]) == ("45%", "", "50%")
    answer = staff.client.get(f"{world.url}/reading?indicator={rate}&quantity-{done}=x").json
    assert answer["quantity_errors"] == {
        f"quantity-{done}": "不是数字：请只填数字，例如 100 或 98.5。"
    }
    assert answer["lack"] == "未填"
    points = world.ids["制度健全性"]
    answer = staff.client.get(f"{world.url}/reading?indicator={points}&answers=yn").json
    assert (answer["actual"], answer["note"]) == ("1 / 2 项符合", "有不符合")
    answer = staff.client.get(f"{world.url}/reading?indicator={points}&answers=y-").json
    assert "还有 1 个没有核对" in answer["error"]
    answer = staff.client.get(f"{world.url}/reading?indicator={points}&answers=xx").json
    assert answer["state"] == "不涉及"
    with app.app_context():
        assert db.session.scalars(select(Actual)).all() == []


def test_what_can_no_longer_be_saved_is_shown_to_be_copied(app, world, browse):
    staff, key = browse(world.staff), world.ids["制度健全性"]
    form = fields_of(staff.get(world.url)) | typed(world, 预算数="100")
    form |= {f"answer-{key}-0": "y", f"answer-{key}-1": "n"}
    with app.app_context():
        period = db.session.scalars(select(Period).where(Period.code == "2022-Q1")).one()
        period.locked_at = clock.now()
        db.session.commit()
    page = staff.post(world.url, form, status=409)
    assert "您刚才填写但未保存的内容" in page.text
    assert "预算数（万元） 100" in page.text
    assert "制度健全性 符合、不符合" in page.text
