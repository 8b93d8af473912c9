"""What stands in a user's calendar: due days of periods with how much is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.core.workflow import HANDED_IN
from perf.models import Period, Plan, Rectification, SelfEvaluation, Submission, User
from perf.queries.demanded import SPAN, owes_self_evaluation, spans_owe
from perf.queries.rectifications import UNFINISHED
from perf.queries.visible import in_sight

DAYS_BACK = 400


@dataclass(frozen=True, slots=True)
class DuePeriod:
    """A period with how many plans in sight report in it, and how many have handed in."""

    period: Period
    plans: int
    handed_in: int


def user_of_calendar(session: Session, calendar_hash: str) -> User | None:
    """Whose calendar's address this is; None for nobody's, or for one who may not sign in."""
    return session.scalar(
        select(User).where(User.calendar_hash == calendar_hash, User.archived_at.is_(None))
    )


def due_periods(session: Session, actor: Actor, today: date) -> list[DuePeriod]:
    """The periods of years with approved plans in the actor's sight; four queries.

    What was due more than 400 days ago is left out.
    """
    approved = (in_sight(actor, Plan.unit_id), Plan.status == Status.APPROVED)
    plans: dict[int, list[Any]] = {}
    for year, count, *span in session.execute(
        select(Plan.year, func.count(), *SPAN).where(*approved).group_by(Plan.year, *SPAN)
    ):
        plans.setdefault(year, []).append((count, span))
    periods = session.scalars(
        select(Period)
        .where(Period.year.in_(plans), Period.due_on >= today - timedelta(days=DAYS_BACK))
        .order_by(Period.due_on, Period.code)
    ).all()
    quarters: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(Submission.period_id, func.count())
            .where(
                in_sight(actor, Submission.unit_id),
                Submission.period_id.in_([period.id for period in periods]),
                Submission.status.in_(HANDED_IN),
            )
            .group_by(Submission.period_id)
        )
    }
    years: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(Plan.year, func.count())
            .join(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
            .where(
                in_sight(actor, SelfEvaluation.unit_id),
                Plan.year.in_({period.year for period in periods}),
                SelfEvaluation.status.in_(HANDED_IN),
                owes_self_evaluation(),
            )
            .group_by(Plan.year)
        )
    }
    return [
        DuePeriod(
            period,
            sum(count for count, span in plans[period.year] if spans_owe(span, period)),
            years.get(period.year, 0) if period.is_year else quarters.get(period.id, 0),
        )
        for period in periods
    ]


def rectifications_due(session: Session, actor: Actor) -> Sequence[Rectification]:
    """The rectifications of the actor's unit that are not closed; none for who has no unit."""
    if actor.unit_id is None:
        return []
    return session.scalars(
        select(Rectification)
        .options(
            joinedload(Rectification.indicator),
            joinedload(Rectification.owner),
            joinedload(Rectification.plan).joinedload(Plan.project),
        )
        .where(Rectification.unit_id == actor.unit_id, UNFINISHED)
        .order_by(Rectification.due_on, Rectification.id)
    ).all()
