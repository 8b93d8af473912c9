"""What becomes of a self-evaluation: recommendations (评价建议), and signed copies on paper."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import Adoption, BudgetConsequence, RecommendationKind
from perf.models.base import Base, OwnedByUnit
from perf.models.evaluations import SelfEvaluation
from perf.models.organisation import Unit, User
from perf.models.plans import Plan
from perf.models.records import Snapshot
from perf.models.types import Line, Long, Moment, Money, Short


class Recommendation(OwnedByUnit, Base):
    """One recommendation on a signed self-evaluation, what the unit answers, and what came of it.

    On a department's self-evaluation it is about the unit's whole year. The columns hold the
    last answer; the ledger holds those before it. `amount` is 建议安排预算 in 元.
    """

    __tablename__ = "recommendation"
    __table_args__ = (
        Index("ix_recommendation_unit_id_adoption_due_on", "unit_id", "adoption", "due_on"),
        CheckConstraint(
            "(kind = 'budget') = (consequence IS NOT NULL)"
            " AND (amount IS NULL OR (kind = 'budget' AND amount >= 0))",
            name="budget_has_consequence",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawal_is_complete"
        ),
        CheckConstraint(
            "(adoption IS NULL) = (answered_at IS NULL) AND (adoption IS NULL"
            " OR (withdrawn_at IS NULL AND answered_by_id IS NOT NULL"
            " AND answered_by_id <> made_by_id AND (adoption = 'adopted' OR reason <> '')))",
            name="answer_is_complete",
        ),
        CheckConstraint(
            "(outcome_at IS NULL) = (outcome = '') AND (outcome_at IS NULL"
            " OR (adoption IS NOT NULL AND adoption <> 'not_adopted' AND outcome_on IS NOT NULL"
            " AND outcome_by_id IS NOT NULL))",
            name="outcome_is_complete",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    self_evaluation_id: Mapped[int] = mapped_column(ForeignKey("self_evaluation.id"))
    kind: Mapped[RecommendationKind]
    text: Mapped[Long]
    consequence: Mapped[BudgetConsequence | None]
    amount: Mapped[Money | None]
    due_on: Mapped[date]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[Moment | None]
    withdrawn_reason: Mapped[Long] = mapped_column(default="")
    adoption: Mapped[Adoption | None]
    reason: Mapped[Long] = mapped_column(default="")
    measure: Mapped[Long] = mapped_column(default="")
    measure_on: Mapped[date | None]
    answered_at: Mapped[Moment | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[Long] = mapped_column(default="")
    outcome_on: Mapped[date | None]
    outcome_at: Mapped[Moment | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Moment]

    # `OwnedByUnit` gives the column of the unit.
    unit: Mapped[Unit] = relationship()
    plan: Mapped[Plan] = relationship()
    self_evaluation: Mapped[SelfEvaluation] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    outcome_by: Mapped[User | None] = relationship(foreign_keys=[outcome_by_id])

    __mapper_args__ = {"version_id_col": version}


class SignedCopy(OwnedByUnit, Base):
    """The scan of a form that was printed, signed and stamped (盖章扫描件).

    It belongs to the approval whose snapshot it names; the newest one of a snapshot counts, and
    those before it stay. The file is found by the SHA-256 of its content, as evidence is.
    """

    __tablename__ = "signed_copy"
    __table_args__ = (Index("ix_signed_copy_unit_id_plan_id", "unit_id", "plan_id"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    sha256: Mapped[Short]
    name: Mapped[Line]
    media_type: Mapped[Short]
    size: Mapped[int]
    signed_on: Mapped[date]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    plan: Mapped[Plan] = relationship()
    snapshot: Mapped[Snapshot] = relationship()
    created_by: Mapped[User | None] = relationship()
