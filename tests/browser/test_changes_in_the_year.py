"""A project merged into another one in the browser, from the form to the closed quarter."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import PROJECT, expect_said, expect_whole, follow, go_to, press
from tests.browser.test_pages import expect_accessible
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

WITH_RESULTS = True
OTHER = "党建经费"


def test_a_project_is_merged_into_another_and_its_quarter_closes(windows: Windows) -> None:
    staff = windows.sign_in("staff")
    go_to(staff, "绩效目标")
    follow(staff, staff.get_by_role("rowheader").get_by_role("link", name=PROJECT))
    plan = staff.url
    follow(staff, staff.get_by_role("link", name="终止与并入"))
    follow(staff, staff.get_by_role("link", name="办理终止或并入"))
    press(staff, "保存")
    expect(staff.get_by_role("alert")).to_contain_text("请填写文号")
    expect_accessible(staff)
    staff.get_by_role("radio", name="并入").press("Space")
    staff.get_by_label("并入的项目").select_option(label=OTHER)
    for label, text in [
        ("文号", "财预〔2022〕18号"),
        ("文件日期", "2022-10-15"),
        ("终止之日", "2022-10-01"),
        ("原因", "机构改革，两个项目合并。"),
        ("剩余资金如何处理", "划转到并入后的项目。"),
        ("划转到并入项目的金额", "0.5"),
    ]:
        staff.get_by_label(label, exact=False).first.fill(text)
    press(staff, "保存")
    expect_said(staff, "已保存为草稿")
    press(staff, "提交审核")
    expect_said(staff, "已提交审核")

    chief = windows.sign_in("supervisor", viewport={"width": 390, "height": 844})
    go_to(chief, "审核")
    follow(chief, chief.get_by_role("row").filter(has_text="终止并入").get_by_role("link").first)
    expect_whole(chief)
    expect_accessible(chief)
    press(chief, "审核通过")
    expect_said(chief, "项目按文件终止")

    staff.goto(plan)
    expect(staff.locator(".year")).to_contain_text("不用填报")
    follow(staff, staff.get_by_role("link", name="四季度"))
    expect(staff.get_by_text("项目已从 2022-10-01 起终止").first).to_be_visible()
    expect(staff.get_by_role("button", name="提交审核")).to_have_count(0)
    staff.goto(plan)
    follow(staff, staff.get_by_role("link", name="财预〔2022〕18号"))
    follow(staff, staff.get_by_role("link", name=f"登记“{OTHER}”追加 0.5 万元"))
    expect(staff.get_by_label("调整金额（追加为正，追减为负）")).to_have_value("0.5")
    staff.get_by_label("资金来源").first.select_option(label="财政拨款")
    press(staff, "登记")
    expect_said(staff, "已登记预算调整")
    expect(staff.get_by_text("并入本项目").first).to_be_visible()
