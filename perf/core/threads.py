"""How a reviewer's remark (审核意见) is answered and settled: one table."""

from perf.core.errors import Conflict
from perf.core.permissions import Actor, Permission
from perf.core.terms import Status, ThreadState, ThreadStep
from perf.core.workflow import is_own

PERMISSION_OF: dict[ThreadStep, Permission] = {
    ThreadStep.ANSWER: Permission.SUBMIT,
    ThreadStep.REPLY: Permission.REVIEW,
    ThreadStep.RESOLVE: Permission.REVIEW,
    ThreadStep.RAISE: Permission.REVIEW,
}
_UNSETTLED = frozenset({ThreadState.OPEN, ThreadState.ANSWERED})
_STEPS: dict[ThreadStep, tuple[frozenset[ThreadState], ThreadState]] = {
    ThreadStep.ANSWER: (_UNSETTLED, ThreadState.ANSWERED),
    ThreadStep.REPLY: (_UNSETTLED, ThreadState.OPEN),
    ThreadStep.RESOLVE: (_UNSETTLED, ThreadState.RESOLVED),
    ThreadStep.RAISE: (frozenset({ThreadState.RESOLVED}), ThreadState.OPEN),
}
NEEDS_TEXT = frozenset({ThreadStep.ANSWER, ThreadStep.REPLY, ThreadStep.RAISE})


def may_answer(status: Status, actor: Actor) -> bool:
    """Whether this actor answers remarks on what stands there; nobody does once it is approved."""
    return status is not Status.APPROVED and actor.may(PERMISSION_OF[ThreadStep.ANSWER])


def may_settle(status: Status, actor: Actor, submitted_by_id: int | None) -> bool:
    """Whether this actor replies to answers and settles remarks; not on one's own submission."""
    is_under_own = status is Status.SUBMITTED and is_own(actor, submitted_by_id)
    if status is Status.APPROVED or is_under_own:
        return False
    return actor.may(Permission.REVIEW)


def next_state(state: ThreadState, step: ThreadStep) -> ThreadState:
    """The thread's state after the step; raises Conflict with what to do instead."""
    starts, end = _STEPS[step]
    if state in starts:
        return end
    if state is ThreadState.RESOLVED:
        raise Conflict("这条意见已解决，不再答复。仍有问题的，请审核人在“以往意见”中再次提出。")
    raise Conflict(f"这条意见{state.label}，没有解决，不用再次提出。请刷新页面查看最新情况。")
