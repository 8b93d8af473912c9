"""Quarterly submissions: actuals, executed budget and evidence."""

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    or_,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from perf.core.actuals import Actual as ActualValue
from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.terms import DeviationKind, FundSource, Light, Likelihood, Tier
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Period, User
from perf.models.plans import Indicator, Plan
from perf.models.remarks import Remark
from perf.models.types import Line, Long, Moment, Money, Number, Points, Short, Whole, enum_type
from perf.models.workflow import Reviewed, approval_check

_ANSWERS = {answer.value: answer for answer in Answer}


class HasValue:
    """The columns of one actual: a number, a day, a tier with its rate, or a list's answers.

    All null is 未填报. A computed number is kept whole as numerator over denominator, and rounded
    to six decimals as the value beside them. `checked` has one letter a point (y, n, x).
    """

    value: Mapped[Number | None]
    on: Mapped[date | None] = mapped_column("value_on")
    tier: Mapped[Tier | None]
    rate: Mapped[Points | None]
    numerator: Mapped[Whole | None]
    denominator: Mapped[Whole | None]
    checked: Mapped[Short | None]

    @classmethod
    def has_value(cls) -> ColumnElement[bool]:
        """The SQL condition that a row is not 未填报."""
        return or_(*(column.is_not(None) for column in (cls.value, cls.on, cls.tier, cls.checked)))

    @property
    def actual(self) -> ActualValue | None:
        """The actual as the scoring core takes it."""
        return value_of(
            self.value,
            self.on,
            self.tier,
            self.rate,
            self.numerator,
            self.denominator,
            self.checked,
        )

    @actual.setter
    def actual(self, actual: ActualValue | None) -> None:
        computed = actual if isinstance(actual, Quotient) else None
        self.numerator = computed.numerator if computed else None
        self.denominator = computed.denominator if computed else None
        self.value = computed.rounded if computed else _number(actual)
        self.checked = "".join(actual.answers) if isinstance(actual, Checked) else None
        self.on = actual if isinstance(actual, date) else None
        choice = actual if isinstance(actual, TierChoice) else None
        self.tier = choice.tier if choice else None
        self.rate = choice.rate if choice else None


def value_of(
    value: Decimal | None,
    on: date | None,
    tier: Tier | None,
    rate: Decimal | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
    checked: str | None,
) -> ActualValue | None:
    """The actual that these columns of `HasValue` hold; None is 未填报."""
    if tier is not None and rate is not None:
        return TierChoice(tier, rate)
    if checked is not None:
        return Checked(tuple(_ANSWERS[letter] for letter in checked))
    if numerator is not None and denominator is not None:
        return Quotient(numerator, denominator)
    return on if on is not None else value


def _number(actual: ActualValue | None) -> Decimal | None:
    return actual if isinstance(actual, Decimal) else None


def one_value_check() -> CheckConstraint:
    """A number, a day, a tier or answers: at most one of them; a rate goes only with a tier."""
    return CheckConstraint(
        "(tier IS NULL) = (rate IS NULL) AND (numerator IS NULL) = (denominator IS NULL)"
        " AND (numerator IS NULL OR value IS NOT NULL) AND"
        " (CASE WHEN value IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN value_on IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN checked IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN tier IS NULL THEN 0 ELSE 1 END) <= 1",
        name="one_value",
    )


class Submission(Reviewed, OwnedByUnit, Base):
    """One plan's report of one quarter (一次填报)."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("unit_id", "plan_id", "period_id"),
        Index("ix_submission_unit_id_status", "unit_id", "status"),
        Index("ix_submission_unit_id_period_id_status", "unit_id", "period_id", "status"),
        Index("ix_submission_status", "status"),
        approval_check(),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)

    plan: Mapped[Plan] = relationship()
    period: Mapped[Period] = relationship()
    actuals: Mapped[list["Actual"]] = relationship(
        cascade="all, delete-orphan", back_populates="submission"
    )
    executions: Mapped[list["BudgetExecution"]] = relationship(cascade="all, delete-orphan")
    quantities: Mapped[list["QuantityValue"]] = relationship(cascade="all, delete-orphan")
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")


class Actual(HasValue, OwnedByUnit, Base):
    """What one indicator has reached so far (year to date) and is expected to reach.

    `basis` says how a value that was not typed came about: by its formula, or out of a list.
    Where its formula gives 0 over 0, `is_zero_over_zero` says so and there is no value (不涉及).
    `light` is that of the last change; null where there is none, and in rows older than lights.
    """

    __tablename__ = "actual"
    __table_args__ = (
        UniqueConstraint("submission_id", "indicator_id"),
        one_value_check(),
        CheckConstraint(
            "NOT is_no_data OR (value IS NULL AND value_on IS NULL AND tier IS NULL"
            " AND checked IS NULL)",
            name="no_data_has_no_value",
        ),
        CheckConstraint("NOT is_zero_over_zero OR value IS NULL", name="zero_over_zero"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    is_no_data: Mapped[bool] = mapped_column(default=False)
    is_zero_over_zero: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[Line] = mapped_column(default="")
    deviation_kind: Mapped[DeviationKind | None]
    deviation_reason: Mapped[Long] = mapped_column(default="")
    expected_value: Mapped[Number | None]
    expected_on: Mapped[date | None]
    expected_tier: Mapped[Tier | None] = mapped_column(enum_type(Tier, "expected_tier"))
    likelihood: Mapped[Likelihood | None]
    ratio: Mapped[Number | None]
    is_met: Mapped[bool | None]
    light: Mapped[Light | None]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    submission: Mapped[Submission] = relationship(back_populates="actuals")
    indicator: Mapped[Indicator] = relationship()
    updated_by: Mapped[User | None] = relationship()

    @property
    def result(self) -> Result:
        """The actual, 不涉及 where the formula gives 0 over 0, or None for 未填报."""
        return NOT_APPLICABLE if self.is_zero_over_zero else self.actual

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}


class BudgetExecution(OwnedByUnit, Base):
    """元 executed so far this year from one source; null is 未填报."""

    __tablename__ = "budget_execution"
    __table_args__ = (UniqueConstraint("submission_id", "source"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    source: Mapped[FundSource]
    executed: Mapped[Money | None]
    basis: Mapped[Line] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class QuantityValue(OwnedByUnit, Base):
    """What a quantity (公式里的量) came to by the end of a quarter; null is 未填报."""

    __tablename__ = "quantity_value"
    __table_args__ = (UniqueConstraint("submission_id", "quantity_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    quantity_id: Mapped[int] = mapped_column(ForeignKey("quantity.id"), index=True)
    value: Mapped[Number | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Evidence(OwnedByUnit, Base):
    """One file that backs a figure (佐证材料), found by the SHA-256 of its content.

    `pages` says where in the file: 第 3—5 页. One file may back several figures, a row each.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_unit_id_sha256", "unit_id", "sha256"),
        Index("ix_evidence_sha256", "sha256"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    sha256: Mapped[Short]
    name: Mapped[Line]
    pages: Mapped[Line] = mapped_column(default="")
    media_type: Mapped[Short]
    size: Mapped[int]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    removed_at: Mapped[Moment | None]

    created_by: Mapped[User | None] = relationship()
