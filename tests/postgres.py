"""A PostgreSQL server for tests: the one that is named, else one of their own, stopped at exit."""

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

VARIABLE = "PERF_TEST_POSTGRES_URL"
MISSING = f"没有找到 PostgreSQL 服务器程序：请安装 Debian 软件包 postgresql，或用环境变量 {VARIABLE} 指定一个可建库的服务器。"
# Rows alone go: triggers and foreign keys, which would refuse, do not see it. Whoever still holds
# a transaction open is ended first, or the deletion would wait for it.
_EMPTY = """
DO $$
DECLARE
  one text;
  is_filled boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO is_filled;
    IF is_filled THEN
      EXECUTE format('DELETE FROM %I', one);
    END IF;
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
  LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one);
  END LOOP;
END $$
"""
# Nothing here has to survive a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    "shared_buffers": "64MB",
}


class NoServerError(RuntimeError):
    """There is no PostgreSQL to test with; says what to install."""


@cache
def postgres_url() -> str:
    """An SQLAlchemy URL of a server's own `postgres` database, with the right to create more.

    PERF_TEST_POSTGRES_URL where it is set; otherwise a server is started, one a process (each
    xdist worker has its own), reached over a Unix socket in a folder that only it uses.
    Raises NoServerError where there is none to start.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return (
            make_url(named)
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )
    return _start(_programs())


@contextmanager
def fresh_database(template: str | None = None, name: str | None = None) -> Iterator[str]:
    """The URL of a new database, dropped afterwards; a copy of `template` where one is named.

    Without a `name` it gets one that nobody else has.
    """
    name = name or f"perf_{os.getpid()}_{uuid.uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) + _copying()
    _execute(create)
    try:
        yield make_url(postgres_url()).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def template_database(prepare: Callable[[str], None]) -> Iterator[str]:
    """The name of a database that `prepare(url)` filled once, for `fresh_database` to copy.

    Copying takes some hundredths of a second where migrating takes one or more; `prepare` must
    leave no connection open, or the copies are refused.
    """
    with fresh_database() as url:
        prepare(url)
        name = make_url(url).database
        assert name is not None
        yield name


@contextmanager
def emptied_database(template: str, name: str) -> Iterator[Callable[[], None]]:
    """One database for many tests, a copy of `template`, which has no rows; call to empty it.

    Emptying takes a tenth of what dropping and copying take, and connections stay open. It leaves
    tables as they are: a test that changes the schema takes a `fresh_database`.
    """
    with fresh_database(template, name) as url, _connection(url) as connection:

        def empty() -> None:
            connection.execute(_EMPTY)

        yield empty


@cache
def _copying() -> sql.SQL:
    """Copy the files where the server has a choice: without fsync a fifth of logging each page."""
    with _connection() as connection:
        has_choice = connection.info.server_version >= 150_000
    return sql.SQL(" STRATEGY file_copy" if has_choice else "")


def _execute(statement: sql.Composed) -> None:
    with _connection() as connection:
        connection.execute(statement)


def _connection(url: str | None = None) -> psycopg.Connection[tuple[object, ...]]:
    server = make_url(url or postgres_url()).set(drivername="postgresql")
    return psycopg.connect(server.render_as_string(hide_password=False), autocommit=True)


def _programs(debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder of initdb and pg_ctl: Debian's newest version, else the search path's."""
    versions = [found.parent for found in debian.glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise NoServerError(MISSING)
    return Path(found).resolve().parent


def _start(programs: Path) -> str:
    folder = Path(tempfile.mkdtemp(prefix="perf-postgres-"))
    user, group = _hand_over(folder)

    def run(*command: str) -> None:
        with (folder / "log").open("ab") as log:
            done = subprocess.run(
                command,
                cwd=folder,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            logs = sorted(folder.glob("*log"))
            raise RuntimeError("\n".join(log.read_text(errors="replace") for log in logs))

    def stop() -> None:
        try:
            run(pg_ctl, "stop", "-D", data, "-m", "immediate")
        finally:
            shutil.rmtree(folder)

    initdb, pg_ctl, data = str(programs / "initdb"), str(programs / "pg_ctl"), str(folder / "data")
    run(initdb, "-D", data, "-U", "perf", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    atexit.register(stop)
    run(pg_ctl, "start", "-w", "-D", data, "-l", "server.log", "-o", f"-k '{folder}' {options}")
    return URL.create(
        "postgresql+psycopg", username="perf", database="postgres", query={"host": str(folder)}
    ).render_as_string(hide_password=False)


def _hand_over(folder: Path) -> tuple[str | None, str | None]:
    """Give the folder to whom the server runs as: PostgreSQL refuses root, so somebody lesser."""
    if os.geteuid() != 0:
        return None, None
    for user, group in (("postgres", "postgres"), ("nobody", "nogroup"), ("nobody", "nobody")):
        try:
            shutil.chown(folder, user, group)
        except LookupError:
            continue
        return user, group
    raise NoServerError("PostgreSQL 不能以 root 运行：请建立用户 postgres。")
