"""Triggers that keep the ledger, the snapshots and published rule packs as they are."""

from sqlalchemy import Connection, inspect

from perf.models.history_triggers import install_history

APPEND_ONLY = ("ledger_entry", "snapshot", "row_history")
# Tables whose rows are final once this column says when.
FINAL_ONCE = {"local_pack": "published_at"}
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$ LANGUAGE plpgsql
"""


def install_triggers(connection: Connection) -> None:
    """Make UPDATE and DELETE fail on append-only tables and final rows; keep the others' history.

    Safe to call repeatedly; called after every run of migrations, because rebuilding a table on
    SQLite drops its triggers.
    """
    install_history(connection)
    inspector = inspect(connection)
    present = [name for name in APPEND_ONLY if inspector.has_table(name)]
    final = [(name, column) for name, column in FINAL_ONCE.items() if inspector.has_table(name)]
    if connection.dialect.name == "sqlite":
        for table in present:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb}"
                    f" ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        for table, column in final:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb}"
                    f" ON {table} WHEN OLD.{column} IS NOT NULL"
                    f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    if not present:
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse_change()")
        return
    connection.exec_driver_sql(_POSTGRES_FUNCTION.replace("%", "%%"))
    for table in present:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table, column in final:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_final ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
