"""The house stays as it was drawn: who may import whom, and what never stands in which room."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent


class Room(NamedTuple):
    """What a room may import: other rooms of perf, and packages that are not Python's own."""

    rooms: frozenset[str]
    packages: frozenset[str]


def room(rooms: str = "", packages: str = "") -> Room:
    return Room(frozenset(rooms.split()), frozenset(packages.split()))


# Only these packages know a request; only the rooms that name them here may import them.
FLASK = (
    "flask flask_limiter flask_login flask_migrate flask_sqlalchemy flask_wtf werkzeug jinja2 "
    "markupsafe wtforms click alembic"
)
INNER = "core formulas models queries services documents charts clock config database"
ROOMS = {
    "core": room(),
    "clock": room(),
    "config": room(),
    "mail": room("core clock"),
    "formulas": room("core", "lark"),
    "models": room("core", "sqlalchemy"),
    "database": room("models clock", "sqlalchemy"),
    "queries": room("models core clock", "sqlalchemy"),
    "services": room("queries models formulas core clock", "sqlalchemy argon2 chinese_calendar"),
    "charts": room("core"),
    "documents": room(
        "charts formulas core",
        "openpyxl pdfplumber pylopdf_fonts_zh_cn pypdfium2 typst xlsxwriter",
    ),
    "archives": room(
        "documents services queries models core clock config database", "sqlalchemy xlsxwriter"
    ),
    "past": room("models clock database", "sqlalchemy"),
    "extensions": room("models", f"sqlalchemy {FLASK}"),
    "web": room(f"{INNER} archives past extensions", f"sqlalchemy {FLASK}"),
    "api": room(f"{INNER} extensions", f"sqlalchemy flask_smorest marshmallow webargs {FLASK}"),
    "cli": room(f"{INNER} archives extensions mail", f"sqlalchemy {FLASK}"),
    "app": room(f"{INNER} archives extensions web api cli", f"sqlalchemy {FLASK}"),
}
NEVER_COMMIT = {"core", "formulas", "models", "queries", "services", "documents", "charts"}


# Python files


def room_of(path: PurePosixPath) -> str:
    """`perf/core/terms.py` → core, `perf/cli_x.py` → cli, `perf/__init__.py` → the empty name."""
    name = path.parts[1] if len(path.parts) > 2 else re.sub("^cli_.*", "cli", path.stem)
    return "" if name == "__init__" else name


