"""Computed rows in the browser: quantities read live wherever they count, and points by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    DRAFT,
    detail_row,
    expect_said,
    expect_whole,
    grid_row,
    open_task,
    press,
)
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

DEPARTMENT, RATE, REST, LIST = "部门整体", "预算执行率", "结转结余率", "管理制度健全性"


def test_quantities_and_points_are_read_while_they_are_filled_in(windows: Windows) -> None:
    page = windows.sign_in("staff")
    open_task(page, DEPARTMENT, "一季度")
    rate, rest = grid_row(page, RATE), grid_row(page, REST)
    done, budget = page.get_by_label("预算完成数"), page.get_by_label("预算数", exact=True)
    left = page.get_by_label("结转结余总额")
    left.fill("10")
    expect(rest).to_contain_text("待填")

    # Enter goes from one quantity to the next, and one that two formulas have is read in both.
    done.focus()
    page.keyboard.type("45")
    page.keyboard.press("Enter")
    expect(budget).to_be_focused()
    page.keyboard.type("100")
    expect(rate.locator("[data-actual]")).to_have_text("45%")
    expect(rate).to_contain_text("50%")
    expect(rest.locator("[data-actual]")).to_have_text("10%")
    expect(rest).to_contain_text("未超限值")
    expect(detail_row(page, REST)).to_contain_text("预算数 100 万元")

    budget.fill("一百")
    expect(page.locator("[id^=quantity-][id$=-error]")).to_contain_text("不是数字")
    expect(budget).to_have_attribute("aria-invalid", "true")
    budget.fill("0")
    expect(rate).to_contain_text("“预算数”为 0，不能作除数")
    budget.fill("100")
    expect(rate).not_to_contain_text("不能作除数")

    points = detail_row(page, LIST)
    points.get_by_role("radio", name="符合", exact=True).first.focus()
    page.keyboard.press("Space")
    expect(grid_row(page, LIST)).to_contain_text("还有 1 个没有核对")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(grid_row(page, LIST).locator("[data-actual]")).to_have_text("1 / 2 项符合")
    expect(grid_row(page, LIST)).to_contain_text("有不符合")
    expect_whole(page)

    press(page, DRAFT)
    expect_said(page, "草稿已保存")
    expect(budget).to_have_value("100")
    expect(rate.locator("[data-actual]")).to_have_text("45%")
    expect(grid_row(page, LIST).locator("[data-actual]")).to_have_text("1 / 2 项符合")
    expect_whole(page)


def test_the_sheet_takes_a_formula_and_asks_for_its_quantities(windows: Windows) -> None:
    chief = windows.sign_in("supervisor")
    chief.get_by_role("link", name="绩效目标", exact=True).first.click()
    chief.get_by_role("link", name="党建经费").first.click()
    chief.get_by_text("内容有误，需要重新打开").click()
    chief.get_by_label("原因").fill("改按公式计算")
    chief.get_by_role("button", name="重新打开").click()
    expect_said(chief, "重新打开")

    page = windows.sign_in("staff")
    page.goto(chief.url.replace("/steps/reopen", "") + "/indicators")
    row = page.locator("tr.entry").filter(has=page.locator("input[value='党员满意度']")).first
    key = row.get_attribute("data-row")
    row.get_by_text("更多").click()
    page.locator(f"#way-{key}").select_option(label="按公式计算")
    page.locator(f"#formula-{key}").fill("满意人数 ÷ 调查人数")
    page.get_by_role("button", name="保存并继续").click()
    expect_said(page, "已保存")
    expect(page.locator(f"#formula-{key}")).to_have_value("满意人数 / 调查人数")
    people = page.get_by_label("调查人数 单位")
    people.fill("人")
    page.get_by_label("调查人数 性质").select_option(label="最新数")
    page.get_by_role("button", name="保存", exact=True).click()
    expect_said(page, "已保存")
    expect(page.locator("main")).to_contain_text("= 满意人数 / 调查人数")
