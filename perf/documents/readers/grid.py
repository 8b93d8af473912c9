"""Grids whose levels stand in the rows: 一级指标 | 二级指标 | 三级指标 | 指标值."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from perf.core.drafts import DraftIndicator
from perf.core.targets import strip_numbering
from perf.documents.readers.grid_cells import BLOCKS, straighten
from perf.documents.readers.progress import reports_progress
from perf.documents.readers.projects import PLACEHOLDERS, is_placeholder
from perf.documents.readers.report import at_line
from perf.documents.readers.tables import Row, close_up, key, trim
from perf.documents.readers.vocabulary import (
    CLASSES,
    NAME_HEADS,
    NOTE_HEADS,
    PROJECT_LEVEL2,
    TARGET_HEADS,
    head,
)

_HEADS: dict[str, frozenset[str]] = {
    "level1": frozenset({"一级指标"}),
    "level2": frozenset({"二级指标"}),
    "name": NAME_HEADS,
    "sign": frozenset({"指标性质", "指标符号", "比较符号", "运算符号", "计算符号", "比较符"}),
    "initial": frozenset({"年初指标值", "原指标值", "调整前指标值"}),
    "target": TARGET_HEADS,
    "measure": frozenset({"度量单位", "计量单位", "指标单位", "指标值单位"}),
    "weight": frozenset({"分值", "分值权重", "指标分值", "权重分值"}),
    "share": frozenset({"权重", "指标权重"}),
    "note": NOTE_HEADS,
    "kind": frozenset(
        {"指标值类型", "指标方向性", "指标方向", "指标类型", "评(扣)分标准", "评分规则"}
    ),
}
_ROLES = {word: role for role, words in _HEADS.items() for word in words}
_IN_BRACKETS = re.compile(r"\((年度|长期|中期|实施期|%|分)\)$")
_SIGN = re.compile(r"[<>=≥≤≧≦⩾⩽]=?|大于等于|小于等于|大于|小于|等于")
_BARE_NUMBER = re.compile(rf"({_SIGN.pattern})?[+-]?\d[\d,.]*")
_UNFILLED = frozenset({"未填写", "未填报"})
_MAIN = frozenset({"成本指标", "产出指标", "效益指标", "满意度指标", "投入管理指标"})


@lru_cache(maxsize=4096)
def role_of(text: str) -> str | None:
    """The role that a heading of such a grid names, if any."""
    if len(text) > 20:
        return None
    plain = head(text)
    role = _ROLES.get(_IN_BRACKETS.sub("", plain))
    # 权重(分) and 权重(%) say in which measure they are.
    return "weight" if role == "share" and plain.endswith(("(分)", "(%)")) else role


def is_grid_header(row: Row) -> bool:
    """Whether the row heads a grid: a name and a target, beside a level of their own."""
    roles = {role_of(text) for _, text in row.filled()}
    return {"name", "target"} <= roles and bool(roles & {"level1", "level2"})


def columns_of(row: Row) -> dict[int, str]:
    """The grid's columns by the heading row.

    Where the form has the indicators of the whole project and of the year side by side, those of
    the year are meant: the ones that say so, else the ones further right. Other columns right of
    the name are of no use here (`kind`, `progress`) but keep their place.
    """
    found: dict[str, list[int]] = {}
    for column, text in row.filled():
        found.setdefault(role_of(text) or "kind", []).append(column)
    cells = dict(row.filled())
    yearly = [column for column in found["name"] if "年度" in cells[column]]
    name = max(yearly or found["name"])
    columns = {column: "kind" for column in cells if column > name}
    columns |= {
        column: "block" for column in cells if column < name and key(cells[column]) in BLOCKS
    }
    for role, here in found.items():
        if role == "level2":
            columns[max((each for each in here if each < name), default=here[0])] = role
        elif role not in {"name", "kind"}:
            columns[min((each for each in here if each > name), default=here[0])] = role
    columns[name] = "name"
    if reports_progress(row):
        # What is remarked there is about the progress; columns to tick share one heading.
        for column in range(name, max(columns) + 1):
            if columns.get(column, "kind") in {"kind", "note"}:
                columns[column] = "progress"
    return columns


@dataclass(slots=True)
class Grid:
    """Reads the rows under one heading into indicators, merged level cells carried down.

    `weights` has for each indicator what stands in the column of the weights; `has_shares` says
    that its heading is 权重, which may mean shares of one.
    """

    columns: dict[int, str]
    indicators: list[DraftIndicator] = field(default_factory=list)
    slid: list[int] = field(default_factory=list)
    torn: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    level1: str = ""
    level2: str = ""
    has_no_level2: bool = False

    def read(self, row: Row) -> dict[str, str]:
        """Takes one row; gives its cells by role, also those that are not the grid's own."""
        cells, slide = straighten(row.filled(), self.columns)
        if slide:
            self.slid.append(row.line)
        self.take(cells, row)
        return cells

    def take(self, cells: dict[str, str], row: Row) -> None:
        """Takes a row whose cells have their roles already."""
        own1, own2 = close_up(cells.get("level1", "")), close_up(cells.get("level2", ""))
        name = strip_numbering(close_up(cells.get("name", "")))
        target, note = _target(cells), trim(cells.get("note", ""))
        last = self.indicators[-1] if self.indicators else None
        if not name and not target and own2 and not own1 and self._completes_level2(own2, row):
            return
        if own1 or own2:
            self.level1, self.level2 = own1 or self.level1, own2
            # A dash in the column says that there is none; a blank may be a merged cell.
            self.has_no_level2 = own2 in PLACEHOLDERS
        if is_placeholder(name, target):
            self.left_out.append(row.line)
        elif name and (target or last is None or own1 or own2 or not self._is_torn(cells, row)):
            if last is not None and not last.target and row.after_break and not (own1 or own2):
                self._join(last, name, target, note, row)
                self.weights[-1] = self.weights[-1] or _weight(cells)
                return
            level1, level2 = self.level1, None
            if not self.has_no_level2:
                level1, level2 = classes(self.level1, self.level2)
            self.indicators.append(
                DraftIndicator(level1, level2, name, target, note or None, at_line(row.line))
            )
            self.weights.append(_weight(cells))
        elif last is not None and (name or target or (note and last.target and not own2)):
            self._join(last, name, target, note, row)
            self.weights[-1] = self.weights[-1] or _weight(cells)

    @property
    def has_shares(self) -> bool:
        """Whether the weights may be shares of one."""
        return "share" in self.columns.values()

    def _is_torn(self, cells: dict[str, str], row: Row) -> bool:
        return row.after_break or set(cells) <= {"name", "note"}

    def _join(self, last: DraftIndicator, name: str, target: str, note: str, row: Row) -> None:
        last.name += name
        last.target += target
        if note:
            last.note = (last.note or "") + note
        self.torn.append(row.line)

    def _completes_level2(self, text: str, row: Row) -> bool:
        """Whether the row holds only the torn end of the second level above."""
        whole = self.level2 + text
        if not self.level2 or key(whole) not in PROJECT_LEVEL2 or key(text) in PROJECT_LEVEL2:
            return False
        for indicator in self.indicators:
            if indicator.level2 == self.level2:
                indicator.level1, indicator.level2 = classes(self.level1, whole)
        self.level2 = whole
        self.torn.append(row.line)
        return True


