"""The indicator grid of 部门（单位）整体绩效目标表: torn rows joined, slid levels settled."""

from dataclasses import dataclass

from perf.core.drafts import DraftIndicator
from perf.core.targets import strip_numbering
from perf.documents.readers.grid import Grid, columns_of, role_of
from perf.documents.readers.levels import Leveled, settle_levels
from perf.documents.readers.progress import reports_progress
from perf.documents.readers.repair import Role, place
from perf.documents.readers.report import Report, at_line, at_lines
from perf.documents.readers.tables import Row, close_up, key, trim
from perf.documents.readers.vocabulary import (
    CLASSES,
    LEVEL2_CLASS,
    LEVEL2_OF_NAME,
    NAME_HEADS,
    NOTE_HEADS,
    TARGET_HEADS,
    head,
    is_class,
    looks_like_sentence,
    looks_like_target,
)
from perf.documents.readers.weights import take_weights

_HEADS = {
    "level1": frozenset({"一级指标"}),
    "level2": frozenset({"二级指标"}),
    "name": NAME_HEADS,
    "target": TARGET_HEADS,
    "note": NOTE_HEADS,
}
_ORDER = list(_HEADS)


def is_indicator_header(row: Row) -> bool:
    """Whether the row is the grid's heading (it may hold a class that slid up into it)."""
    keys = [head(text) for _, text in row.filled() if len(text) < 30]
    names = sum(1 for each in keys if each in NAME_HEADS)
    return (
        names == 1
        and any(each in TARGET_HEADS for each in keys)
        and any(each in {"一级指标", "二级指标"} or each in NOTE_HEADS for each in keys)
    )


@dataclass(slots=True)
class _Cells:
    level1: str = ""
    level2: str = ""
    name: str = ""
    target: str = ""
    note: str = ""


