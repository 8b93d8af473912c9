"""Who reviews for whom (代理审核): on one day, in one unit, and by one delegation."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.models import Delegation, User
from perf.queries.visible import in_sight


def holds_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The SQL condition that a delegation holds on the day; its first and last day count."""
    return (
        Delegation.ended_at.is_(None) & (Delegation.starts_on <= day) & (Delegation.ends_on >= day)
    )


def holds_today() -> ColumnElement[bool]:
    """The same for a statement that is built once; the day is bound as `:today`."""
    return holds_on(bindparam("today", type_=Date))


def delegates_of_units(session: Session, units: Collection[int], day: date) -> set[int]:
    """Who reviews for somebody else on the day in these units, by their ids; one query."""
    query = select(Delegation.delegate_id).where(Delegation.unit_id.in_(units), holds_on(day))
    return set(session.scalars(query))


def delegations_of_unit(
    session: Session, actor: Actor, unit_id: int, today: date
) -> Sequence[Delegation]:
    """The unit's delegations that hold today or will, the next first; one query."""
    return session.scalars(
        select(Delegation)
        .options(joinedload(Delegation.delegator), joinedload(Delegation.delegate))
        .where(
            Delegation.unit_id == unit_id,
            in_sight(actor, Delegation.unit_id),
            Delegation.ended_at.is_(None),
            Delegation.ends_on >= today,
        )
        .order_by(Delegation.starts_on, Delegation.id)
    ).all()


def standing_of_person(session: Session, actor: Actor, today: date) -> Delegation | None:
    """The delegation by which the actor reviews for somebody today; None where there is none."""
    return session.scalar(
        select(Delegation)
        .options(joinedload(Delegation.delegator))
        .where(Delegation.delegate_id == actor.id, holds_on(today))
        .order_by(Delegation.id)
        .limit(1)
    )


def unended_of_person(session: Session, user_id: int, since: date) -> Sequence[Delegation]:
    """What the person gave or was given and is not over before the day, held until the commit."""
    is_theirs: Any = or_(Delegation.delegator_id == user_id, Delegation.delegate_id == user_id)
    return session.scalars(
        select(Delegation)
        .options(joinedload(Delegation.delegator), joinedload(Delegation.delegate))
        .where(is_theirs, Delegation.ended_at.is_(None), Delegation.ends_on >= since)
        .order_by(Delegation.id)
        .with_for_update(of=Delegation)
    ).all()


def own_delegation(session: Session, actor: Actor, delegation_id: int) -> Delegation:
    """One delegation that the actor gave, held until the commit; NotFound for anybody else's."""
    row = session.scalar(
        select(Delegation)
        .options(joinedload(Delegation.delegate))
        .where(Delegation.id == delegation_id, Delegation.delegator_id == actor.id)
        .with_for_update(of=Delegation)
    )
    if row is None:
        raise NotFound("没有找到这项代理，或者它不是您委托的。请从“科室与人员”重新进入。")
    return row


def people_in_use(session: Session, unit_id: int) -> Sequence[User]:
    """The people of a unit who can sign in, with their offices, by name; one query."""
    return session.scalars(
        select(User)
        .options(joinedload(User.office))
        .where(User.unit_id == unit_id, User.archived_at.is_(None))
        .order_by(User.display_name, User.id)
    ).all()
