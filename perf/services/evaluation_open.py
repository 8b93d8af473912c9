"""Whether a year's self-evaluations can be worked on now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Locked
from perf.models import Period, Plan


def why_closed(period: Period | None) -> str:
    """Why no self-evaluation can be worked on now, as a sentence; empty where it can.

    `period` is the year's own (`2022-FY`).
    """
    if period is None:
        return ""
    if period.locked_at is not None:
        return "年度自评已由管理员锁定，不能再办理。如确需更正，请联系管理员解锁。"
    if clock.today() < period.opens_on:
        return f"年度自评从 {period.opens_on:%Y-%m-%d} 起开放。"
    return ""


def demand_open(session: Session, plan: Plan) -> None:
    """Raise Locked where the year of this plan is closed for self-evaluations."""
    period = session.scalar(
        select(Period).where(Period.year == plan.year, Period.code == f"{plan.year}-FY")
    )
    closed = why_closed(period)
    if closed:
        raise Locked(closed)
