"""By when what waits is to be reviewed (审核期限), by China's working days."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.review_days import MOST_REVIEW_DAYS, last_overdue_on, review_due_on
from perf.core.terms import Status
from perf.models import FiscalYear
from perf.queries.items import Item
from perf.services.ledger import record_change
from perf.services.working_days import CHINESE_WORKING_DAYS

_LONGEST = 4


def review_due(item: Item) -> date | None:
    """The last day to decide about what waits, itself included; None for what does not wait."""
    if item.status is not Status.SUBMITTED or item.submitted_at is None:
        return None
    submitted_on = clock.local(item.submitted_at).date()
    return review_due_on(submitted_on, item.review_days, CHINESE_WORKING_DAYS)


def overdue_before(year: FiscalYear, today: date) -> datetime:
    """What was submitted before this moment is overdue for its review today."""
    last = last_overdue_on(today, year.review_days, CHINESE_WORKING_DAYS)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=clock.SHANGHAI)


def set_review_days(session: Session, actor: Actor, year: FiscalYear, typed: str) -> bool:
    """Set how many working days a year's reviewers have; whether it changed.

    InvalidInput names the field `review_days` where it is no whole number within bounds.
    """
    actor.demand(Permission.ADMINISTER)
    session.refresh(year, with_for_update=True)
    typed = typed.strip()
    is_number = typed.isascii() and typed.isdecimal() and len(typed) < _LONGEST
    if not is_number or not 1 <= int(typed) <= MOST_REVIEW_DAYS:
        wanted = f"请填 1 至 {MOST_REVIEW_DAYS} 的整数（工作日）。"
        raise InvalidInput("审核期限有误。", {"review_days": wanted})
    year.review_days = int(typed)
    name = f"{year.id} 年度"
    return record_change(session, actor, "set_review_days", year, name=name) is not None
