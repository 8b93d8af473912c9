"""What is wrong in an imported document, each with the cell of the document that it is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from perf.core.checks import notice
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.numbers import format_number
from perf.core.terms import Labelled
from perf.documents.marked.finder import Finder
from perf.documents.preview import ROW_TEXTS, Checked, Preview, budget_of, row_text

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
    is no cell. `field` names the cell where it is none: level1, level2, name, target, weight, note,
    title, code, money.
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


def marks_of(
    preview: Preview, unsaid: frozenset[str] = frozenset(), checked: Checked | None = None
) -> list[Mark]:
    """Everything in the document that is not as it should be, in the document's order.

    Errors and warnings as they stand now, also of what is left out; what was left out without an
    error; and what was corrected, because the user's own file still says it the old way. What
    `unsaid` names by code is no finding here. `checked` is what the preview's check gave, if known.
    """
    if checked is None or preview.left_out:
        checked = preview.whole().check()
    return list(_Marking(preview, unsaid, checked).marks())


class _Marking:
    def __init__(self, preview: Preview, unsaid: frozenset[str], checked: Checked) -> None:
        self.preview = preview
        self.unsaid = unsaid
        self.checked = checked
        self.finder = Finder(preview)

    def marks(self) -> Iterator[Mark]:
        for one in self.checked.document:
            if one.severity in _KIND_OF and one.code not in self.unsaid:
                yield Mark(_KIND_OF[one.severity], "", "", "全文", one.where, "", one.message)
        for plan_key, plan in self.preview.plans():
            yield from self._of_plan(plan_key, plan)
            for at, row in enumerate(plan.indicators):
                yield from self._of_row(plan_key, f"{plan_key}-{at}", plan, row)

    def _of_plan(self, key_: str, plan: DraftPlan) -> Iterator[Mark]:
        found = [one for one in self.checked.plans.get(key_, []) if one.severity in _KIND_OF]
        about_rows = {
            (each.finding.code, each.finding.message): each
            for each in (notice(plan, year=self.preview.draft.fiscal_year) if found else ())
            if each.rows
        }
        for one in found:
            kind, together = _KIND_OF[one.severity], about_rows.get((one.code, one.message))
            if together is None:
                field = _FIELD_OF_CODE.get(one.code, "title")
                yield self._mark(kind, key_, field, plan, None, one.message)
                continue
            # What is said of several rows at once stands at each of them in a workbook.
            for at, sentence in zip(together.rows, together.beside, strict=True):
                row = plan.indicators[at]
                yield self._mark(kind, f"{key_}-{at}", _field_of(one), plan, row, sentence)
        if key_ in self.preview.left_out:
            yield self._mark(Kind.LEFT_OUT, key_, "title", plan, None, LEFT_OUT_PLAN)
        for field in ("title", "code"):
            if f"{field}-{key_}" in self.preview.as_read:
                new = plan.name if field == "title" else plan.code
                yield self._mark(Kind.CORRECTED, key_, field, plan, None, _corrected(new))
        for source, amount in budget_of(plan).items():
            if f"budget-{key_}-{source.value}" in self.preview.as_read:
                wan = "" if amount is None else f"{format_number(amount / 10_000)}万元"
                reason = f"{source.label}预算{_corrected(wan)}"
                yield self._mark(Kind.CORRECTED, key_, "money", plan, None, reason)

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
        for field in ROW_TEXTS:
            if f"{field}-{key_}" in self.preview.as_read:
                new = row_text(row, field)
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
