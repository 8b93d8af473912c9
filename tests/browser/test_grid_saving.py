"""The grid saves by itself: a quarter in few key presses, and nothing lost where something dies."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.browser.conftest import SWITCHES, free_port, serving
from tests.browser.steps import (
    cell,
    detail_row,
    executed_cell,
    expect_said,
    grid_row,
    open_task,
    sign_in_at,
)
from tests.browser.windows import PASSWORD, Server, Windows

pytestmark = pytest.mark.browser

# Keys are counted, and a phone has none.
SCREENS = ["desk"]

WITH_RESULTS = False
PLAN = "信访工作经费"
# The eleven rows from top to bottom: what is typed, and for two of them kind and reason.
FIGURES = {
    "项目总成本": "52.5",
    "受理信访案件完成率": "84.62",
    "完成年度整体目标": "60",
    "资金到位及时率": "100",
    "资金到位率": "100",
    "信访案件及时受理率": "93.5",
    "重大敏感时期京省人员劝返率": "96",
}
GRADES = {"维护信访人合法权益，促进社会和谐稳定": ("1", "90"), "产生的经济效益": ("1", "85")}
ASKED = {"信访群众满意度": "83.2", "员工满意度": "91"}


class Keyboard:
    """A keyboard that counts what is pressed beside the values themselves."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += len(key.split("+"))

    def choose(self, figure: str) -> None:
        """A figure that chooses from a list is the value, not a way to it."""
        self.page.keyboard.press(figure)

    def replace(self, text: str) -> None:
        """The value anew, over what stands there."""
        self.page.keyboard.press("Control+A")
        self.type(text)
        self.page.keyboard.press("Tab")

    def type(self, text: str) -> None:
        for character in text:
            self.page.keyboard.insert_text(character)


KINDS = {"经费保障": "1", "人员保障": "3"}
REASONS = {
    "项目总成本": ("经费保障", "接访点搬迁。"),
    "员工满意度": ("人员保障", "两名接访人员借调。"),
}


def fill_in_quarter(page: Page, keyboard: Keyboard) -> None:
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
    finish(page, keyboard, detail_row(page, "受理信访案件完成率"))


def give_reason(page: Page, keyboard: Keyboard, name: str) -> None:
    """The line that stands under a row for its reason."""
    kind, reason = REASONS[name]
    expect(cell(page, name, "偏差原因类别")).to_be_focused()
    keyboard.choose(KINDS[kind])
    keyboard.press("Enter")
    expect(cell(page, name, "偏差原因")).to_be_focused()
    keyboard.type(reason)
    keyboard.press("Enter")


def finish(page: Page, keyboard: Keyboard, place: Locator) -> None:
    """One file to the row one stands in, and submit."""
    keyboard.press("F9")
    expect(place.locator(".files")).to_contain_text("明细账")
    with page.expect_navigation():
        keyboard.press("Control+Enter")
    expect_said(page, "已提交审核")


def test_a_quarter_takes_few_key_presses_and_page_loads(windows: Windows, tmp_path: Path) -> None:
    page = windows.sign_in("staff")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    choose_for(page, written(tmp_path))
    open_task(page, PLAN, "一季度")
    keyboard = Keyboard(page)
    fill_in_quarter(page, keyboard)
    assert keyboard.presses <= 30
    assert len(loads) <= 4, loads


def test_a_pasted_quarter_takes_ten_key_presses(windows: Windows, tmp_path: Path) -> None:
    page = windows.sign_in("staff")
    choose_for(page, written(tmp_path))
    open_task(page, PLAN, "二季度")
    grades = ["达成 90%", "达成 85%"]
    lines = [[text] for text in [*FIGURES.values(), *grades, *ASKED.values()]]
    lines[0] += ["", "", "经费保障", "接访点搬迁。"]
    lines[5] = ["九十左右"]
    lines[-1] += ["92", "有可能", "人员保障", "两名接访人员借调。"]
    copied = "\r\n".join("\t".join(line) for line in lines)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", copied)
    keyboard = Keyboard(page)
    cell(page, "项目总成本").focus()
    keyboard.press("Control+V")
    # Every cell that could not be taken is named; all others are saved.
    told = page.locator("[data-pasted]")
    expect(told).to_contain_text("粘贴了 17 格")
    expect(told).to_contain_text("1 格有误：信访案件及时受理率")
    wrong = cell(page, "信访案件及时受理率")
    expect(wrong).to_have_value("九十左右")
    expect(grid_row(page, "信访案件及时受理率")).to_contain_text("有误未保存")
    expect(grid_row(page, "员工满意度")).to_contain_text("已保存")

    keyboard.press("F8")
    expect(wrong).to_be_focused()
    keyboard.replace("93.5")
    keyboard.press("F8")
    expect(executed_cell(page)).to_be_focused()
    keyboard.type("12.5")
    finish(page, keyboard, page.locator("#money"))
    assert keyboard.presses <= 10


