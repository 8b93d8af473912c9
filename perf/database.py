"""How transactions begin: SQLite's own rules, a writing one waits its turn, and each has a time."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from perf import clock
from perf.models.history_triggers import MOMENT_FUNCTION, MOMENT_SETTING

_WRITING = "perf_writing"
# The time of the running transaction, in what a connection remembers.
_MOMENT = "perf_moment"


def prepare_engine(engine: Engine) -> None:
    """Give a SQLite engine write-ahead logging, foreign keys and transactions of our own.

    The driver's transaction handling is off, so that BEGIN, savepoints and rollback mean what
    they say; other databases have that. The triggers of the history are told the time: one moment
    a transaction, or that at which the clock is held.
    """
    if engine.dialect.name != "sqlite":
        _tell_the_held_clock(engine)
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.create_function(
            MOMENT_FUNCTION, 0, lambda: _held_moment() or record.info[_MOMENT]
        )
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
        # Only now: whoever waited for the write lock comes after whoever held it.
        connection.info[_MOMENT] = stored_moment(clock.now())


def stored_moment(moment: datetime) -> str:
    """An aware moment as SQLite's tables hold it, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _held_moment() -> str:
    held = clock.held()
    return stored_moment(held) if held else ""


def _tell_the_held_clock(engine: Engine) -> None:
    """On PostgreSQL: tell the transaction where the clock is held; a running one tells nothing."""

    @event.listens_for(engine, "begin")
    @event.listens_for(engine, "rollback_savepoint")
    def on_begin(connection: Connection, *_rest: Any) -> None:
        # A setting goes with the transaction, or the savepoint, in which it was made.
        connection.info[_MOMENT] = None

    @event.listens_for(engine, "before_cursor_execute")
    def before_statement(connection: Connection, *_rest: Any) -> None:
        held = clock.held()
        if held == connection.info.get(_MOMENT):
            return
        connection.info[_MOMENT] = held
        text = held.isoformat() if held else ""
        cursor = connection.connection.cursor()
        cursor.execute("SELECT set_config(%s, %s, true)", (MOMENT_SETTING, text))
        cursor.close()


def begin_writing(session: Session) -> None:
    """End a reading transaction and begin one that may write.

    On SQLite it takes the write lock before its first query: a transaction that reads first
    and writes later is refused ("database is locked") as soon as somebody else has written.
    """
    session.rollback()
    session.connection(execution_options={_WRITING: True})
