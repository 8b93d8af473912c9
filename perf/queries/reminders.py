"""What waits for whom, over many units at once; and who has not reported (未报送)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from perf.core.permissions import Actor
from perf.core.reminders import Line, line_of
from perf.core.terms import PlanKind, Role, Status
from perf.core.workflow import HANDED_IN
from perf.models import (
    Message,
    Period,
    Plan,
    Project,
    Recommendation,
    Rectification,
    SelfEvaluation,
    Submission,
    Unit,
    User,
)
from perf.queries.demanded import owes_month, owes_self_evaluation
from perf.queries.items import Item, ItemKind, is_any_of, items_of
from perf.queries.organisation import is_unit_called
from perf.queries.pages import PAGE_SIZE, Page, count_pages
from perf.queries.recommendations import IS_OPEN
from perf.queries.rectifications import UNFINISHED
from perf.queries.visible import in_sight
from perf.queries.workbench import outstanding_by_kind

_KINDS = {kind.value: kind for kind in ItemKind}


@dataclass(frozen=True, slots=True)
class Missing:
    """One report that a plan owes for a period; `status` is None where nobody began."""

    plan_id: int
    unit_id: int
    unit_name: str
    plan_name: str
    status: Status | None


def units_after(session: Session, after: int, count: int) -> list[int]:
    """The ids of so many units in use after this one."""
    query = select(Unit.id).where(Unit.id > after, Unit.archived_at.is_(None))
    return list(session.scalars(query.order_by(Unit.id).limit(count)))


def people_to_tell(
    session: Session, units: Collection[int], role: Role | None = None
) -> Sequence[User]:
    """The people in use of these units, held until the commit so that each gets one message."""
    query = select(User).where(User.unit_id.in_(units), User.archived_at.is_(None))
    if role is not None:
        query = query.where(User.role == role)
    return session.scalars(query.order_by(User.id).with_for_update(of=User, key_share=True)).all()


def outstanding_of_units(
    session: Session, units: Sequence[int], today: date
) -> dict[int, list[Item]]:
    """Everything that is not approved, by unit; one query."""
    conditions = outstanding_by_kind()
    statement = union_all(
        *(
            items_of(kind)
            .add_columns(Plan.unit_id)
            .where(Plan.unit_id.in_(units), conditions[kind])
            for kind in ItemKind
        )
    )
    found: dict[int, list[Item]] = {}
    for kind, *columns, unit_id in session.connection().execute(statement, {"today": today}):
        found.setdefault(unit_id, []).append(Item(_KINDS[kind], *columns))
    return found


def rectifications_of_units(
    session: Session, units: Sequence[int]
) -> dict[int, list[Rectification]]:
    """The rectifications that are not closed, by unit; two queries."""
    query = (
        select(Rectification)
        .options(
            joinedload(Rectification.indicator),
            joinedload(Rectification.reported_by),
            joinedload(Rectification.plan).joinedload(Plan.project),
        )
        .where(Rectification.unit_id.in_(units), UNFINISHED)
        .order_by(Rectification.due_on, Rectification.id)
    )
    found: dict[int, list[Rectification]] = {}
    for row in session.scalars(query):
        found.setdefault(row.unit_id, []).append(row)
    return found


def recommendations_of_units(
    session: Session, units: Sequence[int], until: date
) -> dict[int, list[Recommendation]]:
    """The recommendations to be answered up to this day, by unit; one query."""
    query = (
        select(Recommendation)
        .options(joinedload(Recommendation.plan).joinedload(Plan.project))
        .where(Recommendation.unit_id.in_(units), IS_OPEN, Recommendation.due_on <= until)
        .order_by(Recommendation.due_on, Recommendation.id)
    )
    found: dict[int, list[Recommendation]] = {}
    for row in session.scalars(query):
        found.setdefault(row.unit_id, []).append(row)
    return found


def messages_of_day(session: Session, people: Collection[int], day: date) -> dict[int, Message]:
    """The messages of these people of one day, by person; one query."""
    query = select(Message).where(Message.user_id.in_(people), Message.day == day)
    return {message.user_id: message for message in session.scalars(query)}


def periods_to_report(session: Session, today: date) -> Sequence[Period]:
    """Every period that has opened, the latest due first."""
    query = select(Period).where(Period.opens_on <= today)
    return session.scalars(query.order_by(Period.due_on.desc(), Period.code.desc())).all()


def missing_page(
    session: Session, actor: Actor, period: Period, text: str, number: int
) -> Page[Missing]:
    """One page of what approved plans owe for the period, by unit; two queries."""
    query = _missing(actor, period, text)
    total, number, pages = count_pages(session, query, number)
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page([_as_missing(row) for row in rows], number, pages, total)


def missing_rows(
    session: Session, actor: Actor, period: Period, text: str = "", plan_id: int | None = None
) -> list[Missing]:
    """All of them, or what one plan owes; one query."""
    query = _missing(actor, period, text)
    if plan_id is not None:
        query = query.where(Plan.id == plan_id)
    return [_as_missing(row) for row in session.execute(query)]


def staff_of_units(session: Session, units: Collection[int]) -> dict[int, list[User]]:
    """Who reports for each of these units, by name; one query."""
    query = select(User).where(
        User.unit_id.in_(units), User.archived_at.is_(None), User.role == Role.STAFF
    )
    found: dict[int, list[User]] = {}
    for user in session.scalars(query.order_by(User.display_name, User.id)):
        found.setdefault(user.unit_id or 0, []).append(user)
    return found


def reminders_of_day(
    session: Session, people: Collection[int], day: date
) -> dict[tuple[str, int, str], tuple[str, ...]]:
    """Who reminded these people of what on the day, by thing; one query."""
    lines: dict[tuple[str, int, str], Line] = {}
    for message in messages_of_day(session, people, day).values():
        for line in map(line_of, message.lines):
            if line.reminded:
                lines[line.thing] = line
    return {thing: line.reminded for thing, line in lines.items()}


def _missing(actor: Actor, period: Period, text: str) -> Select[Any]:
    model: Any = SelfEvaluation if period.is_year else Submission
    own = [model.unit_id == Plan.unit_id, model.plan_id == Plan.id]
    is_owed = owes_self_evaluation()
    if not period.is_year:
        own.append(Submission.period_id == period.id)
        is_owed = owes_month(period.months)
    query = (
        select(Plan.id, Unit.id, Unit.name, Project.name, model.status)
        .select_from(Plan)
        .join(Unit, Unit.id == Plan.unit_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(model, and_(*own))
        .where(
            in_sight(actor, Plan.unit_id),
            Plan.year == period.year,
            Plan.status == Status.APPROVED,
            is_owed,
            Unit.archived_at.is_(None),
            or_(model.id.is_(None), ~is_any_of(model.status, HANDED_IN)),
        )
        .order_by(Unit.code, Unit.id, Plan.kind, Plan.id)
    )
    return query.where(is_unit_called(text)) if text else query


def _as_missing(row: Any) -> Missing:
    plan_id, unit_id, unit_name, project_name, status = row
    return Missing(plan_id, unit_id, unit_name, project_name or PlanKind.DEPARTMENT.label, status)
