"""`perf import`: what it prints, how it ends, what it stores and what it leaves alone."""

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from perf.extensions import db
from perf.models import FiscalYear, LedgerEntry, Plan, Unit
from tests.documents.test_readers import DATA, OWN, SEED, expected

ROOT = Path(__file__).resolve().parents[1]
PARKS = DATA / "parks-2023.txt"


def run(app: Any, *arguments: Any) -> Any:
    """The command in this process; `output` is what a user sees, `stdout` what a pipe gets."""
    return app.test_cli_runner().invoke(args=["perf", "import", *map(str, arguments)])


def without_findings(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "findings"}


def counted(app: Any) -> tuple[int, int, int]:
    with app.app_context():
        plans, entries, units = (
            db.session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Plan, LedgerEntry, Unit)
        )
        return plans, entries, units


def damaged(tmp_path: Path) -> Path:
    """A document with one target missing: an error at its row."""
    text = PARKS.read_text("utf-8").replace("2、养护达标率\t≥95%", "2、养护达标率\t")
    path = tmp_path / "damaged.txt"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", OWN)
def test_json_of_a_document_is_what_a_careful_reader_gets(app, name):
    result = run(app, DATA / f"{name}.txt", "--dry-run", "--json")
    assert result.exit_code == 0
    printed = without_findings(json.loads(result.stdout))
    assert {key: printed[key] for key in expected(name)} == expected(name)


def test_json_of_the_2022_document_equals_the_expected_one_in_every_field(app):
    document = SEED / "2022-department-budget.txt"
    if not document.exists():
        pytest.skip("the 2022 document does not lie beside this copy of the project")
    wanted = json.loads((SEED / "2022-department-budget.expected.json").read_text("utf-8"))
    for arguments in (["--dry-run"], []):
        result = run(app, document, "--json", *arguments)
        assert result.exit_code == 0
        printed = json.loads(result.stdout)
        assert {key: printed[key] for key in wanted} == wanted
        assert {"severity", "code", "message", "where"} == set(printed["findings"][0])
    assert counted(app)[0] == 4


def test_a_dry_run_stores_nothing_and_ends_well_even_with_errors(app, tmp_path):
    result = run(app, damaged(tmp_path), "--dry-run")
    assert result.exit_code == 0
    assert "[错误] “养护达标率”：指标值为空，请填写。" in result.stdout
    assert result.stderr == ""
    assert counted(app) == (0, 0, 0)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_error_finding_stores_nothing_and_ends_with_1(app, tmp_path, form):
    result = run(app, damaged(tmp_path), *form)
    assert result.exit_code == 1
    assert "没有导入：文件中有 1 处错误须先更正" in result.stderr
    assert "养护达标率" in result.stdout
    if form:
        assert json.loads(result.stdout)["findings"][0]["code"] == "target-missing"
    assert counted(app) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0", "目前接受的文件类型是 .txt"),
        ("a.txt", b"", "文件是空的"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_1_and_the_reason(app, tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    for arguments in ([], ["--json"], ["--dry-run", "--json"]):
        result = run(app, path, *arguments)
        assert result.exit_code == 1
        assert words in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [[], ["nowhere.txt"], [PARKS, "--year", "1"], [PARKS, "--nonsense"]]
)
def test_wrong_usage_ends_with_2(app, arguments):
    assert run(app, *arguments).exit_code == 2


def test_unknown_unit_and_year_are_made_with_a_finding_by_the_systems_user(app):
    result = run(app, PARKS, "--json")
    assert result.exit_code == 0
    codes = [one["code"] for one in json.loads(result.stdout)["findings"]]
    assert {"unit-created", "year-created"} <= set(codes)
    with app.app_context():
        unit = db.session.scalars(select(Unit)).one()
        assert (unit.code, unit.name) == ("106", "云川市清河区园林绿化中心")
        assert db.session.get(FiscalYear, 2023) is not None
        names = db.session.scalars(select(LedgerEntry.actor_name).distinct()).all()
        assert names == [f"system:{getpass.getuser()}"]
        files = db.session.scalars(
            select(LedgerEntry.changes).where(LedgerEntry.action == "import_plan")
        ).all()
        assert [one["file_name"] for one in files] == [[None, "parks-2023.txt"]] * 3


def test_a_second_import_changes_nothing_and_says_so(app):
    first = run(app, PARKS)
    assert "公园绿地养护经费：新建" in first.stdout
    before = counted(app)
    second = run(app, PARKS)
    assert second.exit_code == 0
    assert second.stdout.count("已有，内容相同，没有改动") == 3
    as_json = run(app, PARKS, "--json")
    codes = [one["code"] for one in json.loads(as_json.stdout)["findings"]]
    assert codes.count("plan-unchanged") == 3
    assert counted(app) == before


def test_what_differs_from_a_stored_plan_is_listed_and_not_overwritten(app, tmp_path):
    run(app, PARKS)
    before = counted(app)
    path = tmp_path / "later.txt"
    path.write_text(PARKS.read_text("utf-8").replace("≥86公顷", "≥99公顷"), "utf-8")
    result = run(app, path)
    assert result.exit_code == 0
    assert "系统中为“≥86公顷”，文档中为“≥99公顷”" in result.stdout
    assert counted(app) == before


def test_the_year_given_comes_before_the_documents(app):
    result = run(app, PARKS, "--year", "2024", "--json")
    printed = json.loads(result.stdout)
    assert printed["fiscal_year"] == 2024
    assert "year-differs" in [one["code"] for one in printed["findings"]]
    with app.app_context():
        assert set(db.session.scalars(select(Plan.year))) == {2024}


def test_a_document_without_a_unit_is_refused_by_name(app, tmp_path):
    path = tmp_path / "nobody.txt"
    text = (
        (DATA / "health-2024.txt").read_text("utf-8").replace("预算部门名称：江陵县卫生监督所", "")
    )
    path.write_text(text, "utf-8")
    result = run(app, path)
    assert (result.exit_code, counted(app)) == (1, (0, 0, 0))
    assert "没有读到部门名称" in result.stderr


def console(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a user types it, in a process and a data folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "perf", *arguments],
        cwd=ROOT,
        env={
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PERF_", "FLASK_"))
        }
        | {"PERF_DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_at_the_console_without_a_database_there_is_a_sentence_and_no_traceback(tmp_path):
    dry = console(tmp_path, "import", str(PARKS), "--dry-run", "--json")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert json.loads(dry.stdout)["unit_code"] == "106"
    refused = console(tmp_path, "import", str(PARKS), "--json")
    assert refused.returncode == 1
    assert refused.stderr == (
        "没有导入：数据库没有建立或无法访问。请先运行 flask --app app perf init。\n"
    )
    assert json.loads(refused.stdout)["fiscal_year"] == 2023
