"""Rectifications (整改): the list, one of them, and how many wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import Light, RectificationState
from perf.models import Plan, Project, Rectification, Submission, Unit, User
from perf.queries.pages import Page, contains, page_of
from perf.queries.visible import in_sight

UNFINISHED = Rectification.state != RectificationState.CLOSED


@dataclass(frozen=True, slots=True)
class RectificationFilter:
    """What of the list is asked for; `states` empty is all, `text` part of a plan's or unit's name.

    `overdue_on` keeps those that are open past their due day on that day.
    """

    states: Collection[RectificationState] = ()
    light: Light | None = None
    overdue_on: date | None = None
    year: int | None = None
    plan_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RectificationCounts:
    """How many are not closed, how many of them are past their day and wait to be confirmed."""

    unfinished: int
    overdue: int
    reported: int


def rectifications_page(
    session: Session, actor: Actor, wanted: RectificationFilter, number: int
) -> Page[Rectification]:
    """The actor's rectifications, those due first on top; two queries."""
    query = (
        _whole()
        .join(Rectification.plan)
        .join(Rectification.unit)
        .outerjoin(Plan.project)
        .where(in_sight(actor, Rectification.unit_id), *_conditions(wanted))
        .order_by(Rectification.due_on, Rectification.id)
    )
    return page_of(session, query, number)


def unfinished_of_plan(session: Session, plan: Plan) -> Sequence[Rectification]:
    """A plan's rectifications that are not closed, those due first on top; one query."""
    return session.scalars(
        select(Rectification)
        .options(joinedload(Rectification.indicator), joinedload(Rectification.owner))
        .where(Rectification.plan_id == plan.id, UNFINISHED)
        .order_by(Rectification.due_on, Rectification.id)
    ).all()


def count_rectifications(session: Session, actor: Actor, today: date) -> RectificationCounts:
    """How many wait within the actor's sight; one query."""
    overdue = case((is_overdue_on(today), 1), else_=0)
    reported = case((Rectification.state == RectificationState.REPORTED, 1), else_=0)
    row = session.execute(
        select(func.count(), func.sum(overdue), func.sum(reported)).where(
            UNFINISHED, in_sight(actor, Rectification.unit_id)
        )
    ).one()
    return RectificationCounts(row[0], row[1] or 0, row[2] or 0)


def is_overdue_on(day: date) -> ColumnElement[bool]:
    """The condition that a rectification is still open past its due day."""
    return (Rectification.state == RectificationState.OPEN) & (Rectification.due_on < day)


def rectification_visible_to(
    session: Session, actor: Actor, rectification_id: int
) -> Rectification:
    """One rectification with all that its page shows; NotFound where it is out of sight."""
    return _found(session, _one(actor, rectification_id))


def rectification_to_change(session: Session, actor: Actor, rectification_id: int) -> Rectification:
    """The same for a writing request, held until the commit."""
    query = _one(actor, rectification_id).with_for_update(of=Rectification)
    return _found(session, query.execution_options(populate_existing=True))


def people_of_unit(session: Session, unit_id: int) -> Sequence[User]:
    """Who can be the owner of a rectification: the unit's people in use, by name."""
    return session.scalars(
        select(User)
        .where(User.unit_id == unit_id, User.archived_at.is_(None))
        .order_by(User.display_name, User.id)
    ).all()


def _conditions(wanted: RectificationFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(Rectification.state.in_(wanted.states))
    if wanted.light is not None:
        found.append(Rectification.light == wanted.light)
    if wanted.overdue_on is not None:
        found.append(is_overdue_on(wanted.overdue_on))
    if wanted.year is not None:
        found.append(Plan.year == wanted.year)
    if wanted.plan_id is not None:
        found.append(Rectification.plan_id == wanted.plan_id)
    if wanted.text:
        named = (Project.name, Unit.name, Unit.code)
        found.append(or_(*(column.like(contains(wanted.text), escape="\\") for column in named)))
    return found


def _whole() -> Select[Rectification]:
    return select(Rectification).options(
        joinedload(Rectification.indicator),
        joinedload(Rectification.owner),
        joinedload(Rectification.submission).joinedload(Submission.period),
        contains_eager(Rectification.unit),
        contains_eager(Rectification.plan).contains_eager(Plan.project),
    )


def _one(actor: Actor, rectification_id: int) -> Select[Rectification]:
    return (
        _whole()
        .join(Rectification.plan)
        .join(Rectification.unit)
        .outerjoin(Plan.project)
        .options(joinedload(Rectification.reported_by), joinedload(Rectification.closed_by))
        .where(Rectification.id == rectification_id, in_sight(actor, Rectification.unit_id))
    )


def _found(session: Session, query: Select[Rectification]) -> Rectification:
    row = session.scalar(query)
    if row is None:
        raise NotFound("没有找到这项整改，或者它不在您的查看范围内。")
    return row
