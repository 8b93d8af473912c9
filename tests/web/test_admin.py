"""Administration: users, units, years, periods and rule packs."""

import re

import pytest

from perf.core.rules import PACKS, load_pack
from perf.core.terms import PlanKind, Role
from perf.extensions import db
from perf.models import FiscalYear, LedgerEntry, Period, Unit, User
from tests.factories import make_plan, make_unit, make_user, make_year

pytestmark = pytest.mark.slow


@pytest.fixture
def world(app):
    """An administrator, a unit with a clerk, and a year; their names and ids."""
    with app.app_context():
        unit = make_unit(db.session, "信访局", "213001")
        make_user(db.session, Role.ADMIN, username="admin")
        clerk = make_user(db.session, Role.STAFF, unit, username="clerk")
        make_year(db.session, 2022)
        db.session.commit()
        return {"unit": unit.id, "clerk": clerk.id}


@pytest.fixture
def admin(world, browse):
    return browse("admin")


def row(app, model, **where):
    with app.app_context():
        return db.session.query(model).filter_by(**where).one()


def test_a_user_is_made_with_a_password_that_works_once_and_is_shown_once(app, admin, browse):
    page = admin.post(
        "/admin/users",
        {"username": "li.na", "display_name": "李娜", "role": "supervisor", "unit": "信访局"},
        status=200,
    )
    password = re.search(r"<code>([a-z2-9-]{19})</code>", page.html)[1]
    assert "只显示这一次" in page.text
    newcomer = browse()
    newcomer.post("/sign-in", {"username": "li.na", "password": password})
    assert newcomer.get("/units", status=302).location == "/account/password"
    assert password not in admin.get("/admin/users").html


def test_a_wrong_user_comes_back_as_typed_with_the_sentence_beside_the_field(app, admin):
    page = admin.post(
        "/admin/users",
        {"username": "li.na", "display_name": "李娜", "role": "staff", "unit": "信访"},
        status=422,
    )
    assert 'value="li.na"' in page.html
    assert "您是不是要找：信访局" in page.text
    for wrong, said in [({"role": "king"}, "请选择角色"), ({"unit": ""}, "须填写单位")]:
        form = {"username": "li.na", "display_name": "李娜", "role": "staff", "unit": "信访局"}
        assert said in admin.post("/admin/users", form | wrong, status=422).text
    admin.post("/admin/users", {"username": "a\x00b", "unit": "\x00"}, status=422)


def test_a_user_is_changed_archived_and_found_again(app, admin, world, browse):
    clerk = browse("clerk")
    form = {"display_name": "王芳", "role": "staff", "unit": "213001"}
    admin.post(f"/admin/users/{world['clerk']}", form)
    assert "王芳" in admin.get("/admin/users?text=王").text
    clerk.get("/account/password")
    admin.post(f"/admin/users/{world['clerk']}", form | {"is_archived": "1"})
    clerk.get("/account/password", status=302)
    assert "已保存 王芳" in admin.get("/admin/users").text
    assert "王芳" not in admin.get("/admin/users").text
    assert "王芳" in admin.get("/admin/users?state=archived&unit=213001").text
    assert "checked" in admin.get(f"/admin/users/{world['clerk']}").html


def test_a_reset_password_ends_the_sessions_and_must_be_changed(app, admin, world, browse):
    clerk = browse("clerk")
    page = admin.post(f"/admin/users/{world['clerk']}/password", status=200)
    password = re.search(r"<code>([a-z2-9-]{19})</code>", page.html)[1]
    assert clerk.get("/account/password", status=302).location.startswith("/sign-in")
    browse().post("/sign-in", {"username": "clerk", "password": password})
    assert row(app, User, username="clerk").must_change_password
    admin.post("/admin/users/999999/password", status=404)


def test_where_units_are_many_the_unit_is_typed(app, admin):
    with app.app_context():
        db.session.add_all(Unit(name=f"第{n}局", code=f"x{n}") for n in range(200))
        db.session.commit()
    page = admin.get("/admin/users/new")
    assert '<input class="medium" type="text" id="unit"' in page.html
    assert "第 1 页，共 5 页" in admin.get("/admin/units").text
    assert "信访局" not in admin.get("/admin/units?page=99").text


def test_a_list_says_what_to_do_when_nothing_is_found_and_shrugs_off_odd_addresses(admin):
    assert "没有符合条件的用户" in admin.get("/admin/users?text=%25").text
    assert "没有符合条件的单位" in admin.get("/admin/units?text=无").text
    for odd in ["page=0", "page=x", "page=99999999999", "text=%00", "page=-1", "text=%5C"]:
        admin.get(f"/admin/users?{odd}")
        admin.get(f"/admin/units?{odd}")


def test_a_unit_is_made_renamed_and_refused(app, admin, world):
    admin.post("/admin/units", {"name": "档案馆", "code": ""})
    page = admin.post("/admin/units", {"name": "档案馆", "code": "9"}, status=422)
    assert "已有同名的单位" in page.text
    assert 'value="9"' in page.html
    unit_id = row(app, Unit, name="档案馆").id
    admin.post(f"/admin/units/{unit_id}", {"name": "县档案馆", "code": "9", "is_archived": "1"})
    assert row(app, Unit, id=unit_id).archived_at is not None
    assert "县档案馆" in admin.get("/admin/units?state=archived").text
    page = admin.post(f"/admin/units/{unit_id}", {"name": ""}, status=422)
    assert "请填写单位名称" in page.text
    page = admin.post(
        f"/admin/units/{world['unit']}", {"name": "信访局", "is_archived": "1"}, status=409
    )
    assert "还有在用的用户" in page.text


