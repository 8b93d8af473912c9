"""Target revisions (目标调整): approved targets changed during the year, by a document."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.revisions import TargetChange, target_change
from perf.core.targets import Target
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Unit
from perf.models.plans import Indicator, Plan, target_from_json
from perf.models.remarks import Remark
from perf.models.types import Line, Long, Moment
from perf.models.workflow import Reviewed, approval_check

_OPEN = text("is_open")


class TargetRevision(Reviewed, OwnedByUnit, Base):
    """One 调整单: the document, its day and reason, and the targets that it changes.

    Its approval writes the new targets into the plan. One that is given up keeps its content
    and says so by `cancelled_at`.
    """

    __tablename__ = "target_revision"
    __table_args__ = (
        Index("ix_target_revision_unit_id_status", "unit_id", "status"),
        Index("ix_target_revision_status", "status"),
        approval_check(),
        CheckConstraint(
            "cancelled_at IS NULL OR status IN ('draft', 'returned')", name="cancelled_is_unsettled"
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    document: Mapped[Line]
    dated_on: Mapped[date]
    reason: Mapped[Long]
    cancelled_at: Mapped[Moment | None]

    # `OwnedByUnit` gives the column of the unit.
    unit: Mapped[Unit] = relationship()
    plan: Mapped[Plan] = relationship()
    targets: Mapped[list["RevisedTarget"]] = relationship(
        order_by="RevisedTarget.id", cascade="all, delete-orphan", back_populates="revision"
    )
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")

    @property
    def is_editable(self) -> bool:
        """Whether its content may change where it stands."""
        return super().is_editable and self.cancelled_at is None


class RevisedTarget(OwnedByUnit, Base):
    """One indicator's target in a revision: as it stood when it was written, and the new one.

    While the revision is neither approved nor given up it is open, and an indicator has one open
    at a time.
    """

    __tablename__ = "revised_target"
    __table_args__ = (
        UniqueConstraint("revision_id", "indicator_id"),
        Index(
            "uq_revised_target_open",
            "indicator_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_revised_target_indicator_id", "indicator_id"),
    )

    revision_id: Mapped[int] = mapped_column(ForeignKey("target_revision.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    old_target: Mapped[dict[str, Any]] = mapped_column(JSON)
    new_target: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_open: Mapped[bool] = mapped_column(default=True)

    revision: Mapped[TargetRevision] = relationship(back_populates="targets")
    indicator: Mapped[Indicator] = relationship()

    @property
    def old(self) -> Target:
        """The target that is replaced."""
        return target_from_json(self.old_target)

    @property
    def new(self) -> Target:
        """The target that replaces it."""
        return target_from_json(self.new_target)

    @property
    def change(self) -> TargetChange:
        """Which way the target moves."""
        return target_change(self.old, self.new)
