"""Triggers that write each change of a row into the history, made from the tables there are."""

from sqlalchemy import Connection, Table, inspect
from sqlalchemy.engine.reflection import Inspector

from perf.models.history import SECRETS, is_owned, kept_tables

MOMENT_FUNCTION = "perf_now"
"""What SQLite's triggers ask for the application's time; every connection of ours has it."""
MOMENT_SETTING = "perf.now"
"""Where PostgreSQL's triggers find the time of a held clock; else the transaction's own counts."""
_PREFIX = "history_"
# A row's secrets are the function's second argument and what follows.
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger AS $$
DECLARE
  moment timestamptz := coalesce(nullif(current_setting('perf.now', true), '')::timestamptz, now());
  subject jsonb := to_jsonb(CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END) - TG_ARGV[1:];
  was jsonb := NULL;
BEGIN
  IF TG_OP = 'DELETE' THEN
    was := subject;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT coalesce(jsonb_object_agg(pair.key, pair.value), '{}') INTO was
      FROM jsonb_each(subject) AS pair
      WHERE pair.value IS DISTINCT FROM to_jsonb(NEW) -> pair.key;
  END IF;
  INSERT INTO row_history (table_name, row_id, unit_id, until, was) VALUES (
    TG_TABLE_NAME, (subject ->> 'id')::int,
    CASE WHEN TG_ARGV[0] = 'owned' THEN (subject ->> 'unit_id')::int END, moment, was);
  RETURN NULL;
END $$ LANGUAGE plpgsql
"""


def install_history(connection: Connection) -> None:
    """Keep every later change of the kept tables; safe to call repeatedly."""
    drop_history(connection)
    inspector = inspect(connection)
    if not inspector.has_table("row_history"):
        return
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql(_POSTGRES_FUNCTION.replace("%", "%%"))
    for table in kept_tables():
        if not inspector.has_table(table.name):
            continue
        if is_sqlite:
            for statement in _sqlite_triggers(table, _columns(inspector, table)):
                connection.exec_driver_sql(statement)
        else:
            told = ["owned" if is_owned(table) else "shared", *sorted(SECRETS)]
            connection.exec_driver_sql(
                f"CREATE TRIGGER {_PREFIX}of_{table.name} AFTER INSERT OR UPDATE OR DELETE"
                f" ON {table.name} FOR EACH ROW EXECUTE FUNCTION keep_history({', '.join(told)})"
            )


def drop_history(connection: Connection) -> None:
    """Keep no changes any more: a migration changes what tables look like, not what they say.

    SQLite also refuses to alter a table while a trigger names what is altered.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS keep_history() CASCADE")
        return
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in found.scalars().all():
        if name.startswith(_PREFIX):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _columns(inspector: Inspector, table: Table) -> list[str]:
    names = [str(column["name"]) for column in inspector.get_columns(table.name)]
    return [name for name in names if name not in SECRETS]


def _sqlite_triggers(table: Table, columns: list[str]) -> list[str]:
    def keep(verb: str, row: str, was: str) -> str:
        owner = f"{row}.unit_id" if is_owned(table) else "NULL"
        entry = [f"'{table.name}'", f"{row}.id", owner, f"{MOMENT_FUNCTION}()", was]
        return (
            f"CREATE TRIGGER {_PREFIX}{verb}_{table.name} AFTER {verb.upper()} ON {table.name}"
            " BEGIN INSERT INTO row_history (table_name, row_id, unit_id, until, was)"
            f" SELECT {', '.join(entry)}; END"
        )

    others = [name for name in columns if name != "id"]
    # Most updates change a few columns of many, and json_object would write them all.
    changed = [
        f'CASE WHEN OLD."{name}" IS NOT NEW."{name}"'
        f" THEN ',\"{name}\":' || json_quote(OLD.\"{name}\") ELSE '' END"
        for name in others
    ]
    whole = [f'\',"{name}":\' || json_quote(OLD."{name}")' for name in others]

    def written(parts: list[str]) -> str:
        return f"printf('{{\"id\":%s{'%s' * len(parts)}}}', {', '.join(['OLD.id', *parts])})"

    return [
        keep("insert", "NEW", "NULL"),
        keep("update", "OLD", written(changed)),
        keep("delete", "OLD", written(whole)),
    ]
