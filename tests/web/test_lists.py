"""The page of a list: pasted or uploaded, shown as understood, adopted, and locked like the grid."""

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest
from sqlalchemy import func, select, update

from perf import clock
from perf.core.terms import Role, Status
from perf.extensions import db
from perf.models import Actual, BudgetExecution, Evidence, LedgerEntry, Period, Submission
from perf.services.evidence_files import path_of
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.pages import Page
from tests.reported import make_approved_quarter
from tests.web.test_reports import fields_of

pytestmark = pytest.mark.slow

ROWS = [
    ("产出指标", "办理时限", "≤7天", "30"),
    ("产出指标", "5个工作日内办结率", "≥95%", "20"),
    ("产出指标", "受理案件数", "≥100件", "20"),
    ("成本指标", "经费", "≤30万元", "10"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]
CASES = "编号\t申请日期\t办结日期\n甲\t2022-07-01\t2022-07-07\n乙\t2022-07-04\t2022-07-08"
BASIS = "由 2 件办理清单计算：最长 6 天，平均 5 天；期限 7 天内办结 2 件（100%）；取最长"


@pytest.fixture
def world(app):
    """An approved plan with a second quarter that is approved, and the third one open."""
    with app.app_context():
        session = db.session
        unit = make_unit(session)
        people = tuple(make_user(session, role, unit) for role in (Role.STAFF, Role.SUPERVISOR))
        other = make_user(session, Role.STAFF, make_unit(session))
        auditor = make_user(session, Role.AUDITOR)
        make_year(session)
        plan = make_plan(
            session, unit, ROWS, status=Status.APPROVED, people=people, pack_id="cn-project-2021"
        )
        make_approved_quarter(session, plan, people, 2, {}, "50000")
        session.commit()
        base = f"/plans/{plan.id}/periods/2022-Q3"
        days, share, cases, cost, satisfaction = (row.id for row in plan.indicators)
        return SimpleNamespace(
            staff=people[0].username,
            supervisor=people[1].username,
            other=other.username,
            auditor=auditor.username,
            grid=base,
            days_id=days,
            days=f"{base}/indicators/{days}/list",
            share=f"{base}/indicators/{share}/list",
            cases=f"{base}/indicators/{cases}/list",
            cost=f"{base}/indicators/{cost}/list",
            satisfaction=f"{base}/indicators/{satisfaction}/list",
            money=f"{base}/money/fiscal/list",
        )


@pytest.fixture(autouse=True)
def _october():
    with clock.set_to(datetime(2022, 10, 9, 6, 32, tzinfo=UTC)):
        yield


def preview(client, url: str, *, status: int = 200, **fields) -> Page:
    """Open the form, type into it and have it calculated."""
    shown = fields_of(client.get(url.partition("|")[0]), "list")
    return client.post(url, shown | {"step": "preview"} | fields, status=status)


def confirm(client, url: str, page: Page, *, status: int = 302, **fields) -> Page:
    """Confirm what the page shows."""
    return client.post(url, fields_of(page, "list") | {"step": "confirm"} | fields, status=status)


def rows_in(app, model) -> list:
    with app.app_context():
        period = Period.code == "2022-Q3"
        return list(
            db.session.scalars(
                select(model)
                .join(Submission, Submission.id == model.submission_id)
                .join(Submission.period)
                .where(period)
            )
        )


def ledger_length(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_a_pasted_list_is_shown_then_adopted_with_its_line_and_its_evidence(
    app, browse, world
) -> None:
    staff = browse(world.staff)
    page = preview(staff, world.days, rows=CASES)
    assert BASIS in page.text
    assert "现在 未填报 —" in page.text
    assert "采用后 6 天" in page.text
    assert "2022-07-07" in page.text
    assert (rows_in(app, Actual), ledger_length(app)) == ([], 0)
    done = confirm(staff, world.days, page)
    assert done.location.endswith(f"open={world.days_id}#row-{world.days_id}")
    (actual,), (evidence,) = rows_in(app, Actual), rows_in(app, Evidence)
    assert (actual.actual, actual.basis) == (Decimal(6), BASIS)
    assert (evidence.indicator_id, evidence.name) == (world.days_id, "清单-办理时限-2022-Q3.csv")
    kept = path_of(app.config["DATA_DIR"], evidence.sha256).read_bytes().decode("utf-8-sig")
    assert kept.splitlines() == [
        "行号,事项,申请日期,办结日期,用时（天）,期限内办结",
        "2,甲,2022-07-01,2022-07-07,6,是",
        "3,乙,2022-07-04,2022-07-08,4,是",
    ]
    grid = staff.get(done.location)
    assert BASIS in grid.text
    assert "清单-办理时限-2022-Q3.csv" in grid.text
    told = browse(world.supervisor).get("/ledger").text
    assert "数值来源" in told
    assert BASIS in told


def test_a_value_typed_over_it_takes_the_line_off_the_grid(app, browse, world) -> None:
    staff = browse(world.staff)
    confirm(staff, world.days, preview(staff, world.days, rows=CASES))
    fields = fields_of(staff.get(world.grid)) | {f"actual-{world.days_id}": "5"}
    grid = staff.post(world.grid, fields, follow=True)
    (actual,) = rows_in(app, Actual)
    assert (actual.actual, actual.basis) == (Decimal(5), "")
    assert BASIS not in grid.text


def test_working_days_leave_out_the_national_day_and_a_rate_counts_the_late(browse, world) -> None:
    rows = (
        "申请日期,办结日期\n2022-09-02,2022-09-09\n2022-09-08,2022-09-16\n2022-09-22,\n2022-09-27,"
    )
    staff = browse(world.staff)
    shown = fields_of(staff.get(world.share), "list")
    assert (shown["days"], shown["limit"]) == ("working", "5")
    page = preview(staff, world.share, rows=rows)
    assert "最长 5 个工作日，平均 5 个工作日；期限 5 个工作日内办结 2 件（66.67%）" in page.text
    assert "采用后 66.666667%" in page.text
    assert "第 4 行" in page.text
    refused = preview(
        staff, world.share, rows="2022-09-01\t1999-09-09\n2003-12-30\t2022-09-05", status=422
    )
    assert "2003 年的节假日安排还不掌握" in refused.text
    assert "早于申请日期" in refused.text
    assert "确认采用" not in refused.text


def test_which_answers_count_is_chosen_and_seen_before_it_is_confirmed(app, browse, world) -> None:
    staff = browse(world.staff)
    page = preview(staff, world.satisfaction, rows="选项\t份数\n满意\t60\n基本满意\t30\n不满意\t10")
    assert "有效 n = 100 份，计为满意 60 份" in page.text
    both = {"satisfied": ["满意", "基本满意"]}
    again = confirm(staff, world.satisfaction, page, status=422, **both)
    assert "又改过" in again.text
    assert "计为满意 90 份" in again.text
    assert rows_in(app, Actual) == []
    sent = fields_of(again, "list") | {"step": "confirm"} | both
    staff.post(world.satisfaction, sent)
    assert [row.actual for row in rows_in(app, Actual)] == [Decimal(90)]


def test_another_file_is_counted_by_the_usual_answers_again(browse, world) -> None:
    staff = browse(world.staff)
    page = preview(staff, world.satisfaction, rows="不满意\t1\n一般\t1")
    again = staff.post(
        world.satisfaction,
        fields_of(page, "list")
        | {"step": "preview", "satisfied": ["一般"]}
        | {"file": (io.BytesIO("选项,份数\n满意,3\n一般,1".encode()), "问卷.csv")},
        status=200,
    )
    assert "计为满意 3 份（满意 3），满意率 75%" in again.text


def test_while_the_quarter_runs_the_year_to_date_ends_today(browse, world) -> None:
    with clock.set_to(datetime(2022, 9, 14, 16, 30, tzinfo=UTC)):
        staff = browse(world.staff)
        page = preview(staff, world.days, rows=f"{CASES}\n丙\t2022-09-01\t2022-09-20")
        assert "截至 2022-09-15 未办结（2022-09-20 才办结），已过 14 天" in page.text
        paid = "2022-09-15\t5\t甲\n2022-09-16\t5\t乙"
        refused = preview(staff, world.money, rows=paid, unit="yuan", status=422)
        assert "2022-09-16 不在 2022-01-01 至 2022-09-15 之间" in refused.text


def test_payments_fill_in_the_executed_budget_and_an_amount_of_money(app, browse, world) -> None:
    staff = browse(world.staff)
    rows = "日期\t金额\t收款人\n2022-02-01\t120,000.00\t甲\n2022-09-30\t2456.28\t乙"
    assert "请在上面选择“元”或“万元”" in preview(staff, world.money, rows=rows, status=422).text
    page = preview(staff, world.money, rows=rows, unit="yuan")
    assert "采用后 12.245628 万元" in page.text
    assert confirm(staff, world.money, page).location.endswith("#money")
    (executed,), (evidence,) = rows_in(app, BudgetExecution), rows_in(app, Evidence)
    assert executed.executed == Decimal("122456.28")
    assert executed.basis.startswith("由 2 笔支付明细计算：2022-01-01 至 2022-09-30")
    assert (evidence.indicator_id, evidence.name) == (None, "清单-财政拨款累计执行数-2022-Q3.csv")
    assert f"财政拨款累计执行数{executed.basis}" in staff.get(world.grid).text
    confirm(staff, world.cost, preview(staff, world.cost, rows=rows, unit="yuan"))
    assert [row.actual for row in rows_in(app, Actual)] == [Decimal("12.245628")]


def test_an_uploaded_workbook_stands_in_the_form_and_can_be_corrected_there(
    app, browse, world
) -> None:
    book = openpyxl.Workbook()
    for row in (["申请日期", "办结日期"], ["2022-07-01", "七月七日"], ["2022-07-04", "2022-07-08"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    staff = browse(world.staff)
    refused = preview(staff, world.days, file=(content, "清单.xlsx"), status=422)
    assert "第 2 行" in refused.text
    assert "办结日期“七月七日”不是完整的日期" in refused.text
    rows = fields_of(refused, "list")["rows"]
    assert rows == "申请日期\t办结日期\n2022-07-01\t七月七日\n2022-07-04\t2022-07-08"
    page = preview(staff, world.days, rows=rows.replace("七月七日", "2022-07-07"))
    confirm(staff, world.days, page)
    assert [row.actual for row in rows_in(app, Actual)] == [Decimal(6)]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "请粘贴清单，或选择一个文件"),
        ({"rows": " \n "}, "请粘贴清单，或选择一个文件"),
        ({"rows": CASES, "limit": "七"}, "不是数字"),
        ({"rows": CASES, "limit": "0"}, "办理期限应大于 0 天"),
        ({"rows": "甲\n乙"}, "看不出各列是什么"),
        ({"rows": "满\n" * 20_001}, "最多 20000 行"),
        ({"file": (io.BytesIO(b"MZ"), "清单.exe")}, "清单接受的文件类型是"),
        ({"file": (io.BytesIO(b"MZ"), "清单.xlsx")}, "不是 .xlsx 表格"),
    ],
)
def test_what_is_no_list_is_refused_where_it_was_typed(
    app, browse, world, fields, sentence
) -> None:
    page = preview(browse(world.staff), world.days, status=422, **fields)
    assert sentence in page.text
    assert rows_in(app, Actual) == []


def test_a_confirmation_without_a_preview_stores_nothing(app, browse, world) -> None:
    staff = browse(world.staff)
    page = staff.post(world.days, {"rows": CASES, "step": "confirm"}, status=422)
    assert "又改过" in page.text
    assert (rows_in(app, Actual), ledger_length(app)) == ([], 0)


def test_a_row_that_somebody_changed_meanwhile_is_shown_and_confirmed_once_more(
    app, browse, world
) -> None:
    staff = browse(world.staff)
    page = preview(staff, world.days, rows=CASES)
    colleague = browse(world.staff)
    fields = fields_of(colleague.get(world.grid)) | {f"actual-{world.days_id}": "9"}
    colleague.post(world.grid, fields)
    stale = confirm(staff, world.days, page, status=409)
    assert "被他人改过，没有覆盖" in stale.text
    assert "现在 9 天 人工填写" in stale.text
    assert rows_in(app, Evidence) == []
    confirm(staff, world.days, stale)
    assert [(row.actual, row.basis) for row in rows_in(app, Actual)] == [(Decimal(6), BASIS)]


def test_other_cells_of_the_row_stay_and_no_data_gives_way(app, browse, world) -> None:
    staff, key = browse(world.staff), world.days_id
    cells = {f"nodata-{key}": "1", f"reason-{key}": "暂无申请", f"expected-{key}": "7"}
    staff.post(world.grid, fields_of(staff.get(world.grid)) | cells)
    page = preview(staff, world.days, rows=CASES)
    assert "现在 本期无数据" in page.text
    confirm(staff, world.days, page)
    (row,) = rows_in(app, Actual)
    assert (row.actual, row.is_no_data) == (Decimal(6), False)
    assert (row.deviation_reason, row.expected_value) == ("暂无申请", Decimal(7))


@pytest.mark.parametrize("quarter", ["2022-Q2", "2022-Q3"])
def test_what_is_approved_or_locked_is_told_and_takes_no_list(app, browse, world, quarter) -> None:
    if quarter == "2022-Q3":
        with app.app_context():
            locked = update(Period).where(Period.code == quarter).values(locked_at=clock.now())
            db.session.execute(locked)
            db.session.commit()
    staff, url = browse(world.staff), world.days.replace("2022-Q3", quarter)
    page = staff.get(url)
    assert re.search("锁定|已通过", page.text)
    assert "<textarea" not in page.html
    told = ledger_length(app)
    for step in ("preview", "confirm"):
        staff.post(url, {"rows": CASES, "step": step}, status=409)
    assert ledger_length(app) == told


def test_only_staff_of_the_unit_find_the_page_and_only_for_what_takes_a_list(browse, world) -> None:
    for url in (world.days, world.money):
        browse(world.other).get(url, status=404)
        browse(world.auditor).get(url, status=403)
        browse(world.supervisor).post(url, {"rows": CASES}, status=403)
    staff = browse(world.staff)
    assert "不能由清单计算" in staff.get(world.cases, status=404).text
    staff.get(world.money.replace("fiscal", "other"), status=404)
    staff.get(world.days.replace(f"/{world.days_id}/", "/999999/"), status=404)
    staff.get(world.days.replace("2022-Q3", "2022-FY"), status=404)


def test_the_grid_leads_to_the_lists_that_fit_and_shows_none_to_readers(browse, world) -> None:
    grid = browse(world.staff).get(world.grid).html
    for url in (world.days, world.share, world.cost, world.satisfaction, world.money):
        assert f'href="{url}"' in grid
    assert world.cases not in grid
    assert "/list" not in browse(world.supervisor).get(world.grid).html


def test_an_indicator_that_takes_two_kinds_offers_both(browse, world) -> None:
    staff = browse(world.staff)
    first = staff.get(world.satisfaction)
    assert "满意率 = 计为满意的份数" in first.text
    assert f'href="{world.satisfaction}?kind=days"' in first.html
    assert "办理期限" in staff.get(f"{world.satisfaction}?kind=days").text
    assert "满意率 = " in staff.get(f"{world.satisfaction}?kind=payments").text
