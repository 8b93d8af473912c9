"""An auditor looks at a day in May of 2022 and comes back to today, by keyboard where it matters."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_whole, follow, go_to
from tests.browser.test_pages import expect_accessible
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser
WITH_RESULTS = True
PROJECT = "信访工作经费"


def test_an_auditor_reads_a_day_in_may_and_comes_back(windows: Windows) -> None:
    page = windows.sign_in("auditor")
    go_to(page, "变更记录")
    follow(page, page.get_by_role("link", name="查看往日"))
    expect_whole(page)
    page.get_by_label("日期").fill("2022-05-20")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    bar = page.get_by_role("region", name="正在查看往日")
    expect(bar).to_contain_text("正在查看 2022 年 5 月 20 日 的数据（只读）· 全部单位")
    go_to(page, "绩效目标")
    follow(page, page.get_by_role("link", name=PROJECT))
    expect(page.locator("main")).to_contain_text(re.compile(r"一季度\s*已通过"))
    expect(page.locator("main")).to_contain_text(re.compile(r"二季度\s*未开始"))
    expect_whole(page)
    expect_accessible(page)
    follow(page, page.get_by_role("link", name="消息"))
    expect(bar).to_contain_text("这一页没有往日")
    back = page.get_by_role("button", name="回到今天")
    back.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("已回到今天。")).to_be_visible()
    expect(bar).to_have_count(0)
    go_to(page, "绩效目标")
    follow(page, page.get_by_role("link", name=PROJECT))
    expect(page.locator("main")).to_contain_text(re.compile(r"二季度\s*已通过"))
