"""Mutation testing of scores and targets: faults that no test notices, held to the list of docs/.

`python -m tests.mutation [scoring|targets]` copies the core and its tests into a temporary folder
and lets mutmut break one place after another there, running the tests that reach it.
"""

import ast
import contextlib
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "perf" / "core"
PAGE = ROOT / "docs" / "mutation-testing.md"


class Family(NamedTuple):
    """Modules of perf/core, and the tests of tests/core that are about them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


FAMILIES = {
    "scoring": Family(
        ("scoring", "attainment", "working", "execution", "weights"),
        (
            *("scoring", "attainment", "working", "execution", "weights", "options"),
            *("plan_scores", "decisions", "check_list", "computed_numbers", "over_units"),
            *("replay", "weight_options", "verdicts"),
        ),
    ),
    "targets": Family(
        ("targets", "figures", "dates", "readings"),
        ("targets", "target_edges", "target_sentences", "actuals"),
    ),
}
# The share of survivors, listed ones too, from which on a run fails.
TOO_MANY = 0.05
SETTINGS = """\
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["-x", "--import-mode=importlib", "-p", "no:cacheprovider"]
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["perf/"]
only_mutate = {only}
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = 10.0
use_git_change_detection = false
"""
# Few examples, always the same ones, and nothing made smaller: a failure is all that counts. Each
# mutant runs in a process forked from one that has run the tests, so what that one kept is dropped.
PROFILE = """\
from hypothesis import Phase, settings

from perf.core import readings


def pytest_sessionstart() -> None:
    readings._SPELLING.clear()


settings.register_profile(
    "mutation",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutation")
"""
# What mutmut keeps for a mutant: the exit code of pytest, or its own.
VERDICTS = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested"}
VERDICTS |= dict.fromkeys((36, 24, -24, 152, 255), "timeout")
_HEADING = re.compile(r"^## `perf/core/(\w+)\.py`$", re.MULTILINE)
_DIFF = re.compile(r"^```diff\n@@ (\S+)\n(.*?)^```\n\n(.*?)(?=^```|\Z)", re.MULTILINE | re.DOTALL)


class Mutant(NamedTuple):
    """One fault: where it was made, and the lines taken out and put in."""

    module: str
    function: str
    taken: tuple[str, ...]
    put: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"-{line}" for line in self.taken] + [f"+{line}" for line in self.put]
        return "\n".join(["```diff", f"@@ {self.function}", *lines, "```"])


# The list


def listed(page: str) -> dict[Mutant, str]:
    """The survivors that the page lists, each with the reason below it or below a later one."""
    found = {}
    _, *parts = _HEADING.split(page)
    for module, text in zip(parts[::2], parts[1::2], strict=True):
        reason = ""
        for function, lines, below in reversed(_DIFF.findall(text)):
            taken, put = (
                tuple(line[1:].strip() for line in lines.splitlines() if line[0] == sign)
                for sign in "-+"
            )
            reason = below.strip() or reason
            found[Mutant(module, function, taken, put)] = reason
    return found


# The copy


def copy(folder: Path, family: Family) -> None:
    """Lay into the folder what the tests of the core need, and how mutmut is to run them."""
    for name in ("perf/core", "perf/rules", "tests/core"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("perf/__init__.py", "tests/__init__.py"):
        shutil.copy(ROOT / name, folder / name)
    for module in family.modules:
        path = folder / "perf" / "core" / f"{module}.py"
        path.write_text(with_plain_getters(path.read_text("utf-8")), encoding="utf-8")
    only = json.dumps([f"perf/core/{name}.py" for name in family.modules])
    tests = json.dumps([f"tests/core/test_{name}.py" for name in family.tests])
    settings = SETTINGS.format(only=only, tests=tests)
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    (folder / "tests" / "conftest.py").write_text(PROFILE, encoding="utf-8")


def with_plain_getters(source: str) -> str:
    """The source with `name = property(got_name)` for each property.

    mutmut leaves functions with a decorator alone, and much of a score is in properties.
    """
    lines = source.splitlines()
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    getters = [
        node
        for one in classes
        for node in one.body
        if isinstance(node, ast.FunctionDef)
        and [ast.unparse(decorator) for decorator in node.decorator_list] == ["property"]
    ]
    for node in reversed(getters):
        assert node.end_lineno
        lines.insert(node.end_lineno, f"    {node.name} = property(got_{node.name})")
        head = lines[node.lineno - 1]
        lines[node.lineno - 2 : node.lineno] = [head.replace("def ", "def got_", 1)]
    return "\n".join(lines) + "\n"


# The run


def run(folder: Path) -> None:
    """Let mutmut make and try its mutants in the folder, one at a time."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}\nmutmut 未能运行。")


