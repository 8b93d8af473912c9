"""The quarter's sheet on its pages: out, filled in, back in, looked through, confirmed."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from perf import clock
from perf.core.sheet_cells import CellState
from perf.core.terms import FundSource, Kind, Role, Status, Tier
from perf.documents.quarter_sheets import Column, read_quarter_sheet
from perf.documents.quarter_sheets.rows import MAIN
from perf.extensions import db
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    LedgerEntry,
    Period,
    Plan,
    QuantityValue,
    Submission,
    User,
)
from perf.queries.submissions import quarter_visible_to
from perf.services.formula_names import record_names
from perf.web.quarter_sheets import upload as uploading
from perf.web.quarter_sheets import views
from perf.web.quarter_sheets.judging import judge_upload
from perf.web.quarter_sheets.upload import upload_of
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year, mark
from tests.pages import Page
from tests.queries import count_queries
from tests.reported import make_approved_quarter
from tests.sheets import address_of, cell_of, filled, opened, saved
from tests.web.test_reports import fields_of

pytestmark = pytest.mark.slow

ACTUAL, RATE, NO_DATA = Column.ACTUAL, Column.RATE, Column.NO_DATA
EXPECTED, LIKELIHOOD, KIND, REASON = Column.EXPECTED, Column.LIKELIHOOD, Column.KIND, Column.REASON
ROWS = [
    ("产出指标", "受理案件数", "≥100件", "30"),
    ("产出指标", "及时受理率", "≥90%", "20"),
    ("产出指标", "完成时间", "2022年12月31日前", "10"),
    ("效益指标", "促进和谐", "明显", "10"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
    ("效益指标", "预算执行率", "≥90%", "5"),
    ("效益指标", "制度健全性", "健全", "5"),
]


@pytest.fixture
def world(app):
    """An approved plan with every kind of row, its second quarter approved, the third one open."""
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = tuple(make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
        other = make_user(session, Role.STAFF, unit)
        make_year(session)
        plan = make_plan(
            session, unit, ROWS, name="信访工作经费", status=Status.APPROVED, people=people
        )
        make_computed(session, plan)
        second = make_plan(
            session, unit, ROWS[:1], name="党建经费", status=Status.APPROVED, people=people
        )
        make_approved_quarter(session, plan, people, 2, {"受理案件数": "60"}, "50000")
        session.commit()
        ids = [row.id for row in plan.indicators]
        keys = [f"indicator-{one}" for one in ids]
        return SimpleNamespace(
            staff=people[0].username,
            supervisor=people[1].username,
            other=other.username,
            other_name=other.display_name,
            plan_id=plan.id,
            actor=people[0].actor,
            grid=f"/plans/{plan.id}/periods/2022-Q3",
            url=f"/plans/{plan.id}/periods/2022-Q3/sheet",
            second=f"/plans/{second.id}/periods/2022-Q3/sheet",
            ids=ids,
            cases=keys[0],
            share=keys[1],
            day=keys[2],
            grade=keys[3],
            satisfaction=keys[4],
            computed=keys[5],
            checked=keys[6],
            points=[f"point-{ids[6]}-0", f"point-{ids[6]}-1"],
            done=f"quantity-{plan.quantities[0].id}",
            whole=f"quantity-{plan.quantities[1].id}",
        )


def make_computed(session: Any, plan: Plan) -> None:
    """The last two rows: one by a formula of two quantities, one point by point."""
    share, checked = plan.indicators[5:7]
    share.formula, share.kind = "预算完成数 / 预算数 × 100%", Kind.RATIO
    checked.is_check_list, checked.note = True, "1. 是否制定制度；2. 是否存在截留支出。"
    session.flush()
    record_names(session(), SYSTEM, plan)


@pytest.fixture(autouse=True)
def _october():
    with clock.set_to(datetime(2022, 10, 9, 6, 32, tzinfo=UTC)):
        yield


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: to start the worker, tested by itself, takes longer than a test."""
    monkeypatch.setattr(
        views, "read_sheet_apart", lambda _name, content: read_quarter_sheet(content)
    )


