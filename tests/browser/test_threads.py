"""Something sent back comes again: remark, answer, settled, and approved with what is clean."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import PROJECT, expect_said, expect_whole, follow, go_to, press
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

# Each test says its own.
SCREENS = ["desk"]

WITH_RESULTS = True
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 800}


def thread(page: Page, text: str):
    return page.locator(".thread").filter(has_text=text).locator("visible=true").last


@pytest.mark.parametrize(
    ("viewport", "indicator"), [(DESK, "公共服务提升"), (PHONE, "隐患消除情况")]
)
def test_a_remark_is_answered_settled_and_approved_with_what_is_clean(
    windows: Windows, viewport: dict[str, int], indicator: str
) -> None:
    staff = windows.sign_in("staff", viewport=viewport)
    go_to(staff, "绩效目标")
    follow(staff, staff.get_by_role("link", name=PROJECT).first)
    follow(staff, staff.get_by_role("link", name=re.compile("^目标调整")))
    follow(staff, staff.get_by_role("link", name=re.compile("新建")).first)
    staff.get_by_label("文号").fill(f"信访发〔2022〕{viewport['width']}号")
    staff.get_by_label("文件日期").fill("2022-08-01")
    staff.get_by_label("调整原因").fill("任务增加。")
    staff.get_by_label(f"{indicator} 新指标值").fill("≥95%")
    press(staff, "保存")
    press(staff, "提交审核")

    chief = windows.sign_in("supervisor", viewport=viewport)
    go_to(chief, "审核")
    follow(chief, chief.get_by_role("row").filter(has_text="目标调整").get_by_role("link").first)
    chief.get_by_text("写意见", exact=True).click()
    chief.get_by_label(f"对“{indicator}”的意见").fill("请附批准文件的页码")
    press(chief, "退回修改")

    staff.reload()
    expect(thread(staff, "请附批准文件")).to_contain_text("待处理")
    expect(staff.locator(".foot")).to_contain_text("有 1 条意见还没有答复")
    staff.get_by_label(re.compile("^答复")).fill("见文件第 2 页第 3 条。")
    press(staff, "答复")
    expect_said(staff, "答复已保存")
    expect(thread(staff, "第 2 页第 3 条")).to_contain_text("已答复")
    expect_whole(staff)
    press(staff, "提交审核")

    chief.reload()
    expect(chief.locator("#left-open")).to_contain_text("还有 1 条意见未解决")
    expect(chief.locator("#comparison")).to_contain_text("没有变动")
    # What is typed besides stays while the thread is settled.
    chief.get_by_label("总体意见").fill("其余没有问题。")
    press(chief, "标为已解决")
    expect_said(chief, "已标为已解决")
    expect(chief.get_by_label("总体意见")).to_have_value("其余没有问题。")
    expect_whole(chief)
    go_to(chief, "审核")
    follow(chief, chief.get_by_role("link", name="批量通过没有问题的"))
    expect(chief.get_by_role("row").filter(has_text="党建经费")).to_contain_text("逐份审核")
    chief.get_by_role("checkbox", name=re.compile(PROJECT)).press("Space")
    expect_whole(chief)
    press(chief, "下一步：核对")
    expect_whole(chief)
    press(chief, "确认通过 1 项")
    expect(chief.get_by_role("row").filter(has_text=PROJECT)).to_contain_text("审核通过")
    expect_whole(chief)
