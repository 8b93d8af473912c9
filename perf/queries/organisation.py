"""Users, units, years and periods as the administration's pages list and load them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.models import FiscalYear, Period, Plan, Unit, User
from perf.queries.pages import Page, contains, page_of
from perf.queries.visible import in_sight


def users_page(
    session: Session, *, text: str = "", unit: str = "", is_archived: bool = False, number: int = 1
) -> Page[User]:
    """Users with their units; `text` is part of a user name or a name, `unit` of a unit's."""
    query = (
        select(User)
        .options(joinedload(User.unit))
        .where(User.archived_at.is_not(None) if is_archived else User.archived_at.is_(None))
        .order_by(User.username)
    )
    if text:
        query = query.where(or_(_has(User.username, text), _has(User.display_name, text)))
    if unit:
        query = query.join(Unit, Unit.id == User.unit_id).where(is_unit_called(unit))
    return page_of(session, query, number)


def units_page(
    session: Session, *, text: str = "", is_archived: bool = False, number: int = 1
) -> Page[Unit]:
    """Units by code; `text` is part of a code or a name."""
    query = (
        select(Unit)
        .where(Unit.archived_at.is_not(None) if is_archived else Unit.archived_at.is_(None))
        .order_by(Unit.code, Unit.id)
    )
    if text:
        query = query.where(is_unit_called(text))
    return page_of(session, query, number)


def is_unit_called(text: str) -> ColumnElement[bool]:
    """The SQL condition that a unit's code or name has this text in it."""
    return or_(_has(Unit.code, text), _has(Unit.name, text))


def unit_called(session: Session, text: str) -> Unit | None:
    """The unit of exactly this code or name, archived or not."""
    return session.scalar(
        select(Unit).where(or_(Unit.code == text, Unit.name == text)).order_by(Unit.id).limit(1)
    )


def active_units(session: Session) -> Sequence[tuple[int, str | None, str]]:
    """Every unit in use as (id, code, name), for a list to choose from."""
    query = select(Unit.id, Unit.code, Unit.name).where(Unit.archived_at.is_(None))
    rows = session.execute(query.order_by(Unit.code, Unit.id))
    return [(unit_id, code, name) for unit_id, code, name in rows]


def user_by_id(session: Session, _actor: Actor, user_id: int) -> User:
    """One user with the unit; NotFound where there is none."""
    user = session.scalar(select(User).options(joinedload(User.unit)).where(User.id == user_id))
    if user is None:
        raise NotFound("没有找到这个用户。请从用户列表重新进入。")
    return user


def unit_visible_to(session: Session, actor: Actor, unit_id: int) -> Unit:
    """A unit within the actor's sight; NotFound for any other."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, in_sight(actor, Unit.id)))
    if unit is None:
        raise NotFound("没有找到这个单位，或者它不在您的查看范围内。")
    return unit


def years(session: Session) -> Sequence[FiscalYear]:
    """Every year with its periods, the latest first."""
    return session.scalars(
        select(FiscalYear).options(selectinload(FiscalYear.periods)).order_by(FiscalYear.id.desc())
    ).all()


def year_by_id(session: Session, _actor: Actor, year: int) -> FiscalYear:
    """A year with its periods; NotFound where it was not created."""
    row = session.scalar(
        select(FiscalYear).options(selectinload(FiscalYear.periods)).where(FiscalYear.id == year)
    )
    if row is None:
        raise NotFound(f"还没有 {year} 年度。管理员可以在“年度”页新建。")
    return row


def period_by_code(session: Session, _actor: Actor, code: str) -> Period:
    """A period by its code (`2022-Q3`); NotFound where no year has it."""
    period = session.scalar(select(Period).where(Period.code == code.replace("\x00", "")))
    if period is None:
        raise NotFound(f"没有填报期“{code}”。请从年度页面进入。")
    return period


def has_plans(session: Session, year: int, unit_id: int | None = None) -> bool:
    """Whether any plan of the year exists, of this unit where one is named."""
    query = select(Plan.id).where(Plan.year == year)
    if unit_id is not None:
        query = query.where(Plan.unit_id == unit_id)
    return session.scalar(query.limit(1)) is not None


def year_in_focus(session: Session, today: date) -> int | None:
    """The year that a page shows unless another is asked for: today's, else the latest."""
    ids = session.scalars(select(FiscalYear.id).order_by(FiscalYear.id.desc())).all()
    return today.year if today.year in ids else next(iter(ids), None)


def _has(column: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    return column.ilike(contains(text), escape="\\")
