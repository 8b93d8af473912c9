"""The administrator's pages of rule packs: copy, edit, effect, publish, pin."""

import re
from html import unescape

import pytest

from perf.core.rulepack import AtMostFormula
from perf.core.rules import PACKS, load_pack
from perf.core.terms import Role
from perf.extensions import db
from perf.models import FiscalYear, LedgerEntry, LocalPack
from perf.queries.packs import parse_local
from perf.services.evaluations import begin_self_evaluation
from perf.services.pack_form import typed_of
from tests.factories import make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

SHIPPED = "cn-project-2020"
ID = "local-xx-2024"
DRAFT = f"/admin/packs/{ID}/1"
ROWS = [
    ("产出指标", "受理案件数", "≥100件", "50"),
    ("效益指标", "平均办理时间", "≤10天", "30"),
    ("满意度指标", "群众满意度", "≥90%", "10"),
]
YEAR = {
    "受理案件数": ("20", "45", "80", "110"),
    "平均办理时间": ("8", "9", "11", "15"),
    "群众满意度": ("90", "90", "90", "92"),
}


@pytest.fixture
def admin(app, browse):
    """An administrator beside a year with one evaluated plan and one in its third quarter."""
    with app.app_context():
        make_user(db.session, Role.ADMIN, username="admin")
        people = make_people(db.session)
        plan = make_reported_plan(
            db.session, people, YEAR, indicators=ROWS, name="特殊疑难信访救助"
        )
        begin_self_evaluation(db.session(), people[0].actor, plan)
        make_reported_plan(db.session, people, YEAR, indicators=ROWS, quarters=3, name="信访值班")
        db.session.commit()
    return browse("admin")


