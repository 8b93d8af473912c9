"""Remarks with everything that was said about them, and what they are about."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.models import (
    Plan,
    PlanEnding,
    Remark,
    RemarkEntry,
    SelfEvaluation,
    Submission,
    TargetRevision,
)
from perf.queries.visible import in_sight

_REVIEWED: tuple[Any, ...] = (Plan, TargetRevision, PlanEnding, Submission, SelfEvaluation)


def with_people() -> list[Any]:
    """What a page needs of each remark: who said what, in one query more for all entries."""
    return [
        joinedload(Remark.created_by),
        joinedload(Remark.resolved_by),
        selectinload(Remark.entries).joinedload(RemarkEntry.created_by),
    ]


def threads_of(remarks: InstrumentedAttribute[Any]) -> Any:
    """The same for a subject's `remarks`, where the subject is loaded."""
    return selectinload(remarks).options(*with_people())


def remark_to_change(session: Session, actor: Actor, remark_id: int) -> Remark:
    """One remark within the actor's sight; what it is about is held until the commit."""
    remark = session.scalar(
        select(Remark).where(Remark.id == remark_id, in_sight(actor, Remark.unit_id))
    )
    if remark is None:
        raise NotFound("没有找到这条审核意见，或者它不在您的查看范围内。")
    hold_subject(session, remark)
    session.refresh(remark)
    return remark


def hold_subject(session: Session, remark: Remark) -> Any:
    """The plan, quarter, self-evaluation or revision that the remark is about, held and anew."""
    return session.get_one(*_subject(remark), with_for_update=True, populate_existing=True)


def remarks_of(session: Session, subject: Any) -> list[Remark]:
    """Every remark on it with its thread, as they came."""
    column = getattr(Remark, f"{subject.__tablename__}_id")
    query = select(Remark).options(*with_people()).where(column == subject.id)
    return list(session.scalars(query.order_by(Remark.id)))


def subject_of(session: Session, remark: Remark) -> Any:
    """What the remark is about, as it was loaded."""
    return session.get_one(*_subject(remark))


def _subject(remark: Remark) -> tuple[Any, int]:
    """The model and the id of the one thing that a remark is about, as its constraint holds."""
    keys = ((model, getattr(remark, f"{model.__tablename__}_id")) for model in _REVIEWED)
    return next((model, key) for model, key in keys if key is not None)
