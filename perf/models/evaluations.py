"""The year's self-evaluation (绩效自评) and its scores."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.terms import Rating
from perf.models.base import Base, OwnedByUnit
from perf.models.plans import Indicator, Plan
from perf.models.reports import HasValue, Remark, one_value_check
from perf.models.types import Line, Long, Money, Points, Quantity, Short
from perf.models.workflow import Reviewed, approval_check


class SelfEvaluation(Reviewed, OwnedByUnit, Base):
    """One plan's self-evaluation: totals as stored with the last change, never computed on read."""

    __tablename__ = "self_evaluation"
    __table_args__ = (
        UniqueConstraint("unit_id", "plan_id"),
        Index("ix_self_evaluation_unit_id_status", "unit_id", "status"),
        Index("ix_self_evaluation_status", "status"),
        approval_check(),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True)
    objective_actual: Mapped[Long] = mapped_column(default="")
    executed: Mapped[Money | None]
    execution_points: Mapped[Points | None]
    execution_reason: Mapped[Long] = mapped_column(default="")
    indicator_total: Mapped[Points | None]
    total: Mapped[Points | None]
    rating: Mapped[Rating | None]
    pack_id: Mapped[Short]
    pack_version: Mapped[int]
    is_demo: Mapped[bool] = mapped_column(default=False)

    plan: Mapped[Plan] = relationship()
    scores: Mapped[list["Score"]] = relationship(
        cascade="all, delete-orphan", back_populates="self_evaluation"
    )
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")


class Score(HasValue, OwnedByUnit, Base):
    """One indicator's year value, how it came about, and the points it earned.

    `weight` is what it was scored with: 0 where it does not apply (不涉及, the recorder's choice),
    more than the indicator's own where it took a share of such a one's.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("self_evaluation_id", "indicator_id"),
        one_value_check(),
        CheckConstraint("points IS NULL OR points >= 0", name="points_not_negative"),
        CheckConstraint(
            "NOT is_not_applicable OR (value IS NULL AND value_on IS NULL AND tier IS NULL"
            " AND points IS NULL)",
            name="not_applicable_has_no_points",
        ),
    )

    self_evaluation_id: Mapped[int] = mapped_column(ForeignKey("self_evaluation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    origin: Mapped[Line] = mapped_column(default="")
    is_not_applicable: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[Points]
    ratio: Mapped[Quantity | None]
    is_met: Mapped[bool | None]
    points: Mapped[Points | None]
    needs_reason: Mapped[bool] = mapped_column(default=False)
    deviation_reason: Mapped[Long] = mapped_column(default="")
    corrective_action: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    self_evaluation: Mapped[SelfEvaluation] = relationship(back_populates="scores")
    indicator: Mapped[Indicator] = relationship()

    @property
    def result(self) -> Result:
        """What the scoring core judges: the actual, 不涉及, or None for 未填报."""
        return NOT_APPLICABLE if self.is_not_applicable else self.actual

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}
