"""Rectifications (整改): what is done about an indicator that lags, by whom and until when."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import Light, RectificationState
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Unit, User
from perf.models.plans import Indicator, Plan
from perf.models.reports import Submission
from perf.models.types import Line, Long, Moment

_UNFINISHED = text("state <> 'closed'")


class Rectification(OwnedByUnit, Base):
    """One indicator's rectification, opened by the quarter whose light was not green.

    `cause` is that quarter's working. What was reported as done is closed by somebody else, or
    sent back with `return_reason`. An indicator has one at a time that is not closed.
    """

    __tablename__ = "rectification"
    __table_args__ = (
        Index("ix_rectification_unit_id_state_due_on", "unit_id", "state", "due_on"),
        Index(
            "uq_rectification_unfinished",
            "indicator_id",
            unique=True,
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        CheckConstraint(
            "state = 'open' OR (reported_at IS NOT NULL AND reported_by_id IS NOT NULL"
            " AND measure <> '' AND outcome <> '')",
            name="report_is_complete",
        ),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (state <> 'closed' OR"
            " (closed_by_id IS NOT NULL AND closed_by_id <> reported_by_id))",
            name="closing_is_complete",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    light: Mapped[Light]
    cause: Mapped[Line]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date]
    measure: Mapped[Long] = mapped_column(default="")
    outcome: Mapped[Long] = mapped_column(default="")
    return_reason: Mapped[Long] = mapped_column(default="")
    state: Mapped[RectificationState] = mapped_column(default=RectificationState.OPEN)
    opened_at: Mapped[Moment]
    reported_at: Mapped[Moment | None]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[Moment | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Moment]

    # `OwnedByUnit` gives the column of the unit.
    unit: Mapped[Unit] = relationship()
    plan: Mapped[Plan] = relationship()
    indicator: Mapped[Indicator] = relationship()
    submission: Mapped[Submission] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    reported_by: Mapped[User | None] = relationship(foreign_keys=[reported_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])

    __mapper_args__ = {"version_id_col": version}
