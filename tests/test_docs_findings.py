"""docs/findings.md lists every code that the checks, the readers and the recheck can tell."""

import ast
import re
from pathlib import Path

import pytest

from tests.test_docs import DOCS, ROOT, difference, section, table, text_of

PAGE = DOCS / "findings.md"
# Each heading with the files whose findings stand under it.
SOURCES = {
    "In a plan": (
        "perf/core/checks/*.py",
        "perf/core/targets.py",
        "perf/core/figures.py",
        "perf/core/dates.py",
        "perf/core/weights.py",
        "perf/core/storable.py",
    ),
    "In a document": (
        "perf/documents/preview.py",
        "perf/documents/readers/*.py",
        "perf/services/imports.py",
    ),
    "In a filled form": (
        "perf/core/recheck*.py",
        "perf/core/printed_actuals.py",
        "perf/documents/readers/filled_forms/*.py",
    ),
}
# What makes a finding, each with its code among its first two arguments.
MAKERS = frozenset(
    [
        "Finding",
        "say",
        "say_together",
        "warn",
        "note",
        "unread",
        "error",
        "warning",
        "info",
        "_error",
        "_note",
    ]
)
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)*")


def codes_in(path: Path) -> set[str]:
    """The codes of a file's findings: what a maker is given, or a name `code` stands for."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            given = node.args[:2] if name in MAKERS else []
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            chosen = node.value
            given = [chosen.body, chosen.orelse] if isinstance(chosen, ast.IfExp) else []
        found |= {
            one.value
            for one in given
            if isinstance(one, ast.Constant)
            and isinstance(one.value, str)
            and CODE.fullmatch(one.value)
        }
    return found


@pytest.mark.parametrize("heading", SOURCES)
def test_every_finding_is_listed_under_its_heading_and_no_other(heading: str) -> None:
    there = {
        code
        for pattern in SOURCES[heading]
        for path in ROOT.glob(pattern)
        for code in codes_in(path)
    }
    assert len(there) > 20, "the files were moved; tell this test where to"
    rows = table(section(PAGE, heading), "code")[1:]
    listed = [row[0].strip("`") for row in rows]
    assert sorted(set(listed)) == sorted(listed), "a code stands there twice"
    assert set(listed) == there, difference(set(listed), there, f"docs/findings.md, {heading}")


def test_every_listed_finding_has_a_severity_and_a_meaning() -> None:
    for heading in SOURCES:
        for _, severity, meaning in table(section(PAGE, heading), "code")[1:]:
            assert set(severity.split(", ")) <= {"error", "warning", "info"}
            assert meaning
