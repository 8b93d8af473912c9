"""How many indicators of quarters have which light, as stored with their figures."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from perf.core.terms import Light
from perf.models import Actual

LAGGING = (Light.RED, Light.YELLOW)


def lagging_counts(
    session: Session, submission_ids: Collection[int]
) -> dict[int, list[tuple[Light, int]]]:
    """The lights that are not green of each of these quarters with their numbers, red first.

    For quarters that the caller has in sight; one query, or none.
    """
    if not submission_ids:
        return {}
    rows = session.execute(
        select(Actual.submission_id, Actual.light, func.count())
        .where(Actual.submission_id.in_(submission_ids), Actual.light.in_(LAGGING))
        .group_by(Actual.submission_id, Actual.light)
    )
    counted = {(key, light): count for key, light, count in rows}
    return {
        key: [(light, counted[key, light]) for light in LAGGING if (key, light) in counted]
        for key in submission_ids
    }
