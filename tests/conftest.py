"""An application and a database for each test: the migrated template, copied."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from perf.app import create_app
from perf.extensions import db
from perf.web import workbench
from tests import postgres
from tests.ledger_guard import LedgerGuard, watched_ledger
from tests.pages import Browserless

LONG = {"test_first_start.py", "test_hostile_input.py", "test_filled_layouts.py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.config.getoption("--database")


@pytest.fixture(scope="session")
def template(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The path or name of a database migrated to head, which every test gets its own copy of."""
    folder = tmp_path_factory.mktemp("template")

    def migrate(url: str) -> None:
        app = make_app(url, folder)
        with app.app_context():
            upgrade()
            db.engine.dispose()

    if database_kind == "postgres":
        with postgres.template_database(migrate) as name:
            yield name
    else:
        migrate(f"sqlite:///{folder / 'perf.sqlite3'}")
        yield str(folder / "perf.sqlite3")


def make_app(url: str, data_dir: Path) -> Flask:
    return create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "SQLALCHEMY_DATABASE_URI": url,
            "DATA_DIR": data_dir,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
        }
    )


@dataclass(frozen=True)
class Home:
    """Where the tests' database lies: always the same place, made new before each test."""

    url: str
    renew: Callable[[], None]


@pytest.fixture(scope="session")
def home(
    database_kind: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """The one place of this worker's databases."""
    if database_kind == "postgres":
        name = f"perf_home_{os.getpid()}"
        with postgres.emptied_database(template, name) as empty:
            url = make_url(postgres.postgres_url()).set(database=name)
            yield Home(url.render_as_string(hide_password=False), empty)
        return
    place = tmp_path_factory.mktemp("home") / "perf.sqlite3"

    def copy_again() -> None:
        for leftover in (place, Path(f"{place}-wal"), Path(f"{place}-shm")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(template, place)

    yield Home(f"sqlite:///{place}", copy_again)


@pytest.fixture
def database_url(home: Home) -> str:
    """An empty, migrated database of this test's own."""
    home.renew()
    return home.url


@pytest.fixture(scope="session")
def shared_app(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all tests: making it and compiling its pages takes longer than a test."""
    shared = make_app(home.url, tmp_path_factory.mktemp("data"))
    yield shared
    with shared.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def ledger_guard() -> Iterator[LedgerGuard]:
    """No test passes in which the application changes a row and the ledger does not say so."""
    with watched_ledger() as guard:
        yield guard
    assert guard.untold == [], "changed without a word in the ledger"


@pytest.fixture
def app(
    shared_app: Flask, database_kind: str, database_url: str, tmp_path: Path
) -> Iterator[Flask]:
    """The application over this test's own database and data folder, its settings untouched."""
    settings = dict(shared_app.config)
    workbench.forget()
    shared_app.config["DATA_DIR"] = tmp_path
    yield shared_app
    shared_app.config.clear()
    shared_app.config.update(settings)
    with shared_app.app_context():
        db.session.remove()
        if database_kind == "sqlite":
            # The next test's file is another one under the same name.
            db.engine.dispose()


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of this test's own, for tests that change the application itself."""
    own = make_app(database_url, tmp_path)
    yield own
    with own.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask, ledger_guard: LedgerGuard) -> Iterator[object]:
    """The database session of a service test; web tests use `browse` and their own look-ups."""
    with app.app_context():
        yield db.session
        # A service never commits; what it has left is judged before it is undone.
        db.session.flush()
        ledger_guard.judge()


@pytest.fixture
def browse(app: Flask) -> Browserless:
    """`browse(user)` gives a signed-in client whose every page is checked."""
    return Browserless(app)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests first, or one worker has them left when the others are done.

    On PostgreSQL what touches no database is left out: it has run with SQLite.

    And the documents' tests of a file stay on one worker where workers share
    (`--dist=loadgroup`): they use what LibreOffice made for the first of them.
    """
    if config.getoption("--database") == "postgres":
        apart = [item for item in items if "database_kind" not in _fixtures_of(item)]
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if "database_kind" in _fixtures_of(item)]
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        if item.path.parent.name == "documents" or item.path.name == "test_first_start.py":
            item.add_marker(pytest.mark.xdist_group(item.path.name))


def _fixtures_of(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later garbage collection."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
