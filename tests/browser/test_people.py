"""A plan is handed out to an office, which fills in its own rows and hands them in."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import cell, expect_said, follow, go_to, grid_row, open_task, press
from tests.browser.test_pages import expect_accessible
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

WITH_RESULTS = False
PLAN, COST, OTHER = "信访工作经费", "项目总成本", "受理信访案件完成率"
OFFICE = "信访业务科"


def open_link(page: Page, name: str) -> None:
    follow(page, page.get_by_role("link", name=name, exact=True).first)


def test_an_office_fills_in_its_rows_and_hands_them_in(windows: Windows) -> None:
    chief = windows.sign_in("supervisor")
    open_link(chief, "科室与人员")
    chief.get_by_label("新建科室").fill(OFFICE)
    press(chief, "建立")
    expect_said(chief, f"已建立{OFFICE}")
    chief.get_by_label("演示填报人 的科室").select_option(label=OFFICE)
    press(chief, "保存人员的科室")
    expect_said(chief, "1 人有变动")

    staff = windows.sign_in("staff")
    go_to(staff, "绩效目标")
    open_link(staff, PLAN)
    open_link(staff, "责任科室")
    staff.get_by_label("成本指标全部的责任科室").select_option(label=OFFICE)
    follow(staff, staff.get_by_role("button", name="成本指标全部设为所选科室"))
    expect_said(staff, "1 项有变动")
    expect_accessible(staff)
    open_task(staff, PLAN, "一季度")
    expect(staff.get_by_text("只看本科室 1 项")).to_be_visible()
    expect(grid_row(staff, OTHER)).to_have_count(0)
    cell(staff, COST).fill("12")
    cell(staff, COST).press("Enter")
    expect(staff.locator("[data-saved]")).to_contain_text("已自动保存")
    quarter = staff.url
    open_link(staff, "分工与收集")
    press(staff, "本科室已填完")
    expect_said(staff, "本科室已交")
    expect_accessible(staff)

    anchor = staff.get_by_role("link", name=OTHER).get_attribute("href")
    chief.goto(staff.url)
    row = chief.get_by_role("row").filter(has_text=OFFICE).first
    expect(row).to_contain_text("已交")

    # A link to a row of another office shows all of them.
    staff.goto(f"{quarter}#{(anchor or '').partition('#')[2]}")
    expect(grid_row(staff, OTHER)).to_be_visible()
    expect(staff.get_by_text("只看本科室")).to_be_visible()
