"""Which of its year's periods a plan owes; the one place that says it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select
from sqlalchemy.orm import Session

from perf.models import Period, Plan

IS_YEAR = Period.code.like("%-FY")


def is_demanded() -> ColumnElement[bool]:
    """The SQL condition that a plan owes figures of a period, in a query over both."""
    return and_(Period.year == Plan.year, ~IS_YEAR)


def demanded_count() -> ScalarSelect[int]:
    """How many periods of figures a plan owes, as a correlated count."""
    return _of_demanded(func.count())


def last_demanded() -> ScalarSelect[int]:
    """How many months are over at the end of the last one that it owes, likewise."""
    return _of_demanded(func.max(Period.months))


def _of_demanded(column: Any) -> ScalarSelect[int]:
    query = select(column).select_from(Period).where(is_demanded())
    return query.correlate(Plan).scalar_subquery()


def periods_demanded(session: Session, plan: Plan) -> list[Period]:
    """The periods whose figures a plan owes, in the order of time, without its self-evaluation."""
    query = select(Period).join(Plan, is_demanded()).where(Plan.id == plan.id)
    return list(session.scalars(query.order_by(Period.months)))


def periods_lacking(session: Session, plan: Plan, reported: Iterable[Any]) -> list[Period]:
    """Those of them that are not among the periods of these submissions."""
    there = {submission.period_id for submission in reported}
    return [period for period in periods_demanded(session, plan) if period.id not in there]


def names_of(periods: Sequence[Period]) -> str:
    """Some periods by their names (`一季度、二季度`), five of them at most."""
    listed = "、".join(period.name for period in periods[:5])
    return listed if len(periods) <= 5 else f"{listed}等 {len(periods)} 期"
