"""Remarks of reviewers, each the beginning of a thread of what was said about it."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import ThreadState, ThreadStep
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import User
from perf.models.types import Long, Moment
from perf.models.workflow import OfOneSubject, one_subject_check


class Remark(OfOneSubject, OwnedByUnit, Base):
    """A reviewer's remark on what is reviewed, as a whole or on one indicator of it.

    It begins a thread. `answered_at` is the recorder's last answer while nothing was said after
    it, `resolved_at` and `resolved_by` say when and by whom the matter was settled.
    """

    __tablename__ = "remark"
    __table_args__ = (
        one_subject_check(),
        CheckConstraint(
            "resolved_by_id IS NULL OR resolved_at IS NOT NULL", name="resolver_has_time"
        ),
    )

    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    text: Mapped[Long]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[Moment | None]
    resolved_at: Mapped[Moment | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    resolved_by: Mapped[User | None] = relationship(foreign_keys=[resolved_by_id])
    entries: Mapped[list["RemarkEntry"]] = relationship(
        order_by="RemarkEntry.id", back_populates="remark"
    )

    @property
    def state(self) -> ThreadState:
        """Where the thread stands."""
        if self.resolved_at is not None:
            return ThreadState.RESOLVED
        return ThreadState.OPEN if self.answered_at is None else ThreadState.ANSWERED


class RemarkEntry(OwnedByUnit, Base):
    """What was said or done about a remark after it: an answer, a reply, 已解决, or 再次提出."""

    __tablename__ = "remark_entry"

    remark_id: Mapped[int] = mapped_column(ForeignKey("remark.id"), index=True)
    step: Mapped[ThreadStep]
    text: Mapped[Long]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    remark: Mapped[Remark] = relationship(back_populates="entries")
    created_by: Mapped[User | None] = relationship()