def test_the_next_year_is_offered_and_made_with_its_periods(app, admin):
    page = admin.get("/admin/years")
    assert 'value="2023"' in page.html
    page = admin.post("/admin/years", {"year": "2023"}, follow=True)
    assert "2023 年度" in page.text
    assert "2024-02-29" in page.html
    assert row(app, FiscalYear, id=2023).project_pack_id == "cn-project-2020"
    for wrong in ["2023", "23", "１９９９", "x", ""]:
        admin.post("/admin/years", {"year": wrong}, status=422)


def days_of(app, **changes):
    with app.app_context():
        rows = db.session.query(Period).filter_by(year=2022).all()
        form = {f"opens_on-{one.id}": one.opens_on.isoformat() for one in rows}
        form |= {f"due_on-{one.id}": one.due_on.isoformat() for one in rows}
        ids = {one.code[5:]: one.id for one in rows}
    return form | {f"{key.replace('__', '-')[:-2]}{ids[key[-2:]]}": v for key, v in changes.items()}


def test_all_days_are_saved_or_none(app, admin):
    wrong = days_of(app, **{"due_on-Q1": "2022-04-20", "due_on-Q3": "十月"})
    page = admin.post("/admin/years/2022/periods", wrong, status=422)
    assert "请填写日期" in page.text
    assert 'value="十月"' in page.html
    assert 'value="2022-04-20"' in page.html
    assert row(app, Period, code="2022-Q1").due_on.isoformat() == "2022-04-15"
    admin.post("/admin/years/2022/periods", days_of(app, **{"due_on-Q1": "2022-04-20"}))
    assert row(app, Period, code="2022-Q1").due_on.isoformat() == "2022-04-20"
    assert row(app, LedgerEntry).action == "update_period"


def test_a_lock_is_set_shown_and_lifted_with_a_reason(app, admin):
    page = admin.post("/admin/periods/2022-Q1/lock", follow=True)
    assert "已锁定" in page.text
    assert "任何单位都不能再填写" in page.text
    page = admin.post("/admin/periods/2022-Q1/unlock", {"reason": ""}, status=422)
    assert "请写明原因" in page.text
    admin.post("/admin/years/2022/periods", {})
    admin.post("/admin/periods/2022-Q1/unlock", {"reason": "补报"})
    assert row(app, Period, code="2022-Q1").locked_at is None
    admin.post("/admin/periods/2022-Q9/lock", status=404)
    told = admin.get("/ledger").text
    assert "锁定填报期“2022 年一季度”" in told
    assert "原因：补报" in told


def test_packs_are_chosen_until_there_are_plans_and_each_rule_says_its_source(app, admin, world):
    chosen = {
        "project": "cn-project-2021",
        "cost_project": "cn-project-2021",
        "department": "department-overall",
    }
    admin.post("/admin/years/2022/packs", chosen)
    assert row(app, FiscalYear, id=2022).project_pack_id == "cn-project-2021"
    admin.post("/admin/years/2022/packs", chosen | {"project": "x"}, status=422)
    with app.app_context():
        make_plan(db.session, db.session.get(Unit, world["unit"]))
        db.session.commit()
    admin.post("/admin/years/2022/packs", chosen, status=409)
    assert "不能再更换评分办法" in admin.get("/admin/years/2022").text
    page = admin.get("/admin/packs")
    assert all(f'id="{pack_id}"' in page.html for pack_id in PACKS)
    pages = {pack_id: admin.get(f"/admin/packs/{pack_id}/1").text for pack_id in PACKS}
    assert "待核对" in pages["cn-project-2021"]
    assert "本系统约定" in pages["cn-project-2021"]
    assert "系统计算：未达成的按 指标值 ÷ 实际完成值 计分" in pages["cn-project-2021"]
    assert "各类不定分值，按填报的计，只核对合计" in pages["hubei-project-2020"]


def test_a_year_is_made_in_a_rhythm_that_changes_while_nothing_is_reported(app, admin, world):
    admin.post("/admin/years", {"year": "2030", "rhythm": "july"})
    shown = re.compile(r'<th scope="row">([^<]+)</th>')
    assert shown.findall(admin.get("/admin/years/2030").html) == ["1—7月", "1—12月", "年度自评"]
    page = admin.post("/admin/years/2030/rhythm", {"rhythm": "weekly"}, status=422)
    assert "请选择一种填报节奏" in page.text
    admin.post("/admin/years/2030/rhythm", {"rhythm": "months"})
    page = admin.get("/admin/years/2030")
    months = ["1月", *(f"1—{month}月" for month in range(2, 13)), "年度自评"]
    assert shown.findall(page.html) == months
    assert "改变填报节奏年度“2030 年度”" in admin.get("/ledger").text


def test_every_pack_of_a_plan_s_kind_can_be_pinned_to_a_year(app, admin, world):
    page = admin.get("/admin/years/2022").html
    for pack_id in PACKS:
        count = 1 if load_pack(pack_id).plan_kind is PlanKind.DEPARTMENT else 2
        assert page.count(f'value="{pack_id}"') == count, pack_id
    chosen = {
        "project": "hubei-project-2020",
        "cost_project": "henan-project-2024",
        "department": "department-overall",
    }
    admin.post("/admin/years/2022/packs", chosen)
    year = row(app, FiscalYear, id=2022)
    assert (year.project_pack_id, year.cost_project_pack_id) == (
        "hubei-project-2020",
        "henan-project-2024",
    )
    admin.post("/admin/years/2022/packs", chosen | {"department": "hubei-project-2020"}, status=422)
