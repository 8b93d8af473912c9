"""The cell of a document in which a text of its draft stands."""

from collections import Counter
from decimal import Decimal

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number
from perf.core.targets import strip_numbering
from perf.core.terms import PlanKind
from perf.documents.preview import ROW_TEXTS, Preview, budget_of, row_text
from perf.documents.readers.tables import key
from perf.documents.sources import SourceRow

_ROW_FIELDS = (*ROW_TEXTS, "note")


class Finder:
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
            return row_text(row, field)
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
            return _money_column(self._money_read(key_, plan), row.cells)
        if plan.kind is PlanKind.DEPARTMENT:
            return None
        return _column(self.text(key_, field, plan, None), row.cells)

    def _money_read(self, key_: str, plan: DraftPlan) -> Decimal | None:
        """The total that the document says, whatever was corrected since."""
        total = plan.budget_total
        for source, amount in budget_of(plan).items():
            was = self.preview.as_read.get(f"budget-{key_}-{source.value}")
            if was is not None:
                total = (total or Decimal(0)) - (amount or Decimal(0)) + Decimal(was or 0)
        return total

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
        return self.preview.as_read.get(f"{field}-{key_}", row_text(row, field))

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
