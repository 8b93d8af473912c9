"""Which of its year's periods a plan owes; the one place that says it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    extract,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from perf.models import Period, Plan

IS_YEAR = Period.code.like("%-FY")


# By what plans differ in which reports they owe, to group them by: the first month, the last one,
# and whether they go on. Most are alike, so that there are few groups however many plans.
SPAN: tuple[ColumnElement[int], ColumnElement[int], ColumnElement[bool]] = (
    func.coalesce(extract("month", Plan.begins_on), 1),
    type_coerce(Plan.owed_until, Integer),
    Plan.ended_on.is_(None),
)


def spans_owe(span: Sequence[Any], period: Period) -> bool:
    """Whether plans of these values of `SPAN` owe a period's report, or the self-evaluation."""
    first, last, goes_on = span
    return bool(goes_on if period.is_year else first <= period.months <= last)


def owes_month(month: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """The condition that a plan ran in the period that ends in this month.

    It is `is_demanded` of `perf/core/endings.py` in SQL.
    """
    return and_(SPAN[0] <= month, SPAN[1] >= month)


def owes_self_evaluation() -> ColumnElement[bool]:
    """The condition that a plan's self-evaluation is demanded: it did not end within the year."""
    return SPAN[2]


def is_demanded() -> ColumnElement[bool]:
    """The SQL condition that a plan owes figures of a period, in a query over both."""
    return and_(Period.year == Plan.year, ~IS_YEAR, owes_month(Period.months))


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
