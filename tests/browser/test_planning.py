"""Plans in the browser: out of a document, and by hand."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import expect_said, expect_whole, follow, go_to, press
from tests.browser.windows import ROOT, Windows

pytestmark = pytest.mark.browser

DOCUMENT = ROOT / "tests" / "documents" / "data" / "parks-2023.txt"
PLANS = ["部门整体", "公园绿地养护经费", "行道树补植"]
INDICATORS = [
    ("成本指标", "印刷成本", "不超过1.2万元", "至多 1.2 万元"),
    ("产出指标", "印发宣传册", "不少于500册", "至少 500 册"),
    ("产出指标", "按期印发率", "90%以上", "至少 90 %"),
    ("产出指标", "差错率", "≤1%", "至多 1 %"),
    ("效益指标", "群众知晓率", "≥80%", "至少 80 %"),
    ("满意度指标", "群众满意度", "≥85%", "至少 85 %"),
]
SHARES = ["20.00", "13.34", "13.33", "13.33", "20.00", "10.00"]


def test_a_year_begins_from_a_published_document(windows: Windows, tmp_path: Path) -> None:
    admin = windows.sign_in("admin")
    text = DOCUMENT.read_text(encoding="utf-8")
    damaged = tmp_path / "2023年部门预算.txt"
    damaged.write_text(text.replace("2、养护达标率\t≥95%", "2、养护达标率\t"), encoding="utf-8")
    assert "2、养护达标率\t≥95%" in text

    upload(admin, damaged)
    expect_whole(admin)
    expect(admin.get_by_role("button", name="确认导入")).to_be_disabled()
    wrong = admin.locator("#findings-error")
    expect(wrong).to_contain_text("“养护达标率”：指标值为空，请填写。")
    wrong.get_by_role("link", name="去看看").click()
    row = admin.locator("tr:target")
    expect(row).to_contain_text("养护达标率")
    # The row in error lies open already.
    target = admin.locator("tr:target + tr").get_by_label("指标值", exact=True)
    target.fill("≥95%")
    press(admin, "重新检查")
    expect(admin.locator("#findings-error")).to_have_count(0)
    expect(admin.get_by_role("row").filter(has_text="养护达标率").first).to_contain_text(
        "至少 95 %"
    )
    press(admin, "确认导入")
    expect(admin.get_by_role("heading", level=1)).to_have_text("导入结果")
    expect(admin.get_by_role("rowheader")).to_have_text(PLANS)
    expect_whole(admin)

    # Once more the same document, now whole: nothing is made, and the page says so.
    upload(admin, DOCUMENT)
    expect(admin.get_by_role("status")).to_contain_text("系统中都已有，确认后没有改动")
    press(admin, "确认导入")
    expect_said(admin, "没有改动")
    go_to(admin, "绩效目标")
    admin.get_by_label("年度").select_option("2023")
    press(admin, "查找")
    expect(admin.get_by_role("rowheader")).to_have_count(len(PLANS))


def upload(page: Page, path: Path) -> None:
    go_to(page, "导入")
    page.get_by_label("部门预算公开文件").set_input_files(path)
    press(page, "读取文件")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对导入")


def test_a_plan_is_made_by_hand_and_approved(windows: Windows) -> None:
    staff, supervisor = windows.sign_in("staff"), windows.sign_in("supervisor")
    go_to(staff, "绩效目标")
    follow(staff, staff.get_by_role("link", name="新建项目目标"))
    expect_whole(staff)
    staff.get_by_role("combobox", name="年度").select_option("2022")
    staff.get_by_label("项目名称").fill("政策宣传")
    staff.get_by_label("年度总体目标").fill("全年印发宣传册，让群众知晓信访政策。")
    staff.get_by_label("财政拨款").fill("1.2")
    press(staff, "保存并填写指标")

    expect(staff.get_by_role("heading", level=1)).to_have_text("编辑指标")
    rows = staff.locator("tr.entry")
    offered = rows.count()
    press(staff, "再加 5 行")
    expect(rows).to_have_count(offered + 5)
    for row, (level1, name, target, reading) in zip(rows.all()[:6], INDICATORS, strict=True):
        row.get_by_role("combobox").select_option(level1)
        row.get_by_role("textbox", name="三级指标").fill(name)
        row.get_by_role("textbox", name="指标值").fill(target)
        # How the target reads is said while it is typed.
        expect(row).to_contain_text(reading)
    for row, share in zip(rows.all()[:6], SHARES, strict=True):
        expect(row).to_contain_text(f"自动 {share}")
    expect(staff.locator("#sums")).to_contain_text("90")
    expect_whole(staff)
    press(staff, "保存")
    expect(staff.get_by_role("heading", level=1)).to_have_text("政策宣传")
    expect(staff.locator("#indicators tr.total")).to_contain_text("90.00")
    expect_whole(staff)
    press(staff, "提交审核")
    expect(staff.locator(".flash.ok")).to_be_visible()

    go_to(supervisor, "审核")
    follow(supervisor, supervisor.get_by_role("link", name="政策宣传").first)
    expect_whole(supervisor)
    press(supervisor, "审核通过")
    expect(supervisor.locator(".flash.ok")).to_be_visible()

    # From now on it is due for reporting, and no longer to be edited.
    staff.reload()
    expect(staff.get_by_role("link", name="编辑指标")).to_have_count(0)
    follow(staff, staff.get_by_role("link", name="一季度"))
    expect(staff.get_by_label("印发宣传册 本期累计")).to_be_editable()
