"""The JSON API: the sight, the figures and the working of the pages, and refusals for a script."""

import json
import re
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from perf import clock
from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.rules import PACKS, load_pack
from perf.core.terms import Kind, Likelihood, QuantityKind, Role, Tier
from perf.extensions import db
from perf.models import LocalPack, Plan, Quantity, QuantityValue, Submission, User
from perf.queries.pages import PAGE_SIZE
from perf.services.packs import copy_pack, publish_pack
from perf.web.errors import CODES
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.pages import Browserless
from tests.queries import count_queries
from tests.reported import make_evidence, make_people, make_reported_plan
from tests.web.test_decided import Decided
from tests.web.test_evaluations import Case, many

pytestmark = pytest.mark.slow

API = "/api/v1"
# Lines that page and form add to the working; the API has fields for them.
SOURCES = ("数据来源", "佐证材料")


class Reported:
    """One unit's plan with all kinds of indicators, reported for two quarters."""

    def __init__(self, app: Any) -> None:
        with app.app_context():
            people = make_people(db.session)
            figures = {
                "受理案件数": ("20", "45.5"),
                "办结率": (None, Quotient(Decimal(2300), Decimal(24))),
                "社会影响": (None, TierChoice(Tier.ACHIEVED, Decimal("92.5"))),
                "制度建设": (None, Checked((Answer.YES, Answer.NO, Answer.NONE))),
                "完成时间": (None, None),
            }
            plan = make_reported_plan(
                db.session,
                people,
                figures,
                ("10000", None),
                quarters=2,
                indicators=[
                    ("产出指标", "受理案件数", "≥100件", "40"),
                    ("产出指标", "办结率", "90%~95%", "20"),
                    ("效益指标", "社会影响", "明显", "10"),
                    ("效益指标", "制度建设", "健全", "10"),
                    ("产出指标", "完成时间", "2022年12月31日之前", "10"),
                ],
            )
            rows = {row.name: row for row in plan.indicators}
            rate = rows["办结率"]
            rate.kind, rate.formula = Kind.RATIO, "办结数 / 受理数 × 100%"
            listed = rows["制度建设"]
            listed.is_check_list, listed.note = True, "1. 是否已制定；2. 是否执行；3. 是否公开。"
            rows["受理案件数"].initial_target = {
                **dict.fromkeys(("upper", "sense")),
                "text": "≥120件",
                "comparator": "ge",
                "value": "120",
                "unit": "件",
            }
            for name in ("办结数", "受理数"):
                plan.quantities.append(
                    Quantity(unit_id=plan.unit_id, name=name, kind=QuantityKind.FLOW, unit="件")
                )
            db.session.flush()
            second = db.session.scalars(
                select(Submission).where(Submission.plan_id == plan.id).order_by(Submission.id)
            ).all()[1]
            second.quantities.append(
                QuantityValue(
                    unit_id=plan.unit_id, quantity_id=plan.quantities[0].id, value=Decimal(23)
                )
            )
            first_row = next(row for row in second.actuals if row.indicator is rows["受理案件数"])
            first_row.expected_value = Decimal(90)
            first_row.likelihood = Likelihood.POSSIBLE
            self.evidence_id = make_evidence(
                db.session, second, "台账.txt", rows["受理案件数"].id
            ).id
            removed = make_evidence(db.session, second, "旧.txt", rows["受理案件数"].id)
            removed.removed_at = clock.now()
            self.staff, self.supervisor = (user.username for user in people)
            self.plan_id, self.ids = plan.id, {name: row.id for name, row in rows.items()}
            self.quantities = [row.id for row in plan.quantities]
            db.session.commit()
        self.url = f"{API}/plans/{self.plan_id}"


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in rows}


# Sight


