"""Evidence attached from the grid at once, told where it stands already, and looked at."""

import io
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Evidence, LedgerEntry, Period, Plan, Submission, User
from perf.services.submissions import content_of_submission
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.pages import Client, Page
from tests.reported import make_approved_quarter, make_evidence
from tests.web.test_reports import fields_of

pytestmark = pytest.mark.slow

ROWS = [("产出指标", "受理案件数", "≥100件", "50"), ("满意度指标", "群众满意度", "≥80%", "40")]
JSON = {"Accept": "application/json"}
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def world(app):
    """An approved plan with an open third quarter, and a second one with evidence."""
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
        make_year(session)
        plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=people)
        cases, pleased = (row.id for row in plan.indicators)
        second = make_approved_quarter(session, plan, people, 2, {"受理案件数": "60"}, "50000")
        make_evidence(session, second, "台账.txt", cases)
        session.commit()
        return SimpleNamespace(
            staff=people[0].username,
            supervisor=people[1].username,
            plan_id=plan.id,
            page=f"/plans/{plan.id}/periods/2022-Q3",
            url=f"/plans/{plan.id}/periods/2022-Q3/evidence",
            cases=cases,
            pleased=pleased,
        )


@pytest.fixture(autouse=True)
def _october():
    with clock.set_to(datetime(2022, 10, 9, 6, 32, tzinfo=UTC)):
        yield


def drop(
    client: Client, world: Any, figure: object, content: bytes = PDF, *, status: int = 200
) -> Any:
    """What the grid's script sends for one file, and the answer."""
    data = {"figure": str(figure), "file": (io.BytesIO(content), "台账.pdf")}
    return client.post(world.url, data, status=status, headers=JSON).json


def rows_of(app, world) -> list[Evidence]:
    with app.app_context():
        query = select(Evidence).join(Submission, Submission.id == Evidence.submission_id)
        return list(
            db.session.scalars(
                query.join(Submission.period)
                .where(Period.code == "2022-Q3", Submission.plan_id == world.plan_id)
                .order_by(Evidence.id)
            )
        )


def test_a_dropped_file_is_attached_listed_and_told_and_the_page_may_go_on(
    app, browse, world
) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.page))
    first = drop(client, world, world.cases)
    assert (first["count"], first["told"]) == (1, "")
    assert "台账.pdf" in first["files"]
    budget = drop(client, world, "budget")
    assert budget["told"] == "与本期“受理案件数”的佐证相同，请核对是否传错。"
    assert [row.indicator_id for row in rows_of(app, world)] == [world.cases, None]
    # The page takes each step of the version, and can still be submitted.
    assert [first["moved"][0], first["moved"][1]] == [fields["version"], budget["moved"][0]]
    typed = {
        "version": budget["moved"][1],
        "action": "submit",
        f"actual-{world.cases}": "80",
        f"actual-{world.pleased}": "90",
        "executed-fiscal": "8",
    }
    assert "已提交审核" in client.post(world.page, fields | typed, follow=True).text
    again = browse(world.supervisor).get(world.page)
    assert "同一份文件也是本期“预算执行”的佐证" in again.text
    with app.app_context():
        told = db.session.scalars(select(LedgerEntry.action)).all()
    assert told.count("attach_evidence") == 2


def test_the_same_content_is_found_over_the_year_but_never_out_of_sight(app, browse, world) -> None:
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)
        foreign = make_plan(session, unit, ROWS, status=Status.APPROVED, people=people)
        quarter = make_approved_quarter(session, foreign, people, 1, {}, None)
        make_evidence(session, quarter, "别处.txt", foreign.indicators[0].id)
        gone = make_evidence(session, quarter, "已移除.txt", foreign.indicators[1].id)
        gone.removed_at = clock.now()
        session.flush()
        plan = f"{unit.name}“{foreign.name}”"
        finance = make_user(session, Role.FINANCE).username
        session.commit()
    drop(browse(world.staff), world, world.pleased)
    with app.app_context():
        # The content of the evidence that `make_evidence` tells of.
        row = db.session.get_one(Evidence, rows_of(app, world)[0].id)
        row.sha256 = "ab" * 32
        db.session.commit()
    own = "同一份文件也是二季度“受理案件数”"
    assert f"{own}的佐证" in browse(world.supervisor).get(world.page).text
    assert f"{own}、{plan}一季度“受理案件数”的佐证" in browse(finance).get(world.page).text


def test_the_same_file_twice_on_one_figure_is_not_doubled(app, browse, world) -> None:
    client = browse(world.staff)
    drop(client, world, world.cases)
    answer = drop(client, world, world.cases)
    assert answer["told"] == "与已有的佐证内容相同，没有重复添加。"
    assert answer["count"] == len(rows_of(app, world)) == 1


def test_what_cannot_be_attached_is_refused_with_its_sentence(app, browse, world) -> None:
    client = browse(world.staff)
    refused = drop(client, world, world.cases, b"MZ\x00\x01", status=422)
    assert "不能作为佐证的文件类型" in refused["message"]
    drop(client, world, 999_999, status=404)
    nothing = client.post(world.url, {"figure": "budget"}, status=422, headers=JSON).json
    assert "没有收到文件" in nothing["message"]
    browse(world.supervisor).post(world.url, {"figure": "budget"}, status=403, headers=JSON)
    drop(client, world, world.cases)
    with app.app_context():
        period = db.session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
        period.locked_at = clock.now()
        db.session.commit()
    assert "已由管理员锁定" in drop(client, world, "budget", status=409)["message"]
    assert len(rows_of(app, world)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Evidence.id))) == 2


