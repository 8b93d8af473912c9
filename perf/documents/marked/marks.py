"""What is wrong in an imported document, each with the cell of the document that it is about."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.numbers import parse_number
from perf.core.targets import strip_numbering
from perf.core.terms import Labelled, PlanKind
from perf.documents.preview import Preview
from perf.documents.readers.tables import key
from perf.documents.sources import SourceRow

LEFT_OUT_ROW = "核对时标为“不导入”，这一行没有导入。"
LEFT_OUT_PLAN = "核对时标为“不导入”，整份绩效目标没有导入。"
_FIELD_OF_CODE = {
    "indicator-name-missing": "name",
    "duplicate-indicator": "name",
    "class-missing": "level1",
    "class-unknown": "level1",
    "note-of-another-indicator": "note",
    "formula-contradicts-note": "note",
    "project-code-missing": "code",
    "project-code-length": "code",
    "project-code-repeated": "code",
    "budget-missing": "money",
    "budget-sum-differs": "money",
    "money-not-exact": "money",
    "money-out-of-range": "money",
    "project-budget-differs": "money",
}
_FIELD_OF_LABEL = {
    "一级指标": "level1",
    "二级指标": "level2",
    "三级指标": "name",
    "指标值说明": "note",
    "指标值": "target",
}
_ROW_FIELDS = ("level1", "level2", "name", "target", "note")


class Kind(Labelled):
    """Why a cell is marked."""

    ERROR = "error", "错误"
    WARNING = "warning", "警告"
    LEFT_OUT = "left-out", "没有导入"
    CORRECTED = "corrected", "已更正"


_KIND_OF = {Severity.ERROR: Kind.ERROR, Severity.WARNING: Kind.WARNING}


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to be said at one cell; `key` is the row's or plan's in the preview.

    `sheet`, `row` (from 1) and `column` (from 0) are where the document is a spreadsheet; row 0
    is no cell. `field` names the cell where it is none: level1, level2, name, target, note, title,
    code, money.
    """

    kind: Kind
    key: str
    field: str
    about: str
    where: str
    text: str
    reason: str
    sheet: str = ""
    row: int = 0
    column: int = 0


def marks_of(preview: Preview) -> list[Mark]:
    """Everything in the document that is not as it should be, in the document's order.

    Errors and warnings as they stand now, also of what is left out; what was left out without an
    error; and what was corrected, because the user's own file still says it the old way.
    """
    return list(_Marking(preview).marks())


class _Marking:
    def __init__(self, preview: Preview) -> None:
        self.preview = preview
        self.checked = preview.whole().check()
        self.finder = _Finder(preview)

    def marks(self) -> Iterator[Mark]:
        for one in self.checked.document:
            if one.severity in _KIND_OF:
                yield Mark(_KIND_OF[one.severity], "", "", "全文", one.where, "", one.message)
        for plan_key, plan in self.preview.plans():
            yield from self._of_plan(plan_key, plan)
            for at, row in enumerate(plan.indicators):
                yield from self._of_row(plan_key, f"{plan_key}-{at}", plan, row)

    def _of_plan(self, key_: str, plan: DraftPlan) -> Iterator[Mark]:
        for one in self.checked.plans.get(key_, []):
            if one.severity in _KIND_OF:
                field = _FIELD_OF_CODE.get(one.code, "title")
                yield self._mark(_KIND_OF[one.severity], key_, field, plan, None, one.message)
        if key_ in self.preview.left_out:
            yield self._mark(Kind.LEFT_OUT, key_, "title", plan, None, LEFT_OUT_PLAN)
        for field in ("title", "code"):
            if f"{field}-{key_}" in self.preview.as_read:
                new = plan.name if field == "title" else plan.code
                yield self._mark(Kind.CORRECTED, key_, field, plan, None, _corrected(new))

    def _of_row(
        self, plan_key: str, key_: str, plan: DraftPlan, row: DraftIndicator
    ) -> Iterator[Mark]:
        for one in self.checked.rows.get(key_, []):
            if one.severity in _KIND_OF:
                yield self._mark(
                    _KIND_OF[one.severity], key_, _field_of(one), plan, row, one.message
                )
        if key_ in self.preview.left_out and plan_key not in self.preview.left_out:
            yield self._mark(Kind.LEFT_OUT, key_, "name", plan, row, LEFT_OUT_ROW)
        for field in ("level1", "level2", "name", "target"):
            if f"{field}-{key_}" in self.preview.as_read:
                new = getattr(row, field)
                yield self._mark(Kind.CORRECTED, key_, field, plan, row, _corrected(new))

    def _mark(
        self,
        kind: Kind,
        key_: str,
        field: str,
        plan: DraftPlan,
        row: DraftIndicator | None,
        reason: str,
    ) -> Mark:
        place = self.finder.find(key_, field, plan, row)
        about = plan.name or plan.kind.label
        if row is not None and row.name:
            about += f" · {row.name}"
        where = (row.where if row else "") or plan.where
        text = self.finder.text(key_, field, plan, row)
        if place is None:
            return Mark(kind, key_, field, about, where, text, reason)
        source, column = place
        if column < len(source.cells):
            text = source.cells[column] or text
        return Mark(kind, key_, field, about, where, text, reason, source.sheet, source.row, column)


def _corrected(new: str | None) -> str:
    return f"核对时改为“{new}”，系统按改后的内容导入。" if new else "核对时改为空白。"


