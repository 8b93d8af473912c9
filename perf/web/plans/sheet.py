"""The sheet of a plan's indicators, with the live reading of targets and sum of weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput, Locked, Stale
from perf.core.numbers import format_fixed, parse_number
from perf.core.permissions import Actor, Permission
from perf.core.targets import Target, describe_target, parse_target
from perf.core.terms import Comparator, Kind, PlanKind, QuantityKind, Sense
from perf.core.years import default_kind
from perf.extensions import db
from perf.models import FiscalYear, Indicator, Plan
from perf.queries import plans
from perf.queries.packs import find_pack
from perf.queries.visible import plan_visible_to
from perf.services.formula_names import describe_quantities
from perf.services.indicators import Weighing, save_indicators, weigh
from perf.services.plan_checks import checks_of_entries
from perf.services.sheets import TYPED_KINDS, IndicatorEntry, weight_text
from perf.services.ways import Means, Way, default_means, describe_reading, means_of, read_means
from perf.web.listing import number_argument, text_argument
from perf.web.plans.doubts import Doubt, Doubts, beside_rows, doubts_of
from perf.web.plans.forms import editable_plan, told
from perf.web.plans.pages import again, posted_version, typed_form
from perf.web.security import current_actor, requires

BLANK_ROWS = 3
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
)
LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "指标值",
    "note": "说明",
    "weight": "分值",
    "formula": "公式",
}


@dataclass(slots=True)
class SheetRow:
    """One row as the page shows it: what is typed, how it reads, what is odd or wrong."""

    entry: IndicatorEntry
    reading: str = ""
    doubts: Sequence[Doubt] = ()
    share: str = ""
    way: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the folded part of the row has something to look at."""
        return any(name in self.errors for name in ("note", "sense", "kind", "way", "formula"))


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """The sheet's weights and findings: those of the whole, and by row."""

    weighed: Weighing
    shares: dict[str, Decimal | None]
    doubts: Doubts
    beside: dict[str, list[Doubt]]


@requires(Permission.EDIT_PLAN, editable_plan)
def edit(plan: Plan) -> ResponseReturnValue:
    """The sheet as it is stored, with blank rows at its end."""
    count = number_argument("rows") or BLANK_ROWS
    return _page(plan, [*map(entry_of, plan.indicators), *_blanks(min(count, 50))])


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def save(plan: Plan) -> ResponseReturnValue:
    """Save the whole sheet, or give everything typed back with what is wrong beside it."""
    plan_id, entries = plan.id, posted_entries()
    if "more" in request.form:
        new = sum(entry.indicator_id is None for entry in entries)
        return _page(again(plan_id), [*entries, *_blanks(5, start=new + 1)])
    try:
        session, actor = db.session(), current_actor()
        changed = save_indicators(session, actor, plan, entries, version=posted_version())
        changed += describe_quantities(session, actor, plan, _posted_quantities(plan))
    except InvalidInput as error:
        return _page(again(plan_id), entries, error.fields, str(error)), 422
    except (Stale, Locked) as error:
        plan = again(plan_id)
        merged, errors = _beside_stored(plan, entries)
        return _page(plan, merged, errors, told(error, plan)), 409
    db.session.commit()
    flash(f"已保存，{changed} 项有变动。" if changed else "没有改动。", "ok")
    target = "plans.indicators" if "stay" in request.form else "plans.show"
    return redirect(url_for(target, plan_id=plan_id))


@requires(Permission.READ)
def reading() -> ResponseReturnValue:
    """How a target text reads, as JSON, while it is typed."""
    target, kind = _read_target(
        text_argument("text", 500),
        text_argument("level1"),
        text_argument("level2"),
        text_argument("name", 500),
        number_argument("year"),
    )
    return jsonify(
        text=describe_target(target),
        comparator=target.comparator.value,
        kind=kind.label,
        findings=[
            {"severity": finding.severity.value, "message": finding.message}
            for finding in target.findings
        ],
    )


def _visible(session: Session, actor: Actor, plan_id: int) -> Plan:
    return plan_visible_to(session, actor, plan_id)


@requires(Permission.READ, _visible)
def weights(plan: Plan) -> ResponseReturnValue:
    """What `level1` and `weight`, given once a row, come to, as JSON; nothing is stored."""
    levels, typed = request.args.getlist("level1"), request.args.getlist("weight")
    entries = list(zip(levels, map(_weight_or_none, typed), strict=False))[:MOST_ROWS]
    weighed = weigh(db.session(), plan, entries)
    return jsonify(
        weights=[None if weight is None else format_fixed(weight) for weight in weighed.weights],
        lines=sum_lines(weighed),
    )


def sum_lines(weighed: Weighing) -> list[dict[str, str]]:
    """The line of sums: each class, then the whole, each with whether it is right."""
    lines = [
        {
            "text": f"{name or '未选一级指标'} {format_fixed(own)}"
            + ("" if own == due else f"（办法为 {format_fixed(due)}）"),
            "tone": "ok" if own == due else "warn",
        }
        for name, own, due in weighed.classes
    ]
    is_right = weighed.total == weighed.due
    whole = f"合计 {format_fixed(weighed.total)}，应为 {format_fixed(weighed.due)}"
    lines.append({"text": whole, "tone": "ok" if is_right else "bad"})
    if weighed.problem:
        lines.append({"text": weighed.problem, "tone": "bad"})
    return lines


