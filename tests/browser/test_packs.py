"""What an administrator sets up: a rule pack from its copy to its use, and a year in its rhythm."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import expect_said, expect_whole, follow, go_to, press
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

WITH_RESULTS = True
ID = "local-xinxiang-2023"
NAME = "新乡市项目支出绩效自评"
LATE = "特殊疑难信访救助资金"


def test_a_pack_is_copied_edited_tried_out_published_pinned_and_used(windows: Windows) -> None:
    admin = windows.sign_in("admin")
    go_to(admin, "管理")
    follow(admin, admin.get_by_role("link", name="评分办法", exact=True))
    expect_whole(admin)
    shipped = admin.get_by_role("row").filter(has_text="cn-project-2020")
    follow(admin, shipped.get_by_role("link", name="项目支出绩效自评"))
    expect_whole(admin)
    admin.get_by_label("新的编号").fill("Xinxiang")
    press(admin, "复制")
    expect(admin.locator("#pack_id-error")).to_contain_text("以 local- 开头")
    admin.get_by_label("新的编号").fill(ID)
    press(admin, "复制")
    expect_said(admin, f"已复制成“{ID}”的草稿")
    expect_whole(admin)

    edit_with_a_slip(admin)
    beside = admin.locator("aside li").filter(has_text=LATE)
    expect(beside).to_contain_text("−2.77")
    follow(admin, beside.get_by_role("link", name=LATE))
    expect_whole(admin)
    row = admin.get_by_role("row").filter(has_text="救助联席会议生效时完成救助")
    expect(row).to_contain_text("不同")
    row.get_by_text("算式").click()
    working = admin.locator("tr.detail").filter(has_text="11天").locator("visible=true")
    expect(working).to_contain_text("13.33 × 7 ÷ 11 = 8.48")
    expect(working).to_contain_text(f"依据 {ID} 第 1 版 §反向指标")
    admin.set_viewport_size({"width": 360, "height": 740})
    expect_whole(admin)
    admin.set_viewport_size({"width": 1366, "height": 768})

    follow(admin, admin.get_by_role("link", name=f"{ID} 第 1 版"))
    expect_whole(admin)
    press(admin, "发布第 1 版")
    expect_said(admin, "已发布")
    expect(admin.get_by_role("link", name="修改草稿")).to_have_count(0)
    pin_to_a_new_year(admin)
    plan_by_it(windows.sign_in("staff"))


def edit_with_a_slip(admin: Page) -> None:
    """Change name, formula and a weight; a letter among the numbers loses nothing."""
    admin.get_by_label("办法名称").fill(NAME)
    admin.get_by_label("超过指标值的计分").select_option(label="1 − 超出部分 ÷ 指标值")
    admin.get_by_label("达成，从（%）", exact=True).fill("八十")
    press(admin, "保存草稿")
    expect(admin.get_by_role("alert")).to_contain_text("定性分档 · 达成，从（%）：不是数字")
    expect(admin.get_by_label("办法名称")).to_have_value(NAME)
    expect(admin.get_by_label("达成，从（%）", exact=True)).to_have_value("八十")
    follow_to_field(admin)
    admin.get_by_label("达成，从（%）", exact=True).fill("80")
    press(admin, "保存草稿")
    expect_said(admin, "草稿已保存")
    expect_whole(admin)


def follow_to_field(admin: Page) -> None:
    """The sentence on top leads to its field."""
    admin.get_by_role("alert").get_by_role("link", name="定性分档").click()
    expect(admin.get_by_label("达成，从（%）", exact=True)).to_be_in_viewport()


def pin_to_a_new_year(admin: Page) -> None:
    follow(admin, admin.get_by_role("link", name="评分办法", exact=True))
    follow(admin, admin.get_by_role("link", name="年度与填报期"))
    admin.get_by_label("年份").fill("2023")
    press(admin, "建立年度")
    admin.get_by_label("项目（没有成本指标一类）").select_option(label=f"{NAME}（{ID} 第 1 版）")
    press(admin, "保存评分办法")
    expect_said(admin, "评分办法已保存")
    expect(admin.get_by_label("项目（没有成本指标一类）")).to_have_value(f"{ID}@1")
    expect_whole(admin)


def plan_by_it(staff: Page) -> None:
    """A plan made in that year names the pack and its version."""
    go_to(staff, "绩效目标")
    follow(staff, staff.get_by_role("link", name="新建项目目标"))
    staff.get_by_role("combobox", name="年度").select_option("2023")
    staff.get_by_label("项目名称").fill("政策宣传")
    staff.get_by_label("年度总体目标").fill("全年印发宣传册。")
    staff.get_by_label("财政拨款").fill("1.2")
    press(staff, "保存并填写指标")
    row = staff.locator("tr.entry").first
    row.get_by_role("combobox").first.select_option("产出指标")
    row.get_by_role("textbox", name="三级指标").fill("印发宣传册")
    row.get_by_role("textbox", name="指标值").fill("≥1000册")
    press(staff, "保存")
    expect(staff.locator("dd", has_text=f"{ID} 第 1 版")).to_be_visible()
    expect(staff.locator("dd", has_text=NAME)).to_be_visible()


def test_a_year_is_made_in_one_rhythm_and_changed_to_another(windows: Windows) -> None:
    admin = windows.sign_in("admin")
    go_to(admin, "管理")
    follow(admin, admin.get_by_role("link", name="年度与填报期", exact=True))
    expect_whole(admin)
    admin.get_by_label("年份").fill("2024")
    admin.get_by_label("填报节奏").select_option("1—7月与全年")
    press(admin, "建立年度")
    expect_said(admin, "已建立 2024 年度")
    periods = admin.get_by_role("table").get_by_role("rowheader")
    expect(periods).to_have_text(["1—7月", "1—12月", "年度自评"])
    admin.get_by_label("1—7月 截止").fill("2024-08-20")
    press(admin, "保存日期")
    admin.get_by_label("填报节奏").select_option("按月")
    press(admin, "保存填报节奏")
    expect_said(admin, "已改为按月")
    expect(periods).to_have_count(13)
    # July is in both rhythms and keeps its day.
    expect(admin.get_by_label("1—7月 截止")).to_have_value("2024-08-20")
    expect_whole(admin)
