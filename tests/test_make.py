"""The everyday commands: what they refuse, keep and lock."""

import ast
import re
import shutil
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import make

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(requirement: str) -> str:
    """The package's name as pip compares it (`Flask-Login>=0.6` → flask-login)."""
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def locked() -> dict[str, str]:
    """Each line of requirements.txt by its package, with the hashes that follow it."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\w)", text.split("\n", 2)[2].replace("\\\n", " "))
    return {name_of(entry): entry for entry in entries}


def test_python_3_8_can_read_the_file_far_enough_to_be_told() -> None:
    source = (ROOT / "make.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_an_old_python_is_refused_with_a_sentence() -> None:
    script = "import sys; sys.version_info = (3, 10, 4); sys.path.insert(0, '.'); import make"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "需要 Python 3.11 或更高版本" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_refused_with_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((make.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert make.main(["run", "--port", str(port)]) == 1
        assert f"端口 {port} 已被占用" in capsys.readouterr().err


def test_a_free_port_is_let_through_and_left_free() -> None:
    with socket.socket() as probe:
        probe.bind((make.HOST, 0))
        port = probe.getsockname()[1]
    make._demand_free_port(port)
    make._demand_free_port(port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(make.Refused, match="1 到 65535"):
        make._demand_free_port(port)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PERF_SECRET_KEY", raising=False)
    key = make._secret_key(tmp_path)
    assert len(key) >= 64
    assert make._secret_key(tmp_path) == key
    if not make.ON_WINDOWS:
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_given_secret_key_is_taken_and_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERF_SECRET_KEY", "given")
    assert make._secret_key(tmp_path) == "given"
    assert not list(tmp_path.iterdir())


def test_missing_parts_are_named_where_they_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(make.Refused, match=r"chromium.*libreoffice-calc.*poppler-utils"):
        make.install_system_parts()


def test_a_failing_step_stops_the_check_and_is_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "PYTHON", Path(sys.executable))
    report = make.Report()
    report.step("成功的一步", "this")
    with pytest.raises(make.Refused, match="失败的一步失败（退出码 1）"):
        report.step("失败的一步", "no_such_module_here")
    report.print()
    printed = capsys.readouterr().out
    assert re.search(r"秒  通过  成功的一步\n +[\d.]+ 秒  失败  失败的一步\n", printed)


def test_every_run_time_part_is_locked_with_hashes_and_no_test_tool_is() -> None:
    lock = locked()
    wanted = {name_of(part) for part in PROJECT["project"]["dependencies"]}
    assert wanted <= lock.keys()
    assert all("==" in entry and "--hash=sha256:" in entry for entry in lock.values())
    tools = {name_of(tool) for tool in PROJECT["dependency-groups"]["test"]}
    assert not tools & lock.keys()


def test_every_test_tool_is_pinned() -> None:
    assert all("==" in tool for tool in PROJECT["dependency-groups"]["test"])


def test_every_test_is_in_exactly_one_of_the_runs_on_sqlite() -> None:
    def runs(marks: set[str]) -> list[str]:
        known = {name: name in marks for name in ("slow", "browser", "postgres")}
        chosen = {"QUICK": make.QUICK, "SLOW": make.SLOW, "BROWSER": make.BROWSER}
        return [name for name, text in chosen.items() if eval(text, known)]

    assert runs(set()) == ["QUICK"]
    assert runs({"slow"}) == runs({"postgres"}) == runs({"slow", "postgres"}) == ["SLOW"]
    assert runs({"browser"}) == runs({"browser", "slow"}) == ["BROWSER"]
    assert runs({"browser", "postgres"}) == ["BROWSER"]
