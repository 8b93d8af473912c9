"""Target revisions (目标调整): a plan's list, one of them, and the history of one target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf import clock
from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.revisions import TargetChange, is_last_quarter
from perf.core.terms import Status
from perf.models import Indicator, LedgerEntry, Plan, RevisedTarget, TargetRevision
from perf.queries.plans import plan_to_change
from perf.queries.threads import threads_of
from perf.queries.visible import in_sight


@dataclass(frozen=True, slots=True)
class RevisionCounts:
    """How many revisions a plan has, and how many of them are neither approved nor given up."""

    total: int
    open: int


@dataclass(frozen=True, slots=True)
class TargetStep:
    """One change of a target: from what to what, when and by whom, and the revision that did it.

    `revision` None: the plan itself was edited, before its approval or after it was reopened;
    `change` is then None too. A revision's change says whether it came in the last quarter.
    """

    at: datetime
    by: str
    old: str | None
    new: str | None
    change: TargetChange | None = None
    revision: TargetRevision | None = None
    is_late: bool = False


def count_revisions(session: Session, plan: Plan) -> RevisionCounts:
    """How many revisions the plan has; one query."""
    is_open = (TargetRevision.status != Status.APPROVED) & TargetRevision.cancelled_at.is_(None)
    total, unsettled = session.execute(
        select(func.count(), func.sum(case((is_open, 1), else_=0))).where(
            TargetRevision.plan_id == plan.id
        )
    ).one()
    return RevisionCounts(total, unsettled or 0)


def revisions_of_plan(session: Session, plan: Plan) -> Sequence[TargetRevision]:
    """The plan's revisions with their targets and people, the newest on top; two queries."""
    return session.scalars(
        _whole().where(TargetRevision.plan_id == plan.id).order_by(TargetRevision.id.desc())
    ).all()


def revision_visible_to(session: Session, actor: Actor, revision_id: int) -> TargetRevision:
    """One revision with all that its page shows; NotFound where it is out of sight."""
    return _found(session, _one(actor, revision_id))


def revision_to_change(session: Session, actor: Actor, revision_id: int) -> TargetRevision:
    """The same for a writing request; its plan and itself are held until the commit."""
    plan_id = session.scalar(select(TargetRevision.plan_id).where(TargetRevision.id == revision_id))
    if plan_id is not None:
        plan_to_change(session, actor, plan_id)
    query = _one(actor, revision_id).with_for_update(of=TargetRevision)
    return _found(session, query.execution_options(populate_existing=True))


def indicator_visible_to(session: Session, actor: Actor, indicator_id: int) -> Indicator:
    """One indicator with its plan; NotFound where it is out of sight."""
    indicator = session.scalar(
        select(Indicator)
        .options(
            joinedload(Indicator.plan).options(joinedload(Plan.project), joinedload(Plan.unit))
        )
        .where(Indicator.id == indicator_id, in_sight(actor, Indicator.unit_id))
    )
    if indicator is None:
        raise NotFound("没有找到这项指标，或者它不在您的查看范围内。")
    return indicator


def history_of(session: Session, indicator: Indicator) -> list[TargetStep]:
    """Every change of the indicator's target, the oldest first; three queries.

    Revisions tell theirs themselves, what was edited in the plan the ledger tells.
    """
    revised = session.scalars(
        select(RevisedTarget)
        .join(RevisedTarget.revision)
        .options(
            joinedload(RevisedTarget.revision).options(
                joinedload(TargetRevision.submitted_by), joinedload(TargetRevision.decided_by)
            )
        )
        .where(
            RevisedTarget.indicator_id == indicator.id,
            TargetRevision.status == Status.APPROVED,
        )
    )
    steps = [_revised(row, indicator.plan.year) for row in revised]
    entries = session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject == Indicator.__tablename__,
            LedgerEntry.subject_id == indicator.id,
            LedgerEntry.action != "revise_target",
        )
        .order_by(LedgerEntry.id)
    )
    steps += [
        TargetStep(entry.at, entry.actor_name, *entry.changes["target_text"])
        for entry in entries
        if "target_text" in entry.changes
    ]
    return sorted(steps, key=lambda step: step.at)


def open_revision_of(session: Session, indicator: Indicator) -> TargetRevision | None:
    """The revision that is to change this indicator's target and is not settled."""
    return session.scalar(
        select(TargetRevision)
        .join(TargetRevision.targets)
        .where(RevisedTarget.indicator_id == indicator.id, RevisedTarget.is_open)
    )


def _revised(row: RevisedTarget, year: int) -> TargetStep:
    revision = row.revision
    at = revision.decided_at
    assert at is not None  # noqa: S101
    by = revision.decided_by_name
    change = row.change
    is_late = change is TargetChange.LOWERED and is_last_quarter(_day(at), year)
    return TargetStep(at, by, row.old.text, row.new.text, change, revision, is_late)


def _day(at: datetime) -> date:
    return clock.local(at).date()


def _whole() -> Select[Any]:
    return select(TargetRevision).options(
        joinedload(TargetRevision.submitted_by),
        joinedload(TargetRevision.decided_by),
        selectinload(TargetRevision.targets).joinedload(RevisedTarget.indicator),
    )


def _one(actor: Actor, revision_id: int) -> Select[Any]:
    return (
        _whole()
        .options(
            joinedload(TargetRevision.plan).options(
                joinedload(Plan.project), joinedload(Plan.unit), selectinload(Plan.indicators)
            ),
            threads_of(TargetRevision.remarks),
        )
        .where(TargetRevision.id == revision_id, in_sight(actor, TargetRevision.unit_id))
    )


def _found(session: Session, query: Select[Any]) -> TargetRevision:
    revision: TargetRevision | None = session.scalar(query)
    if revision is None:
        raise NotFound("没有找到这份目标调整单，或者它不在您的查看范围内。")
    return revision
