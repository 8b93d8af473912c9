"""What the report of a self-evaluation tells beyond the self-evaluation's own record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.checks import IndicatorKey
from perf.core.permissions import Actor
from perf.core.terms import Action, Status
from perf.models import (
    LedgerEntry,
    Period,
    Plan,
    Rectification,
    RevisedTarget,
    SelfEvaluation,
    Snapshot,
    Submission,
    TargetRevision,
)
from perf.queries.demanded import IS_YEAR
from perf.queries.last_year import by_key, earlier_plans


@dataclass(frozen=True, slots=True)
class Reported:
    """A quarter of the plan's year, its submission where there is one, and that one's steps."""

    period: Period
    submission: Submission | None
    steps: Sequence[LedgerEntry]


def reported_quarters(session: Session, plan: Plan) -> list[Reported]:
    """The quarters of the plan's year in order, with who took which step, in the order of time."""
    found: list[tuple[Period, Submission | None]] = [
        (row[0], row[1])
        for row in session.execute(
            select(Period, Submission)
            .outerjoin(
                Submission, and_(Submission.period_id == Period.id, Submission.plan_id == plan.id)
            )
            .where(Period.year == plan.year, ~IS_YEAR)
            .order_by(Period.code)
        )
    ]
    steps: dict[int, list[LedgerEntry]] = {}
    for entry in session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject == Submission.__tablename__,
            LedgerEntry.subject_id.in_([row.id for _, row in found if row is not None]),
            LedgerEntry.action.in_([action.value for action in Action]),
        )
        .order_by(LedgerEntry.id)
    ):
        steps.setdefault(entry.subject_id, []).append(entry)
    return [Reported(period, row, steps.get(row.id, []) if row else []) for period, row in found]


def approved_revisions(session: Session, plan: Plan) -> Sequence[TargetRevision]:
    """The plan's approved target revisions with what they changed, by the day of their document."""
    return session.scalars(
        select(TargetRevision)
        .options(selectinload(TargetRevision.targets).joinedload(RevisedTarget.indicator))
        .where(TargetRevision.plan_id == plan.id, TargetRevision.status == Status.APPROVED)
        .order_by(TargetRevision.dated_on, TargetRevision.id)
    ).all()


def rectifications_of(session: Session, plan: Plan) -> Sequence[Rectification]:
    """The plan's rectifications, closed ones too, in the order in which they were opened."""
    return session.scalars(
        select(Rectification)
        .options(
            joinedload(Rectification.indicator),
            joinedload(Rectification.owner),
            joinedload(Rectification.submission).joinedload(Submission.period),
        )
        .where(Rectification.plan_id == plan.id)
        .order_by(Rectification.opened_at, Rectification.id)
    ).all()


@dataclass(frozen=True, slots=True)
class LastYear:
    """What was signed the year before: its record, and its rows by what makes them the same."""

    data: Mapping[str, Any]
    rows: Mapping[IndicatorKey, Mapping[str, Any]]


def signed_last_year(session: Session, actor: Actor, plan: Plan) -> LastYear | None:
    """The approved self-evaluation of the same project (or department) of the year before.

    Within the actor's sight; None where there is none. Of two indicators that are called the
    same neither is given.
    """
    ids = [one for _, one in earlier_plans(session, actor, [plan], 1)[plan.id]]
    evaluation = session.scalar(
        select(SelfEvaluation)
        .options(joinedload(SelfEvaluation.plan).selectinload(Plan.indicators))
        .where(SelfEvaluation.plan_id.in_(ids), SelfEvaluation.status == Status.APPROVED)
    )
    if evaluation is None:
        return None
    content = session.scalar(
        select(Snapshot.content)
        .where(Snapshot.self_evaluation_id == evaluation.id)
        .order_by(Snapshot.id.desc())
        .limit(1)
    )
    if content is None:
        return None
    data = cast("Mapping[str, Any]", content["data"])
    rows = {row["id"]: row for row in data["rows"]}
    keyed = by_key(evaluation.plan.indicators)
    return LastYear(data, {key: rows[one.id] for key, one in keyed.items() if one.id in rows})
