"""A list in the browser: pasted, confirmed, in the grid with its line, and gone when typed over."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    DRAFT,
    PROJECT,
    cell,
    detail_row,
    expect_said,
    expect_whole,
    fill_row,
    follow,
    open_details,
    open_task,
    press,
)
from tests.browser.steps import Row as GridRow
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

DAYS = "救助联席会议生效时完成救助"
FIVE = """编号\t申请日期\t办结日期
信访1号\t2022-01-04\t2022-01-07
信访2号\t2022/1/10\t2022年1月14日
信访3号\t2022-02-08\t2022-02-14
信访4号\t2022-03-01\t2022-03-03
信访5号\t2022-03-21\t2022-03-25"""
BASIS = "由 5 件办理清单计算：最长 6 天"


def test_five_pasted_rows_become_the_figure_until_it_is_typed_over(windows: Windows) -> None:
    page = windows.sign_in("staff")
    open_task(page, PROJECT, "一季度")
    open_details(page, DAYS)
    follow(page, detail_row(page, DAYS).get_by_role("link", name="由清单计算"))
    expect_whole(page)

    page.get_by_label("清单内容").fill(FIVE)
    press(page, "读取并计算")
    expect(page.locator("#result")).to_contain_text(BASIS)
    expect(page.get_by_role("row").filter(has_text="信访5号")).to_contain_text("2022-03-25")
    expect_whole(page)

    # One day mistyped: it is told at its row, and nothing can be confirmed.
    page.get_by_label("清单内容").fill(FIVE.replace("2022-03-03", "2022-02-03"))
    press(page, "重新计算")
    expect(page.locator("#result")).to_contain_text("第 5 行")
    expect(page.get_by_role("button", name="确认采用")).to_have_count(0)
    page.get_by_label("清单内容").fill(FIVE)
    press(page, "重新计算")
    press(page, "确认采用")
    expect_said(page, "已采用清单的结果")

    expect(cell(page, DAYS)).to_have_value("6")
    expect(detail_row(page, DAYS)).to_contain_text(BASIS)
    expect(detail_row(page, DAYS).get_by_role("link", name="清单-")).to_be_visible()
    expect_whole(page)

    fill_row(page, DAYS, GridRow("5"))
    press(page, DRAFT)
    expect_said(page, "草稿已保存")
    expect(cell(page, DAYS)).to_have_value("5")
    expect(page.get_by_text(BASIS)).to_have_count(0)
    open_details(page, DAYS)
    expect(detail_row(page, DAYS).get_by_role("link", name="清单-")).to_be_visible()
