"""Alembic's environment: a connection of its own, and SQLite's foreign keys off around it."""

from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, create_engine, pool

from perf.models import Base
from perf.models.history_triggers import drop_history
from perf.models.triggers import install_triggers
from perf.models.types import Exact, Scaled, UtcDateTime

config = context.config


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types as what they are in the database."""
    if kind == "type" and isinstance(item, Scaled):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Exact):
        return "sa.String(length=80)"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations over this connection, then let SQLite check its foreign keys."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.connection.driver_connection.isolation_level = None
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        drop_history(connection)
        context.run_migrations()
        install_triggers(connection)
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"migration left dangling references: {broken[:5]}")
    connection.commit()


engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=pool.NullPool)
with engine.connect() as connection:
    run(connection)
