"""The quarter's grid in the browser: two windows, the keyboard, no script, and typing unsaved."""

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.steps import (
    DRAFT,
    PROJECT,
    SUBMIT,
    Row,
    attach,
    cell,
    detail_row,
    executed_cell,
    expect_row,
    expect_said,
    expect_whole,
    fill_grid,
    fill_row,
    go_to,
    grid_row,
    open_details,
    open_task,
    press,
)
from tests.browser.windows import PASSWORD, Windows

pytestmark = pytest.mark.browser

# Keys, races and windows without script; what people do on a phone is in the other journeys.
SCREENS = ["desk"]

COST, CASES, SOLVED, DAYS = "项目投入", "疑难信访案件", "化解率", "救助联席会议生效时完成救助"
GRADED = "信访工作经费"
UNIT = "新乡市红旗区信访局"


def test_the_same_cell_in_two_windows_loses_nothing_silently(windows: Windows) -> None:
    windows.server.flask(
        "create-user",
        "colleague",
        *("--name", "同事小王", "--role", "staff", "--unit", UNIT),
        PERF_PASSWORD=PASSWORD,
    )
    mine, theirs = windows.sign_in("staff"), windows.sign_in("colleague")
    for page in (mine, theirs):
        open_task(page, PROJECT, "一季度")
    fill_row(theirs, CASES, Row("3", "5"))
    press(theirs, DRAFT)
    expect_said(theirs, "草稿已保存")

    # Both go on from what is stored now, and again the colleague is first.
    mine.reload()
    theirs.reload()
    fill_row(theirs, CASES, Row("4"))
    executed_cell(theirs).fill("2.5")
    press(theirs, DRAFT)
    expect_said(theirs, "草稿已保存")

    fill_grid(mine, {CASES: Row("7"), COST: Row("1.25"), DAYS: Row("6", "7", "确定能")})
    press(mine, DRAFT)
    expect_said(mine, "未覆盖")
    expect(cell(mine, CASES)).to_have_value("7")
    other = detail_row(mine, CASES)
    expect(other).to_contain_text("同事小王")
    expect(other).to_contain_text("4")
    expect(detail_row(mine, COST)).not_to_contain_text("同事小王")
    expect_whole(mine)

    # What was typed in other cells is saved, what the colleague saved is not overwritten.
    theirs.reload()
    for name, row in {CASES: Row("4"), COST: Row("1.25"), DAYS: Row("6", "7", "确定能")}.items():
        expect_row(theirs, name, row)
    expect(executed_cell(theirs)).to_have_value("2.5")

    # Saving once more, with both before one's eyes, keeps one's own.
    press(mine, DRAFT)
    expect_said(mine, "草稿已保存")
    for page in (mine, theirs):
        page.reload()
        expect(cell(page, CASES)).to_have_value("7")
        expect(executed_cell(page)).to_have_value("2.5")

    # The other way round: the colleague's stale 8 is given up for what is stored.
    fill_row(mine, CASES, Row("9"))
    press(mine, DRAFT)
    expect_said(mine, "草稿已保存")
    fill_row(theirs, CASES, Row("8"))
    press(theirs, DRAFT)
    expect_said(theirs, "未覆盖")
    expect(cell(theirs, CASES)).to_have_value("8")
    expect(detail_row(theirs, CASES)).to_contain_text("9")
    detail_row(theirs, CASES).get_by_label("采用对方的值").check()
    press(theirs, DRAFT)
    expect_said(theirs, "草稿已保存")
    expect(cell(theirs, CASES)).to_have_value("9")


def test_two_people_who_begin_the_same_cell_at_once_are_told_of_each_other(
    windows: Windows,
) -> None:
    first, second = windows.sign_in("staff"), windows.sign_in("staff")
    for page in (first, second):
        open_task(page, PROJECT, "二季度")
    fill_row(first, CASES, Row("1"))
    press(first, DRAFT)
    expect_said(first, "草稿已保存")
    fill_grid(second, {CASES: Row("2"), COST: Row("0.5")})
    press(second, DRAFT)
    expect_said(second, "未覆盖")
    expect(cell(second, CASES)).to_have_value("2")
    first.reload()
    expect(cell(first, CASES)).to_have_value("1")
    expect(cell(first, COST)).to_have_value("0.5")


def test_a_live_reading_that_comes_late_does_not_put_back_an_older_session(
    windows: Windows,
) -> None:
    page = windows.sign_in("staff")
    open_task(page, PROJECT, "四季度")
    with page.expect_response("**/reading?*") as reading:
        cell(page, CASES).fill("2")
    assert "set-cookie" not in reading.value.all_headers()


def test_the_grid_works_by_keyboard_alone(windows: Windows) -> None:
    page = windows.open()
    page.goto("/")
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("staff")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")

    tab_to(page, page.get_by_role("link", name=PROJECT).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("一季度填报")

    tab_to(page, cell(page, COST))
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    expect_focus(page, cell(page, CASES))
    page.keyboard.type("1")
    page.keyboard.press("ArrowDown")
    expect_focus(page, cell(page, SOLVED))
    page.keyboard.press("ArrowUp")
    expect_focus(page, cell(page, CASES))
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect_focus(page, cell(page, CASES, "预计全年"))
    page.keyboard.type("2")

    tab_to(page, page.get_by_role("button", name=DRAFT).locator("visible=true"))
    page.keyboard.press("Enter")
    expect_said(page, "草稿已保存")
    expect_row(page, COST, Row("2.5"))
    expect_row(page, CASES, Row("1", "2"))


def tab_to(page: Page, wanted: Locator, at_most: int = 120) -> None:
    """Press Tab until the element has the focus; the focus shows at every stop on the way."""
    handle = wanted.element_handle()
    assert handle is not None
    for _ in range(at_most):
        page.keyboard.press("Tab")
        expect_visible_focus(page)
        if handle.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"not reached by {at_most} tabs: {wanted}")


