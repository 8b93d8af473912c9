"""Next year in the browser: all of a unit's plans begun, suggestions taken, one handed in."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import PROJECT, expect_said, expect_whole, follow, go_to, press
from tests.browser.test_pages import expect_accessible
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

WITH_RESULTS = True


def test_a_unit_s_plans_are_begun_for_next_year_and_one_is_handed_in(windows: Windows) -> None:
    admin, staff = windows.sign_in("admin"), windows.sign_in("staff")
    admin.goto("/admin/years")
    admin.get_by_label("年份").fill("2023")
    press(admin, "建立年度")

    go_to(staff, "绩效目标")
    staff.get_by_label("年度").select_option("2022")
    press(staff, "查找")
    follow(staff, staff.get_by_role("link", name="编制下一年"))
    expect(staff.get_by_role("heading", level=1)).to_have_text("编制 2023 年度绩效目标")
    expect_whole(staff)
    boxes = staff.get_by_role("checkbox", checked=True)
    count = boxes.count()
    assert count > 1
    press(staff, "编制草稿")
    expect_said(staff, f"已编制 {count} 份草稿")
    expect(staff.get_by_role("rowheader")).to_have_count(count)

    follow(staff, staff.get_by_role("link", name=PROJECT))
    expect(staff.get_by_text("由 2022 年度目标编制")).to_be_visible()
    follow(staff, staff.get_by_role("link", name="编辑指标"))
    expect_whole(staff)
    expect_accessible(staff)
    row = staff.locator("tr.entry").filter(has=staff.get_by_label("疑难信访案件 指标值"))
    expect(row).to_contain_text("≥1件 → 2 件（至三季度）")
    expect(row).to_contain_text("上年超额")
    # What was typed elsewhere is kept when a suggestion is taken.
    staff.get_by_label("隐患消除情况 指标值").fill("≥97%")
    press(staff, "疑难信访案件 采用建议 ≥2件")
    expect_said(staff, "已采用 1 项建议指标值")
    expect(staff.get_by_label("疑难信访案件 指标值")).to_have_value("≥2件")
    press(staff, "全部采用建议")
    expect(staff.get_by_label("维护社会稳定 指标值")).to_have_value("≥94%")
    expect(staff.get_by_label("隐患消除情况 指标值")).to_have_value("≥97%")
    expect(staff.get_by_role("button", name="全部采用建议")).to_have_count(0)
    press(staff, "保存")

    follow(staff, staff.get_by_role("link", name="修改基本信息"))
    expect(staff.get_by_text("上年全年预算 17.92，至三季度执行 11.86")).to_be_visible()
    staff.get_by_label("财政拨款").fill("18")
    press(staff, "保存")
    press(staff, "提交审核")
    expect_said(staff, "已提交审核")

    supervisor = windows.sign_in("supervisor")
    go_to(supervisor, "审核")
    follow(supervisor, supervisor.get_by_role("link", name=PROJECT).first)
    beside = supervisor.get_by_role("row").filter(has_text="疑难信访案件")
    expect(beside.first).to_contain_text("≥1件 → 2 件（至三季度）")
    expect_whole(supervisor)
