"""Which office owes which indicator (责任科室): row by row, or a whole class at once."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import Indicator, Plan
from perf.queries.offices import offices_of_unit
from perf.queries.plans import plan_to_change
from perf.queries.visible import plan_visible_to
from perf.services.offices import Chosen, assign_indicators
from perf.web.grid_form import whole_number
from perf.web.people.forms import chosen_offices
from perf.web.security import current_actor, requires

Classes = Sequence[tuple[str, list[Indicator]]]


@requires(Permission.EDIT_PLAN, plan_visible_to)
def edit(plan: Plan) -> ResponseReturnValue:
    """Every indicator with its office."""
    return _page(plan)


@requires(Permission.EDIT_PLAN, plan_to_change)
def save(plan: Plan) -> ResponseReturnValue:
    """Keep what was chosen, all or nothing; a button of a class sets all its rows."""
    plan_id = plan.id
    try:
        changed = assign_indicators(db.session(), current_actor(), plan, _chosen(plan))
    except InvalidInput as error:
        db.session.rollback()
        plan = plan_visible_to(db.session(), current_actor(), plan_id)
        return _page(plan, str(error), error.fields), 422
    db.session.commit()
    flash(f"已保存，{changed} 项有变动。" if changed else "没有改动。", "ok")
    return redirect(url_for("people.indicators", plan_id=plan_id))


def _chosen(plan: Plan) -> Chosen:
    """The rows as posted; those of the class whose button was pressed take the class's office."""
    chosen = dict(chosen_offices(row.id for row in plan.indicators))
    pressed = request.form.get("class", "")
    for number, (_, rows) in enumerate(classes_of(plan)):
        if pressed == str(number):
            office = whole_number(request.form, f"class-{number}") or None
            chosen |= {row.id: (chosen[row.id][0], office) for row in rows if row.id in chosen}
    return chosen


def classes_of(plan: Plan) -> Classes:
    """The plan's indicators by their class, in the order of the form."""
    found: dict[str, list[Indicator]] = {}
    for row in plan.indicators:
        found.setdefault(row.level1, []).append(row)
    return list(found.items())


def _page(plan: Plan, message: str = "", errors: Mapping[str, str] | None = None) -> str:
    offices = offices_of_unit(db.session(), current_actor(), plan.unit_id)
    return render_template(
        "people/indicators.html",
        plan=plan,
        classes=classes_of(plan),
        offices=offices,
        options=[(one.id, one.name) for one in offices if one.archived_at is None],
        names={one.id: one.name for one in offices},
        message=message,
        errors=errors or {},
        typed=request.form,
    )
