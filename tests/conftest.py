"""An application and a database for each test: the migrated template, copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from perf.app import create_app
from perf.extensions import db
from tests import postgres
from tests.pages import Browserless


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


@pytest.fixture
def database_url(database_kind: str, template: str, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database of this test's own."""
    if database_kind == "postgres":
        with postgres.fresh_database(template) as url:
            yield url
    else:
        shutil.copyfile(template, tmp_path / "perf.sqlite3")
        yield f"sqlite:///{tmp_path / 'perf.sqlite3'}"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = make_app(database_url, tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[object]:
    """The database session of a service test; web tests use `browse` and their own look-ups."""
    with app.app_context():
        yield db.session


@pytest.fixture
def browse(app: Flask) -> Browserless:
    """`browse(user)` gives a signed-in client whose every page is checked."""
    return Browserless(app)
