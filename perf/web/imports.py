"""导入: a document is uploaded, looked through and corrected, and confirmed once."""

import hashlib
from collections import Counter
from io import BytesIO
from pathlib import PurePath

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput, PerfError, Stale
from perf.core.permissions import Permission
from perf.database import begin_writing
from perf.documents.marked import SPREADSHEETS, Kind, hand_back, marks_of
from perf.documents.preview import Preview, preview_from_content, preview_of
from perf.documents.readers import READERS
from perf.documents.reading import MAX_BYTES, read_apart_with_sources
from perf.extensions import db
from perf.models import ImportDraft, Unit
from perf.queries.imports import draft_of, draft_to_change, drafts_page
from perf.services.import_drafts import confirm_draft, discard_draft, open_draft, revise_draft
from perf.services.import_files import drop_import_files, import_file, keep_import_file
from perf.services.imports import LeftOut, Outcome, unsaid_codes
from perf.services.typed import without_controls
from perf.web.import_form import corrected, read_year
from perf.web.import_page import TONE_OF_OUTCOME, preview_view
from perf.web.import_parts import plan_key_of
from perf.web.import_result import left_out_rows
from perf.web.listing import form_text, page_number, page_url
from perf.web.security import current_actor, requires

blueprint = Blueprint("imports", __name__)
# The button that leaves out all rows with an error at once.
LEAVE = "leave"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/imports/new")
@requires(Permission.IMPORT)
def new() -> ResponseReturnValue:
    """The form to upload a document, and what the user uploaded before."""
    return _upload_page({})


@blueprint.post("/imports/new")
@requires(Permission.IMPORT, slow=True)
def create() -> ResponseReturnValue:
    """Read the document and lead on to its preview."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _upload_page({"file": "请选择要导入的文件。"}), 422
    try:
        year = read_year(form_text("year").strip())
    except InvalidInput as error:
        return _upload_page({"year": str(error)}), 422
    try:
        # One byte more than is taken tells the reader that the file is too large.
        content = upload.stream.read(MAX_BYTES + 1)
        draft, sources = read_apart_with_sources(upload.filename, content, year=year)
        if draft.department is None and not draft.projects:
            found = (one.message for one in draft.findings if one.code == "no-tables-found")
            raise InvalidInput(next(found))
    except InvalidInput as error:
        return _upload_page({"file": str(error)}), 422
    kept = preview_of(draft, sources).to_content()
    actor, sha256 = current_actor(), hashlib.sha256(content).hexdigest()
    data_dir = current_app.config["DATA_DIR"]
    if PurePath(upload.filename).suffix.lower() in SPREADSHEETS:
        keep_import_file(data_dir, actor, sha256, content)
    begin_writing(db.session())
    row = open_draft(db.session(), actor, file_name=upload.filename, sha256=sha256, content=kept)
    draft_id = row.id
    db.session.commit()
    drop_import_files(db.session(), data_dir, actor)
    return redirect(url_for("imports.show", draft_id=draft_id))


@blueprint.get("/imports/<int:draft_id>")
@requires(Permission.IMPORT, draft_of)
def show(row: ImportDraft) -> ResponseReturnValue:
    """The preview, or once it is confirmed what became of each plan."""
    preview = preview_from_content(row.content)
    if row.confirmed_at is None:
        return _preview_page(row, preview)
    outcomes = {one.value: one for one in Outcome}
    marks = marks_of(preview, unsaid_codes(current_actor()))
    return render_template(
        "imports/result.html",
        row=row,
        draft=preview.draft,
        outcomes=[(outcomes[one["outcome"]], one) for one in row.content["outcome"]],
        left_out=left_out_rows(preview, marks),
        has_marks=bool(marks),
        can_mark=_can_mark(row),
        tones=TONE_OF_OUTCOME,
    )


@blueprint.get("/imports/<int:draft_id>/marked")
@requires(Permission.IMPORT, draft_of)
def marked(row: ImportDraft) -> ResponseReturnValue:
    """The user's own workbook with the bad cells marked, as things stand."""
    name, preview = row.file_name, preview_from_content(row.content)
    content = import_file(current_app.config["DATA_DIR"], row)
    # A large workbook takes seconds: no transaction stays open meanwhile.
    db.session.rollback()
    book = hand_back(name, content, preview, unsaid_codes(current_actor()))
    stem = PurePath(name).stem or "导入"
    return send_file(
        BytesIO(book), mimetype=XLSX, as_attachment=True, download_name=f"{stem}（标注）.xlsx"
    )


@blueprint.post("/imports/<int:draft_id>/discard")
@requires(Permission.IMPORT, draft_to_change)
def discard(row: ImportDraft) -> ResponseReturnValue:
    """Give up an import that was not confirmed, with the file that was uploaded."""
    if row.confirmed_at is not None:
        return _done_already(row.id)
    actor, name = current_actor(), row.file_name
    discard_draft(db.session(), actor, row)
    db.session.commit()
    drop_import_files(db.session(), current_app.config["DATA_DIR"], actor)
    flash(f"已放弃“{name}”的导入，没有建立任何绩效目标。", "ok")
    return redirect(url_for("imports.new"))


