"""What was said at a step by what is reviewed, and what differs since."""

from dataclasses import dataclass
from typing import Any, TypedDict, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.permissions import Actor
from perf.core.terms import Action
from perf.models import Plan, PlanEnding, SelfEvaluation, Snapshot, Submission, TargetRevision

Subject = Plan | Submission | SelfEvaluation | TargetRevision | PlanEnding


class ContentRow(TypedDict):
    """One indicator's fields as shown: {label: text}; a blank is absent."""

    id: int
    name: str
    fields: dict[str, str]


class Content(TypedDict):
    """A whole subject: its own fields, its indicators' rows, and `data` exact for a form."""

    fields: dict[str, str]
    rows: list[ContentRow]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; `name` is the indicator's, or empty for the subject's own field."""

    name: str
    label: str
    old: str | None
    new: str | None
    indicator_id: int | None = None


def take_snapshot(
    session: Session, actor: Actor, subject: Subject, action: Action, content: Content
) -> Snapshot:
    """Keep the content as it stands at this step, and how much differs from the one before."""
    before = last_snapshot(session, subject)
    snapshot = Snapshot(
        unit_id=subject.unit_id,
        action=action,
        taken_at=clock.now(),
        taken_by_id=actor.id,
        content=content,
        changed=len(differences(cast(Content, before.content), content)) if before else None,
        **{_key_of(subject): subject.id},
    )
    session.add(snapshot)
    return snapshot


def last_snapshot(
    session: Session, subject: Subject, *, before_id: int | None = None
) -> Snapshot | None:
    """The latest snapshot of the subject, or the latest one before another."""
    query = select(Snapshot).where(getattr(Snapshot, _key_of(subject)) == subject.id)
    if before_id is not None:
        query = query.where(Snapshot.id < before_id)
    return session.scalar(query.order_by(Snapshot.id.desc()).limit(1))


def differences(before: Content, after: Content) -> list[Difference]:
    """What differs, the subject's own fields first, then row by row in the later form's order.

    A row that is gone has every field's new side None; a row that is new every old side.
    """
    found = _field_differences("", None, before["fields"], after["fields"])
    earlier = {row["id"]: row for row in before["rows"]}
    for row in after["rows"]:
        old = earlier.pop(row["id"], None)
        found += _field_differences(
            row["name"], row["id"], old["fields"] if old else {}, row["fields"]
        )
    for row in earlier.values():
        found += _field_differences(row["name"], row["id"], row["fields"], {})
    return found


def _field_differences(
    name: str, indicator_id: int | None, old: dict[str, str], new: dict[str, str]
) -> list[Difference]:
    return [
        Difference(name, label, old.get(label), new.get(label), indicator_id)
        for label in dict.fromkeys([*new, *old])
        if old.get(label) != new.get(label)
    ]


def _key_of(subject: Subject) -> str:
    return f"{subject.__tablename__}_id"
