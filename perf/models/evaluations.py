"""The year's self-evaluation (绩效自评) and its scores."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.terms import Rating
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import User
from perf.models.plans import Indicator, Plan
from perf.models.remarks import Remark
from perf.models.reports import HasValue, one_value_check
from perf.models.types import Line, Long, Moment, Money, Number, Points, Short
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
    more than the indicator's own where it took a share of such a one's. `points` are computed;
    `decided_points` are what a reviewer gave instead, with who, when and why. `initial_points`
    are those by the 年初 target where it was revised since.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("self_evaluation_id", "indicator_id"),
        one_value_check(),
        CheckConstraint("points IS NULL OR points >= 0", name="points_not_negative"),
        CheckConstraint(
            "NOT is_not_applicable OR (value IS NULL AND value_on IS NULL AND tier IS NULL"
            " AND checked IS NULL AND points IS NULL)",
            name="not_applicable_has_no_points",
        ),
        CheckConstraint(
            "decided_points IS NULL OR (decided_points >= 0 AND points IS NOT NULL"
            " AND decided_reason <> '' AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
            name="decision_is_complete",
        ),
    )

    self_evaluation_id: Mapped[int] = mapped_column(ForeignKey("self_evaluation.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    origin: Mapped[Line] = mapped_column(default="")
    is_not_applicable: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[Points]
    ratio: Mapped[Number | None]
    is_met: Mapped[bool | None]
    points: Mapped[Points | None]
    initial_points: Mapped[Points | None]
    decided_points: Mapped[Points | None]
    decided_reason: Mapped[Long] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[Moment | None]
    needs_reason: Mapped[bool] = mapped_column(default=False)
    deviation_reason: Mapped[Long] = mapped_column(default="")
    corrective_action: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    self_evaluation: Mapped[SelfEvaluation] = relationship(back_populates="scores")
    indicator: Mapped[Indicator] = relationship()
    decided_by: Mapped[User | None] = relationship()

    @property
    def final(self) -> Decimal | None:
        """The points that the total adds: the decided ones where there are any."""
        return self.points if self.decided_points is None else self.decided_points

    @property
    def result(self) -> Result:
        """What the scoring core judges: the actual, 不涉及, or None for 未填报."""
        return NOT_APPLICABLE if self.is_not_applicable else self.actual

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}
