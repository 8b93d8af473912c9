"""The findings on the plan's page and on the sheet, before and after a save."""

from types import SimpleNamespace

import pytest

from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Indicator, LedgerEntry, Plan, User
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.pages import check_page
from tests.queries import count_queries
from tests.web.test_plans import sheet_of

ODD = [
    ("产出指标", "监管企业", "≥100", "50"),
    ("效益指标", "信访值班目标实现率", "≤10%", "20"),
    ("效益指标", "<b>党建效益</b>", "明显", "10"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]


@pytest.fixture
def world(app):
    with app.app_context():
        session = db.session
        make_year(session)
        unit = make_unit(session, "信访局", "024")
        users = {
            role.value: make_user(
                session, role, unit if role in {Role.STAFF, Role.SUPERVISOR} else None
            )
            for role in Role
        }
        plan = make_plan(session, unit, name="信访值班", indicators=ODD)
        right = make_plan(session, unit, name="没有疑点的")
        session.commit()
        return SimpleNamespace(
            plan=plan.id,
            right=right.id,
            rows=[row.id for row in plan.indicators],
            **{role: user.username for role, user in users.items()},
            people=(users["staff"].id, users["supervisor"].id),
        )


def card_of(page):
    tree = page.tree
    return next((each for each in tree.iter() if each.get("id") == "doubts"), None)


def text_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("role", ["staff", "supervisor"])
def test_staff_and_reviewer_read_the_findings_and_go_to_their_rows(world, browse, role):
    card = card_of(browse(world.__dict__[role]).get(f"/plans/{world.plan}"))
    assert "审核提示" in text_of(card)
    assert "2 条警告，1 条说明" in text_of(card)
    assert "却设了上限" in text_of(card)
    assert "<b>党建效益</b>（明显）" in text_of(card)
    links = [(text_of(each), each.get("href")) for each in card.iter("a")]
    assert [link for link in links if link[1].startswith("#")] == [
        ("监管企业", f"#row-{world.rows[0]}"),
        ("信访值班目标实现率", f"#row-{world.rows[1]}"),
        ("<b>党建效益</b>", f"#row-{world.rows[2]}"),
    ]


def test_a_plan_without_findings_says_so(world, browse):
    card = card_of(browse(world.supervisor).get(f"/plans/{world.right}"))
    assert text_of(card) == "审核提示 没有发现问题。"
    page = browse(world.staff).get(f"/plans/{world.right}/indicators")
    assert text_of(card_of(page)).endswith("没有发现问题。")


def test_who_only_reads_is_not_told_what_to_correct(world, browse):
    for role in ["finance", "auditor", "admin"]:
        assert card_of(browse(world.__dict__[role]).get(f"/plans/{world.plan}")) is None


def test_the_findings_of_an_approved_plan_are_folded_away(world, app, browse):
    with app.app_context():
        plan = db.session.get_one(Plan, world.plan)
        mark(plan, Status.APPROVED, *users_of(world))
        db.session.commit()
    card = card_of(browse(world.supervisor).get(f"/plans/{world.plan}"))
    assert card.tag == "details"
    assert card.get("open") is None
    assert text_of(card).startswith("审核提示：2 条警告，1 条说明")


def users_of(world):
    return [db.session.get_one(User, key) for key in world.people]


def test_the_sheet_shows_the_findings_at_the_rows_and_in_whole(world, browse):
    page = browse(world.staff).get(f"/plans/{world.plan}/indicators")
    tree = page.tree
    beside = {each.get("id"): each for each in tree.iter("span") if each.get("id")}
    row = beside[f"doubts-{world.rows[1]}"]
    assert [each.get("class") for each in row] == ["doubt warn"]
    assert "却设了上限" in text_of(row)
    assert "doubt none" in [each.get("class") for each in beside[f"doubts-{world.rows[2]}"]]
    assert not text_of(beside[f"doubts-{world.rows[3]}"])
    targets = {each.get("href") for each in card_of(page).iter("a")}
    assert {href for href in targets if href.startswith("#")} == {
        f"#target-{key}" for key in world.rows[:3]
    }


def test_what_is_typed_is_checked_without_being_stored(world, app, browse):
    staff = browse(world.staff)
    data = sheet_of(staff.get(f"/plans/{world.plan}/indicators"))
    first, second, third, fourth = world.rows
    data[f"target-{second}"] = "≥90%"
    data[f"remove-{third}"] = "1"
    data[f"target-{fourth}"] = "<满意>"
    data |= {"level1-new1": "产出指标", "name-new1": "党组织建设", "target-new1": "全年"}
    data |= {"level1-new2": "产出指标", "name-new2": "还没写完"}
    with app.app_context():
        before = [db.session.query(model).count() for model in (Indicator, LedgerEntry)]
    answer = staff.post(f"/plans/{world.plan}/indicators/checks", data, status=200).json
    assert set(answer["rows"]) == {str(first), str(fourth), "new1"}
    assert answer["rows"][str(first)][0]["severity"] == "warning"
    assert "没有写单位" in answer["rows"][str(first)][0]["message"]
    assert "只说明期间" in answer["rows"]["new1"][0]["message"]
    assert "条警告" in answer["summary"]
    assert 'href="#target-new1"' in answer["card"]
    check_page(f"<!doctype html><title>x</title><h1>x</h1>{answer['card']}", "the card")
    with app.app_context():
        assert [db.session.query(model).count() for model in (Indicator, LedgerEntry)] == before
        assert db.session.get_one(Indicator, second).target_text == "≤10%"


def test_asking_for_the_findings_takes_as_many_queries_for_more_rows(world, app, browse):
    def count(rows: int) -> int:
        data = {"row": [f"new{n}" for n in range(1, rows + 1)], "version": "1"}
        for n in range(1, rows + 1):
            data |= {
                f"level1-new{n}": "产出指标",
                f"name-new{n}": f"巡查{n}",
                f"target-new{n}": "1",
            }
        client = browse(world.staff)
        with app.app_context(), count_queries(db.engine) as queries:
            client.post(f"/plans/{world.plan}/indicators/checks", data, status=200)
        return len(queries)

    assert count(3) == count(40)


def test_only_who_may_edit_the_plan_asks(world, app, browse):
    address = f"/plans/{world.plan}/indicators/checks"
    browse(world.supervisor).post(address, {}, status=403)
    with app.app_context():
        plan = db.session.get_one(Plan, world.plan)
        mark(plan, Status.SUBMITTED, *users_of(world))
        db.session.commit()
    browse(world.staff).post(address, {}, status=409)
