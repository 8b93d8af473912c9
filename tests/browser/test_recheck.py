"""A filled form is rechecked in the browser: refused with a sentence, then read, by keyboard, on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_whole, fact, follow, go_to, press
from tests.browser.windows import Windows
from tests.web.test_recheck import FILLED

pytestmark = pytest.mark.browser

PACK = "项目支出绩效自评（四川省） · sichuan-project-2023 第 1 版"


def test_a_form_is_refused_and_then_rechecked_with_the_differences_first(
    windows: Windows, tmp_path: Path
) -> None:
    filled = tmp_path / "自评表.csv"
    filled.write_bytes(FILLED)
    page = windows.sign_in("auditor")
    go_to(page, "复核")
    expect_whole(page)
    page.get_by_label("评分办法").select_option(label=PACK)
    file = page.get_by_label(re.compile("填好的绩效自评表"))
    file.set_input_files({"name": "自评表.doc", "mimeType": "", "buffer": b"\xd0\xcf\x11\xe0"})
    press(page, "开始复核")
    expect(page.locator("#file-error")).to_contain_text("接受的文件类型是 .xlsx、.docx、.pdf、.csv")
    expect(page.get_by_label("评分办法").locator("option:checked")).to_have_text(PACK)
    expect_whole(page)

    file.set_input_files(filled)
    press(page, "开始复核")
    expect(page.get_by_role("heading", level=1)).to_have_text("禁毒经费")
    assert (fact(page, "表上总分"), fact(page, "重算总分")) == ("95.85", "96.99")
    assert page.url.endswith("/recheck")
    first = page.locator("#rows tbody tr").first
    expect(first).to_contain_text("救助供养人数")
    expect(first).to_contain_text("不一致")
    expect(page.get_by_text("30 × 4604 ÷ 4754 = 29.05")).to_be_visible()
    expect_whole(page)

    # What agrees opens its working by keyboard.
    working = page.locator("#row-1 + tr.detail")
    expect(working).to_be_hidden()
    page.locator("#row-1 summary").focus()
    page.keyboard.press("Enter")
    expect(working).to_contain_text("表上得分 10，与重算一致")
    expect(working).to_be_visible()

    page.locator("#findings-error").get_by_role("link", name="看这一项").first.click()
    expect(page.locator("#row-2")).to_be_in_viewport()
    follow(page, page.get_by_role("navigation", name="位置").get_by_role("link", name="复核"))
    expect(page.locator("#rows")).to_have_count(0)
