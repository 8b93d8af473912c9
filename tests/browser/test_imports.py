"""An import in the browser: compared with its source, corrected, left out, confirmed, handed back."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_said, expect_whole, fact, follow, go_to, press
from tests.browser.windows import Windows
from tests.documents.test_marked import own_workbook

pytestmark = pytest.mark.browser

# It becomes a phone on the way.
SCREENS = ["desk"]

PHONE = {"width": 360, "height": 800}


def test_a_workbook_is_looked_through_on_a_phone_by_keyboard_and_handed_back_marked(
    windows: Windows, tmp_path: Path
) -> None:
    own = tmp_path / "目标.xlsx"
    own.write_bytes(own_workbook())
    page = windows.sign_in("staff")
    go_to(page, "导入")
    page.set_input_files("input[type=file]", own)
    press(page, "读取文件")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对导入")
    assert fact(page, "错误") == "2"
    expect_whole(page)
    page.set_viewport_size(PHONE)
    expect_whole(page)

    # The source of a row is folded until it is asked for, by keyboard too.
    source = page.locator("#row-p0-0 + tr .source")
    expect(source).to_be_hidden()
    page.locator("#row-p0-0 summary").focus()
    page.keyboard.press("Enter")
    expect(source).to_contain_text("原文 · 第 4 行 养护经费 ｜ 53010222 ｜ 150")

    # A row in error stands open; what is typed is read anew and shown beside what the file says.
    page.locator("#target-p0-1").fill("≥95%")
    page.keyboard.press("Enter")
    expect(page.locator("#row-p0-1")).to_contain_text("至少 95 %")
    expect(page.locator("#row-p0-1")).to_contain_text("文件中：（空白）")
    expect_said(page, "已保存修改并重新检查")

    press(page, "有错误的 1 行都不导入")
    expect(page.get_by_role("checkbox", name="不导入 完成及时率")).to_be_checked()
    expect_whole(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注后的工作簿").click()
    assert download.value.suggested_filename == "目标（标注）.xlsx"
    sheet = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))["目标"]
    assert "奇怪指标" in sheet["D6"].comment.text
    assert "核对时改为“≥95%”" in sheet["G5"].comment.text

    press(page, "确认导入")
    expect_said(page, "已新建 2 份绩效目标")
    expect(page.locator("#left-out")).to_contain_text("养护经费 · 完成及时率")
    expect_whole(page)
    follow(page, page.get_by_role("link", name="养护经费", exact=True))
    expect(page.locator("main")).not_to_contain_text("完成及时率")


def test_an_import_is_given_up(windows: Windows, tmp_path: Path) -> None:
    own = tmp_path / "不要的.xlsx"
    own.write_bytes(own_workbook())
    page = windows.sign_in("staff")
    go_to(page, "导入")
    page.set_input_files("input[type=file]", own)
    press(page, "读取文件")
    page.get_by_text("放弃这份导入").click()
    press(page, "放弃并删除")
    expect_said(page, "已放弃“不要的.xlsx”的导入")
    expect(page.get_by_role("link", name="不要的.xlsx")).to_have_count(0)