def test_the_list_has_what_the_actor_sees_and_turns_its_pages(app, browse):
    with app.app_context():
        make_year(db.session)
        own, other = make_unit(db.session), make_unit(db.session)
        staff = make_user(db.session, Role.STAFF, own).username
        finance = make_user(db.session, Role.FINANCE).username
        for number in range(PAGE_SIZE + 1):
            make_plan(db.session, own, name=f"第{number}个项目")
        make_plan(db.session, other, name="别人的项目")
        db.session.commit()
    client = browse(staff)
    first = client.get(f"{API}/plans?year=2022").json
    assert (first["total"], first["pages"], len(first["plans"])) == (51, 2, 50)
    assert first["links"]["previous"] is None
    second = client.get(first["links"]["next"]).json
    assert (second["page"], len(second["plans"])) == (2, 1)
    assert second["links"]["next"] is None
    assert "别人的项目" not in json.dumps([first, second], ensure_ascii=False)
    assert browse(finance).get(f"{API}/plans").json["total"] == 52
    row = first["plans"][0]
    assert row["budget"] == "100000"
    assert row["indicators"] == 3
    assert client.get(row["links"]["self"]).json["name"] == row["name"]
    client.get(row["links"]["page"])
    assert client.get(f"{API}/plans?year=1999").json["plans"] == []
    assert client.get(f"{API}/plans?page=77").json["page"] == 2


def test_without_a_year_the_list_is_empty_and_says_so(app, browse):
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    found = browse(auditor).get(f"{API}/plans").json
    assert found["year"] is None
    assert found["plans"] == []


def test_another_units_plan_quarter_and_evaluation_are_not_found(app, browse):
    case = Reported(app)
    with app.app_context():
        stranger = make_user(db.session, Role.STAFF, make_unit(db.session)).username
        db.session.commit()
    for url in ("", "/periods/2022-Q1", "/self-evaluation"):
        problem = browse(stranger).get(case.url + url, status=404).json
        assert problem["code"] == "not_found"
        assert "不在您的查看范围内" in problem["message"]
        assert problem["request_id"]


# Plans


def test_a_plan_gives_its_targets_with_how_they_are_read_and_where_actuals_come_from(app, browse):
    case = Reported(app)
    plan = browse(case.staff).get(case.url).json
    rows = by_name(plan["indicators"])
    assert list(rows) == list(case.ids)
    cases = rows["受理案件数"]
    assert cases["target"] == {
        "text": "≥100件",
        "comparator": "ge",
        "value": "100",
        "upper": None,
        "unit": "件",
        "sense": None,
    }
    assert (cases["weight"], cases["way"], cases["formula"]) == ("40", "typed", None)
    assert cases["initial_target"]["value"] == "120"
    assert (rows["办结率"]["target"]["value"], rows["办结率"]["target"]["upper"]) == ("90", "95")
    assert rows["办结率"]["way"] == "formula"
    assert rows["办结率"]["quantities"] == ["办结数", "受理数"]
    assert rows["制度建设"]["way"] == "check_list"
    assert rows["制度建设"]["points"] == ["是否已制定", "是否执行", "是否公开"]
    assert rows["完成时间"]["target"]["value"] == "2022-12-31"
    assert [row["unit"] for row in plan["quantities"]] == ["件", "件"]
    assert plan["budget"][0]["adjusted"] == "100000"
    assert [one["status"] for one in plan["periods"]] == ["approved", "approved", None, None]
    assert plan["self_evaluation_status"] is None
    for one in plan["periods"]:
        browse(case.staff).get(one["link"])


# Quarters


def test_a_quarter_gives_actuals_quantities_amounts_and_evidence_and_missing_as_null(app, browse):
    case = Reported(app)
    quarter = browse(case.staff).get(f"{case.url}/periods/2022-Q2").json
    rows = by_name(quarter["rows"])
    assert rows["受理案件数"]["actual"] == {
        "text": "45.5 件",
        "number": "45.5",
        **dict.fromkeys(("numerator", "denominator", "day", "tier", "rate")),
        "answers": [],
    }
    assert rows["受理案件数"]["expected"] == {"number": "90", "day": None, "tier": None}
    assert rows["受理案件数"]["likelihood"] == "possible"
    rate = rows["办结率"]["actual"]
    assert (rate["number"], rate["numerator"], rate["denominator"]) == ("95.833333", "2300", "24")
    tier = rows["社会影响"]["actual"]
    assert (tier["tier"], tier["rate"]) == ("achieved", "92.5")
    assert rows["制度建设"]["actual"]["answers"] == ["y", "n", "x"]
    assert rows["完成时间"]["actual"] is None
    values = {row["name"]: row["value"] for row in quarter["quantities"]}
    assert values == {"办结数": "23", "受理数": None}
    assert [row["executed"] for row in quarter["executed"]] == [None]
    (evidence,) = quarter["evidence"]
    assert (evidence["name"], evidence["size"]) == ("台账.txt", 3)
    assert evidence["sha256"] == "ab" * 32
    assert evidence["link"] == f"/evidence/{case.evidence_id}"
    assert quarter["status"] == "approved"


