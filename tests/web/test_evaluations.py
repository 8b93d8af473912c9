"""The self-evaluation's pages: the list, before it begins, filling in, reviewing, signed, exported."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from sqlalchemy import select

from perf import clock
from perf.core.terms import PlanKind, Role, Status
from perf.extensions import db
from perf.models import Plan, Remark, SelfEvaluation, Submission, User
from perf.services.evaluations import begin_self_evaluation
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_evidence, make_people, make_reported_plan

pytestmark = pytest.mark.slow


class Case:
    """A unit's staff and supervisor with one reported plan; names and ids, no rows."""

    def __init__(self, app: Any, *, is_begun: bool = True, **fields: Any) -> None:
        self.app = app
        with app.app_context():
            people = make_people(db.session)
            plan = make_reported_plan(db.session, people, **fields)
            if is_begun:
                begin_self_evaluation(db.session(), people[0].actor, plan)
            self.staff, self.supervisor = (user.username for user in people)
            self.plan_id = plan.id
            self.ids = {row.name: row.id for row in plan.indicators}
            self.url = f"/plans/{plan.id}/self-evaluation"
            db.session.commit()

    def version(self) -> int:
        with self.app.app_context():
            return self.row().version

    def status(self) -> Status:
        with self.app.app_context():
            return self.row().status

    def row(self) -> SelfEvaluation:
        return db.session.scalars(
            select(SelfEvaluation).where(SelfEvaluation.plan_id == self.plan_id)
        ).one()

    def filled(self, **changes: str) -> dict[str, str]:
        """The form as filled in whole."""
        rate = self.ids["及时受理率"]
        return {
            "version": str(self.version()),
            "objective_actual": "全年受理 110 件。",
            f"reason-{rate}": "年末人手不足。",
            f"action-{rate}": "增加值班。",
            "action": "save",
        } | changes

    def submit(self, browse: Any) -> None:
        browse(self.staff).post(self.url, self.filled(action="submit"))

    def step(self, browse: Any, action: str, *, status: int = 302, **form: str) -> Any:
        user = self.staff if action == "withdraw" else self.supervisor
        return browse(user).post(
            f"{self.url}/steps/{action}", {"version": str(self.version())} | form, status=status
        )


def fact(page: Any, label: str) -> str:
    found = re.search(rf"<dt>{label}[^<]*</dt><dd>([^<]*)</dd>", page.html)
    assert found, page.text
    return found[1]


def test_the_list_says_for_each_plan_what_comes_next(app, browse):
    with app.app_context():
        staff, supervisor = people = make_people(db.session)
        early = make_reported_plan(db.session, people, quarters=2, name="驻京值班经费")
        ready = make_reported_plan(db.session, people, name="党建经费")
        begun = make_reported_plan(db.session, people, name="救助资金")
        begin_self_evaluation(db.session(), staff.actor, begun)
        make_plan(db.session, begun.unit, name="未批复的项目")
        names = staff.username, supervisor.username
        urls = [f"/plans/{plan.id}/self-evaluation" for plan in (early, ready, begun)]
        db.session.commit()
    page = browse(names[0]).get("/self-evaluations")
    for text in [
        "还差 2 期",
        "开始自评",
        "继续填写",
        "绩效目标待批复",
        "已通过 2 / 4",
        "96.51",
        "优",
    ]:
        assert text in page.text
    assert all(url in page.html for url in urls)
    page = browse(names[1]).get("/self-evaluations")
    assert "等待填报人开始" in page.text
    assert "填报人填写中" in page.text
    assert "开始自评" not in page.text


def test_an_empty_list_says_what_to_do(app, browse):
    with app.app_context():
        staff, _ = make_people(db.session)
        name = staff.username
        db.session.commit()
    page = browse(name).get("/self-evaluations")
    assert "还没有绩效目标" in page.text
    assert "/plans" in page.html


def test_the_list_finds_by_name_and_shows_no_other_unit(app, browse):
    mine, other = Case(app, name="党建经费"), Case(app, name="救助资金")
    page = browse(mine.staff).get("/self-evaluations")
    assert mine.url in page.html
    assert other.url not in page.html
    with app.app_context():
        finance = make_user(db.session, Role.FINANCE).username
        db.session.commit()
    page = browse(finance).get("/self-evaluations?text=救助")
    assert other.url in page.html
    assert mine.url not in page.html
    assert "没有找到" in browse(finance).get("/self-evaluations?text=%25").text
    assert mine.url in browse(finance).get("/self-evaluations?year=99999999999&page=7&text=").html