def classes(level1: str, level2: str) -> tuple[str, str | None]:
    """The class and second level that the two printed cells mean.

    `服务对象满意度指标` alone is that second level of 满意度指标; a wrapper around the usual
    classes (实施效果指标 over 产出指标) gives way to them; a lost class follows from its second
    level (数量指标 → 产出指标).
    """
    plain1, plain2 = key(level1), key(level2)
    if plain1 + "指标" in _MAIN:
        level1, plain1 = level1 + "指标", plain1 + "指标"
    if plain1 not in _MAIN and "满意度" in plain1:
        return "满意度指标", level2 or level1
    if plain1 not in CLASSES and plain2 in _MAIN:
        return level2, None
    if not plain1 and plain2:
        return _class_of_level2(plain2), level2
    return level1, level2 or None


def _class_of_level2(plain: str) -> str:
    if "满意" in plain:
        return "满意度指标"
    if plain in {"数量指标", "质量指标", "时效指标"}:
        return "产出指标"
    if "成本" in plain:
        return "成本指标"
    return "效益指标" if "效益" in plain or "可持续" in plain else ""


def _weight(cells: dict[str, str]) -> str:
    return trim(cells.get("weight") or cells.get("share") or "")


def _target(cells: dict[str, str]) -> str:
    """The target as one text where a form prints sign, figure and unit in three columns."""
    target, sign = trim(cells.get("target", "")), key(cells.get("sign", ""))
    if target in _UNFILLED:
        return ""
    measure = close_up(cells.get("measure", ""))
    match = _BARE_NUMBER.fullmatch(key(target))
    if match is None:
        return target
    before = sign if _SIGN.fullmatch(sign) and not match[1] else ""
    return f"{before}{target}{'' if measure in PLACEHOLDERS else measure}"