def test_a_quarter_that_nobody_began_has_all_its_rows_and_no_figure(app, browse):
    case = Reported(app)
    quarter = browse(case.staff).get(f"{case.url}/periods/2022-Q3").json
    assert quarter["status"] is None
    assert [row["actual"] for row in quarter["rows"]] == [None] * 5
    browse(case.staff).get(f"{case.url}/periods/2022-FY", status=404)
    browse(case.staff).get(f"{case.url}/periods/2022-Q9%00", status=404)


# Self-evaluations


def steps_on_page(html: str, row_id: str) -> list[str]:
    """The lines of a score's working as the page shows them, without those about its sources."""
    row = html.partition(f'id="row-{row_id}"')[2]
    work = row.partition('<div class="work">')[2].partition("</div>")[0]
    lines = [unescape(line) for line in re.findall(r"<p[^>]*>(.*?)</p>", work, re.DOTALL)]
    return [line for line in lines if not line.startswith(SOURCES)]


def steps_in_form(response: Any) -> dict[str, list[str]]:
    """The lines of the sheet 得分计算说明 by the name of what is scored."""
    sheet = openpyxl.load_workbook(BytesIO(response.data))["得分计算说明"]
    found: dict[str, list[str]] = {}
    name = ""
    for row in sheet.iter_rows(values_only=True):
        name = row[1] or name
        if row[4] and not row[4].startswith(("计算过程", *SOURCES)):
            found.setdefault(str(name), []).append(str(row[4]))
    return found


def test_a_signed_evaluations_working_is_the_same_in_the_api_on_the_page_and_in_the_form(
    app, browse
):
    case = Decided(app, browse)
    case.decide(browse, **case.typed())
    case.step(browse, "approve")
    with app.app_context():
        plan = db.session.get_one(Plan, case.plan_id)
        # What somebody renames or corrects afterwards touches nothing that was signed.
        plan.indicators[0].target_text = "≥1件"
        db.session.scalars(select(User)).first().display_name = "改了名"
        db.session.commit()
    client = browse(case.staff)
    told = client.get(f"{API}/plans/{case.plan_id}/self-evaluation").json
    page = client.get(case.url).html
    form = steps_in_form(client.get(f"{case.url}/form").response)
    assert told["status"] == "approved"
    assert told["frozen_at"]
    assert len(told["rows"]) == 3
    for row in told["rows"]:
        assert row["steps"] == steps_on_page(page, str(row["indicator_id"]))
        assert row["steps"] == form[row["name"]]
        assert row["steps"]
    assert told["execution"]["steps"] == steps_on_page(page, "execution")
    assert told["execution"]["steps"] == form["预算执行率"]
    assert told["total_steps"] == form["总分"]
    decided = by_name(told["rows"])["受理案件数"]
    assert (decided["points"], decided["decided"]["points"]) == ("42.5", "42.5")
    assert decided["decided"]["computed"] == "50"
    assert any("42.50" in line for line in decided["steps"])
    assert decided["target"] == "≥100件"
    total = sum(Decimal(row["points"]) for row in told["rows"])
    assert Decimal(told["total"]) == total + Decimal(told["execution"]["points"])


def test_an_evaluation_not_begun_is_a_conflict_and_one_in_preparation_a_draft(app, browse):
    case, later = Case(app, is_begun=False), Case(app)
    problem = browse(case.staff).get(f"{API}/plans/{case.plan_id}/self-evaluation", status=409).json
    assert problem["code"] == "conflict"
    told = browse(later.staff).get(f"{API}/plans/{later.plan_id}/self-evaluation").json
    assert told["is_draft"] is True
    assert told["frozen_at"] is None
    row = by_name(told["rows"])["及时受理率"]
    assert row["points"] == "27"
    assert row["demanded"]
    assert row["deviation_reason"] is None
    assert [one["figure"] for one in row["quarters"]] == ["95%", "92%", "88%", "81%"]


