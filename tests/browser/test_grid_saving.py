"""The grid saves by itself: a quarter in few key presses, and nothing lost where something dies."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    cell,
    detail_row,
    executed_cell,
    expect_said,
    open_task,
)
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

PLAN = "信访工作经费"
# The eleven rows from top to bottom: what is typed, and for two of them kind and reason.
FIGURES = {
    "项目总成本": "52.5",
    "受理信访案件完成率": "84.62",
    "完成年度整体目标": "24",
    "资金到位及时率": "100",
    "资金到位率": "100",
    "信访案件及时受理率": "93.5",
    "重大敏感时期京省人员劝返率": "96",
}
GRADES = {"维护信访人合法权益，促进社会和谐稳定": ("1", "90"), "产生的经济效益": ("2", "75")}
ASKED = {"信访群众满意度": "83.2", "员工满意度": "91"}


class Keyboard:
    """A keyboard that counts what is pressed beside the values themselves."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0
        self.before: Callable[[], None] = lambda: None

    def press(self, key: str) -> None:
        self.before()
        self.page.keyboard.press(key)
        self.presses += len(key.split("+"))

    def choose(self, figure: str) -> None:
        """A figure that chooses from a list is the value, not a way to it."""
        self.before()
        self.page.keyboard.press(figure)

    def type(self, text: str) -> None:
        for character in text:
            self.before()
            self.page.keyboard.insert_text(character)


KINDS = {"经费保障": "1", "人员保障": "3"}
REASONS = {
    "项目总成本": ("经费保障", "接访点搬迁。"),
    "员工满意度": ("人员保障", "两名接访人员借调。"),
}


def fill_in_quarter(page: Page, keyboard: Keyboard, evidence: Path) -> None:
    """The staff's quarter from the first cell to submitting: eleven rows, two reasons, one file."""
    cell(page, "项目总成本").focus()
    for name, text in FIGURES.items():
        expect(cell(page, name)).to_be_focused()
        keyboard.type(text)
        keyboard.press("Enter")
    for name, (grade, rate) in GRADES.items():
        expect(cell(page, name, "完成等级")).to_be_focused()
        keyboard.choose(grade)
        keyboard.press("Tab")
        keyboard.type(rate)
        keyboard.press("Enter")
    for name, text in ASKED.items():
        expect(cell(page, name)).to_be_focused()
        keyboard.type(text)
        if name in REASONS:
            # That the target may be missed (有可能) demands a reason.
            keyboard.press("Tab")
            keyboard.press("Tab")
            keyboard.choose("2")
            expect(detail_row(page, name).locator(".why.warn")).to_be_visible()
        keyboard.press("Enter")
    give_reason(page, keyboard, name)
    expect(executed_cell(page)).to_be_focused()
    keyboard.type("6.85")
    keyboard.press("F8")
    give_reason(page, keyboard, "项目总成本")
    finish(page, keyboard, evidence)


def give_reason(page: Page, keyboard: Keyboard, name: str) -> None:
    """The line that stands under a row for its reason."""
    kind, reason = REASONS[name]
    expect(cell(page, name, "偏差原因类别")).to_be_focused()
    keyboard.choose(KINDS[kind])
    keyboard.press("Enter")
    expect(cell(page, name, "偏差原因")).to_be_focused()
    keyboard.type(reason)
    keyboard.press("Enter")


def finish(page: Page, keyboard: Keyboard, evidence: Path) -> None:
    """One file to the row one stands in, and submit."""
    with page.expect_file_chooser() as chooser:
        keyboard.press("F9")
    chooser.value.set_files(evidence)
    with page.expect_navigation():
        keyboard.press("Control+Enter")
    expect_said(page, "已提交审核")


def test_a_quarter_takes_few_key_presses_and_page_loads(windows: Windows, tmp_path: Path) -> None:
    page = windows.sign_in("staff")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    open_task(page, PLAN, "一季度")
    keyboard = Keyboard(page)
    fill_in_quarter(page, keyboard, written(tmp_path))
    assert keyboard.presses <= 30
    assert len(loads) <= 4, loads


def written(folder: Path) -> Path:
    """A file to attach."""
    path = folder / "明细账.txt"
    path.write_text("六点八五万元", encoding="utf-8")
    return path