def entry_of(row: Indicator) -> IndicatorEntry:
    """A stored indicator as the form holds it; what follows from the target is blank."""
    read, kind = _read_target(row.target_text, row.level1, row.level2, row.name, row.plan.year)
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


def _posted_quantities(plan: Plan) -> dict[int, tuple[str, str]]:
    """Kind and unit of the quantities that the page showed, as typed."""
    form = request.form
    return {
        row.id: (form[f"quantity-kind-{row.id}"], form.get(f"quantity-unit-{row.id}", ""))
        for row in plan.quantities
        if f"quantity-kind-{row.id}" in form
    }


def _read_target(
    text: str, level1: str, level2: str, name: str, year: int | None
) -> tuple[Target, Kind]:
    target = parse_target(text, level1=level1, level2=level2 or None, name=name, year=year)
    return target, default_kind(target, level1, level2 or None, name)


def _weight_or_none(text: str) -> Decimal | None:
    """A typed weight; one that cannot be read counts as blank until the save names it."""
    try:
        weight = parse_number(text)
    except InvalidInput:
        return None
    return weight if weight and 0 < weight <= 100 else None


def _blanks(count: int, start: int = 1) -> list[IndicatorEntry]:
    return [IndicatorEntry(key=f"new{number}") for number in range(start, start + count)]


def _beside_stored(
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


def check_sheet(plan: Plan, entries: Sequence[IndicatorEntry]) -> CheckedSheet:
    """What the rows as typed come to; those left blank or to be deleted do not count."""
    standing = [entry for entry in entries if not (entry.is_blank or entry.is_removed)]
    pairs = [(entry.level1.strip(), _weight_or_none(entry.weight)) for entry in standing]
    session = db.session()
    weighed = weigh(session, plan, pairs)
    noticed = checks_of_entries(session, current_actor(), plan, standing, weighed.weights)
    keys = [entry.key for entry in standing]
    anchors = [(entry.name.strip(), f"target-{entry.key}") for entry in standing]
    return CheckedSheet(
        weighed,
        dict(zip(keys, weighed.weights, strict=True)),
        doubts_of(noticed, anchors),
        beside_rows(noticed, keys),
    )


def _page(
    plan: Plan,
    entries: Sequence[IndicatorEntry],
    errors: dict[str, str] | None = None,
    message: str = "",
) -> str:
    errors = errors or {}
    checked = check_sheet(plan, entries)
    return render_template(
        "plans/sheet.html",
        plan=plan,
        rows=[_row(entry, plan, checked, errors) for entry in entries],
        classes=_classes(plan, entries),
        sums=sum_lines(checked.weighed),
        doubts=checked.doubts,
        senses=[(sense.value, sense.label) for sense in Sense],
        kinds=[(kind.value, kind.label) for kind in TYPED_KINDS],
        ways=[(way.value, way.label) for way in Way],
        quantity_kinds=[(kind.value, kind.label) for kind in QuantityKind],
        errors=errors,
        message=message,
    )


def _row(
    entry: IndicatorEntry, plan: Plan, checked: CheckedSheet, errors: dict[str, str]
) -> SheetRow:
    share = checked.shares.get(entry.key)
    row = SheetRow(
        entry,
        doubts=checked.beside.get(entry.key, ()),
        errors={
            name: errors[f"{name}-{entry.key}"]
            for name in FIELDS
            if f"{name}-{entry.key}" in errors
        },
    )
    if share is not None and not entry.weight.strip():
        row.share = format_fixed(share)
    if entry.target.strip():
        target, _ = _read_target(entry.target, entry.level1, entry.level2, entry.name, plan.year)
        entered = _means_of(entry, target)
        row.way = entered.way.label
        row.reading = describe_reading(target, entered, entry.note)
        if entry.sense in list(Sense) and target.comparator is Comparator.EQ:
            row.reading = describe_target(_with_sense(target, entry.sense))
    return row


def _means_of(entry: IndicatorEntry, target: Target) -> Means:
    """The way that a row would be saved with; one that is refused shows what stands without it."""
    place = (target, entry.level1, entry.name, entry.note)
    try:
        return read_means(entry.way, entry.formula, *place)
    except InvalidInput:
        return default_means(*place)


def _with_sense(target: Target, chosen: str) -> Target:
    sense = next(sense for sense in Sense if sense.value == chosen)
    return Target(target.text, target.comparator, target.value, target.upper, target.unit, sense)


def _classes(plan: Plan, entries: Sequence[IndicatorEntry]) -> list[tuple[str, str]]:
    """The 一级指标 to choose from: the pinned packs' classes, and what rows call theirs already."""
    year = db.session.get_one(FiscalYear, plan.year)
    packs = (
        [(year.department_pack_id, year.department_pack_version)]
        if plan.kind is PlanKind.DEPARTMENT
        else [
            (year.cost_project_pack_id, year.cost_project_pack_version),
            (year.project_pack_id, year.project_pack_version),
        ]
    )
    names = [name for pack in packs for name in find_pack(db.session(), *pack).class_names]
    names += [entry.level1 for entry in entries if entry.level1.strip()]
    return [(name, name) for name in dict.fromkeys(names)]
