"""The official forms from the pages: every menu's links, sight, formats, and what stands in them."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
from lxml import etree

from perf.core.terms import Action, PlanKind, Role, Status
from perf.documents.forms import FORMATS
from perf.documents.report import REPORT_FORMATS
from perf.extensions import db
from perf.models import BudgetAdjustment, Plan, User
from perf.queries.summary import summary_records
from perf.services.evaluations import begin_self_evaluation
from perf.services.plans import step_plan
from perf.web import official_forms
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.queries import count_queries
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

STARTS = {"xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF", "csv": b"\xef\xbb\xbf"}


@pytest.fixture
def bureau(app):
    """A unit with a begun project, one that was not begun and a new one; and another unit's."""
    with app.app_context():
        staff, supervisor = people = make_people(db.session)
        finance = make_user(db.session, Role.FINANCE)
        begun = make_reported_plan(db.session, people, name="党建经费")
        begin_self_evaluation(db.session(), staff.actor, begun)
        make_plan(db.session, begun.unit, name="信访救助", status=Status.APPROVED, people=people)
        draft = make_plan(db.session, begun.unit, name="新项目")
        foreign = make_plan(db.session, make_unit(db.session), name="他单位项目")
        found = {
            "staff": staff.username,
            "supervisor": supervisor.username,
            "finance": finance.username,
            "unit": begun.unit_id,
            "unit_name": begun.unit.name,
            "begun": begun.id,
            "draft": draft.id,
            "foreign": foreign.id,
            "foreign_unit": foreign.unit_id,
        }
        db.session.commit()
    return found


def texts(response):
    sheet = openpyxl.load_workbook(BytesIO(response.data), data_only=True).worksheets[0]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]


def name_of(response):
    return unquote(response.headers["Content-Disposition"]).rpartition("''")[2]


def links_of_menu(page):
    return [
        link.get("href") or ""
        for menu in page.tree.findall(".//details[@class='menu']")
        for link in menu.findall(".//a")
    ]


@pytest.mark.slow
def test_each_menu_leads_to_the_form_in_every_format(browse, bureau):
    for page, user in [
        ("/plans/{begun}", "staff"),
        ("/plans/{begun}/self-evaluation", "supervisor"),
        ("/self-evaluations?year=2022", "staff"),
        ("/self-evaluations?year=2022", "finance"),
        ("/units?year=2022", "finance"),
        ("/units/{unit}?year=2022", "supervisor"),
    ]:
        browser = browse(bureau[user])
        links = links_of_menu(browser.get(page.format(**bureau)))
        menus = 2 if page == "/plans/{begun}" else 1
        if "{begun}" in page:
            links = [link for link in links if not link.endswith("xml") and "/report" not in link]
        assert [link.rpartition("format=")[2] for link in links] == list(FORMATS) * menus, page
        for link, (ending, each) in zip(links, list(FORMATS.items()) * menus, strict=True):
            response = browser.get(link).response
            assert response.data.startswith(STARTS[ending])
            assert response.mimetype == each.mime_type.partition(";")[0]
            assert name_of(response).endswith(f".{ending}")


def test_a_self_evaluation_alone_is_an_iati_file_too(app, browse, bureau):
    browser = browse(bureau["staff"])
    (link,) = [
        link
        for link in links_of_menu(browser.get(f"/plans/{bureau['begun']}/self-evaluation"))
        if link.endswith("format=xml")
    ]
    response = browser.get(link).response
    assert response.mimetype == "application/xml"
    assert name_of(response) == "2022年度-党建经费-绩效自评表-草稿.xml"
    with app.app_context():
        plan = db.session.get_one(Plan, bureau["begun"])
        codes = (plan.unit.code, plan.project.code)
    root = etree.fromstring(response.data)
    assert root.findtext("iati-activity/iati-identifier") == "CN-UNIT-{}-2022-{}".format(*codes)
    browser.get(f"/plans/{bureau['begun']}/target-form?format=xml", status=404)


