"""The pages of plans: listing, making, editing, weighing, submitting and approving them."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from perf.core.terms import Action, Role, Status
from perf.extensions import db
from perf.models import Plan, Submission, User
from perf.services.indicators import add_indicators
from perf.services.plans import step_plan
from perf.services.sheets import read_indicator
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year
from tests.queries import count_queries


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session)
        unit, other = make_unit(session, "信访局", "024"), make_unit(session)
        users = {
            role.value: make_user(
                session, role, unit if role in {Role.STAFF, Role.SUPERVISOR} else None
            ).username
            for role in Role
        }
        users["stranger"] = make_user(session, Role.STAFF, other).username
        plan = make_plan(session, unit, name="信访值班")
        session.commit()
        return SimpleNamespace(plan=plan.id, rows=[row.id for row in plan.indicators], **users)


def load(app, plan_id: int) -> Plan:
    plan = db.session.get_one(Plan, plan_id)
    db.session.refresh(plan)
    return plan


def version(page) -> str:
    return re.findall(r'name="version" value="(\d+)"', page.html)[0]


def sheet_of(page) -> dict[str, Any]:
    """What a browser would post from the sheet as it stands."""
    tree = page.tree
    form = next(each for each in tree.iter("form") if each.get("id") == "sheet")
    data: dict[str, Any] = {"row": []}
    for each in form.iter("input"):
        name = each.get("name")
        if name == "row":
            data["row"].append(each.get("value"))
        elif name and each.get("type") != "checkbox":
            data[name] = each.get("value") or ""
    for each in form.iter("textarea"):
        data[each.get("name")] = (each.text or "").lstrip("\n")
    for each in form.iter("select"):
        chosen = [one for one in each.iter("option") if one.get("selected") is not None]
        data[each.get("name")] = chosen[0].get("value") if chosen else ""
    return data


def test_the_list_shows_the_units_plans_and_can_be_searched(world, browse):
    page = browse(world.staff).get("/plans")
    for words in ["信访值班", "草稿", "新建项目目标", "10.00"]:
        assert words in page.text
    assert "信访值班" in browse(world.staff).get("/plans?text=值班").text
    assert "换个名称" in browse(world.staff).get("/plans?text=%25").text
    assert "还没有绩效目标" in browse(world.stranger).get("/plans").text
    for role in ["finance", "auditor", "admin"]:
        page = browse(world.__dict__[role]).get("/plans")
        assert "信访局" in page.text
        assert "新建项目目标" not in page.text


def test_the_list_without_a_year_says_who_makes_one(app, browse):
    with app.app_context():
        name = make_user(db.session, Role.STAFF, make_unit(db.session)).username
        db.session.commit()
    assert "还没有年度" in browse(name).get("/plans").text


def test_every_role_reads_its_plan_and_nobody_anothers(world, browse):
    for role in Role:
        page = browse(world.__dict__[role.value]).get(f"/plans/{world.plan}")
        assert "至少 100 件" in page.text
        assert ("编辑指标" in page.text) == (role is Role.STAFF)
    for url in ["", "/edit", "/indicators", "/weights"]:
        browse(world.stranger).get(f"/plans/{world.plan}{url}", status=404)
    browse(world.stranger).post(f"/plans/{world.plan}/steps/submit", {"version": "1"}, status=404)
    browse(world.supervisor).get(f"/plans/{world.plan}/edit", status=403)


def test_a_plan_is_made_by_hand_filled_in_and_submitted(world, app, browse):
    staff = browse(world.staff)
    staff.get("/plans/new?year=2022")
    page = staff.post(
        "/plans/new",
        {
            "kind": "project",
            "year": "2022",
            "name": "党建经费",
            "code": "410",
            "objective": "目标",
            "budget-fiscal": "0.48",
        },
    )
    page = staff.get(page.location)
    data = sheet_of(page)
    rows = [
        ("产出指标", "结对帮扶", "≥4次"),
        ("产出指标", "走访", "≥2次"),
        ("满意度指标", "党员满意度", "≥90%"),
    ]
    for key, (level1, name, target) in zip(data["row"], rows, strict=True):
        data |= {f"level1-{key}": level1, f"name-{key}": name, f"target-{key}": target}
    page = staff.post(page.response.request.path, data, follow=True)
    assert "合计 另有预算执行率 10.00 分 90.00" in page.text
    assert "至少 4 次" in page.text
    plan_id = int(re.findall(r"/plans/(\d+)/edit", page.html)[0])
    page = staff.post(f"/plans/{plan_id}/steps/submit", {"version": version(page)}, follow=True)
    assert "待审核" in page.text
    with app.app_context():
        plan = load(app, plan_id)
        assert [str(row.weight) for row in plan.indicators] == ["37.50", "37.50", "15.00"]
        assert plan.status is Status.SUBMITTED


def test_a_department_plan_is_made_with_its_tasks(world, app, browse):
    staff = browse(world.staff)
    staff.get("/plans/new?kind=department")
    form = {
        "kind": "department",
        "year": "2022",
        "task-1": "信访值班",
        "content-1": "全年值班",
        "basic_expenditure": "162.63",
    }
    page = staff.post("/plans/new", form)
    page = staff.get(page.location.replace("/indicators", ""))
    for words in ["部门整体", "信访值班", "全年值班", "162.63", "还没有填写"]:
        assert words in page.text
    page = staff.post("/plans/new", form, status=422)
    assert "已有部门整体" in page.text


def test_a_refused_form_keeps_everything_that_was_typed(world, browse):
    staff = browse(world.staff)
    form = {
        "kind": "project",
        "year": "2022",
        "name": " ",
        "objective": "写了很多",
        "budget-fiscal": "十万",
    }
    page = staff.post("/plans/new", form, status=422)
    for words in ["请填写项目名称", "写了很多", 'value="十万"', "不是数字"]:
        assert words in page.html
    page = staff.post("/plans/new", form | {"year": "x", "name": "甲"}, status=422)
    assert "请选择年度" in page.text


def test_the_sheet_saved_as_shown_changes_nothing(world, app, browse):
    staff = browse(world.staff)
    page = staff.get(f"/plans/{world.plan}/indicators")
    # The factory's weights stand as entered by nobody: they spread to the same.
    page = staff.post(f"/plans/{world.plan}/indicators", sheet_of(page), follow=True)
    assert "没有改动" in page.text


def test_a_bad_cell_is_named_where_it_is_and_everything_typed_stays(world, app, browse):
    staff = browse(world.staff)
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    first = world.rows[0]
    data |= {
        f"weight-{first}": "５0分",
        f"target-{first}": "",
        f"name-{first}": "改了名的",
        "note-new1": "新说明",
    }
    page = staff.post(f"/plans/{world.plan}/indicators", data, status=422)
    for words in [
        "改了名的",
        "５0分",
        "不是数字",
        "请填写指标值",
        "新说明",
        f'id="weight-{first}-error"',
    ]:
        assert words in page.html
    with app.app_context():
        assert load(app, world.plan).indicators[0].name == "受理案件数"


def test_a_pace_of_its_own_stands_on_the_sheet_and_on_the_plan(world, browse):
    staff, first = browse(world.staff), world.rows[0]
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    data |= {f"curve-{first}": "own", f"pace-{first}": "10 20"}
    page = staff.post(f"/plans/{world.plan}/indicators", data, status=422)
    assert "请填四个季度末应累计完成的百分比" in page.text
    data |= {f"pace-{first}": "10 20 60 100"}
    page = staff.post(f"/plans/{world.plan}/indicators", data, follow=True)
    assert "按各季度计划（10%、20%、60%、100%）" in page.text


def test_more_rows_come_without_saving_and_without_losing(world, browse):
    staff = browse(world.staff)
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    data |= {"name-new2": "打了一半", "more": "1"}
    page = staff.post(f"/plans/{world.plan}/indicators", data, status=200)
    assert "打了一半" in page.html
    assert sheet_of(page)["row"][-1] == "new8"


def test_removing_and_reordering_work_without_script(world, app, browse):
    staff = browse(world.staff)
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    data |= {f"remove-{world.rows[0]}": "1", f"ordinal-{world.rows[2]}": "0.5"}
    page = staff.post(f"/plans/{world.plan}/indicators", data, follow=True)
    with app.app_context():
        plan = load(app, world.plan)
        assert [row.name for row in plan.indicators] == ["群众满意度", "及时受理率"]
    assert "合计 另有预算执行率 10.00 分 90.00" in page.text


def test_a_stale_sheet_shows_both_sides_and_who_was_first(world, app, browse):
    staff = browse(world.staff)
    mine = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    theirs = dict(mine)
    theirs |= {
        f"target-{world.rows[0]}": "≥120件",
        "level1-new1": "效益指标",
        "name-new1": "别人加的",
        "target-new1": "≥1件",
    }
    staff.post(f"/plans/{world.plan}/indicators", theirs)
    mine[f"target-{world.rows[0]}"] = "≥130件"
    page = staff.post(f"/plans/{world.plan}/indicators", mine, status=409)
    for words in ["先改动了", 'value="≥130件"', "现在保存的指标值是：≥120件", "别人加的"]:
        assert words in page.html
    # Saving again is a decision: mine where I typed, theirs where they added.
    staff.post(f"/plans/{world.plan}/indicators", sheet_of(page))
    with app.app_context():
        rows = {row.name: row.target_text for row in load(app, world.plan).indicators}
    assert rows["受理案件数"] == "≥130件"
    assert rows["别人加的"] == "≥1件"


def test_a_stale_form_shows_both_sides(world, browse):
    staff = browse(world.staff)
    page = staff.get(f"/plans/{world.plan}/edit")
    form = {"version": version(page), "name": "信访值班", "budget-fiscal": "10"}
    staff.post(f"/plans/{world.plan}/edit", form | {"objective": "别人的"})
    page = staff.post(f"/plans/{world.plan}/edit", form | {"objective": "我的"}, status=409)
    for words in ["先改动了", "我的", "现在保存的是：别人的"]:
        assert words in page.text


def test_a_target_reads_while_it_is_typed(world, browse):
    staff = browse(world.staff)
    answer = staff.get("/targets/reading?text=≥90%25&level1=产出指标&name=办结率&year=2022").json
    assert (answer["text"], answer["kind"]) == ("至少 90 %", "取最新")
    answer = staff.get("/targets/reading?text=全年").json
    assert answer["comparator"] == "qualitative"
    assert any("无法衡量" in finding["message"] for finding in answer["findings"])
    assert staff.get("/targets/reading").json["text"]


def test_weights_are_summed_while_they_are_typed(world, browse):
    url = f"/plans/{world.plan}/weights?level1=产出指标&weight=20&level1=产出指标&weight=&level1=满意度指标&weight=x"
    answer = browse(world.staff).get(url).json
    assert answer["weights"] == ["20.00", "55.00", "15.00"]
    assert answer["lines"][-1] == {"text": "合计 90.00，应为 90.00", "tone": "ok"}
    answer = (
        browse(world.staff)
        .get(f"/plans/{world.plan}/weights?level1=产出指标&weight=99&level1=产出指标&weight=")
        .json
    )
    assert "没有剩余分值" in answer["lines"][-1]["text"]


def submit(app, world) -> None:
    with app.app_context():
        plan = load(app, world.plan)
        staff = db.session.scalars(select(User).where(User.username == world.staff)).one()
        step_plan(db.session(), staff.actor, plan, Action.SUBMIT, version=plan.version)
        db.session.commit()


def test_a_reviewer_sends_back_with_a_remark_that_stands_at_its_indicator(world, app, browse):
    submit(app, world)
    reviewer = browse(world.supervisor)
    page = reviewer.get(f"/plans/{world.plan}")
    base = {"version": version(page)}
    refused = reviewer.post(f"/plans/{world.plan}/steps/return", base | {"reason": " "}, status=422)
    assert "请写明原因" in refused.text
    assert {"return", "approve"} == set(re.findall(r'formaction="[^"]+/steps/(\w+)"', page.html))
    assert f'name="remark-{world.rows[0]}" form="review"' in page.html
    reviewer.post(
        f"/plans/{world.plan}/steps/return", base | {f"remark-{world.rows[1]}": "口径不清"}
    )
    page = browse(world.staff).get(f"/plans/{world.plan}")
    assert "已退回" in page.text
    assert page.html.index(f'id="row-{world.rows[1]}"') < page.html.index("口径不清")
    assert f'href="#row-{world.rows[1]}"' in page.html
    assert page.html.index("口径不清") < page.html.index(f'id="row-{world.rows[2]}"')
    page = browse(world.staff).post(
        f"/plans/{world.plan}/steps/submit", {"version": version(page)}, follow=True
    )
    page = reviewer.post(
        f"/plans/{world.plan}/steps/approve", {"version": version(page)}, follow=True
    )
    assert "已通过" in page.text
    assert "以往意见 1 条" in page.text


def test_an_approved_plan_is_locked_on_every_way_in_and_its_budget_is_adjusted(world, app, browse):
    submit(app, world)
    reviewer, staff = browse(world.supervisor), browse(world.staff)
    page = reviewer.post(
        f"/plans/{world.plan}/steps/approve",
        {"version": version(reviewer.get(f"/plans/{world.plan}"))},
        follow=True,
    )
    assert (
        "已锁定，调整指标值请用调整单，其他修改请审核人重新打开"
        in staff.get(f"/plans/{world.plan}").text
    )
    for url in ["edit", "indicators"]:
        staff.get(f"/plans/{world.plan}/{url}", status=409)
        page = staff.post(
            f"/plans/{world.plan}/{url}",
            {"version": "1", "name": "改", "objective": "没丢"},
            status=409,
        )
    staff.post(f"/plans/{world.plan}/delete", {"version": "1"}, status=409)
    page = staff.get(f"/plans/{world.plan}")
    form = {
        "version": version(page),
        "source": "fiscal",
        "amount": "-2.5",
        "on": "2022-06-30",
        "document": "红财〔2022〕8号",
    }
    refused = staff.post(
        f"/plans/{world.plan}/adjustments", form | {"on": "6月", "amount": "-99"}, status=422
    )
    assert "2022-06-30 的样式" in refused.text
    assert 'value="6月"' in refused.html
    page = staff.post(f"/plans/{world.plan}/adjustments", form, follow=True)
    assert "7.50" in page.text
    assert "红财〔2022〕8号" in page.text


def test_a_reopened_plan_shows_what_changed_since(world, app, browse):
    submit(app, world)
    reviewer, staff = browse(world.supervisor), browse(world.staff)
    page = reviewer.get(f"/plans/{world.plan}")
    page = reviewer.post(
        f"/plans/{world.plan}/steps/approve", {"version": version(page)}, follow=True
    )
    posted = {"version": version(page)}
    assert (
        "请写明原因" in reviewer.post(f"/plans/{world.plan}/steps/reopen", posted, status=422).text
    )
    reviewer.post(f"/plans/{world.plan}/steps/reopen", posted | {"reason": "指标值调整"})
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    data[f"target-{world.rows[0]}"] = "≥80件"
    page = staff.post(f"/plans/{world.plan}/indicators", data, follow=True)
    assert "与上次送审或通过时相比 2 处变动" in page.text
    assert "≥80件" in page.text
    assert "指标值调整" in page.text


def test_a_submission_that_is_not_ready_says_what_is_missing(world, browse):
    staff = browse(world.staff)
    page = staff.post("/plans/new", {"kind": "project", "year": "2022", "name": "空的"})
    plan = page.location.removesuffix("/indicators")
    page = staff.get(plan)
    assert "没有绩效指标" in page.text
    page = staff.post(f"{plan}/steps/submit", {"version": version(page)}, status=422)
    assert "还不能提交审核" in page.text
    page = staff.post(f"{plan}/delete", {"version": version(page)}, follow=True)
    assert "已删除" in page.text
    staff.get(plan, status=404)


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("steps/submit", {}, 400),
        ("steps/submit", {"version": "x"}, 400),
        ("steps/submit", {"version": "99"}, 409),
        ("steps/approve", {"version": "1"}, 409),
        ("steps/nothing", {"version": "1"}, 404),
        ("edit", {"version": "1", "objective": "长" * 5000, "name": "甲\x00"}, 422),
        ("indicators", {"version": "1", "row": ["new1", "x", "999999999999"], "name-new1": "NaN", "weight-new1": "1e400"}, 422),
    ],
)  # fmt: skip
def test_bad_posts_get_a_clear_answer(world, browse, path, form, status):
    browse(world.staff).post(f"/plans/{world.plan}/{path}", form, status=status)


def test_a_replayed_step_is_refused(world, browse):
    staff = browse(world.staff)
    form = {"version": version(staff.get(f"/plans/{world.plan}"))}
    staff.post(f"/plans/{world.plan}/steps/submit", form)
    staff.post(f"/plans/{world.plan}/steps/submit", form, status=409)


def test_demo_figures_are_marked(world, app, browse):
    with app.app_context():
        load(app, world.plan).is_demo = True
        db.session.commit()
    for url in ["/plans", f"/plans/{world.plan}"]:
        assert "演示数据" in browse(world.staff).get(url).text


def test_the_pages_ask_the_same_number_of_queries_when_the_data_double(world, app, browse):
    def counts() -> list[int]:
        found = []
        for url in ["/plans", f"/plans/{world.plan}", f"/plans/{world.plan}/indicators"]:
            client = browse(world.staff)
            with app.app_context(), count_queries(db.engine) as queries:
                client.get(url)
            found.append(len(queries))
        return found

    before = counts()
    with app.app_context():
        unit = load(app, world.plan).unit
        for _ in range(3):
            make_plan(db.session, unit)
        plan = load(app, world.plan)
        values = [read_indicator("产出指标", "", f"新{n}", "≥1件", 2022) for n in range(9)]
        add_indicators(db.session(), SYSTEM, plan, values)
        db.session.commit()
    assert counts() == before
    assert max(before) <= 20


def test_no_submission_is_made_by_reading(world, app, browse):
    browse(world.staff).get(f"/plans/{world.plan}")
    with app.app_context():
        assert db.session.scalars(select(Submission)).all() == []