def imports(tree: ast.AST, path: PurePosixPath) -> Iterator[tuple[int, str]]:
    """Each imported module with its line, relative ones resolved."""
    package = list(path.parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module == "perf":
                yield from ((node.lineno, f"perf.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def import_faults(source: str, path: PurePosixPath) -> list[str]:
    """Every import of a file of perf/ that its room may not make."""
    name = room_of(path)
    if name and name not in ROOMS:
        return [
            f"{path}: the room “{name}” is not in the table ROOMS; say there what it may import"
        ]
    allowed = ROOMS.get(name, room())
    faults = []
    for line, module in imports(ast.parse(source), path):
        first, *rest = module.split(".")
        if first == "perf":
            other = re.sub("^cli_.*", "cli", rest[0]) if rest else ""
            fine = other == name or other in allowed.rooms
        else:
            fine = first in allowed.packages or (first in sys.stdlib_module_names and name != "")
        if not fine:
            faults.append(f"{path}:{line}: {name or 'perf/__init__.py'} may not import {module}")
    return faults


def core_faults(source: str, path: PurePosixPath) -> list[str]:
    """Floats and clocks in perf/core, where figures are exact and `today` is an argument."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            faults.append(f"{path}:{node.lineno}: a float literal; write Decimal(“…”)")
        elif isinstance(node, ast.Name) and node.id == "float":
            faults.append(f"{path}:{node.lineno}: float; figures are Decimal")
        elif isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}:
            faults.append(f"{path}:{node.lineno}: .{node.attr}; the day is an argument")
    return faults


def commit_faults(source: str, path: PurePosixPath) -> list[str]:
    """Commits inside a change: the outermost caller commits, once."""
    return [
        f"{path}:{node.lineno}: .commit(; the caller commits, a service flushes"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]


def python_files(folder: str) -> list[tuple[str, PurePosixPath]]:
    found = [
        (path.read_text(encoding="utf-8"), PurePosixPath(path.relative_to(ROOT).as_posix()))
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert found, f"{folder} has no Python files"
    return found


def test_every_room_imports_only_what_the_table_allows() -> None:
    faults = [fault for file in python_files("perf") for fault in import_faults(*file)]
    assert not faults, "\n".join(faults)


def test_the_core_knows_neither_floats_nor_the_day() -> None:
    faults = [fault for file in python_files("perf/core") for fault in core_faults(*file)]
    assert not faults, "\n".join(faults)


def test_only_the_outermost_caller_commits() -> None:
    faults = [
        fault
        for file in python_files("perf")
        if room_of(file[1]) in NEVER_COMMIT
        for fault in commit_faults(*file)
    ]
    assert not faults, "\n".join(faults)


def test_the_core_runs_on_bare_python() -> None:
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for _, path in python_files("perf/core")
    ]
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(names)}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("perf/core/a.py", "import sqlalchemy", "core may not import sqlalchemy"),
        ("perf/core/a.py", "from perf.models import Plan", "core may not import perf.models"),
        ("perf/core/a.py", "from ..models import Plan", "core may not import perf.models"),
        ("perf/core/a.py", "from perf import clock", "core may not import perf.clock"),
        ("perf/documents/forms/a.py", "from sqlalchemy import select", "import sqlalchemy"),
        ("perf/documents/a.py", "import perf.queries.plans", "import perf.queries.plans"),
        ("perf/services/a.py", "from flask_login import current_user", "import flask_login"),
        ("perf/services/a.py", "def f():\n    import flask", "a.py:2: services may not"),
        ("perf/queries/a.py", "from perf.services.plans import x", "queries may not import"),
        ("perf/models/a.py", "from flask_sqlalchemy import SQLAlchemy", "models may not import"),
        ("perf/web/a.py", "import perf.cli", "web may not import perf.cli"),
        ("perf/__init__.py", "import os", "perf/__init__.py may not import os"),
        ("perf/managers/a.py", "import os", "not in the table"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str, fault: str) -> None:
    (found,) = import_faults(source, PurePosixPath(path))
    assert fault in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("perf/core/a.py", "import decimal\nfrom perf.core.terms import Role\nfrom .b import c"),
        ("perf/web/a.py", "from flask import request\nfrom perf.services import plans"),
        ("perf/services/a.py", "from perf import clock\nfrom sqlalchemy.orm import Session"),
    ],
)
def test_a_right_import_is_let_through(path: str, source: str) -> None:
    assert not import_faults(source, PurePosixPath(path))


@pytest.mark.parametrize(
    "source", ["x = 0.5", "x = float('1')", "def f(x: float): ...", "date.today()", "datetime.now"]
)
def test_a_float_or_a_clock_in_the_core_is_found(source: str) -> None:
    assert core_faults(source, PurePosixPath("perf/core/a.py"))


def test_decimals_and_whole_numbers_in_the_core_are_let_through() -> None:
    assert not core_faults("x = Decimal('0.5') + 2", PurePosixPath("perf/core/a.py"))


def test_a_commit_in_a_service_is_found() -> None:
    path = PurePosixPath("perf/services/a.py")
    assert commit_faults("def f(session):\n    session.commit()", path)
    assert not commit_faults("def f(session):\n    session.flush()", path)


# Templates

TEMPLATE_RULES = {
    "a style attribute; give it a class": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element; there is one stylesheet": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script; it goes into perf/static": re.compile(
        r"<script\b(?![^>]*\ssrc\s*=)", re.IGNORECASE
    ),
    "an inline handler; it goes into perf/static": re.compile(
        r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE
    ),
    "text let through unescaped": re.compile(r"\|\s*safe\b|\bautoescape\s+false\b"),
    "something from another machine": re.compile(
        r"\b(?:src|srcset|href|action|formaction|data)\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE
    ),
    "a status compared; ask the workflow's functions": re.compile(
        r"\bstatus(?:\.\w+)*\s*(?:==|!=|\bnot\s+in\b|\bis\s+(?:not\s+)?(?:eq|equalto|in|ne|sameas)\b)"
        r"|(?<!for )\bstatus(?:\.\w+)*\s+in\b"
        r"|(?:==|!=)\s*(?:\w+\.)*status\b"
    ),
}


def template_faults(source: str, path: str) -> list[str]:
    """Every breach of the strict content policy or of the workflow's sole say in a template."""
    shown = re.sub(
        r"\{#.*?#\}", lambda note: "\n" * note.group().count("\n"), source, flags=re.DOTALL
    )
    return [
        f"{path}:{shown.count(chr(10), 0, found.start()) + 1}: {rule}"
        for rule, pattern in TEMPLATE_RULES.items()
        for found in pattern.finditer(shown)
    ]


def test_templates_keep_the_content_policy_and_compare_no_status() -> None:
    templates = sorted((ROOT / "templates").rglob("*.*"))
    assert templates
    faults = [
        fault
        for path in templates
        for fault in template_faults(
            path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        )
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">',
        "<p\nstyle='x'>",
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        "<script type='module'>x()</script>",
        '<button onclick="x()">',
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape false %}",
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//cdn.example/x.css">',
        '{% if plan.status == "draft" %}',
        '{% if plan.status.value != "draft" %}',
        "{% if 'draft' == status %}",
        "{% if plan.status in ['draft'] %}",
        "{% if plan.status not in done %}",
        "{% if status is sameas draft %}",
    ],
)
def test_a_fault_in_a_template_is_found(source: str) -> None:
    assert template_faults(f"<h1>页</h1>\n{source}", "a.html")[0].startswith("a.html:2: ")


@pytest.mark.parametrize(
    "source",
    [
        '<p class="style">{{ plan.status.label }}</p>',
        "<script type=\"module\" src=\"{{ url_for('static', filename='grid/main.js') }}\"></script>",
        "{% for status in statuses %}{{ status_badge(status) }}{% endfor %}",
        "{# no plan.status == here, and no |safe #}",
        '<svg xmlns="http://www.w3.org/2000/svg" width="3">',
        "<a href=\"{{ url_for('plans.show', plan_id=plan.id) }}\">项目</a>",
        "{% if plan.status is none %}",
    ],
)
def test_a_sound_template_is_let_through(source: str) -> None:
    assert not template_faults(source, "a.html")


# Every committed file

TEXT = {".css", ".html", ".in", ".js", ".json", ".mako", ".md", ".py", ".svg", ".toml", ".txt"}
TEXT |= {".cfg", ".csv", ".ini", ".sh", ".yml", ""}
NOT_OURS = {"instance", "build", "dist", "htmlcov", "artifacts", "__pycache__", "node_modules"}
# Each pattern is written so that it does not find itself.
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.>)}-])/(?:wor[k]|tm[p]|roo[t])/"),
    "a package registry's host": re.compile(
        r"py[p]i\.org|python[h]osted|npm[j]s\.(?:org|com)|deb\.debian[.]org|tsinghua[.]edu"
    ),
    "a number of a ticket": re.compile(r"\b(?:issue[s]?|closes|fixes)\s+#?\d", re.IGNORECASE),
}


