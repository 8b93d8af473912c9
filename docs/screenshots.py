# ruff: noqa: INP001, S603, T201 — a script that runs the project's own server and tells.
"""The pictures of the READMEs: the sample in a browser, its year brought to an end on the way.

    .venv/bin/python -m docs.screenshots

Writes docs/images/*.png, and two sheets with every page (all-pages-*.jpg). Wants what the browser
tests want: chromium, LibreOffice and pdftoppm.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from docs.contact_sheet import ROLES, Shot, sheet_of, shots_of
from docs.small_png import small_png

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DOCUMENT = ROOT / "tests" / "documents" / "data" / "health-2024.txt"
DESK = (1366, 768)
PHONE = (360, 740)
SENT_BACK = "信访工作经费"
WAITING = "党建经费"
EVALUATED = "特殊疑难信访救助资金"
# The fourth quarter that the sample leaves open, in the grid's order, and what it demands.
FOURTH = ["16.98", "3", "100", "11", "95", "92", "95", "90"]
EXECUTED = "16.98"
LATE = "区级配套资金九月下旬才到账，第二件救助款第十一天发放到人。"
# Reason and measure of each indicator that demands them in the year, in the form's order.
REASONS = [
    ("年初只预计到 1 件，下半年街道新报来 2 件。", "按近三年的平均件数设定下年度指标值。"),
    (LATE, "与财政部门约定按季预拨配套资金，救助款七日内发放。"),
    ("一名上访人员认为救助款发放偏晚。", "发放后三日内逐户回访。"),
]
ACHIEVED = "全年化解特殊疑难信访 3 件，救助资金全部发放到人，未发生反复。"


def main() -> None:
    """Start the sample on a data folder of its own, walk through it and keep the pictures."""
    IMAGES.mkdir(exist_ok=True)
    password = secrets.token_urlsafe(12)
    with (
        tempfile.TemporaryDirectory() as folder,
        _server(Path(folder), password) as address,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        people = People(browser, address, password)
        _quarter(people)
        _self_evaluation(people, Path(folder))
        _other_roles(people)
        _all_pages(people, DESK, "desk", columns=5, width=440, height=330)
        _all_pages(people, (390, 844), "phone", columns=8, width=264, height=440)
        browser.close()


class People:
    """The sample's users, each in a window of their own."""

    def __init__(self, browser: Browser, address: str, password: str) -> None:
        self._browser = browser
        self._address = address
        self._password = password
        self._pages: dict[tuple[str, tuple[int, int]], Page] = {}

    def page(self, user: str, path: str, size: tuple[int, int] = DESK) -> Page:
        """The user's window, signed in, with this page open."""
        if (user, size) not in self._pages:
            context = self._browser.new_context(
                base_url=self._address,
                viewport={"width": size[0], "height": size[1]},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            page = context.new_page()
            page.goto("/")
            page.fill("[name=username]", user)
            page.fill("[name=password]", self._password)
            page.locator("button[type=submit]").first.click()
            self._pages[user, size] = page
        page = self._pages[user, size]
        answer = page.goto(path)
        if answer is None or not answer.ok:
            raise RuntimeError(f"{path} answered {answer and answer.status} to {user}")
        return page

    def quarter(self, user: str, plan: str, quarter: str, size: tuple[int, int] = DESK) -> Page:
        """The user's window with one plan's quarter (`Q3`) open."""
        page = self.page(user, "/plans?year=2022", size)
        plan_url = page.get_by_role("link", name=plan, exact=True).first.get_attribute("href")
        return self.page(user, f"{str(plan_url).partition('?')[0]}/periods/2022-{quarter}", size)


def _quarter(people: People) -> None:
    _keep(people.page("staff", "/"), "workbench")
    _keep(people.quarter("staff", SENT_BACK, "Q3"), "quarter")
    _keep(people.quarter("staff", SENT_BACK, "Q3", PHONE), "quarter-phone")
    _keep(people.quarter("supervisor", WAITING, "Q3"), "review")


def _other_roles(people: People) -> None:
    page = people.page("admin", "/imports/new")
    page.set_input_files("input[type=file]", DOCUMENT)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    _keep(page, "import")
    _keep(people.page("admin", "/admin/years/2022"), "year")
    _keep(people.page("finance", "/units?year=2022"), "units")
    _keep(people.page("auditor", "/ledger"), "ledger")


def _self_evaluation(people: People, folder: Path) -> None:
    staff = people.quarter("staff", EVALUATED, "Q4")
    cells = staff.locator("input[id^=actual-]")
    for at, figure in enumerate(FOURTH):
        cells.nth(at).fill(figure)
    staff.fill("#executed-fiscal", EXECUTED)
    late = str(cells.nth(FOURTH.index("11")).get_attribute("name")).removeprefix("actual-")
    # The reason's fields lie folded under the row until they are wanted.
    staff.locator(f"#row-{late} summary, #actual-{late}").first.click()
    staff.locator(f"[name=kind-{late}]").select_option("funds", force=True)
    staff.locator(f"[name=reason-{late}]").fill(LATE, force=True)
    _press(staff, "提交审核")
    _press(people.quarter("supervisor", EVALUATED, "Q4"), "审核通过")
    plan = staff.url.partition("/periods/")[0]
    staff.goto(f"{plan}/self-evaluation")
    _press(staff, "开始自评")
    staff.fill("[name=objective_actual]", ACHIEVED)
    # What no rule demands lies folded away and stays blank.
    reasons = staff.locator("#sheet [name^=reason-]:visible").all()
    measures = staff.locator("#sheet [name^=action-]:visible").all()
    for texts, *fields in zip(REASONS, reasons, measures, strict=True):
        for field, text in zip(fields, texts, strict=True):
            field.fill(text)
    _press(staff, "提交审核")
    supervisor = people.page("supervisor", staff.url.partition("#")[0])
    supervisor.locator("#scores input[type=checkbox], #scores summary").first.click()
    _keep(supervisor, "self-evaluation")
    _press(supervisor, "签署通过")
    with supervisor.expect_download() as download:
        supervisor.get_by_text("导出自评表").click()
        supervisor.get_by_role("link", name="Excel 表格").click()
    form = folder / "form.xlsx"
    download.value.save_as(form)
    _keep_form(form, folder)


def _all_pages(
    people: People, size: tuple[int, int], name: str, *, columns: int, width: int, height: int
) -> None:
    """A sheet with every kind of page, of each role its first one."""
    shots: list[Shot] = []
    met: set[str] = set()
    for role in ROLES:
        met.discard("/")
        shots += shots_of(people.page(role, "/", size), role, met)
    path = IMAGES / f"all-pages-{name}.jpg"
    sheet_of(shots, columns, width, height).save(path, quality=70, optimize=True)
    print(f"docs/images/{path.name}\t{path.stat().st_size // 1024} KB\t{len(shots)} 页")


def _press(page: Page, label: str) -> None:
    """Press the button and wait for the page that says that all is well."""
    page.get_by_role("button", name=label, exact=True).last.click()
    answered = page.locator(".flash").first
    answered.wait_for()
    if not page.locator(".flash.ok").count():
        raise RuntimeError(f"{label}: {answered.inner_text()}")


def _keep(page: Page, name: str) -> None:
    _write(name, page.screenshot(type="png"))


def _keep_form(form: Path, folder: Path) -> None:
    """The first page of the exported form as LibreOffice prints it."""
    profile = f"-env:UserInstallation=file://{folder}/office"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(form)], check=True, stdout=subprocess.DEVNULL)
    target = folder / "form"
    draw = ["pdftoppm", "-png", "-singlefile", "-r", "90", str(form.with_suffix(".pdf"))]
    subprocess.run([*draw, str(target)], check=True)
    _write("form", target.with_suffix(".png").read_bytes())


def _write(name: str, picture: bytes) -> None:
    small = small_png(picture)
    (IMAGES / f"{name}.png").write_bytes(small)
    print(f"docs/images/{name}.png\t{len(small) // 1024} KB")


@contextmanager
def _server(data: Path, password: str) -> Iterator[str]:
    """The product with the sample; gives its address once it answers."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PERF_")}
    env |= {
        "PERF_DATA_DIR": str(data),
        "PERF_SECRET_KEY": secrets.token_urlsafe(24),
        "PERF_DEMO_PASSWORD": password,
        "PYTHONUTF8": "1",
    }
    for command in ("init", "seed-demo"):
        flask = [sys.executable, "-m", "flask", "--app", "app", "perf", command]
        subprocess.run(flask, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    serve = [sys.executable, "-m", "waitress", "--listen", f"127.0.0.1:{port}", "app:app"]
    with subprocess.Popen(serve, cwd=ROOT, env=env) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    main()
