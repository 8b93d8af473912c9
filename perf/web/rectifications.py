"""Rectifications (整改): what is done about indicators that lag, from the light to the outcome."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Stale
from perf.core.permissions import Permission
from perf.core.terms import Light, RectificationState
from perf.extensions import db
from perf.models import Rectification
from perf.queries import rectifications as queries
from perf.queries.evaluations import years_with_plans
from perf.queries.rectifications import (
    RectificationFilter,
    rectification_to_change,
    rectification_visible_to,
)
from perf.services import rectifications as services
from perf.services.rectifications import RectificationEntry
from perf.services.typed import without_controls
from perf.web.errors import status_of
from perf.web.grid_form import whole_number
from perf.web.grid_reading import TONE_OF_LIGHT
from perf.web.listing import form_text, number_argument, page_number, page_url, text_argument
from perf.web.security import current_actor, requires

blueprint = Blueprint("rectifications", __name__)

_OPEN, _REPORTED, _CLOSED = RectificationState
# What a choice of the list shows: the states, and whether only what is overdue.
SHOWN: dict[str, tuple[str, tuple[RectificationState, ...], bool]] = {
    "unfinished": ("未完成", (_OPEN, _REPORTED), False),
    "overdue": ("已逾期", (_OPEN,), True),
    "reported": ("待确认", (_REPORTED,), False),
    "closed": ("已完成", (_CLOSED,), False),
    "all": ("全部", (), False),
}
TONES = {_OPEN: "warn", _REPORTED: "none", _CLOSED: "ok"}


@blueprint.get("/rectifications")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """The rectifications in sight, those due first on top."""
    actor, today = current_actor(), clock.today()
    show, light = request.args.get("show", ""), request.args.get("light", "")
    show = show if show in SHOWN else "unfinished"
    _, states, is_overdue = SHOWN[show]
    wanted = RectificationFilter(
        states=states,
        light=next((one for one in Light if one.value == light), None),
        overdue_on=today if is_overdue else None,
        year=number_argument("year"),
        plan_id=number_argument("plan"),
        text=text_argument("text"),
    )
    return render_template(
        "rectifications/index.html",
        page=queries.rectifications_page(db.session(), actor, wanted, page_number()),
        counts=queries.count_rectifications(db.session(), actor, today),
        years=years_with_plans(db.session(), actor),
        wanted=wanted,
        show=show,
        shown=[(key, words[0]) for key, words in SHOWN.items()],
        lights=[(one.value, one.label) for one in Light if one is not Light.GREEN],
        light_tones=TONE_OF_LIGHT,
        tones=TONES,
        shows_units=actor.may(Permission.READ_ALL_UNITS),
        page_url=page_url(),
    )


@blueprint.get("/rectifications/<int:rectification_id>")
@requires(Permission.READ, rectification_visible_to)
def show(row: Rectification) -> ResponseReturnValue:
    """One rectification: to be worked at, confirmed or read."""
    return _page(row)


@blueprint.post("/rectifications/<int:rectification_id>")
@requires(Permission.RECORD, rectification_to_change)
def save(row: Rectification) -> ResponseReturnValue:
    """Keep what was typed and, where asked for, report it as done."""
    key, session, actor, form = row.id, db.session(), current_actor(), request.form
    entry = RectificationEntry(
        *(form_text(name) for name in ("owner", "due_on", "measure", "outcome"))
    )
    try:
        services.save_rectification(
            session, actor, row, entry, version=whole_number(form, "version")
        )
    except (InvalidInput, Conflict) as error:
        return _refused(key, error)
    try:
        if form.get("action") == "report":
            services.report_rectification(session, actor, row)
    except InvalidInput as error:
        # What was typed is whole by itself and stays saved.
        session.commit()
        return _refused(key, error)
    session.commit()
    flash("已上报，等待审核人确认。" if row.state is _REPORTED else "已保存。", "ok")
    return redirect(url_for("rectifications.show", rectification_id=key))


@blueprint.post("/rectifications/<int:rectification_id>/confirm")
@requires(Permission.REVIEW, rectification_to_change)
def confirm(row: Rectification) -> ResponseReturnValue:
    """Close what was reported as done, or send it back with a reason."""
    key, session, actor, form = row.id, db.session(), current_actor(), request.form
    version, is_return = whole_number(form, "version"), form.get("action") == "return"
    try:
        if is_return:
            services.return_rectification(
                session, actor, row, version=version, reason=form_text("reason")
            )
        else:
            services.confirm_rectification(session, actor, row, version=version)
    except (InvalidInput, Conflict) as error:
        return _refused(key, error)
    session.commit()
    flash("已退回，责任人可以继续整改。" if is_return else "已确认完成。", "ok")
    return redirect(url_for("rectifications.show", rectification_id=key))


def _refused(key: int, error: InvalidInput | Conflict) -> ResponseReturnValue:
    """The page again as it is stored, with what was typed and why it was refused."""
    db.session.rollback()
    row = rectification_visible_to(db.session(), current_actor(), key)
    return _page(row, error, request.form), status_of(error)


def _page(
    row: Rectification,
    error: InvalidInput | Conflict | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    actor, today = current_actor(), clock.today()
    may_edit = row.state is _OPEN and actor.may(Permission.RECORD)
    people = queries.people_of_unit(db.session(), row.unit_id) if may_edit else []
    owners = [(user.id, user.display_name) for user in people]
    if may_edit and row.owner_id not in dict(owners):
        owners.append((row.owner_id, row.owner.display_name))
    return render_template(
        "rectifications/show.html",
        row=row,
        owners=owners,
        may_edit=may_edit,
        may_confirm=row.state is _REPORTED
        and actor.may(Permission.REVIEW)
        and row.reported_by_id != actor.id,
        is_overdue=row.state is _OPEN and row.due_on < today,
        light_tones=TONE_OF_LIGHT,
        tones=TONES,
        typed=typed or {},
        errors=_errors(row, error, typed or {}),
        message=str(error) if error else "",
    )


def _errors(
    row: Rectification, error: InvalidInput | Conflict | None, typed: Mapping[str, str]
) -> dict[str, str]:
    """The sentence of each field; of a stale form, what is stored there now."""
    if isinstance(error, InvalidInput):
        return error.fields
    if not isinstance(error, Stale):
        return {}
    stored = {
        "owner": (str(row.owner_id), row.owner.display_name),
        "due_on": (row.due_on.isoformat(), row.due_on.isoformat()),
        "measure": (row.measure, row.measure),
        "outcome": (row.outcome, row.outcome),
    }
    return {
        field: f"现在保存的是：{shown or '（空）'}"
        for field, (value, shown) in stored.items()
        if field in typed and without_controls(typed[field]).strip() != value
    }
