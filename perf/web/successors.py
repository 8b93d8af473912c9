"""编制下一年: the plans of a year from which next year's drafts are begun."""

from collections.abc import Collection

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotFound
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import FiscalYear
from perf.queries import organisation
from perf.queries.successors import Followed, plans_to_follow
from perf.services.successors import begin_successors, why_not_begun, year_missing
from perf.web.converters import LARGEST_KEY
from perf.web.listing import number_argument
from perf.web.security import current_actor, requires

blueprint = Blueprint("successors", __name__)


@blueprint.get("/plans/successors")
@requires(Permission.EDIT_PLAN)
def new() -> ResponseReturnValue:
    """What would be begun: all of the year's plans, or the one that is asked for."""
    year = number_argument("year") or organisation.year_in_focus(db.session(), clock.today())
    followed = _followed(year, number_argument("plan"))
    ticked = {one.plan.id for one in followed if not why_not_begun(one.plan, one.successor)}
    return _page(year, followed, ticked)


@blueprint.post("/plans/successors")
@requires(Permission.EDIT_PLAN)
def create() -> ResponseReturnValue:
    """Begin the ticked ones, all or none, and lead to them."""
    year = _key(request.form.get("year", ""))
    followed = _followed(year, None)
    ticked = {_key(text) for text in request.form.getlist("plan")}
    chosen = [one.plan for one in followed if one.plan.id in ticked]
    try:
        made = [one.id for one in begin_successors(db.session(), current_actor(), chosen)]
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        status = 422 if isinstance(error, InvalidInput) else 409
        return _page(year, _followed(year, None), ticked, str(error)), status
    db.session.commit()
    flash(f"已编制 {len(made)} 份草稿。请填写预算，核定指标值后提交审核。", "ok")
    if len(made) == 1:
        return redirect(url_for("plans.show", plan_id=made[0]))
    return redirect(url_for("plans.index", year=(year or 0) + 1))


def _followed(year: int | None, plan_id: int | None) -> list[Followed]:
    """The plans that are listed; NotFound for one that is asked for and out of sight."""
    found = [] if year is None else plans_to_follow(db.session(), current_actor(), year, plan_id)
    if plan_id is not None and not found:
        raise NotFound("没有找到这份绩效目标，或者它不在您的查看范围内。")
    return found


def _page(
    year: int | None, followed: list[Followed], ticked: Collection[int], message: str = ""
) -> str:
    is_ready = year is not None and db.session.get(FiscalYear, year + 1) is not None
    return render_template(
        "successors/new.html",
        year=year,
        rows=[(one, why_not_begun(one.plan, one.successor)) for one in followed],
        ticked=ticked,
        message=message,
        warning="" if year is None or is_ready else year_missing(year + 1),
        may_begin=is_ready and any(not why_not_begun(one.plan, one.successor) for one in followed),
    )


def _key(text: str) -> int:
    """A posted key; 0, which nothing has, where it is none."""
    is_key = text.isascii() and text.isdigit() and len(text) <= 10
    return min(int(text), LARGEST_KEY) if is_key else 0