def test_an_unreported_figure_has_no_points_and_leaves_no_total(app, browse):
    figures = {"受理案件数": ("1",) * 4, "及时受理率": (None,) * 4, "群众满意度": ("90",) * 4}
    case = Case(app, figures=figures)
    told = browse(case.staff).get(f"{API}/plans/{case.plan_id}/self-evaluation").json
    row = by_name(told["rows"])["及时受理率"]
    assert (row["actual"], row["points"], row["flags"]) == (None, None, ["unreported"])
    assert (told["total"], told["rating"]) == (None, None)


# Packs


def test_the_packs_are_those_that_a_year_can_be_pinned_to_each_with_its_rules(app, browse):
    with app.app_context():
        admin = make_user(db.session, Role.ADMIN)
        for pack_id in ("local-open", "local-done"):
            copy_pack(db.session, admin.actor, load_pack("cn-project-2021"), pack_id=pack_id)
        row = db.session.scalars(select(LocalPack).where(LocalPack.pack_id == "local-done")).one()
        publish_pack(db.session, admin.actor, row, version=row.version)
        staff = make_user(db.session, Role.STAFF, make_unit(db.session)).username
        db.session.commit()
    client = browse(staff)
    listed = {one["id"]: one for one in client.get(f"{API}/packs").json["packs"]}
    assert listed.keys() == {*PACKS, "local-done"}
    assert listed["local-done"]["is_local"]
    for one in listed.values():
        client.get(one["link"])
    pack = client.get(f"{API}/packs/local-done").json
    assert pack["execution_weight"] == "10"
    rules = {rule["key"]: rule for rule in pack["rules"]}
    assert rules["at_most"]["values"] == {"formula": "inverse"}
    assert rules["execution"]["values"]["reason_below"] == "0.9"
    assert rules["class_weights"]["values"]["classes"][0]["weight"]
    assert rules["class_weights"]["certainty"] == "recalled"
    assert "[at_most]" in pack["text"]
    client.get(f"{API}/packs/local-open", status=404)
    client.get(f"{API}/packs/local-done?version=2", status=404)
    client.get(f"{API}/packs/x%00y", status=404)


# Scoring


@pytest.fixture
def scorer(app, browse):
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()

    def ask(status: int = 200, **body: Any) -> Any:
        content, kind = json.dumps(body), "application/json"
        client = browse(auditor)
        return client.post(f"{API}/score", content, content_type=kind, status=status).json

    return ask


@pytest.mark.parametrize(
    ("asked", "points", "ratio", "met", "flags"),
    [
        ({"target": "≤7天", "actual": "7.5"}, "9.33", "0.933333", False, ["below", "missed"]),
        ({"target": "≥24次", "actual": "5", "weight": "3"}, "0.63", "0.208333", False, ["below", "missed"]),
        ({"target": "≥100件", "actual": "250"}, "10", "2.5", True, ["over_achieved"]),
        ({"target": "0起", "actual": "2"}, "0", "0", False, ["below", "missed"]),
        ({"target": "明显", "actual": "达成年度指标（95%）"}, "9.5", "0.95", True, ["below"]),
        ({"target": "6月30日前", "year": 2022, "actual": "2022-07-01"}, "0", "0", False, ["below", "late", "missed"]),
        ({"target": "≥90%", "actual": None}, None, None, None, ["unreported"]),
        ({"target": "≥90%"}, None, None, None, ["unreported"]),
    ],
)  # fmt: skip
def test_a_score_comes_with_attainment_and_flags(scorer, asked, points, ratio, met, flags):
    told = scorer(**({"weight": "10"} | asked))
    assert told["points"] == points
    assert told["attainment"]["ratio"] == ratio
    assert told["attainment"]["met"] is met
    assert told["attainment"]["flags"] == flags


