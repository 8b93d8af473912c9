"""The findings of a plan in the browser: while it is typed, without script, and to the reviewer."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.steps import expect_whole, follow, go_to, press, sign_in_at
from tests.browser.windows import PASSWORD, Windows

pytestmark = pytest.mark.browser

# Findings while typing; plans are made on both screens in test_planning.py.
SCREENS = ["desk"]

ROWS = [
    ("成本指标", "印刷成本", "≤2万元"),
    ("产出指标", "印发宣传册", "≥500"),
    ("产出指标", "党组织建设", "全年"),
    ("效益指标", "任务完成率", "≤10%"),
]


def begin(page: Page, name: str) -> None:
    """A new plan of 1.20 万元, on the sheet of its indicators."""
    go_to(page, "绩效目标")
    follow(page, page.get_by_role("link", name="新建项目目标"))
    page.get_by_role("combobox", name="年度").select_option("2022")
    page.get_by_label("项目名称").fill(name)
    page.get_by_label("年度总体目标").fill("全年印发宣传册，让群众知晓信访政策。")
    page.get_by_label("财政拨款").fill("1.2")
    press(page, "保存并填写指标")
    expect(page.get_by_role("heading", level=1)).to_have_text("编辑指标")
    press(page, "再加 5 行")


def fill(page: Page, at: int, level1: str, name: str, target: str) -> Locator:
    row = page.locator("tr.entry").nth(at)
    row.get_by_role("combobox").select_option(level1)
    row.get_by_role("textbox", name="三级指标").fill(name)
    row.get_by_role("textbox", name="指标值").fill(target)
    return row


def test_what_is_odd_is_said_while_it_is_typed_and_nothing_is_stored(windows: Windows) -> None:
    staff = windows.sign_in("staff")
    begin(staff, "边填边看")
    cost, count, vague, wrong = (fill(staff, at, *row) for at, row in enumerate(ROWS))
    card = staff.locator("#doubts")
    expect(cost).to_contain_text("高于项目预算 1.20万元")
    expect(count).to_contain_text("没有写单位")
    expect(vague).to_contain_text("只说明期间，无法衡量")
    expect(wrong).to_contain_text("却设了上限")
    expect(card).to_contain_text("没有满意度指标")
    summary = staff.locator(".foot").get_by_role("status")
    expect(summary).to_contain_text("5 条警告")
    expect_whole(staff)

    # From the card to the cell, and what is put right is no longer said.
    card.get_by_role("link", name="党组织建设").click()
    expect(vague.get_by_role("textbox", name="指标值")).to_be_focused()
    vague.get_by_role("textbox", name="指标值").fill("≥12次")
    expect(vague).not_to_contain_text("无法衡量")
    expect(card).not_to_contain_text("无法衡量")
    wrong.get_by_role("textbox", name="指标值").fill("≥90%")
    fill(staff, 4, "满意度指标", "群众满意度", "≥85%")
    expect(summary).to_contain_text("2 条警告")
    staff.reload()
    expect(staff.locator("tr.entry").first.get_by_role("textbox", name="指标值")).to_have_value("")
    expect(summary).not_to_contain_text("警告")


def test_an_older_question_is_called_off_by_a_newer_one(windows: Windows) -> None:
    staff = windows.sign_in("staff")
    begin(staff, "慢的网络")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    staff.route("**/indicators/checks", hold_the_first)
    with staff.expect_request("**/indicators/checks"):
        row = fill(staff, 0, "产出指标", "党组织建设", "全年")
    # The first answer is still out; the new question calls it off.
    with staff.expect_event("requestfailed", lambda one: one.url.endswith("/checks")):
        row.get_by_role("textbox", name="指标值").fill("≥500")
    expect(row).to_contain_text("没有写单位")
    expect(row).not_to_contain_text("无法衡量")


def test_without_script_the_findings_stand_there_after_each_save(windows: Windows) -> None:
    staff = windows.open(java_script_enabled=False)
    sign_in_at(staff, "staff", PASSWORD)
    begin(staff, "没有脚本")
    for at, row in enumerate(ROWS):
        fill(staff, at, *row)
    press(staff, "保存并继续")
    expect(staff.locator("tr.entry").nth(2)).to_contain_text("只说明期间，无法衡量")
    expect(staff.locator("#doubts")).to_contain_text("没有满意度指标")


def test_the_reviewer_reads_the_findings_before_deciding(windows: Windows) -> None:
    staff, supervisor = windows.sign_in("staff"), windows.sign_in("supervisor")
    begin(staff, "请审核")
    for at, row in enumerate(ROWS):
        fill(staff, at, *row)
    fill(staff, 4, "满意度指标", "群众满意度", "≥85%")
    press(staff, "保存")
    expect(staff.locator("#doubts")).to_contain_text("4 条警告")
    press(staff, "提交审核")
    go_to(supervisor, "审核")
    follow(supervisor, supervisor.get_by_role("link", name="请审核").first)
    card = supervisor.locator("#doubts")
    expect(card).to_contain_text("4 条警告")
    card.get_by_role("link", name="任务完成率").click()
    expect(supervisor.locator("tr:target")).to_contain_text("任务完成率")
    expect_whole(supervisor)
