"""Merged level cells that slid by some rows: which class and second level each row has."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from perf.core.drafts import DraftIndicator
from perf.documents.readers.report import Report, at_lines
from perf.documents.readers.tables import key
from perf.documents.readers.vocabulary import LEVEL2_CLASS, LEVEL2_OF_NAME


@dataclass(slots=True)
class Leveled:
    """An indicator with the level cells of its own row, blank where a merged cell covers it."""

    indicator: DraftIndicator
    level1: str
    level2: str
    line: int


def settle_levels(rows: list[Leveled], report: Report) -> None:
    """Gives every indicator its levels, putting merged cells right that slid by rows.

    A blank takes the level above. The standing indicators of the official form and the endings
    完成率 / 实现率 / 满意度 tell where a second level begins; a class holds whole second levels,
    so a class that begins in the middle of one begins with it or with the next.
    """
    if not rows:
        return
    seconds = _carried([row.level2 for row in rows])
    settled = _settle_seconds(rows, seconds)
    moved = {row.line for row, a, b in zip(rows, seconds, settled, strict=True) if a != b}
    classes = _carried([row.level1 for row in rows])
    settled_classes = _settle_classes(rows, settled)
    moved |= {row.line for row, a, b in zip(rows, classes, settled_classes, strict=True) if a != b}
    for row, level1, level2 in zip(rows, settled_classes, settled, strict=True):
        row.indicator.level1 = level1
        row.indicator.level2 = level2 or None
    if moved:
        report.info(
            "slid-level-moved",
            "合并单元格的一级或二级指标与所属的行错位，已按指标内容归位，请核对这些行的一、二级指标。",
            at_lines(moved),
        )


def _carried(texts: list[str]) -> list[str]:
    carried, last = [], ""
    for text in texts:
        last = text or last
        carried.append(last)
    return carried


def _settle_seconds(rows: list[Leveled], carried: list[str]) -> list[str]:
    printed = {key(text): text for text in carried if text}
    settled = list(carried)
    for index, row in enumerate(rows):
        standing = LEVEL2_OF_NAME.get(key(row.indicator.name))
        if standing is not None and (standing in printed or not settled[index]):
            settled[index] = printed.get(standing, standing)
    _settle_by_classes(rows, settled)
    for above, below in _neighbours(settled):
        _settle_boundary(rows, settled, above, below)
    return settled


def _settle_by_classes(rows: list[Leveled], settled: list[str]) -> None:
    """Second levels that slid away from the class printed beside their true first row."""
    for index, row in enumerate(rows):
        if not row.level1 or row.level2 or index == 0:
            continue
        began = rows[index - 1].level2
        before = settled[index - 2] if index > 1 else ""
        if began and before and _expected(rows[index - 1].indicator.name, "") == key(before):
            settled[index - 1] = before
            continue
        name = row.indicator.name
        if key(settled[index]) in {LEVEL2_OF_NAME.get(key(name)), _expected(name, "")}:
            continue
        standing = LEVEL2_CLASS.get(key(settled[index]))
        later = next((at for at in range(index + 1, len(rows)) if rows[at].level2), None)
        if later is None or standing in {None, key(row.level1)}:
            continue
        if LEVEL2_CLASS.get(key(rows[later].level2), key(row.level1)) == key(row.level1):
            for at in range(index, later):
                settled[at] = rows[later].level2


def _groups(texts: list[str]) -> Iterator[range]:
    start = 0
    for index in range(1, len(texts) + 1):
        if index == len(texts) or texts[index] != texts[start]:
            yield range(start, index)
            start = index


def _neighbours(texts: list[str]) -> list[tuple[range, range]]:
    groups = list(_groups(texts))
    return list(pairwise(groups))


def _expected(name: str, level1: str) -> str | None:
    """The second level that a name's ending points to, in the form's classes 产出 and 效益."""
    if "满意" in name:
        return "满意度"
    if level1.startswith("效益"):
        return None
    if name.endswith("实现率"):
        return "履职目标实现"
    return "重点工作任务完成" if name.endswith("完成率") else None


def _settle_boundary(rows: list[Leveled], settled: list[str], above: range, below: range) -> None:
    """Moves rows at the edge of two second levels where all other rows of both speak for it."""
    upper, lower = settled[above[0]], settled[below[0]]
    expected = [_expected(row.indicator.name, "") for row in rows[above[0] : below[-1] + 1]]
    split = next((at for at, each in enumerate(expected) if each == key(lower)), None)
    if split is None or key(upper) not in {"重点工作任务完成", "履职目标实现", "履职效益"}:
        return
    own = None if key(upper) == "履职效益" else key(upper)
    moved_up = expected[len(above) : split]
    consistent = (
        split > 0
        and all(each == own for each in moved_up)
        and all(each == key(lower) for each in expected[split:])
    )
    if consistent:
        for offset in range(len(expected)):
            settled[above[0] + offset] = upper if offset < split else lower


def _settle_classes(rows: list[Leveled], seconds: list[str]) -> list[str]:
    printed = {key(row.level1): row.level1 for row in rows if row.level1}
    explicit = [row.level1 for row in rows]
    settled = [""] * len(rows)
    current = ""
    pushed = ""
    for group in _groups(_runs(rows, seconds)):
        standing = LEVEL2_CLASS.get(key(seconds[group[0]]), "")
        own = [index for index in group if explicit[index]]
        beginning, pushed = pushed, ""
        if own[:1] == [group[0]] and key(seconds[group[0]]) in key(explicit[group[0]]):
            # 满意度 under a class 满意度指标 of its own is what this document prints.
            current = explicit[group[0]]
        elif standing in printed:
            current = printed[standing]
        elif own:
            # Later than the middle of a second level it is the next one's class, slid up.
            late = own[-1] > group[0] and own[-1] - group[0] > group[-1] - own[-1]
            if late and current:
                pushed = explicit[own[-1]]
                current = explicit[own[0]] if own[0] == group[0] else beginning or current
            else:
                current = explicit[own[-1]]
        else:
            current = beginning or current or standing
        for index in group:
            settled[index] = current
    return settled


def _runs(rows: list[Leveled], seconds: list[str]) -> list[str]:
    """A label for each second level; a row that prints both levels begins one of its own."""
    runs, number = [], 0
    for row, level2 in zip(rows, seconds, strict=True):
        if row.level1 and (row.level2 or not level2):
            number += 1
        runs.append(f"{number} {level2}")
    return runs
