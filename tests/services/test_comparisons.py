"""What is under review beside its last submission, its last approval, or the period before."""

from typing import Any

from perf.core.terms import Action
from perf.services.comparisons import Against, compare
from perf.services.snapshots import Content
from perf.services.steps import take_step
from tests.factories import make_plan, make_unit, make_year
from tests.reported import make_people


def content(objective: str, first: str) -> Content:
    rows: Any = [
        {"id": 1, "name": "受理案件数", "fields": {"指标值": first}},
        {"id": 2, "name": "及时受理率", "fields": {"指标值": "≥90%"}},
    ]
    return Content(fields={"年度总体目标": objective}, rows=rows, data={})


def changes(found: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.name, one.label, one.old, one.new) for one in found.differences]


def test_what_comes_again_is_held_against_the_step_that_is_chosen(session) -> None:
    make_year(session)
    unit = make_unit(session)
    staff, supervisor = make_people(session, unit)
    plan = make_plan(session, unit)

    def step(user: Any, action: Action, said: Content) -> None:
        version = plan.version
        take_step(
            session,
            user.actor,
            plan,
            action,
            version=version,
            content=said,
            name="信访值班",
            reason="请更正",
        )

    approved, returned = content("完成任务", "≥100件"), content("完成任务", "≥90件")
    now = content("完成全部任务", "≥95件")
    step(staff, Action.SUBMIT, approved)
    assert compare(session, plan, lambda: approved) is None
    step(supervisor, Action.APPROVE, approved)
    step(supervisor, Action.REOPEN, approved)
    step(staff, Action.SUBMIT, returned)
    found = compare(session, plan, lambda: returned)
    assert found.against is Against.APPROVED
    step(supervisor, Action.RETURN, returned)
    # While it is corrected there is nothing to decide about.
    assert compare(session, plan, lambda: now) is None
    step(staff, Action.SUBMIT, now)
    whole = ("", "年度总体目标", "完成任务", "完成全部任务")
    found = compare(session, plan, lambda: now)
    assert (found.against, found.choices) == (
        Against.SUBMITTED,
        [Against.SUBMITTED, Against.APPROVED],
    )
    assert changes(found) == [whole, ("受理案件数", "指标值", "≥90件", "≥95件")]
    assert found.unchanged == ["及时受理率"]
    found = compare(session, plan, lambda: now, Against.APPROVED)
    assert changes(found) == [whole, ("受理案件数", "指标值", "≥100件", "≥95件")]
    # The period before is a choice, never taken by itself; another base that is not there neither.
    found = compare(session, plan, lambda: now, Against.PREVIOUS)
    assert found.against is Against.SUBMITTED
    found = compare(session, plan, lambda: now, Against.PREVIOUS, lambda: content("上期", "≥1件"))
    assert found.against is Against.PREVIOUS
    assert found.choices == list(Against)
    assert found.taken_at is None
    assert changes(found)[0] == ("", "年度总体目标", "上期", "完成全部任务")
