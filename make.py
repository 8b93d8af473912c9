"""The project's everyday commands: run, test, setup, check, bench, mutate; standard library."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit(
        f"本系统需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}。请安装新版本后重试。"
    )

import argparse
import hashlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
ON_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")
HOST = "127.0.0.1"
THREADS = "4"
QUICK = "not slow and not browser and not postgres"
SLOW = "(slow or postgres) and not browser"
BROWSER = "browser"
# As many tests at once as there are processors; each worker has databases of its own.
TOGETHER = ("-n", "auto")
ON_POSTGRES = "not browser and not postgres"


class Refused(Exception):
    """The command cannot go on; `str(error)` is the sentence to show."""


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; the exit code: 0 good, 1 refused or failed, 2 usage, 130 Ctrl-C."""
    options = _options(arguments)
    for stream in (sys.stdout, sys.stderr):
        if not stream.isatty() and hasattr(stream, "reconfigure"):
            # Into a file or a pipe always UTF-8, as the commands started from here write it.
            stream.reconfigure(encoding="utf-8")
    try:
        os.chdir(ROOT)
        if options.command == "run":
            run(options.port, options.data, empty=options.empty)
        elif options.command == "setup":
            setup()
            say(f"测试环境已就绪：{VENV}")
        elif options.command == "bench":
            setup()
            _call("基准测试", str(PYTHON), "-m", "bench.run")
        elif options.command == "mutate":
            setup()
            _call("变异测试", str(PYTHON), "-m", "tests.mutation", *options.families)
        else:
            report = Report()
            try:
                if options.command == "check":
                    check(report)
                else:
                    test(report)
            finally:
                report.print()
    except Refused as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\n已停止。", flush=True)
        return 130
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make.py", description="预算绩效管理系统的常用命令")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    start = commands.add_parser("run", help="安装、建库、载入 2022 年样例并启动服务")
    start.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
    start.add_argument("--data", type=Path, help="数据文件夹，默认 instance")
    start.add_argument("--empty", action="store_true", help="首次启动时不载入演示填报数据")
    commands.add_parser("test", help="全部检查与测试（持续集成执行的内容）")
    commands.add_parser("setup", help="建立带测试工具的 .venv，不做别的")
    commands.add_parser("check", help="格式、规范、类型与快速测试，一分钟以内")
    commands.add_parser("bench", help="基准测试，结果写入 bench/results.json")
    mutate = commands.add_parser("mutate", help="变异测试：得分与指标值的代码，约半小时")
    mutate.add_argument("families", nargs="*", metavar="scoring|targets", help="默认两类都做")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Print and flush, so that the line stands before what a started command prints."""
    print(text, flush=True)


# The environment


def install() -> None:
    """Make .venv where there is none that works, and install what requirements.txt locks."""
    _make_venv()
    requirements = ROOT / "requirements.txt"
    _install_once(
        "requirements", requirements.read_bytes(), "--require-hashes", "-r", str(requirements)
    )


def setup() -> None:
    """`install`, and the test tools that pyproject.toml pins."""
    import tomllib

    install()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = project["dependency-groups"]["test"]
    _install_once("test-tools", "\n".join(tools).encode(), *tools)


def _make_venv() -> None:
    if _runs("-c", "import pip"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Refused(
            "这个 Python 缺少 venv 模块，不能建立 .venv。\n"
            "Debian、Ubuntu 请先执行：apt-get install python3-venv"
        )
    say("正在建立 .venv ……")
    _call("建立 .venv", sys.executable, "-m", "venv", "--clear", str(VENV))


def _runs(*arguments: str) -> bool:
    """Whether .venv has a Python that carries this out without an error."""
    try:
        done = subprocess.run([str(PYTHON), *arguments], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _install_once(name: str, wanted: bytes, *arguments: str) -> None:
    """Let pip install, unless it already did for the same wishes; the stamp lies in .venv."""
    stamp = VENV / f".installed-{name}"
    digest = hashlib.sha256(wanted).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
        return
    say(f"正在安装所需软件包（{name}），首次约需一分钟 ……")
    pip = (str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    _call("安装软件包（请检查网络连接后重试）", *pip, *arguments)
    stamp.write_text(digest, encoding="ascii")


def _environment(**more: str) -> dict[str, str]:
    # UTF-8 everywhere, or a Windows pipe could not carry the Chinese that the commands print.
    return {**os.environ, "PYTHONUTF8": "1", **more}


def _call(title: str, *command: str, env: dict[str, str] | None = None) -> None:
    """Run a command to its end; raises Refused with its title where it fails."""
    code = subprocess.run(command, env=env or _environment(), check=False).returncode
    if code:
        raise Refused(f"{title}失败（退出码 {code}），原因见上文。")


# The server


def run(port: int, data: Path | None, *, empty: bool) -> None:
    """Prepare everything that is missing and serve until Ctrl-C.

    The address and, on the first start, the sign-ins are printed before the port answers.
    """
    _demand_free_port(port)
    folder = (data or Path(os.environ.get("PERF_DATA_DIR") or ROOT / "instance")).absolute()
    # Passwords' hashes, evidence and the key lie in it: nobody else's business.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    install()
    env = _environment(PERF_DATA_DIR=str(folder), PERF_SECRET_KEY=_secret_key(folder))
    flask = (str(PYTHON), "-m", "flask", "--app", "app", "perf")
    say("正在准备数据库 ……")
    _call("准备数据库", *flask, "init", env=env)
    _call("载入样例", *flask, "seed-demo", *(["--empty"] if empty else []), env=env)
    say(f"数据文件夹：{folder}")
    say(f"访问地址：http://{HOST}:{port}/（按 Ctrl-C 停止）")
    _serve(port, env)


def _demand_free_port(port: int) -> None:
    """Raise Refused where the port is no port or somebody listens on it."""
    if not 0 < port < 65536:
        raise Refused("端口应在 1 到 65535 之间。")
    with socket.socket() as probe:
        if not ON_WINDOWS:
            # A connection that has just ended does not count; on Windows the option means more.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Refused(f"没有使用端口 {port} 的权限，请用 --port 另选一个。") from None
        except OSError:
            raise Refused(
                f"端口 {port} 已被占用：请先停止占用它的程序，或用 --port 另选一个端口。"
            ) from None


def _secret_key(folder: Path) -> str:
    """The key that signs sessions: from the environment, else kept in the data folder."""
    given = os.environ.get("PERF_SECRET_KEY")
    if given:
        return given
    path = folder / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _serve(port: int, env: dict[str, str]) -> None:
    """Become the server (on Windows: start it and wait), until Ctrl-C."""
    if not ON_WINDOWS and _runs("-c", "import granian"):
        # One worker: rate limits count in the process. Threads wait for the database together.
        command = [str(PYTHON), "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
        command += ["--host", HOST, "--port", str(port), "--workers", "1"]
        command += ["--blocking-threads", THREADS, "--workers-kill-timeout", "5"]
        command += ["--log-level", "warning", "app:app"]
    else:
        command = [str(PYTHON), "-m", "waitress", "--threads", THREADS]
        command += ["--listen", f"{HOST}:{port}", "app:app"]
    if not ON_WINDOWS:
        os.execve(command[0], command, env)
    server = subprocess.Popen(command, env=env)
    try:
        code = server.wait()
    except KeyboardInterrupt:
        # The server got the same Ctrl-C; its own end is waited for.
        server.wait()
        raise
    if code:
        raise Refused(f"服务已停止（退出码 {code}），原因见上文。")


# The checks


class Report:
    """The steps of a check with what each took, in the order they ran."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._begun = time.monotonic()

    def step(self, title: str, *command: str) -> None:
        """Run one step in .venv; raises Refused where it fails."""
        say("\n==> " + title)
        begun = time.monotonic()
        verdict = "失败"
        try:
            _call(title, str(PYTHON), "-m", *command)
            verdict = "通过"
        finally:
            self._lines.append(f"{time.monotonic() - begun:8.1f} 秒  {verdict}  {title}")

    def print(self) -> None:
        """Print what each step took and the sum."""
        say("\n" + "\n".join(self._lines))
        say(f"{time.monotonic() - self._begun:8.1f} 秒  合计")