def test_a_score_comes_with_its_working_and_its_pack(scorer):
    told = scorer(target="≤7天", weight="10", actual="7.5", level1="成本指标")
    assert told["steps"] == [
        "目标 ≤7天 · 实际 7.5天 → 未达成 · 10 × 7 ÷ 7.5 = 9.33（四舍五入至 0.01）",
        "依据 cn-project-2021 第 1 版 §反向指标",
    ]
    assert told["pack"]["id"] == "cn-project-2021"
    assert (told["attainment"]["numerator"], told["attainment"]["denominator"]) == ("7", "7.5")
    other = scorer(target="≤7天", weight="10", actual="7.5", pack="sichuan-project-2023")
    assert "依据 sichuan-project-2023" in other["steps"][1]


def test_the_place_of_an_indicator_is_read_with_its_target(scorer):
    assert scorer(target="30万", weight="1")["target"]["sense"] == "at_least"
    cost = scorer(target="30万", weight="1", level1="成本指标", name="项目成本")
    assert (cost["target"]["sense"], cost["target"]["unit"]) == ("at_most", "万元")
    assert cost["findings"][0]["message"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"weight": "10"}, "target", "请填写这一项"),
        ({"target": None, "weight": "10"}, "target", "不能为 null"),
        ({"target": "≥1件", "weight": 10}, "weight", "数字也写成文字"),
        ({"target": "≥1件", "weight": ""}, "weight", "请填写分值"),
        ({"target": "≥1件", "weight": "101"}, "weight", "0 至 100"),
        ({"target": "≥1件", "weight": "1.005"}, "weight", "两位小数"),
        ({"target": "≥1件", "weight": "1", "actual": "两件"}, "actual", "不是数字"),
        ({"target": "≥1件", "weight": "1", "actual": "1e9"}, "actual", "不是数字"),
        ({"target": "6月30日前", "weight": "1", "actual": "2022-06-30"}, "target", "补全年月日"),
        ({"target": "≥1件", "weight": "1", "year": "2022"}, "year", "应为整数"),
        ({"target": "≥1件", "weight": "1", "year": 0}, "year", "1 至 9999"),
        ({"target": "x" * 501, "weight": "1"}, "target", "最多 500 字"),
        ({"target": "\ud800", "weight": "1"}, "target", "无法识别的字符"),
        ({"target": "≥1件", "weight": "1", "aktual": "1"}, "aktual", "没有这一项"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_at_its_field_in_chinese(scorer, body, field, words):
    problem = scorer(422, **body)
    assert problem["code"] == "invalid"
    assert list(problem["errors"]) == [field]
    assert words in problem["errors"][field]


def test_an_unknown_pack_to_score_by_is_not_found(scorer):
    assert "没有评分办法" in scorer(404, target="≥1件", weight="1", pack="nobody's")["message"]
    scorer(404, target="≥1件", weight="1", pack="cn-project-2021", pack_version=9)


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        (b"target=1", "application/x-www-form-urlencoded", 415, "application/json"),
        (b"{", "application/json", 422, "不是有效的 JSON"),
        (b"\xff\xfe\xff", "application/json", 422, "不是有效的 JSON"),
        (b"[" * 60_000, "application/json", 422, "不是有效的 JSON"),
        (b'{"weight": ' + b"9" * 5000 + b"}", "application/json", 422, "不是有效的 JSON"),
        (b"[1]", "application/json", 422, "一个 JSON 对象"),
        (b"null", "application/json", 422, "一个 JSON 对象"),
        (b" " * 65_537, "application/json", 422, "64 KB"),
    ],
    ids=["a form", "broken", "no text", "too deep", "too long", "a list", "null", "too large"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(app, browse, content, kind, status, words):
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    problem = browse(auditor).post(f"{API}/score", content, content_type=kind, status=status).json
    assert words in problem["message"]


# Refusals and the door


def test_a_stranger_is_told_to_sign_in_and_not_led_anywhere(app, browse):
    problem = browse().get(f"{API}/plans", status=401).json
    assert problem["code"] == "not_signed_in"
    assert "请先登录" in problem["message"]
    assert browse().get(f"{API}/nothing", status=404).json["code"] == "not_found"
    assert browse().post(f"{API}/plans", status=405).json["code"] == "method_not_allowed"


def test_a_user_with_a_password_to_choose_reads_nothing_yet(app, browse):
    with app.app_context():
        user = make_user(db.session, Role.AUDITOR)
        user.must_change_password = True
        name = user.username
        db.session.commit()
    assert "初始密码" in browse(name).get(f"{API}/plans", status=403).json["message"]


@pytest.mark.parametrize(
    "query", ["year=x", "year=0", "year=-1", "year=10000", "page=1.5", "page="]
)
def test_a_wrong_argument_is_named(app, browse, query):
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    problem = browse(auditor).get(f"{API}/plans?{query}", status=422).json
    assert list(problem["errors"]) == [query.partition("=")[0]]


def test_scoring_needs_no_token_because_it_changes_nothing_and_every_other_post_does(own_app):
    own_app.config["WTF_CSRF_ENABLED"] = True
    with own_app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    client = Browserless(own_app)(auditor)
    client.post(f"{API}/score", json={"target": "≥1件", "weight": "1"}, status=200)
    client.post("/account/password", {}, status=400)


# Queries


def queries_of(app: Any, client: Any, url: str) -> int:
    client.get(url)
    with app.app_context():
        engine = db.engine
    with count_queries(engine) as sent:
        client.get(url)
    return len(sent)


def test_twice_the_data_take_the_same_queries(app, browse):
    few, lot = (Case(app, **many(count)) for count in (5, 10))
    with app.app_context():
        for case in (few, lot):
            submission = db.session.scalars(
                select(Submission).where(Submission.plan_id == case.plan_id)
            ).first()
            for key in case.ids.values():
                make_evidence(db.session, submission, f"{key}.txt", key)
        db.session.commit()
    for url in ("", "/periods/2022-Q1", "/self-evaluation"):
        counts = [
            queries_of(app, browse(case.staff), f"{API}/plans/{case.plan_id}{url}")
            for case in (few, lot)
        ]
        assert counts[0] == counts[1], url
    with app.app_context():
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    before = queries_of(app, browse(auditor), f"{API}/plans?year=2022")
    for _ in range(2):
        Case(app)
    assert queries_of(app, browse(auditor), f"{API}/plans?year=2022") == before


# The description


def test_the_description_names_every_endpoint_and_says_everything_in_chinese(app, browse):
    told = browse().get(f"{API}/openapi.json").json
    assert told["openapi"] == "3.0.3"
    rules = {
        re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert told["paths"].keys() == rules
    lacking = [
        f"{name}.{key}"
        for name, schema in told["components"]["schemas"].items()
        for key, field in schema["properties"].items()
        if not re.search("[一-鿿]", field.get("description", ""))
    ]
    lacking += [
        name
        for name, schema in told["components"]["schemas"].items()
        if not re.search("[一-鿿]", schema.get("title", ""))
    ]
    for path, operations in told["paths"].items():
        for operation in operations.values():
            texts = [operation["summary"], operation["description"]]
            texts += [one.get("description", "") for one in operation["parameters"]]
            lacking += [path for text in texts if not re.search("[一-鿿]", text)]
    assert not lacking


def test_every_refusal_of_the_program_has_a_code_that_is_described(app, browse):
    schemas = browse().get(f"{API}/openapi.json").json["components"]["schemas"]
    assert schemas["Problem"]["properties"]["code"]["enum"] == list(CODES.values())


def test_the_page_shows_every_endpoint_without_a_script_and_an_administrator_is_led_to_it(
    app, browse
):
    with app.app_context():
        admin = make_user(db.session, Role.ADMIN).username
        db.session.commit()
    assert f'href="{API}/docs"' in browse(admin).get("/admin/users").html
    described = browse().get(f"{API}/openapi.json").json
    for client in (browse(), browse(admin)):
        page = client.get(f"{API}/docs")
        assert "<script" not in page.html
        for path in described["paths"]:
            assert path in page.text
        for said in ("计算过程，与页面和表中的相同", "未填报的为 null", "≤7天", "没有登录"):
            assert said in page.text
