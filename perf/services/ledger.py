"""The append-only ledger, written in the same transaction as each change."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.numbers import format_number
from perf.core.permissions import Actor
from perf.models import Base, LedgerChain, LedgerEntry, User

SYSTEM_CHAIN = 0
_UNTOLD = frozenset(
    {"version", "updated_at", "updated_by_id", "password_hash", "session_key", "last_seq"}
)

Changes = dict[str, tuple[str | None, str | None]]


def changes_of(row: Base) -> Changes:
    """The row's unflushed column changes as {column: (old, new)}; secrets are left out.

    For a new row every set column counts as changed from nothing.
    """
    state = inspect(row)
    changes: Changes = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if attribute.key in _UNTOLD or not history.has_changes():
            continue
        old = as_text(history.deleted[0]) if history.deleted else None
        new = as_text(history.added[0]) if history.added else None
        if old != new:
            changes[attribute.key] = (old, new)
    return changes


def as_text(value: Any) -> str | None:
    """A column's value as the ledger keeps it; exact, and None for a blank."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, Mapping):
        # A target kept whole is told by its text.
        return str(value["text"])
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def record_change(
    session: Session,
    actor: Actor,
    action: str,
    row: Base,
    *,
    changes: Changes | None = None,
    name: str = "",
    plan_id: int | None = None,
    reason: str = "",
) -> LedgerEntry | None:
    """Flush the row and write one ledger entry of what changed; None where nothing changed.

    Give `changes` where the row's own columns do not tell the story (a removed row, a password
    set anew). Must be called before the row is flushed, or its history is gone.
    """
    if changes is None:
        changes = changes_of(row)
    if not changes:
        return None
    session.flush()
    unit_id = getattr(row, "unit_id", None)
    # A person's name stands on the pages of every unit where they ever acted, also after a move.
    chain = SYSTEM_CHAIN if unit_id is None or isinstance(row, User) else unit_id
    entry = LedgerEntry(
        chain=chain,
        seq=_next_seq(session, chain),
        unit_id=unit_id,
        plan_id=plan_id if plan_id is not None else getattr(row, "plan_id", None),
        at=clock.now(),
        actor_id=actor.id,
        actor_name=actor.name[:64],
        action=action,
        subject=row.__tablename__,
        subject_id=row.id,
        subject_name=name[:500],
        changes={key: list(pair) for key, pair in changes.items()},
        reason=reason,
    )
    session.add(entry)
    return entry


def _next_seq(session: Session, chain: int) -> int:
    row = session.scalar(select(LedgerChain).where(LedgerChain.id == chain).with_for_update())
    if row is None:
        row = LedgerChain(id=chain, last_seq=0)
        session.add(row)
    row.last_seq += 1
    return row.last_seq
