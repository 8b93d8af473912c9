"""What a step keeps, and what differs between two of them."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from perf.core.terms import Action
from perf.services.snapshots import Difference, differences, last_snapshot, take_snapshot
from tests.factories import SYSTEM, make_plan, make_unit, make_year


def content(fields: dict[str, str], *rows: tuple[int, str, dict[str, str]]) -> Any:
    return {
        "fields": fields,
        "rows": [{"id": id_, "name": name, "fields": inner} for id_, name, inner in rows],
        "data": {},
    }


CASES: dict[str, tuple[Any, Any, list[Difference]]] = {
    "the same": (content({"目标": "甲"}), content({"目标": "甲"}), []),
    "a field of its own": (
        content({"目标": "甲"}),
        content({"目标": "乙"}),
        [Difference("", "目标", "甲", "乙")],
    ),
    "a field filled in": (
        content({}),
        content({"目标": "乙"}),
        [Difference("", "目标", None, "乙")],
    ),
    "a field emptied": (content({"目标": "甲"}), content({}), [Difference("", "目标", "甲", None)]),
    "a figure of an indicator": (
        content({}, (7, "办结率", {"实际": "80%", "佐证": "清单"})),
        content({}, (7, "办结率", {"实际": "88%", "佐证": "清单"})),
        [Difference("办结率", "实际", "80%", "88%", 7)],
    ),
    "an indicator by another name is the same one": (
        content({}, (7, "办结率", {"实际": "80%"})),
        content({}, (7, "按期办结率", {"实际": "81%"})),
        [Difference("按期办结率", "实际", "80%", "81%", 7)],
    ),
    "a new indicator": (
        content({}),
        content({}, (8, "满意度", {"指标值": "≥90%"})),
        [Difference("满意度", "指标值", None, "≥90%", 8)],
    ),
    "an indicator that is gone": (
        content({}, (8, "满意度", {"指标值": "≥90%"})),
        content({}),
        [Difference("满意度", "指标值", "≥90%", None, 8)],
    ),
    "two of one name are told apart": (
        content({}, (1, "走访", {"实际": "3"}), (2, "走访", {"实际": "4"})),
        content({}, (2, "走访", {"实际": "5"}), (1, "走访", {"实际": "3"})),
        [Difference("走访", "实际", "4", "5", 2)],
    ),
    "own fields first, then the later order": (
        content({"目标": "甲"}, (1, "一", {"实际": "1"}), (2, "二", {"实际": "2"})),
        content({"目标": "乙"}, (2, "二", {"实际": "3"}), (1, "一", {"实际": "0"})),
        [
            Difference("", "目标", "甲", "乙"),
            Difference("二", "实际", "2", "3", 2),
            Difference("一", "实际", "1", "0", 1),
        ],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES.keys())
def test_differences_are_told_as_old_and_new(before, after, expected) -> None:
    assert differences(before, after) == expected


def test_each_snapshot_counts_what_changed_since_the_one_before(session) -> None:
    make_year(session)
    unit = make_unit(session)
    plan, other = make_plan(session, unit), make_plan(session, unit)
    first = take_snapshot(session, SYSTEM, plan, Action.SUBMIT, content({"甲": "1", "乙": "1"}))
    session.flush()
    take_snapshot(session, SYSTEM, other, Action.SUBMIT, content({"丙": "9"}))
    second = take_snapshot(session, SYSTEM, plan, Action.SUBMIT, content({"甲": "2", "丁": "1"}))
    session.flush()
    third = take_snapshot(session, SYSTEM, plan, Action.APPROVE, content({"甲": "2", "丁": "1"}))
    session.flush()
    assert [row.changed for row in (first, second, third)] == [None, 3, 0]


def test_the_last_snapshot_is_found_and_the_one_before_it(session) -> None:
    make_year(session)
    plan = make_plan(session, make_unit(session))
    assert last_snapshot(session, plan) is None
    first = take_snapshot(session, SYSTEM, plan, Action.SUBMIT, content({"甲": "1"}))
    session.flush()
    second = take_snapshot(session, SYSTEM, plan, Action.SUBMIT, content({"甲": "2"}))
    session.flush()
    assert last_snapshot(session, plan) is second
    assert last_snapshot(session, plan, before_id=second.id) is first
    assert last_snapshot(session, plan, before_id=first.id) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE snapshot SET content = '{}'", "DELETE FROM snapshot"]
)
def test_the_database_refuses_to_change_a_snapshot(session, statement) -> None:
    make_year(session)
    plan = make_plan(session, make_unit(session))
    take_snapshot(session, SYSTEM, plan, Action.SUBMIT, content({"甲": "1"}))
    session.flush()
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement))
