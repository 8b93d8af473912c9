"""Recommendations (评价建议): the list over a year, one of them, and how many stand where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import Adoption, RecommendationKind
from perf.models import LedgerEntry, Plan, Project, Recommendation, Unit
from perf.queries.pages import Page, contains, page_of
from perf.queries.visible import in_sight

IS_OPEN = Recommendation.adoption.is_(None) & Recommendation.withdrawn_at.is_(None)
IS_TO_CARRY_OUT = Recommendation.adoption.in_(
    [Adoption.ADOPTED, Adoption.PARTLY]
) & Recommendation.outcome_at.is_(None)


class Shown(StrEnum):
    """Which of the recommendations a list shows."""

    ALL = "all"
    OPEN = "open"
    OVERDUE = "overdue"
    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"
    TO_CARRY_OUT = "to_carry_out"
    WITHDRAWN = "withdrawn"


_ADOPTIONS = {
    Shown.ADOPTED: Adoption.ADOPTED,
    Shown.PARTLY: Adoption.PARTLY,
    Shown.NOT_ADOPTED: Adoption.NOT_ADOPTED,
}


@dataclass(frozen=True, slots=True)
class RecommendationFilter:
    """What of the list is asked for; `text` is part of a plan's or unit's name."""

    year: int | None = None
    shown: Shown = Shown.ALL
    kind: RecommendationKind | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RecommendationCounts:
    """How many there are but for those withdrawn, and how many of them stand where."""

    total: int
    open: int
    overdue: int
    adopted: int
    partly: int
    not_adopted: int
    to_carry_out: int


def recommendations_page(
    session: Session, actor: Actor, wanted: RecommendationFilter, today: date, number: int
) -> Page[Recommendation]:
    """The actor's recommendations, open ones first and those due first on top; two queries."""
    query = _in_order(_whole().where(*_conditions(actor, wanted), _shown(wanted.shown, today)))
    return page_of(session, query, number)


def recommendations_to_print(
    session: Session, actor: Actor, wanted: RecommendationFilter, today: date
) -> Sequence[Recommendation]:
    """All of them without those withdrawn, by unit and plan, as forms have them; one query."""
    query = (
        _whole()
        .where(
            *_conditions(actor, wanted),
            _shown(wanted.shown, today),
            Recommendation.withdrawn_at.is_(None),
        )
        .order_by(Unit.code, Unit.id, Plan.kind, Plan.id, Recommendation.id)
    )
    return session.scalars(query).all()


def recommendations_of(session: Session, plan: Plan) -> Sequence[Recommendation]:
    """All on one plan's self-evaluation in the order in which they were made; one query."""
    query = _whole().where(Recommendation.plan_id == plan.id).order_by(Recommendation.id)
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class RecommendedYear:
    """How much was recommended on one year's plan, and how much of it waits for an answer."""

    year: int
    plan_id: int
    total: int
    open: int


def recommended_years(session: Session, plan: Plan) -> list[RecommendedYear]:
    """What was recommended on this plan and on the same one of the year before; one query."""
    rows = session.execute(
        select(Plan.year, Plan.id, func.count(), func.count(case((IS_OPEN, 1))))
        .join(Recommendation, Recommendation.plan_id == Plan.id)
        .where(
            Plan.unit_id == plan.unit_id,
            Plan.project_id == plan.project_id,
            Plan.year.in_([plan.year - 1, plan.year]),
            Recommendation.withdrawn_at.is_(None),
        )
        .group_by(Plan.year, Plan.id)
        .order_by(Plan.year)
    )
    return [RecommendedYear(*row) for row in rows]


def count_recommendations(
    session: Session, actor: Actor, wanted: RecommendationFilter, today: date
) -> RecommendationCounts:
    """How many stand where, whichever of them the filter shows; one query."""
    row: Sequence[int] = session.execute(
        select(
            func.count(),
            *(
                func.count(case((_shown(shown, today), 1)))
                for shown in (
                    Shown.OPEN,
                    Shown.OVERDUE,
                    Shown.ADOPTED,
                    Shown.PARTLY,
                    Shown.NOT_ADOPTED,
                    Shown.TO_CARRY_OUT,
                )
            ),
        )
        .select_from(Recommendation)
        .join(Recommendation.plan)
        .join(Recommendation.unit)
        .outerjoin(Plan.project)
        .where(*_conditions(actor, wanted), Recommendation.withdrawn_at.is_(None))
    ).one()
    return RecommendationCounts(*row)


def recommendation_visible_to(
    session: Session, actor: Actor, recommendation_id: int
) -> Recommendation:
    """One recommendation with all that its page shows; NotFound where it is out of sight."""
    return _found(session, _one(actor, recommendation_id))


def recommendation_to_change(
    session: Session, actor: Actor, recommendation_id: int
) -> Recommendation:
    """The same for a writing request, held until the commit."""
    query = _one(actor, recommendation_id).with_for_update(of=Recommendation)
    return _found(session, query.execution_options(populate_existing=True))


def history_of(session: Session, row: Recommendation) -> Sequence[LedgerEntry]:
    """What the ledger tells of it, the oldest first: every answer that was given; one query."""
    return session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject == Recommendation.__tablename__, LedgerEntry.subject_id == row.id
        )
        .order_by(LedgerEntry.id)
    ).all()


def _shown(shown: Shown, today: date) -> ColumnElement[bool]:
    if shown is Shown.OPEN:
        return IS_OPEN
    if shown is Shown.OVERDUE:
        return IS_OPEN & (Recommendation.due_on < today)
    if shown is Shown.TO_CARRY_OUT:
        return IS_TO_CARRY_OUT
    if shown is Shown.WITHDRAWN:
        return Recommendation.withdrawn_at.is_not(None)
    if shown is Shown.ALL:
        return Recommendation.id.is_not(None)
    return Recommendation.adoption == _ADOPTIONS[shown]


def _conditions(actor: Actor, wanted: RecommendationFilter) -> list[ColumnElement[bool]]:
    found = [in_sight(actor, Recommendation.unit_id)]
    if wanted.year is not None:
        found.append(Plan.year == wanted.year)
    if wanted.kind is not None:
        found.append(Recommendation.kind == wanted.kind)
    if wanted.unit_id is not None:
        found.append(Recommendation.unit_id == wanted.unit_id)
    if wanted.plan_id is not None:
        found.append(Recommendation.plan_id == wanted.plan_id)
    if wanted.text:
        named = (Project.name, Unit.name, Unit.code)
        found.append(or_(*(column.like(contains(wanted.text), escape="\\") for column in named)))
    return found


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(case((IS_OPEN, 0), else_=1), Recommendation.due_on, Recommendation.id)


def _whole() -> Select[Any]:
    return (
        select(Recommendation)
        .join(Recommendation.plan)
        .join(Recommendation.unit)
        .outerjoin(Plan.project)
        .options(
            joinedload(Recommendation.made_by),
            joinedload(Recommendation.answered_by),
            joinedload(Recommendation.outcome_by),
            contains_eager(Recommendation.unit),
            contains_eager(Recommendation.plan).contains_eager(Plan.project),
        )
    )


def _one(actor: Actor, recommendation_id: int) -> Select[Any]:
    return _whole().where(
        Recommendation.id == recommendation_id, in_sight(actor, Recommendation.unit_id)
    )


def _found(session: Session, query: Select[Any]) -> Recommendation:
    row: Recommendation | None = session.scalar(query)
    if row is None:
        raise NotFound("没有找到这条评价建议，或者它不在您的查看范围内。")
    return row
