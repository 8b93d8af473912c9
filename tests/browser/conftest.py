"""A running server for each module, and a browser window for whoever signs in."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.browser.windows import PASSWORD, ROOT, Server, Windows, environment, run_flask

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS: dict[str, ViewportSize] = {
    "desk": {"width": 1366, "height": 768},
    "phone": {"width": 390, "height": 844},
}
_WINDOWS = pytest.StashKey[Windows]()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """A fresh data folder with the 2022 sample, with or without its invented results."""

    @cache
    def load(with_results: bool) -> Path:
        data_dir = tmp_path_factory.mktemp("sample")
        run_flask(data_dir, "init")
        empty = [] if with_results else ["--empty"]
        run_flask(data_dir, "seed-demo", *empty, PERF_DEMO_PASSWORD=PASSWORD)
        return data_dir

    def fresh(with_results: bool) -> Path:
        data_dir = tmp_path_factory.mktemp("data")
        return shutil.copytree(load(with_results), data_dir, dirs_exist_ok=True)

    return fresh


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module's journeys are made on a desk and again on a phone, each on data of its own.

    A module that says `SCREENS = ["desk"]` is about something else than what people see.
    """
    if "screen" in metafunc.fixturenames:
        screens = getattr(metafunc.module, "SCREENS", list(SCREENS))
        metafunc.parametrize("screen", screens, scope="module")


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, sample: Callable[[bool], Path], screen: str
) -> Iterator[Server]:
    """The sample behind the server that `make.py run` starts, one for each screen.

    The invented results are in it where the module says `WITH_RESULTS = True`.
    """
    with serving(sample(getattr(request.module, "WITH_RESULTS", False)), free_port()) as process:
        yield process.server


@dataclass(frozen=True)
class Serving:
    """A server with its process, for a test that kills it."""

    server: Server
    process: subprocess.Popen[bytes]


@contextmanager
def serving(data_dir: Path, port: int) -> Iterator[Serving]:
    """A server on this data folder that answers, in a process group of its own; stopped afterwards."""
    log = (data_dir / "server.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", f"import os, make; make._serve({port}, dict(os.environ))"],
        cwd=ROOT,
        env=environment(data_dir),
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_for(process, port, log)
        yield Serving(Server(f"http://127.0.0.1:{port}", data_dir), process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.seek(0)
        printed = log.read()
        log.close()
    assert "Traceback" not in printed, printed


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Any) -> None:
    """Come back when the server says it is ready; fail where it ends or needs over a minute."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
                assert answer.status == 200
                return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
    log.seek(0)
    pytest.fail(f"the server does not answer ({process.poll()}):\n{log.read()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium without a screen; where there is none the tests fail."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is missing: apt-get install chromium (make.py test does it)")
    # A machine that has more to do than this is slow, not broken.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def windows(
    request: pytest.FixtureRequest, server: Server, chromium: Browser, screen: str
) -> Iterator[Windows]:
    """Windows for this test; whatever happens in them, nothing leaves the machine or breaks."""
    opened = Windows(server, chromium, SCREENS[screen])
    request.node.stash[_WINDOWS] = opened
    yield opened
    opened.close()
    assert not opened.faults, "\n".join(opened.faults)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    opened = item.stash.get(_WINDOWS, None)
    if report.when == "call" and report.failed and opened is not None:
        opened.keep(item.name)
    return report