def test_a_report_is_offered_as_word_and_pdf_alone_once_a_self_evaluation_is_begun(browse, bureau):
    browser = browse(bureau["staff"])
    address = f"/plans/{bureau['begun']}/self-evaluation/report"
    for page in [f"/plans/{bureau['begun']}", f"/plans/{bureau['begun']}/self-evaluation"]:
        links = [link for link in links_of_menu(browser.get(page)) if "/report" in link]
        assert links == [f"{address}?format={ending}" for ending in REPORT_FORMATS]
    for ending, each in REPORT_FORMATS.items():
        response = browser.get(f"{address}?format={ending}").response
        assert response.data.startswith(STARTS[ending])
        assert response.mimetype == each.mime_type
        assert name_of(response) == f"2022年度-党建经费-绩效自评报告-草稿.{ending}"
    assert "可以导出为 docx、pdf，" in browser.get(f"{address}?format=xlsx", status=404).text
    draft = f"/plans/{bureau['draft']}"
    assert not any("/report" in link for link in links_of_menu(browser.get(draft)))
    assert "还没有开始自评" in browser.get(f"{draft}/self-evaluation/report", status=409).text
    browser.get(f"/plans/{bureau['foreign']}/self-evaluation/report", status=404)


def test_without_a_format_the_first_one_is_given(browse, bureau):
    response = browse(bureau["staff"]).get(f"/plans/{bureau['begun']}/target-form").response
    assert name_of(response) == "2022年度-党建经费-绩效目标申报表.xlsx"


def test_a_format_that_there_is_not_is_not_found(browse, bureau):
    browser = browse(bureau["staff"])
    for path in ["/plans/{begun}/target-form", "/units/{unit}/summary"]:
        for asked in ["odt", "XLSX", "../xlsx", "%00"]:
            page = browser.get(f"{path.format(**bureau)}?format={asked}", status=404)
            assert "可以导出为 xlsx、docx" in page.text


def test_a_draft_says_so_and_an_approved_plan_names_who_stands_for_it(app, browse, bureau):
    browser = browse(bureau["staff"])
    address = f"/plans/{bureau['draft']}/target-form"
    response = browser.get(address).response
    assert name_of(response) == "2022年度-新项目-绩效目标申报表-草稿.xlsx"
    assert "草稿（未提交）" in texts(response)
    with app.app_context():
        plan, staff, supervisor = plan_and_people(bureau)
        name, reviewer = staff.display_name, supervisor.display_name
        step_plan(db.session(), staff.actor, plan, Action.SUBMIT, version=plan.version)
        db.session.commit()
    assert {"草稿（待审核）", f"填报人：{name}"} <= set(texts(browser.get(address).response))
    with app.app_context():
        plan, staff, supervisor = plan_and_people(bureau)
        step_plan(db.session(), supervisor.actor, plan, Action.APPROVE, version=plan.version)
        staff.display_name = "改名的人"
        db.session.commit()
    found = texts(browser.get(address).response)
    assert {f"填报人：{name}", f"审核人：{reviewer}"} <= set(found)
    assert not any("草稿" in text for text in found)


def test_a_step_that_was_taken_back_or_taken_again_names_nobody_or_the_last(app, browse, bureau):
    browser, address = browse(bureau["staff"]), f"/plans/{bureau['draft']}/target-form"
    with app.app_context():
        plan, staff, supervisor = plan_and_people(bureau)
        other = make_user(db.session, Role.STAFF, plan.unit)
        for user, action in [
            (staff, Action.SUBMIT),
            (supervisor, Action.RETURN),
            (other, Action.SUBMIT),
        ]:
            step_plan(
                db.session(), user.actor, plan, action, version=plan.version, reason="请核对。"
            )
        name = other.display_name
        db.session.commit()
    assert f"填报人：{name}" in texts(browser.get(address).response)
    with app.app_context():
        plan, staff, _ = plan_and_people(bureau)
        step_plan(db.session(), staff.actor, plan, Action.WITHDRAW, version=plan.version)
        db.session.commit()
    found = texts(browser.get(address).response)
    assert "草稿（未提交）" in found
    assert not any(name in text for text in found)


def plan_and_people(bureau):
    people = [
        db.session.query(User).filter_by(username=bureau[role]).one()
        for role in ("staff", "supervisor")
    ]
    return db.session.get_one(Plan, bureau["draft"]), *people


