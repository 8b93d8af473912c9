"""One indicator over all units in sight: which names there are, and each unit's year value."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from perf.core.permissions import Actor
from perf.core.terms import PlanKind, Status
from perf.models import Indicator, Plan, Score, SelfEvaluation, Unit
from perf.queries.pages import PAGE_SIZE, Page, contains, count_pages
from perf.queries.visible import in_sight


def indicator_names(
    session: Session, actor: Actor, year: int, *, text: str = "", number: int = 1
) -> Page[tuple[str, PlanKind, int]]:
    """One page of (name, kind of plan, units) that signed self-evaluations have, commonest first.

    Two queries, grouped in SQL.
    """
    units = func.count(func.distinct(Indicator.unit_id))
    query = (
        select(Indicator.name, Plan.kind, units.label("units"))
        .join(Plan, Plan.id == Indicator.plan_id)
        .join(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .where(
            in_sight(actor, Indicator.unit_id),
            Plan.year == year,
            SelfEvaluation.status == Status.APPROVED,
        )
        .group_by(Indicator.name, Plan.kind)
    )
    if text:
        query = query.where(Indicator.name.like(contains(text), escape="\\"))
    groups = query.subquery()
    total, number, pages = count_pages(session, select(groups.c.name), number)
    query = query.order_by(units.desc(), Indicator.name, Plan.kind)
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page([(name, kind, count) for name, kind, count in rows], number, pages, total)


def signed_scores(
    session: Session, actor: Actor, year: int, kind: PlanKind, name: str
) -> Sequence[Score]:
    """The signed scores of all indicators of this name and kind of plan, by unit; one query."""
    return session.scalars(
        select(Score)
        .join(Score.indicator)
        .join(Plan, Plan.id == Indicator.plan_id)
        .join(SelfEvaluation, SelfEvaluation.id == Score.self_evaluation_id)
        .join(Unit, Unit.id == Score.unit_id)
        .options(
            joinedload(Score.indicator)
            .joinedload(Indicator.plan)
            .options(joinedload(Plan.unit), joinedload(Plan.project))
        )
        .where(
            in_sight(actor, Score.unit_id),
            Plan.year == year,
            Plan.kind == kind,
            Indicator.name == name,
            SelfEvaluation.status == Status.APPROVED,
        )
        .order_by(Unit.code, Unit.id, Score.id)
    ).all()
