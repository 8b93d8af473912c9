"""Evidence is dropped on a row or pasted into it, and looked at without leaving the page."""

import struct
import zlib

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import cell, detail_row, grid_row, key_of, open_task
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

WITH_RESULTS = False
PLAN = "信访工作经费"
COST, CASES = "项目总成本", "受理信访案件完成率"


def picture() -> bytes:
    """A grey dot as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def give(page: Page, selector: str, events: list[str], name: str, content: bytes) -> None:
    """Let a file fall on an element, or paste it there."""
    page.evaluate(
        """([selector, events, name, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(content)], name));
          const place = document.querySelector(selector);
          for (const kind of events) {
            const one = kind === "paste" ? { clipboardData: data } : { dataTransfer: data };
            const made = kind === "paste" ? ClipboardEvent : DragEvent;
            place.dispatchEvent(new made(kind, { bubbles: true, cancelable: true, ...one }));
          }
        }""",
        [selector, events, name, list(content)],
    )


def test_files_are_dropped_pasted_refused_and_looked_at(windows: Windows) -> None:
    page = windows.sign_in("staff")
    open_task(page, PLAN, "一季度")
    loaded = page.evaluate("performance.timeOrigin")
    cell(page, COST).fill("12")
    row, drop = f"#row-{key_of(page, COST)}", ["dragover", "drop"]
    give(page, row, drop, "接访照片.png", picture())
    give(page, row, drop, "台账.pdf", b"MZ\x00\x01")
    told = detail_row(page, COST).locator("[data-told]")
    expect(told).to_contain_text("“接访照片.png”已上传")
    expect(told).to_contain_text("“台账.pdf”没有上传：不能作为佐证的文件类型")
    expect(grid_row(page, COST)).to_contain_text("佐证 1 份")
    give(page, f"#actual-{key_of(page, CASES)}", ["paste"], "image.png", picture())
    expect(detail_row(page, CASES).locator("[data-told]")).to_contain_text(f"本期“{COST}”")
    expect(detail_row(page, CASES).locator(".files a")).to_contain_text("截图-")
    # The same page all along, with what was typed in it.
    assert page.evaluate("performance.timeOrigin") == loaded
    expect(cell(page, COST)).to_have_value("12")

    # The panel beside the grid shows it too.
    link = page.locator("#grid").get_by_role("link", name="接访照片.png")
    link.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("接访照片.png")
    shown = dialog.get_by_role("img")
    expect(shown).to_have_js_property("naturalWidth", 1)
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading")).to_contain_text("截图-")
    expect(shown).to_have_js_property("naturalWidth", 1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
