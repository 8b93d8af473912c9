"""结果应用 on the pages: made, answered and carried out, what was typed stays, and scans."""

from io import BytesIO
from types import SimpleNamespace

import pytest

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Recommendation, SelfEvaluation, SignedCopy
from tests.factories import make_plan, make_unit, make_user, make_year, mark
from tests.queries import count_queries
from tests.services.test_races import at_once, posting
from tests.test_permissions import make_signed_copy

pytestmark = pytest.mark.slow

ENTRY = {
    "kind": "budget",
    "text": "压减差旅费。",
    "consequence": "cut",
    "amount": "12.5",
    "due_on": "2099-03-31",
}
ANSWER = {
    "adoption": "adopted",
    "reason": "",
    "measure": "已列入预算。",
    "measure_on": "2099-09-30",
}


@pytest.fixture
def world(app):
    """A signed self-evaluation of one unit, and another unit's people."""
    with app.app_context():
        session = db.session()
        make_year(session)
        unit, other = make_unit(session, "信访局"), make_unit(session, "档案局")
        staff, chief = (make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
        plan = make_plan(session, unit, status=Status.APPROVED, people=(staff, chief), name="值班")
        evaluation = SelfEvaluation(
            unit_id=unit.id,
            plan_id=plan.id,
            pack_id=plan.pack_id,
            pack_version=1,
            updated_at=clock.now(),
        )
        mark(evaluation, Status.APPROVED, staff, chief)
        session.add(evaluation)
        session.flush()
        make_signed_copy(session, plan)
        make_year(session, 2023)
        following = make_plan(session, unit, year=2023)
        following.project_id = plan.project_id
        finance = make_user(session, Role.FINANCE)
        stranger = make_user(session, Role.STAFF, other)
        session.commit()
        return SimpleNamespace(
            plan=plan.id,
            following=following.id,
            unit=unit.id,
            staff=staff.username,
            chief=chief.username,
            finance=finance.username,
            stranger=stranger.username,
        )


def made(browse, world, **changes: str) -> str:
    """The address of a recommendation that finance has made."""
    page = f"/plans/{world.plan}/recommendations"
    answer = browse(world.finance).post(page, {**ENTRY, **changes}, status=302)
    address: str = answer.response.headers["Location"]
    return address


def test_a_recommendation_goes_its_way_from_finance_to_the_unit_and_back(app, browse, world):
    address = made(browse, world)
    staff, finance = browse(world.staff), browse(world.finance)
    assert "待答复 1 条" in staff.get("/").text
    assert "压减差旅费。" in staff.get("/recommendations?show=open").text
    page = staff.post(f"{address}/answer", {**ANSWER, "measure": "", "version": "1"}, status=422)
    assert "请填写落实措施" in page.text
    assert 'value="2099-09-30"' in page.html
    staff.post(f"{address}/answer", {**ANSWER, "version": "1"}, status=302)
    page = staff.post(
        f"{address}/answer", {**ANSWER, "measure": "丢不得", "version": "1"}, status=409
    )
    assert "没有保存" in page.text
    assert "丢不得" in page.html
    day = clock.today().isoformat()
    done = {"outcome": "已压减。", "outcome_on": day, "version": "2"}
    staff.post(f"{address}/outcome", done, status=302)
    staff.post(
        f"{address}/answer",
        {"adoption": "not_adopted", "reason": "另有安排。", "version": "3"},
        status=302,
    )
    history = finance.get(address).text
    for text in ("另有安排。", "已列入预算。", "已压减。", "采纳 → 改为 不采纳"):
        assert text in history, text
    assert "本年评价建议 1 条" in finance.get(f"/plans/{world.plan}").text
    assert "上年评价建议 1 条" in staff.get(f"/plans/{world.following}").text
    browse(world.stranger).get(address, status=404)
    assert "还没有评价建议" in browse(world.stranger).get("/recommendations").text


def test_what_finance_typed_stays_when_it_is_refused_and_may_be_withdrawn(app, browse, world):
    finance = browse(world.finance)
    page = f"/plans/{world.plan}/recommendations"
    refused = finance.post(page, {**ENTRY, "kind": "", "amount": "很多"}, status=422)
    assert "请选择建议类别" in refused.text
    assert "压减差旅费。" in refused.html
    assert 'value="很多"' in refused.html
    address = made(browse, world)
    finance.post(
        address, {"action": "withdraw", "withdrawn_reason": "重复。", "version": "1"}, status=302
    )
    assert "重复。" in browse(world.staff).get(address).text
    assert "已撤回" in finance.get("/recommendations?show=withdrawn").text


def test_the_form_is_exported_as_the_list_is_filtered(app, browse, world):
    made(browse, world)
    finance = browse(world.finance)
    answer = finance.get("/recommendations/form?format=csv&show=open").response
    assert "压减差旅费。" in answer.get_data(as_text=True)
    finance.get("/recommendations/form?format=csv&show=adopted", status=404)


def test_a_list_of_many_costs_what_a_list_of_one_does(app, browse, world):
    made(browse, world)
    finance = browse(world.finance)
    finance.get("/recommendations")
    counts = []
    for _ in range(2):
        with app.app_context():
            engine = db.engine
        with count_queries(engine) as sent:
            finance.get("/recommendations")
        counts.append(len(sent))
        for _ in range(4):
            made(browse, world)
    assert counts[0] == counts[1]


def test_a_scan_is_filed_beside_its_code_and_the_one_before_stays(app, browse, world):
    staff = browse(world.staff)
    address = f"/plans/{world.plan}/signed-copies/target"
    page = staff.get(address)
    assert "校验码" in page.text
    field = page.html.partition('name="approval" value="')[2].partition('"')[0]
    replaces = page.html.partition('name="replaces" value="')[2].partition('"')[0]
    entry = {"approval": field, "replaces": replaces, "signed_on": clock.today().isoformat()}

    def scan(name: str, content: bytes) -> dict[str, object]:
        return {**entry, "file": (BytesIO(content), name)}

    refused = staff.post(address, scan("a.txt", b"text"), status=422)
    assert "须是 PDF 或图片" in refused.text
    staff.post(address, scan("新.pdf", b"%PDF-1.7 new"), status=302)
    page = staff.get(address)
    assert "新.pdf" in page.text
    assert "已替换" in page.text
    late = staff.post(address, scan("晚.pdf", b"%PDF-1.7 late"), status=409)
    assert "他人刚刚归档" in late.text
    with app.app_context():
        assert db.session.query(SignedCopy).count() == 2
        assert db.session.query(Recommendation).count() == 0
    assert "无盖章扫描件" in staff.get("/self-evaluations?scan=missing&year=2022").text
    assert "无盖章扫描件" in staff.get(f"/units/{world.unit}?year=2022").text
    assert "已归档" in staff.get(f"/plans/{world.plan}/signed-copies").text
    browse(world.stranger).get(address, status=404)


def test_of_two_who_answer_or_file_at_once_one_is_told(app, browse, world) -> None:
    address = made(browse, world)
    answers = [
        posting(browse, user, f"{address}/answer", **{**ANSWER, "measure": user, "version": "1"})
        for user in (world.staff, world.chief)
    ]
    assert sorted(at_once(*answers)) == [302, 409]
    scans = f"/plans/{world.plan}/signed-copies/target"
    page = browse(world.staff).get(scans)
    shown = {
        name: page.html.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("approval", "replaces")
    }
    day = clock.today().isoformat()
    files = [
        posting(browse, user, scans, **shown, signed_on=day, file=(BytesIO(content), "a.pdf"))
        for user, content in ((world.staff, b"%PDF-1.7 one"), (world.chief, b"%PDF-1.7 two"))
    ]
    assert sorted(at_once(*files)) == [302, 409]
    with app.app_context():
        assert db.session.query(SignedCopy).count() == 2
