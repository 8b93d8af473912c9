"""What people do on the pages, by the words that they read there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

PROJECT = "特殊疑难信访救助资金"
DRAFT, SUBMIT = "保存草稿", "提交审核"
# What a person could type into or press on a page, beside the links and what only shows more.
CONTROLS = (
    "main input:not([type=hidden]), main textarea, main select, "
    "main button:not([data-panel-side] button), .foot button"
)


def follow(page: Page, control: Locator) -> None:
    """Click what leads to another page, and come back when that page is there."""
    with page.expect_navigation():
        control.click()


def sign_in_at(page: Page, username: str, password: str) -> None:
    """From anywhere as a stranger to one's first page."""
    page.goto("/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    press(page, "登录")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def go_to(page: Page, label: str) -> None:
    """Follow a link of the main navigation."""
    follow(page, page.get_by_role("navigation", name="主导航").get_by_role("link", name=label))


def open_task(page: Page, plan: str, what: str) -> None:
    """From the workbench to something that is to be done there."""
    go_to(page, "工作台")
    task = page.get_by_role("row").filter(has_text=plan).filter(has_text=what)
    follow(page, task.get_by_role("link", name=plan).first)


def expect_said(page: Page, sentence: str) -> None:
    """The page says so on top, in a message or an alert."""
    expect(page.locator(".flash").filter(has_text=sentence).first).to_be_visible()


# The quarter's grid


@dataclass(frozen=True)
class Row:
    """What is typed into one row of the grid; None leaves a cell as it is."""

    actual: str | None = None
    expected: str | None = None
    likelihood: str | None = None
    kind: str | None = None
    reason: str | None = None
    tier: str | None = None
    has_no_data: bool = False


def cell(page: Page, indicator: str, column: str = "本期累计") -> Locator:
    """One cell of the grid by the name that a screen reader says."""
    return page.get_by_label(f"{indicator} {column}", exact=True)


def grid_row(page: Page, indicator: str) -> Locator:
    """An indicator's own row, filled in or read."""
    name = page.locator("th", has_text=re.compile(rf"^\s*{re.escape(indicator)}(\s|$)"))
    return page.locator("#grid tr[id^=row-]").filter(has=name)


def key_of(page: Page, indicator: str) -> str:
    """The number that an indicator's cells carry in their names."""
    return (grid_row(page, indicator).get_attribute("id") or "").removeprefix("row-")


def detail_row(page: Page, indicator: str) -> Locator:
    """The line under an indicator: remarks, reason, evidence."""
    return page.locator(f"#row-{key_of(page, indicator)} + tr.detail")


def executed_cell(page: Page) -> Locator:
    """The executed budget of the only source, in 万元."""
    return page.locator("#money").get_by_role("textbox")


def open_details(page: Page, indicator: str) -> None:
    """Unfold reason and evidence of a row where they are folded."""
    folded = grid_row(page, indicator).locator("details:not([open]) summary")
    if folded.count():
        folded.click()
    expect(detail_row(page, indicator).get_by_label("添加佐证")).to_be_visible()


def fill_row(page: Page, indicator: str, row: Row) -> None:
    """Type one row."""
    if row.tier is not None:
        cell(page, indicator, "完成等级").select_option(value=row.tier)
        cell(page, indicator, "完成率").fill(row.actual or "")
    elif row.actual is not None:
        cell(page, indicator).fill(row.actual)
    if row.expected is not None:
        cell(page, indicator, "预计全年").fill(row.expected)
    if row.likelihood is not None:
        cell(page, indicator, "完成目标可能性").select_option(label=row.likelihood)
    if row.has_no_data:
        open_details(page, indicator)
        detail_row(page, indicator).get_by_label("本期无数据").check()
    if row.reason is not None:
        open_details(page, indicator)
        cell(page, indicator, "偏差原因类别").select_option(label=row.kind)
        cell(page, indicator, "偏差原因").fill(row.reason)


def fill_grid(page: Page, rows: Mapping[str, Row], executed: str | None = None) -> None:
    """Type the whole grid and the executed budget in 万元."""
    for indicator, row in rows.items():
        fill_row(page, indicator, row)
    if executed is not None:
        executed_cell(page).fill(executed)


def expect_row(page: Page, indicator: str, row: Row) -> None:
    """What was typed into a row still stands in it."""
    if row.tier is not None:
        expect(cell(page, indicator, "完成等级")).to_have_value(row.tier)
        expect(cell(page, indicator, "完成率")).to_have_value(row.actual or "")
    elif row.actual is not None:
        expect(cell(page, indicator)).to_have_value(row.actual)
    if row.expected is not None:
        expect(cell(page, indicator, "预计全年")).to_have_value(row.expected)
    if row.likelihood is not None:
        chosen = cell(page, indicator, "完成目标可能性").locator("option:checked")
        expect(chosen).to_have_text(row.likelihood)
    if row.reason is not None:
        expect(cell(page, indicator, "偏差原因")).to_have_value(row.reason)
        chosen = cell(page, indicator, "偏差原因类别").locator("option:checked")
        expect(chosen).to_have_text(row.kind or "")


def attach(page: Page, indicator: str, files: list[Any]) -> None:
    """Choose evidence files of one figure, which are uploaded at once."""
    open_details(page, indicator)
    detail_row(page, indicator).get_by_label("添加佐证").set_input_files(files)


def press(page: Page, label: str) -> None:
    """Press the page's button of this name, which sends a form."""
    follow(page, page.get_by_role("button", name=label, exact=True).locator("visible=true"))


# Pages


def expect_whole(page: Page) -> None:
    """One h1, and nothing runs out of the page to the side, on a desk or a phone."""
    usual = page.viewport_size
    assert usual is not None
    _expect_in_frame(page, usual["width"])
    page.set_viewport_size({"width": 360, "height": 740})
    _expect_in_frame(page, 360)
    page.set_viewport_size(usual)


def _expect_in_frame(page: Page, width: int) -> None:
    headings, wide = page.evaluate(
        "[document.querySelectorAll('h1').length, document.documentElement.scrollWidth]"
    )
    assert headings == 1, f"{page.url}: a page has exactly one h1, not {headings}"
    assert wide <= width, f"{page.url}: {wide} px wide on a screen of {width} px"


def fact(page: Page, label: str) -> str:
    """A figure of the page's head by its label."""
    facts = page.locator(".fact").filter(has=page.locator("dt", has_text=re.compile(label)))
    return facts.first.locator("dd").inner_text()
