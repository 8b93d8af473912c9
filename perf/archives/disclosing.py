"""The places to look at before a unit's year is made public."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from perf.archives.plan_forms import evaluations_to_write, targets_to_write
from perf.archives.published import FlaggedText, flagged_texts
from perf.core.terms import Status
from perf.queries.archives import names_of_people
from perf.queries.evaluations import plans_to_export, whole_plans

_BATCH = 100
TARGET = "绩效目标表"
EVALUATION = "绩效自评表"


@dataclass(frozen=True, slots=True)
class Place:
    """A text of a plan's form, `form` being TARGET or EVALUATION, with what is flagged in it."""

    plan_id: int
    plan: str
    form: str
    found: FlaggedText


def places_to_check(session: Session, year: int, unit_id: int) -> list[Place]:
    """Every flagged text of the forms that the unit's public archive would hold, in their order.

    Those are the approved targets and the signed self-evaluations, the latter as they were signed.
    """
    names = names_of_people(session, unit_id)
    ids = [plan_id for plan_id, _ in plans_to_export(session, year=year, unit_id=unit_id)]
    places: list[Place] = []
    for first in range(0, len(ids), _BATCH):
        part = whole_plans(session, ids[first : first + _BATCH])
        targets = targets_to_write(session, [plan for plan, _ in part])
        for (plan, evaluation), target in zip(part, targets, strict=True):
            forms = [(TARGET, target.form)] if plan.status is Status.APPROVED else []
            if evaluation is not None and evaluation.status is Status.APPROVED:
                signed = evaluations_to_write(session, [(plan, evaluation)])
                forms += [(EVALUATION, one.form) for one in signed]
            places += [
                Place(plan.id, plan.name, what, found)
                for what, form in forms
                for found in flagged_texts(form, names)
            ]
    return places


def digest_of(places: Sequence[Place]) -> str:
    """What tells one list of places from any other: what was ticked is what was seen."""
    return sha256(repr(places).encode()).hexdigest()
