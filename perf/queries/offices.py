"""A unit's offices (责任科室) with how much each has, and one of them by its id."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.models import Indicator, Office, Plan, User
from perf.queries.visible import in_sight


@dataclass(frozen=True, slots=True)
class OfficeCounts:
    """An office with how many people in use and how many indicators of the year it has."""

    office: Office
    people: int
    indicators: int


def offices_of_unit(session: Session, actor: Actor, unit_id: int) -> Sequence[Office]:
    """The unit's offices, those in use first, by their age; one query."""
    return session.scalars(
        select(Office)
        .where(Office.unit_id == unit_id, in_sight(actor, Office.unit_id))
        .order_by(Office.archived_at.is_not(None), Office.id)
    ).all()


def counted_offices(
    session: Session, actor: Actor, unit_id: int, year: int | None
) -> list[OfficeCounts]:
    """The same with what each has; three queries."""
    offices = offices_of_unit(session, actor, unit_id)
    ids = [office.id for office in offices]
    people = session.execute(
        select(User.office_id, func.count())
        .where(User.office_id.in_(ids), User.archived_at.is_(None))
        .group_by(User.office_id)
    )
    indicators = session.execute(
        select(Indicator.office_id, func.count())
        .join(Plan, Plan.id == Indicator.plan_id)
        .where(Plan.unit_id == unit_id, Plan.year == year, Indicator.office_id.in_(ids))
        .group_by(Indicator.office_id)
    )
    by_people = dict(people.all())
    by_indicators = dict(indicators.all())
    return [
        OfficeCounts(one, by_people.get(one.id, 0), by_indicators.get(one.id, 0)) for one in offices
    ]


def office_to_change(session: Session, actor: Actor, unit_id: int, office_id: int) -> Office:
    """An office of a unit within the actor's sight, held until the commit; NotFound for others."""
    office = session.scalar(
        select(Office)
        .where(Office.id == office_id, Office.unit_id == unit_id, in_sight(actor, Office.unit_id))
        .with_for_update()
    )
    if office is None:
        raise NotFound("没有找到这个科室。请从“科室与人员”重新进入。")
    return office
