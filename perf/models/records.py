"""What is never changed: the ledger, the snapshots of each step, and drafts of imports."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import Action
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import User
from perf.models.types import Line, Long, Moment, Short
from perf.models.workflow import OfOneSubject, one_subject_check


class LedgerChain(Base):
    """The last number given out in one unit's chain of ledger rows; the system's chain is 0."""

    __tablename__ = "ledger_chain"

    last_seq: Mapped[int]


class LedgerEntry(Base):
    """Who changed what, when, from what to what; append-only, one chain a unit.

    `changes` maps a field to [old, new], both as text or null.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_ledger_entry_subject_subject_id", "subject", "subject_id"),
        Index("ix_ledger_entry_unit_id_id", "unit_id", "id"),
        Index("ix_ledger_entry_actor_id_id", "actor_id", "id"),
    )

    chain: Mapped[int]
    seq: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    plan_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[Moment] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[Short]
    action: Mapped[Short]
    subject: Mapped[Short]
    subject_id: Mapped[int]
    subject_name: Mapped[Line] = mapped_column(default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[Long] = mapped_column(default="")


class Snapshot(OfOneSubject, OwnedByUnit, Base):
    """A whole plan, quarter, self-evaluation, revision or ending as it stood at a step.

    It is never changed.

    `changed` counts the fields that differ from the snapshot before; null for the first one.
    """

    __tablename__ = "snapshot"
    __table_args__ = (one_subject_check(),)

    action: Mapped[Action]
    taken_at: Mapped[Moment]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed: Mapped[int | None]

    taken_by: Mapped[User | None] = relationship()


class LocalPack(Base):
    """One version of a rule pack (评分办法) of this place's own: its text in the packs' schema.

    A version under preparation may change; a published one never does, and only a published one
    can be pinned to a year.
    """

    __tablename__ = "local_pack"
    __table_args__ = (
        UniqueConstraint("pack_id", "pack_version"),
        CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)", name="publication_is_complete"
        ),
    )

    pack_id: Mapped[Short]
    pack_version: Mapped[int]
    name: Mapped[Line]
    based_on: Mapped[Line]
    content: Mapped[Long]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[Moment | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    published_by: Mapped[User | None] = relationship(foreign_keys=[published_by_id])

    __mapper_args__ = {"version_id_col": version}


class ImportDraft(Base):
    """What was read from an uploaded document, until somebody confirms it or lets it lie."""

    __tablename__ = "import_draft"

    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[Moment]
    file_name: Mapped[Line]
    sha256: Mapped[Short]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    confirmed_at: Mapped[Moment | None]

    __mapper_args__ = {"version_id_col": version}