def test_the_list_turns_to_the_year_that_is_asked_for(app, browse):
    with app.app_context():
        people = make_people(db.session)
        make_reported_plan(db.session, people, name="旧项目")
        make_reported_plan(db.session, people, name="新项目", year=2023)
        name = people[0].username
        db.session.commit()
    assert "2023 年度绩效自评" in browse(name).get("/self-evaluations").text
    page = browse(name).get("/self-evaluations?year=2022")
    assert "旧项目" in page.text
    assert "新项目" not in page.text


def test_before_it_begins_the_page_names_the_quarters_that_are_missing(app, browse):
    case = Case(app, is_begun=False, quarters=3)
    page = browse(case.staff).get(case.url)
    assert "还差 1 期" in page.text
    assert f"/plans/{case.plan_id}/periods/2022-Q4" in page.html
    assert "开始自评</button>" not in page.html
    page = browse(case.staff).post(f"{case.url}/begin", status=409)
    assert "还差四季度" in page.text


def test_staff_begin_it_by_a_button_and_others_wait(app, browse):
    case = Case(app, is_begun=False)
    assert "等待填报人开始自评" in browse(case.supervisor).get(case.url).text
    browse(case.supervisor).post(f"{case.url}/begin", status=403)
    assert "开始自评</button>" in browse(case.staff).get(case.url).html
    page = browse(case.staff).post(f"{case.url}/begin", follow=True)
    assert fact(page, "总分") == "96.51"
    browse(case.staff).post(f"{case.url}/begin")


def test_money_spent_without_a_budget_is_explained_instead_of_a_crash(app, browse):
    case = Case(app, is_begun=False, budget="0")
    page = browse(case.staff).post(f"{case.url}/begin", status=422)
    assert "全年预算数为 0" in page.text


def test_the_draft_shows_scores_their_working_and_what_is_missing(app, browse):
    case = Case(app)
    with app.app_context():
        quarter = db.session.scalars(select(Submission).order_by(Submission.id)).all()[3]
        file = make_evidence(db.session, quarter, "受理台账.xlsx", case.ids["受理案件数"])
        file_id = file.id
        db.session.commit()
    page = browse(case.staff).get(case.url)
    assert fact(page, "总分") == "96.51"
    assert fact(page, "预算执行") == "9.51"
    assert fact(page, "项未达成") == "1"
    for text in [
        "30 × 81 ÷ 90 = 27.00",
        "依据 cn-project-2020 第 1 版 §",
        "数据来源：取四季度",
        "一季度 20 件 · 二季度 45 件",
        "得分低于分值，请说明偏差原因。",
        "未达成",
        "待说明",
    ]:
        assert text in page.text, text
    assert f"/evidence/{file_id}" in page.html
    rate = case.ids["及时受理率"]
    assert f'href="#reason-{rate}">及时受理率</a>' in page.html
    assert 'href="#objective_actual"' in page.html


def test_saving_keeps_every_text_where_it_was_typed(app, browse):
    case = Case(app)
    count = case.ids["受理案件数"]
    page = browse(case.staff).post(
        case.url, case.filled(**{f"reason-{count}": "<b>超额</b>\n第二行"}), follow=True
    )
    assert "已保存" in page.text
    assert "&lt;b&gt;超额&lt;/b&gt;\n第二行</textarea>" in page.html
    assert "年末人手不足。" in page.html
    assert "内容已填齐" in page.text
    assert case.status() is Status.DRAFT


def test_submitting_saves_at_once_and_freezes_the_page(app, browse):
    case = Case(app)
    page = browse(case.staff).post(case.url, case.filled(action="submit"), follow=True)
    assert "已提交" in page.text
    assert "内容冻结于" in page.text
    assert "评分办法 cn-project-2020 第 1 版" in page.text
    assert "年末人手不足。" in page.text
    assert '<form id="sheet"' not in page.html
    assert case.status() is Status.SUBMITTED


def test_submitting_too_early_keeps_what_was_typed_and_names_what_is_missing(app, browse):
    case = Case(app)
    rate = case.ids["及时受理率"]
    page = browse(case.staff).post(
        case.url, case.filled(action="submit", **{f"reason-{rate}": " "}), status=422
    )
    assert "内容已保存，但还没有提交" in page.text
    assert f'href="#reason-{rate}"' in page.html
    assert "全年受理 110 件。" in page.html
    assert case.status() is Status.DRAFT
    with app.app_context():
        assert case.row().objective_actual == "全年受理 110 件。"


