"""What there is to look at in many things that wait: counted for a whole page at once."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.permissions import Actor
from perf.core.revisions import TargetChange
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    Evidence,
    Indicator,
    Plan,
    Remark,
    RevisedTarget,
    Submission,
)
from perf.queries.items import Item, ItemKind, bound_to, items_of, read_items
from perf.queries.review import MODELS, waiting_conditions
from perf.queries.visible import in_sight


def waiting_items(
    session: Session, actor: Actor, keys: Collection[tuple[ItemKind, int]]
) -> list[Item]:
    """Those of these things that still wait for this reviewer, handed in first on top.

    A query for each kind among them.
    """
    found: list[Item] = []
    for kind, model in MODELS.items():
        ids = [key for one, key in keys if one is kind]
        if ids:
            statement = items_of(kind).where(*waiting_conditions(model, actor), model.id.in_(ids))
            found += read_items(session, statement, bound_to(actor))
    return sorted(found, key=lambda one: (str(one.submitted_at), one.plan_id))


def item_in_sight(session: Session, actor: Actor, kind: ItemKind, key: int) -> Item | None:
    """One of these things wherever it stands, None where it is out of sight; one query."""
    model = MODELS[kind]
    statement = items_of(kind).where(model.id == key, in_sight(actor, model.unit_id))
    return next(iter(read_items(session, statement, {})), None)


def versions_of(session: Session, kind: ItemKind, ids: Collection[int]) -> dict[int, int]:
    """The versions of these rows of one kind; one query."""
    model = MODELS[kind]
    rows = session.execute(select(model.id, model.version).where(model.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def unsettled_counts(session: Session, kind: ItemKind, ids: Collection[int]) -> dict[int, int]:
    """How many remarks on each of these are not settled; one query."""
    column = getattr(Remark, f"{MODELS[kind].__tablename__}_id")
    query = select(column, func.count()).where(column.in_(ids), Remark.resolved_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(column))}


def uncovered_in_quarters(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many scored figures of each quarter have no evidence in it, its money included.

    What comes out of the system's own records backs itself. Two queries.
    """

    def is_backed(figure: Any) -> Any:
        return (
            select(Evidence.id)
            .where(
                Evidence.submission_id == Submission.id,
                Evidence.removed_at.is_(None),
                figure,
            )
            .correlate(Submission, Actual)
            .exists()
        )

    figures = (
        select(Submission.id, func.count())
        .join(Actual, Actual.submission_id == Submission.id)
        .join(Indicator, Indicator.id == Actual.indicator_id)
        .where(
            Submission.id.in_(ids),
            Indicator.weight > Decimal(0),
            Indicator.source.is_(None),
            Actual.has_value(),
            ~is_backed(Evidence.indicator_id == Actual.indicator_id),
        )
        .group_by(Submission.id)
    )
    money = select(Submission.id).where(
        Submission.id.in_(ids),
        select(BudgetExecution.id)
        .where(
            BudgetExecution.submission_id == Submission.id, BudgetExecution.executed > Decimal(0)
        )
        .correlate(Submission)
        .exists(),
        ~is_backed(Evidence.indicator_id.is_(None)),
    )
    found = {row[0]: row[1] for row in session.execute(figures)}
    for key in session.scalars(money):
        found[key] = found.get(key, 0) + 1
    return found


def lowered_late(session: Session, plan_ids: Collection[int]) -> dict[int, int]:
    """How many targets of each plan ask for less than when the last quarter began; one query."""
    query = select(Indicator).where(
        Indicator.plan_id.in_(plan_ids), Indicator.third_quarter_target.is_not(None)
    )
    found: dict[int, int] = {}
    for row in session.scalars(query):
        if row.is_lowered_late:
            found[row.plan_id] = found.get(row.plan_id, 0) + 1
    return found


def lowered_by_revisions(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many targets each revision lowers; one query."""
    found: dict[int, int] = {}
    for row in session.scalars(select(RevisedTarget).where(RevisedTarget.revision_id.in_(ids))):
        if row.change is TargetChange.LOWERED:
            found[row.revision_id] = found.get(row.revision_id, 0) + 1
    return found


def plans_to_check(session: Session, ids: Collection[int]) -> Sequence[Plan]:
    """These plans with all that a careful reader reads; the same queries for one and many."""
    return session.scalars(
        select(Plan)
        .options(
            joinedload(Plan.project),
            selectinload(Plan.budget_lines).selectinload(BudgetLine.adjustments),
            selectinload(Plan.indicators),
            selectinload(Plan.quantities),
            selectinload(Plan.tasks),
        )
        .where(Plan.id.in_(ids))
    ).all()
