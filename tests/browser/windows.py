"""The server process behind a module's tests, and the windows in which people look at it."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.steps import sign_in_at

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "tests" / "artifacts"
PASSWORD = "demo-password-of-the-browser-tests"


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a command or a server on this data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERF_")}
    return kept | {"PERF_DATA_DIR": str(data_dir), "PERF_SECRET_KEY": "only for tests"} | more


def run_flask(data_dir: Path, *arguments: str, **env: str) -> str:
    """What `flask perf …` prints; the test fails where the command does."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "perf", *arguments],
        cwd=ROOT,
        env=environment(data_dir, **env),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"perf {arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Server:
    """A server process on a data folder of its own."""

    url: str
    data_dir: Path

    def flask(self, *arguments: str, **env: str) -> str:
        """What a `flask perf …` command on the same data prints."""
        return run_flask(self.data_dir, *arguments, **env)


@dataclass
class Windows:
    """Every window that a test opened, and what went wrong in any of them behind the scenes."""

    server: Server
    chromium: Browser
    viewport: ViewportSize
    pages: list[Page] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, **options: Any) -> Page:
        """A window of a stranger: a context (cookies, cache) of its own with one page."""
        context = self.chromium.new_context(
            base_url=self.server.url,
            locale="zh-CN",
            **{"viewport": self.viewport} | options,
        )
        context.set_default_timeout(20_000)
        self._watch(context)
        page = context.new_page()
        self.pages.append(page)
        return page

    def sign_in(self, role: str, password: str = PASSWORD, **options: Any) -> Page:
        """A window in which this user stands on their first page."""
        page = self.open(**options)
        sign_in_at(page, role, password)
        return page

    def _watch(self, context: BrowserContext) -> None:
        def on_request(request: Any) -> None:
            self.requests.append(request.url)
            if not request.url.startswith((f"{self.server.url}/", "blob:")):
                self.faults.append(f"a request left the machine: {request.url}")

        def on_response(response: Any) -> None:
            if response.status >= 500:
                self.faults.append(f"{response.status}: {response.request.method} {response.url}")

        def on_console(message: Any) -> None:
            # That a refused form came back as 409 or 422 is also told here; statuses are
            # judged where the answer is looked at.
            if message.type == "error" and "Failed to load resource" not in message.text:
                self.faults.append(f"console at {message.page.url}: {message.text}")

        context.on("request", on_request)
        context.on("response", on_response)
        context.on("console", on_console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def keep(self, name: str) -> None:
        """Leave pictures and texts of the open pages behind for whoever looks into a failure."""
        ARTIFACTS.mkdir(exist_ok=True)
        for number, page in enumerate(self.pages, start=1):
            stem = ARTIFACTS / f"{name}-{number}"
            with suppress(Exception):
                page.screenshot(path=f"{stem}.png", full_page=True)
            with suppress(Exception):
                text = f"{page.url}\n\n{page.locator('body').inner_text()}"
                Path(f"{stem}.txt").write_text(text, encoding="utf-8")

    def close(self) -> None:
        for page in self.pages:
            page.context.close()
