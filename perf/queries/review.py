"""What waits for a reviewer, and what was decided lately."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, or_, select, union_all
from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.models import Plan, SelfEvaluation, Submission
from perf.queries.items import Item, ItemKind, items_of, read_item
from perf.queries.pages import PAGE_SIZE, Page
from perf.queries.visible import in_sight

MODELS: dict[ItemKind, Any] = {
    ItemKind.PLAN: Plan,
    ItemKind.QUARTER: Submission,
    ItemKind.SELF_EVALUATION: SelfEvaluation,
}


def count_waiting(session: Session, actor: Actor) -> dict[ItemKind, int]:
    """How much waits for this reviewer, by kind; one query over indexes."""
    counts = [
        select(func.count()).where(*_waiting(model, actor)).scalar_subquery()
        for model in MODELS.values()
    ]
    return dict(zip(MODELS, session.execute(select(*counts)).one(), strict=True))


def waiting_page(
    session: Session, actor: Actor, kinds: Sequence[ItemKind], number: int, total: int
) -> Page[Item]:
    """One page of what waits for this reviewer, what was handed in first on top; one query.

    `total` is what `count_waiting` gave for these kinds.
    """
    rows = _gathered(kinds, lambda model: _waiting(model, actor))
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    query = (
        select(rows)
        .order_by(rows.c.submitted_at, rows.c.kind, rows.c.subject_id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page([read_item(row) for row in session.execute(query)], number, pages, total)


def decided_items(
    session: Session, actor: Actor, kinds: Sequence[ItemKind], limit: int = PAGE_SIZE
) -> list[Item]:
    """What was decided last in the actor's sight and still stands so, the latest first."""
    rows = _gathered(kinds, lambda model: _decided(model, actor))
    query = (
        select(rows)
        .order_by(rows.c.decided_at.desc(), rows.c.kind, rows.c.subject_id.desc())
        .limit(limit)
    )
    return [read_item(row) for row in session.execute(query)]


def _waiting(model: Any, actor: Actor) -> list[ColumnElement[bool]]:
    """Submitted in the actor's sight; what they submitted themselves is not theirs to decide."""
    return [
        model.status == Status.SUBMITTED,
        in_sight(actor, model.unit_id),
        or_(model.submitted_by_id.is_(None), model.submitted_by_id != actor.id),
    ]


def _decided(model: Any, actor: Actor) -> list[ColumnElement[bool]]:
    return [
        model.status.in_([Status.APPROVED, Status.RETURNED]),
        in_sight(actor, model.unit_id),
        model.decided_at.is_not(None),
    ]


def _gathered(kinds: Sequence[ItemKind], conditions: Any) -> Subquery:
    selects = [items_of(kind).where(*conditions(MODELS[kind])) for kind in kinds]
    return union_all(*selects).subquery("items")
