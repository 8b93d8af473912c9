"""How transactions begin: SQLite's own rules, and a writing transaction that waits its turn."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

_WRITING = "perf_writing"


def prepare_engine(engine: Engine) -> None:
    """Give a SQLite engine write-ahead logging, foreign keys and transactions of our own.

    The driver's transaction handling is off, so that BEGIN, savepoints and rollback mean what
    they say; other databases need nothing.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 15000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def begin_writing(session: Session) -> None:
    """End a reading transaction and begin one that may write.

    On SQLite it takes the write lock before its first query: a transaction that reads first
    and writes later is refused ("database is locked") as soon as somebody else has written.
    """
    session.rollback()
    session.connection(execution_options={_WRITING: True})
