"""What rows said before they were changed, kept by triggers and read to show a past day."""

from typing import Any

from sqlalchemy import JSON, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from perf.models.base import Base
from perf.models.types import Moment, Short

NOT_KEPT = {
    "ledger_entry": "only ever added to; its own time says from when on an entry is there",
    "snapshot": "only ever added to; its own time says from when on it is there",
    "ledger_chain": "a counter, which follows from the entries",
    "row_history": "the history itself",
    "import_draft": "what one person is about to bring in, shown to nobody else",
    "message": "what one person was told, each day's already a row of its own",
    "archive": "how far the making of a file has come",
}
"""The tables whose changes are not kept, and why each needs none."""

SECRETS = frozenset({"password_hash", "session_key", "calendar_hash"})
"""Columns that neither the history nor a copy of a past day ever holds."""


class RowHistory(Base):
    """One change of one row: what it said `until` then. Written by triggers alone.

    `was` holds the old value of each column that changed, or of all where the row was deleted; it
    is null where the row did not exist before. `unit_id` is that of a row which a unit owns, null
    for what all units share. An entry without a table marks when the history of an older database
    began.
    """

    __tablename__ = "row_history"
    __table_args__ = (Index("ix_row_history_unit_id_until", "unit_id", "until"),)

    table_name: Mapped[Short]
    row_id: Mapped[int]
    unit_id: Mapped[int | None]
    until: Mapped[Moment]
    was: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


def kept_tables() -> list[Table]:
    """Every table of the models whose changes are kept, parents first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in NOT_KEPT]


def is_owned(table: Table) -> bool:
    """Whether a unit owns this table's rows; what all units share has no unit or may have none."""
    return "unit_id" in table.c and not table.c.unit_id.nullable
