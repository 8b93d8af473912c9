"""The rows of the sheet of indicators: as stored, as posted, and as the page shows them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask import request

from perf.core.errors import InvalidInput
from perf.core.numbers import format_fixed, parse_number
from perf.core.progress import default_pace
from perf.core.targets import Target, describe_target, parse_target
from perf.core.terms import Comparator, Kind, Sense
from perf.core.years import default_kind
from perf.models import Indicator, Plan
from perf.services.sheets import IndicatorEntry, weight_text
from perf.services.ways import Means, default_means, describe_reading, means_of, read_means
from perf.web.plans.doubts import Doubt
from perf.web.plans.pages import typed_form

MOST_ROWS = 600
_ROW_KEY = re.compile(r"(new)?[1-9][0-9]{0,8}")
FIELDS = (
    "level1",
    "level2",
    "name",
    "target",
    "note",
    "sense",
    "kind",
    "weight",
    "ordinal",
    "way",
    "formula",
    "curve",
    "pace",
)
LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "指标值",
    "note": "说明",
    "weight": "分值",
    "formula": "公式",
    "pace": "进度安排",
}


@dataclass(slots=True)
class SheetRow:
    """One row as the page shows it: what is typed, how it reads, what is odd or wrong."""

    entry: IndicatorEntry
    reading: str = ""
    doubts: Sequence[Doubt] = ()
    share: str = ""
    way: str = ""
    pace: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the folded part of the row has something to look at."""
        return any(
            name in self.errors for name in ("note", "sense", "kind", "way", "formula", "pace")
        )


def entry_of(row: Indicator) -> IndicatorEntry:
    """A stored indicator as the form holds it; what follows from the target is blank."""
    read, kind = read_sheet_target(row.target_text, row.level1, row.level2, row.name, row.plan.year)
    is_own_sense = row.sense is not None and row.sense is not read.sense
    means = means_of(row)
    default = default_means(row.target, row.level1, row.name, row.note)
    return IndicatorEntry(
        key=str(row.id),
        indicator_id=row.id,
        level1=row.level1,
        level2=row.level2,
        name=row.name,
        target=row.target_text,
        note=row.note,
        sense=row.sense.value if row.sense and is_own_sense else "",
        kind="" if row.kind in {kind, Kind.RATIO} else row.kind.value,
        weight=weight_text(row),
        ordinal=str(row.ordinal),
        way="" if means == default else means.way.value,
        formula=means.formula,
        curve=row.curve.value if row.curve else "",
        pace=row.pace,
    )


def posted_entries() -> list[IndicatorEntry]:
    """The rows of the posted sheet as typed."""
    form, entries = typed_form(), []
    for key in dict.fromkeys(request.form.getlist("row")[:MOST_ROWS]):
        # Each row once, under the one name that the page gives it.
        if not _ROW_KEY.fullmatch(key):
            continue
        is_stored = not key.startswith("new")
        entries.append(
            IndicatorEntry(
                key=key,
                indicator_id=int(key) if is_stored else None,
                is_removed=f"remove-{key}" in form,
                **{name: form.get(f"{name}-{key}", "") for name in FIELDS},
            )
        )
    return entries


def posted_quantities(plan: Plan) -> dict[int, tuple[str, str]]:
    """Kind and unit of the quantities that the page showed, as typed."""
    form = request.form
    return {
        row.id: (form[f"quantity-kind-{row.id}"], form.get(f"quantity-unit-{row.id}", ""))
        for row in plan.quantities
        if f"quantity-kind-{row.id}" in form
    }


def read_sheet_target(
    text: str, level1: str, level2: str, name: str, year: int | None
) -> tuple[Target, Kind]:
    """How a target text reads in its place, and how its year value comes about by default."""
    target = parse_target(text, level1=level1, level2=level2 or None, name=name, year=year)
    return target, default_kind(target, level1, level2 or None, name)


def weight_or_none(text: str) -> Decimal | None:
    """A typed weight; one that cannot be read counts as blank until the save names it."""
    try:
        weight = parse_number(text)
    except InvalidInput:
        return None
    return weight if weight and 0 < weight <= 100 else None


def blank_entries(count: int, start: int = 1) -> list[IndicatorEntry]:
    """Rows to fill in, numbered from `start`."""
    return [IndicatorEntry(key=f"new{number}") for number in range(start, start + count)]


def beside_stored(
    plan: Plan, entries: Sequence[IndicatorEntry]
) -> tuple[list[IndicatorEntry], dict[str, str]]:
    """The typed rows, those that somebody added meanwhile, and what is stored where it differs."""
    stored = {row.id: entry_of(row) for row in plan.indicators}
    merged, errors = [], {}
    new = sum(entry.indicator_id is None for entry in entries)
    for entry in entries:
        theirs = stored.pop(entry.indicator_id, None) if entry.indicator_id else None
        if entry.indicator_id is None:
            merged.append(entry)
        elif theirs is None:
            new += 1
            values = {name: getattr(entry, name) for name in FIELDS}
            merged.append(IndicatorEntry(key=f"new{new}", **values))
            errors[f"name-new{new}"] = "这个指标已被删除，再保存会重新新增。"
        else:
            merged.append(entry)
            errors |= {
                f"{name}-{entry.key}": f"现在保存的{label}是：{getattr(theirs, name) or '（空）'}"
                for name, label in LABELS.items()
                if getattr(theirs, name).split() != getattr(entry, name).split()
            }
    return [*merged, *stored.values()], errors


def sheet_row(
    entry: IndicatorEntry,
    year: int,
    share: Decimal | None,
    doubts: Sequence[Doubt],
    errors: dict[str, str],
) -> SheetRow:
    """A row as the page shows it; `share` is the weight that it gets where none is typed."""
    row = SheetRow(
        entry,
        doubts=doubts,
        errors={
            name: errors[f"{name}-{entry.key}"]
            for name in FIELDS
            if f"{name}-{entry.key}" in errors
        },
    )
    if share is not None and not entry.weight.strip():
        row.share = format_fixed(share)
    if entry.target.strip():
        target, kind = read_sheet_target(entry.target, entry.level1, entry.level2, entry.name, year)
        entered = _means_of(entry, target)
        row.way = entered.way.label
        row.reading = describe_reading(target, entered, entry.note)
        if not entered.is_computed:
            kind = next((one for one in Kind if one.value == entry.kind), kind)
            row.pace = default_pace(target, kind, entry.name).label
        if entry.sense in list(Sense) and target.comparator is Comparator.EQ:
            row.reading = describe_target(with_sense(target, entry.sense))
    return row


def _means_of(entry: IndicatorEntry, target: Target) -> Means:
    """The way that a row would be saved with; one that is refused shows what stands without it."""
    place = (target, entry.level1, entry.name, entry.note)
    try:
        return read_means(entry.way, entry.formula, *place)
    except InvalidInput:
        return default_means(*place)


def with_sense(target: Target, chosen: str) -> Target:
    """The target with the direction that was chosen for a figure without one."""
    sense = next((sense for sense in Sense if sense.value == chosen), None)
    is_open = sense is not None and target.comparator is Comparator.EQ
    return replace(target, sense=sense, findings=()) if is_open else target
