"""Endings (终止、并入): an approved project that stops within its year, by a document."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import EndingKind
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Unit
from perf.models.plans import Plan
from perf.models.remarks import Remark
from perf.models.types import Line, Long, Moment, Money
from perf.models.workflow import Reviewed, approval_check

_KEPT = text("cancelled_at IS NULL")


class PlanEnding(Reviewed, OwnedByUnit, Base):
    """One document by which a project ends (终止) or goes on as part of another (并入).

    It holds from `holds_from` on; its approval writes that day into the plan. `returned` and
    `moved` are what becomes of the money that is left, in 元: given back, or moved to the plan
    that it is merged into; null where nothing was said. One that is given up keeps its content
    and says so by `cancelled_at`. A plan has one at a time.
    """

    __tablename__ = "plan_ending"
    __table_args__ = (
        Index("ix_plan_ending_unit_id_status", "unit_id", "status"),
        Index("ix_plan_ending_status", "status"),
        Index(
            "uq_plan_ending_kept",
            "plan_id",
            unique=True,
            sqlite_where=_KEPT,
            postgresql_where=_KEPT,
        ),
        approval_check(),
        CheckConstraint(
            "cancelled_at IS NULL OR status IN ('draft', 'returned')", name="cancelled_is_unsettled"
        ),
        CheckConstraint("(kind = 'merged') = (merged_into_id IS NOT NULL)", name="merged_has_plan"),
        CheckConstraint("merged_into_id <> plan_id", name="merged_into_another"),
        CheckConstraint("moved IS NULL OR kind = 'merged'", name="moved_is_merged"),
        CheckConstraint(
            "(returned IS NULL OR returned >= 0) AND (moved IS NULL OR moved >= 0)",
            name="money_not_negative",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    kind: Mapped[EndingKind]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    document: Mapped[Line]
    dated_on: Mapped[date]
    holds_from: Mapped[date]
    reason: Mapped[Long]
    money_note: Mapped[Long] = mapped_column(default="")
    returned: Mapped[Money | None]
    moved: Mapped[Money | None]
    cancelled_at: Mapped[Moment | None]

    # `OwnedByUnit` gives the column of the unit.
    unit: Mapped[Unit] = relationship()
    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    merged_into: Mapped[Plan | None] = relationship(foreign_keys=[merged_into_id])
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")

    @property
    def is_editable(self) -> bool:
        """Whether its content may change where it stands."""
        return super().is_editable and self.cancelled_at is None
