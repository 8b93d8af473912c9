"""The sheet of a plan's indicators, with the live reading of targets and sum of weights."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput, Locked, Stale
from perf.core.numbers import format_fixed
from perf.core.permissions import Actor, Permission
from perf.core.targets import describe_target
from perf.core.terms import Curve, PlanKind, QuantityKind, Sense
from perf.extensions import db
from perf.models import FiscalYear, Plan
from perf.queries import plans
from perf.queries.packs import find_pack
from perf.queries.visible import plan_visible_to
from perf.services.formula_names import describe_quantities
from perf.services.indicators import save_indicators
from perf.services.plan_checks import checks_of_entries
from perf.services.sheets import TYPED_KINDS, IndicatorEntry
from perf.services.successors import take_suggestions
from perf.services.ways import Way
from perf.services.weighing import Weighing, weigh
from perf.web.listing import number_argument, text_argument
from perf.web.plans.doubts import Doubt, Doubts, beside_rows, doubts_of
from perf.web.plans.forms import editable_plan, told
from perf.web.plans.last_year import LastYear, last_years
from perf.web.plans.pages import again, posted_version
from perf.web.plans.sheet_rows import (
    MOST_ROWS,
    beside_stored,
    blank_entries,
    entry_of,
    posted_entries,
    posted_quantities,
    read_sheet_target,
    sheet_row,
    weight_or_none,
    with_sense,
)
from perf.web.security import current_actor, requires

BLANK_ROWS = 3


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
    return _page(plan, [*map(entry_of, plan.indicators), *blank_entries(min(count, 50))])


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def save(plan: Plan) -> ResponseReturnValue:
    """Save the whole sheet, or give everything typed back with what is wrong beside it."""
    plan_id, entries = plan.id, posted_entries()
    if "more" in request.form:
        new = sum(entry.indicator_id is None for entry in entries)
        return _page(again(plan_id), [*entries, *blank_entries(5, start=new + 1)])
    try:
        session, actor = db.session(), current_actor()
        changed = save_indicators(session, actor, plan, entries, version=posted_version())
        changed += describe_quantities(session, actor, plan, posted_quantities(plan))
        if "take" in request.form:
            taken = take_suggestions(
                session, actor, plan, _taken(request.form["take"]), version=plan.version
            )
    except InvalidInput as error:
        return _page(again(plan_id), entries, error.fields, str(error)), 422
    except (Stale, Locked) as error:
        plan = again(plan_id)
        merged, errors = beside_stored(plan, entries)
        return _page(plan, merged, errors, told(error, plan)), 409
    db.session.commit()
    if "take" in request.form:
        flash(f"已采用 {taken} 项建议指标值，其他改动一并保存。", "ok")
        return redirect(url_for("plans.indicators", plan_id=plan_id))
    flash(f"已保存，{changed} 项有变动。" if changed else "没有改动。", "ok")
    target = "plans.indicators" if "stay" in request.form else "plans.show"
    return redirect(url_for(target, plan_id=plan_id))


def _taken(text: str) -> Collection[int] | None:
    """The row whose suggestion is taken, or None for all of them."""
    if text == "all":
        return None
    return {int(text)} if text.isascii() and text.isdigit() and len(text) < 10 else ()


@requires(Permission.READ)
def reading() -> ResponseReturnValue:
    """How a target text reads, as JSON, while it is typed."""
    target, kind = read_sheet_target(
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
    entries = list(zip(levels, map(weight_or_none, typed), strict=False))[:MOST_ROWS]
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


def check_sheet(plan: Plan, entries: Sequence[IndicatorEntry]) -> CheckedSheet:
    """What the rows as typed come to; those left blank or to be deleted do not count."""
    standing = [entry for entry in entries if not (entry.is_blank or entry.is_removed)]
    pairs = [(entry.level1.strip(), weight_or_none(entry.weight)) for entry in standing]
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
    before = _before(plan, entries)
    return render_template(
        "plans/sheet.html",
        plan=plan,
        rows=[
            sheet_row(
                entry,
                plan.year,
                checked.shares.get(entry.key),
                checked.beside.get(entry.key, ()),
                errors,
            )
            for entry in entries
        ],
        last_years=before,
        offers=sum(one.is_offered for one in before.values()),
        classes=_classes(plan, entries),
        sums=sum_lines(checked.weighed),
        doubts=checked.doubts,
        senses=[(sense.value, sense.label) for sense in Sense],
        kinds=[(kind.value, kind.label) for kind in TYPED_KINDS],
        ways=[(way.value, way.label) for way in Way],
        curves=[(curve.value, curve.label) for curve in Curve],
        quantity_kinds=[(kind.value, kind.label) for kind in QuantityKind],
        errors=errors,
        message=message,
    )


def _before(plan: Plan, entries: Sequence[IndicatorEntry]) -> dict[str, LastYear]:
    """What is known of the years before beside each row as typed, by its key."""
    rows = []
    for entry in entries:
        place = entry.level1.strip(), entry.level2.strip(), entry.name.strip()
        target, _ = read_sheet_target(entry.target.strip(), *place, plan.year)
        rows.append((entry.key, *place, with_sense(target, entry.sense)))
    return last_years(db.session(), current_actor(), plan, rows)


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