def test_without_a_quarter_there_is_no_monitoring_form_and_no_menu_for_it(browse, bureau):
    browser = browse(bureau["staff"])
    assert all(
        "target-form" in link for link in links_of_menu(browser.get(f"/plans/{bureau['draft']}"))
    )
    page = browser.get(f"/plans/{bureau['draft']}/monitoring-form", status=409)
    assert "还没有提交过监控填报" in page.text


def test_a_unit_s_summary_lists_its_own_plans_only(browse, bureau):
    response = browse(bureau["staff"]).get(f"/units/{bureau['unit']}/summary?year=2022").response
    found = texts(response)
    assert name_of(response) == f"2022年度-{bureau['unit_name']}-绩效自评结果汇总表.xlsx"
    assert "未开展自评" in found
    assert not any("他单位项目" in text for text in found)


def test_the_same_unit_s_summary_is_the_same_for_those_who_see_more(browse, bureau):
    address = f"/units/{bureau['unit']}/summary?year=2022&format=csv"
    seen = [browse(bureau[user]).get(address).response.data for user in ("staff", "finance")]
    assert seen[0] == seen[1]


def test_the_records_of_a_summary_are_those_in_the_actor_s_sight(app, bureau):
    with app.app_context():
        plan, staff, _ = plan_and_people(bureau)
        plan.budget_lines[0].adjustments.append(
            BudgetAdjustment(
                unit_id=plan.unit_id, amount=Decimal(-2000), on=date(2022, 6, 1), document="一号"
            )
        )
        db.session.flush()
        records = summary_records(db.session(), staff.actor, 2022)
    assert {one["name"]: one["adjusted"] for one in records} == {
        "党建经费": 100_000,
        "信访救助": 100_000,
        "新项目": 98_000,
    }


def test_the_summary_of_all_units_is_for_those_who_see_all(browse, bureau):
    response = browse(bureau["finance"]).get("/units/summary?year=2022&format=xlsx").response
    assert any("他单位项目" in text for text in texts(response))
    browse(bureau["staff"]).get("/units/summary?year=2022", status=403)
    browse(bureau["staff"]).get(f"/units/{bureau['foreign_unit']}/summary", status=404)
    browse(bureau["staff"]).get(f"/plans/{bureau['foreign']}/target-form", status=404)


def test_a_summary_too_long_for_its_format_is_refused_with_what_to_do(browse, bureau, monkeypatch):
    monkeypatch.setitem(official_forms.MOST_ROWS, "pdf", 3)
    browser = browse(bureau["finance"])
    page = browser.get("/units/summary?year=2022&format=pdf", status=422)
    assert "共 4 项，这种格式最多 3 项。请选择 Excel 或 CSV" in page.text
    browser.get("/units/summary?year=2022&format=csv")
    browser.get(f"/units/{bureau['unit']}/summary?year=2022&format=pdf")


def test_a_year_without_plans_has_no_summary_and_no_menu(app, browse, bureau):
    with app.app_context():
        make_year(db.session, 2023)
        db.session.commit()
    browser = browse(bureau["finance"])
    assert links_of_menu(browser.get("/units?year=2023")) == []
    page = browser.get("/units/summary?year=2023", status=404)
    assert "没有可汇总的内容" in page.text


def test_the_summary_asks_no_more_for_many_plans_than_for_few(app, browse, bureau):
    browser = browse(bureau["finance"])
    counts = []
    for _ in range(2):
        with app.app_context():
            unit = make_unit(db.session)
            for kind in (PlanKind.PROJECT, PlanKind.DEPARTMENT):
                make_plan(db.session, unit, kind=kind)
            db.session.commit()
            engine = db.engine
        with count_queries(engine) as sent:
            browser.get("/units/summary?year=2022&format=csv")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_menu_of_a_plan_offers_each_format_of_both_forms(browse, bureau):
    browser = browse(bureau["staff"])
    links = links_of_menu(browser.get(f"/plans/{bureau['begun']}"))
    forms = [link for link in links if "/report" not in link]
    assert [link.rpartition("format=")[2] for link in forms] == list(FORMATS) * 2
    response = browser.get(links[list(FORMATS).index("docx")]).response
    assert response.mimetype == FORMATS["docx"].mime_type
    assert name_of(response) == "2022年度-党建经费-绩效目标申报表.docx"
