"""Units: the list, and one form to make, rename and archive one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import Unit
from perf.queries import organisation as queries
from perf.services import organisation
from perf.web.listing import form_text, page_number, page_url, text_argument
from perf.web.security import current_actor, requires


@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """The units, searched by code and name."""
    search = {
        "text": text_argument("text"),
        "state": "archived" if request.args.get("state") == "archived" else "active",
    }
    page = queries.units_page(
        db.session(),
        text=search["text"],
        is_archived=search["state"] == "archived",
        number=page_number(),
    )
    return render_template("admin/units.html", page=page, search=search, page_url=page_url())


@requires(Permission.ADMINISTER)
def new() -> ResponseReturnValue:
    """The empty form."""
    return _form(None, {"name": "", "code": ""}, {})


@requires(Permission.ADMINISTER)
def create() -> ResponseReturnValue:
    """Make the unit."""
    form = _typed()
    try:
        unit = organisation.create_unit(
            db.session(), current_actor(), name=form["name"], code=form["code"]
        )
    except InvalidInput as error:
        return _form(None, form, error.fields), 422
    db.session.commit()
    flash(f"已建立单位“{unit.name}”。接下来请为它建立填报人和审核人。", "ok")
    return redirect(url_for("admin.units"))


@requires(Permission.ADMINISTER, queries.unit_visible_to)
def edit(unit: Unit) -> ResponseReturnValue:
    """One unit's form."""
    form = {"name": unit.name, "code": unit.code or ""}
    return _form(unit, form | ({"is_archived": "1"} if unit.archived_at else {}), {})


@requires(Permission.ADMINISTER, queries.unit_visible_to)
def save(unit: Unit) -> ResponseReturnValue:
    """Change name or code, or whether the unit is in use."""
    form = _typed()
    try:
        organisation.update_unit(
            db.session(),
            current_actor(),
            unit,
            name=form["name"],
            code=form["code"],
            is_archived="is_archived" in form,
        )
    except InvalidInput as error:
        return _form(unit, form, error.fields), 422
    db.session.commit()
    flash(f"已保存单位“{unit.name}”。", "ok")
    return redirect(url_for("admin.units"))


def _typed() -> dict[str, str]:
    form = {key: form_text(key) for key in ("name", "code")}
    return form | ({"is_archived": "1"} if "is_archived" in request.form else {})


def _form(unit: Unit | None, form: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("admin/unit.html", unit=unit, form=form, errors=errors)
