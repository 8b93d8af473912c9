"""Whether a year's self-evaluations can be worked on, and a department's submitted, now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, Locked
from perf.core.terms import PlanKind
from perf.models import Period, Plan
from perf.queries.own_records import unsigned_projects


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


def demand_signed_projects(session: Session, plan: Plan) -> None:
    """A department counts its projects' self-evaluations: Conflict until all are signed."""
    if plan.kind is not PlanKind.DEPARTMENT:
        return
    names = unsigned_projects(session, plan)
    if names:
        listed = "、".join(names[:5]) + (" 等" if len(names) > 5 else "")
        raise Conflict(
            f"部门整体自评要在各项目自评全部签署之后提交，还有 {len(names)} 个没有签署：{listed}。"
            "请先完成这些项目的自评。"
        )
