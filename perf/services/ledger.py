"""The append-only ledger, written in the same transaction as each change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.numbers import format_number
from perf.core.permissions import Actor
from perf.models import Base, LedgerChain, LedgerEntry, User
from perf.services.many_rows import execute_many

SYSTEM_CHAIN = 0
_UNTOLD = frozenset(
    {
        "version",
        "updated_at",
        "updated_by_id",
        "password_hash",
        "session_key",
        "calendar_hash",
        "last_seq",
    }
)

Changes = dict[str, tuple[str | None, str | None]]


def changes_of(row: Base) -> Changes:
    """The row's unflushed column changes as {column: (old, new)}; secrets are left out.

    For a new row every set column counts as changed from nothing.
    """
    state = inspect(row)
    changes = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            changes[attribute.key] = (old, new)
    return texts_of(changes)


def texts_of(changes: Mapping[str, tuple[Any, Any]]) -> Changes:
    """Changed columns as the ledger keeps them, less the untold and those that read the same."""
    texts = {
        key: (as_text(old), as_text(new))
        for key, (old, new) in changes.items()
        if key not in _UNTOLD
    }
    return {key: pair for key, pair in texts.items() if pair[0] != pair[1]}


def as_text(value: Any) -> str | None:
    """A column's value as the ledger keeps it; exact, and None for a blank."""
    if isinstance(value, Decimal):
        return format_number(value)
    if value is None or value == "":
        return None
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
    if plan_id is None:
        plan_id = getattr(row, "plan_id", None)
    told = Told(action, unit_id, plan_id, row.__tablename__, row.id, name, changes, reason)
    seq = _take_numbers(session, {chain: 1})[chain] + 1
    entry = LedgerEntry(
        chain=chain,
        seq=seq,
        at=clock.now(),
        actor_id=actor.id,
        actor_name=actor.name[:64],
        **{key: read(told) for key, read in _TOLD.items()},
    )
    entry.changes = {key: list(pair) for key, pair in changes.items()}
    session.add(entry)
    return entry


class Told(NamedTuple):
    """One change of a row that a unit owns, already written; `subject` is the row's table."""

    action: str
    unit_id: int | None
    plan_id: int | None
    subject: str
    subject_id: int
    name: str
    changes: Changes
    reason: str = ""


_TOLD: dict[str, Callable[[Told], Any]] = {
    "unit_id": attrgetter("unit_id"),
    "plan_id": attrgetter("plan_id"),
    "action": attrgetter("action"),
    "subject": attrgetter("subject"),
    "subject_id": attrgetter("subject_id"),
    "subject_name": lambda told: told.name[:500],
    "changes": attrgetter("changes"),
    "reason": attrgetter("reason"),
}


def record_told(session: Session, actor: Actor, told: Sequence[Told]) -> None:
    """One ledger entry for each of many changes at once, in the order given."""
    if not told:
        return
    chains = [SYSTEM_CHAIN if one.unit_id is None else one.unit_id for one in told]
    numbers = _take_numbers(session, Counter(chains))
    session.flush()
    seqs = []
    for chain in chains:
        numbers[chain] += 1
        seqs.append(numbers[chain])
    columns: dict[str, Sequence[Any]] = {
        "chain": chains,
        "seq": seqs,
        **{key: [read(one) for one in told] for key, read in _TOLD.items()},
    }
    same = {"at": clock.now(), "actor_id": actor.id, "actor_name": actor.name[:64]}
    execute_many(session, insert(LedgerEntry), columns, same)


def _take_numbers(session: Session, wanted: Mapping[int, int]) -> dict[int, int]:
    """The last number given out before in each chain of which so many are wanted now."""
    rows = session.scalars(
        select(LedgerChain)
        .where(LedgerChain.id.in_(wanted))
        .order_by(LedgerChain.id)
        .with_for_update()
    )
    chains = {row.id: row for row in rows}
    last = {}
    for chain, count in wanted.items():
        if chain not in chains:
            chains[chain] = LedgerChain(id=chain, last_seq=0)
            session.add(chains[chain])
        last[chain] = chains[chain].last_seq
        chains[chain].last_seq += count
    return last