def check(report: Report, *without: str) -> None:
    """Format, lint, types and the quick tests: what to run before every commit."""
    setup()
    report.step("格式", "ruff", "format", "--check", "--quiet", ".")
    report.step("规范", "ruff", "check", "--quiet", ".")
    report.step("类型", "mypy")
    report.step("快速测试", "pytest", *TOGETHER, *without, "-m", QUICK)


def test(report: Report) -> None:
    """Everything: `check`, the core's coverage, both databases and the browser's journeys."""
    install_system_parts()
    # The core's tests run once, where their coverage is taken.
    check(report, "--ignore=tests/core")
    report.step("核心代码测试", "coverage", "run", "-m", "pytest", "-q", "tests/core")
    report.step("核心代码分支覆盖率", "coverage", "report")
    in_groups = ("--dist=loadgroup", "--no-loadscope-reorder")
    report.step("慢速测试（SQLite）", "pytest", *TOGETHER, *in_groups, "-m", SLOW)
    on_postgres = ("--database=postgres", "-m", ON_POSTGRES)
    report.step("数据库测试（PostgreSQL）", "pytest", *TOGETHER, *on_postgres)
    report.step("浏览器测试", "pytest", *TOGETHER, "--dist=loadfile", "-m", BROWSER)


def install_system_parts() -> None:
    """Have browser, PostgreSQL, LibreOffice, PDF tools and a Chinese font, or say what is missing.

    As root on Debian they are installed; elsewhere Refused names them.
    """
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if ON_WINDOWS or os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Refused(f"测试还缺少以下 Debian 软件包（或同类程序），请安装后重试：\n  {names}")
    say(f"正在安装测试所需的软件包：{names}")
    env = _environment(DEBIAN_FRONTEND="noninteractive")
    apt = ("apt-get", "-qq", "-y", "-o", "Acquire::Retries=3")
    _call("更新软件包目录", *apt, "update", env=env)
    _call("安装软件包", *apt, "install", "--no-install-recommends", *missing, env=env)
    still = missing_packages()
    if still:
        raise Refused(f"以下软件包安装后仍未找到：{' '.join(still)}")


def missing_packages() -> list[str]:
    """The Debian packages that the tests need and this machine lacks."""
    found = {
        "python3-venv": _runs("-c", "import pip") or importlib.util.find_spec("ensurepip"),
        "chromium": shutil.which("chromium"),
        "postgresql": os.environ.get("PERF_TEST_POSTGRES_URL")
        or shutil.which("initdb")
        or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        "libreoffice-calc": shutil.which("soffice"),
        "libreoffice-writer": shutil.which("lowriter"),
        "poppler-utils": shutil.which("pdftoppm"),
        "fontconfig": shutil.which("fc-list"),
        "fonts-noto-cjk": _has_chinese_font(),
    }
    return [package for package, there in found.items() if not there]


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh-cn"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