def test_a_pasted_block_is_undone_at_once_and_can_come_back(windows: Windows) -> None:
    page = windows.sign_in("staff")
    open_task(page, PLAN, "三季度")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first, second = cell(page, "项目总成本"), cell(page, "受理信访案件完成率")
    first.focus()
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    expect(grid_row(page, "项目总成本")).to_contain_text("已保存")
    page.evaluate("navigator.clipboard.writeText('20\\n81\\n82')")
    first.focus()
    page.keyboard.press("Control+V")
    expect(second).to_have_value("81")
    page.keyboard.press("Control+Z")
    expect(first).to_have_value("18")
    expect(second).to_have_value("")
    page.keyboard.press("Control+Z")
    expect(first).to_have_value("")
    page.keyboard.press("Control+Y")
    page.keyboard.press("Control+Y")
    expect(first).to_have_value("20")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.reload()
    expect(first).to_have_value("20")
    expect(second).to_have_value("81")


def test_what_a_colleague_saved_is_shown_beside_and_taken_or_not(windows: Windows) -> None:
    mine, theirs = windows.sign_in("staff"), windows.sign_in("staff")
    for page in (mine, theirs):
        open_task(page, PLAN, "四季度")
    type_in(theirs, "项目总成本", "21")
    type_in(theirs, "资金到位率", "97")
    expect(grid_row(theirs, "资金到位率")).to_contain_text("已保存")
    type_in(mine, "项目总成本", "22")
    type_in(mine, "资金到位率", "98")
    for name, text in {"项目总成本": "21", "资金到位率": "97"}.items():
        expect(grid_row(mine, name)).to_contain_text("与他人冲突")
        expect(detail_row(mine, name)).to_contain_text(text)
    detail_row(mine, "项目总成本").get_by_role("button", name="采用对方的值").click()
    expect(cell(mine, "项目总成本")).to_have_value("21")
    detail_row(mine, "资金到位率").get_by_role("button", name="以我的为准").click()
    expect(grid_row(mine, "资金到位率")).to_contain_text("已保存")
    theirs.reload()
    expect(cell(theirs, "项目总成本")).to_have_value("21")
    expect(cell(theirs, "资金到位率")).to_have_value("98")


def type_in(page: Page, name: str, text: str) -> None:
    """Type a figure and leave its cell."""
    cell(page, name).fill(text)
    cell(page, name).press("Enter")


def test_a_killed_browser_and_a_killed_server_lose_the_typed_cell_at_most(
    sample: Callable[[bool], Path], chromium: Browser, tmp_path: Path
) -> None:
    data_dir, port, profile = sample(WITH_RESULTS), free_port(), tmp_path / "profile"
    figures = dict(list(FIGURES.items())[:4])
    with serving(data_dir, port) as first:
        with browsing(chromium, profile, first.server) as page:
            open_task(page, PLAN, "一季度")
            for name, text in figures.items():
                type_in(page, name, text)
            expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
            cell(page, "资金到位率").press_sequentially("99")
            kill_browser(profile)
        with browsing(chromium, profile, first.server) as page:
            open_task(page, PLAN, "一季度")
            for name, text in figures.items():
                expect(cell(page, name)).to_have_value(text)

            # The server and its worker.
            os.killpg(first.process.pid, signal.SIGKILL)
            first.process.wait()
            type_in(page, "信访案件及时受理率", "93.5")
            expect(page.locator("[data-saved]")).to_contain_text("连不上服务器")
            cell(page, "员工满意度").press_sequentially("91")
            with serving(data_dir, port):
                expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
                # The typed cell was never left: this browser has kept it.
                page.reload()
                expect(cell(page, "信访案件及时受理率")).to_have_value("93.5")
                expect(cell(page, "员工满意度")).to_have_value("91")
                expect(grid_row(page, "员工满意度")).to_contain_text("已保存")


@contextmanager
def browsing(chromium: Browser, profile: Path, server: Server) -> Iterator[Page]:
    """A window of a browser of its own, which remembers in `profile` and may be killed."""
    context = chromium.browser_type.launch_persistent_context(
        str(profile),
        executable_path=shutil.which("chromium"),
        args=SWITCHES,
        base_url=server.url,
        locale="zh-CN",
    )
    try:
        page = context.pages[0]
        sign_in_at(page, "staff", PASSWORD)
        yield page
    finally:
        with suppress(Error):
            context.close()


def kill_browser(profile: Path) -> None:
    """What a power cut does to a browser."""
    subprocess.run(["pkill", "-KILL", "-f", f"user-data-dir={profile}"], check=True)


def choose_for(page: Page, file: Path) -> None:
    """Whenever the page asks for a file, it is this one.

    Said early: a question that comes before the browser has heard of it is lost.
    """
    page.on("filechooser", lambda chooser: chooser.set_files(file))


def written(folder: Path) -> Path:
    """A file to attach."""
    path = folder / "明细账.txt"
    path.write_text("六点八五万元", encoding="utf-8")
    return path