@blueprint.post("/imports/<int:draft_id>")
@requires(Permission.IMPORT, draft_to_change)
def save(row: ImportDraft) -> ResponseReturnValue:
    """Keep the corrections and check again."""
    return _write(row, is_confirmed=False)


@blueprint.post("/imports/<int:draft_id>/confirm")
@requires(Permission.IMPORT, draft_to_change)
def confirm(row: ImportDraft) -> ResponseReturnValue:
    """Keep the corrections and create the plans, all or nothing."""
    return _write(row, is_confirmed=True)


def _write(row: ImportDraft, *, is_confirmed: bool) -> ResponseReturnValue:
    actor, session, draft_id = current_actor(), db.session(), row.id
    if row.confirmed_at is not None:
        return _done_already(draft_id)
    preview = preview_from_content(row.content)
    errors: dict[str, str] = {}
    try:
        preview, errors = corrected(preview, _typed(), names_unit=_names_unit())
        if errors:
            raise InvalidInput("有内容不能保存，请按各处的提示修改；已填内容都还在。")
        if LEAVE in request.form:
            preview.left_out |= preview.rows_in_error()
        version, content = _posted_version(), preview.to_content()
        if is_confirmed:
            imported = confirm_draft(
                session,
                actor,
                row,
                preview.kept(),
                content,
                version=version,
                left_out=LeftOut(*preview.names_left_out()),
            )
            created = imported.count(Outcome.CREATED)
            told = f"已新建 {created} 份绩效目标。" if created else "系统中都已有，没有改动。"
        else:
            is_changed = revise_draft(session, actor, row, content, version=version)
            told = "已保存修改并重新检查。" if is_changed else "已重新检查，没有修改。"
    except (InvalidInput, Stale) as error:
        return _again(draft_id, preview, errors, error)
    session.commit()
    flash(told, "ok")
    anchor = form_text("go") if not is_confirmed else ""
    at = plan_key_of(anchor) or (_shown_part() if not is_confirmed else "")
    address = url_for("imports.show", draft_id=draft_id, at=at or None)
    return redirect(f"{address}#{anchor}" if plan_key_of(anchor) else address)


def _shown_part() -> str:
    """The plan that a long document's page was opened at, of the address or of its form."""
    return plan_key_of(f"plan-{request.values.get('at', '')}")


def _done_already(draft_id: int) -> ResponseReturnValue:
    """A form sent twice changes nothing and leads to what became of the first."""
    flash("这份文件已经确认导入，没有再次改动。", "warn")
    return redirect(url_for("imports.show", draft_id=draft_id))


def _again(
    draft_id: int, preview: Preview, errors: dict[str, str], error: PerfError
) -> ResponseReturnValue:
    """The preview with everything as typed and what is wrong; nothing was stored."""
    db.session.rollback()
    row = draft_of(db.session(), current_actor(), draft_id)
    if not isinstance(error, Stale):
        return _preview_page(row, preview, _typed(), errors, str(error)), 422
    message = (
        f"{error}下面是您这边填写的内容，与那边不同的旁边写着那边的；"
        "核对后可以再次保存，会覆盖那边的修改。"
    )
    stored = preview_from_content(row.content)
    return _preview_page(row, preview, _typed(), errors, message, stored), 409


def _preview_page(
    row: ImportDraft,
    preview: Preview,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    message: str = "",
    stored: Preview | None = None,
) -> str:
    errors = errors or {}
    actor, checked = current_actor(), preview.check()
    counted = Counter(mark.kind for mark in marks_of(preview, unsaid_codes(actor), checked))
    return render_template(
        "imports/show.html",
        row=row,
        preview=preview,
        view=preview_view(
            db.session(), actor, preview, checked, typed or {}, errors, _shown_part(), stored
        ),
        names_unit=_names_unit(),
        tones=TONE_OF_OUTCOME,
        marks={kind: counted[kind] for kind in Kind if counted[kind]},
        can_mark=_can_mark(row),
        errors=errors,
        message=message,
    )


def _upload_page(errors: dict[str, str]) -> str:
    actor = current_actor()
    return render_template(
        "imports/new.html",
        page=drafts_page(db.session(), actor, page_number()),
        page_url=page_url(),
        unit_name="" if _names_unit() else db.session.get_one(Unit, actor.unit_id).name,
        accept=",".join(READERS),
        kinds="、".join(READERS),
        most_megabytes=MAX_BYTES // 1024 // 1024,
        year=form_text("year"),
        errors=errors,
    )


def _names_unit() -> bool:
    """Whether the document says into which unit it goes; staff import into their own."""
    return current_actor().may(Permission.READ_ALL_UNITS)


def _typed() -> dict[str, str]:
    return {name: without_controls(text) for name, text in request.form.items()}


def _can_mark(row: ImportDraft) -> bool:
    """Whether the file has cells of its own to mark; others are handed back as a list."""
    return PurePath(row.file_name).suffix.lower() in SPREADSHEETS


def _posted_version() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text)
