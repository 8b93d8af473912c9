"""Hand-over of work (工作交接): what is open with somebody, to whom it goes, and what went."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.core.terms import WorkKind
from perf.extensions import db
from perf.models import Handover, User
from perf.queries.handover import (
    Work,
    handover_visible_to,
    open_work_of,
    person_of_unit,
    takers_of,
)
from perf.services.handover import hand_over
from perf.web.grid_form import whole_number
from perf.web.listing import form_text
from perf.web.people.forms import posted_day
from perf.web.security import current_actor, requires


@requires(Permission.MANAGE_PEOPLE, person_of_unit)
def edit(user: User) -> ResponseReturnValue:
    """What is open with somebody, and the form that hands it over."""
    return _page(user)


@requires(Permission.MANAGE_PEOPLE, person_of_unit)
def save(user: User) -> ResponseReturnValue:
    """Hand over all that is open."""
    user_id = user.id
    try:
        done = hand_over(
            db.session(),
            current_actor(),
            user,
            taker_id=whole_number(request.form, "taker"),
            handed_on=posted_day("handed_on"),
            reason=form_text("reason"),
            with_office="with_office" in request.form,
        )
    except InvalidInput as error:
        db.session.rollback()
        return _page(person_of_unit(db.session(), current_actor(), user_id), error), 422
    db.session.commit()
    flash("已交接，接手人会收到消息。", "ok")
    return redirect(url_for("people.handover_done", handover_id=done.id))


@requires(Permission.MANAGE_PEOPLE, handover_visible_to)
def show(handover: Handover) -> ResponseReturnValue:
    """What went over, and what is still open with who gave it."""
    return render_template(
        "people/handover_done.html",
        handover=handover,
        left=open_work_of(db.session(), handover.giver),
        work_url=work_url,
    )


def work_url(work: Work) -> str:
    """The page where a thing is worked on; blank for what has none."""
    match work.kind:
        case WorkKind.RECTIFICATION:
            return url_for("rectifications.show", rectification_id=work.subject_id)
        case WorkKind.REVISION:
            return url_for("revisions.show", revision_id=work.subject_id)
        case WorkKind.ENDING:
            return url_for("endings.show", ending_id=work.subject_id)
        case WorkKind.QUARTER:
            return url_for("reports.show", plan_id=work.plan_id, code=work.key)
        case WorkKind.PLAN:
            return url_for("plans.show", plan_id=work.plan_id)
        case WorkKind.SELF_EVALUATION:
            return url_for("evaluations.show", plan_id=work.plan_id)
    return ""


def _page(user: User, error: InvalidInput | None = None) -> str:
    session = db.session()
    return render_template(
        "people/handover.html",
        user=user,
        work=open_work_of(session, user),
        takers=[(one.id, one.display_name) for one in takers_of(session, user)],
        kinds=WorkKind,
        work_url=work_url,
        today=clock.today(),
        message=str(error) if error else "",
        errors=error.fields if error else {},
        typed=request.form,
    )
