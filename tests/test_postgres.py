"""The tests' own PostgreSQL server is a real one, and its databases are apart."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests import postgres

pytestmark = pytest.mark.postgres


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements[:-1]:
            connection.execute(text(statement))
        rows = [tuple(row) for row in connection.execute(text(statements[-1]))]
    engine.dispose()
    return rows


def fill(url: str) -> None:
    execute(url, "CREATE TABLE item (name text)", "INSERT INTO item VALUES ('绩效') RETURNING name")


def test_the_server_answers_and_is_postgresql_15_or_newer() -> None:
    ((version, encoding),) = execute(
        postgres.postgres_url(),
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')",
    )
    assert isinstance(version, int)
    assert version >= 150000
    assert encoding == "UTF8"


def test_the_second_call_reaches_the_same_server() -> None:
    assert postgres.postgres_url() == postgres.postgres_url()


def test_databases_do_not_see_each_other_and_are_gone_afterwards() -> None:
    with postgres.fresh_database() as one, postgres.fresh_database() as other:
        fill(one)
        assert execute(other, "SELECT to_regclass('item')") == [(None,)]
        names = {make_url(url).database for url in (one, other)}
        left = "SELECT datname FROM pg_database"
        assert names <= {row[0] for row in execute(postgres.postgres_url(), left)}
    assert not names & {row[0] for row in execute(postgres.postgres_url(), left)}


def test_copies_of_a_template_begin_filled_and_part_ways() -> None:
    with postgres.template_database(fill) as template:
        with postgres.fresh_database(template) as copy:
            assert execute(copy, "DELETE FROM item RETURNING name") == [("绩效",)]
        with postgres.fresh_database(template) as copy:
            assert execute(copy, "SELECT name FROM item") == [("绩效",)]


def test_a_named_server_is_taken_with_our_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.VARIABLE, "postgresql://someone:secret@db.example/postgres")
    assert postgres.postgres_url.__wrapped__() == (
        "postgresql+psycopg://someone:secret@db.example/postgres"
    )


def test_a_missing_server_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgres.NoServerError, match="请安装 Debian 软件包 postgresql"):
        postgres._programs(debian=tmp_path)
