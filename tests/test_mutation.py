"""The list of survivors in docs/mutation-testing.md holds to the code and to the command."""

import ast

import make
from tests.mutation import CORE, FAMILIES, PAGE, ROOT, Mutant, listed, report, with_plain_getters

SURVIVORS = listed(PAGE.read_text(encoding="utf-8"))
MUTANT = Mutant("scoring", "f", ("a < b",), ("a <= b",))


def function_lines(module: str) -> dict[str, list[str]]:
    """The lines of each function of a module, those of methods under `Class.name`."""
    source = (CORE / f"{module}.py").read_text(encoding="utf-8")
    lines = [line.strip() for line in source.splitlines()]
    found = {}
    for node in ast.parse(source).body:
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, ast.FunctionDef):
                found[prefix + one.name] = lines[one.lineno - 1 : one.end_lineno]
    return found


def test_each_listed_survivor_still_stands_in_its_function() -> None:
    assert SURVIVORS
    code = {
        module: function_lines(module) for family in FAMILIES.values() for module in family.modules
    }
    gone = [
        f"perf/core/{mutant.module}.py, {mutant.function}: {line}"
        for mutant in SURVIVORS
        for line in mutant.taken
        if line not in code[mutant.module].get(mutant.function, [])
    ]
    assert not gone, "docs/mutation-testing.md: strike or run make.py mutate anew:\n" + "\n".join(
        gone
    )


def test_the_page_shows_no_difference_that_is_not_read_and_each_has_a_reason() -> None:
    assert PAGE.read_text(encoding="utf-8").count("```diff\n") == len(SURVIVORS)
    assert all(SURVIVORS.values())
    assert all(mutant.taken or mutant.put for mutant in SURVIVORS)


def test_every_module_and_test_of_a_family_is_there() -> None:
    for family in FAMILIES.values():
        assert all((CORE / f"{name}.py").is_file() for name in family.modules)
        assert all((ROOT / f"tests/core/test_{name}.py").is_file() for name in family.tests)


def test_the_command_knows_the_families() -> None:
    assert make._options(["mutate", "targets"]).families == ["targets"]
    assert make._options(["mutate"]).families == []


def test_what_the_page_shows_is_read_back_as_it_was_printed() -> None:
    other = MUTANT._replace(put=("b",))
    page = f"## `perf/core/scoring.py`\n\n{MUTANT}\n\n{other}\n\nAll say the same.\n"
    assert listed(page) == dict.fromkeys((MUTANT, other), "All say the same.")


def test_a_survivor_that_is_not_listed_fails_the_run_and_is_shown(capsys) -> None:
    results = [("killed", MUTANT._replace(put=(str(i),))) for i in range(99)]
    assert report([*results, ("survived", MUTANT)], {}, 60) == 1
    assert f"perf/core/scoring.py\n{MUTANT}\n" in capsys.readouterr().out
    assert report([*results, ("survived", MUTANT)], {MUTANT: "equal"}, 60) == 0
    assert report([*results[:19], ("untested", MUTANT)], {MUTANT: "equal"}, 60) == 1


def test_a_listed_survivor_that_a_test_now_notices_is_named(capsys) -> None:
    assert report([("killed", MUTANT)], {MUTANT: "equal"}, 60) == 0
    assert f"不再存活：perf/core/scoring.py\n{MUTANT}\n" in capsys.readouterr().out


def test_a_property_becomes_a_plain_function_that_gives_the_same() -> None:
    source = "class A:\n    @property\n    def a(self) -> int:\n        return 3\n\n    b = 4\n"
    names: dict = {}
    exec(with_plain_getters(source), names)
    assert (names["A"]().a, names["A"]().got_a(), names["A"].b) == (3, 3, 4)