def _field_of(finding: Finding) -> str:
    if finding.code == "text-too-long":
        labels = (each for each in _FIELD_OF_LABEL if finding.message.startswith(each))
        return _FIELD_OF_LABEL[next(labels, "指标值")]
    return _FIELD_OF_CODE.get(finding.code, "target")


class _Finder:
    """Finds the cell in which a text of the draft stands, by what the document says there.

    Where the cell is blank, it is the one in which other rows of the sheet have that text.
    """

    def __init__(self, preview: Preview) -> None:
        self.preview = preview
        self.columns: Counter[tuple[str, str, int]] = Counter()
        self.offsets: Counter[tuple[str, str, int]] = Counter()
        for key_, plan in preview.plans():
            sources = preview.sources.get(plan.where, [])
            for field in ("title", "code", "money") if sources else ():
                column = self._of_plan_in(key_, field, plan, sources[0])
                if column is not None:
                    self.columns[sources[0].sheet, field, column] += 1
        for key_, plan, row in preview.rows():
            sources = preview.sources.get(row.where or plan.where, [])
            if not sources:
                continue
            found = self._columns(key_, row, sources[0])
            for field, column in found.items():
                self.columns[sources[0].sheet, field, column] += 1
                if "name" in found:
                    self.offsets[sources[0].sheet, field, column - found["name"]] += 1

    def text(self, key_: str, field: str, plan: DraftPlan, row: DraftIndicator | None) -> str:
        """What the document says there."""
        as_read = self.preview.as_read.get(f"{field}-{key_}")
        if as_read is not None:
            return as_read
        if row is not None:
            return getattr(row, field, None) or ""
        own = {"title": plan.name, "code": plan.code or ""}
        return own.get(field, "")

    def find(
        self, key_: str, field: str, plan: DraftPlan, row: DraftIndicator | None
    ) -> tuple[SourceRow, int] | None:
        """The row and column of the text, the row's first filled cell where nothing tells it."""
        sources = self.preview.sources.get((row.where if row else "") or plan.where)
        if not sources:
            return None
        if row is None:
            return self._of_plan(key_, field, plan, sources)
        first = sources[0]
        found = self._columns(key_, row, first)
        if field in found:
            return first, found[field]
        column = self._usual(first.sheet, field, found.get("name"))
        return first, _first_filled(first) if column is None else column

    def _of_plan(
        self, key_: str, field: str, plan: DraftPlan, sources: list[SourceRow]
    ) -> tuple[SourceRow, int]:
        for row in sources:
            column = self._of_plan_in(key_, field, plan, row)
            if column is not None:
                return row, column
        usual = _most(self.columns, sources[0].sheet, field)
        return sources[0], _first_filled(sources[0]) if usual is None else usual

    def _of_plan_in(self, key_: str, field: str, plan: DraftPlan, row: SourceRow) -> int | None:
        if field == "money":
            return _money_column(plan.budget_total, row.cells)
        if plan.kind is PlanKind.DEPARTMENT:
            return None
        return _column(self.text(key_, field, plan, None), row.cells)

    def _columns(self, key_: str, row: DraftIndicator, source: SourceRow) -> dict[str, int]:
        """The columns of the row's own texts; levels left of the name, the others right of it."""
        texts = {field: self._read(key_, field, row) for field in _ROW_FIELDS}
        name = _column(texts.pop("name"), source.cells)
        found = {} if name is None else {"name": name}
        for field, text in texts.items():
            cells = source.cells
            columns = range(len(cells))
            if name is not None:
                columns = (
                    range(name) if field in {"level1", "level2"} else range(name + 1, len(cells))
                )
            column = _column(text, cells, columns)
            if column is not None and column not in found.values():
                found[field] = column
        return found

    def _read(self, key_: str, field: str, row: DraftIndicator) -> str:
        return self.preview.as_read.get(f"{field}-{key_}", getattr(row, field) or "")

    def _usual(self, sheet: str, field: str, name: int | None) -> int | None:
        if name is not None:
            offset = _most(self.offsets, sheet, field)
            if offset is not None:
                return max(0, name + offset)
        return _most(self.columns, sheet, field)


def _most(counted: Counter[tuple[str, str, int]], sheet: str, field: str) -> int | None:
    own = {
        value: times
        for (where, what, value), times in counted.items()
        if (where, what) == (sheet, field)
    }
    return max(own, key=own.__getitem__) if own else None


def _column(text: str, cells: tuple[str, ...], columns: range | None = None) -> int | None:
    """The cell that says the text; else the longest that is part of it or holds it."""
    columns = range(len(cells)) if columns is None else columns
    wanted = key(strip_numbering(text))
    if not wanted:
        return None
    plain = {at: key(strip_numbering(cells[at])) for at in columns}
    for at, cell in plain.items():
        if cell == wanted:
            return at
    parts = [at for at, cell in plain.items() if cell and cell in wanted]
    parts = parts or [at for at, cell in plain.items() if wanted in cell]
    return max(parts, key=lambda at: len(plain[at])) if parts else None


def _money_column(amount: Decimal | None, cells: tuple[str, ...]) -> int | None:
    if amount is None:
        return None
    for at, cell in enumerate(cells):
        try:
            figure = parse_number(key(cell).removesuffix("万元").removesuffix("元"))
        except InvalidInput:
            continue
        if figure is not None and figure in {amount, amount / 10_000}:
            return at
    return None


def _first_filled(row: SourceRow) -> int:
    return next((at for at, cell in enumerate(row.cells) if cell), 0)
