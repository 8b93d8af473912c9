"""Which past days can be shown, and where each ends."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from perf import clock
from perf.models import RowHistory, Unit

MOST_UNITS = 100
"""A copy of all units is made while somebody waits, so only of so many; of more, one at a time."""


def end_of(day: date) -> datetime:
    """The moment at which the day is over in Asia/Shanghai: what was changed then is the next's."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.SHANGHAI)


def first_day(session: Session) -> date | None:
    """The first day whose end can be shown; None where nothing was ever changed."""
    # Whatever there is hangs on a unit and a year, which all units share.
    begun = session.scalar(
        select(RowHistory.until)
        .where(RowHistory.unit_id.is_(None))
        .order_by(RowHistory.until)
        .limit(1)
    )
    return clock.local(begun).date() if begun else None


def is_small(session: Session) -> bool:
    """Whether all units fit into one copy."""
    return (session.scalar(select(func.count()).select_from(Unit)) or 0) <= MOST_UNITS
