"""What is said about a remark after it: answers, replies, and settling it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.permissions import Actor
from perf.core.terms import Status, ThreadState, ThreadStep
from perf.core.threads import NEEDS_TEXT, PERMISSION_OF, may_settle, next_state
from perf.models import Indicator, Plan, Remark, RemarkEntry
from perf.services.ledger import record_change
from perf.services.snapshots import Subject
from perf.services.steps import MAX_TEXT, plan_id_of
from perf.services.typed import clean_text


def take_thread_step(
    session: Session,
    actor: Actor,
    subject: Subject,
    remark: Remark,
    step: ThreadStep,
    text: str = "",
) -> RemarkEntry | None:
    """Add an entry to a remark's thread; None where the remark was settled already.

    The recorder answers while what it is about is not approved, the reviewer replies, settles, or
    raises what was settled again. Raises NotPermitted, NotFound, Locked, Conflict, and InvalidInput
    whose field is `thread-<remark id>`.
    """
    actor.demand(PERMISSION_OF[step])
    if not actor.sees_unit(remark.unit_id):
        raise NotFound("没有找到这条审核意见。")
    if subject.status is Status.APPROVED:
        raise Locked("内容已审核通过并锁定，意见不再办理。需要更正时请审核人重新打开。")
    if step is not ThreadStep.ANSWER and not may_settle(
        subject.status, actor, subject.submitted_by_id
    ):
        raise Conflict("不能处理对本人提交内容的意见，请由其他审核人办理。")
    if step is ThreadStep.RESOLVE and remark.state is ThreadState.RESOLVED:
        return None
    state = next_state(remark.state, step)
    text = _checked(remark, step, text)
    name, plan_id = _name_of(session, subject, remark), plan_id_of(subject)
    now = clock.now()
    entry = RemarkEntry(
        unit_id=remark.unit_id,
        remark_id=remark.id,
        step=step,
        text=text,
        created_at=now,
        created_by_id=actor.id,
    )
    session.add(entry)
    action = f"{step.value}_remark"
    # Who stands in for a reviewer says so.
    teller = actor if step is ThreadStep.ANSWER else actor.deciding
    record_change(session, teller, action, entry, name=name, plan_id=plan_id)
    remark.answered_at = now if state is ThreadState.ANSWERED else None
    remark.resolved_at = now if state is ThreadState.RESOLVED else None
    remark.resolved_by_id = actor.id if state is ThreadState.RESOLVED else None
    if subject.status is Status.SUBMITTED:
        # Whoever decides must have seen what was said last.
        subject.updated_at = now
    session.flush()
    return entry


def answer_remarks(
    session: Session,
    actor: Actor,
    subject: Subject,
    remarks: Sequence[Remark],
    texts: Mapping[int, str],
    step: ThreadStep = ThreadStep.ANSWER,
) -> dict[str, str]:
    """Add each text that is not blank to its remark's thread: {field: why it could not be taken}.

    `texts` is by the remark's id; `step` is ANSWER, or REPLY for a reviewer, whose text on what was
    settled raises it again. What is sound is kept although another text is not.
    """
    refused: dict[str, str] = {}
    for remark in remarks:
        text = texts.get(remark.id, "")
        if not clean_text(text):
            continue
        try:
            take_thread_step(session, actor, subject, remark, _meant(step, remark), text)
        except InvalidInput as error:
            refused |= error.fields
        except Conflict as error:
            refused[f"thread-{remark.id}"] = str(error)
    return refused


def _meant(step: ThreadStep, remark: Remark) -> ThreadStep:
    is_raised = step is ThreadStep.REPLY and remark.state is ThreadState.RESOLVED
    return ThreadStep.RAISE if is_raised else step


def _checked(remark: Remark, step: ThreadStep, text: str) -> str:
    text = clean_text(text)
    field = f"thread-{remark.id}"
    if step in NEEDS_TEXT and not text:
        wanted = "请写明做了哪些修改或说明。" if step is ThreadStep.ANSWER else "请写明意见。"
        raise InvalidInput(f"{step.label}还没有写。{wanted}", {field: wanted})
    if len(text) > MAX_TEXT:
        message = f"最多 {MAX_TEXT} 字，现有 {len(text)} 字，请精简，详细材料请作为佐证上传。"
        raise InvalidInput(f"{step.label}太长，没有保存。", {field: message})
    return text


def _name_of(session: Session, subject: Subject, remark: Remark) -> str:
    """What the ledger calls the thread: the plan, the quarter or document, and the indicator."""
    plan = subject if isinstance(subject, Plan) else subject.plan
    names = [plan.name]
    if (period := getattr(subject, "period", None)) is not None:
        names.append(period.name)
    if (document := getattr(subject, "document", "")) != "":
        names.append(document)
    if remark.indicator_id is not None:
        names.append(session.get_one(Indicator, remark.indicator_id).name)
    return " ".join(names)