class IndicatorReader:
    """Reads the grid row by row; `finish` gives the indicators with their levels settled."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.roles = _roles(dict(zip(_ORDER, range(5), strict=True)))
        self.rows: list[Leveled] = []
        self.waiting1 = ""
        self.waiting2 = ""
        self.slide = 0
        self.slid: list[int] = []
        self.torn: list[int] = []
        self.grid: Grid | None = None

    def note_class_above(self, row: Row) -> None:
        """A class that slid up into the rows above the grid is the first rows' class."""
        for _, text in row.filled():
            if is_class(text):
                self.waiting1 = close_up(text)

    def read(self, row: Row) -> None:
        """Takes one row of the grid."""
        if is_indicator_header(row):
            self._take_header(row)
            return
        if self.grid is not None:
            self.grid.read(row)
            return
        cells = self._place(row)
        last = self.rows[-1].indicator if self.rows else None
        if cells.name and (cells.target or not self._continues(cells, row)):
            if last is not None and not last.target and row.after_break and not last.note:
                self._join(cells, row)
            else:
                self._begin(cells, row)
        elif cells.name or cells.target or cells.note:
            if last is not None:
                self._join(cells, row)
        else:
            self._level_alone(cells, row)

    def finish(self) -> list[DraftIndicator]:
        """The indicators in form order."""
        if self.grid is not None:
            self.slid, self.torn = self.grid.slid, self.grid.torn
            take_weights(self.grid, "部门整体", self.report)
        if self.slid:
            self.report.info(
                "slid-cells-moved",
                "有单元格与表头错位，已按表头和内容移回原列，请核对。",
                at_lines(self.slid),
            )
        if self.torn:
            self.report.info(
                "torn-row-joined",
                "有被分页或换行拆开的单元格，已与上一行合并，请核对。",
                at_lines(self.torn),
            )
        settle_levels(self.rows, self.report)
        return [*(row.indicator for row in self.rows), *(self.grid.indicators if self.grid else ())]

    def _take_header(self, row: Row) -> None:
        roles = {role_of(text) for _, text in row.filled()}
        if roles & {"sign", "measure", "weight", "share"} or reports_progress(row):
            # Forms that print sign, figure and unit apart, weights or what was reached, are filled
            # in row by row and have no second levels to settle.
            self.grid = self.grid or Grid({})
            self.grid.columns = columns_of(row)
            return
        columns: dict[str, int] = {}
        for column, text in row.filled():
            role = next((role for role, heads in _HEADS.items() if head(text) in heads), None)
            if role is not None:
                columns.setdefault(role, column)
            elif is_class(text):
                self.waiting1 = close_up(text)
        if "level2" in columns and columns["level2"] > 0:
            columns.setdefault("level1", columns["level2"] - 1)
        columns.setdefault("note", columns["target"] + 1)
        self.roles = _roles(columns)

    def _place(self, row: Row) -> _Cells:
        filled = row.filled()
        if len(filled) == 1 and looks_like_sentence(filled[0][1]):
            return _Cells(note=trim(filled[0][1]))
        columns = {role.name: role.column for role in self.roles}
        cell = dict(filled)
        first, second = cell.get(columns.get("level1", -1)), cell.get(columns.get("level2", -1))
        # A second level that slid left into the classes' column, beside no second level.
        slid_level = first is not None and second is None and not is_class(first)
        if slid_level and columns.get("level2") is not None and _may_be_level2(first or ""):
            filled = [(columns["level2"] if text is first else at, text) for at, text in filled]
            self.slid.append(row.line)
        # A torn end slid together with the row that it was torn from; whole rows slide alone.
        placed = place(filled, self.roles, usual_slide=self.slide if len(filled) == 1 else 0)
        if placed.slide:
            self.slid.append(row.line)
        if len(filled) > 1:
            self.slide = placed.slide
        found = placed.cells
        return _Cells(
            level1=close_up(found.get("level1", "")),
            level2=strip_numbering(close_up(found.get("level2", ""))),
            name=strip_numbering(close_up(found.get("name", ""))),
            target=trim(found.get("target", "")),
            note=trim(found.get("note", "")),
        )

    def _continues(self, cells: _Cells, row: Row) -> bool:
        """Whether a name without a target is the torn end of the name above."""
        return bool(self.rows) and (row.after_break or not cells.note)

    def _level_alone(self, cells: _Cells, row: Row) -> None:
        """A row of level cells only: torn ends of those right above, or levels of what follows."""
        above = self.rows[-1] if self.rows else None
        text = cells.level1 or cells.level2
        if above and above.level1 and key(above.level1 + text) in CLASSES:
            above.level1 += text
        elif above and above.level2 and key(text) not in CLASSES and text not in LEVEL2_CLASS:
            above.level2 += text
        else:
            self.waiting1 = cells.level1 or self.waiting1
            self.waiting2 = cells.level2 or self.waiting2
            return
        self.torn.append(row.line)

    def _begin(self, cells: _Cells, row: Row) -> None:
        indicator = DraftIndicator(
            cells.level1, None, cells.name, cells.target, cells.note or None, at_line(row.line)
        )
        level1 = cells.level1 or self.waiting1
        level2 = self._whole_level2(cells.level2, row) or self.waiting2
        self.waiting1 = self.waiting2 = ""
        self.rows.append(Leveled(indicator, level1, level2, row.line))

    def _whole_level2(self, level2: str, row: Row) -> str:
        """The second level; where only its torn end stands, the row above gets the whole."""
        above = next((each for each in reversed(self.rows) if each.level2), None)
        if level2 and above and row.after_break and above.level2 + level2 in LEVEL2_CLASS:
            above.level2 += level2
            return ""
        return level2

    def _join(self, cells: _Cells, row: Row) -> None:
        last = self.rows[-1].indicator
        self._whole_level2(cells.level2, row)
        last.name += cells.name
        last.target += cells.target
        if cells.note:
            last.note = (last.note or "") + cells.note
        self.torn.append(row.line)


def _may_be_level2(text: str) -> bool:
    return len(text) <= 20 and not looks_like_target(text) and key(text) not in LEVEL2_OF_NAME


def _roles(columns: dict[str, int]) -> list[Role]:
    misfits = {
        "level1": _misfit_level1,
        "level2": _misfit_level2,
        "name": _misfit_name,
        "target": _misfit_target,
        "note": _misfit_note,
    }
    return sorted(
        (
            Role(name, column, misfits[name], "name" if name == "target" else None)
            for name, column in columns.items()
        ),
        key=lambda role: role.column,
    )


def _misfit_level1(text: str) -> float:
    if key(text) in CLASSES:
        return 0.0
    if looks_like_target(text) or looks_like_sentence(text) or key(text) in LEVEL2_OF_NAME:
        return 4.0
    return 2.0 if key(text) in LEVEL2_CLASS else 0.4


def _misfit_level2(text: str) -> float:
    if key(text) in LEVEL2_CLASS:
        return 0.0
    if looks_like_target(text) or looks_like_sentence(text) or key(text) in LEVEL2_OF_NAME:
        return 4.0
    return 3.0 if key(text) in CLASSES else 0.3


def _misfit_name(text: str) -> float:
    if looks_like_target(text):
        return 4.0
    if key(text) in CLASSES:
        return 3.0
    return 1.0 if key(text) in LEVEL2_CLASS or looks_like_sentence(text) else 0.0


def _misfit_target(text: str) -> float:
    if looks_like_target(text):
        return 0.0
    if len(text) <= 4:
        return 0.1
    return 0.8 if len(text) <= 20 else 3.0


def _misfit_note(text: str) -> float:
    if looks_like_target(text):
        return 1.5
    return 0.0 if looks_like_sentence(text) else 0.2
