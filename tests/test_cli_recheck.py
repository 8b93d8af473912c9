"""`perf recheck`: verdicts on a file, without a database and without leaving anything behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from perf.cli import group
from perf.cli_recheck import recheck_command
from perf.documents.forms import self_evaluation_xlsx
from tests.documents.test_filled_forms import HEAD, ROWS, csv_bytes, own

ROOT = Path(__file__).resolve().parents[1]
PRINTED = [
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因"],
    ["产出指标", "数量指标", "1、救助供养人数", "≥4754人", "4604", "50", "50", ""],
    ["满意度指标", "满意度", "救助对象满意度", "满意", "满意", "40", "39.5", ""],
    ["总分", "", "", "", "", "100", "99.35", ""],
]


def run(*words: str) -> Result:
    return CliRunner().invoke(recheck_command, words)


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    path = tmp_path / "自评表.csv"
    path.write_bytes(csv_bytes(HEAD + PRINTED))
    return path


def test_json_is_one_document_of_rows_in_form_order_with_figures_as_texts(printed: Path) -> None:
    result = run(str(printed), "--json")
    assert result.exit_code == 0
    told: dict[str, Any] = json.loads(result.stdout)
    assert list(told) == ["project", "published_total", "computed_total", "rows", "findings"]
    assert (told["project"], told["published_total"]) == ("禁毒经费", "99.35")
    # 48.42 for 4604 of 4754, 39.5 as printed, 9.85 for the execution.
    assert told["computed_total"] == "97.77"
    assert told["rows"][0] == {
        "name": "救助供养人数",
        "weight": "50",
        "target": "≥4754人",
        "actual": "4604",
        "published": "50",
        "computed": "48.42",
        "verdict": "differs",
        "steps": [
            "目标 ≥4754人 · 实际 4604人 → 未达成 · 50 × 4604 ÷ 4754 = 48.42（四舍五入至 0.01）",
            "依据 cn-project-2020 第 1 版 §正向指标",
            "表上得分 50，与重算相差 1.58",
        ],
    }
    assert told["rows"][1]["computed"] is None
    assert [row["verdict"] for row in told["rows"]] == ["differs", "undecidable"]
    assert {tuple(found) for found in told["findings"]} == {
        ("severity", "code", "message", "where")
    }
    assert [found["code"] for found in told["findings"]] == [
        "total-differs",
        "missed-full-score",
        "reason-missing",
    ]


def test_differences_are_told_first_and_the_worst_findings_before_others(printed: Path) -> None:
    lines = run(str(printed)).stdout.splitlines()
    assert lines[0] == "禁毒经费 · 依据 cn-project-2020 第 1 版"
    assert lines[1] == "表上总分 99.35，重算 97.77；一致 0 项，不一致 1 项，无法判断 1 项。"
    assert [line[: line.index("]") + 1] for line in lines[2:]] == [
        "[不一致]",
        "[无法判断]",
        "[错误]",
        "[警告]",
        "[警告]",
    ]


def test_a_pack_can_be_given(printed: Path) -> None:
    steps = json.loads(run(str(printed), "--pack", "cn-project-2021", "--json").stdout)["rows"][0]
    assert steps["steps"][1] == "依据 cn-project-2021 第 1 版 §正向指标"


@pytest.mark.parametrize(
    ("name", "content", "words", "code", "told"),
    [
        ("表.csv", csv_bytes(HEAD), (), 1, "没有找到自评表"),
        ("表.doc", b"PK", (), 1, "接受的文件类型是 .xlsx、.docx、.pdf、.csv"),
        ("表.xlsx", bytes(10 * 1024 * 1024 + 1), (), 1, "超过 10 MB"),
        ("表.csv", csv_bytes(HEAD + PRINTED), ("--pack", "x"), 1, "没有名为“x”的评分办法"),
        ("表.csv", csv_bytes(HEAD + PRINTED), ("--page", "x"), 2, "No such option"),
    ],
)
def test_what_cannot_be_read_is_refused_on_standard_error(
    tmp_path: Path, name: str, content: bytes, words: tuple[str, ...], code: int, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run(str(path), "--json", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


@pytest.mark.slow
def test_our_own_export_is_rechecked_in_a_process_of_its_own_without_a_database(
    tmp_path: Path,
) -> None:
    assert group.commands["recheck"] is recheck_command
    data = tmp_path / "data"
    data.mkdir()
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(self_evaluation_xlsx(own()))
    unset = {
        key: value for key, value in os.environ.items() if not key.startswith(("PERF_", "FLASK_"))
    }
    ran = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "perf", "recheck", str(path), "--json"],
        cwd=ROOT,
        env=unset | {"PERF_DATA_DIR": str(data), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["computed_total"] == told["published_total"] == "98.03"
    assert len(told["rows"]) == len(ROWS)
    assert told["findings"] == []
    assert list(data.iterdir()) == []
