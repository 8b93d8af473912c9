"""The views of the quarter's sheet: download, upload, preview and confirmation."""

import json
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, PerfError, Stale
from perf.core.permissions import Permission
from perf.core.sheet_cells import CellState
from perf.database import begin_writing
from perf.documents.quarter_sheets import (
    MAX_BYTES,
    read_sheet_apart,
    sheet_file_name,
    write_quarter_sheet,
)
from perf.extensions import db
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.quarter_sheets import CHANGED, record_sheet, why_not_open
from perf.services.typed import without_controls
from perf.web.grid_page import brief
from perf.web.quarter_sheets.cells import Judged
from perf.web.quarter_sheets.judging import judge_upload
from perf.web.quarter_sheets.rows import head_of, sheet_of
from perf.web.quarter_sheets.upload import Upload, upload_from_text, upload_of
from perf.web.report_page import parent_links
from perf.web.security import current_actor, requires

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {
    CellState.CONFLICT: "warn",
    CellState.INVALID: "bad",
    CellState.CHANGED: "ok",
    CellState.NEW: "ok",
    CellState.SAME: "none",
}
# A message travels in a cookie, which holds little.
_NAMED = 5


@requires(Permission.RECORD, quarter_visible_to)
def download(quarter: Quarter) -> ResponseReturnValue:
    """The quarter as a workbook, filled with what is stored; Locked where nothing can be typed."""
    if closed := why_not_open(quarter):
        raise Locked(closed)
    return send_file(
        BytesIO(write_quarter_sheet(sheet_of(quarter, clock.now()))),
        mimetype=XLSX,
        as_attachment=True,
        download_name=sheet_file_name(head_of(quarter)),
        max_age=0,
    )


@requires(Permission.RECORD, quarter_visible_to)
def show(quarter: Quarter) -> ResponseReturnValue:
    """The form to upload a filled sheet."""
    return _page(quarter)


@requires(Permission.RECORD, quarter_visible_to, slow=True)
def use(quarter: Quarter) -> ResponseReturnValue:
    """What an uploaded sheet would change; confirmed, it is stored."""
    plan_id, code, actor = quarter.plan.id, quarter.period.code, current_actor()
    upload: Upload | None = None
    try:
        if closed := why_not_open(quarter):
            raise Locked(closed)
        if request.form.get("step") == "confirm":
            upload = upload_from_text(request.form.get("sheet", ""))
            return _confirm(plan_id, code, upload)
        upload = _uploaded(quarter)
        quarter = quarter_visible_to(db.session(), actor, plan_id, code)
        return _page(quarter, upload)
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        quarter = quarter_visible_to(db.session(), actor, plan_id, code)
        status = 409 if isinstance(error, Conflict) else 422
        return _page(quarter, upload, error), status


def _uploaded(quarter: Quarter) -> Upload:
    """What was edited in the posted file; InvalidInput where it is none of this quarter's."""
    file, head = request.files.get("file"), head_of(quarter)
    if file is None or not file.filename:
        raise InvalidInput("请选择填好的填报表。")
    name = without_controls(file.filename)
    # A hostile file takes seconds to read: no transaction stays open meanwhile.
    db.session.rollback()
    sheet = read_sheet_apart(name, file.stream.read(MAX_BYTES + 1))
    if (sheet.head.plan_id, sheet.head.code) != (head.plan_id, head.code):
        raise InvalidInput(
            f"这是“{sheet.head.title}”，不是“{head.title}”，没有读取。请到那一期的页面上传。"
        )
    upload = upload_of(name, sheet)
    # It has to fit into the form that confirms it.
    upload.as_text()
    return upload


def _confirm(plan_id: int, code: str, upload: Upload) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    begin_writing(session)
    quarter = quarter_to_change(session, actor, plan_id, code)
    judged = judge_upload(session, quarter, upload, _chosen())
    back = redirect(url_for("reports.show", plan_id=plan_id, code=code))
    left = judged.of(CellState.INVALID)
    if not (judged.accepted or judged.of(CellState.CONFLICT) or left):
        flash("填报表里的内容与系统中的一致，没有再次改动。", "warn")
        return back
    if _versions(judged) != request.form.get("versions"):
        raise Stale(CHANGED)
    if judged.accepted:
        record_sheet(
            session,
            actor,
            quarter,
            upload.file_name,
            judged.entries,
            judged.executed,
            judged.quantities,
        )
        session.commit()
        flash(f"已按填报表保存 {len(judged.accepted)} 格，还是草稿。", "ok")
    else:
        flash("没有选择要保存的改动，什么也没有改。", "warn")
    if left:
        cells = [f"{cell.address} {brief(cell.row)}" for cell in left]
        flash(f"{len(left)} 格无效，没有保存：{_named(cells)}。", "warn")
    if judged.warnings:
        names = [brief(said.partition("：")[0]) for said in judged.warnings]
        flash(f"按填入的数据算不出：{_named(names)}，请核对。", "warn")
    return back


def _named(texts: list[str]) -> str:
    shown = "；".join(texts[:_NAMED])
    return shown if len(texts) <= _NAMED else f"{shown} 等"


def _chosen() -> set[str]:
    """The conflicts in which the user takes what stands in the sheet."""
    return {
        name.removeprefix("keep-")
        for name, text in request.form.items()
        if name.startswith("keep-") and text == "mine"
    }


def _versions(judged: Judged) -> str:
    """The versions of the compared rows, as the form carries them."""
    return json.dumps(judged.versions, separators=(",", ":"), sort_keys=True)


def _page(quarter: Quarter, upload: Upload | None = None, error: PerfError | None = None) -> str:
    judged = None
    if upload is not None:
        judged = judge_upload(db.session(), quarter, upload, _chosen())
    plan_id, code = quarter.plan.id, quarter.period.code
    *parents, (quarter_name, _) = parent_links(quarter)
    back = url_for("reports.show", plan_id=plan_id, code=code)
    closed = why_not_open(quarter)
    message = "" if error is None or str(error) == closed else str(error)
    return render_template(
        "reports/sheet.html",
        quarter=quarter,
        upload=upload,
        judged=judged,
        sheet=upload.as_text() if upload else "",
        versions=_versions(judged) if judged else "",
        groups=[(state, judged.of(state)) for state in CellState] if judged else [],
        tones=TONES,
        closed=closed,
        message=message if judged is not None else "",
        error=message if judged is None else "",
        parents=[*parents, (quarter_name, back), ("填报表", None)],
        back=back,
        most_megabytes=MAX_BYTES // 1024 // 1024,
    )
