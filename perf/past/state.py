"""What the tables said at a past moment: the rows there are, with every later change taken back."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Column, Table
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from perf.database import stored_moment
from perf.models import LedgerChain, LedgerEntry, RowHistory, Snapshot
from perf.models.history import SECRETS, is_owned, kept_tables
from perf.models.types import UtcDateTime

Row = dict[str, Any]


def tables_at(
    session: Session, moment: datetime, unit_id: int | None
) -> Iterator[tuple[Table, list[Row]]]:
    """Each table with its rows as they stood just before the moment, as SQLite stores values.

    With a unit: its own rows and what all units share; without one everything. The secrets of
    people are blank. For a moment before the history began it gives the oldest that is known.
    """
    source = _Source(session, moment, unit_id)
    tables = {table.name: table for table in kept_tables()}
    said = {name: source.present(table) for name, table in tables.items()}
    for name, row_id, was in source.later_changes():
        if name in said:
            _take_back(said[name], row_id, was)
    for name, table in tables.items():
        yield table, [source.whole(table, row) for row in said[name].values()]
    yield from source.added()


def _take_back(rows: dict[int, Row], row_id: int, was: Row | None) -> None:
    """Undo one change: the row did not exist, was another, or was there and is gone."""
    if was is None:
        rows.pop(row_id, None)
    elif row_id in rows:
        rows[row_id].update(was)
    else:
        rows[row_id] = was


class _Source:
    """The database as it stands, read as plain values: they are only stored again."""

    def __init__(self, session: Session, moment: datetime, unit_id: int | None) -> None:
        self._session = session
        self._moment = moment
        self._unit_id = unit_id
        self._is_sqlite = session.connection().dialect.name == "sqlite"

    def present(self, table: Table, added: str = "") -> dict[int, Row]:
        """The table's rows by id; of one that only grows, those `added` before the moment."""
        names = [column.name for column in table.c if column.name not in SECRETS]
        plain = sa.table(table.name, *(sa.column(name) for name in names))
        query = sa.select(plain)
        if self._unit_id is not None and is_owned(table):
            query = query.where(plain.c.unit_id == self._unit_id)
        elif self._unit_id is not None and table.name == LedgerEntry.__tablename__:
            unit = plain.c.unit_id
            query = query.where(sa.or_(unit == self._unit_id, unit.is_(None)))
        if added:
            moment = stored_moment(self._moment) if self._is_sqlite else self._moment
            query = query.where(plain.c[added] < moment)
        rows = self._session.connection().execute(query)
        return {row.id: dict(zip(names, row, strict=True)) for row in rows}

    def later_changes(self) -> Iterator[tuple[str, int, Row | None]]:
        """Each later change's table, row and old values, the last first."""
        query = (
            sa.select(RowHistory.table_name, RowHistory.row_id, RowHistory.was)
            .where(RowHistory.until >= self._moment)
            .order_by(RowHistory.id.desc())
        )
        if self._unit_id is not None:
            owner = RowHistory.unit_id
            query = query.where(sa.or_(owner == self._unit_id, owner.is_(None)))
        yield from (tuple(row) for row in self._session.execute(query))

    def added(self) -> Iterator[tuple[Table, list[Row]]]:
        """The tables that only grow, and the counters that follow from them."""
        for model, added in ((Snapshot, "taken_at"), (LedgerEntry, "at")):
            table = cast("Table", model.__table__)
            rows = self.present(table, added)
            yield table, [self.whole(table, row) for row in rows.values()]
        last: dict[int, int] = {}
        for row in rows.values():
            last[row["chain"]] = max(row["seq"], last.get(row["chain"], 0))
        chains = [{"id": chain, "last_seq": seq} for chain, seq in last.items()]
        yield cast("Table", LedgerChain.__table__), chains

    def whole(self, table: Table, row: Row) -> Row:
        """The row with a value for each column there is today, as SQLite stores it."""
        return {
            column.name: self._stored(column, row[column.name])
            if column.name in row
            else _nothing(column)
            for column in table.c
        }

    def _stored(self, column: Column[Any], value: Any) -> Any:
        """A value of the row or of its history; PostgreSQL and its JSON spell some differently."""
        if self._is_sqlite or value is None:
            return value
        if isinstance(column.type, UtcDateTime):
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            return stored_moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False)
        return int(value) if isinstance(value, bool) else value


def _nothing(column: Column[Any]) -> Any:
    """What stands for a secret, or in a column that is younger than the row."""
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return None if column.nullable else ""
