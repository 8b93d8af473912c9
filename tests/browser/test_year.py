"""A whole year in the browser: four people, four quarters, a signed form to the cent."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    CONTROLS,
    DRAFT,
    PROJECT,
    SUBMIT,
    Row,
    attach,
    cell,
    detail_row,
    executed_cell,
    expect_row,
    expect_said,
    expect_whole,
    fact,
    fill_grid,
    fill_row,
    follow,
    go_to,
    grid_row,
    key_of,
    open_details,
    open_task,
    press,
)
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

COST, CASES, SOLVED, DAYS = "项目投入", "疑难信访案件", "化解率", "救助联席会议生效时完成救助"
SERVICE, HAZARDS, STABLE, CONTENT = "公共服务提升", "隐患消除情况", "维护社会稳定", "上访人员满意度"
MISTYPED, MEANT = "73.95", "93.75"
LATE = "第二件救助款等待区级配套资金到账，十一天后才发放到人。"
REMARK = "办结天数与救助台账对不上，请核对后重报。"
DECIDED, WHY_LESS = "12.34", "年初目标定得偏低，完成两倍，扣 1 分。"
SURE, MAYBE = "确定能", "有可能"


@dataclass(frozen=True)
class Quarter:
    """What is reported of one quarter, year to date; money in 万元."""

    name: str
    executed: str
    rows: Mapping[str, Row]


QUARTERS = [
    Quarter(
        "一季度",
        "3.1",
        {
            COST: Row("3.1", "16", SURE),
            CASES: Row("0", "2", SURE, "其他", "一季度没有符合救助条件的案件。"),
            SOLVED: Row(has_no_data=True, kind="其他", reason="一季度没有符合救助条件的案件。"),
            DAYS: Row("5", "7", SURE),
            SERVICE: Row("90", "92", SURE),
            HAZARDS: Row("88", "90", SURE),
            STABLE: Row("90", "90", SURE),
            CONTENT: Row("100", "100", SURE),
        },
    ),
    Quarter(
        "二季度",
        "6.5",
        {
            COST: Row("6.5"),
            CASES: Row("1"),
            SOLVED: Row("100"),
            DAYS: Row("6"),
            SERVICE: Row("91"),
            HAZARDS: Row("87"),
            STABLE: Row("86"),
            CONTENT: Row("100"),
        },
    ),
    Quarter(
        "三季度",
        "11.86",
        {
            COST: Row("9.25", "12.5", SURE),
            CASES: Row("2", "2", SURE),
            SOLVED: Row(
                "75", "87.5", MAYBE, "人员保障", "接访人员借调，第二件案件转到四季度化解。"
            ),
            DAYS: Row("11", "11", SURE, "经费保障", LATE),
            SERVICE: Row("92", "92", SURE),
            HAZARDS: Row("86", "88", SURE),
            STABLE: Row("83.5", "85", SURE),
            CONTENT: Row("95", "96", SURE),
        },
    ),
    Quarter(
        "四季度",
        "15",
        {
            COST: Row("12.5"),
            CASES: Row("2"),
            SOLVED: Row("87.5"),
            DAYS: Row("9", kind="经费保障", reason="同三季度，全年最长一件十一天。"),
            SERVICE: Row("92"),
            HAZARDS: Row("85"),
            STABLE: Row("81"),
            CONTENT: Row(MISTYPED),
        },
    ),
]
EVIDENCE = [
    {"name": "救助台账.csv", "mimeType": "text/csv", "buffer": "案件,天数\n一,5\n二,11\n".encode()},
    {"name": "国库支付凭证.txt", "mimeType": "text/plain", "buffer": "第二笔，十一天。".encode()},
]


def expected_points() -> dict[str, Decimal]:
    """The year's points by hand: weight × actual ÷ target (or target ÷ actual), rounded once.

    The deadline counts with the year's worst figure, everything else with the last one.
    """

    def points(weight: str, numerator: str = "1", denominator: str = "1") -> Decimal:
        exact = Decimal(weight) * Decimal(numerator) / Decimal(denominator)
        return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

    return {
        COST: points("20"),  # 12.5万元 of at most 30万元.
        CASES: points("13.34"),  # 2 件 of ≥1件: reached.
        SOLVED: points("13.33", "87.5", "100"),
        DAYS: points("13.33", "7", "11"),  # At most 7 天, 11 in the third quarter.
        SERVICE: points("6.67"),  # 92 of ≥90%.
        HAZARDS: points("6.67", "85", "90"),
        STABLE: points("6.66", "81", "90"),
        CONTENT: points("10", MEANT, "100"),
        "预算执行率": points("10", "15", "17.92"),
    }


def test_a_year_from_targets_to_the_signed_form(windows: Windows, tmp_path: Path) -> None:
    staff, supervisor = windows.sign_in("staff"), windows.sign_in("supervisor")
    finance = windows.sign_in("finance")
    before = read_standing(finance)
    assert before["各期已通过"] == "0"
    assert before["自评已签"].startswith("0")

    for quarter in QUARTERS[:2]:
        report(staff, quarter)
        approve(supervisor, f"{quarter.name}填报")
    report_with_an_interruption(staff, QUARTERS[2])
    send_back(supervisor, QUARTERS[2])
    correct(staff)
    approve(supervisor, "三季度填报")
    report(staff, QUARTERS[3])
    approve(supervisor, "四季度填报")
    expect_locked(staff)
    correct_after_approval(staff, supervisor)

    evaluate(staff)
    decide(supervisor)
    sign(supervisor)
    total = fact(supervisor, "总分")

    after = read_standing(finance)
    assert after["各期已通过"] == "4"
    assert after["自评已签"].startswith("1")
    assert after["平均得分"] == total

    auditor = windows.sign_in("auditor")
    look_at_everything(auditor)
    shown = shown_points(auditor)
    computed = expected_points()
    expected = computed | {CASES: Decimal(DECIDED)}
    assert shown == expected
    assert (sum(computed.values()), sum(expected.values())) == (Decimal("90.19"), Decimal(total))
    # One point less, and it is no longer 优.
    assert total == "89.19"
    expect(auditor.locator("#scores tr.total")).to_contain_text("良")

    form, notes = export_form(auditor, tmp_path)
    assert {name: printed for name, printed in form.items() if name != "总分"} == shown
    assert form["总分"] == Decimal(total)
    assert re.search(rf"计算得分 13.34，审核人评定 {DECIDED}（.+）：{WHY_LESS}$", notes[CASES])


# The quarter


def report(staff: Page, quarter: Quarter) -> None:
    """The recorder fills in a quarter at one go."""
    open_task(staff, PROJECT, quarter.name)
    fill_grid(staff, quarter.rows, quarter.executed)
    press(staff, SUBMIT)
    expect_said(staff, "已提交审核")


def report_with_an_interruption(staff: Page, quarter: Quarter) -> None:
    """The recorder begins, is called away, comes back and goes on."""
    open_task(staff, PROJECT, quarter.name)
    expect_whole(staff)
    # What the target is and where it stood last is read beside the cell.
    expect(grid_row(staff, DAYS)).to_contain_text("≤7 天")
    expect(grid_row(staff, DAYS)).to_contain_text(re.compile("6 ?天"))
    fill_row(staff, DAYS, Row("11"))
    # The row says at once that the limit is passed and that a reason is wanted.
    expect(grid_row(staff, DAYS).locator("[data-state]")).to_contain_text("滞后")
    expect(detail_row(staff, DAYS)).to_contain_text("已超过指标值 ≤7 天，请说明偏差原因")
    attach(staff, DAYS, EVIDENCE)
    typed = {name: quarter.rows[name] for name in (COST, CASES, SOLVED)} | {DAYS: Row("11")}
    fill_grid(staff, typed, quarter.executed)
    press(staff, SUBMIT)
    expect_said(staff, "未提交")
    expect(staff.locator(".flash.bad")).to_contain_text(DAYS)
    fill_row(staff, DAYS, quarter.rows[DAYS])
    press(staff, DRAFT)
    expect_said(staff, "草稿已保存")

    go_to(staff, "工作台")
    expect(task_of(staff, quarter)).to_contain_text("草稿")
    open_task(staff, PROJECT, quarter.name)
    for name, row in (typed | {DAYS: quarter.rows[DAYS]}).items():
        expect_row(staff, name, row)
    expect(executed_cell(staff)).to_have_value(quarter.executed)
    expect(grid_row(staff, DAYS)).to_contain_text("佐证 2 份")
    open_details(staff, DAYS)
    files = detail_row(staff, DAYS).locator(".files a")
    expect(files).to_have_text([str(file["name"]) for file in EVIDENCE])
    fill_grid(staff, {name: row for name, row in quarter.rows.items() if name not in typed})
    press(staff, SUBMIT)
    expect_said(staff, "已提交审核")


def approve(supervisor: Page, what: str) -> None:
    """The reviewer finds it in the queue and approves it."""
    open_in_queue(supervisor, what)
    press(supervisor, "审核通过")
    expect(supervisor.locator(".flash.ok")).to_be_visible()


def open_in_queue(supervisor: Page, what: str) -> None:
    go_to(supervisor, "审核")
    waiting = supervisor.get_by_role("row").filter(has_text=PROJECT).filter(has_text=what)
    follow(supervisor, waiting.get_by_role("link", name=PROJECT).first)


def send_back(supervisor: Page, quarter: Quarter) -> None:
    """The reviewer sees every figure beside target and last value, and remarks on one."""
    open_in_queue(supervisor, f"{quarter.name}填报")
    expect_whole(supervisor)
    row = grid_row(supervisor, DAYS)
    for text in (re.compile(one) for one in ("≤7 ?天", "6 ?天", "11 ?天")):
        expect(row).to_contain_text(text)
    expect(detail_row(supervisor, DAYS)).to_contain_text(LATE)
    link = detail_row(supervisor, DAYS).get_by_role("link", name="救助台账.csv")
    file = supervisor.request.get(link.get_attribute("href") or "")
    assert hashlib.sha256(file.body()).digest() == hashlib.sha256(EVIDENCE[0]["buffer"]).digest()
    # An empty refusal is refused itself.
    press(supervisor, "退回修改")
    expect(supervisor.locator(".error, .flash.bad").first).to_be_visible()
    grid_row(supervisor, DAYS).locator("summary", has_text="写意见").click()
    supervisor.get_by_label(re.compile(f"对“{DAYS}”的意见")).fill(REMARK)
    press(supervisor, "退回修改")
    expect(supervisor.locator(".flash.ok")).to_be_visible()


def correct(staff: Page) -> None:
    """The recorder reads the remark on the workbench and at the row, and hands in anew."""
    go_to(staff, "工作台")
    expect(staff.get_by_text(REMARK)).to_be_visible()
    expect(task_of(staff, QUARTERS[2])).to_contain_text("退回")
    open_task(staff, PROJECT, "三季度")
    expect(detail_row(staff, DAYS)).to_contain_text(REMARK)
    expect(detail_row(staff, COST)).not_to_contain_text(REMARK)
    said = f"{LATE}台账已按支付凭证更正。"
    cell(staff, DAYS, "偏差原因").fill(said)
    press(staff, SUBMIT)
    expect_said(staff, "已提交审核")


def task_of(page: Page, quarter: Quarter) -> Any:
    return page.get_by_role("row").filter(has_text=PROJECT).filter(has_text=quarter.name)


def expect_locked(staff: Page) -> None:
    """An approved quarter takes nothing more, neither on its page nor behind it."""
    follow(staff, staff.get_by_role("navigation", name="位置").get_by_role("link", name=PROJECT))
    follow(staff, staff.get_by_role("link", name="三季度").first)
    expect(staff.get_by_role("heading", level=1)).to_have_text(f"{PROJECT} · 三季度填报")
    expect(staff.locator(CONTROLS)).to_have_count(0)
    key = key_of(staff, COST)
    token = staff.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    form: dict[str, str | float | bool] = {
        "csrf_token": token,
        f"actual-{key}": "1",
        f"version-{key}": "1",
        "action": "save",
    }
    answer = staff.request.post(staff.url, form=form, headers={"Referer": staff.url})
    assert answer.status == 409
    assert "不能修改" in answer.text()
    staff.reload()
    expect(grid_row(staff, COST)).to_contain_text("9.25")


def correct_after_approval(staff: Page, supervisor: Page) -> None:
    """An approved quarter opens again for a reason only, and shows what changed since."""
    go_to(supervisor, "绩效目标")
    follow(supervisor, supervisor.get_by_role("link", name=PROJECT).first)
    follow(supervisor, supervisor.get_by_role("link", name="四季度").first)
    supervisor.get_by_text("内容有误，需要重新打开").click()
    press(supervisor, "重新打开")
    expect(supervisor.get_by_label("重新打开的原因")).to_have_attribute("aria-invalid", "true")
    supervisor.get_by_label("重新打开的原因").fill("满意度与问卷汇总表不一致。")
    press(supervisor, "重新打开")
    expect(supervisor.locator(".flash.ok")).to_be_visible()

    open_task(staff, PROJECT, "四季度")
    expect(cell(staff, CONTENT)).to_have_value(MISTYPED)
    cell(staff, CONTENT).fill(MEANT)
    press(staff, SUBMIT)
    expect_said(staff, "已提交审核")

    open_in_queue(supervisor, "四季度填报")
    changes = supervisor.locator("#comparison")
    expect(changes.locator("ins")).to_have_count(1)
    for text in (CONTENT, MISTYPED, MEANT):
        expect(changes).to_contain_text(text)
    press(supervisor, "审核通过")
    expect(supervisor.locator(".flash.ok")).to_be_visible()


# The year's end


def evaluate(staff: Page) -> None:
    """The recorder has the year scored, says why points were lost, and hands it in."""
    go_to(staff, "自评")
    follow(
        staff,
        staff.get_by_role("row").filter(has_text=PROJECT).get_by_role("link", name="开始自评"),
    )
    press(staff, "开始自评")
    expect_said(staff, "自评已根据各期的数据生成")
    expect_whole(staff)
    wanted = {name for name, points in expected_points().items() if points < WEIGHTS[name]}
    # The cases are twice what was wanted, which has to be explained as well.
    assert lacking(staff) == wanted | {CASES}
    press(staff, SUBMIT)
    expect_said(staff, "还没有提交")
    staff.get_by_label("实际完成情况").fill("全年救助两件特殊疑难信访案件，资金全部发放到人。")
    for name in lacking(staff):
        reason = score_line(staff, name, "偏差原因")
        # What has a reason from a quarter already keeps it.
        if not reason.input_value():
            reason.fill(f"{name}：详见佐证材料。")
    press(staff, "保存")
    expect_said(staff, "已保存")
    assert lacking(staff) == set()
    press(staff, SUBMIT)
    expect_said(staff, "已提交")
    # Before it is reviewed it may be taken back, and handed in again.
    press(staff, "撤回")
    expect_said(staff, "已撤回")
    press(staff, SUBMIT)
    expect_said(staff, "已提交")


WEIGHTS = {
    name: Decimal(weight)
    for name, weight in {
        COST: "20",
        CASES: "13.34",
        SOLVED: "13.33",
        DAYS: "13.33",
        SERVICE: "6.67",
        HAZARDS: "6.67",
        STABLE: "6.66",
        CONTENT: "10",
        "预算执行率": "10",
    }.items()
}


def lacking(page: Page) -> set[str]:
    """The lines that the page marks as still to be explained."""
    rows = page.locator("#scores tr[id^=row-]").filter(has_text="待说明").locator("th")
    return {text.split("\n")[0].strip() for text in rows.all_inner_texts()}


def score_line(page: Page, name: str, field: str) -> Any:
    """A field that belongs to a line of the scores."""
    line = score_row(page, name)
    key = (line.get_attribute("id") or "").removeprefix("row-")
    box = page.locator(f"textarea[name='reason-{key}'], textarea[name='{key}_reason']")
    expect(box).to_be_visible()
    return box


def decide(supervisor: Page) -> None:
    """The reviewer takes a point off the line that exceeded its target, by keyboard."""
    open_in_queue(supervisor, "自评")
    line = score_row(supervisor, CASES)
    key = (line.get_attribute("id") or "").removeprefix("row-")
    fold = line.locator("summary")
    fold.focus()
    supervisor.keyboard.press("Enter")
    points = supervisor.locator(f"#decided-{key}")
    expect(points).to_be_visible()
    expect(points).to_have_accessible_description("9.34 至 13.34")
    expect_whole(supervisor)
    points.fill("5")
    # Enter saves: the reviewer is told how far they may go, and keeps what they typed.
    with supervisor.expect_navigation():
        points.press("Enter")
    expect_said(supervisor, "评定得分有误")
    expect(points).to_have_value("5")
    expect(points).to_have_accessible_description(re.compile("可评定 9.34 至 13.34 分"))
    points.fill(DECIDED)
    points.press("Tab")
    supervisor.keyboard.type(WHY_LESS)
    supervisor.keyboard.press("Tab")
    with supervisor.expect_navigation():
        supervisor.keyboard.press("Enter")
    expect_said(supervisor, "评定得分已保存")
    line = score_row(supervisor, CASES)
    expect(line.locator("td[data-label=得分]")).to_contain_text(f"{DECIDED}计算 13.34")
    expect_whole(supervisor)


def score_row(page: Page, name: str) -> Any:
    """A line of the scores."""
    return page.locator("#scores tr[id^=row-]").filter(has=page.get_by_role("rowheader", name=name))


def sign(supervisor: Page) -> None:
    """The reviewer opens the scores' working and signs."""
    open_in_queue(supervisor, "自评")
    expect(supervisor.locator("#scores")).to_contain_text("13.33 × 7 ÷ 11 = 8.48")
    press(supervisor, "签署通过")
    expect_said(supervisor, "签署")
    expect_whole(supervisor)


