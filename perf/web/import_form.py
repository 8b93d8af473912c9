"""What was typed on the preview of an import, put into it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import TypeVar

from perf.core.drafts import DraftIndicator, DraftPlan, printed_weight
from perf.core.errors import InvalidInput
from perf.core.storable import LINE, SHORT
from perf.core.terms import FundSource, PlanKind
from perf.documents.preview import Preview, budget_of
from perf.services.imports import UNIT_CODE, UNIT_NAME
from perf.services.money import read_wan, write_wan
from perf.services.organisation import FIRST_YEAR, LAST_YEAR
from perf.services.sheets import read_weight
from perf.services.typed import Typed, clean_text

ROW_FIELDS = {
    "level1": ("一级指标", SHORT),
    "level2": ("二级指标", SHORT),
    "name": ("三级指标", LINE),
    "target": ("指标值", LINE),
}
ROW_LABELS = {**{name: label for name, (label, _) in ROW_FIELDS.items()}, "weight": "分值"}
# Only a form that was sent whole says something by a box that is not ticked.
MARKER = "sheet"
ROWS_MARKER = "rows-"
_T = TypeVar("_T")


def corrected(
    preview: Preview, form: Mapping[str, str], *, names_unit: bool
) -> tuple[Preview, dict[str, str]]:
    """The preview with what was typed, and a sentence for each field that cannot be taken.

    A refused field keeps what it said before; in rows and plans left out nothing is refused.
    `names_unit`: whether the form asks for the unit too.
    """
    if MARKER not in form:
        return preview, {}
    new = deepcopy(preview)
    reading = _Reading(form)
    draft = new.draft
    year = reading.read(
        "year", "" if draft.fiscal_year is None else str(draft.fiscal_year), read_year
    )
    if reading.is_taken("year"):
        draft.fiscal_year = year
    if names_unit:
        name, code = draft.unit_name or "", draft.unit_code or ""
        draft.unit_name = reading.line("unit_name", "单位名称", name, UNIT_NAME) or None
        draft.unit_code = reading.line("unit_code", "单位编码", code, UNIT_CODE) or None
    new.left_out = set()
    for key, plan in new.plans():
        if f"skip-{key}" in form:
            new.left_out.add(key)
        _correct_plan(reading, key, plan, is_left_out=key in new.left_out)
        for at, row in enumerate(plan.indicators):
            row_key = f"{key}-{at}"
            # Of a plan that was not on the page, no row says anything.
            is_shown = f"{ROWS_MARKER}{key}" in form
            if f"skip-{row_key}" in form or (not is_shown and row_key in preview.left_out):
                new.left_out.add(row_key)
            is_left_out = bool({key, row_key} & new.left_out)
            for field, (label, limit) in ROW_FIELDS.items():
                text = reading.line(
                    f"{field}-{row_key}",
                    label,
                    getattr(row, field) or "",
                    limit,
                    is_left_out=is_left_out,
                )
                setattr(row, field, (text or None) if field == "level2" else text)
            row.weight = reading.weight(f"weight-{row_key}", row, is_left_out=is_left_out)
    new.remember(preview)
    return new, reading.typed.errors


def budget_fields(key: str, plan: DraftPlan) -> list[tuple[str, FundSource, str]]:
    """The plan's money as the form holds it: field, source and 万元; at least one of them."""
    return [
        (f"budget-{key}-{source.value}", source, write_wan(amount))
        for source, amount in budget_of(plan).items()
    ]


def read_year(text: str) -> int | None:
    """A year as typed, None for a blank; InvalidInput for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:9]) <= LAST_YEAR):
        raise InvalidInput(f"请填 {FIRST_YEAR} 至 {LAST_YEAR} 之间的四位年份。")
    return int(text)


class _Reading:
    """Reads the fields that differ from what the preview says; the others stay untouched."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.typed = Typed()

    def is_taken(self, field: str) -> bool:
        return field not in self.typed.errors

    def line(
        self, field: str, label: str, old: str, limit: int, *, is_left_out: bool = False
    ) -> str:
        text = self.form.get(field)
        if text is None or clean_text(text) == clean_text(old):
            return old
        new = self.typed.line(field, label, text, limit=limit)
        return new if self._may_stand(field, is_left_out=is_left_out) else old

    def weight(self, field: str, row: DraftIndicator, *, is_left_out: bool) -> Decimal | None:
        old = printed_weight(row)
        if clean_text(self.form.get(field, old)) == old:
            return row.weight
        new = self.read(field, old, read_weight, is_left_out=is_left_out)
        return new if self.is_taken(field) and not (is_left_out and new is None) else row.weight

    def read(
        self, field: str, old: str, read: Callable[[str], _T], *, is_left_out: bool = False
    ) -> _T | None:
        found = self.typed.read(field, read, clean_text(self.form.get(field, old)))
        self._may_stand(field, is_left_out=is_left_out)
        return found

    def _may_stand(self, field: str, *, is_left_out: bool) -> bool:
        if self.is_taken(field):
            return True
        if is_left_out:
            del self.typed.errors[field]
        return False


def _correct_plan(reading: _Reading, key: str, plan: DraftPlan, *, is_left_out: bool) -> None:
    def line(field: str, label: str, old: str | None, limit: int) -> str:
        return reading.line(f"{field}-{key}", label, old or "", limit, is_left_out=is_left_out)

    if plan.kind is PlanKind.PROJECT:
        plan.name = line("title", "项目名称", plan.name, LINE)
        plan.code = line("code", "项目编码", plan.code, SHORT) or None
    for field, source, old in budget_fields(key, plan):
        text = reading.form.get(field)
        if text is None or clean_text(text) == old:
            continue
        amount = reading.read(field, old, read_wan, is_left_out=is_left_out)
        if not reading.is_taken(field) or (is_left_out and amount is None):
            continue
        if amount is None:
            plan.budget.pop(source, None)
        else:
            plan.budget[source] = amount
        plan.budget_total = sum(plan.budget.values(), Decimal(0)) if plan.budget else None