def test_one_file_backs_a_second_figure_with_a_page_of_its_own(app, browse, world) -> None:
    client = browse(world.staff)
    drop(client, world, world.cases)
    page = client.get(f"{world.url}/{world.pleased}")
    assert "二季度“受理案件数”" in page.text
    own, earlier = rows_of(app, world)[0].id, 1
    chosen = {f"take-{own}": "1", f"pages-{own}": "3-5", f"pages-{earlier}": "9"}
    page = client.post(f"{world.url}/{world.pleased}", fields_of(page) | chosen, follow=True)
    assert "台账.pdf 第 3—5 页" in page.text
    first, second = rows_of(app, world)
    assert (second.indicator_id, second.pages) == (world.pleased, "第 3—5 页")
    assert (second.sha256, second.name, second.size) == (first.sha256, first.name, first.size)
    assert f'href="/evidence/{second.id}#page=3"' in page.html
    # Where it stands is said again, told with old and new, and shows in what was submitted.
    page = client.get(f"{world.url}/{world.pleased}")
    fields = fields_of(page) | {f"pages-{second.id}": "附表二"}
    client.post(f"{world.url}/{world.pleased}", fields)
    assert rows_of(app, world)[1].pages == "附表二"
    with app.app_context():
        told = db.session.scalars(
            select(LedgerEntry).where(LedgerEntry.action == "describe_evidence")
        ).one()
        assert told.changes == {"pages": ["第 3—5 页", "附表二"]}
        submission = db.session.get_one(Submission, second.submission_id)
        (shown,) = [
            row["fields"]["佐证材料"]
            for row in content_of_submission(submission)["rows"]
            if row["id"] == world.pleased
        ]
        assert shown.endswith("附表二")


def test_a_page_reference_is_not_overwritten_unseen_nor_lost_where_it_is_refused(
    app, browse, world
) -> None:
    client = browse(world.staff)
    drop(client, world, world.cases)
    own, url = rows_of(app, world)[0].id, f"{world.url}/{world.cases}"
    mine = fields_of(client.get(url)) | {f"pages-{own}": "7"}
    client.post(url, mine | {f"pages-{own}": "4"})
    page = client.post(url, mine, status=409)
    assert "他人刚刚改为“第 4 页”" in page.text
    assert fields_of(page)[f"pages-{own}"] == "7"
    assert rows_of(app, world)[0].pages == "第 4 页"
    # Whoever saves once more has seen it.
    client.post(url, fields_of(page))
    assert rows_of(app, world)[0].pages == "第 7 页"
    long = "页" * 61
    page = client.post(url, fields_of(client.get(url)) | {f"pages-{own}": long}, status=422)
    assert fields_of(page)[f"pages-{own}"] == long
    with app.app_context():
        period = db.session.scalars(select(Period).where(Period.code == "2022-Q3")).one()
        period.locked_at = clock.now()
        db.session.commit()
    assert "已由管理员锁定" in client.get(url).text
    client.post(url, mine | {f"take-{1}": "1"}, status=409)
    assert len(rows_of(app, world)) == 1


def test_a_reviewer_sees_which_scored_figures_have_no_evidence(app, browse, world) -> None:
    with app.app_context():
        session = db.session
        plan = session.get_one(Plan, world.plan_id)
        people = (
            session.get_one(User, plan.submitted_by_id),
            session.get_one(User, plan.decided_by_id),
        )
        figures = {"受理案件数": "80", "群众满意度": "90"}
        make_approved_quarter(session, plan, people, 1, {"受理案件数": "30"}, "20000")
        make_approved_quarter(session, plan, people, 3, figures, "70000")
        make_approved_quarter(session, plan, people, 4, figures, "90000")
        plan_unit = plan.unit_id
        session.commit()
    page = browse(world.supervisor).get(world.page)
    assert lacking(page) == ["受理案件数", "群众满意度", "预算执行"]
    second = browse(world.supervisor).get(world.page.replace("Q3", "Q2"))
    # A figure that nobody reported needs nothing to back it.
    assert lacking(second) == ["预算执行"]
    client = browse(world.staff)
    client.post(f"/plans/{world.plan_id}/self-evaluation/begin")
    page = browse(world.supervisor).get(f"/plans/{world.plan_id}/self-evaluation")
    assert lacking(page) == ["群众满意度", "预算执行率"]
    assert "有数的计分指标共 3 项" in page.text
    listed = browse(world.supervisor).get(f"/units/{plan_unit}?year=2022")
    assert re.search(r'data-label="缺佐证" class="num"[^>]*>1 项<', listed.html)


def lacking(page: Page) -> list[str]:
    note = next(one for one in page.tree.iter("details") if one.get("id") == "coverage")
    return [link.text for link in note.iter("a")]


def test_a_file_may_stand_in_a_frame_of_the_sites_own_pages_only(app, browse, world) -> None:
    client = browse(world.staff)
    drop(client, world, world.cases)
    page = client.get(world.page)
    assert 'data-preview="application/pdf"' in page.html
    file = client.get(f"/evidence/{rows_of(app, world)[0].id}", buffered=True)
    assert policy_of(file) == "default-src 'self'; frame-ancestors 'self'"
    assert policy_of(page) == "default-src 'self'; frame-ancestors 'none'"


def policy_of(page: Page) -> str:
    policy: str = page.response.headers["Content-Security-Policy"]
    return policy