def read_standing(finance: Page) -> dict[str, str]:
    """The bureau's line in the table of all units."""
    go_to(finance, "单位")
    expect_whole(finance)
    row = finance.get_by_role("row").filter(has_text="新乡市红旗区信访局")
    cells = row.locator("td").all()
    return {str(one.get_attribute("data-label")): one.inner_text().strip() for one in cells}


def look_at_everything(auditor: Page) -> None:
    """The auditor reads plan, quarters, evaluation and ledger, and finds nothing to press."""
    go_to(auditor, "绩效目标")
    follow(auditor, auditor.get_by_role("link", name=PROJECT).first)
    plan = auditor.url
    expect(auditor.locator(CONTROLS)).to_have_count(0)
    for quarter in QUARTERS:
        auditor.goto(plan)
        follow(auditor, auditor.get_by_role("link", name=quarter.name).first)
        expect(auditor.get_by_role("heading", level=1)).to_contain_text(f"{quarter.name}填报")
        expect(auditor.locator(CONTROLS)).to_have_count(0)
        row = quarter.rows[COST]
        expect(grid_row(auditor, COST)).to_contain_text(row.actual or "")
    go_to(auditor, "变更记录")
    expect(auditor.get_by_text(REMARK).first).to_be_visible()
    go_to(auditor, "自评")
    follow(auditor, auditor.get_by_role("link", name=PROJECT).first)
    expect(auditor.locator(CONTROLS)).to_have_count(0)