def test_a_text_that_is_too_long_comes_back_as_typed(app, browse):
    case = Case(app)
    page = browse(case.staff).post(case.url, case.filled(objective_actual="长" * 4001), status=422)
    assert "最多 4000 字，现有 4001 字" in page.text
    assert "长" * 4001 in page.html
    assert "年末人手不足。" in page.html
    with app.app_context():
        assert case.row().objective_actual == ""


def test_two_windows_lose_nothing(app, browse):
    case = Case(app)
    mine = case.filled(objective_actual="我的说法。")
    browse(case.staff).post(case.url, case.filled(objective_actual="另一窗口的说法。"))
    page = browse(case.staff).post(case.url, mine, status=409)
    assert "我的说法。</textarea>" in page.html
    assert "现已保存的内容：另一窗口的说法。" in page.text
    assert f'name="version" value="{case.version()}"' in page.html
    with app.app_context():
        assert case.row().objective_actual == "另一窗口的说法。"
    browse(case.staff).post(case.url, mine | {"version": str(case.version())})
    with app.app_context():
        assert case.row().objective_actual == "我的说法。"


def test_what_was_typed_into_a_page_submitted_meanwhile_is_still_shown(app, browse):
    case = Case(app)
    mine = case.filled(objective_actual="我还没写完。")
    case.submit(browse)
    page = browse(case.staff).post(case.url, mine, status=409)
    assert "您填写而没有保存的内容" in page.text
    assert "我还没写完。" in page.text


@pytest.mark.parametrize("version", ["", "x", "-1", "1e9", "１", "9" * 30])
def test_a_version_that_is_none_is_a_bad_request(app, browse, version):
    case = Case(app)
    browse(case.staff).post(case.url, case.filled(version=version), status=400)


def test_a_reviewer_sends_back_with_a_remark_that_stands_in_its_row(app, browse):
    case = Case(app)
    case.submit(browse)
    rate = str(case.ids["及时受理率"])
    page = browse(case.supervisor).get(case.url)
    assert f'formaction="{case.url}/steps/approve">签署通过</button>' in page.html
    assert f'name="remark-{rate}" form="review"' in page.html
    assert '<form id="sheet"' not in page.html
    case.step(browse, "return", **{f"remark-{rate}": "请写明具体原因。"})
    page = browse(case.staff).get(case.url)
    row = page.html.index(f'id="row-{rate}"')
    assert row < page.html.index("请写明具体原因。") < page.html.index("群众满意度", row)
    assert case.status() is Status.RETURNED
    browse(case.staff).post(
        case.url, case.filled(action="submit", **{f"reason-{rate}": "系统停机九天。"})
    )
    page = browse(case.supervisor).get(case.url)
    assert "年末人手不足。" in page.text
    assert "系统停机九天。" in page.text
    assert "1 处变动" in page.text


def test_sending_back_without_a_word_is_refused_on_the_page(app, browse):
    case = Case(app)
    case.submit(browse)
    page = case.step(browse, "return", status=422)
    assert "须说明原因" in page.text
    assert case.status() is Status.SUBMITTED


def test_signing_with_a_remark_on_an_indicator_asks_what_is_meant(app, browse):
    case = Case(app)
    case.submit(browse)
    remark = {f"remark-{case.ids['及时受理率']}": "这里不对。"}
    page = case.step(browse, "approve", status=422, **remark)
    assert "没有通过" in page.text
    assert "这里不对。" in page.html
    assert case.status() is Status.SUBMITTED
    case.step(browse, "approve", reason="已核对，同意。")
    assert case.status() is Status.APPROVED


def test_a_step_from_an_old_page_is_refused_and_keeps_the_reason(app, browse):
    case = Case(app)
    case.submit(browse)
    page = case.step(browse, "return", status=409, version="1", reason="请补充。")
    assert "请补充。" in page.html
    assert case.status() is Status.SUBMITTED


def test_signed_it_is_frozen_and_reopened_with_a_reason(app, browse):
    case = Case(app)
    case.submit(browse)
    page = case.step(browse, "approve")
    page = browse(case.staff).get(case.url)
    assert "已通过" in page.text
    assert fact(page, "总分") == "96.51"
    page = browse(case.staff).post(case.url, case.filled(objective_actual="改一改"), status=409)
    assert "不能修改" in page.text
    assert "改一改" in page.text
    case.step(browse, "approve", status=409)
    case.step(browse, "reopen", status=422)
    case.step(browse, "reopen", reason="四季度数据有误。")
    page = browse(case.staff).get(case.url)
    assert "四季度数据有误。" in page.text
    assert '<form id="sheet"' in page.html
    steps = re.findall(r"<li><span>([^<]+)<span class=\"under\">", page.html)
    assert steps == ["重新打开", "审核通过", "提交审核", "开始自评"]


