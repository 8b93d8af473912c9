"""盖章扫描件: what of a plan waits for its scan, filing one, and showing it."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Permission
from perf.core.terms import Status
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Plan, SignedCopy
from perf.queries.signed_copies import (
    SignedForm,
    signed_copy_visible_to,
    signed_form_to_change,
    signed_form_visible_to,
    signed_forms,
)
from perf.queries.visible import plan_visible_to
from perf.services.evidence_files import store_file
from perf.services.signed_copies import ACCEPT, demand_scan, file_signed_copy
from perf.services.typed import without_controls
from perf.web.errors import status_of
from perf.web.evidence import send_stored
from perf.web.grid_form import whole_number
from perf.web.listing import form_text
from perf.web.security import current_actor, requires

blueprint = Blueprint("signed_copies", __name__)


@blueprint.get("/plans/<int:plan_id>/signed-copies")
@requires(Permission.READ, plan_visible_to)
def index(plan: Plan) -> ResponseReturnValue:
    """Every form of the plan that was approved, with its scan or without."""
    return render_template(
        "results/copies.html",
        plan=plan,
        forms=signed_forms(db.session(), plan),
        may_file=current_actor().may(Permission.FILE_COPY),
    )


@blueprint.get("/plans/<int:plan_id>/signed-copies/<form_key>")
@requires(Permission.READ, signed_form_visible_to)
def show(found: tuple[Plan, SignedForm]) -> ResponseReturnValue:
    """One form's scans, and where another one is filed."""
    return _page(*found)


@blueprint.post("/plans/<int:plan_id>/signed-copies/<form_key>")
@requires(Permission.FILE_COPY, signed_form_visible_to, slow=True)
def store(seen: tuple[Plan, SignedForm]) -> ResponseReturnValue:
    """File the posted scan."""
    plan_id, key = seen[0].id, seen[1].key
    session, actor = db.session(), current_actor()
    try:
        posted = request.files.get("file")
        if posted is None or not posted.filename:
            said = "请选择扫描件。"
            raise InvalidInput(said, {"file": said})
        # The file is written before the writing transaction begins, which nobody should wait for.
        stored = store_file(current_app.config["DATA_DIR"], posted.stream)
        demand_scan(stored)
        begin_writing(session)
        plan, form = signed_form_to_change(session, actor, plan_id, key)
        copy = file_signed_copy(
            session,
            actor,
            plan,
            form,
            stored,
            posted.filename,
            form_text("signed_on"),
            approval_id=whole_number(request.form, "approval"),
            replaces=whole_number(request.form, "replaces"),
        )
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return _page(*signed_form_visible_to(session, actor, plan_id, key), error), status_of(error)
    session.commit()
    flash("扫描件已归档。" if copy else "这份扫描件已经归档过，没有变动。", "ok")
    return redirect(url_for("signed_copies.show", plan_id=plan_id, form_key=key))


@blueprint.get("/signed-copies/<int:copy_id>", endpoint="file")
@requires(Permission.READ, signed_copy_visible_to)
def file(copy: SignedCopy) -> ResponseReturnValue:
    """One scan."""
    return send_stored(copy)


def _page(plan: Plan, form: SignedForm, error: InvalidInput | Conflict | None = None) -> str:
    fields = error.fields if isinstance(error, InvalidInput) else {}
    # A file's refusal is a sentence without a field where its content was judged.
    if isinstance(error, InvalidInput) and not fields:
        fields = {"file": str(error)}
    return render_template(
        "results/copy.html",
        plan=plan,
        form=form,
        may_file=form.is_approved and current_actor().may(Permission.FILE_COPY),
        accept=ACCEPT,
        is_reopened=form.subject.status is not Status.APPROVED,
        message=str(error) if error else "",
        errors=fields,
        signed_on=without_controls(request.form.get("signed_on", "")),
    )
