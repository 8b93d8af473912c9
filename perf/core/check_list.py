"""The points of a check list (逐项核对): what a 指标值说明 asks one by one."""

import re

from perf.core.readings import plain_text

_NUMBERED = re.compile("(?<![0-9.])(?P<n>[0-9]{1,2})[.、．)](?![0-9])|[(（](?P<b>[0-9]{1,2})[)）]")
_CIRCLED = {chr(0x2460 + index): index + 1 for index in range(20)}
_MOST = 40


def points_of(note: str) -> tuple[str, ...]:
    """The numbered points of an explanation in order, an unnumbered one as a single point.

    What stands before the first number is its introduction and no point. Numbers have to run
    1, 2, 3 …; others are text. Empty for a blank note. Source: 指标值说明 of the department's
    targets; that unnumbered text is one point is our own decision.
    `制度是否健全。1. 是否已制定；2. 是否执行。` → 是否已制定, 是否执行.
    """
    text = " ".join("".join(f" {_CIRCLED[c]}. " if c in _CIRCLED else c for c in note).split())
    if not text:
        return ()
    starts: list[tuple[int, int]] = []
    for match in _NUMBERED.finditer(text):
        if int(match["n"] or match["b"]) == len(starts) + 1 and len(starts) < _MOST:
            starts.append(match.span())
    if not starts:
        return (_clean(text),)
    ends = [start for start, _ in starts[1:]] + [len(text)]
    points = (_clean(text[begin:end]) for (_, begin), end in zip(starts, ends, strict=True))
    return tuple(point for point in points if point)


def is_check_list(target_is_qualitative: bool, level1: str, note: str) -> bool:
    """Whether an indicator is checked point by point unless a user says otherwise.

    So are the 投入管理 items of a department with a qualitative target whose explanation asks
    whether something is so. Source: 部门整体绩效目标表. 健全, `1. 是否已制定…` → True.
    """
    return target_is_qualitative and "投入管理" in level1 and "是否" in plain_text(note)


def _clean(text: str) -> str:
    return text.strip(" ;；。，,、")