def downloaded(client, world) -> bytes:
    return client.get(f"{world.url}.xlsx").response.data


def upload(client, world, content: bytes, *, status: int = 200, url: str = "") -> Page:
    """The preview of a file."""
    data = {"file": (io.BytesIO(content), "三季度.xlsx")}
    return client.post(url or world.url, data, status=status)


def confirm(client, world, page: Page, *, status: int = 302, **fields: str) -> Page:
    """Confirm what the preview shows."""
    data = fields_of(page) | {"step": "confirm"} | fields
    return client.post(world.url, data, status=status)


def in_grid(client, world, **changes: str) -> None:
    """Somebody saves some cells in the grid meanwhile."""
    client.post(world.grid, fields_of(client.get(world.grid)) | changes)


def counts(page: Page) -> dict[str, int]:
    """How many cells the page says are of each state."""
    found = {}
    for fact in page.tree.iter("div"):
        if "fact" in (fact.get("class") or "").split():
            label, value = (" ".join("".join(one.itertext()).split()) for one in fact)
            if label.endswith("（格）"):
                found[label.removesuffix("（格）")] = int(value)
    return found


def shown_rows(page: Page, table_id: str) -> list[str]:
    """The text of each row of one of the page's tables."""
    tables = [one for one in page.tree.iter("table") if one.get("id") == table_id]
    return [
        " ".join("".join(f" {text}" for text in row.itertext()).split())
        for table in tables
        for row in table.find("tbody").iter("tr")
    ]


def rows_in(app, model) -> list[Any]:
    with app.app_context():
        return list(
            db.session.scalars(
                select(model)
                .join(Submission, Submission.id == model.submission_id)
                .join(Submission.period)
                .where(Period.code == "2022-Q3")
                .order_by(model.id)
            )
        )


def actual(app, key: str) -> Actual | None:
    return next(
        (row for row in rows_in(app, Actual) if f"indicator-{row.indicator_id}" == key), None
    )


