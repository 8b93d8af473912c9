"""Projects, plans, their money, tasks and indicators."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.revisions import TargetChange, target_change
from perf.core.targets import Target
from perf.core.terms import (
    Comparator,
    Curve,
    FundSource,
    Kind,
    PlanKind,
    QuantityKind,
    RecordSource,
    Sense,
)
from perf.models.base import Base, OwnedByUnit
from perf.models.organisation import Unit
from perf.models.types import Line, Long, Money, Number, Points, Short
from perf.models.workflow import Reviewed, approval_check


class Project(OwnedByUnit, Base):
    """A project (项目) over the years; its code, where it has one, is unique in its unit."""

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("unit_id", "code"),
        Index("ix_project_unit_id_name", "unit_id", "name"),
        Index(
            "uq_project_without_code",
            "unit_id",
            "name",
            unique=True,
            sqlite_where=text("code IS NULL"),
            postgresql_where=text("code IS NULL"),
        ),
    )

    code: Mapped[Short | None]
    name: Mapped[Line]
    category: Mapped[Line | None]
    implementing_unit: Mapped[Line | None]


class Plan(Reviewed, OwnedByUnit, Base):
    """One year's targets of a project, or of the whole department where `project_id` is null.

    `pack_reason` says why it is scored by another pack than its year's, `begun_from_id` from
    which of the unit's plans of the year before it was begun. One that was added within the year
    (追加) runs from `begins_on`, by the document `added_by` of the day `added_on`. `ended_on` is
    the day from which an approved ending holds; reports are owed up to the month `owed_until`.
    """

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "project_id"),
        # What it was begun from is the same unit's.
        UniqueConstraint("unit_id", "id"),
        ForeignKeyConstraint(["unit_id", "begun_from_id"], ["plan.unit_id", "plan.id"]),
        Index("ix_plan_unit_id_begun_from_id", "unit_id", "begun_from_id"),
        Index(
            "uq_plan_department",
            "unit_id",
            "year",
            unique=True,
            sqlite_where=text("project_id IS NULL"),
            postgresql_where=text("project_id IS NULL"),
        ),
        Index("ix_plan_unit_id_year_status", "unit_id", "year", "status"),
        CheckConstraint("(kind = 'department') = (project_id IS NULL)", name="kind_has_project"),
        CheckConstraint(
            "(begins_on IS NULL) = (added_on IS NULL) AND (begins_on IS NULL) = (added_by = '')",
            name="addition_has_document",
        ),
        CheckConstraint(
            "owed_until BETWEEN 0 AND 12 AND (ended_on IS NOT NULL OR owed_until = 12)",
            name="owed_until_its_end",
        ),
        approval_check(),
    )

    year: Mapped[int] = mapped_column(ForeignKey("fiscal_year.id"), index=True)
    kind: Mapped[PlanKind]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    objective: Mapped[Long] = mapped_column(default="")
    basic_expenditure: Mapped[Money | None]
    project_expenditure: Mapped[Money | None]
    pack_id: Mapped[Short]
    pack_version: Mapped[int]
    pack_reason: Mapped[Line | None]
    begun_from_id: Mapped[int | None]
    begins_on: Mapped[date | None]
    added_by: Mapped[Line] = mapped_column(default="")
    added_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    owed_until: Mapped[int] = mapped_column(default=12)
    is_demo: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
    project: Mapped[Project | None] = relationship()
    budget_lines: Mapped[list["BudgetLine"]] = relationship(
        order_by="BudgetLine.id", cascade="all, delete-orphan"
    )
    tasks: Mapped[list["Task"]] = relationship(
        order_by="Task.ordinal", cascade="all, delete-orphan"
    )
    indicators: Mapped[list["Indicator"]] = relationship(
        order_by="Indicator.ordinal", cascade="all, delete-orphan", back_populates="plan"
    )
    quantities: Mapped[list["Quantity"]] = relationship(
        order_by="Quantity.id", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        """The project's name, or what the department's plan is called."""
        return self.project.name if self.project else PlanKind.DEPARTMENT.label


class BudgetLine(OwnedByUnit, Base):
    """A plan's money from one source in 元: approved at first, and adjusted since."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("plan_id", "source"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    source: Mapped[FundSource]
    initial: Mapped[Money]
    adjustments: Mapped[list["BudgetAdjustment"]] = relationship(
        order_by="BudgetAdjustment.on", cascade="all, delete-orphan"
    )

    @property
    def adjusted(self) -> Decimal:
        """全年预算数: the initial amount and every adjustment."""
        return self.initial + sum((one.amount for one in self.adjustments), Decimal(0))


class BudgetAdjustment(OwnedByUnit, Base):
    """A dated change of a budget line (追加 positive, 追减 negative) with its document."""

    __tablename__ = "budget_adjustment"

    budget_line_id: Mapped[int] = mapped_column(ForeignKey("budget_line.id"), index=True)
    amount: Mapped[Money]
    on: Mapped[date] = mapped_column("adjusted_on")
    document: Mapped[Line]


