"""One indicator over all units: the value that they come to together, and each unit's own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.actuals import format_actual
from perf.core.errors import NotFound
from perf.core.over_units import over_units
from perf.core.permissions import Permission
from perf.core.terms import PlanKind
from perf.extensions import db
from perf.models import Score
from perf.queries import indicators, organisation
from perf.queries.pages import PAGE_SIZE
from perf.web.listing import page_number, page_url, text_argument
from perf.web.security import current_actor, requires
from perf.web.units import year_asked_for

blueprint = Blueprint("over_units", __name__)
_KINDS = {kind.value: kind for kind in PlanKind}


@dataclass(frozen=True, slots=True)
class Together:
    """What the scores of one way of taking the value and one unit of measure come to together."""

    shown: str
    origin: str
    scores: list[Score]


@blueprint.get("/units/indicators")
@requires(Permission.READ_ALL_UNITS)
def index() -> ResponseReturnValue:
    """The indicators of the year's signed self-evaluations, the commonest first."""
    text, year = text_argument("text"), year_asked_for(clock.today())
    page = None
    if year is not None:
        page = indicators.indicator_names(
            db.session(), current_actor(), year.id, text=text, number=page_number()
        )
    return render_template(
        "units/indicators.html",
        year=year,
        years=organisation.years(db.session()),
        page=page,
        text=text,
        page_url=page_url(),
    )


@blueprint.get("/units/indicators/<any(project, department):kind>")
@requires(Permission.READ_ALL_UNITS)
def show(kind: str) -> ResponseReturnValue:
    """One indicator by its name: its value over the units, and the units' own values."""
    name, year = request.args.get("name", "")[:500], year_asked_for(clock.today())
    if year is None:
        raise NotFound("还没有年度，没有可以汇总的指标。请先由管理员建立年度。")
    scores = indicators.signed_scores(db.session(), current_actor(), year.id, _KINDS[kind], name)
    pages = max(1, -(-len(scores) // PAGE_SIZE))
    number = min(page_number(), pages)
    return render_template(
        "units/indicator.html",
        name=name,
        kind=_KINDS[kind],
        year=year,
        totals=together(scores),
        scores=scores[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        count=len(scores),
        number=number,
        pages=pages,
        page_url=page_url(),
        format_actual=format_actual,
    )


def together(scores: Sequence[Score]) -> list[Together]:
    """The value over the units, apart for each way of taking it and each unit of measure."""
    keys = Counter((row.indicator.kind, row.indicator.target_unit) for row in scores)
    found = []
    for (way, unit), _ in keys.most_common():
        rows = [
            row for row in scores if row.indicator.kind is way and row.indicator.target_unit == unit
        ]
        value = over_units(way, [row.result for row in rows], rows[0].indicator.target)
        shown = "—" if value.value is None else format_actual(value.value, unit)
        found.append(Together(shown, value.origin, rows))
    return found
