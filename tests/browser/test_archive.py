"""A year is packed and downloaded in the browser, and looked through before it is made public."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_said, expect_whole, follow, go_to, press
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

# Each test says its own.
SCREENS = ["desk"]

WITH_RESULTS = True
PHONE = {"width": 390, "height": 800}


def test_a_year_is_packed_while_the_page_looks_again_by_itself(
    windows: Windows, tmp_path: Path
) -> None:
    page = windows.sign_in("staff")
    go_to(page, "自评")
    follow(page, page.get_by_role("link", name="年度资料包"))
    expect_whole(page)
    page.get_by_label("PDF 文件").first.uncheck()
    press(page, "开始生成")
    expect_said(page, "已开始生成")
    expect_whole(page)
    expect(page.get_by_text("已生成", exact=True)).to_be_visible(timeout=90_000)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载").click()
    path = tmp_path / "a.zip"
    downloading.value.save_as(path)
    assert re.fullmatch(r"2022年度-.+-年度资料包\.zip", downloading.value.suggested_filename)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {"目录.xlsx", "目录.html"} < set(archive.namelist())
    expect_whole(page)


def test_what_is_made_public_is_looked_through_first_on_a_phone(windows: Windows) -> None:
    page = windows.sign_in("supervisor", viewport=PHONE)
    page.goto("/archives/new?year=2022")
    expect_whole(page)
    press(page, "下一步：核对个人信息")
    expect(page.get_by_role("heading", level=1)).to_have_text("公开前核对")
    expect_whole(page)
    press(page, "生成信息公开资料包")
    expect_said(page, "请选择已经核对，或者打码")
    page.get_by_label(re.compile("打码")).check()
    press(page, "生成信息公开资料包")
    expect_said(page, "已开始生成")
    row = page.get_by_role("row").filter(has_text="信息公开资料包")
    expect(row.get_by_text("已生成", exact=True)).to_be_visible(timeout=90_000)
