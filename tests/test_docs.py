"""The documentation holds to the code: what it names is there, and what is there is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from perf.cli import group
from perf.core.permissions import PERMISSIONS, Permission
from perf.core.rules import PACKS
from perf.core.terms import Role
from perf.core.workflow import STEPS
from tests.test_architecture import own_files

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
IMAGES = DOCS / "images"
README = ROOT / "README.md"
ARCHITECTURE = DOCS / "architecture.md"
DEPLOYMENT = DOCS / "deployment.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LARGEST_IMAGE = 150 * 1024
# Files of worked examples, which a reader is to make; none of them may exist.
EXAMPLES = {
    "perf/documents/forms/plain.py",
    "perf/queries/overdue.py",
    "templates/units/overdue.html",
}
# Each written so that it does not find itself.
OF_ELSEWHERE = re.compile(
    r"\bclaud[e]\b|anthropi[c]|chatgp[t]|opena[i]\b|copilo[t]|sub-?agen[t]|\b(?:brief|slices)[.]md\b",
    re.IGNORECASE,
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def running_text(path: Path) -> str:
    """The page without its fenced blocks, in which brackets and quotes mean something else."""
    return FENCE.sub("", text_of(path))


def section(path: Path, heading: str) -> str:
    """The part of a page below one `## heading`."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text_of(path), re.MULTILINE | re.DOTALL
    )
    assert found, f"{named(path)} lacks the heading “## {heading}”, which this test reads"
    return found[1]


def table(text: str, first_head: str) -> list[list[str]]:
    """The rows of the table whose first head is this, each as its cells; the head row first."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {first_head} |"):
            rows = [line]
            next(lines)
            for row in lines:
                if not row.startswith("|"):
                    break
                rows.append(row)
            return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    pytest.fail(f"no table with the first head “{first_head}”")


def difference(documented: set[str], there: set[str], place: str) -> str:
    """What to write or strike where, as a test's message; empty where both agree."""
    missing = [f"{place}: say something about {name}" for name in sorted(there - documented)]
    gone = [f"{place}: strike {name}, which is not there" for name in sorted(documented - there)]
    return "\n".join(missing + gone)


# Links, pictures and paths


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", running_text(path), re.MULTILINE)
    }


def test_every_relative_link_and_picture_leads_somewhere() -> None:
    faults = []
    for page in PAGES:
        for target in LINK.findall(running_text(page)):
            if re.match(r"[a-z]+:", target):
                continue
            address, _, anchor = target.partition("#")
            path = (page.parent / address).resolve() if address else page
            if not path.exists():
                faults.append(f"{named(page)}: there is no {target}; correct the link")
            elif anchor and anchor not in anchors(path):
                faults.append(f"{named(page)}: {named(path)} has no heading for #{anchor}")
    assert not faults, "\n".join(faults)


def paths_in(text: str) -> Iterator[str]:
    """Every path in backticks; one with a placeholder names no file."""
    for quoted in re.findall(r"`([^`\s]+)`", text):
        path = quoted.partition(":")[0].rstrip("/")
        if re.fullmatch(r"[\w.-]+(/[\w.*-]+)+", path) and (ROOT / path.split("/")[0]).exists():
            yield path


def test_every_path_in_backticks_is_a_file_of_the_project() -> None:
    faults = [
        f"{named(page)}: there is no {path}; name the file that does this now"
        for page in PAGES
        for path in paths_in(running_text(page))
        if path not in EXAMPLES and not any(ROOT.glob(path))
    ]
    assert not faults, "\n".join(faults)


def test_the_files_of_worked_examples_are_the_readers_to_make() -> None:
    quoted = {path for page in PAGES for path in paths_in(running_text(page))}
    assert quoted >= EXAMPLES, "strike from EXAMPLES what no page names any more"
    there = [path for path in EXAMPLES if (ROOT / path).exists()]
    assert not there, f"these exist now, so take another example: {there}"


