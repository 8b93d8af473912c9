"""Offices, what each hands in, who stands in for whom, and work that was handed over."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import WorkKind
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Unit, User
from perf.models.types import Line, Long, Moment, Short


class Office(OwnedByUnit, Base):
    """An office of a unit (责任科室), which owes the figures of its indicators."""

    __tablename__ = "office"
    __table_args__ = (
        UniqueConstraint("unit_id", "name"),
        # What people and indicators point at, so that neither can be of another unit's office.
        UniqueConstraint("unit_id", "id"),
    )

    name: Mapped[Short]
    archived_at: Mapped[Moment | None]


class InternalDue(OwnedByUnit, Base):
    """The day (itself included) until which a unit's offices hand in for a period (内部截止)."""

    __tablename__ = "internal_due"
    __table_args__ = (UniqueConstraint("unit_id", "period_id"),)

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    due_on: Mapped[date]


class HandIn(OwnedByUnit, Base):
    """That an office has filled in all it owes in a quarter (已交); both null once taken back."""

    __tablename__ = "hand_in"
    __table_args__ = (
        UniqueConstraint("submission_id", "office_id"),
        ForeignKeyConstraint(["unit_id", "office_id"], ["office.unit_id", "office.id"]),
        CheckConstraint(
            "(handed_in_at IS NULL) = (handed_in_by_id IS NULL)", name="handing_in_is_complete"
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    office_id: Mapped[int]
    handed_in_at: Mapped[Moment | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    handed_in_by: Mapped[User | None] = relationship()


class Delegation(OwnedByUnit, Base):
    """That somebody reviews for a supervisor who is away (代理审核), first and last day included.

    It holds on those days until `ended_at`; who ended it is null where the system did.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        Index("ix_delegation_unit_id_ends_on", "unit_id", "ends_on"),
        Index("ix_delegation_delegate_id_ends_on", "delegate_id", "ends_on"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_end"),
        CheckConstraint("delegator_id <> delegate_id", name="delegate_is_another"),
    )

    delegator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[Line] = mapped_column(default="")
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship()
    delegator: Mapped[User] = relationship(foreign_keys=[delegator_id])
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id])


class Handover(OwnedByUnit, Base):
    """That somebody's open work went to another person of the unit (工作交接), on which day."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("ix_handover_unit_id_handed_on", "unit_id", "handed_on"),
        Index("ix_handover_giver_id_made_at", "giver_id", "made_at"),
        Index("ix_handover_taker_id_made_at", "taker_id", "made_at"),
        CheckConstraint("giver_id <> taker_id", name="taker_is_another"),
    )

    giver_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    taker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    handed_on: Mapped[date]
    reason: Mapped[Long]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    unit: Mapped[Unit] = relationship()
    giver: Mapped[User] = relationship(foreign_keys=[giver_id])
    taker: Mapped[User] = relationship(foreign_keys=[taker_id])
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])
    things: Mapped[list["HandedOver"]] = relationship(order_by="HandedOver.id")


class HandedOver(OwnedByUnit, Base):
    """One thing that was open and went over, as it was called then; `subject_id` is its row's."""

    __tablename__ = "handed_over"
    __table_args__ = (Index("ix_handed_over_handover_id", "handover_id"),)

    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"))
    kind: Mapped[WorkKind]
    subject_id: Mapped[int]
    title: Mapped[Line]