def typed_on(page) -> dict[str, str]:
    """What the editor's form would post as it stands."""
    form = page.html[page.html.index('<form id="pack"') :]
    form = form[: form.index("</form>")]
    typed = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)[1]
        value = unescape(re.search(r'value="([^"]*)"', tag)[1])
        if 'type="checkbox"' not in tag or " checked" in tag:
            typed[name] = value
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL
    ):
        typed[name] = unescape(text)
    for name, options in re.findall(
        r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        typed[name] = unescape(chosen[1]) if chosen else ""
    return typed


def copied(admin) -> dict[str, str]:
    admin.post(f"/admin/packs/{SHIPPED}/1/copy", {"pack_id": ID})
    return typed_on(admin.get(f"{DRAFT}/edit"))


def stored(app) -> LocalPack:
    with app.app_context():
        return db.session.query(LocalPack).one()


def test_the_list_names_every_version_with_its_state_and_the_years_that_use_it(admin):
    copied(admin)
    page = admin.get("/admin/packs").text
    for pack_id in PACKS:
        assert load_pack(pack_id).name in page
    assert page.count("内置") > len(PACKS)
    assert "草稿" in page
    assert f"由 {SHIPPED} 第 1 版 复制" in page
    assert "2022 年度" in page


def test_a_wrong_id_comes_back_with_its_sentence(admin):
    page = admin.post(f"/admin/packs/{SHIPPED}/1/copy", {"pack_id": "新乡"}, status=422)
    assert 'value="新乡"' in page.html
    assert "以 local- 开头" in page.text


def test_the_editor_shows_every_value_and_saving_it_untouched_changes_nothing(app, admin):
    typed = copied(admin)
    pack = parse_local(stored(app).content, ID)
    shown = {name: text for name, text in typed.items() if name in typed_of(pack)}
    assert shown == typed_of(pack)
    page = admin.post(f"{DRAFT}/edit", typed, follow=True)
    assert "没有改动" in page.text
    assert stored(app).version == 1


def test_what_is_typed_is_saved_and_tried_out_beside(app, admin):
    typed = copied(admin) | {"at_most.formula": "linear", "name": "新乡市项目自评"}
    page = admin.post(f"{DRAFT}/edit", typed, follow=True)
    assert "草稿已保存" in page.text
    pack = parse_local(stored(app).content, ID)
    assert (pack.name, pack.at_most.formula) == ("新乡市项目自评", AtMostFormula.LINEAR)
    assert "2 份有差异，共 2 份" in page.text
    effect = page.text[page.text.index("份有差异") :]
    # The evaluated plan loses 5.00, the one in its third quarter 0.27: most first.
    assert effect.index("−5.00") < effect.index("−0.27")
    told = admin.get("/ledger").text
    assert "反向指标 · 超过指标值的计分 ： 指标值 ÷ 实际完成值 → 1 − 超出部分 ÷ 指标值" in told


def test_nothing_typed_is_lost_when_the_draft_is_refused(app, admin):
    typed = copied(admin) | {
        "name": "新名称",
        "tiers.achieved_from": "八十",
        "class_weights.classes[2].weight": "31",
        "execution.reason_below": "90",
        "class_weights.classes[5].name": "成本指标",
        "pass_mark.on": "1",
        "pass_mark.clause": "",
    }
    page = admin.post(f"{DRAFT}/edit", typed, status=422)
    again = typed_on(page)
    # Each page has a token of its own second.
    del typed["csrf_token"]
    # The blank row before it goes; everything else stands as it was typed.
    assert again.pop("class_weights.classes[4].name") == "成本指标"
    for name, text in typed.items():
        if "classes[4]" not in name and "classes[5]" not in name:
            assert again[name] == text, name
    for sentence in [
        "定性分档 · 达成，从（%）：不是数字",
        "应在 0 与 1 之间",
        "合格线 · 条款内容：请填写“条款内容”",
    ]:
        assert sentence in page.text
    for name in ["tiers.achieved_from", "pass_mark.clause"]:
        assert f'href="#{name}"' in page.html
        assert f'id="{name}-error"' in page.html
    assert stored(app).version == 1


def test_a_sum_that_is_not_a_hundred_is_said_at_the_classes(admin):
    page = admin.post(f"{DRAFT}/edit", copied(admin) | {"execution.weight": "20"}, status=422)
    assert "合计应为 100，现为 110" in page.text
    assert 'href="#class_weights.classes"' in page.html
    assert 'id="class_weights.classes"' in page.html


def test_a_stale_page_shows_mine_beside_theirs(app, admin):
    typed = copied(admin)
    admin.post(f"{DRAFT}/edit", typed | {"name": "别人的名称"})
    mine = typed | {"name": "我的名称"}
    page = admin.post(f"{DRAFT}/edit", mine, status=409)
    assert 'value="我的名称"' in page.html
    assert "现在保存的是：别人的名称" in page.text
    admin.post(f"{DRAFT}/edit", typed_on(page))
    assert stored(app).name == "我的名称"


def test_a_published_version_is_final_and_has_a_next_one(app, admin):
    copied(admin)
    page = admin.get(DRAFT)
    assert "发布第 1 版" in page.text
    admin.post(f"{DRAFT}/publish", {"version": "9"}, status=409)
    page = admin.post(f"{DRAFT}/publish", {"version": "1"}, follow=True)
    assert "已发布" in page.text
    assert "发布第 1 版" not in page.text
    admin.get(f"{DRAFT}/edit", status=409)
    admin.post(f"{DRAFT}/edit", {"version": "2"}, status=409)
    admin.post(f"{DRAFT}/publish", {"version": "2"}, status=409)
    admin.post(f"{DRAFT}/delete", {"version": "2"}, status=409)
    admin.post(f"{DRAFT}/next")
    assert "建立下一版" not in admin.get(DRAFT).text
    page = admin.post(f"/admin/packs/{ID}/2/delete", {"version": "1"}, follow=True)
    assert "已删除" in page.text
    assert stored(app).pack_version == 1


def test_a_shipped_pack_is_copied_but_never_edited(admin):
    for what in ("edit", "publish", "delete", "next"):
        admin.post(f"/admin/packs/{SHIPPED}/1/{what}", {"version": "1"}, status=409)
    admin.get(f"/admin/packs/{SHIPPED}/2", status=404)
    admin.get("/admin/packs/local-none/1", status=404)


def test_a_published_version_can_be_pinned_to_a_year_and_is_named_there(app, admin):
    copied(admin)
    chosen = {
        "project": f"{ID}@1",
        "cost_project": "cn-project-2021",
        "department": "department-overall",
    }
    with app.app_context():
        make_year(db.session, 2023)
        db.session.commit()
    assert f"{ID}@1" not in admin.get("/admin/years/2023").html
    admin.post("/admin/years/2023/packs", chosen, status=422)
    admin.post(f"{DRAFT}/publish", {"version": "1"})
    page = admin.post("/admin/years/2023/packs", chosen, follow=True)
    assert f'value="{ID}@1" selected' in page.html
    with app.app_context():
        year = db.session.get(FiscalYear, 2023)
        assert (year.project_pack_id, year.project_pack_version) == (ID, 1)
    assert "用于 2023 年度" in admin.get(DRAFT).text
    assert f'href="{DRAFT}"' in admin.get("/admin/years").html


def test_a_year_whose_pack_is_gone_says_so_instead_of_failing(app, admin):
    with app.app_context():
        db.session.get(FiscalYear, 2022).project_pack_version = 9
        db.session.commit()
    assert "没有这一版" in admin.get("/admin/years/2022").text
    assert "没有这一版" in admin.get("/admin/years").text


def test_any_pack_is_tried_out_on_any_year(app, admin):
    page = admin.get("/admin/packs/hubei-project-2020/1?year=2022")
    assert "分值须重新分配" in page.text
    assert "应为 80" in page.text
    other = admin.get("/admin/packs/department-overall/1?year=1999")
    assert "还没有这一类的绩效目标" in other.text


def test_a_plan_s_difference_opens_into_the_working_of_both(app, admin):
    admin.post(f"{DRAFT}/edit", copied(admin) | {"at_most.formula": "linear"})
    page = admin.get(f"{DRAFT}/edit")
    link = re.search(rf'href="({DRAFT}/plans/\d+)"', page.html)[1]
    page = admin.get(link)
    assert "30 × 10 ÷ 15 = 20.00" in page.text
    assert "15.00" in page.text
    assert f"依据 {ID} 第 1 版 §" in page.text
    assert "−5.00" in page.text
    assert page.text.count("不同") >= 1


def test_twice_the_plans_cost_the_page_no_more_queries(app, admin):
    def queries() -> int:
        with app.app_context():
            engine = db.engine
        with count_queries(engine) as sent:
            admin.get(f"/admin/packs/{SHIPPED}/1?year=2022")
        return len(sent)

    few = queries()
    with app.app_context():
        people = make_people(db.session, make_unit(db.session))
        for quarters in (4, 4, 2):
            plan = make_reported_plan(db.session, people, YEAR, indicators=ROWS, quarters=quarters)
            if quarters == 4:
                begin_self_evaluation(db.session(), people[0].actor, plan)
        db.session.commit()
    assert queries() == few


def test_looking_and_trying_out_changes_nothing(app, admin):
    copied(admin)
    with app.app_context():
        before = db.session.query(LedgerEntry).count()
    for url in ("/admin/packs", DRAFT, f"{DRAFT}/edit", f"/admin/packs/{SHIPPED}/1"):
        admin.get(url)
    with app.app_context():
        assert db.session.query(LedgerEntry).count() == before