def test_every_picture_is_small_is_made_by_the_script_and_is_shown() -> None:
    # The pictures of forms have a page, a script and a test of their own: test_docs_forms.py.
    there = {path.stem for path in IMAGES.glob("*.png") if not path.stem.startswith("form-")}
    made = set(re.findall(r'_(?:keep\(.*|write\()"([\w-]+)"', text_of(DOCS / "screenshots.py")))
    shown = {
        Path(target).stem
        for page in PAGES
        for target in LINK.findall(text_of(page))
        if target.endswith(".png") and "/form-" not in target
    }
    assert there == made, difference(made, there, "docs/screenshots.py (_keep)")
    assert there == shown, difference(shown, there, "README.md or README.zh-CN.md")
    large = {
        named(path): path.stat().st_size
        for path in IMAGES.glob("*.png")
        if path.stat().st_size > LARGEST_IMAGE
    }
    assert not large, f"run docs/screenshots.py, which makes pictures small: {large}"
    assert "python -m docs.screenshots" in text_of(README)


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    linked = {(README.parent / target).resolve() for target in LINK.findall(text_of(README))}
    index = DOCS / "decisions" / "README.md"
    linked |= {(index.parent / target).resolve() for target in LINK.findall(text_of(index))}
    faults = [
        f"link {named(page)} from {'docs/decisions/README.md' if 'decisions' in page.parts else 'README.md'}"
        for page in PAGES
        if page not in {README, *linked, ROOT / "README.zh-CN.md"}
    ]
    assert not faults, "\n".join(faults)


# Commands


def test_the_readme_has_every_command_of_make_with_its_options_and_no_other() -> None:
    source = text_of(ROOT / "make.py")
    rows = dict(
        re.findall(
            r"^\| `python3 make\.py ([\w-]+)(.*?)` \|", section(README, "Commands"), re.MULTILINE
        )
    )
    there = set(re.findall(r'commands\.add_parser\(\s*"([\w-]+)"', source))
    assert set(rows) == there, difference(set(rows), there, "README.md, Commands, make.py")
    options = set(re.findall(r'add_argument\("(--[\w-]+)"', source))
    documented = {option for rest in rows.values() for option in re.findall(r"--[\w-]+", rest)}
    assert documented == options, difference(documented, options, "README.md, Commands, make.py")


def test_the_readme_has_every_perf_command_with_its_options_and_no_other() -> None:
    rows = dict(
        re.findall(r"^\| `perf ([\w-]+)(.*?)` \|", section(README, "Commands"), re.MULTILINE)
    )
    place = "README.md, Commands, perf"
    assert set(rows) == set(group.commands), difference(set(rows), set(group.commands), place)
    for name, command in group.commands.items():
        options = {text for one in command.params for text in one.opts if text.startswith("--")}
        documented = set(re.findall(r"--[\w-]+", rows[name]))
        assert documented == options, difference(documented, options, f"{place} {name}")


def test_what_make_is_said_to_print_stands_in_the_code() -> None:
    printed = text_of(ROOT / "make.py") + text_of(ROOT / "perf" / "cli_demo.py")
    part = section(README, "Two commands")
    blocks = re.findall(r"```console\n(.*?)```", part, re.DOTALL)
    assert len(blocks) == 2, "README.md, Two commands: show the first start and a later one"
    for line in "".join(blocks).splitlines():
        words = re.match(r"[一-鿿]+", line)
        assert words is None or words[0] in printed, (
            f"README.md, Two commands: nothing prints “{line}”; take what make.py run prints now"
        )
    assert [role.value for role in Role] == re.findall(r"^  \S+\t(\w+)\t", blocks[0], re.MULTILINE)


def test_the_steps_of_make_test_stand_in_the_readme_in_their_order() -> None:
    titles = re.findall(r'report\.step\(\s*"([^"]+)"', text_of(ROOT / "make.py"))
    shown = re.findall(r"秒  通过  (.+)", section(README, "Two commands"))
    assert titles
    assert shown == titles, f"README.md, Two commands, make.py test: show {titles}"