def test_staff_withdraw_before_the_review(app, browse):
    case = Case(app)
    case.submit(browse)
    assert "撤回" in browse(case.staff).get(case.url).text
    case.step(browse, "withdraw")
    assert case.status() is Status.DRAFT


def test_a_reopened_quarter_is_named_and_blocks_the_submission(app, browse):
    case = Case(app)
    with app.app_context():
        quarter = db.session.scalars(select(Submission).order_by(Submission.id.desc())).first()
        assert quarter is not None
        quarter.status = Status.REOPENED
        db.session.commit()
    page = browse(case.staff).get(case.url)
    assert "已重新打开，审核通过后得分会自动更新" in page.text
    assert "/periods/2022-Q4" in page.html
    page = browse(case.staff).post(case.url, case.filled(action="submit"), status=409)
    assert "内容已保存，但还没有提交" in page.text
    assert "年末人手不足。" in page.html


def test_strangers_to_the_unit_and_the_office_find_nothing(app, browse):
    case, other = Case(app), Case(app)
    for url in [other.url, f"{other.url}/form"]:
        browse(case.staff).get(url, status=404)
    browse(case.staff).post(other.url, case.filled(), status=404)
    browse(case.staff).post(f"{other.url}/steps/withdraw", {"version": "1"}, status=404)
    browse(case.staff).post(f"{case.url}/steps/approve", {"version": "1"}, status=403)
    browse(case.staff).post(f"{case.url}/steps/dance", {"version": "1"}, status=404)
    browse().get(case.url, status=302)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.ADMIN])
def test_those_who_see_all_units_read_and_export_and_change_nothing(app, browse, role):
    case = Case(app)
    with app.app_context():
        user = make_user(db.session, role).username
        db.session.commit()
    page = browse(user).get(case.url)
    assert "待说明" in page.text
    assert "<textarea" not in page.html
    assert browse(user).get(f"{case.url}/form").response.data[:2] == b"PK"
    browse(user).post(case.url, case.filled(), status=403)


def test_an_invented_one_says_so_on_the_page_and_the_form(app, browse):
    case = Case(app)
    with app.app_context():
        case.row().is_demo = True
        db.session.commit()
    assert "演示数据" in browse(case.staff).get(case.url).text
    assert "演示数据" in browse(case.staff).get("/self-evaluations").text
    response = browse(case.staff).get(f"{case.url}/form").response
    assert "演示数据" in unquote(response.headers["Content-Disposition"])


def cells(response: Any) -> list[list[Any]]:
    workbook = openpyxl.load_workbook(BytesIO(response.data), data_only=True)
    return [list(row) for row in workbook.worksheets[0].iter_rows(values_only=True)]


def test_the_signed_form_says_the_frozen_total_whatever_happens_afterwards(app, browse):
    case = Case(app, name="党建经费")
    case.submit(browse)
    case.step(browse, "approve")
    with app.app_context():
        plan = db.session.get_one(Plan, case.plan_id)
        assert plan.project is not None
        plan.project.name = "改名"
        for score in case.row().scores:
            score.points = Decimal("1.00")
        case.row().total = Decimal("3.00")
        db.session.scalars(
            select(User).where(User.username == case.staff)
        ).one().display_name = "某"
        db.session.commit()
    response = browse(case.supervisor).get(f"{case.url}/form").response
    assert response.mimetype.endswith("spreadsheetml.sheet")
    disposition = response.headers["Content-Disposition"]
    assert "filename*=UTF-8''" in disposition
    assert unquote(disposition).endswith("2022年度-党建经费-绩效自评表.xlsx")
    rows = cells(response)
    (total,) = [row for row in rows if row[0] == "总分"]
    assert Decimal(str(total[7])) == Decimal("96.51")
    assert total[6] == 100
    assert "优" in total[8]
    assert not any("草稿" in str(cell) or "改名" in str(cell) for row in rows for cell in row)
    with app.app_context():
        assert db.session.scalars(select(Remark)).all() == []


