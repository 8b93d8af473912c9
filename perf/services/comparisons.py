"""What is under review beside what it said before: as submitted, as approved, a period ago."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.terms import Action, Labelled, Status
from perf.models import Snapshot
from perf.services.snapshots import Content, Difference, Subject, differences


class Against(Labelled):
    """What something is held against."""

    SUBMITTED = "submitted", "上次提交"
    APPROVED = "approved", "上次通过"
    PREVIOUS = "previous", "上期"


_STEP_OF = {Against.SUBMITTED: Action.SUBMIT, Against.APPROVED: Action.APPROVE}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences from one base, None where there was none to choose by itself.

    `taken_at` is when the base was kept, None for a period's; `unchanged` are the names of the
    rows that say what they said there.
    """

    against: Against | None
    choices: list[Against]
    taken_at: datetime | None = None
    differences: list[Difference] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def compare(
    session: Session,
    subject: Subject,
    content: Callable[[], Content],
    wanted: Against | None = None,
    previous: Callable[[], Content] | None = None,
) -> Comparison | None:
    """What waits for its review held against the base that is wanted, else the latest of them.

    `content` gives what it says now, `previous` what the period before said, where there is one.
    None where there is nothing to hold it against.
    """
    bases = _bases(session, subject)
    choices = [one for one in Against if one in bases]
    if previous is not None:
        choices.append(Against.PREVIOUS)
    if not choices:
        return None
    against = wanted if wanted in choices else None
    if against is None and bases:
        against = max(bases, key=lambda one: bases[one])
    if against is None:
        return Comparison(None, choices)
    taken_at = None
    if against is Against.PREVIOUS and previous is not None:
        before = previous()
    else:
        kept = session.get_one(Snapshot, bases[against])
        before, taken_at = cast("Content", kept.content), kept.taken_at
    after = content()
    found = differences(before, after)
    moved = {one.indicator_id for one in found}
    unchanged = [row["name"] for row in after["rows"] if row["id"] not in moved]
    return Comparison(against, choices, taken_at, found, unchanged)


def _bases(session: Session, subject: Subject) -> dict[Against, int]:
    """The snapshot of the last submission and of the last approval before the present round."""
    if subject.status is not Status.SUBMITTED:
        return {}
    own = getattr(Snapshot, f"{subject.__tablename__}_id")
    rows = session.execute(
        select(Snapshot.id, Snapshot.action).where(own == subject.id).order_by(Snapshot.id.desc())
    ).all()
    found: dict[Against, int] = {}
    # The latest one is what is under review itself.
    for key, action in rows[1:]:
        for against, step in _STEP_OF.items():
            if action is step:
                found.setdefault(against, key)
    return found
