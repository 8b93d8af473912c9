"""One step of the workflow: status, people, remarks, snapshot and ledger in one transaction."""

from collections.abc import Mapping

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput, NotFound, Stale
from perf.core.permissions import Actor, Permission
from perf.core.storable import LONG
from perf.core.terms import Action
from perf.core.workflow import NEEDS_REASON, STEPS, next_status
from perf.models import Plan, Remark
from perf.services.ledger import changes_of, record_change
from perf.services.snapshots import Content, Subject, take_snapshot
from perf.services.typed import clean_text

MAX_TEXT = LONG
_SNAPSHOT_AT = frozenset({Action.SUBMIT, Action.APPROVE})


def check_version(subject: Subject, version: int) -> None:
    """Raise Stale where the page that was posted shows an older state."""
    if version != subject.version:
        raise Stale("内容在您打开页面之后有变动，这一步没有执行。请刷新页面，核对后再办理。")


def take_step(
    session: Session,
    actor: Actor,
    subject: Subject,
    action: Action,
    *,
    version: int,
    content: Content,
    name: str,
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """Move the subject to its next status.

    `content` is what it says now (kept at a submission and an approval), `name` what the ledger
    calls it, `remarks` maps an indicator's id to what the reviewer has to say about it. Sending
    back takes a reason, a remark or one that waits for an answer still, reopening a reason; an
    approval takes no remark on an indicator, for that would ask for a change and settle it at
    once, and settles what is left open. Raises Stale, Conflict, NotPermitted or InvalidInput; what
    only one kind of subject demands is checked by its own service before.
    """
    check_version(subject, version)
    if not actor.sees_unit(subject.unit_id):
        raise NotFound("没有找到这项内容。")
    status = next_status(subject.status, action, actor, subject.submitted_by_id)
    if STEPS[subject.status, action][1] is Permission.REVIEW:
        actor = actor.deciding
    reason = clean_text(reason)
    cleaned = {key: clean_text(text) for key, text in (remarks or {}).items()}
    remarks = {key: text for key, text in cleaned.items() if text}
    left, unanswered = _count_remarks(session, subject)
    _check_reason(action, reason, remarks, is_asked=unanswered > 0)

    now = clock.now()
    subject.status = status
    subject.updated_at = now
    if action is Action.SUBMIT:
        subject.submitted_by_id, subject.submitted_at = actor.id, now
        subject.decided_by_id = subject.decided_at = None
        subject.decided_for = ""
    elif action in {Action.RETURN, Action.APPROVE}:
        subject.decided_by_id, subject.decided_at = actor.id, now
        subject.decided_for = actor.for_name
    spoken = " ".join(filter(None, [reason, *remarks.values()]))
    changes = changes_of(subject)
    if action is Action.APPROVE and left:
        changes["remarks_left"] = (f"{left} 条", None)
    record_change(
        session,
        actor,
        action.value,
        subject,
        changes=changes,
        name=name,
        plan_id=plan_id_of(subject),
        reason=spoken,
    )
    for indicator_id, text in [(None, reason), *remarks.items()]:
        if text:
            _add_remark(session, actor, subject, indicator_id, text)
    if action is Action.APPROVE:
        # What is said with an approval is kept, and asks for nothing more.
        _resolve_remarks(session, actor, subject)
    if action in _SNAPSHOT_AT:
        take_snapshot(session, actor, subject, action, content)
    session.flush()


def plan_id_of(subject: Subject) -> int:
    """The plan that a subject is, or belongs to."""
    return subject.id if isinstance(subject, Plan) else subject.plan_id


def _check_reason(
    action: Action, reason: str, remarks: Mapping[int, str], *, is_asked: bool
) -> None:
    if any(len(text) > MAX_TEXT for text in [reason, *remarks.values()]):
        raise InvalidInput(
            "说明太长。", {"reason": f"说明最多 {MAX_TEXT} 字，请精简，详细材料请作为佐证上传。"}
        )
    if action is Action.APPROVE and remarks:
        raise InvalidInput(
            "您在指标上写了意见，没有通过。需要对方修改时请点“退回修改”；"
            "确认通过请清空指标上的意见，要留下的话写在总体意见里。"
        )
    is_reasoned = action is Action.RETURN and (remarks or is_asked)
    if action in NEEDS_REASON and not reason and not is_reasoned:
        raise InvalidInput(
            f"{action.label}须说明原因。",
            {"reason": "请写明原因，或在有问题的指标上写明意见。"},
        )


def _add_remark(
    session: Session, actor: Actor, subject: Subject, indicator_id: int | None, text: str
) -> None:
    remark = Remark(
        unit_id=subject.unit_id,
        indicator_id=indicator_id,
        text=text,
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    setattr(remark, f"{subject.__tablename__}_id", subject.id)
    session.add(remark)


def _count_remarks(session: Session, subject: Subject) -> tuple[int, int]:
    """How many remarks on it are not settled, and how many of those wait for an answer."""
    column = getattr(Remark, f"{subject.__tablename__}_id")
    query = select(func.count(), func.count(case((Remark.answered_at.is_(None), 1)))).where(
        column == subject.id, Remark.resolved_at.is_(None)
    )
    # The step is not told yet: a flush here would lose what the ledger says of it.
    with session.no_autoflush:
        left, unanswered = session.execute(query).one()
    return left, unanswered


def _resolve_remarks(session: Session, actor: Actor, subject: Subject) -> None:
    column = getattr(Remark, f"{subject.__tablename__}_id")
    session.execute(
        update(Remark)
        .where(column == subject.id, Remark.resolved_at.is_(None))
        .values(resolved_at=clock.now(), resolved_by_id=actor.id)
    )
