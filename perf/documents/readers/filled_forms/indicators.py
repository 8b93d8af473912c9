"""The indicators of a filled form, row by row, those that a page's end tore put together."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from perf.core.filled import FilledRow
from perf.core.findings import Finding
from perf.core.readings import plain_text
from perf.core.targets import strip_numbering
from perf.documents.readers.filled_forms.classes import is_class, is_torn_class
from perf.documents.readers.filled_forms.forms import is_total
from perf.documents.readers.filled_forms.grid import EMPTY, FormCell, FormSheet
from perf.documents.readers.filled_forms.headings import (
    Columns,
    indicator_headings,
    is_heading_row,
)
from perf.documents.readers.filled_forms.money import demand_blank
from perf.documents.readers.filled_forms.wording import (
    name_text,
    reason_text,
    target_text,
    whole_text,
)
from perf.documents.readers.tables import Row, key, trim
from perf.documents.readers.titles import is_page_foot, is_title

_AFTER_TABLE = re.compile(r"(?:注|说明|备注|填表|填报|审核|联系)[^一-鿿]*[:：、]|(?:填报|审核)人")
_CONCLUSION = re.compile(
    r"(?:其[他它](?:需要?)?说明.*|存在的?(?:主要)?问题.{0,6}|(?:自评|评价|总体|综合|绩效|评分)(?:自评)?"
    r"(?:结论|等级|等次|结果|情况|得分|分析)|下一步.{0,8}|(?:有关|相关|改进)(?:建议|措施)|主要(?:经验|成效)"
    r".{0,6}|(?:单位|项目|财务|部门)?(?:负责人|经办人|联系人|领导).{0,6})(?:[:(].*)?"
)
# What a form's template leaves where nobody named an indicator.
_TEMPLATE = re.compile(r"指标[0-9]{0,2}[、.:]?|[0-9]{1,2}[、.:]|[….·。/—-]+")
_AGAIN = re.compile(r"[(（]?(?:续|续表|接上页)[)）]?$")
_CLASSES = ("level1", "level2")
_FIGURES = ("weight", "score")
# One heading may stand over several columns of these: `指标1` and its name, a sign and its value.
_IN_PARTS = frozenset({"name", "target", "actual"})
_TEXTS = ("name", "target", "unit", "actual", "reason", "measure")
# A line of a page that is not so full as this ends its text.
_FULL = 0.6
_SURELY_FULL = 0.8


@dataclass(slots=True)
class _Line:
    """An indicator while it is read: its cells as published, by the heading they stand under."""

    row: int
    level1: str
    level2: str
    cells: dict[str, FormCell]
    own_level2: str = ""
    is_after_break: bool = False

    def text(self, name: str) -> str:
        return self.cells.get(name, EMPTY).text

    def has_figure(self) -> bool:
        return any(self.text(name) for name in _FIGURES)

    def says_anything(self) -> bool:
        """Whether the row is more than one of a form's template (`指标2：`, `……`)."""
        others = (part for part in (*_TEXTS, *_FIGURES) if part != "name")
        name = key(self.text("name"))
        return any(self.text(part) for part in others) or bool(
            name and not _TEMPLATE.fullmatch(name)
        )