def verdicts(folder: Path, module: str) -> Iterator[tuple[str, Mutant]]:
    """What became of each mutant of a module, and which it was."""
    path = folder / "mutants" / "perf" / "core" / f"{module}.py"
    codes = json.loads(path.with_name(f"{module}.py.meta").read_text("utf-8"))["exit_code_by_key"]
    source = path.read_text("utf-8")
    lines = source.splitlines()
    functions = {
        node.name: [line.strip() for line in lines[node.lineno - 1 : node.end_lineno]]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }
    for key, code in codes.items():
        name = key.rsplit(".", 1)[1]
        base = name.rsplit("__mutmut_", 1)[0]
        function = base.removeprefix("x").removeprefix("_").replace("ǁ", ".").removeprefix(".")
        function = re.sub(r"\.got_(?=\w+$)", ".", function)
        before, after = (
            [re.sub(r"^def \w+", f"def {function.rpartition('.')[2]}", line) for line in each]
            for each in (functions[f"{base}__mutmut_orig"], functions[name])
        )
        difference = list(difflib.ndiff(before, after, None, None))
        taken, put = (
            tuple(line[2:] for line in difference if line.startswith(sign)) for sign in "-+"
        )
        yield VERDICTS.get(code, "suspicious"), Mutant(module, function, taken, put)


def main(families: list[str]) -> int:
    """Run the families named (all, where none is); the exit code: 1 where something is new."""
    with contextlib.suppress(AttributeError):
        os.nice(10)
    if not set(families) <= FAMILIES.keys():
        write(f"只能是：{'、'.join(FAMILIES)}")
        return 2
    begun = time.monotonic()
    results = []
    for name in families or FAMILIES:
        family = FAMILIES[name]
        with tempfile.TemporaryDirectory(prefix="perf-mutation-") as place:
            folder = Path(place)
            copy(folder, family)
            run(folder)
            results += [one for module in family.modules for one in verdicts(folder, module)]
    return report(results, listed(PAGE.read_text("utf-8")), time.monotonic() - begun)


def report(results: list[tuple[str, Mutant]], known: dict[Mutant, str], seconds: float) -> int:
    """Print counts by module and what is not as listed; the exit code."""
    modules = list(dict.fromkeys(mutant.module for _, mutant in results))
    counts = Counter((mutant.module, verdict) for verdict, mutant in results)
    alive = [mutant for verdict, mutant in results if verdict not in {"killed", "timeout"}]
    kinds = ("killed", "timeout", "survived", "untested", "suspicious")
    write("| module | mutants | " + " | ".join(kinds) + " |\n" + "|---" * 7 + "|")
    for module in modules:
        cells = [counts[module, kind] for kind in kinds]
        write(f"| {module} | {sum(cells)} | " + " | ".join(map(str, cells)) + " |")
    share = len(alive) / len(results)
    write(
        f"\n{len(results)} 个变异，存活 {len(alive)} 个（{share:.2%}），用时 {seconds / 60:.1f} 分钟"
    )
    new = [mutant for mutant in alive if mutant not in known]
    for mutant in new:
        write(f"\n未列入 docs/mutation-testing.md：perf/core/{mutant.module}.py\n{mutant}")
    for mutant in known.keys() - set(alive):
        if mutant.module in modules:
            write(f"\n已列入而不再存活：perf/core/{mutant.module}.py\n{mutant}")
    return int(bool(new) or share >= TOO_MANY)


def write(text: str) -> None:
    """Print, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
