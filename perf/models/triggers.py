"""Triggers that keep the ledger and the snapshots append-only on both databases."""

from sqlalchemy import Connection, inspect

APPEND_ONLY = ("ledger_entry", "snapshot")
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$ LANGUAGE plpgsql
"""


def install_triggers(connection: Connection) -> None:
    """Make UPDATE and DELETE on the append-only tables fail; safe to call again and again.

    Called after every run of migrations: rebuilding a table on SQLite drops its triggers.
    """
    present = [name for name in APPEND_ONLY if inspect(connection).has_table(name)]
    if connection.dialect.name == "sqlite":
        for table in present:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb}"
                    f" ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
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
