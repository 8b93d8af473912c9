"""What waits for a reviewer, and what was decided lately.

The statements are long and the pages are opened often: each is built once, its values bound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    bindparam,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from perf.core.permissions import Actor, Permission
from perf.core.terms import Status
from perf.models import Plan, PlanEnding, SelfEvaluation, Submission, TargetRevision, Unit
from perf.queries.items import (
    Item,
    ItemKind,
    bound_to,
    is_any_of,
    items_of,
    lies_in_sight,
    read_items,
)
from perf.queries.pages import PAGE_SIZE, Page
from perf.queries.visible import in_sight

MODELS: dict[ItemKind, Any] = {
    ItemKind.PLAN: Plan,
    ItemKind.REVISION: TargetRevision,
    ItemKind.ENDING: PlanEnding,
    ItemKind.QUARTER: Submission,
    ItemKind.SELF_EVALUATION: SelfEvaluation,
}
Conditions = list[ColumnElement[bool]]


def count_waiting(session: Session, actor: Actor) -> dict[ItemKind, int]:
    """How much waits for this reviewer, by kind; one query over indexes."""
    statement = _counts(actor.may(Permission.READ_ALL_UNITS))
    return dict(zip(MODELS, session.execute(statement, bound_to(actor)).one(), strict=True))


def waiting_page(
    session: Session, actor: Actor, kinds: Sequence[ItemKind], number: int, total: int
) -> Page[Item]:
    """One page of what waits for this reviewer, what was handed in first on top; one query.

    `total` is what `count_waiting` gave for these kinds.
    """
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    statement = _waiting_list(tuple(kinds), actor.may(Permission.READ_ALL_UNITS))
    slice_ = {"limit": PAGE_SIZE, "offset": (number - 1) * PAGE_SIZE}
    rows = read_items(session, statement, bound_to(actor) | slice_)
    return Page(rows, number, pages, total)


def waiting_for(session: Session, actor: Actor) -> list[Item]:
    """What waits for this actor, as far as one page goes; one query, none for others."""
    if not actor.may(Permission.REVIEW):
        return []
    return list(waiting_page(session, actor, list(MODELS), 1, PAGE_SIZE).rows)


def decided_items(
    session: Session, actor: Actor, kinds: Sequence[ItemKind], limit: int = PAGE_SIZE
) -> list[Item]:
    """What was decided last in the actor's sight and still stands so, the latest first."""
    statement = _decided_list(tuple(kinds), actor.may(Permission.READ_ALL_UNITS))
    return read_items(session, statement, bound_to(actor) | {"limit": limit})


def waiting_conditions(model: Any, actor: Actor) -> Conditions:
    """What makes a row of this model one that waits for this reviewer, for `bound_to(actor)`."""
    return _waiting(model, actor.may(Permission.READ_ALL_UNITS))


@dataclass(frozen=True, slots=True)
class LateUnit:
    """A unit with reviews that are overdue: how many, and since when the oldest waits."""

    unit_id: int
    name: str
    count: int
    since: datetime


def late_reviews(session: Session, actor: Actor, year: int, before: datetime) -> list[LateUnit]:
    """The units in sight where something of the year was submitted before this moment and waits.

    The longest waiting first; one query.
    """
    waiting = union_all(
        *(
            items_of(kind)
            .with_only_columns(Plan.unit_id, model.submitted_at.label("at"))
            .where(
                model.status == Status.SUBMITTED,
                model.submitted_at < before,
                Plan.year == year,
                in_sight(actor, Plan.unit_id),
            )
            for kind, model in MODELS.items()
        )
    ).subquery("waiting")
    since = func.min(waiting.c.at)
    rows = session.execute(
        select(Unit.id, Unit.name, func.count(), since)
        .join(waiting, waiting.c.unit_id == Unit.id)
        .group_by(Unit.id, Unit.name)
        .order_by(since, Unit.id)
        .limit(PAGE_SIZE)
    )
    return [LateUnit(*row) for row in rows]


@cache
def _counts(sees_all: bool) -> Select[Any]:
    return select(
        *(
            select(func.count()).where(*_waiting(model, sees_all)).scalar_subquery()
            for model in MODELS.values()
        )
    )


@cache
def _waiting_list(kinds: tuple[ItemKind, ...], sees_all: bool) -> Select[Any]:
    rows = _gathered(kinds, lambda model: _waiting(model, sees_all))
    return (
        select(rows)
        .order_by(rows.c.submitted_at, rows.c.kind, rows.c.subject_id)
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


@cache
def _decided_list(kinds: tuple[ItemKind, ...], sees_all: bool) -> Select[Any]:
    rows = _gathered(kinds, lambda model: _decided(model, sees_all))
    return (
        select(rows)
        .order_by(rows.c.decided_at.desc(), rows.c.kind, rows.c.subject_id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


def _waiting(model: Any, sees_all: bool) -> Conditions:
    """Submitted in the actor's sight; what they submitted themselves is not theirs to decide."""
    return [
        model.status == Status.SUBMITTED,
        lies_in_sight(model.unit_id, sees_all=sees_all),
        or_(
            model.submitted_by_id.is_(None),
            model.submitted_by_id != bindparam("user_id", type_=Integer),
        ),
    ]


def _decided(model: Any, sees_all: bool) -> Conditions:
    return [
        is_any_of(model.status, [Status.APPROVED, Status.RETURNED]),
        lies_in_sight(model.unit_id, sees_all=sees_all),
        model.decided_at.is_not(None),
    ]


def _gathered(kinds: Sequence[ItemKind], conditions: Callable[[Any], Conditions]) -> Subquery:
    selects = [items_of(kind).where(*conditions(MODELS[kind])) for kind in kinds]
    return union_all(*selects).subquery("items")
