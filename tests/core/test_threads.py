"""Who says what about a remark from which state, and what that makes of it."""

import pytest

from perf.core.errors import Conflict
from perf.core.permissions import DELEGATED, Actor
from perf.core.terms import Role, Status, ThreadState, ThreadStep
from perf.core.threads import may_answer, may_settle, next_state

OPEN, ANSWERED, RESOLVED = ThreadState
ALLOWED = {
    (OPEN, ThreadStep.ANSWER): ANSWERED,
    (ANSWERED, ThreadStep.ANSWER): ANSWERED,
    (OPEN, ThreadStep.REPLY): OPEN,
    (ANSWERED, ThreadStep.REPLY): OPEN,
    (OPEN, ThreadStep.RESOLVE): RESOLVED,
    (ANSWERED, ThreadStep.RESOLVE): RESOLVED,
    (RESOLVED, ThreadStep.RAISE): OPEN,
}


@pytest.mark.parametrize("step", ThreadStep)
@pytest.mark.parametrize("state", ThreadState)
def test_each_step_is_taken_where_the_table_says(state: ThreadState, step: ThreadStep) -> None:
    wanted = ALLOWED.get((state, step))
    if wanted is not None:
        assert next_state(state, step) is wanted
        return
    words = "已解决" if state is RESOLVED else "没有解决"
    with pytest.raises(Conflict, match=words):
        next_state(state, step)


def test_recorders_answer_and_reviewers_settle_until_it_is_approved() -> None:
    staff = Actor(1, "张三", Role.STAFF, 1)
    supervisor = Actor(2, "李四", Role.SUPERVISOR, 1)
    auditor = Actor(3, "王五", Role.AUDITOR)
    for status in Status:
        is_open = status is not Status.APPROVED
        assert may_answer(status, staff) is is_open
        assert may_settle(status, supervisor, staff.id) is is_open
        assert not may_answer(status, supervisor)
        assert not may_settle(status, staff, None)
        assert not may_answer(status, auditor)
        assert not may_settle(status, auditor, staff.id)


def test_nobody_settles_what_was_said_about_their_own_submission() -> None:
    supervisor = Actor(2, "李四", Role.SUPERVISOR, 1)
    assert not may_settle(Status.SUBMITTED, supervisor, supervisor.id)
    # Nor does whoever stands in for them.
    deputy = Actor(4, "赵六", Role.STAFF, 1, also=DELEGATED, for_id=2, for_name="李四")
    assert not may_settle(Status.SUBMITTED, deputy, supervisor.id)
    assert may_settle(Status.SUBMITTED, deputy, 1)
    # What was sent back is not theirs to decide any more.
    assert may_settle(Status.RETURNED, supervisor, supervisor.id)
    assert may_settle(Status.SUBMITTED, Actor(None, "system", None), None)