def shown_points(page: Page) -> dict[str, Decimal]:
    """The points of every line of a self-evaluation's page."""
    found = {}
    for row in page.locator("#scores tr[id^=row-]").all():
        name = row.locator("th").inner_text().split("\n")[0].strip()
        # The points that count; below them, those computed where a reviewer decided otherwise.
        found[name] = Decimal(row.locator("td[data-label=得分] b").inner_text())
    return found


def export_form(page: Page, folder: Path) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The points and notes of the exported form by line, and its total, as a spreadsheet shows."""
    with page.expect_download() as download:
        page.get_by_text("导出自评表").click()
        page.get_by_role("link", name="Excel 表格").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert PROJECT in path.name
    workbook = load_workbook(path, data_only=True)
    found, notes = {}, {}
    for cells in workbook.worksheets[0].iter_rows():
        texts = [one.value for one in cells]
        if texts[3] in WEIGHTS:
            assert Decimal(str(texts[6])) == WEIGHTS[texts[3]]
            found[texts[3]] = Decimal(str(texts[7]))
            notes[texts[3]] = str(texts[8] or "")
        elif texts[1] == "年度资金总额":
            found["预算执行率"] = Decimal(str(texts[8]))
        elif texts[0] == "总分":
            found["总分"] = Decimal(str(texts[7]))
    workbook.close()
    return found, notes
