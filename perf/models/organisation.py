"""Units, users, years and periods."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.permissions import Actor
from perf.core.review_days import REVIEW_DAYS
from perf.core.terms import Rhythm, Role
from perf.models.base import Base
from perf.models.types import Moment, Short

if TYPE_CHECKING:
    from perf.models.people import Office


class Unit(Base):
    """A budget unit (预算单位)."""

    __tablename__ = "unit"

    code: Mapped[Short | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    archived_at: Mapped[Moment | None]


class User(Base):
    """Somebody who signs in; staff and supervisors belong to one unit.

    `email` is blank where there is none. `calendar_hash` is the SHA-256 of the secret part of the
    calendar's address, null where the user has none. `office_id` is an office of the same unit.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('staff', 'supervisor')) = (unit_id IS NOT NULL)", name="role_has_unit"
        ),
        CheckConstraint("office_id IS NULL OR unit_id IS NOT NULL", name="office_has_unit"),
        ForeignKeyConstraint(["unit_id", "office_id"], ["office.unit_id", "office.id"]),
        Index("ix_user_account_office_id", "office_id"),
    )

    username: Mapped[Short] = mapped_column(unique=True)
    display_name: Mapped[Short]
    role: Mapped[Role]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    session_key: Mapped[Short]
    email: Mapped[str] = mapped_column(String(254), default="")
    wants_email: Mapped[bool] = mapped_column(default=True)
    calendar_hash: Mapped[Short | None] = mapped_column(unique=True)
    archived_at: Mapped[Moment | None]
    office_id: Mapped[int | None]

    unit: Mapped[Unit | None] = relationship()
    office: Mapped["Office | None"] = relationship(
        primaryjoin="foreign(User.office_id) == Office.id", viewonly=True
    )

    @property
    def actor(self) -> Actor:
        """The user as the domain sees it."""
        return Actor(self.id, self.display_name, self.role, self.unit_id, self.office_id)


class FiscalYear(Base):
    """A budget year and the rule packs pinned to it; its id is the year itself.

    `review_days` is how many working days a reviewer has for what was submitted (审核期限).
    """

    __tablename__ = "fiscal_year"
    __table_args__ = (CheckConstraint("review_days BETWEEN 1 AND 60", name="review_days"),)

    project_pack_id: Mapped[Short]
    project_pack_version: Mapped[int]
    cost_project_pack_id: Mapped[Short]
    cost_project_pack_version: Mapped[int]
    department_pack_id: Mapped[Short]
    department_pack_version: Mapped[int]
    review_days: Mapped[int] = mapped_column(default=REVIEW_DAYS)
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.QUARTERS)

    periods: Mapped[list["Period"]] = relationship(
        order_by="(Period.months, Period.code.like('%-FY'))"
    )


class Period(Base):
    """A reporting period (填报期), the same for all units: `2022-Q1`, `2022-M07`, `2022-FY`.

    `months` are the months of the year that are over at its end.
    """

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("year", "code"),
        CheckConstraint("opens_on <= due_on", name="opens_before_due"),
        CheckConstraint("months BETWEEN 1 AND 12", name="months_of_a_year"),
    )

    year: Mapped[int] = mapped_column(ForeignKey("fiscal_year.id"))
    code: Mapped[Short]
    name: Mapped[Short]
    months: Mapped[int]
    opens_on: Mapped[date]
    due_on: Mapped[date]
    locked_at: Mapped[Moment | None]

    @property
    def is_year(self) -> bool:
        """Whether this is the year's self-evaluation rather than a period of figures."""
        return self.code.endswith("-FY")
