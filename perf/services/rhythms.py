"""The periods of a year in its rhythm (填报节奏), which can change while none is in use."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf.core.errors import Conflict
from perf.core.periods import Period as PeriodOfYear
from perf.core.periods import periods_of
from perf.core.permissions import Actor, Permission
from perf.core.terms import Rhythm
from perf.models import FiscalYear, Period, Submission
from perf.services.ledger import Changes, record_change


def add_periods(session: Session, actor: Actor, year: FiscalYear) -> None:
    """The periods that the year's rhythm wants and that are not there, with the usual days."""
    there = set(session.scalars(select(Period.code).where(Period.year == year.id)))
    for one in periods_of(year.id, year.rhythm):
        if one.code in there:
            continue
        period = Period(
            year=year.id,
            code=one.code,
            name=one.name,
            months=one.months,
            opens_on=_usual_opening(one),
            due_on=one.default_due_on,
        )
        session.add(period)
        record_change(session, actor, "create_period", period, name=_name(period))
    session.flush()


def set_rhythm(session: Session, actor: Actor, year: FiscalYear, rhythm: Rhythm) -> None:
    """Report the year in another rhythm: periods of both stay as they are, the others change.

    Conflict once anything was reported in the year, and where a period that would go is locked or
    in use elsewhere.
    """
    actor.demand(Permission.ADMINISTER)
    session.refresh(year, with_for_update=True)
    if rhythm is year.rhythm:
        return
    if is_reported(session, year):
        raise Conflict(
            f"{year.id} 年度已经有单位开始填报，不能再改填报节奏，否则已填的数没有归处。"
            "请从下一年度起改用新的节奏。"
        )
    wanted = {one.code for one in periods_of(year.id, rhythm)}
    year.rhythm = rhythm
    record_change(session, actor, "set_rhythm", year, name=f"{year.id} 年度")
    for period in list(year.periods):
        if period.code not in wanted:
            _remove(session, actor, period)
    add_periods(session, actor, year)
    session.expire(year, ["periods"])


def is_reported(session: Session, year: FiscalYear) -> bool:
    """Whether anybody has begun to report in the year."""
    begun = select(Submission.id).join(Submission.period).where(Period.year == year.id)
    return session.scalar(begun.limit(1)) is not None


def _remove(session: Session, actor: Actor, period: Period) -> None:
    if period.locked_at is not None:
        raise Conflict(
            f"{period.name}已锁定，改变填报节奏会删去这一期。请先解锁，或保留原来的节奏。"
        )
    gone: Changes = {
        "code": (period.code, None),
        "name": (period.name, None),
        "opens_on": (period.opens_on.isoformat(), None),
        "due_on": (period.due_on.isoformat(), None),
    }
    record_change(session, actor, "delete_period", period, changes=gone, name=_name(period))
    try:
        # Somebody may begin to report in it between the question and the answer.
        with session.begin_nested():
            session.delete(period)
    except IntegrityError as error:
        raise Conflict(
            f"{period.name}已经有单位使用，不能再改填报节奏。请从下一年度起改用新的节奏。"
        ) from error


def _usual_opening(period: PeriodOfYear) -> date:
    """The first day to report unless another is set (2022-Q3 → 1 July, 2022-FY → 1 Jan 2023)."""
    return period.ends_on + timedelta(days=1) if period.is_year else period.starts_on


def _name(period: Period) -> str:
    return f"{period.year} 年{period.name}"