def foreign_faults(source: str, path: str) -> list[str]:
    """Words about the place where the project was made instead of about the project."""
    return [
        f"{path}:{source.count(chr(10), 0, found.start()) + 1}: {rule}: {found.group()}"
        for rule, pattern in FOREIGN.items()
        for found in pattern.finditer(source)
    ]


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    """The project's text files, without asking git, which an unpacked archive does not have."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name == ".ci" or not (path.name.startswith(".") or path.name in NOT_OURS):
                yield from own_files(path)
        elif path.suffix in TEXT and not path.name.startswith("."):
            yield path


def test_the_project_speaks_of_itself_alone() -> None:
    files = list(own_files())
    assert ROOT / ".ci" / "run" in files
    faults = [
        fault
        for path in files
        for fault in foreign_faults(
            path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        )
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "source",
    [
        "see /" + "tmp/notes.txt",
        "cd /" + "work/main",
        "--index-url https://" + "pypi" + ".org/simple",
        "as asked in issue " + "2",
        "closes " + "#" + "12",
    ],
)
def test_a_word_of_elsewhere_is_found(source: str) -> None:
    assert foreign_faults(source, "notes.md")


@pytest.mark.parametrize(
    "source",
    [
        "the issue date, docs/work/, `<data>/tmp/x`, the color #123456, &#39; and a # heading",
        "a database session; http://127.0.0.1:8000/",
    ],
)
def test_a_plain_text_is_let_through(source: str) -> None:
    assert not foreign_faults(source, "notes.md")
