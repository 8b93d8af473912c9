"""The panel beside the grid: it follows the focus and leaves it alone, and is a sheet on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import cell, grid_row, open_task
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

# It becomes a phone on the way.
SCREENS = ["desk"]

WITH_RESULTS = True
PLAN = "信访工作经费"
COST, CASES, GOAL = "项目总成本", "受理信访案件完成率", "完成年度整体目标"
PANELS = re.compile(r"/periods/\d+/indicators/\d+$")


def asked_in(windows: Windows) -> list[str]:
    """The panels that were fetched, by address."""
    return [url for url in windows.requests if PANELS.search(url)]


def panel_of(page: Page):
    return page.get_by_role("region", name="指标详情")


def test_the_panel_follows_the_focus_and_is_a_sheet_on_a_phone(windows: Windows) -> None:
    page = windows.sign_in("staff")
    open_task(page, PLAN, "三季度")
    panel = panel_of(page)
    expect(panel).to_contain_text("选中一行")
    before = page.locator("#grid").bounding_box()
    # Through two rows in one go to the third: nobody asks for what was only passed.
    cell(page, COST).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", level=2)).to_have_text(GOAL)
    expect(cell(page, GOAL)).to_be_focused()
    assert len(asked_in(windows)) == 1
    assert page.locator("#grid").bounding_box() == before

    # What is saved is told; what was seen is not asked for again.
    cell(page, GOAL).fill("71")
    page.keyboard.press("Tab")
    expect(panel).to_contain_text("70 → 71")
    cell(page, CASES).focus()
    expect(panel).to_contain_text("三季度办结数与二季度台账对不上")
    count = len(asked_in(windows))
    cell(page, GOAL).focus()
    expect(panel).to_contain_text("70 → 71")
    assert len(asked_in(windows)) == count

    page.keyboard.press("F4")
    expect(panel).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, GOAL)).to_be_focused()

    page.route(PANELS, lambda route: route.abort())
    cell(page, COST).focus()
    expect(panel).to_contain_text("没有取到详情")
    expect(cell(page, COST)).to_be_focused()
    page.unroute(PANELS)
    panel.get_by_role("button", name="重试").click()
    expect(panel.get_by_role("heading", level=2)).to_have_text(COST)

    page.set_viewport_size({"width": 390, "height": 844})
    expect(panel).to_be_hidden()
    link = grid_row(page, CASES).get_by_role("link", name="详情")
    link.click()
    sheet = page.get_by_role("dialog", name="指标详情")
    expect(sheet.get_by_role("heading", level=2)).to_have_text(CASES)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(link).to_be_focused()
    # The same on a page of its own, for whoever has no script.
    page.goto(link.get_attribute("href") or "")
    expect(page.get_by_role("heading", level=2, name=CASES)).to_be_visible()
