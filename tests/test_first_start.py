"""`make.py run` in an unpacked archive: from nothing to a page that answers, twice."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "访问地址："
ROLES = ("staff", "supervisor", "finance", "auditor", "admin")
# What an archive does not hold, or what a start makes itself.
LEFT_OUT = (".*", "instance", "__pycache__", "artifacts", "htmlcov", "node_modules")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked archive, under a name as people give them."""
    target = tmp_path_factory.mktemp("first-start") / "预算 绩效"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return target


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(folder: Path, port: int) -> Iterator[tuple[list[str], str]]:
    """The lines printed up to the address, and the page that a stranger then gets; Ctrl-C after."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PERF_")}
    server = subprocess.Popen(
        [sys.executable, "make.py", "run", "--port", str(port)],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert server.stdout is not None
    try:
        lines = []
        for line in server.stdout:
            lines.append(line)
            if line.startswith(ADDRESS):
                break
        else:
            pytest.fail("no address was printed, but:\n" + "".join(lines))
        yield lines, first_page(server, port)
        server.send_signal(signal.SIGINT)
        rest = server.stdout.read()
        assert server.wait(timeout=20) in {0, 130}
        assert "Traceback" not in rest
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def first_page(server: subprocess.Popen[str], port: int) -> str:
    """What `/` leads to; the port is tried until it answers, the server ends or a minute is over."""
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.1)
            continue
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            page: bytes = answer.read()
        return page.decode()
    pytest.fail(f"the port does not answer; make.py run: {server.poll()}")


def row_counts(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "instance" / "perf.sqlite3")) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables
        }


def test_the_first_start_prints_address_and_sign_ins_and_the_second_keeps_the_data(
    folder: Path,
) -> None:
    port = free_port()
    with started(folder, port) as (lines, page):
        printed = "".join(lines)
        assert lines[-1].startswith(f"{ADDRESS}http://127.0.0.1:{port}/")
        assert not [role for role in ROLES if role not in printed], printed
        assert 'name="username"' in page
        assert 'name="password"' in page
    before = row_counts(folder)
    assert sum(before.values()) > 62
    with started(folder, port) as (lines, page):
        assert lines[-1].startswith(ADDRESS)
        assert 'name="username"' in page
    assert row_counts(folder) == before
