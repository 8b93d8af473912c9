"""Who stands for a plan or a quarter: the people of the steps that led to its present status."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.terms import Action, Status
from perf.models import LedgerEntry, Plan, Submission

Names = Mapping[tuple[int, str], str]
"""From a subject's id and a step to who took it last."""

_COUNTS = {
    Status.SUBMITTED: (Action.SUBMIT,),
    Status.APPROVED: (Action.SUBMIT, Action.APPROVE),
}
# Databases bound how many values one list in a query may have.
_AT_ONCE = 500


def names_of_steps(session: Session, subjects: Sequence[Plan] | Sequence[Submission]) -> Names:
    """The names as the ledger has them, so that a renamed user changes no form.

    The subjects are of one kind; a query for each 500 of them.
    """
    ids = [each.id for each in subjects if each.status in _COUNTS]
    found: dict[tuple[int, str], str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(LedgerEntry.subject_id, LedgerEntry.action, LedgerEntry.actor_name)
            .where(
                LedgerEntry.subject == subjects[0].__tablename__,
                LedgerEntry.subject_id.in_(ids[start : start + _AT_ONCE]),
                LedgerEntry.action.in_([Action.SUBMIT.value, Action.APPROVE.value]),
            )
            .order_by(LedgerEntry.id)
        )
        for subject_id, action, name in rows:
            found[subject_id, action] = name
    return found


def people_of(subject: Plan | Submission, names: Names) -> dict[str, Any]:
    """Names and times by the names of a form's fields; a step that does not count is absent."""
    steps = _COUNTS.get(subject.status, ())
    people: dict[str, Any] = {}
    if Action.SUBMIT in steps:
        people["submitted_by"] = names.get((subject.id, Action.SUBMIT), "")
        people["submitted_at"] = subject.submitted_at
    if Action.APPROVE in steps:
        people["approved_by"] = names.get((subject.id, Action.APPROVE), "")
        people["approved_at"] = subject.decided_at
    return people
