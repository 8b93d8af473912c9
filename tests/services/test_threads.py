"""Threads of remarks: answered by the recorder, settled by the reviewer, kept over submissions."""

from typing import Any

import pytest
from sqlalchemy import select

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound, NotPermitted
from perf.core.terms import Action, Role, Status, ThreadState, ThreadStep
from perf.models import LedgerEntry, Remark, RemarkEntry
from perf.queries.threads import remark_to_change, subject_of
from perf.services.steps import MAX_TEXT, take_step
from perf.services.threads import answer_remarks, take_thread_step
from tests.factories import make_plan, make_unit, make_user, make_year
from tests.reported import make_people

CONTENT: Any = {"fields": {}, "rows": [], "data": {}}


class World:
    """A plan that was sent back with a remark on its first indicator."""

    def __init__(self, session: Any) -> None:
        self.session = session
        make_year(session)
        self.unit = make_unit(session)
        self.staff, self.supervisor = make_people(session, self.unit)
        self.plan = make_plan(session, self.unit)
        self.indicator = self.plan.indicators[0]
        self.step(self.staff, Action.SUBMIT)
        self.step(self.supervisor, Action.RETURN, remarks={self.indicator.id: "请补充清单"})
        self.remark = session.scalars(select(Remark)).one()

    def step(self, user: Any, action: Action, **more: Any) -> None:
        more = {"version": self.plan.version, "content": CONTENT, "name": "信访值班"} | more
        take_step(self.session, user.actor, self.plan, action, **more)
        self.session.expire_all()

    def say(self, user: Any, step: ThreadStep, text: str = "") -> Any:
        remark = remark_to_change(self.session, user.actor, self.remark.id)
        subject = subject_of(self.session, remark)
        return take_thread_step(self.session, user.actor, subject, remark, step, text)

    def told(self) -> list[tuple[str, str]]:
        rows = self.session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.subject == "remark_entry")
            .order_by(LedgerEntry.id)
        )
        return [(row.action, (row.changes.get("text") or ["", ""])[1]) for row in rows]


@pytest.fixture
def world(session) -> World:
    return World(session)


def test_a_thread_is_answered_and_settled_over_two_submissions(world) -> None:
    assert world.remark.state is ThreadState.OPEN
    world.say(world.staff, ThreadStep.ANSWER, " 已补充 3 月清单。 ")
    assert world.remark.state is ThreadState.ANSWERED
    world.step(world.staff, Action.SUBMIT)
    assert world.remark.state is ThreadState.ANSWERED
    seen = world.plan.version
    world.say(world.supervisor, ThreadStep.REPLY, "还缺 2 月")
    assert world.remark.state is ThreadState.OPEN
    # Whoever looks at the older page cannot decide over what was said since.
    with pytest.raises(Conflict):
        world.step(world.supervisor, Action.APPROVE, version=seen)
    world.say(world.staff, ThreadStep.ANSWER, "2 月没有")
    world.say(world.supervisor, ThreadStep.RESOLVE)
    assert (world.remark.state, world.remark.resolved_by_id) == (
        ThreadState.RESOLVED,
        world.supervisor.id,
    )
    world.say(world.supervisor, ThreadStep.RAISE, "2 月有两件")
    assert (world.remark.state, world.remark.resolved_by_id) == (ThreadState.OPEN, None)
    assert world.told() == [
        ("answer_remark", "已补充 3 月清单。"),
        ("reply_remark", "还缺 2 月"),
        ("answer_remark", "2 月没有"),
        ("resolve_remark", ""),
        ("raise_remark", "2 月有两件"),
    ]
    assert [entry.created_by_id for entry in world.remark.entries][:2] == [
        world.staff.id,
        world.supervisor.id,
    ]


def test_an_approval_settles_what_is_left_and_the_ledger_says_how_much(world) -> None:
    world.step(world.staff, Action.SUBMIT)
    world.step(world.supervisor, Action.APPROVE)
    assert (world.remark.state, world.remark.resolved_by_id) == (
        ThreadState.RESOLVED,
        world.supervisor.id,
    )
    last = world.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert last.changes["remarks_left"] == ["1 条", None]
    for user, step in [(world.staff, ThreadStep.ANSWER), (world.supervisor, ThreadStep.RAISE)]:
        with pytest.raises(Locked):
            world.say(user, step, "还有")
    assert world.told() == []


def test_a_remark_that_waits_for_an_answer_is_reason_enough_to_send_back_again(world) -> None:
    world.say(world.staff, ThreadStep.ANSWER, "已补充")
    world.step(world.staff, Action.SUBMIT)
    with pytest.raises(InvalidInput):
        world.step(world.supervisor, Action.RETURN)
    world.say(world.supervisor, ThreadStep.REPLY, "没有看到")
    world.step(world.supervisor, Action.RETURN)
    assert world.plan.status is Status.RETURNED


def test_each_says_only_what_is_theirs_to_say(world) -> None:
    stranger = make_user(world.session, Role.SUPERVISOR, make_unit(world.session))
    auditor = make_user(world.session, Role.AUDITOR)
    with pytest.raises(NotPermitted):
        world.say(world.supervisor, ThreadStep.ANSWER, "答复")
    with pytest.raises(NotPermitted):
        world.say(world.staff, ThreadStep.RESOLVE)
    with pytest.raises(NotPermitted):
        world.say(auditor, ThreadStep.REPLY, "意见")
    with pytest.raises(NotFound):
        world.say(stranger, ThreadStep.RESOLVE)
    # Whoever handed it in does not settle what was said about it.
    world.plan.submitted_by_id = world.supervisor.id
    world.plan.status = Status.SUBMITTED
    world.session.flush()
    with pytest.raises(Conflict, match="本人提交"):
        world.say(world.supervisor, ThreadStep.RESOLVE)
    assert world.told() == []


def test_what_is_settled_is_settled_once_and_answered_no_more(world) -> None:
    world.say(world.supervisor, ThreadStep.RESOLVE)
    assert world.say(world.supervisor, ThreadStep.RESOLVE) is None
    with pytest.raises(Conflict, match="已解决"):
        world.say(world.staff, ThreadStep.ANSWER, "已补充")
    world.say(world.supervisor, ThreadStep.RAISE, "还缺")
    with pytest.raises(Conflict, match="没有解决"):
        world.say(world.supervisor, ThreadStep.RAISE, "还缺")
    assert len(world.session.scalars(select(RemarkEntry)).all()) == 2


def test_of_many_answers_the_sound_ones_stay(world) -> None:
    for text in ("第二条", "第三条"):
        world.session.add(
            Remark(
                unit_id=world.unit.id,
                plan_id=world.plan.id,
                text=text,
                created_at=clock.now(),
            )
        )
    world.session.flush()
    first, second, third = world.session.scalars(select(Remark).order_by(Remark.id)).all()
    texts = {first.id: "已补充", second.id: "长" * (MAX_TEXT + 1), third.id: "  "}
    refused = answer_remarks(
        world.session, world.staff.actor, world.plan, [first, second, third], texts
    )
    assert list(refused) == [f"thread-{second.id}"]
    assert [one.state for one in (first, second, third)] == [
        ThreadState.ANSWERED,
        ThreadState.OPEN,
        ThreadState.OPEN,
    ]
