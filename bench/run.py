"""`make.py bench`: pages, scoring, forms and readers against the bare work, as ratios of one run.

Both servers of the pages run side by side with the same settings and are asked in turn, round
after round, so that a slow moment of the machine meets both. What is quoted is the median of the
rounds.
"""

import http.client
import http.cookies
import json
import os
import re
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import forms, memory, rescore, scoring, workbook
from bench.load import requests_per_second

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
ROUNDS = 5
SECONDS = 2.0
# What the project promises: the least share of the bare page's requests a second.
PROMISED = {"工作台（填报人）": 0.2}


def main() -> int:
    """Run the benchmarks, write bench/results.json and print their tables."""
    # Pages last: what is measured in processor time before does not run beside a server.
    times = {"scoring": _scoring(), "rescore": _rescore(), **_forms(), "workbook": _workbook()}
    times["memory"] = _memory()
    return _report(_pages(), times)


def _scoring() -> dict[str, object]:
    what = f"{scoring.INDICATORS} 个指标计分，与同样次数的十进制除、乘、舍入之比"
    return _times(what, scoring.measure(), scoring.PROMISED)


def _forms() -> dict[str, dict[str, object]]:
    bare = {"xlsx": "XlsxWriter 写同样的单元格", "pdf": "typst 排同样的单元格"}
    return {
        f"forms_{ending}": _times(
            f"{forms.NUMBER} 份自评表写成 {ending}，与{bare[ending]}之比",
            ratios,
            forms.PROMISED[ending],
        )
        for ending, ratios in forms.measure().items()
    }


def _workbook() -> dict[str, object]:
    what = f"{workbook.ROWS} 行申报表识别、读指标值、审核，与 openpyxl 读同一张表之比"
    return _times(what, workbook.measure(), workbook.PROMISED)


def _memory() -> dict[str, object]:
    peaks = memory.measure()
    ratio = peaks[memory.MANY] / peaks[memory.FEW]
    return {
        "what": f"导出 {memory.MANY} 份自评表的内存峰值，与 {memory.FEW} 份之比",
        "kilobytes": peaks,
        "median_ratio": ratio,
        "promised": memory.PROMISED,
        "kept": ratio <= memory.PROMISED,
    }


def _times(what: str, ratios: list[float], promised: float) -> dict[str, object]:
    ratio = statistics.median(ratios)
    return {
        "what": what,
        "ratios": ratios,
        "median_ratio": ratio,
        "promised": promised,
        "kept": ratio <= promised,
    }


def _rescore() -> dict[str, object]:
    found = rescore.measure()
    return {
        "what": f"{found.changed} 份自评（{found.rows} 行）重新计算并写回，与只读这些行之比",
        "reading_seconds": found.reading._asdict(),
        "rescore_seconds": found.rescore._asdict(),
        "median_ratio": found.ratio,
        "promised": rescore.PROMISED,
        "kept": found.ratio <= rescore.PROMISED,
    }


def _pages() -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        password = secrets.token_urlsafe(12)
        env = {
            **os.environ,
            "PERF_DATA_DIR": folder,
            "PERF_SECRET_KEY": secrets.token_urlsafe(24),
            "PERF_DEMO_PASSWORD": password,
            "BENCH_BARE_DATABASE": str(data / "bare.sqlite3"),
            "PYTHONUTF8": "1",
        }
        env.pop("PERF_DATABASE_URL", None)
        for command in ("init", "seed-demo"):
            flask = [sys.executable, "-m", "flask", "--app", "app", "perf", command]
            subprocess.run(flask, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        _make_bare_database(data / "bare.sqlite3")
        with (
            _server("bench.bare:app", "/", env) as bare,
            _server("app:app", "/healthz", env) as product,
        ):
            staff = _sign_in(product, "staff", password)
            supervisor = _sign_in(product, "supervisor", password)
            pages = {
                "三十行的空白页": (bare, "/", ""),
                "工作台（填报人）": (product, "/", staff),
                "工作台（审核人）": (product, "/", supervisor),
                "审核列表": (product, "/review", supervisor),
            }
            return _measure(pages)


def _measure(pages: dict[str, tuple[int, str, str]]) -> dict[str, list[float]]:
    for port, path, cookie in pages.values():
        requests_per_second(port, path, cookie, SECONDS / 2)
    rates: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (port, path, cookie) in pages.items():
            rates[name].append(requests_per_second(port, path, cookie, SECONDS))
    return rates


def _report(rates: dict[str, list[float]], times: dict[str, dict[str, object]]) -> int:
    bare, *others = rates
    ratios = {
        name: [mine / theirs for mine, theirs in zip(rates[name], rates[bare], strict=True)]
        for name in others
    }
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    kept = all(medians[name] >= least for name, least in PROMISED.items()) and all(
        one["kept"] for one in times.values()
    )
    RESULTS.write_text(
        json.dumps(
            {
                "requests_per_second": rates,
                "ratios_to_bare_page": ratios,
                "median_ratios": medians,
                "promised": PROMISED,
                **times,
                "kept": kept,
            },
            ensure_ascii=False,
            indent=1,
        ),
        encoding="utf-8",
    )
    print(f"{'页面':<14}\t每秒请求数（中位）\t与空白页之比（中位，最小–最大）\t承诺")
    print(f"{bare:<14}\t{statistics.median(rates[bare]):.0f}")
    for name in others:
        low, high = min(ratios[name]), max(ratios[name])
        promise = f"≥ {PROMISED[name]}" if name in PROMISED else "–"
        rate = statistics.median(rates[name])
        print(f"{name:<14}\t{rate:.0f}\t{medians[name]:.3f}（{low:.3f}–{high:.3f}）\t{promise}")
    for one in times.values():
        print(f"{one['what']}\t{one['median_ratio']:.2f} 倍\t≤ {one['promised']}")
    print("承诺达到。" if kept else "承诺没有达到。")
    return 0 if kept else 1


def _make_bare_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER)")
    rows = [(number, f"第 {number} 行", number * 100) for number in range(1, 31)]
    connection.executemany("INSERT INTO line VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()


@contextmanager
def _server(target: str, alive: str, env: dict[str, str]) -> Iterator[int]:
    """A server with the settings of `make.py run`; gives its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "4", "--log-level", "warning", target]
    with subprocess.Popen(command, cwd=ROOT, env=env) as server:
        try:
            _wait_for(port, alive)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int, path: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"no answer on port {port}")


def _sign_in(port: int, username: str, password: str) -> str:
    """The session cookie of a signed-in user."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
    if token is None:
        raise RuntimeError("the sign-in page has no CSRF token")
    form = {"csrf_token": token[1], "username": username, "password": password}
    headers = {
        "Cookie": _cookie(answer),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/sign-in", urllib.parse.urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"sign-in answered {answer.status}")
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    cookies = http.cookies.SimpleCookie(answer.headers["Set-Cookie"])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


if __name__ == "__main__":
    sys.exit(main())
