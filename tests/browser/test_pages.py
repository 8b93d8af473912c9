"""Every page that a role can reach by links: it stays on this machine, in its policy and in its frame."""

import re
from collections import Counter, deque
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Request, expect

from tests.browser.steps import expect_whole, go_to
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

# Every page is looked at in both widths as it is.
SCREENS = ["desk"]

WITH_RESULTS = True
# Enough to meet every kind of page in more than one state.
PAGES_OF_A_KIND = 2
PAGES_IN_ALL = 60
AXE = Axe()
VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(judged => judged.violations)"
# Notes what is seen and can be worked, takes out what has had the focus, and says how many tabs
# lead through all of it: one each, more through the parts of a day. Of radio buttons with one name
# the tab key leads to one, arrows to the others.
WATCH_FOCUS = """() => {
    const seen = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.disabled
            && one.type !== "hidden" && one.type !== "radio" && !one.closest("[aria-hidden=true]"));
    window.unreached = new Set(seen);
    document.addEventListener("focusin", event => window.unreached.delete(event.target));
    document.activeElement.blur();
    const days = seen.filter(one => one.type === "date").length;
    return seen.length + 5 * days + document.querySelectorAll("input[type=radio]").length + 5;
}"""
JUDGED: set[tuple[str, str]] = set()


@pytest.mark.parametrize("role", ["staff", "supervisor", "finance", "auditor", "admin"])
def test_no_request_leaves_the_machine_and_no_page_breaks_its_policy(
    windows: Windows, role: str
) -> None:
    page = windows.sign_in(role)
    broken: list[str] = []
    # Unlike in a journey, where a form may be refused, here nothing may fail to load at all.
    page.on("console", lambda one: broken.append(one.text) if one.type == "error" else None)

    def on_failure(request: Request) -> None:
        # The browser gives up what it was still fetching, such as the icon, where the page is left.
        if request.failure != "net::ERR_ABORTED":
            broken.append(f"failed: {request.url} {request.failure}")

    page.on("requestfailed", on_failure)
    seen = crawl(page, windows.server.url, role)
    assert not broken, "\n".join(broken)
    # The main navigation alone leads to more than this.
    assert len(seen) >= 8, seen
    assert all(url.startswith(windows.server.url) for url in windows.requests)


def crawl(page: Page, home: str, role: str) -> list[str]:
    """Follow the links from the first page, each kind of address a few times.

    Each kind of page is judged by axe-core once for each of those who work on it, and once for
    all who look on.
    """
    waiting, met, kinds = deque([f"{home}/"]), {f"{home}/"}, Counter[str]()
    seen: list[str] = []
    who = role if role in {"staff", "supervisor"} else "others"
    while waiting and len(seen) < PAGES_IN_ALL:
        url = waiting.popleft()
        seen.append(url)
        if not visit(page, url):
            continue
        if (who, kind_of(url)) not in JUDGED:
            JUDGED.add((who, kind_of(url)))
            expect_accessible(page)
            expect_reachable(page)
        for link in links_of(page):
            target, _ = urldefrag(urljoin(page.url, link))
            if target in met or not target.startswith(("http:", "https:")):
                continue
            assert target.startswith(f"{home}/"), f"{page.url} links to {target}"
            met.add(target)
            kind = kind_of(target)
            if kinds[kind] < PAGES_OF_A_KIND:
                kinds[kind] += 1
                waiting.append(target)
    return seen


def visit(page: Page, url: str) -> bool:
    """Open an address and judge what comes; whether it is a page with links to follow."""
    try:
        answer = page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        status = page.request.get(url).status
        assert status == 200, f"{url}: {status}"
        return False
    assert answer is not None
    # No link leads its own role to a 4xx.
    assert answer.status == 200, f"{url}: {answer.status}"
    if not answer.headers["content-type"].startswith("text/html"):
        return False
    assert "Traceback" not in page.content()
    expect_whole(page)
    return True


def expect_accessible(page: Page) -> None:
    """Nothing on the page that axe-core knows to be in somebody's way, on a desk or a phone."""
    usual = page.viewport_size
    assert usual is not None
    found = []
    page.evaluate(AXE.axe_script)
    for size in (usual, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        for one in page.evaluate(VIOLATIONS):
            nodes = [node["html"][:200] for node in one["nodes"][:5]]
            found.append(f"{page.url} at {size['width']} px: {one['id']}: {one['help']} {nodes}")
    page.set_viewport_size(usual)
    assert not found, "\n".join(found)


def expect_reachable(page: Page) -> None:
    """The tab key alone leads to every control that is seen; each of them is a browser's own."""
    presses = page.evaluate(WATCH_FOCUS)
    for _ in range(presses):
        page.keyboard.press("Tab")
    missed = page.evaluate("() => [...window.unreached].map(one => one.outerHTML.slice(0, 200))")
    assert not missed, f"{page.url}: no tab leads to {missed[:5]}"


def links_of(page: Page) -> list[str]:
    links: list[str] = page.locator("a[href]").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    return links


def kind_of(url: str) -> str:
    """The address without its numbers and what is asked of it: `/plans/N/periods/N-Q3`, `/ledger?`."""
    parts = urlsplit(url)
    return re.sub(r"\b[0-9]+", "N", parts.path) + ("?" if parts.query else "")


def test_a_page_that_would_fetch_from_elsewhere_is_stopped(windows: Windows) -> None:
    """The watch over requests and policy sees what it is there for."""
    page = windows.sign_in("auditor")
    page.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", done, { once: true });
            const picture = document.createElement("img");
            picture.src = "https://example.invalid/one.png";
            document.body.append(picture);
        })"""
    )
    # Refused before it left; the browser says so where errors are collected.
    page.wait_for_function("document.images.length === 1")
    faults = [one for one in windows.faults if "Content Security Policy" in one]
    assert faults, windows.faults
    windows.faults.clear()


def test_what_another_role_may_do_is_not_offered_and_refused(windows: Windows) -> None:
    """A page that is not one's own comes as a sentence, with the way back."""
    page = windows.sign_in("staff")
    for address in ("/admin/users", "/ledger", "/units", "/review"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403, f"{address}: {answer.status}"
        expect_whole(page)
        go_to(page, "工作台")
        expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    answer = page.goto("/plans/999999")
    assert answer is not None
    assert answer.status == 404
    expect_whole(page)
