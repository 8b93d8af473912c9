"""What evidence backs: the same content at other figures, and figures that have none."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from perf.core.permissions import Actor
from perf.models import Actual, Evidence, Indicator, Period, Plan, Submission
from perf.queries.visible import in_sight

# A file that stands at more figures than these is everywhere; the first ones say so.
MOST_PLACES = 200


class Place(NamedTuple):
    """One figure that a file backs; `indicator` is None for the executed budget."""

    evidence: Evidence
    plan: Plan
    period: Period
    indicator: str | None


def places_of(
    session: Session, actor: Actor, year: int, digests: Collection[str]
) -> dict[str, list[Place]]:
    """The figures of the year within the actor's sight that these contents back, by SHA-256.

    The oldest first, without what was removed.
    """
    found: dict[str, list[Place]] = {}
    if not digests:
        return found
    query = _places().where(
        Evidence.sha256.in_(digests), Plan.year == year, in_sight(actor, Evidence.unit_id)
    )
    for row in session.execute(query.limit(MOST_PLACES)):
        found.setdefault(row[0].sha256, []).append(Place(*row))
    return found


def files_of_plan(session: Session, plan_id: int) -> list[Place]:
    """The evidence of all quarters of a plan that was asked for in sight, the oldest first."""
    return [Place(*row) for row in session.execute(_places().where(Plan.id == plan_id))]


def uncovered_counts(session: Session, plan_ids: Collection[int]) -> dict[int, int]:
    """How many scored indicators of each plan have a figure and no evidence in all its quarters.

    What comes out of the system's own records backs itself. A plan without any is not in it.
    """
    told = (
        select(Actual.indicator_id)
        .join(Submission, Submission.id == Actual.submission_id)
        .where(
            Submission.plan_id.in_(plan_ids),
            Actual.has_value(),
        )
    )
    backed = (
        select(Evidence.indicator_id)
        .join(Submission, Submission.id == Evidence.submission_id)
        .where(
            Submission.plan_id.in_(plan_ids),
            Evidence.removed_at.is_(None),
            Evidence.indicator_id.is_not(None),
        )
    )
    query = (
        select(Indicator.plan_id, func.count())
        .where(
            Indicator.plan_id.in_(plan_ids),
            Indicator.weight > Decimal(0),
            Indicator.source.is_(None),
            Indicator.id.in_(told),
            Indicator.id.not_in(backed),
        )
        .group_by(Indicator.plan_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _places() -> Select[Evidence, Plan, Period, str]:
    return (
        select(Evidence, Plan, Period, Indicator.name)
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Plan, Plan.id == Submission.plan_id)
        .join(Period, Period.id == Submission.period_id)
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .outerjoin(Indicator, Indicator.id == Evidence.indicator_id)
        .options(contains_eager(Plan.unit), contains_eager(Plan.project))
        .where(Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
