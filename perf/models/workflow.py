"""The columns of everything that is submitted and approved."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from perf.core.terms import Status
from perf.core.workflow import EDITABLE
from perf.models.organisation import User
from perf.models.types import Moment, Short


def approval_check() -> CheckConstraint:
    """An approved row has an approver who is not its submitter, and both times."""
    return CheckConstraint(
        "status <> 'approved' OR (submitted_by_id IS NOT NULL AND submitted_at IS NOT NULL"
        " AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL"
        " AND decided_by_id <> submitted_by_id)",
        name="approval_is_complete",
    )


class Reviewed:
    """Status, version and the people of the last submission and decision.

    Every change of the content sets `updated_at`, so that the version counts it. `decided_for` is
    the name of the supervisor for whom a delegate decided (代理审核), else blank.
    """

    status: Mapped[Status] = mapped_column(default=Status.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Moment]
    submitted_at: Mapped[Moment | None]
    decided_at: Mapped[Moment | None]
    decided_for: Mapped[Short] = mapped_column(default="")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}

    @declared_attr
    def submitted_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("user_account.id"))

    @declared_attr
    def decided_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("user_account.id"))

    @declared_attr
    def submitted_by(cls) -> Mapped[User | None]:
        return relationship(foreign_keys=[cls.submitted_by_id])  # type: ignore[list-item]

    @declared_attr
    def decided_by(cls) -> Mapped[User | None]:
        return relationship(foreign_keys=[cls.decided_by_id])  # type: ignore[list-item]

    @property
    def decided_by_name(self) -> str:
        """Who decided, with whom they stood in for; blank where nobody did."""
        if self.decided_by is None:
            return ""
        name = self.decided_by.display_name
        return f"{name}（受{self.decided_for}委托代审）" if self.decided_for else name

    @property
    def is_editable(self) -> bool:
        """Whether its content may change where it stands."""
        return self.status in EDITABLE


def one_subject_check() -> CheckConstraint:
    """A row of `OfOneSubject` has just one of its subjects."""
    return CheckConstraint(
        "(CASE WHEN submission_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN self_evaluation_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN target_revision_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN plan_ending_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN plan_id IS NULL THEN 0 ELSE 1 END) = 1",
        name="one_subject",
    )


class OfOneSubject:
    """A row about one thing that is submitted and approved, whichever it is."""

    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    self_evaluation_id: Mapped[int | None] = mapped_column(
        ForeignKey("self_evaluation.id"), index=True
    )
    target_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("target_revision.id"), index=True
    )
    plan_ending_id: Mapped[int | None] = mapped_column(ForeignKey("plan_ending.id"), index=True)