# Settings


def test_every_variable_of_the_environment_is_in_the_deployment_page() -> None:
    sources = [*(ROOT / "perf").rglob("*.py"), ROOT / "make.py", ROOT / "tests" / "postgres.py"]
    used = {name for path in sources for name in re.findall(r"\bPERF_[A-Z_]+", text_of(path))}
    rows = table(text_of(DEPLOYMENT), "variable")[1:]
    documented = {row[0].strip("`") for row in rows}
    assert documented == used, difference(documented, used, "docs/deployment.md, Settings")
    unknown = {
        name for page in PAGES for name in re.findall(r"\bPERF_[A-Z_]+", text_of(page))
    } - used
    assert not unknown, f"no code reads {unknown}; strike it from the pages"


# The tables of architecture.md


def test_the_permission_table_is_the_codes() -> None:
    head, *rows = table(section(ARCHITECTURE, "Who may do what"), "permission")
    place = "docs/architecture.md, Who may do what"
    roles = {f"{role.value} {role.label}" for role in Role}
    assert set(head[1:]) == roles, difference(set(head[1:]), roles, f"{place}, the columns")
    documented = {
        f"{role.split()[0]}: {row[0].strip('`')}"
        for row in rows
        for role, mark in zip(head[1:], row[1:], strict=True)
        if mark == "●"
    }
    there = {f"{role}: {one}" for role, held in PERMISSIONS.items() for one in held}
    assert documented == there, difference(documented, there, place)
    listed = {row[0].strip("`") for row in rows}
    assert listed == set(Permission), difference(listed, set(Permission), place)


def test_the_workflow_table_is_the_codes_in_its_order() -> None:
    _, *rows = table(section(ARCHITECTURE, "The workflow"), "from")
    wanted = [
        [
            f"`{start}` {start.label}",
            f"`{action}` {action.label}",
            f"`{end}`",
            f"`{permission}`",
        ]
        for (start, action), (end, permission) in STEPS.items()
    ]
    expected = "\n".join(f"| {' | '.join(row)} |" for row in wanted)
    assert rows == wanted, f"docs/architecture.md, The workflow: the rows are\n{expected}"


# Packs and rooms


def test_every_rule_pack_is_listed_and_no_other() -> None:
    page = DOCS / "adding-a-rule-pack.md"
    documented = {row[0].strip("`") for row in table(text_of(page), "pack")[1:]}
    assert documented == set(PACKS), difference(documented, set(PACKS), named(page))


def test_every_room_is_on_the_map_of_the_house() -> None:
    part = section(README, "The map of the house")
    rooms = {
        f"perf/{path.name}/"
        for path in (ROOT / "perf").iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    documented = {row[0].strip("`") for row in table(part, "room")[1:]}
    place = "README.md, The map of the house"
    assert documented == rooms, difference(documented, rooms, place)
    modules = {
        "cli_*.py" if path.name.startswith("cli_") else path.name
        for path in (ROOT / "perf").glob("*.py")
    } - {"__init__.py"}
    single = set(re.findall(r"`([\w*]+\.py)`", part)) - {"make.py"}
    assert single == modules, difference(single, modules, place)


# Every file


def test_no_file_speaks_of_the_tools_it_was_made_with() -> None:
    faults = [
        f"{named(path)}:{number}: strike “{found[0]}”; the project speaks of itself alone"
        for path in own_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (found := OF_ELSEWHERE.search(line))
    ]
    assert not faults, "\n".join(faults)


def test_the_changes_begin_with_what_is_not_released_yet() -> None:
    version = re.search(r'^version = "(\d+\.\d+)', text_of(ROOT / "pyproject.toml"), re.MULTILINE)
    heads = re.findall(r"^## (.+)$", text_of(ROOT / "CHANGES.md"), re.MULTILINE)
    assert version
    assert version[1] in heads[0], f"CHANGES.md: the first heading names version {version[1]}"
