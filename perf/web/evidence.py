"""Evidence files: shown, attached from the quarter's grid, and chosen for one figure more."""

from flask import (
    Blueprint,
    current_app,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    request,
    send_file,
)
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput, Locked, NotFound, Stale
from perf.core.permissions import Permission
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Evidence, SignedCopy
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.queries.visible import evidence_visible_to
from perf.services.evidence import attach_evidence
from perf.services.evidence_files import clean_name, path_of, store_file
from perf.services.submissions import open_submission
from perf.web.evidence_choice import (
    Figure,
    choice_page,
    figure_to_change,
    figure_visible_to,
    indicator_of,
    save_choice,
)
from perf.web.evidence_words import same_as_words, twins_of
from perf.web.grid_uploads import PRESENT_ALREADY
from perf.web.security import current_actor, requires

blueprint = Blueprint("evidence", __name__)
_SHOWN_IN_BROWSER = frozenset({"application/pdf", "image/png", "image/jpeg"})
# The site's own pages show a file inside a frame; nobody else's may.
_POLICY = "default-src 'self'; frame-ancestors 'self'"


@blueprint.get("/evidence/<int:evidence_id>", endpoint="file")
@requires(Permission.READ, evidence_visible_to)
def file(row: Evidence) -> ResponseReturnValue:
    """One file of evidence."""
    return send_stored(row)


def send_stored(row: Evidence | SignedCopy) -> ResponseReturnValue:
    """A file by its content; what a browser shows safely is shown, anything else is downloaded."""
    path = path_of(current_app.config["DATA_DIR"], row.sha256)
    if not path.is_file():
        raise NotFound("文件不在服务器上了。请联系管理员从备份中恢复。")
    response = send_file(
        path,
        mimetype=row.media_type,
        as_attachment=row.media_type not in _SHOWN_IN_BROWSER,
        download_name=row.name,
        etag=row.sha256,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@blueprint.post("/plans/<int:plan_id>/periods/<code>/evidence")
@requires(Permission.RECORD, quarter_visible_to, slow=True)
def upload(seen: Quarter) -> ResponseReturnValue:
    """Attach the posted `file` to the `figure`, an indicator's id or `budget`, as JSON.

    `files` is the figure's list as the page shows it and `count` its length, `told` what the user
    should know of the file, `moved` the quarter's version as [before, after]. What is no evidence
    is refused with 422, what is locked with 409, each with its sentence.
    """
    plan_id, code, actor, session = seen.plan.id, seen.period.code, current_actor(), db.session()
    posted = request.files.get("file")
    if posted is None or not posted.filename:
        raise InvalidInput("没有收到文件，请重新选择。")
    figure = Figure(seen, indicator_of(seen.plan, request.form.get("figure", "")))
    if figure.closed:
        raise Locked(figure.closed)
    # The file is written before the writing transaction begins, which nobody should wait for.
    name = clean_name(posted.filename)
    stored = store_file(current_app.config["DATA_DIR"], posted.stream)
    begin_writing(session)
    quarter = quarter_to_change(session, actor, plan_id, code)
    indicator = indicator_of(quarter.plan, figure.key)
    before = quarter.submission.version if quarter.submission else 0
    submission = open_submission(session, actor, quarter.plan, quarter.period)
    evidence = attach_evidence(session, actor, submission, indicator, stored, name)
    session.commit()
    quarter = quarter_visible_to(session, actor, plan_id, code)
    files = quarter.evidence.get(indicator.id if indicator else None, [])
    twins = twins_of(session, actor, quarter)
    told = same_as_words(evidence, twins) if evidence else PRESENT_ALREADY
    return jsonify(
        files=get_template_attribute("reports/_parts.html", "file_list")(files, True, twins),
        count=len(files),
        told=told,
        moved=[str(before), str(submission.version)],
    )


@blueprint.get("/plans/<int:plan_id>/periods/<code>/evidence/<figure>")
@requires(Permission.RECORD, figure_visible_to)
def choose(figure: Figure) -> ResponseReturnValue:
    """The evidence of one figure with its page references, and the plan's other files."""
    return choice_page(db.session(), figure)


@blueprint.post("/plans/<int:plan_id>/periods/<code>/evidence/<figure>")
@requires(Permission.RECORD, figure_to_change)
def use_choice(figure: Figure) -> ResponseReturnValue:
    """Store page references, and let a file back this figure too."""
    session, actor, quarter = db.session(), current_actor(), figure.quarter
    plan_id, code, key = quarter.plan.id, quarter.period.code, figure.key
    refused = save_choice(session, actor, figure, request.form)
    if refused:
        session.rollback()
        figure = figure_visible_to(session, actor, plan_id, code, key)
        is_stale = any(isinstance(error, Stale) for error in refused.values())
        return choice_page(session, figure, request.form, refused), 409 if is_stale else 422
    session.commit()
    flash("佐证已保存。", "ok")
    return redirect(figure.grid_url)
