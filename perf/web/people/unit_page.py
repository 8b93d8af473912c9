"""One unit's offices and people (科室与人员), who stands in for whom, and hand-overs."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Permission
from perf.core.terms import Role
from perf.extensions import db
from perf.models import Office, Unit
from perf.queries import organisation
from perf.queries.delegations import delegations_of_unit, people_in_use
from perf.queries.handover import handovers_of_unit
from perf.queries.offices import counted_offices, office_to_change
from perf.services import offices
from perf.web.listing import form_text
from perf.web.people.forms import chosen_offices
from perf.web.security import current_actor, requires


@requires(Permission.READ, organisation.unit_visible_to)
def show(unit: Unit) -> ResponseReturnValue:
    """The unit's offices, people, delegations and hand-overs."""
    return unit_page(unit)


@requires(Permission.MANAGE_PEOPLE, organisation.unit_visible_to)
def create(unit: Unit) -> ResponseReturnValue:
    """Make an office."""
    unit_id = unit.id
    try:
        office = offices.create_office(db.session(), current_actor(), unit, name=form_text("name"))
    except InvalidInput as error:
        return _refused(unit_id, error, {"new": error.fields.get("name", "")})
    return _saved(unit_id, f"已建立{office.name}。")


@requires(Permission.MANAGE_PEOPLE, office_to_change)
def save(office: Office) -> ResponseReturnValue:
    """Rename an office, or put it out of use or back into it."""
    unit_id, key = office.unit_id, office.id
    is_archived = "is_archived" in request.form
    session, actor, name = db.session(), current_actor(), form_text("name")
    try:
        offices.update_office(session, actor, office, name=name, is_archived=is_archived)
    except (InvalidInput, Conflict) as error:
        fields = error.fields if isinstance(error, InvalidInput) else {"name": str(error)}
        return _refused(unit_id, error, {f"name-{key}": fields.get("name", "")})
    return _saved(unit_id, f"已保存{office.name}。")


@requires(Permission.MANAGE_PEOPLE, organisation.unit_visible_to)
def assign(unit: Unit) -> ResponseReturnValue:
    """Put people into offices, all or none."""
    unit_id, session = unit.id, db.session()
    keys = [one.id for one in people_in_use(session, unit.id)]
    try:
        changed = offices.assign_people(session, current_actor(), unit, chosen_offices(keys))
    except InvalidInput as error:
        return _refused(unit_id, error, error.fields)
    return _saved(unit_id, f"已保存，{changed} 人有变动。" if changed else "没有改动。")


def unit_page(unit: Unit, *, message: str = "", errors: Mapping[str, str] | None = None) -> str:
    """The page, with a refusal and what was typed where there is one."""
    actor, session, today = current_actor(), db.session(), clock.today()
    may_manage = actor.may(Permission.MANAGE_PEOPLE)
    year = organisation.year_in_focus(session, today)
    people = people_in_use(session, unit.id)
    return render_template(
        "people/unit.html",
        unit=unit,
        year=year,
        offices=counted_offices(session, actor, unit.id, year),
        people=people,
        staff=Role.STAFF,
        delegations=delegations_of_unit(session, actor, unit.id, today),
        handovers=handovers_of_unit(session, actor, unit.id) if may_manage else [],
        others=[(one.id, one.display_name) for one in people if one.id != actor.id],
        may_manage=may_manage,
        may_delegate=actor.may(Permission.DELEGATE) and actor.unit_id == unit.id,
        may_list_units=actor.may(Permission.READ_ALL_UNITS),
        message=message,
        errors=errors or {},
        typed=request.form,
    )


def _refused(
    unit_id: int, error: InvalidInput | Conflict, errors: Mapping[str, str]
) -> ResponseReturnValue:
    db.session.rollback()
    unit = organisation.unit_visible_to(db.session(), current_actor(), unit_id)
    page = unit_page(unit, message=str(error), errors=errors)
    return page, 409 if isinstance(error, Conflict) else 422


def _saved(unit_id: int, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said, "ok")
    return redirect(url_for("people.show", unit_id=unit_id))
