"""What may be approved together with others, and what each reason says."""

from dataclasses import replace
from typing import Any

import pytest

from perf.core.clean import Condition, is_clean, why_not_clean

CLEAN = Condition(changed=None)


@pytest.mark.parametrize("changed", [None, 0])
def test_what_leaves_nothing_to_look_at_is_clean(changed: int | None) -> None:
    condition = replace(CLEAN, changed=changed)
    assert is_clean(condition)
    assert why_not_clean(condition) == []


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ({"singly": "绩效自评逐份签署"}, "绩效自评逐份签署"),
        ({"errors": 1}, "审核提示有 1 个错误"),
        ({"warnings": 2}, "审核提示有 2 个警告"),
        ({"red": 1}, "1 项指标滞后"),
        ({"yellow": 3}, "3 项指标需关注"),
        ({"remarks": 1}, "1 条意见没有解决"),
        ({"uncovered": 4}, "4 项计分数据没有佐证材料"),
        ({"lowered": 1}, "1 项指标值调低"),
        ({"changed": 2}, "与上次相比有 2 处变动"),
    ],
)
def test_each_thing_to_look_at_is_a_reason_of_its_own(lack: dict[str, Any], words: str) -> None:
    condition = replace(CLEAN, **lack)
    assert not is_clean(condition)
    assert why_not_clean(condition) == [words]


def test_several_reasons_are_all_said() -> None:
    condition = replace(CLEAN, singly="逐份签署", red=1, remarks=2)
    assert why_not_clean(condition) == ["逐份签署", "1 项指标滞后", "2 条意见没有解决"]
