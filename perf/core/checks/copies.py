"""Indicators set twice, and texts that belong to another indicator."""

import re
from collections.abc import Iterator

from perf.core.checks.subject import Noticed, Row, Subject, names_of
from perf.core.findings import Severity
from perf.core.terms import Comparator

# What is added to a name to say the same thing again: 手拉手结对帮扶(工作全年开展).
_PADDING = re.compile(
    r"(工作|活动|学习|全年|年度|本年|开展|进行|组织|完成|实施|情况|次数|数量|场次|任务|目标|的|指标)*"
)
_COMPARED_TWINS = 100
_SHORTEST_NOTE = 10
_SHORTEST_TARGET = 12
_GENERAL = re.compile("得分|计分|满分|扣分|评分|来源|佐证|依据")
_ADJUSTMENT_SUMMED = re.compile(r"预算调整数[:：].*(总和|之和|合计)")
_LEFT_SIDE = re.compile(r"([\w“”\"（）()]{2,40}?[率度比])=")


def check_duplicates(subject: Subject) -> Iterator[Noticed]:
    """The same indicator twice in one class: same target, the name the same but for padding."""
    seen: dict[tuple[object, ...], list[Row]] = {}
    for row in subject.rows:
        if not row.plain_name:
            continue
        group = seen.setdefault(_sameness(row), [])
        twin = next((one for one in group if _is_same(one.plain_name, row.plain_name)), None)
        if twin is not None:
            message = (
                f"“{row.name}”与“{twin.name}”的指标值都是“{row.indicator.target}”，"
                "疑为同一指标重复设置，请删去其一或写明区别。"
            )
            beside = f"与“{twin.name}”疑为同一指标重复设置，请删去其一或写明区别。"
            yield subject.say(Severity.WARNING, "duplicate-indicator", message, row, beside)
        if len(group) < _COMPARED_TWINS:
            group.append(row)


def _sameness(row: Row) -> tuple[object, ...]:
    target = row.target
    text = row.plain_target if target.value is None else ""
    return (
        row.indicator.level1, row.indicator.level2, target.comparator, target.value,
        target.upper, target.unit, text, row.plain_name[:2],
    )  # fmt: skip


def _is_same(first: str, second: str) -> bool:
    """Whether two plain names say the same but for padding (`学习调研`, `学习调研活动`)."""
    short, long = sorted((first, second), key=len)
    return long.startswith(short) and bool(_PADDING.fullmatch(long[len(short) :]))


def check_notes(subject: Subject) -> Iterator[Noticed]:
    """Explanations that belong to another indicator or contradict themselves."""
    names = _plain_names(subject)
    for row in subject.rows:
        other = _explained_instead(row, names)
        if other is not None:
            message = (
                f"“{row.name}”的说明给出的是“{other}”的公式，"
                "疑为复制时未改，请写明本指标的计算方法。"
            )
            yield subject.say(Severity.WARNING, "note-of-another-indicator", message, row)
        note = row.plain_note
        if "预算调整数-年初预算数" in note and _ADJUSTMENT_SUMMED.search(note):
            message = (
                "公式“（预算调整数-年初预算数）/年初预算数”与其说明矛盾：说明中预算调整数是各项调整"
                "金额的总和，不应再减年初预算数。"
                "系统按 调整金额合计÷年初预算数 计算，请改正说明中的公式。"
            )
            yield subject.say(Severity.WARNING, "formula-contradicts-note", message, row)


def _plain_names(subject: Subject) -> frozenset[str]:
    return frozenset(row.plain_name for row in subject.rows if row.name)


def _explained_instead(row: Row, names: frozenset[str]) -> str | None:
    """The other indicator whose formula this one's note gives."""
    note, name = row.plain_note, row.plain_name
    explained = [match[1] for match in _LEFT_SIDE.finditer(note)]
    ends = (left[at:] for left in explained for at in range(len(left) - 1))
    other = next((end for end in ends if end in names and end != name), None)
    return None if other is None or not name or _is_about(name, explained) else other


def _is_about(name: str, explained: list[str]) -> bool:
    return any(left.endswith(name) or (len(left) > 3 and name.endswith(left)) for left in explained)


def check_copied_texts(subject: Subject) -> Iterator[Noticed]:
    """One explanation, or one long target in words, under names that have nothing in common.

    Short texts (有效保障) and remarks on scoring or sources are often rightly the same; a formula
    that is another indicator's is told by its own finding.
    """
    names = _plain_names(subject)
    texts: dict[tuple[str, str], list[Row]] = {}
    for row in subject.rows:
        note, target = row.plain_note, row.plain_target
        if len(note) >= _SHORTEST_NOTE and not _GENERAL.search(note):
            texts.setdefault(("说明", note), []).append(row)
        if row.target.comparator is Comparator.QUALITATIVE and len(target) >= _SHORTEST_TARGET:
            texts.setdefault(("指标值", target), []).append(row)
    for (label, _), rows in texts.items():
        apart = _unrelated(rows)
        if len(apart) < 2 or any(_explained_instead(row, names) for row in rows):
            continue
        message = (
            f"{names_of([f'“{row.name}”' for row in apart])}的{label}一字不差，"
            "疑为复制时未改，请按各自的内容改写。"
        )
        beside = []
        for row in apart:
            other = apart[1] if row is apart[0] else apart[0]
            beside.append((row, f"{label}与“{other.name}”一字不差，请按各自的内容改写。"))
        yield subject.say_together(Severity.WARNING, "copied-text", message, beside)


def _unrelated(rows: list[Row]) -> list[Row]:
    """Those whose names neither hold nor lie in the name of an earlier one."""
    apart: list[Row] = []
    for row in rows[:_COMPARED_TWINS]:
        name = row.plain_name
        others = (other.plain_name for other in apart)
        if name and not any(name in other or other in name for other in others):
            apart.append(row)
    return apart
