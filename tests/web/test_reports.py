"""The quarter's page: filling in, saving, submitting, evidence, conflicts, and nothing lost."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from werkzeug.test import encode_multipart

from perf import clock
from perf.core.terms import Curve, FundSource, Kind, Role, Status
from perf.extensions import db
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    Evidence,
    Indicator,
    LedgerEntry,
    Period,
    Plan,
    Submission,
)
from perf.web.report_page import LOCKED
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.pages import Page
from tests.queries import count_queries
from tests.reported import make_approved_quarter

pytestmark = pytest.mark.slow

ROWS = [
    ("产出指标", "受理案件数", "≥100件", "40"),
    ("产出指标", "办理时限", "≤7天", "20"),
    ("产出指标", "完成时间", "2022年12月31日前", "10"),
    ("效益指标", "促进和谐", "明显", "10"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def world(app):
    """An approved plan of two sources, with its second quarter approved."""
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = [make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR)]
        make_year(session)
        plan = make_plan(session, unit, ROWS, status=Status.APPROVED, people=tuple(people))
        plan.indicators[0].kind = Kind.CUMULATIVE
        session.add(
            BudgetLine(
                unit_id=unit.id,
                plan_id=plan.id,
                source=FundSource.CARRYOVER,
                initial=Decimal(20000),
            )
        )
        make_approved_quarter(session, plan, tuple(people), 2, {"受理案件数": "60"}, "50000")
        session.commit()
        ids = [row.id for row in plan.indicators]
        return SimpleNamespace(
            staff=people[0].username,
            supervisor=people[1].username,
            staff_name=people[0].display_name,
            unit_id=unit.id,
            plan_id=plan.id,
            url=f"/plans/{plan.id}/periods/2022-Q3",
            cases=ids[0],
            days=ids[1],
            date=ids[2],
            grade=ids[3],
            satisfaction=ids[4],
        )


@pytest.fixture(autouse=True)
def _october():
    with clock.set_to(datetime(2022, 10, 9, 6, 32, tzinfo=UTC)):
        yield


def fields_of(page: Page, form_id: str = "sheet") -> dict[str, Any]:
    """What a browser would post from the form as it stands on the page."""
    tree = page.tree
    form = next(one for one in tree.iter("form") if one.get("id") == form_id)
    found: dict[str, Any] = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if not name or kind in {"submit", "file"}:
            continue
        is_box = kind in {"checkbox", "radio"}
        if element.tag == "input" and (not is_box or element.get("checked") is not None):
            found[name] = element.get("value", "")
        elif element.tag == "textarea":
            # A browser drops the line break that a textarea begins with.
            found[name] = (element.text or "").removeprefix("\n")
        elif element.tag == "select":
            chosen = [one for one in element.iter("option") if one.get("selected") is not None]
            found[name] = (chosen or list(element.iter("option")))[0].get("value", "")
    return found


def type_in(client, world, changes: dict[str, Any], *, status: int = 302) -> Page:
    """Open the page, change some cells and save."""
    fields = fields_of(client.get(world.url))
    return client.post(world.url, fields | changes, status=status)


def whole(world) -> dict[str, Any]:
    """Cells that fill in the whole quarter."""
    return {
        f"actual-{world.cases}": "80",
        f"actual-{world.days}": "6",
        f"actual-{world.date}": "2022-09-01",
        f"tier-{world.grade}": "achieved",
        f"rate-{world.grade}": "95",
        f"actual-{world.satisfaction}": "86.67",
        "executed-fiscal": "8.5",
        "executed-carryover": "2",
    }


def stored(app, world, key: int) -> Actual | None:
    with app.app_context():
        return db.session.scalar(
            select(Actual)
            .join(Actual.submission)
            .join(Submission.period)
            .where(Actual.indicator_id == key, Period.code == "2022-Q3")
        )


def submission_of(app, world) -> Submission | None:
    with app.app_context():
        return db.session.scalar(
            select(Submission)
            .join(Submission.period)
            .where(Submission.plan_id == world.plan_id, Period.code == "2022-Q3")
        )


def cell(page: Page, name: str) -> str:
    """The value in one control of the grid."""
    return fields_of(page)[name]


def row_text(page: Page, key: int) -> str:
    row = page.html.partition(f'id="row-{key}"')[2].partition("<tr")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


# The page


def test_the_grid_shows_targets_last_figures_and_what_is_missing(browse, world) -> None:
    page = browse(world.staff).get(world.url)
    assert "三季度填报" in page.text
    assert "10 月 15 日到期，还有 6 天" in page.text
    assert "≥100件 60 件" in row_text(page, world.cases)
    assert "已填 0 / 5" in page.text
    assert "受理案件数未填 ， 办理时限未填 ， 完成时间未填 等 7 项" in page.text
    assert "12.00 全年预算（万元）" not in page.text
    assert re.search(r"<dt>全年预算（万元）</dt><dd>12.00</dd>", page.html)


def test_a_whole_quarter_is_typed_saved_read_again_and_submitted(app, browse, world) -> None:
    client = browse(world.staff)
    page = type_in(client, world, whole(world))
    page = client.get(page.location)
    assert "草稿已保存" in page.text
    assert "已填 5 / 5" in page.text
    assert "填完了，可以提交" in page.text
    assert cell(page, f"actual-{world.satisfaction}") == "86.67"
    assert "8.50" not in fields_of(page)["executed-fiscal"]
    page = client.post(world.url, fields_of(page) | {"action": "submit"}, follow=True)
    assert "已提交审核" in page.text
    assert "待审核" in page.text
    assert 'name="actual-' not in page.html
    assert submission_of(app, world).status is Status.SUBMITTED


def test_everything_can_be_typed_and_submitted_at_once(app, browse, world) -> None:
    type_in(browse(world.staff), world, whole(world) | {"action": "submit"})
    assert submission_of(app, world).status is Status.SUBMITTED


def test_the_running_attainment_and_state_stand_in_each_row(browse, world) -> None:
    client = browse(world.staff)
    changes = whole(world) | {f"actual-{world.cases}": "67", f"actual-{world.days}": "11"}
    page = client.get(type_in(client, world, changes).location)
    assert "67%" in row_text(page, world.cases)
    assert "关注 进度偏慢" in row_text(page, world.cases)
    assert "已超限值" in row_text(page, world.days)
    assert "按期" in row_text(page, world.date)
    assert "已达标" in row_text(page, world.satisfaction)
    assert "办理时限缺原因" in page.text


def test_a_light_stays_as_it_was_handed_in_whatever_pace_the_plan_takes(app, browse, world) -> None:
    client = browse(world.staff)
    type_in(client, world, whole(world) | {"action": "submit"})
    assert "正常" in row_text(client.get(world.url), world.cases)
    with app.app_context():
        indicator = db.session.get_one(Indicator, world.cases)
        indicator.curve, indicator.pace = Curve.OWN, "40、80、100、100"
        db.session.commit()
    row = row_text(client.get(world.url), world.cases)
    assert "正常" in row
    assert "关注" not in row


def test_a_blank_submission_links_to_each_missing_cell(app, browse, world) -> None:
    page = type_in(browse(world.staff), world, {"action": "submit"}, status=422)
    for target in (
        f"actual-{world.cases}",
        f"tier-{world.grade}",
        "executed-fiscal",
        "executed-carryover",
    ):
        assert f'href="#{target}"' in page.html
        assert f'id="{target}"' in page.html
    assert submission_of(app, world).status is Status.DRAFT


def test_an_empty_reason_where_one_is_demanded_stops_the_submission(app, browse, world) -> None:
    changes = whole(world) | {f"actual-{world.days}": "11", f"reason-{world.days}": "  "}
    page = type_in(browse(world.staff), world, changes | {"action": "submit"}, status=422)
    assert f'href="#reason-{world.days}"' in page.html
    assert "已超过指标值 ≤7天，请说明偏差原因" in page.text
    assert stored(app, world, world.days).value == 11


def test_no_data_with_a_reason_can_be_submitted(app, browse, world) -> None:
    changes = whole(world) | {
        f"actual-{world.satisfaction}": "",
        f"nodata-{world.satisfaction}": "1",
        f"kind-{world.satisfaction}": "other",
        f"reason-{world.satisfaction}": "年底统一调查",
        "action": "submit",
    }
    client = browse(world.staff)
    page = client.get(type_in(client, world, changes).location)
    assert "本期无数据" in row_text(page, world.satisfaction)
    assert "年底统一调查" in page.text


# Bad input


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("cases", "1oo", "不是数字"),
        ("cases", "NaN", "不是数字"),
        ("cases", "1e400", "不是数字"),
        ("cases", "二〇二二", "不是数字"),
        ("cases", "2022-09-01", "这里要填数字，不是日期"),
        ("cases", "<script>alert(1)</script>", "不是数字"),
        ("date", "100", "这里要填日期"),
        ("date", "2022-13-01", "没有这样的日期"),
    ],
)
def test_a_bad_cell_comes_back_as_typed_and_the_others_are_saved(
    app, browse, world, name, typed, sentence
) -> None:
    key = getattr(world, name)
    changes = {f"actual-{key}": typed, f"actual-{world.satisfaction}": "８６．６７"}
    page = type_in(browse(world.staff), world, changes, status=422)
    assert cell(page, f"actual-{key}") == typed
    assert sentence in row_text(page, key)
    assert f'href="#actual-{key}"' in page.html
    assert "有误" in row_text(page, key)
    assert stored(app, world, key) is None
    assert stored(app, world, world.satisfaction).value == Decimal("86.67")
    assert cell(page, f"actual-{world.satisfaction}") == "86.67"


def test_a_corrected_page_saves_the_rest(app, browse, world) -> None:
    client = browse(world.staff)
    page = type_in(
        client, world, {f"actual-{world.cases}": "80x", f"expected-{world.cases}": "95"}, status=422
    )
    assert stored(app, world, world.cases).expected_value == 95
    client.post(world.url, fields_of(page) | {f"actual-{world.cases}": "80"})
    assert stored(app, world, world.cases).value == 80


def test_a_submission_with_a_bad_cell_is_saved_but_not_submitted(app, browse, world) -> None:
    changes = whole(world) | {"executed-fiscal": "8.5元", "action": "submit"}
    page = type_in(browse(world.staff), world, changes, status=422)
    assert cell(page, "executed-fiscal") == "8.5元"
    assert 'href="#executed-fiscal"' in page.html
    assert submission_of(app, world).status is Status.DRAFT
    assert stored(app, world, world.cases).value == 80


def test_a_reason_above_the_limit_comes_back_whole(app, browse, world) -> None:
    text = "长" * 4001
    page = type_in(
        browse(world.staff),
        world,
        {f"actual-{world.cases}": "80", f"reason-{world.cases}": text},
        status=422,
    )
    assert "最多 4000 字，现有 4001 字" in page.text
    assert cell(page, f"reason-{world.cases}") == text
    assert stored(app, world, world.cases).value == 80


@pytest.mark.parametrize("is_multipart", [True, False], ids=["with files", "plain"])
def test_a_remark_of_five_megabytes_is_refused_with_a_sentence(
    app, browse, world, is_multipart
) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url)) | {f"reason-{world.cases}": "x" * 5 * 1024 * 1024}
    body: str | bytes = urlencode(fields)
    content_type = "application/x-www-form-urlencoded"
    if is_multipart:
        boundary, body = encode_multipart(fields)
        content_type = f"multipart/form-data; boundary={boundary}"
    page = client.post(world.url, body, status=413, content_type=content_type)
    assert "文字不能超过 4 MB" in page.text
    assert submission_of(app, world) is None


def test_invisible_characters_are_dropped_from_a_reason(app, browse, world) -> None:
    type_in(browse(world.staff), world, {f"reason-{world.cases}": "借调\x00\x0b两人"})
    assert stored(app, world, world.cases).deviation_reason == "借调两人"


def test_what_is_typed_stands_escaped_on_the_page(browse, world) -> None:
    client = browse(world.staff)
    text = "</textarea><script>alert(1)</script>"
    page = client.get(type_in(client, world, {f"reason-{world.cases}": text}).location)
    assert "<script>alert" not in page.html
    assert cell(page, f"reason-{world.cases}") == text


@pytest.mark.parametrize(
    "path", ["/plans/999999/periods/2022-Q3", "{plan}/2022-FY", "{plan}/2021-Q3", "{plan}/x"]
)
def test_a_quarter_that_is_none_is_not_found(browse, world, path) -> None:
    url = path.replace("{plan}", f"/plans/{world.plan_id}/periods")
    browse(world.staff).get(url, status=404)
    browse(world.staff).post(url, {}, status=404)


def test_another_units_quarter_is_not_found_on_any_way(app, browse, world) -> None:
    with app.app_context():
        stranger = make_user(db.session, Role.STAFF, make_unit(db.session)).username
        db.session.commit()
    client = browse(stranger)
    client.get(world.url, status=404)
    client.get(f"{world.url}/reading?indicator={world.cases}&value=1", status=404)
    client.post(world.url, {f"actual-{world.cases}": "1"}, status=404)
    client.post(f"{world.url}/steps/submit", {"version": "1"}, status=404)
    assert submission_of(app, world) is None


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.ADMIN, Role.SUPERVISOR])
def test_those_who_only_read_get_text_and_may_not_save(app, browse, world, role) -> None:
    with app.app_context():
        unit = db.session.get(Plan, world.plan_id).unit if role is Role.SUPERVISOR else None
        reader = make_user(db.session, role, unit).username
        db.session.commit()
    page = browse(reader).get(world.url)
    assert 'id="sheet"' not in page.html
    assert "未填报" in row_text(page, world.cases)
    browse(reader).post(world.url, {f"actual-{world.cases}": "1"}, status=403)


def test_a_posted_row_of_another_plan_is_left_aside(app, browse, world) -> None:
    with app.app_context():
        foreign = make_plan(db.session, make_unit(db.session)).indicators[0].id
        db.session.commit()
    type_in(browse(world.staff), world, {f"actual-{foreign}": "5"})
    assert stored(app, world, foreign) is None


# Two windows


def test_the_same_save_twice_changes_nothing_the_second_time(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url)) | whole(world)
    client.post(world.url, fields)
    with app.app_context():
        told = len(db.session.scalars(select(LedgerEntry)).all())
    version = submission_of(app, world).version
    client.post(world.url, fields)
    with app.app_context():
        assert len(db.session.scalars(select(LedgerEntry)).all()) == told
    assert submission_of(app, world).version == version


def test_the_same_submission_twice_is_told_that_it_is_done(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url)) | whole(world) | {"action": "submit"}
    client.post(world.url, fields)
    page = client.post(world.url, fields, status=409)
    assert "本期填报待审核" in page.text
    assert "未保存的内容" not in page.text


def two_windows(browse, world):
    client = browse(world.staff)
    type_in(client, world, {f"actual-{world.cases}": "70"})
    fields = fields_of(client.get(world.url))
    mine = fields | {f"actual-{world.cases}": "80", f"actual-{world.days}": "6"}
    type_in(client, world, {f"actual-{world.cases}": "75", "executed-fiscal": "5"})
    return client, mine


def test_a_cell_changed_in_two_windows_shows_mine_and_theirs(app, browse, world) -> None:
    client, mine = two_windows(browse, world)
    page = client.post(world.url, mine | {"executed-fiscal": "6"}, status=409)
    assert cell(page, f"actual-{world.cases}") == "80"
    assert f"{world.staff_name} 在 2022-10-09 14:32 改过这一行" in page.text
    assert "75 件" in page.text
    assert cell(page, "executed-fiscal") == "6"
    assert "他人刚刚改为 5 万元" in page.text
    assert stored(app, world, world.cases).value == 75
    assert stored(app, world, world.days).value == 6


def test_after_a_conflict_mine_can_be_saved_knowingly(app, browse, world) -> None:
    client, mine = two_windows(browse, world)
    page = client.post(world.url, mine, status=409)
    client.post(world.url, fields_of(page))
    assert stored(app, world, world.cases).value == 80


def test_after_a_conflict_theirs_can_be_taken(app, browse, world) -> None:
    client, mine = two_windows(browse, world)
    page = client.post(world.url, mine | {"executed-fiscal": "6"}, status=409)
    taken = {f"take-{world.cases}": "1", "take-fiscal": "1"}
    page = client.get(client.post(world.url, fields_of(page) | taken).location)
    assert cell(page, f"actual-{world.cases}") == "75"
    assert cell(page, "executed-fiscal") == "5"


def test_a_row_that_i_left_alone_follows_the_other_window(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url))
    type_in(client, world, {f"actual-{world.cases}": "75"})
    client.post(world.url, fields | {f"actual-{world.days}": "6"})
    assert stored(app, world, world.cases).value == 75
    assert stored(app, world, world.days).value == 6


def test_a_stale_page_saves_but_does_not_submit(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url)) | whole(world) | {"action": "submit"}
    type_in(client, world, {f"expected-{world.satisfaction}": ""} | {"executed-carryover": "2"})
    fields |= {f"was-{world.satisfaction}": ""}
    page = client.post(world.url, fields, status=409)
    assert "未提交" in page.text
    assert cell(page, f"actual-{world.cases}") == "80"
    assert submission_of(app, world).status is Status.DRAFT
    client.post(world.url, fields_of(page) | {"action": "submit"})
    assert submission_of(app, world).status is Status.SUBMITTED


@pytest.mark.parametrize("close", ["submitted", "locked", "plan reopened"])
def test_what_was_typed_into_a_quarter_that_closed_meanwhile_is_shown_again(
    app, browse, world, close
) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url))
    if close == "submitted":
        type_in(client, world, whole(world) | {"action": "submit"})
    else:
        with app.app_context():
            if close == "locked":
                db.session.scalars(
                    select(Period).where(Period.code == "2022-Q3")
                ).one().locked_at = clock.now()
            else:
                db.session.get(Plan, world.plan_id).status = Status.REOPENED
            db.session.commit()
    typed = {
        f"actual-{world.cases}": "99",
        f"reason-{world.days}": "一段来之不易的文字",
        f"tier-{world.grade}": "partial",
        "executed-fiscal": "9.99",
        f"files-{world.cases}": (io.BytesIO(PDF), "台账.pdf"),
    }
    page = client.post(world.url, fields | typed, status=409)
    unsaved = page.text.partition("您刚才填写但未保存的内容")[2]
    for text in ("受理案件数 99", "一段来之不易的文字", "部分达成年度指标", "9.99", "台账.pdf"):
        assert text in unsaved
    assert 'id="sheet"' not in page.html
    with app.app_context():
        assert db.session.scalars(select(Evidence)).all() == []


def test_two_people_who_begin_a_quarter_at_once_both_get_through(app, browse, world) -> None:
    clients = [browse(world.staff), browse(world.staff)]
    forms = [fields_of(client.get(world.url)) for client in clients]
    forms[0][f"actual-{world.cases}"] = "80"
    forms[1][f"actual-{world.days}"] = "6"
    together = Barrier(2)

    def save(number: int) -> int:
        together.wait()
        return clients[number].client.post(world.url, data=forms[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(save, [0, 1])) == [302, 302]
    assert stored(app, world, world.cases).value == 80
    assert stored(app, world, world.days).value == 6


def test_two_people_who_type_into_one_cell_at_once_are_not_both_believed(
    app, browse, world
) -> None:
    clients = [browse(world.staff), browse(world.staff)]
    forms = [fields_of(client.get(world.url)) for client in clients]
    together = Barrier(2)

    def save(number: int) -> int:
        together.wait()
        form = forms[number] | {f"actual-{world.cases}": f"8{number}"}
        return clients[number].client.post(world.url, data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(save, [0, 1]))
    assert sorted(answers) == [302, 409]
    assert stored(app, world, world.cases).value == Decimal(f"8{answers.index(302)}")


# Evidence


def upload(client, world, *files, status=302, **changes) -> Page:
    fields = fields_of(client.get(world.url)) | changes
    fields[f"files-{world.cases}"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(world.url, fields, status=status)


def evidence(app) -> list[Evidence]:
    with app.app_context():
        return list(db.session.scalars(select(Evidence).order_by(Evidence.id)))


def test_several_files_a_figure_are_saved_with_what_was_typed(app, browse, world) -> None:
    client = browse(world.staff)
    typed = {f"actual-{world.cases}": "80"}
    page = upload(client, world, (PDF, "三季度台账.pdf"), (b"a,b", "明细.csv"), **typed)
    assert page.location.endswith(f"?open={world.cases}#row-{world.cases}")
    page = client.get(page.location)
    assert "佐证 2 份" in row_text(page, world.cases)
    assert "三季度台账.pdf" in page.text
    assert stored(app, world, world.cases).value == 80
    assert [row.sha256 for row in evidence(app)] == [
        sha256(PDF).hexdigest(),
        sha256(b"a,b").hexdigest(),
    ]


def test_a_file_is_shown_or_downloaded_by_what_it_is(app, browse, world) -> None:
    client = browse(world.staff)
    upload(client, world, (PDF, "三季度台账.pdf"), (b"<script>alert(1)</script>", "页.html"))
    pdf, text = evidence(app)
    shown = client.get(f"/evidence/{pdf.id}", buffered=True).response
    assert shown.data == PDF
    assert shown.mimetype == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["ETag"] == f'"{pdf.sha256}"'
    again = client.client.get(
        f"/evidence/{pdf.id}", headers={"If-None-Match": shown.headers["ETag"]}, buffered=True
    )
    assert again.status_code == 304
    downloaded = client.get(f"/evidence/{text.id}", buffered=True).response
    assert downloaded.mimetype == "text/plain"
    assert downloaded.headers["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_unit_is_not_found(app, browse, world) -> None:
    upload(browse(world.staff), world, (PDF, "台账.pdf"))
    with app.app_context():
        stranger = make_user(db.session, Role.SUPERVISOR, make_unit(db.session)).username
        auditor = make_user(db.session, Role.AUDITOR).username
        db.session.commit()
    url = f"/evidence/{evidence(app)[0].id}"
    browse(stranger).get(url, status=404)
    browse(auditor).get(url, buffered=True)
    browse(world.supervisor).get(url, buffered=True)


def test_a_file_that_is_gone_from_the_disk_is_told(app, browse, world) -> None:
    client = browse(world.staff)
    upload(client, world, (PDF, "台账.pdf"))
    for path in (app.config["DATA_DIR"] / "evidence").rglob("*"):
        if path.is_file():
            path.unlink()
    assert "文件不在服务器上了" in client.get(f"/evidence/{evidence(app)[0].id}", status=404).text


def test_the_same_file_twice_is_told_and_not_doubled(app, browse, world) -> None:
    client = browse(world.staff)
    upload(client, world, (PDF, "台账.pdf"))
    page = client.get(upload(client, world, (PDF, "另一个名字.pdf")).location)
    assert "“另一个名字.pdf”与已有的佐证内容相同，没有重复添加" in page.text
    assert len(evidence(app)) == 1


def test_a_file_that_is_no_evidence_is_named_and_the_rest_is_saved(app, browse, world) -> None:
    client = browse(world.staff)
    typed = {f"actual-{world.cases}": "80"}
    page = upload(
        client, world, (b"MZ\x00\x01", "木马.exe"), (PDF, "台账.pdf"), status=422, **typed
    )
    assert "“木马.exe”没有上传：不能作为佐证的文件类型" in page.text
    assert f'href="#files-{world.cases}"' in page.html
    assert [row.name for row in evidence(app)] == ["台账.pdf"]
    assert stored(app, world, world.cases).value == 80


def test_a_file_is_removed_without_losing_what_was_typed(app, browse, world) -> None:
    client = browse(world.staff)
    upload(client, world, (PDF, "台账.pdf"))
    fields = fields_of(client.get(world.url))
    typed = {f"actual-{world.days}": "6", "remove": str(evidence(app)[0].id)}
    page = client.get(client.post(world.url, fields | typed).location)
    assert "台账.pdf" not in page.text
    assert cell(page, f"actual-{world.days}") == "6"
    assert evidence(app)[0].removed_at is not None


def test_the_executed_budget_has_evidence_of_its_own(app, browse, world) -> None:
    client = browse(world.staff)
    type_in(client, world, {"files-budget": (io.BytesIO(PDF), "支付明细.pdf")})
    assert "支付明细.pdf" in client.get(world.url).text.partition("预算执行（万元）")[2]
    assert evidence(app)[0].indicator_id is None


# The review's steps


def submitted(client, world) -> Page:
    return client.get(type_in(client, world, whole(world) | {"action": "submit"}).location)


def version_of(app, world) -> str:
    return str(submission_of(app, world).version)


def test_the_recorder_withdraws_and_goes_on(app, browse, world) -> None:
    client = browse(world.staff)
    page = submitted(client, world)
    assert "/steps/withdraw" in page.html
    client.post(f"{world.url}/steps/withdraw", {"version": version_of(app, world)})
    assert 'id="sheet"' in client.get(world.url).html


def test_a_remark_on_one_indicator_stands_in_its_row(app, browse, world) -> None:
    client = browse(world.staff)
    submitted(client, world)
    said = {"version": version_of(app, world), f"remark-{world.days}": "请附台账。"}
    browse(world.supervisor).post(f"{world.url}/steps/return", said)
    page = client.get(world.url)
    after = page.html.partition(f'id="row-{world.days}"')[2].partition('id="row-')[0]
    assert "请附台账。" in after
    assert "已退回" in page.text


@pytest.mark.parametrize(
    ("action", "said", "status", "sentence"),
    [
        ("return", {"reason": ""}, 422, "须说明原因"),
        ("return", {"reason": "长" * 4001}, 422, "说明最多 4000 字"),
        ("approve", {"version": "1", "reason": "写了很久的意见"}, 409, "有变动"),
        ("reopen", {"reason": "写了很久的意见"}, 409, "不能重新打开"),
    ],
)
def test_a_refused_step_keeps_what_the_reviewer_typed(
    app, browse, world, action, said, status, sentence
) -> None:
    submitted(browse(world.staff), world)
    fields = {"version": version_of(app, world), f"remark-{world.days}": ""} | said
    page = browse(world.supervisor).post(f"{world.url}/steps/{action}", fields, status=status)
    assert sentence in page.text
    assert said["reason"] in page.text
    assert submission_of(app, world).status is Status.SUBMITTED


def test_a_step_that_is_none_and_a_quarter_not_begun_are_not_found(browse, world) -> None:
    client = browse(world.supervisor)
    client.post(f"{world.url}/steps/approve", {"version": "1"}, status=404)
    submitted(browse(world.staff), world)
    client.post(f"{world.url}/steps/nonsense", {"version": "1"}, status=404)


def test_an_approved_quarter_is_locked_on_every_way_in(app, browse, world) -> None:
    client = browse(world.staff)
    fields = fields_of(client.get(world.url))
    submitted(client, world)
    page = browse(world.supervisor).post(
        f"{world.url}/steps/approve", {"version": version_of(app, world)}, follow=True
    )
    assert "已审核通过，本期内容已锁定。" in page.text
    assert LOCKED not in page.text
    assert LOCKED in client.get(world.url).text
    files = {f"files-{world.cases}": (io.BytesIO(PDF), "台账.pdf")}
    client.post(world.url, fields | {f"actual-{world.cases}": "99"} | files, status=409)
    client.post(world.url, fields | {"executed-fiscal": "1"}, status=409)
    client.post(world.url, {"remove": "1"}, status=409)
    for action in ("submit", "withdraw"):
        client.post(f"{world.url}/steps/{action}", {"version": version_of(app, world)}, status=409)
    assert stored(app, world, world.cases).value == 80
    assert evidence(app) == []


def test_what_changed_since_the_approval_is_shown_after_reopening(app, browse, world) -> None:
    client, supervisor = browse(world.staff), browse(world.supervisor)
    submitted(client, world)
    supervisor.post(f"{world.url}/steps/approve", {"version": version_of(app, world)})
    supervisor.post(
        f"{world.url}/steps/reopen", {"version": version_of(app, world), "reason": "数字有误"}
    )
    type_in(client, world, {f"actual-{world.cases}": "90", "action": "submit"})
    page = supervisor.get(world.url)
    assert re.search(r"<del[^>]*>80 件</del>.*<ins[^>]*>90 件</ins>", page.html, re.DOTALL)


# Live readings


def read(client, world, key: int, status: int = 200, **texts: str) -> Any:
    query = {"indicator": str(key), **texts}
    return client.get(f"{world.url}/reading", status=status, query_string=query).json


@pytest.mark.parametrize(
    ("name", "texts", "expected"),
    [
        (
            "cases",
            {"value": "70"},
            {"ratio": "70%", "share": 700, "tick": 750, "state": "正常", "note": ""},
        ),
        (
            "cases",
            {"value": "67"},
            {"state": "关注", "state_tone": "warn", "note": "进度偏慢", "reason": None},
        ),
        ("cases", {"value": "80"}, {"ratio": "80%", "state": "正常", "state_tone": "ok"}),
        ("cases", {"value": "99.99"}, {"ratio": "99.9%", "state": "正常"}),
        ("cases", {"value": "100"}, {"ratio": "已达标", "share": 1000, "reason": None}),
        ("cases", {"value": "200"}, {"ratio": "200%", "state": "正常", "note": "超额较多"}),
        (
            "cases",
            {"value": "50"},
            {"reason": "累计数比上期减少，请核对；如确实减少，请说明原因。"},
        ),
        ("cases", {"value": ""}, {"ratio": "未填报", "share": None, "lack": "未填"}),
        ("cases", {"value": "x"}, {"state": "有误", "lack": "有误"}),
        ("cases", {"nodata": "1"}, {"state": "本期无数据", "lack": ""}),
        ("cases", {"value": "80", "likelihood": "possible"}, {"state": "关注", "note": "可能未达"}),
        (
            "cases",
            {"value": "80", "likelihood": "impossible"},
            {"state": "滞后", "note": "预计未达"},
        ),
        (
            "satisfaction",
            {"value": "50"},
            {"ratio": "62.5%", "tick": None, "state": "关注", "note": "未达指标值"},
        ),
        (
            "satisfaction",
            {"value": "40"},
            {"state": "滞后", "line": "各期均按指标值衡量，完成 50%：滞后（§监控预警）"},
        ),
        ("days", {"value": "7"}, {"ratio": "未超限值", "tick": None, "error": None}),
        ("days", {"value": "8"}, {"ratio": "已超限值", "tone": "bad", "note": "超出限值"}),
        ("date", {"value": "2023-01-01"}, {"ratio": "已逾期", "state": "滞后"}),
        ("grade", {"tier": "partial", "rate": "70"}, {"state": "关注", "note": "部分达成"}),
        ("grade", {"tier": "missed", "rate": "10"}, {"note": "未达成", "tone": "bad"}),
    ],
)
def test_a_row_reads_itself_while_it_is_typed(browse, world, name, texts, expected) -> None:
    answer = read(browse(world.staff), world, getattr(world, name), **texts)
    assert {key: answer[key] for key in expected} == expected


def test_a_reading_names_what_is_wrong_and_changes_nothing(app, browse, world) -> None:
    answer = read(browse(world.staff), world, world.cases, value="1e400", expected="许多")
    assert "不是数字" in answer["error"]
    assert "不是数字" in answer["expected_error"]
    assert submission_of(app, world) is None


def test_a_reading_of_no_indicator_is_refused(browse, world) -> None:
    client = browse(world.staff)
    client.get(f"{world.url}/reading", status=422)
    client.get(f"{world.url}/reading?indicator=x", status=422)
    read(client, world, 999999, status=404)


# Size


def test_the_page_takes_the_same_queries_for_five_and_for_sixty_indicators(
    app, browse, world
) -> None:
    counts = []
    for size in (5, 60):
        with app.app_context():
            staff, supervisor = (
                make_user(db.session, role, db.session.get(Plan, world.plan_id).unit)
                for role in (Role.STAFF, Role.SUPERVISOR)
            )
            rows = [("产出指标", f"指标{n}", "≥100件", "1") for n in range(size)]
            plan = make_plan(
                db.session, staff.unit, rows, status=Status.APPROVED, people=(staff, supervisor)
            )
            figures = {name: "5" for _, name, _, _ in rows}
            make_approved_quarter(db.session, plan, (staff, supervisor), 2, figures, "1")
            row = make_approved_quarter(db.session, plan, (staff, supervisor), 3, figures, "2")
            row.status = Status.DRAFT
            for indicator in plan.indicators:
                db.session.add(
                    Evidence(
                        unit_id=plan.unit_id,
                        submission_id=row.id,
                        indicator_id=indicator.id,
                        sha256="a" * 64,
                        name="台账.pdf",
                        media_type="application/pdf",
                        size=5,
                        created_at=clock.now(),
                        created_by_id=staff.id,
                    )
                )
            db.session.commit()
            url, engine = f"/plans/{plan.id}/periods/2022-Q3", db.engine
            username = staff.username
        client = browse(username)
        with count_queries(engine) as sent:
            page = client.get(url)
        assert page.html.count('name="actual-') == size
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 21


def test_executed_amounts_of_all_sources_are_summed_at_the_head(browse, app, world) -> None:
    client = browse(world.staff)
    page = client.get(type_in(client, world, whole(world)).location)
    assert re.search(r"<dt>累计执行</dt><dd>10.50</dd>", page.html)
    assert re.search(r"<dt>执行率 · 时序 75%</dt><dd>87.5%</dd>", page.html)
    with app.app_context():
        rows = db.session.scalars(
            select(BudgetExecution)
            .join(Submission, Submission.id == BudgetExecution.submission_id)
            .where(Submission.status == Status.DRAFT)
        )
        assert {row.source: row.executed for row in rows} == {
            FundSource.FISCAL: Decimal(85000),
            FundSource.CARRYOVER: Decimal(20000),
        }
