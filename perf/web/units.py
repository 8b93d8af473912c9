"""Every unit at a glance, and one unit's plans."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import NotFound
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import FiscalYear, Unit
from perf.queries import organisation, overview
from perf.queries.evaluations import years_with_plans
from perf.queries.evidence import uncovered_counts
from perf.queries.signed_copies import unfiled_evaluations
from perf.web.listing import number_argument, page_number, page_url, text_argument
from perf.web.pictures import heat_of_units, unit_pictures
from perf.web.security import current_actor, requires

blueprint = Blueprint("units", __name__)


@blueprint.get("/units")
@requires(Permission.READ_ALL_UNITS)
def index() -> ResponseReturnValue:
    """All units of a year, those with something overdue first."""
    order = "code" if request.args.get("order") == "code" else "overdue"
    view = "shares" if request.args.get("view") == "shares" else "list"
    search = {"text": text_argument("text"), "order": order, "view": view}
    year = year_asked_for(clock.today())
    page = heat = None
    if year is not None:
        page = overview.units_standing(
            db.session(),
            current_actor(),
            year,
            clock.today(),
            text=search["text"],
            is_overdue_first=order == "overdue",
            number=page_number(),
        )
        if view == "shares":
            units = [one.unit for one in page.rows]
            heat = heat_of_units(db.session(), current_actor(), year.id, units)
    return render_template(
        "units/index.html",
        year=year,
        years=organisation.years(db.session()),
        page=page,
        has_plans=year is not None and year.id in years_with_plans(db.session(), current_actor()),
        search=search,
        heat=heat,
        page_url=page_url(),
    )


@blueprint.get("/units/<int:unit_id>")
@requires(Permission.READ, organisation.unit_visible_to)
def show(unit: Unit) -> ResponseReturnValue:
    """One unit's plans with how each stands."""
    year = year_asked_for(clock.today())
    page, pictures = None, []
    uncovered: dict[int, int] = {}
    unfiled: set[int] = set()
    if year is not None:
        page = overview.plans_standing(db.session(), unit, year, page_number())
        pictures = unit_pictures(db.session(), unit, year.id, page.rows)
        unfiled = unfiled_evaluations(db.session(), [row.plan.id for row in page.rows])
        uncovered = uncovered_counts(db.session(), [row.plan.id for row in page.rows])
    return render_template(
        "units/show.html",
        unit=unit,
        year=year,
        years=organisation.years(db.session()),
        page=page,
        pictures=pictures,
        uncovered=uncovered,
        unfiled=unfiled,
        page_url=page_url(),
        may=current_actor().may,
        permissions=Permission,
    )


def year_asked_for(today: date) -> FiscalYear | None:
    """The year in the address, else the one in focus; None where there is no year at all."""
    number = number_argument("year") or organisation.year_in_focus(db.session(), today)
    if number is None:
        return None
    try:
        return organisation.year_by_id(db.session(), current_actor(), number)
    except NotFound:
        raise NotFound(f"没有 {number} 年度的数据。请从导航重新进入，选择已建立的年度。") from None