def ledger(app) -> list[LedgerEntry]:
    with app.app_context():
        return list(db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


NOTHING = {"冲突": 0, "无效": 0, "改动": 0, "新填": 0}


def test_downloaded_and_uploaded_unchanged_nothing_is_to_be_stored(app, browse, world) -> None:
    staff = browse(world.staff)
    page = upload(staff, world, downloaded(staff, world))
    # Seven indicators of five cells, two quantities, one source.
    assert counts(page) == NOTHING | {"未变": 38}
    assert "没有要保存的改动" in page.text
    assert "确认保存" not in page.text
    assert rows_in(app, Actual) == []


def test_the_quarter_leads_to_its_sheet_and_only_while_it_is_filled_in(browse, world) -> None:
    page = browse(world.staff).get(world.grid)
    assert f'href="{world.url}.xlsx"' in page.html
    assert f'href="{world.url}"' in page.html
    assert world.url not in browse(world.supervisor).get(world.grid).html


def test_what_was_filled_in_is_shown_and_stored_only_when_it_is_confirmed(
    app, browse, world
) -> None:
    staff = browse(world.staff)
    edits = {
        (world.cases, ACTUAL): 80.5,
        (world.cases, EXPECTED): "120",
        (world.cases, LIKELIHOOD): "有可能",
        (world.cases, KIND): "人员保障",
        (world.cases, REASON): "两人借调\n十月返岗",
        (world.share, ACTUAL): (0.954, "0%"),
        (world.day, ACTUAL): datetime.fromisoformat("2022-09-30"),
        (world.grade, ACTUAL): "部分达成",
        (world.grade, RATE): (0.75, "0%"),
        (world.grade, EXPECTED): "达成",
        (world.satisfaction, NO_DATA): "是",
        (world.done, ACTUAL): 92.5,
        (world.whole, ACTUAL): 100,
        (world.points[0], ACTUAL): "符合",
        (world.points[1], ACTUAL): "不符合",
        ("executed-fiscal", ACTUAL): 8.5,
    }
    page = upload(staff, world, filled(downloaded(staff, world), edits))
    assert counts(page) == NOTHING | {"新填": 14, "未变": 24}
    shown = shown_rows(page, "new")
    assert "受理案件数 本期累计 G4 80.5 件 新填" in shown
    assert "及时受理率 本期累计 G5 95.4% 新填" in shown
    assert "完成时间 本期累计 G6 2022-09-30 新填" in shown
    assert "促进和谐 本期累计 G7、H7 部分达成 75% 新填" in shown
    assert "群众满意度 本期累计 I8 本期无数据 新填" in shown
    assert "财政拨款累计执行数 本期累计 G15 8.5 万元 新填" in shown
    assert shown_rows(page, "follows") == ["预算执行率 未填报 92.5%"]
    assert (rows_in(app, Actual), rows_in(app, BudgetExecution)) == ([], [])

    done = confirm(staff, world, page)
    assert done.location == world.grid
    assert "已按填报表保存 14 格" in staff.get(done.location).text
    cases, grade = actual(app, world.cases), actual(app, world.grade)
    assert (cases.value, cases.expected_value) == (Decimal("80.5"), Decimal(120))
    assert (cases.likelihood.label, cases.deviation_kind.label) == ("有可能", "人员保障")
    assert cases.deviation_reason == "两人借调\n十月返岗"
    assert actual(app, world.share).value == Decimal("95.4")
    assert str(actual(app, world.day).on) == "2022-09-30"
    assert (grade.tier, grade.rate, grade.expected_tier) == (Tier.PARTIAL, 75, Tier.ACHIEVED)
    assert actual(app, world.satisfaction).is_no_data
    assert actual(app, world.computed).value == Decimal("92.5")
    assert actual(app, world.checked).checked == "yn"
    (executed,) = rows_in(app, BudgetExecution)
    assert executed.executed == Decimal(85000)

    # Downloaded anew it says the same, and what is uploaded again changes nothing.
    again = upload(staff, world, downloaded(staff, world))
    assert counts(again) == NOTHING | {"未变": 38}


def test_the_ledger_tells_the_sheet_and_each_row_it_wrote(app, browse, world) -> None:
    staff = browse(world.staff)
    page = upload(staff, world, filled(downloaded(staff, world), {(world.cases, ACTUAL): 80}))
    before = len(ledger(app))
    confirm(staff, world, page)
    told = [(entry.action, entry.changes) for entry in ledger(app)[before:]]
    assert [action for action, _ in told] == [
        "open_submission",
        "upload_quarter_sheet",
        "record_actual",
    ]
    assert told[1][1] == {"file_name": [None, "三季度.xlsx"]}
    shown = browse(world.supervisor).get("/ledger").text
    assert "按 Excel 填报表填写监控填报" in shown
    assert "三季度.xlsx" in shown


def test_changed_cleared_and_respelt_cells_are_told_apart(app, browse, world) -> None:
    staff = browse(world.staff)
    first, second = world.ids[:2]
    in_grid(
        staff, world, **{f"actual-{first}": "70", f"actual-{second}": "90", "executed-fiscal": "5"}
    )
    edits = {
        (world.cases, ACTUAL): 80,
        (world.share, ACTUAL): (0.9, "0%"),
        ("executed-fiscal", ACTUAL): None,
    }
    page = upload(staff, world, filled(downloaded(staff, world), edits))
    assert counts(page) == NOTHING | {"改动": 2, "未变": 36}
    assert shown_rows(page, "changed") == [
        "受理案件数 本期累计 G4 70 件 80 件 改动",
        "财政拨款累计执行数 本期累计 G15 5 万元 清空 改动",
    ]
    confirm(staff, world, page)
    assert actual(app, world.cases).value == 80
    assert rows_in(app, BudgetExecution)[0].executed is None
    assert actual(app, world.share).version == 1


LATE = datetime.fromisoformat("2022-09-30")
# Cells that do not meet, each sheet with all of its own; what is said of each.
INVALID: list[list[tuple[str, Column, Any, str]]] = [
    [
        ("cases", ACTUAL, "八十", "不是数字"),
        ("cases", RATE, 5, "已锁定"),
        ("cases", EXPECTED, "很多", "不是数字"),
        ("cases", LIKELIHOOD, "也许", "请从列表中选择"),
        ("cases", KIND, "天气", "请从列表中选择"),
        ("cases", REASON, "长" * 4001, "最多 4000 字"),
        ("day", ACTUAL, "九月", "不是日期"),
        ("grade", ACTUAL, "优秀", "没有这个等级"),
        ("computed", ACTUAL, 95, "已锁定"),
        ("done", ACTUAL, "九十", "不是数字"),
        ("point", ACTUAL, "符合", "还有 1 个没有核对"),
        ("executed", ACTUAL, -1, "不能是负数"),
        ("executed", REASON, "晚了", "已锁定"),
    ],
    [
        ("cases", ACTUAL, (0.8, "0%"), "不要带“%”"),
        ("day", ACTUAL, (95, "General"), "要填日期"),
        ("grade", RATE, 95, "请先选择等级"),
        ("satisfaction", ACTUAL, "=80", "没有保存计算结果"),
        ("point", ACTUAL, "大概", "核对结果请选"),
        ("executed", ACTUAL, "#REF!", "错误值 #REF!"),
    ],
    [
        ("cases", NO_DATA, "对", "请选“是”或留空"),
        ("satisfaction", ACTUAL, LATE, "不是日期"),
        ("done", ACTUAL, 1 / 3, "小数太长"),
    ],
]


@pytest.mark.parametrize("cells", INVALID)
def test_cells_that_the_grid_would_refuse_are_left_out_and_named(
    app, browse, world, cells: list[tuple[str, Column, Any, str]]
) -> None:
    keys = vars(world) | {"executed": "executed-fiscal", "point": world.points[0]}
    staff = browse(world.staff)
    sheet = downloaded(staff, world)
    edits = {(keys[name], column): value for name, column, value, _ in cells}
    page = upload(staff, world, filled(sheet, edits | {(world.share, ACTUAL): 91}))
    told = {row.split(" 无效")[0]: row for row in shown_rows(page, "invalid")}
    assert len(told) == len(cells) == counts(page)["无效"]
    assert counts(page)["新填"] == 1
    for name, column, _, sentence in cells:
        address = address_of(sheet, keys[name], column)
        assert any(f" {address} " in row and sentence in row for row in told), (name, sentence)
    done = confirm(staff, world, page)
    said = staff.get(done.location).text
    assert f"{len(cells)} 格无效，没有保存：" in said
    assert address_of(sheet, keys[cells[0][0]], cells[0][1]) in said
    assert [f"indicator-{row.indicator_id}" for row in rows_in(app, Actual)] == [world.share]


def test_no_data_beside_a_figure_is_refused_as_in_the_grid(browse, world) -> None:
    staff = browse(world.staff)
    sheet = downloaded(staff, world)
    page = upload(
        staff, world, filled(sheet, {(world.cases, ACTUAL): 5, (world.cases, NO_DATA): "是"})
    )
    assert "就不能再填数值" in shown_rows(page, "invalid")[0]
    page = upload(staff, world, filled(sheet, {(world.cases, ACTUAL): "本期无数据"}))
    assert shown_rows(page, "new") == ["受理案件数 本期累计 G4 本期无数据 新填"]


def test_a_cell_saved_in_the_grid_after_the_download_is_a_conflict_that_keeps_theirs(
    app, browse, world
) -> None:
    staff, other = browse(world.staff), browse(world.other)
    sheet = downloaded(staff, world)
    first, share = world.ids[:2]
    in_grid(other, world, **{f"actual-{first}": "70", f"expected-{first}": "110"})
    in_grid(other, world, **{f"actual-{share}": "91", "executed-fiscal": "5"})
    edits = {
        (world.cases, ACTUAL): 80,
        (world.cases, LIKELIHOOD): "确定能",
        # Both came to the same.
        (world.share, ACTUAL): 91,
        ("executed-fiscal", ACTUAL): 6,
    }
    page = upload(staff, world, filled(sheet, edits))
    assert counts(page) == NOTHING | {"冲突": 2, "新填": 1, "未变": 35}
    cases, executed = shown_rows(page, "conflict")
    assert "系统里的 70 件" in cases
    assert f"{world.other_name} · 2022-10-09 14:32" in cases
    assert "填报表里的 80 件" in cases
    assert "系统里的 5 万元" in executed
    confirm(staff, world, page)
    kept = actual(app, world.cases)
    assert "按填报表保存 1 格" in staff.get(world.grid).text
    # Theirs stays, and what they did not touch is taken from the sheet beside it.
    assert (kept.value, kept.expected_value, kept.likelihood.label) == (70, 110, "确定能")
    assert rows_in(app, BudgetExecution)[0].executed == 50000


def test_a_conflict_is_taken_from_the_sheet_where_the_user_says_so(app, browse, world) -> None:
    staff, other = browse(world.staff), browse(world.other)
    sheet = downloaded(staff, world)
    first = world.ids[0]
    in_grid(other, world, **{f"actual-{first}": "70", f"quantity-{world.done[9:]}": "5"})
    edits = {(world.cases, ACTUAL): 80, (world.done, ACTUAL): 6}
    page = upload(staff, world, filled(sheet, edits))
    assert counts(page)["冲突"] == 2
    confirm(staff, world, page, **{f"keep-actual-{first}": "mine", f"keep-{world.done}": "mine"})
    assert actual(app, world.cases).value == 80
    assert rows_in(app, QuantityValue)[0].value == 6


def test_what_is_saved_between_preview_and_confirmation_brings_the_preview_again(
    app, browse, world
) -> None:
    staff, other = browse(world.staff), browse(world.other)
    first = world.ids[0]
    edits = {(world.cases, ACTUAL): 80, (world.share, ACTUAL): 91}
    page = upload(staff, world, filled(downloaded(staff, world), edits))
    assert counts(page)["新填"] == 2
    in_grid(other, world, **{f"actual-{first}": "70"})
    before = len(ledger(app))
    again = confirm(staff, world, page, status=409)
    assert "什么也没有覆盖" in again.text
    assert counts(again) == NOTHING | {"冲突": 1, "新填": 1, "未变": 36}
    assert actual(app, world.share) is None
    assert len(ledger(app)) == before
    confirm(staff, world, again, **{f"keep-actual-{first}": "mine"})
    assert (actual(app, world.cases).value, actual(app, world.share).value) == (80, 91)


def test_a_choice_made_survives_when_the_preview_comes_again(browse, world) -> None:
    staff, other = browse(world.staff), browse(world.other)
    sheet = filled(downloaded(staff, world), {(world.cases, ACTUAL): 80})
    key = f"keep-actual-{world.ids[0]}"
    in_grid(other, world, **{f"actual-{world.ids[0]}": "70"})
    page = upload(staff, world, sheet)
    assert fields_of(page)[key] == "stored"
    in_grid(other, world, **{f"actual-{world.ids[0]}": "71"})
    again = confirm(staff, world, page, status=409, **{key: "mine"})
    assert "71 件" in shown_rows(again, "conflict")[0]
    assert fields_of(again)[key] == "mine"


def test_the_same_confirmation_sent_twice_changes_nothing_the_second_time(
    app, browse, world
) -> None:
    staff = browse(world.staff)
    page = upload(staff, world, filled(downloaded(staff, world), {(world.cases, ACTUAL): 80}))
    confirm(staff, world, page)
    before = len(ledger(app))
    done = confirm(staff, world, page)
    assert "没有再次改动" in staff.get(done.location).text
    assert len(ledger(app)) == before


def test_the_wrong_file_is_refused_by_the_name_of_its_plan_and_quarter(browse, world) -> None:
    staff = browse(world.staff)
    content = downloaded(staff, world)
    other_plan = upload(staff, world, content, url=world.second, status=422)
    assert (
        "这是“信访工作经费 2022 年三季度填报表”，不是“党建经费 2022 年三季度填报表”"
        in other_plan.text
    )
    other_quarter = upload(staff, world, content, url=world.url.replace("Q3", "Q1"), status=422)
    assert "不是“信访工作经费 2022 年一季度填报表”" in other_quarter.text
    assert "不是 .xlsx" in upload(staff, world, b"text", status=422).text
    assert "请选择填好的填报表" in staff.post(world.url, {}, status=422).text


def test_locked_means_locked_on_this_way_in_too(app, browse, world) -> None:
    staff = browse(world.staff)
    content = filled(downloaded(staff, world), {(world.cases, ACTUAL): 80})
    page = upload(staff, world, content)
    with app.app_context():
        db.session.execute(
            update(Period).where(Period.code == "2022-Q3").values(locked_at=clock.now())
        )
        db.session.commit()
    for answer in (
        staff.get(f"{world.url}.xlsx", status=409),
        staff.get(world.url),
        upload(staff, world, content, status=409),
        confirm(staff, world, page, status=409),
    ):
        assert "已由管理员锁定" in answer.text
        assert 'type="file"' not in answer.html
    assert rows_in(app, Actual) == []


def test_what_waits_for_review_takes_no_sheet(app, browse, world) -> None:
    staff = browse(world.staff)
    content = filled(downloaded(staff, world), {(world.cases, ACTUAL): 80})
    in_grid(staff, world, **{f"actual-{world.ids[0]}": "70"})
    page = upload(staff, world, content)
    with app.app_context():
        people = [
            db.session.scalars(select(User).where(User.username == name)).one()
            for name in (world.staff, world.supervisor)
        ]
        for row in db.session.scalars(select(Submission)):
            mark(row, Status.APPROVED, *people)
        db.session.commit()
    assert "已通过" in confirm(staff, world, page, status=409).text
    assert "已通过" in upload(staff, world, content, status=409).text
    assert actual(app, world.cases).value == 70


def test_a_line_that_was_moved_or_is_gone_is_not_read(app, browse, world) -> None:
    staff = browse(world.staff)
    book = opened(downloaded(staff, world))
    page = book[MAIN]
    name, other = (cell_of(book, key, ACTUAL).row for key in (world.cases, world.share))
    page.cell(name, 3).value, page.cell(other, 3).value = "及时受理率", "受理案件数"
    page.cell(name, 7).value = 91
    cell_of(book, world.done, ACTUAL).value = 5
    page.cell(cell_of(book, world.done, ACTUAL).row, 15).value = "quantity-999999"
    shown = upload(staff, world, saved(book))
    told = shown_rows(shown, "invalid")
    assert any("这一行原来是“受理案件数”" in one for one in told)
    assert any("绩效目标里已没有这一项" in one for one in told)
    assert counts(shown)["新填"] == 0


def test_something_over_nothing_is_warned_of_and_the_quantities_are_kept(
    app, browse, world
) -> None:
    staff = browse(world.staff)
    edits = {(world.done, ACTUAL): 1, (world.whole, ACTUAL): 0}
    page = upload(staff, world, filled(downloaded(staff, world), edits))
    assert "“预算数”为 0，不能作除数" in page.text
    done = confirm(staff, world, page)
    assert "算不出：预算执行率" in staff.get(done.location).text
    assert [row.value for row in rows_in(app, QuantityValue)] == [1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 9999,
        '{"file":1,"rows":[]}',
        '{"file":"a","rows":[{"key":"indicator-1","version":1.5}]}',
    ],
)
def test_a_form_that_no_preview_made_is_refused(app, browse, world, text: str) -> None:
    page = browse(world.staff).post(
        world.url, {"step": "confirm", "sheet": text, "versions": "{}"}, status=422
    )
    assert "请重新选择填报表上传" in page.text
    assert rows_in(app, Actual) == []