def test_a_draft_is_exported_as_it_stands_and_marked(app, browse):
    case = Case(app)
    rows = cells(browse(case.staff).get(f"{case.url}/form").response)
    assert any("草稿" in str(cell) for row in rows for cell in row)
    case.submit(browse)
    response = browse(case.staff).get(f"{case.url}/form").response
    assert "草稿" in unquote(response.headers["Content-Disposition"])
    assert any("年末人手不足。" in str(cell) for row in cells(response) for cell in row)


def test_nothing_is_exported_before_it_begins(app, browse):
    case = Case(app, is_begun=False)
    page = browse(case.staff).get(f"{case.url}/form", status=409)
    assert "还没有开始自评" in page.text


def test_a_department_has_no_line_for_execution(app, browse):
    case = Case(
        app,
        kind=PlanKind.DEPARTMENT,
        pack_id="department-overall",
        indicators=[
            ("投入管理指标", "预算执行率", "≥90%", "30"),
            ("产出指标", "及时受理率", "≥90%", "40"),
            ("效益指标", "满意度", "≥90%", "30"),
        ],
        figures={"预算执行率": ("95",) * 4, "及时受理率": ("81",) * 4, "满意度": ("92",) * 4},
    )
    page = browse(case.staff).get(case.url)
    assert "部门整体支出绩效自评" in page.text
    assert "预算执行（" not in page.text
    assert fact(page, "总分") == "96.00"
    case.submit(browse)
    case.step(browse, "approve")
    (total,) = [
        row
        for row in cells(browse(case.staff).get(f"{case.url}/form").response)
        if row[0] == "总分"
    ]
    assert Decimal(str(total[7])) == Decimal("96.00")


def queries_of(app: Any, browse: Any, user: str, url: str) -> int:
    client = browse(user)
    client.get(url)
    with app.app_context():
        engine = db.engine
    with count_queries(engine) as sent:
        client.get(url)
    return len(sent)


def many(count: int) -> dict[str, Any]:
    names = [f"第{at}项工作完成率" for at in range(count)]
    return {
        "indicators": [("产出指标", name, "≥90%", "1") for name in names],
        "figures": dict.fromkeys(names, ("80", "85", "86", "88")),
    }


def test_the_page_asks_no_more_for_sixty_indicators_than_for_five(app, browse):
    few, lot = Case(app, **many(5)), Case(app, **many(60))
    counts = [queries_of(app, browse, case.staff, case.url) for case in (few, lot)]
    assert counts[0] == counts[1]
    with app.app_context():
        for case in (few, lot):
            case.row().objective_actual = "完成。"
            for score in case.row().scores:
                score.deviation_reason = "原因。"
        db.session.commit()
    for case in (few, lot):
        browse(case.staff).post(
            case.url,
            {"version": str(case.version()), "objective_actual": "完成。", "action": "submit"},
        )
        first = str(next(iter(case.ids.values())))
        case.step(browse, "return", **{f"remark-{first}": "请补充。"})
        browse(case.staff).post(
            case.url,
            {"version": str(case.version()), "objective_actual": "都完成。", "action": "submit"},
        )
    with app.app_context():
        row = lot.row()
        for key in list(lot.ids.values())[:5]:
            reviewer = make_user(db.session, Role.AUDITOR)
            db.session.add(
                Remark(
                    unit_id=row.unit_id,
                    self_evaluation_id=row.id,
                    indicator_id=key,
                    text="请补充。",
                    created_at=clock.now(),
                    created_by_id=reviewer.id,
                )
            )
        db.session.commit()
    counts = [queries_of(app, browse, case.supervisor, case.url) for case in (few, lot)]
    assert counts[0] == counts[1]


def test_the_list_asks_no_more_for_twice_the_units(app, browse):
    with app.app_context():
        finance = make_user(db.session, Role.FINANCE).username
        make_year(db.session)
        db.session.commit()

    def add() -> None:
        for _ in range(3):
            Case(app)
            Case(app, is_begun=False, quarters=2)

    add()
    before = queries_of(app, browse, finance, "/self-evaluations")
    add()
    assert queries_of(app, browse, finance, "/self-evaluations") == before


def test_a_long_list_comes_in_pages(app, browse):
    with app.app_context():
        make_year(db.session)
        unit = make_unit(db.session)
        staff, _ = make_people(db.session, unit)
        for _ in range(51):
            make_plan(db.session, unit)
        name = staff.username
        db.session.commit()
    page = browse(name).get("/self-evaluations?page=2")
    assert "第 2 页，共 2 页" in page.text
