"""Watches that no change of a row goes untold: the ledger must name it in the same transaction.

`record_change` reads what changed before the row is flushed. A query in between flushes it, and
the change is lost to the ledger without a sound; with this guard the test fails instead.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from perf.models import Base, ImportDraft, LedgerChain, LedgerEntry, Message, Remark, Snapshot
from perf.services.ledger import changes_of

# A message repeats what the ledger tells already; whoever sends one by hand is told there.
_UNWATCHED = (LedgerEntry, LedgerChain, Snapshot, Remark, ImportDraft, Message)
_BOOKKEEPING = frozenset({"status", "version", "updated_at"})
# The entry names the file as added or removed, not column by column.
_TOLD_AS_A_WHOLE = frozenset({"evidence"})
# A new order is told once, on the plan.
_TOLD_ELSEWHERE = frozenset({("indicator", "ordinal")})


class Running(local):
    """What one thread's transaction wrote and told; each thread sees its own."""

    def __init__(self) -> None:
        self.pending: list[tuple[Base, set[str]]] = []
        self.written: list[tuple[str, int, set[str]]] = []
        self.told: dict[tuple[str, int], set[str]] = {}


class LedgerGuard:
    """What the application wrote and told in the running transactions, and what it left untold."""

    def __init__(self) -> None:
        self._running = Running()
        self.untold: list[str] = []

    def before_flush(self, session: Session, *_rest: Any) -> None:
        if not _is_sent_by_the_application(sys._getframe(1)):
            # A test that arranges rows by itself owes the ledger nothing.
            return
        for row in [*session.new, *session.dirty]:
            if isinstance(row, Base) and not isinstance(row, _UNWATCHED):
                columns = set(changes_of(row)) - _BOOKKEEPING
                if columns:
                    self._running.pending.append((row, columns))

    def after_flush(self, session: Session, *_rest: Any) -> None:
        for entry in session.new:
            if isinstance(entry, LedgerEntry):
                key = entry.subject, entry.subject_id
                self._running.told.setdefault(key, set()).update(entry.changes)
        self._running.written += [
            (row.__tablename__, row.id, columns) for row, columns in self._running.pending
        ]
        self._running.pending.clear()

    def judge(self, *_rest: Any) -> None:
        """The transaction ends well: whatever was written must have been told by now."""
        for table, key, columns in self._running.written:
            told = self._running.told.get((table, key), set())
            left = {name for name in columns - told if (table, name) not in _TOLD_ELSEWHERE}
            if left and not (told and table in _TOLD_AS_A_WHOLE):
                self.untold.append(f"{table} {key}: {', '.join(sorted(left))}")
        self.forget()

    def forget(self, *_rest: Any) -> None:
        """The transaction was undone, and what it wrote with it."""
        self._running.pending.clear()
        self._running.written.clear()
        self._running.told.clear()


@contextmanager
def watched_ledger() -> Iterator[LedgerGuard]:
    """A guard over every session; what is open at the end is for the caller to judge."""
    guard = LedgerGuard()
    listeners = [
        ("before_flush", guard.before_flush),
        ("after_flush", guard.after_flush),
        ("after_commit", guard.judge),
        ("after_rollback", guard.forget),
    ]
    for name, listener in listeners:
        event.listen(Session, name, listener)
    try:
        yield guard
    finally:
        for name, listener in listeners:
            event.remove(Session, name, listener)


def _is_sent_by_the_application(frame: FrameType | None) -> bool:
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name.startswith("perf."):
            return True
        if name.startswith("tests.") and name != __name__:
            return False
        frame = frame.f_back
    return False
