"""The workflow of plans, submissions and self-evaluations: one table."""

from perf.core.errors import Conflict
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Status

STEPS: dict[tuple[Status, Action], tuple[Status, Permission]] = {
    (Status.DRAFT, Action.SUBMIT): (Status.SUBMITTED, Permission.SUBMIT),
    (Status.RETURNED, Action.SUBMIT): (Status.SUBMITTED, Permission.SUBMIT),
    (Status.REOPENED, Action.SUBMIT): (Status.SUBMITTED, Permission.SUBMIT),
    (Status.SUBMITTED, Action.WITHDRAW): (Status.DRAFT, Permission.SUBMIT),
    (Status.SUBMITTED, Action.RETURN): (Status.RETURNED, Permission.REVIEW),
    (Status.SUBMITTED, Action.APPROVE): (Status.APPROVED, Permission.REVIEW),
    (Status.APPROVED, Action.REOPEN): (Status.REOPENED, Permission.REVIEW),
}

EDITABLE = frozenset({Status.DRAFT, Status.RETURNED, Status.REOPENED})
HANDED_IN = (Status.SUBMITTED, Status.APPROVED)
NEEDS_REASON = frozenset({Action.RETURN, Action.REOPEN})


def actions_for(status: Status, actor: Actor, submitted_by_id: int | None) -> list[Action]:
    """The steps that this actor may take from here, in the table's order.

    Nobody approves or returns what they submitted themselves, or for the one who did.
    """
    return [
        action
        for (start, action), (_, permission) in STEPS.items()
        if start == status
        and actor.may(permission)
        and not (permission is Permission.REVIEW and is_own(actor, submitted_by_id))
    ]


def next_status(
    status: Status, action: Action, actor: Actor, submitted_by_id: int | None
) -> Status:
    """The status after the step; raises Conflict or NotPermitted with what to do instead."""
    step = STEPS.get((status, action))
    if step is None:
        raise Conflict(f"当前状态为“{status.label}”，不能{action.label}。请刷新页面查看最新状态。")
    actor.demand(step[1])
    if step[1] is Permission.REVIEW and is_own(actor, submitted_by_id):
        raise Conflict("不能审核本人提交的内容，请由其他审核人办理。")
    return step[0]


def is_own(actor: Actor, submitted_by_id: int | None) -> bool:
    """Whether the actor submitted it, or stands in for the one who did."""
    return submitted_by_id is not None and submitted_by_id in {actor.id, actor.for_id}
