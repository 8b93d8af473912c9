"""The worked examples of docs/scoring.md, monitoring.md and results.md say what the code does."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scoring.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INTRODUCTION, *SECTIONS = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def run(text: str, names: dict[str, Any]) -> int:
    """The number of examples in the text, after running them all with these names."""
    examples = "\n".join(_BLOCK.findall(text))
    test = doctest.DocTestParser().get_doctest(examples, names, PAGE.name, str(PAGE), 0)
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    assert not report, "".join(report)
    names.update(test.globs)
    return len(test.examples)


def test_the_examples_of_every_section_hold_in_the_page_s_order():
    names: dict[str, Any] = {}
    assert run(INTRODUCTION, names) > 0
    for section in SECTIONS:
        run(section, names)


@pytest.mark.parametrize("name", ["monitoring.md", "results.md"])
def test_the_examples_of_other_pages_hold(name: str):
    page = PAGE.with_name(name)
    assert run(page.read_text(encoding="utf-8"), {}) > 0


@pytest.mark.parametrize("section", SECTIONS, ids=[text.split("\n")[0] for text in SECTIONS])
def test_every_section_has_a_worked_example(section: str):
    assert ">>> " in "".join(_BLOCK.findall(section))
