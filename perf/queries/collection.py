"""What the page of division and collection (分工与收集) reads beside the quarter itself."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from perf.core.permissions import Actor
from perf.core.terms import PlanKind, Role, Status
from perf.core.workflow import EDITABLE
from perf.models import (
    Actual,
    HandIn,
    Indicator,
    InternalDue,
    Office,
    Period,
    Plan,
    Project,
    Submission,
    User,
)
from perf.queries.demanded import is_demanded
from perf.queries.items import is_any_of, is_open


@dataclass(frozen=True, slots=True)
class OwnShare:
    """What an office has left to fill in of one quarter; `due_on` is the earlier of both days."""

    plan_id: int
    plan_name: str
    code: str
    period_name: str
    due_on: date
    is_internal: bool
    owed: int
    filled: int

    @property
    def left(self) -> int:
        """How many have no figure yet."""
        return self.owed - self.filled


def hand_ins_of(session: Session, submission_id: int) -> dict[int, HandIn]:
    """The offices' hand-ins of a quarter that stand, by office; one query."""
    rows = session.scalars(
        select(HandIn)
        .options(joinedload(HandIn.handed_in_by))
        .where(HandIn.submission_id == submission_id, HandIn.handed_in_at.is_not(None))
    )
    return {row.office_id: row for row in rows}


def offices_by_id(session: Session, ids: Collection[int]) -> dict[int, Office]:
    """These offices in their order; one query."""
    rows = session.scalars(select(Office).where(Office.id.in_(ids)).order_by(Office.id))
    return {row.id: row for row in rows}


def clerks_of(session: Session, offices: Collection[int]) -> dict[int, list[User]]:
    """Who can report for these offices, by office; one query."""
    query = select(User).where(
        User.office_id.in_(offices), User.archived_at.is_(None), User.role == Role.STAFF
    )
    found: dict[int, list[User]] = {}
    for user in session.scalars(query.order_by(User.display_name, User.id)):
        found.setdefault(user.office_id or 0, []).append(user)
    return found


def internal_due_of(session: Session, unit_id: int, period_id: int) -> InternalDue | None:
    """The day that the unit set itself for the period; None where it set none."""
    return session.scalar(
        select(InternalDue).where(
            InternalDue.unit_id == unit_id, InternalDue.period_id == period_id
        )
    )


def has_figure() -> ColumnElement[bool]:
    """The SQL condition that a row has a figure, or says that there is none."""
    return or_(Actual.has_value(), Actual.is_no_data, Actual.is_zero_over_zero)


def own_shares(session: Session, actor: Actor, today: date) -> Sequence[OwnShare]:
    """What the actor's office still has to fill in or to hand in, the most urgent first; one query.

    Quarters count from the day they open under an approved plan until they are handed in for
    review, or by the office.
    """
    filled = func.count(Actual.id)
    handed_in = (
        select(HandIn.id)
        .where(
            HandIn.submission_id == Submission.id,
            HandIn.office_id == actor.office_id,
            HandIn.handed_in_at.is_not(None),
        )
        .exists()
    )
    due_on = func.coalesce(InternalDue.due_on, Period.due_on)
    query = (
        select(
            Plan.id,
            Project.name,
            Period.code,
            Period.name,
            Period.due_on,
            InternalDue.due_on,
            func.count(Indicator.id),
            filled,
        )
        .select_from(Indicator)
        .join(Plan, Plan.id == Indicator.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .join(Period, is_demanded())
        .outerjoin(
            Submission, and_(Submission.plan_id == Plan.id, Submission.period_id == Period.id)
        )
        .outerjoin(
            InternalDue,
            and_(InternalDue.unit_id == Plan.unit_id, InternalDue.period_id == Period.id),
        )
        .outerjoin(
            Actual,
            and_(
                Actual.submission_id == Submission.id,
                Actual.indicator_id == Indicator.id,
                has_figure(),
            ),
        )
        .where(
            Plan.unit_id == actor.unit_id,
            Indicator.office_id == actor.office_id,
            Plan.status == Status.APPROVED,
            is_open(today),
            or_(Submission.id.is_(None), is_any_of(Submission.status, sorted(EDITABLE))),
            ~handed_in,
        )
        .group_by(
            Plan.id, Project.name, Period.code, Period.name, Period.due_on, InternalDue.due_on
        )
        .order_by(due_on, Period.code, Plan.id)
    )
    rows: Iterable[Any] = session.execute(query)
    return [
        OwnShare(
            plan_id,
            project or PlanKind.DEPARTMENT.label,
            code,
            name,
            due if internal is None else internal,
            internal is not None,
            owed,
            done,
        )
        for plan_id, project, code, name, due, internal, owed, done in rows
    ]