def expect_focus(page: Page, wanted: Locator) -> None:
    """The element has the focus and shows it."""
    expect(wanted).to_be_focused()
    expect_visible_focus(page)


def expect_visible_focus(page: Page) -> None:
    """What has the focus has a ring around it and does not lie under something else."""
    problem = page.evaluate(
        """() => {
            const one = document.activeElement;
            if (!one || one === document.body) return "nothing has the focus";
            const name = one.getAttribute("aria-label") || one.textContent.trim() || one.name;
            // The link that leaps over the navigation shows its focus by coming into sight.
            const style = getComputedStyle(one);
            const ring = one.matches(".skip") || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
            if (!ring && style.boxShadow === "none") return `${name} shows no focus`;
            const box = one.getBoundingClientRect();
            if (box.width < 2 || box.height < 2) return `${name} has the focus and no size`;
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            if (!top || !(one.contains(top) || top.contains(one)))
                return `${name} lies under ${top ? top.outerHTML.slice(0, 80) : "the edge"}`;
            return "";
        }"""
    )
    assert not problem, f"{page.url}: {problem}"


def test_it_works_without_script(windows: Windows) -> None:
    page = windows.sign_in("staff", java_script_enabled=False)
    open_task(page, GRADED, "一季度")
    rows = {
        "项目总成本": Row("6.85"),
        "受理信访案件完成率": Row("84.62", "90", "确定能"),
        "完成年度整体目标": Row("24"),
        "资金到位及时率": Row("100"),
        "资金到位率": Row("１００％"),
        "信访案件及时受理率": Row("九十左右"),
        "重大敏感时期京省人员劝返率": Row("96"),
        "维护信访人合法权益，促进社会和谐稳定": Row("90", tier="achieved"),
        "产生的经济效益": Row("75", tier="partial"),
        "信访群众满意度": Row("83.2"),
        "员工满意度": Row("91", "92", "有可能", "人员保障", "两名接访人员借调。"),
    }
    fill_grid(page, rows, "6.85")
    attach(
        page,
        "项目总成本",
        [{"name": "明细账.txt", "mimeType": "text/plain", "buffer": "六点八五万元".encode()}],
    )
    press(page, DRAFT)
    # One figure cannot be read: it stays as typed with what is wrong, everything else is saved.
    expect_said(page, "其余内容已保存")
    for name, row in rows.items():
        if name != "资金到位率":
            expect_row(page, name, row)
    expect(cell(page, "信访案件及时受理率")).to_have_attribute("aria-invalid", "true")
    expect(grid_row(page, "信访案件及时受理率").locator(".error")).to_be_visible()
    expect(cell(page, "资金到位率")).to_have_value("100")
    expect(page.get_by_role("link", name="明细账.txt")).to_be_attached()

    fill_row(page, "信访案件及时受理率", Row("93.5"))
    press(page, SUBMIT)
    expect_said(page, "已提交审核")
    expect(grid_row(page, "信访案件及时受理率")).to_contain_text("93.5")
    # Before the review it may be taken back.
    press(page, "撤回修改")
    expect(page.locator(".flash.ok")).to_be_visible()
    expect_row(page, "员工满意度", rows["员工满意度"])


def test_a_bad_number_stays_in_its_cell_and_leaving_with_unsaved_typing_warns(
    windows: Windows,
) -> None:
    page = windows.sign_in("staff")
    open_task(page, PROJECT, "三季度")
    fill_grid(page, {COST: Row("八点五"), CASES: Row("2")}, "8.5")
    # The sentence stands beside the cell while typing goes on, and again after saving.
    expect(grid_row(page, COST).locator(".error")).to_be_visible()
    press(page, DRAFT)
    expect_said(page, "其余内容已保存")
    expect(cell(page, COST)).to_have_value("八点五")
    expect(cell(page, COST)).to_have_attribute("aria-invalid", "true")
    expect(grid_row(page, COST).locator(".error")).to_be_visible()
    expect(cell(page, CASES)).to_have_value("2")
    expect(executed_cell(page)).to_have_value("8.5")

    def leave(*, stay: bool) -> Dialog:
        with page.expect_event("dialog") as asked:
            page.once("dialog", lambda dialog: dialog.dismiss() if stay else dialog.accept())
            page.get_by_role("link", name="工作台").first.click(no_wait_after=True)
        return asked.value

    assert leave(stay=True).type == "beforeunload"
    expect(cell(page, COST)).to_have_value("八点五")
    open_details(page, SOLVED)
    cell(page, SOLVED, "偏差原因").fill("写了一半的原因")
    assert leave(stay=False).type == "beforeunload"
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")

    # What could not be saved is put back, whatever was answered.
    open_task(page, PROJECT, "三季度")
    expect(cell(page, CASES)).to_have_value("2")
    expect(cell(page, SOLVED, "偏差原因")).to_have_value("写了一半的原因")
    expect(cell(page, COST)).to_have_value("八点五")
    expect(grid_row(page, COST)).to_contain_text("有误未保存")
    cell(page, COST).fill("8.5")
    cell(page, COST).press("Enter")
    expect(grid_row(page, COST)).to_contain_text("已保存")
    # With everything saved nobody is asked.
    go_to(page, "工作台")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