def test_what_no_page_can_hold_is_taken_out_of_a_form_that_was_made_up(browse, world) -> None:
    staff = browse(world.staff)
    page = upload(staff, world, filled(downloaded(staff, world), {(world.cases, REASON): "原因X"}))
    nasty = (
        fields_of(page)["sheet"]
        .replace("原因X", "原\\u0000因\\ud800X")
        .replace("三季度", "\\udfff")
    )
    again = confirm(staff, world, page, status=409, sheet=nasty, versions="{}")
    assert shown_rows(again, "new") == ["受理案件数 偏差原因 M4 原因X 新填"]
    confirm(staff, world, again)


def test_more_text_than_the_form_can_carry_is_refused_before_the_preview(
    browse, world, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "MAX_TEXT", 100)
    staff = browse(world.staff)
    content = filled(downloaded(staff, world), {(world.cases, REASON): "原因"})
    assert "改动的文字太多" in upload(staff, world, content, status=422).text


def test_the_sheet_takes_as_many_queries_for_many_rows_as_for_few(app, browse, world) -> None:
    staff = browse(world.staff)

    def sent() -> tuple[int, int]:
        with app.app_context():
            engine = db.engine
        with count_queries(engine) as out:
            content = downloaded(staff, world)
        keys = [row.key for row in read_quarter_sheet(content).rows]
        edits = {(key, ACTUAL): 85 for key in keys if key.startswith("indicator-")}
        with count_queries(engine) as back:
            upload(staff, world, filled(content, edits))
        return len(out), len(back)

    few = sent()
    with app.app_context():
        plan = db.session.get(Plan, world.plan_id)
        more = make_plan(
            db.session, plan.unit, [("产出指标", f"指标{n}", "≥1件", "1") for n in range(9)]
        )
        for ordinal, row in enumerate(list(more.indicators), start=20):
            row.plan_id, row.ordinal = plan.id, ordinal
        db.session.add(
            BudgetLine(
                unit_id=plan.unit_id, plan_id=plan.id, source=FundSource.OTHER, initial=Decimal(1)
            )
        )
        db.session.commit()
    assert sent() == few