@dataclass(slots=True)
class Indicators:
    """Reads the rows below the headings; `total_row` is the one that names the total."""

    sheet: FormSheet
    columns: Columns
    findings: list[Finding]
    total_row: int | None = None
    lines: list[_Line] = field(default_factory=list)
    level1: str = ""
    level2: str = ""

    def read(self) -> list[FilledRow]:
        """The indicators in the form's order."""
        self._collect()
        self._join_torn()
        return [self._filled(line) for line in self.lines]

    def _collect(self) -> None:
        sheet = self.sheet
        merged = self._merges_classes()
        headings = {columns.row: columns for columns in indicator_headings(sheet)}
        broken = False
        for row in range(self.columns.row + 1, len(sheet.rows)):
            filled = sheet.filled(row)
            broken = broken or row in sheet.breaks
            if not filled:
                broken = True
                continue
            if is_total(sheet, row, self.columns.spans["name"].stop):
                self.total_row = row
                return
            if row in headings:
                self.columns = headings[row]
            elif _is_after_table(plain_text(filled[0][1].text)[:20]):
                if row > max(headings):
                    return
            elif not self._is_between(row):
                self._take(row, merged, is_after_break=broken)
                broken = False
                continue
            broken = True

    def _is_between(self, row: int) -> bool:
        """Whether the row is what a page repeats or adds, and no part of the table."""
        sheet = self.sheet
        if row in sheet.texts or is_heading_row(sheet, row):
            return True
        filled = sheet.filled(row)
        # Some programs repeat a merged cell's text in every cell that it covers.
        alone = Row(list(dict.fromkeys(cell.text for _, cell in filled)), row)
        return filled[0][0] < self.columns.spans["name"].start and (
            is_title(alone) or is_page_foot(alone) or bool(_AGAIN.fullmatch(key(alone.cells[0])))
        )

    def _merges_classes(self) -> bool:
        # Where nobody merged the classes, a blank one takes the one above.
        spans = self.columns.spans
        classes = {spans[name].start for name in _CLASSES if name in spans}
        return any(
            column in classes and row > first > self.columns.row
            for (row, column), (first, _) in (self.sheet.merges or {}).items()
        )

    def _take(self, row: int, merged: bool, *, is_after_break: bool) -> None:
        sheet, spans = self.sheet, self.columns.spans
        own1 = self._class(row, "level1", merged=merged)
        own2 = self._class(row, "level2", merged=merged)
        if is_after_break:
            own1 = self._without_rest("level1", own1)
            own2 = self._without_rest("level2", own2)
        goes_on = is_after_break and own1 == self.level1 and own2 is None
        if own1 is not None and not goes_on:
            self.level1, self.level2 = own1, own2 or ""
        elif own2 is not None:
            self.level2 = own2
        cells = {
            name: sheet.whole(row, span) if name in _IN_PARTS else sheet.first(row, span)
            for name, span in spans.items()
        }
        line = _Line(row, self.level1, self.level2, cells, own2 or "", is_after_break)
        if key(line.text("name")) != "小计" and line.says_anything():
            self.lines.append(line)

    def _without_rest(self, level: str, own: str | None) -> str | None:
        """A row's own class below a break; None where it is the end of the class above it.

        `产出指` before a page's end and `标` after it are 产出指标, of the rows above too.
        """
        above = getattr(self, level)
        if not own or not above or not is_torn_class(above, own):
            return own
        for line in reversed(self.lines):
            if getattr(line, level) != above:
                break
            setattr(line, level, above + own)
        setattr(self, level, above + own)
        return None

    def _class(self, row: int, name: str, *, merged: bool) -> str | None:
        """The row's own class, or None where the one above holds on."""
        span = self.columns.spans.get(name)
        if span is None:
            return None
        text = self.sheet.cell(row, span.start).text
        if text or not merged or self.sheet.merges is None:
            return _AGAIN.sub("", trim(whole_text(self.sheet, text))) or None
        first = self.sheet.merges.get((row, span.start))
        if first is not None and first[0] < row:
            return None
        return ""

    # What a page's end tore

    def _join_torn(self) -> None:
        whole = [line for line in self.lines if line.text("name") and not line.is_after_break]
        has_figures = bool(whole) and all(line.has_figure() for line in whole)
        widths = self._widths()
        joined: list[_Line] = []
        for line in self.lines:
            above = joined[-1] if joined else None
            if above and line.is_after_break and _is_rest(above, line, widths, has_figures):
                for name in _TEXTS:
                    above.cells[name] = self._joined(above.text(name), line.text(name))
            elif line.text("name"):
                joined.append(line)
        self.lines = joined

    def _joined(self, above: str, below: str) -> FormCell:
        if self.sheet.is_wrapped and above and below:
            return FormCell(f"{above}\n{below}")
        # Between two words of Latin letters or figures there was a space.
        ends = above[-1:] + below[:1]
        is_gap = len(ends) > 1 and ends.isascii() and ends.isalnum()
        return FormCell(f"{above} {below}" if is_gap else above + below)

    def _widths(self) -> dict[str, int]:
        """How wide a full line of each printed column is, in half characters."""
        if not self.sheet.is_wrapped:
            return {}
        widths = {}
        for name in _TEXTS:
            parts = [line.text(name).split("\n") for line in self.lines]
            # All lines of a cell but its last are full; where none was wrapped, the widest may be.
            full = sorted(_width(part) for cell in parts for part in cell[:-1])
            widest = max(_width(cell[0]) for cell in parts)
            widths[name] = full[len(full) // 2] if full else widest
        return widths

    def _filled(self, line: _Line) -> FilledRow:
        sheet = self.sheet
        texts = {name: whole_text(sheet, cell.text) for name, cell in line.cells.items()}
        where = sheet.place(line.row)
        weight = FormCell(line.text("weight").strip().removesuffix("%"))
        return FilledRow(
            line.level1,
            line.level2,
            name_text(texts["name"]),
            target_text(texts),
            texts.get("actual", ""),
            self._figure(weight, where),
            self._figure(line.cells.get("score", EMPTY), where),
            reason_text(texts),
        )

    def _figure(self, cell: FormCell, where: str) -> Decimal | None:
        figure = cell.figure()
        if figure is None:
            demand_blank(cell, where, self.findings)
        return figure


def _is_after_table(text: str) -> bool:
    """Whether a row's first words are those of the notes below an indicator table."""
    return bool(_AFTER_TABLE.match(text) or _CONCLUSION.fullmatch(text))


def _is_rest(above: _Line, line: _Line, widths: dict[str, int], has_figures: bool) -> bool:
    """Whether a line below a break is what is left of the row above it.

    The rest of a row has no figures, and goes on only where the row had begun. With a name, a
    target or an actual of its own it is one where all other rows have figures; on a printed page
    each text above it must end with a full line, and then decides also for rows without figures.
    """
    filled = [name for name in _TEXTS if line.text(name)]
    name = line.text("name")
    if line.has_figure() or line.text("sign"):
        return False
    if not name:
        return True
    if strip_numbering(name) != name.strip() or is_class(line.own_level2):
        return False
    if any(not above.text(each) for each in filled):
        return False
    if not (line.text("target") or line.text("actual")):
        return True
    if not widths:
        return has_figures and above.has_figure()
    least = _FULL if has_figures and above.has_figure() else _SURELY_FULL
    return all(
        _width(above.text(each).rpartition("\n")[2]) >= least * widths[each] for each in filled
    )


def _width(text: str) -> int:
    return sum(1 if char.isascii() else 2 for char in text)