class Task(OwnedByUnit, Base):
    """One of the department's main tasks of the year (年度主要任务)."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("plan_id", "ordinal"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ordinal: Mapped[int]
    name: Mapped[Line]
    content: Mapped[Long]


class Quantity(OwnedByUnit, Base):
    """A named quantity (公式里的量) of a plan's formulas; one name is one quantity of the plan."""

    __tablename__ = "quantity"
    __table_args__ = (UniqueConstraint("plan_id", "name"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    name: Mapped[Short]
    kind: Mapped[QuantityKind]
    unit: Mapped[Short] = mapped_column(default="")

    @property
    def label(self) -> str:
        """The name with its unit in brackets (`预算数（万元）`)."""
        return f"{self.name}（{self.unit}）" if self.unit else self.name


class Indicator(OwnedByUnit, Base):
    """A third-level indicator with its target as published and as read.

    Its actual is typed, or computed by `formula` from the plan's quantities, or from the system's
    own records (`source`), or checked point by point (`is_check_list`, the points stand in
    `note`). `initial_target` is the 年初 one where it was revised after the plan's first approval,
    `third_quarter_target` the one that stood when the last quarter began, where it was revised
    since, and `revision_document` the document of the revision (目标调整) that set the present one.
    `curve` and `pace` (what `perf.core.progress.Pace.text` prints) say how it comes due over the
    year; null follows from its target and kind. `office_id` is the unit's office that owes its
    figures (责任科室), null where none was named.
    """

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("plan_id", "level1", "level2", "name", "occurrence"),
        Index("ix_indicator_plan_id_ordinal", "plan_id", "ordinal"),
        CheckConstraint("(comparator = 'eq') = (sense IS NOT NULL)", name="eq_has_sense"),
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight_not_negative"),
        CheckConstraint(
            "(kind = 'ratio') = (formula <> '' OR source IS NOT NULL)", name="ratio_is_computed"
        ),
        CheckConstraint(
            "NOT is_check_list OR (formula = '' AND source IS NULL)", name="check_list_is_typed"
        ),
        CheckConstraint(
            "(pace <> '') = (curve IS NOT NULL AND curve IN ('own', 'once'))",
            name="pace_has_curve",
        ),
        ForeignKeyConstraint(["unit_id", "office_id"], ["office.unit_id", "office.id"]),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    ordinal: Mapped[int]
    level1: Mapped[Short]
    level2: Mapped[Short] = mapped_column(default="")
    name: Mapped[Line]
    occurrence: Mapped[int] = mapped_column(default=1)
    target_text: Mapped[Line]
    comparator: Mapped[Comparator]
    target_value: Mapped[Number | None]
    target_upper: Mapped[Number | None]
    target_on: Mapped[date | None]
    target_upper_on: Mapped[date | None]
    target_unit: Mapped[Short | None]
    sense: Mapped[Sense | None]
    kind: Mapped[Kind]
    weight: Mapped[Points | None]
    is_weight_entered: Mapped[bool] = mapped_column(default=False)
    note: Mapped[Long] = mapped_column(default="")
    formula: Mapped[Line] = mapped_column(default="")
    source: Mapped[RecordSource | None]
    is_check_list: Mapped[bool] = mapped_column(default=False)
    initial_target: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    third_quarter_target: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    revision_document: Mapped[Line] = mapped_column(default="")
    curve: Mapped[Curve | None]
    pace: Mapped[Short] = mapped_column(default="")
    office_id: Mapped[int | None]

    plan: Mapped[Plan] = relationship(back_populates="indicators")

    @property
    def is_computed(self) -> bool:
        """Whether its actual is computed and never typed."""
        return bool(self.formula) or self.source is not None

    @property
    def initial(self) -> Target | None:
        """The 年初 target where it was revised since the plan's first approval."""
        return None if self.initial_target is None else target_from_json(self.initial_target)

    @property
    def is_lowered_late(self) -> bool:
        """Whether its target asks for less than when the year's last quarter began."""
        before = self.third_quarter
        return before is not None and target_change(before, self.target) is TargetChange.LOWERED

    @property
    def third_quarter(self) -> Target | None:
        """The target that stood when the last quarter began, where it was revised since."""
        kept = self.third_quarter_target
        return None if kept is None else target_from_json(kept)

    @property
    def target(self) -> Target:
        """The target as the scoring core takes it."""
        return target_of(
            self.target_text,
            self.comparator,
            self.target_value,
            self.target_upper,
            self.target_on,
            self.target_upper_on,
            self.target_unit,
            self.sense,
        )

    @target.setter
    def target(self, target: Target) -> None:
        self.target_text = target.text
        self.comparator = target.comparator
        self.target_value, self.target_on = _split(target.value)
        self.target_upper, self.target_upper_on = _split(target.upper)
        self.target_unit = target.unit
        self.sense = target.sense


def target_of(
    text: str,
    comparator: Comparator,
    value: Decimal | None,
    upper: Decimal | None,
    on: date | None,
    upper_on: date | None,
    unit: str | None,
    sense: Sense | None,
) -> Target:
    """The target that these columns of an indicator hold."""
    return Target(
        text,
        comparator,
        value if on is None else on,
        upper if upper_on is None else upper_on,
        unit,
        sense,
    )


def target_as_json(target: Target) -> dict[str, str | None]:
    """A target as `initial_target` keeps it: exact numbers and days as text."""
    return {
        "text": target.text,
        "comparator": target.comparator.value,
        "value": None if target.value is None else str(target.value),
        "upper": None if target.upper is None else str(target.upper),
        "unit": target.unit,
        "sense": target.sense.value if target.sense else None,
    }


def target_from_json(kept: Mapping[str, Any]) -> Target:
    """The target that `target_as_json` kept."""
    comparator = {member.value: member for member in Comparator}[kept["comparator"]]
    is_day = comparator in {Comparator.BY_DATE, Comparator.PERIOD}

    def value_of(text: str | None) -> Decimal | date | None:
        if text is None:
            return None
        return date.fromisoformat(text) if is_day else Decimal(text)

    return Target(
        text=kept["text"],
        comparator=comparator,
        value=value_of(kept["value"]),
        upper=value_of(kept["upper"]),
        unit=kept["unit"],
        sense={member.value: member for member in Sense}.get(kept["sense"] or ""),
    )


def _split(value: Decimal | date | None) -> tuple[Decimal | None, date | None]:
    return (value, None) if isinstance(value, Decimal) else (None, value)