VALUES = st.sampled_from([None, 70, 80, "八十"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_set_of_edits_is_classified_rightly(app, browse, world, data) -> None:
    """Two rows of numbers, in each the figure and the outlook: downloaded, stored since, typed."""
    keys = [(world.cases, "actual"), (world.cases, "expected"), (world.share, "actual")]
    columns = {"actual": ACTUAL, "expected": EXPECTED}
    stored = {place: data.draw(st.sampled_from([None, 70])) for place in keys}
    since = {place: data.draw(st.sampled_from([None, 70, 90])) for place in keys}
    typed = {place: data.draw(VALUES) for place in keys}
    staff = browse(world.staff)

    def save(values: dict[tuple[str, str], Any]) -> None:
        cells = {
            f"{cell}-{key.removeprefix('indicator-')}": "" if value is None else str(value)
            for (key, cell), value in values.items()
        }
        in_grid(staff, world, **cells)

    save(stored)
    content = downloaded(staff, world)
    save(since)
    sheet = filled(content, {(key, columns[cell]): typed[key, cell] for key, cell in keys})
    with app.app_context():
        quarter = quarter_visible_to(db.session(), world.actor, world.plan_id, "2022-Q3")
        uploaded = upload_of("表.xlsx", read_quarter_sheet(sheet))
        judged = judge_upload(db.session(), quarter, uploaded)
        found = {cell.name: cell.state for cell in judged.cells}
    for place in keys:
        key, cell = place
        name = f"{cell}-{key.removeprefix('indicator-')}"
        before, now, mine = stored[place], since[place], typed[place]
        if mine == before:
            wanted = None
        elif mine == "八十":
            wanted = CellState.INVALID
        elif mine == now:
            wanted = CellState.SAME
        elif now != before:
            wanted = CellState.CONFLICT
        else:
            wanted = CellState.NEW if now is None else CellState.CHANGED
        assert found.get(name) == wanted, (name, before, now, mine)


def test_a_period_takes_a_day_or_a_grade_in_words(app, browse, world) -> None:
    with app.app_context():
        session = db.session
        people = [session.scalars(select(User).where(User.username == world.staff)).one()]
        people += [session.scalars(select(User).where(User.username == world.supervisor)).one()]
        rows = [
            ("产出指标", "宣传期间", "2022年1月--2022年11月", "50"),
            ("产出指标", "培训期间", "2022年1月--2022年11月", "50"),
        ]
        plan = make_plan(
            session, people[0].unit, rows, status=Status.APPROVED, people=tuple(people)
        )
        session.commit()
        first, second = (f"indicator-{row.id}" for row in plan.indicators)
        url = f"/plans/{plan.id}/periods/2022-Q3/sheet"
    staff, edits = (
        browse(world.staff),
        {
            (first, ACTUAL): "达成年度指标（95%）",
            (first, EXPECTED): Tier.ACHIEVED.label,
            (second, ACTUAL): LATE,
            (second, EXPECTED): "2022-11-30",
        },
    )
    page = upload(staff, world, filled(staff.get(f"{url}.xlsx").response.data, edits), url=url)
    assert counts(page)["新填"] == 4
    staff.post(url, fields_of(page) | {"step": "confirm"})
    graded, dated = actual(app, first), actual(app, second)
    assert (graded.tier, graded.rate, graded.expected_tier) == (Tier.ACHIEVED, 95, Tier.ACHIEVED)
    assert (str(dated.on), str(dated.expected_on)) == ("2022-09-30", "2022-11-30")
    again = upload(staff, world, staff.get(f"{url}.xlsx").response.data, url=url)
    assert "没有要保存的改动" in again.text


def test_two_who_confirm_the_same_cell_at_once_are_not_both_believed(app, browse, world) -> None:
    clients = [browse(world.staff), browse(world.other)]
    sheet = downloaded(clients[0], world)
    pages = [
        upload(client, world, filled(sheet, {(world.cases, ACTUAL): 80 + number}))
        for number, client in enumerate(clients)
    ]
    forms = [fields_of(page) | {"step": "confirm"} for page in pages]
    together = Barrier(2)

    def send(number: int) -> int:
        together.wait()
        return clients[number].client.post(world.url, data=forms[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [0, 1]))
    assert sorted(answers) == [302, 409]
    assert actual(app, world.cases).value == 80 + answers.index(302)


def test_conflicts_that_are_all_left_to_the_others_store_nothing(app, browse, world) -> None:
    staff, other = browse(world.staff), browse(world.other)
    sheet = filled(downloaded(staff, world), {(world.cases, ACTUAL): 80})
    in_grid(other, world, **{f"actual-{world.ids[0]}": "70"})
    before = len(ledger(app))
    done = confirm(staff, world, upload(staff, world, sheet))
    assert "什么也没有改" in staff.get(done.location).text
    assert len(ledger(app)) == before
