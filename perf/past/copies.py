"""Copies of past days: SQLite files under the data folder, made when first asked for."""

import hashlib
import os
import sqlite3
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, NullPool, Table, UniqueConstraint, create_engine, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from perf.models import Base, LedgerEntry, RowHistory
from perf.past.days import end_of
from perf.past.state import Row, tables_at

KEPT_FILES = 20
"""So many copies lie in the data folder at most; the one not looked at for longest goes first."""
_OPEN_ENGINES = 8
_engines: OrderedDict[Path, Engine] = OrderedDict()
_lock = threading.Lock()


def copy_of(session: Session, data_dir: Path, day: date, unit_id: int | None) -> Path:
    """The file with what stood at the day's end, of one unit or of all; made where it is missing.

    Only for a day that is over: what it said changes no more, so that a file stays right.
    """
    folder = data_dir / "past"
    path = folder / f"{day}-{unit_id or 'all'}-{_mark(session, day)}.sqlite3"
    if path.exists():
        path.touch()
        return path
    folder.mkdir(mode=0o700, exist_ok=True)
    # Written beside and renamed: nobody reads half of it, and two who ask at once do no harm.
    unfinished = folder / f"{uuid.uuid4().hex}.tmp"
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _write(unfinished, tables_at(session, end_of(day), unit_id))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _remove_oldest(folder)
    return path


def engine_of(path: Path) -> Engine:
    """An engine that reads the file and cannot write it; the last few are kept for their caches."""
    with _lock:
        engine = _engines.pop(path, None)
        if engine is None:
            address = f"{path.as_uri()}?mode=ro&immutable=1"
            engine = create_engine(
                "sqlite://",
                creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
                poolclass=NullPool,
            )
        _engines[path] = engine
        while len(_engines) > _OPEN_ENGINES:
            _engines.popitem(last=False)[1].dispose()
    return engine


def _mark(session: Session, day: date) -> str:
    """Tells apart what a copy follows from: the tables' shape, and the last change before it.

    Another database in the place of this one, as after a restore, has another last change.
    """
    moment = end_of(day)
    last = session.execute(
        select(RowHistory.id, RowHistory.until)
        .where(RowHistory.unit_id.is_(None), RowHistory.until < moment)
        .order_by(RowHistory.until.desc(), RowHistory.id.desc())
        .limit(1)
    ).first()
    told = session.execute(
        select(LedgerEntry.id, LedgerEntry.at)
        .where(LedgerEntry.at < moment)
        .order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc())
        .limit(1)
    ).first()
    said = repr((_shape(), last and tuple(last), told and tuple(told)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _shape() -> list[str]:
    return [f"{table.name} {' '.join(table.c.keys())}" for table in Base.metadata.sorted_tables]


def _write(path: Path, tables: Iterable[tuple[Table, list[Row]]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    # A file that is not finished is thrown away, so nothing needs to be safe from a crash.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("BEGIN")
    for table in Base.metadata.sorted_tables:
        connection.execute(_definition(table))
    for table, rows in tables:
        names = [column.name for column in table.c]
        insertion = str(table.insert().compile(dialect=sqlite.dialect()))
        values = (tuple(row[name] for name in names) for row in rows)
        connection.executemany(insertion, values)
    for table in Base.metadata.sorted_tables:
        for statement in _indexes(table):
            connection.execute(statement)
    connection.execute("COMMIT")
    connection.close()


def _definition(table: Table) -> str:
    """The table without its constraints: what it held was held to those of its own time."""
    kinds = (
        f'"{column.name}" {column.type.compile(sqlite.dialect())}'
        + (" PRIMARY KEY" if column.primary_key else "")
        for column in table.c
    )
    return f"CREATE TABLE {table.name} ({', '.join(kinds)})"


def _indexes(table: Table) -> list[str]:
    found = [list(index.columns.keys()) for index in table.indexes]
    found += [
        list(each.columns.keys())
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    statements = []
    for number, names in enumerate(found):
        columns = ", ".join(f'"{name}"' for name in names)
        statements.append(f"CREATE INDEX ix_{table.name}_{number} ON {table.name} ({columns})")
    return statements


def _remove_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT_FILES:]:
        path.unlink(missing_ok=True)
