"""The quarter's sheet in the browser: downloaded, filled in, at odds with the grid, confirmed."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from perf.documents.quarter_sheets import Column, read_quarter_sheet
from tests.browser.steps import (
    DRAFT,
    PROJECT,
    Row,
    cell,
    expect_said,
    expect_whole,
    fill_row,
    follow,
    open_task,
    press,
)
from tests.browser.windows import Windows
from tests.sheets import filled

pytestmark = pytest.mark.browser

DAYS = "救助联席会议生效时完成救助"


def test_a_sheet_filled_in_offline_meets_what_was_saved_meanwhile(
    windows: Windows, tmp_path: Path
) -> None:
    page = windows.sign_in("staff")
    open_task(page, PROJECT, "一季度")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载填报表").click()
    content = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == f"{PROJECT}-2022-Q1-填报表.xlsx"
    keys = {row.name: row.key for row in read_quarter_sheet(content).rows}
    money = next(key for key in keys.values() if key.startswith("executed-"))

    # Meanwhile somebody types into the grid.
    fill_row(page, DAYS, Row("5"))
    press(page, DRAFT)
    edits = {
        (keys[DAYS], Column.ACTUAL): 6,
        (keys[DAYS], Column.LIKELIHOOD): "确定能",
        (money, Column.ACTUAL): "很多",
    }
    path = tmp_path / "一季度.xlsx"
    path.write_bytes(filled(content, edits))

    follow(page, page.get_by_role("link", name="上传填报表"))
    expect_whole(page)
    page.get_by_label("填好的填报表").set_input_files(path)
    press(page, "上传并核对")
    expect(page.locator("#conflict")).to_contain_text(DAYS)
    expect(page.locator("#invalid")).to_contain_text("不是数字")
    expect(page.locator("#new")).to_contain_text("确定能")
    expect(page.get_by_role("radio", name="系统里的")).to_be_checked()
    expect_whole(page)

    page.get_by_role("radio", name="填报表里的").check()
    press(page, "确认保存")
    expect_said(page, "已按填报表保存 2 格")
    expect_said(page, "1 格无效，没有保存")
    expect(cell(page, DAYS)).to_have_value("6")
    expect(cell(page, DAYS, "完成目标可能性").locator("option:checked")).to_have_text("确定能")
    expect_whole(page)
