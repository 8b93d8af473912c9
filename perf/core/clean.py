"""What may be approved together with others (批量通过), and why something else may not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """What a reviewer would have to look at in one thing that waits.

    `singly` says why its kind is always decided one at a time. `errors` and `warnings` count a
    plan's findings, `red` and `yellow` a quarter's lights, `remarks` those that are not settled,
    `uncovered` scored figures without evidence, `lowered` targets that ask for less than before
    (in the last quarter, or by the revision itself), `changed` the fields that differ from what
    was submitted or approved before; None the first time.
    """

    singly: str = ""
    errors: int = 0
    warnings: int = 0
    red: int = 0
    yellow: int = 0
    remarks: int = 0
    uncovered: int = 0
    lowered: int = 0
    changed: int | None = None


def why_not_clean(condition: Condition) -> list[str]:
    """Each reason to look at it by itself, in words; none where it is clean.

    Source: our own decision. Whatever was sent back and came again differently is looked at, for
    nobody can say of a list that its changes were seen.
    """
    counted = [
        (condition.errors, "审核提示有 {} 个错误"),
        (condition.warnings, "审核提示有 {} 个警告"),
        (condition.red, "{} 项指标滞后"),
        (condition.yellow, "{} 项指标需关注"),
        (condition.remarks, "{} 条意见没有解决"),
        (condition.uncovered, "{} 项计分数据没有佐证材料"),
        (condition.lowered, "{} 项指标值调低"),
        (condition.changed or 0, "与上次相比有 {} 处变动"),
    ]
    reasons = [words.format(count) for count, words in counted if count]
    return [condition.singly, *reasons] if condition.singly else reasons


def is_clean(condition: Condition) -> bool:
    """Whether it may be approved together with others."""
    return not why_not_clean(condition)
