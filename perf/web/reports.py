"""One quarter of a plan: the grid, and the steps of its review."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.numbers import parse_number
from perf.core.periods import parse_period
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action
from perf.database import begin_writing
from perf.extensions import db
from perf.models import Indicator, Submission
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.computed import Computed, compute_actual, counts_for
from perf.services.entry_figures import NOTHING, Entry, read_entry
from perf.services.evidence import remove_evidence
from perf.services.outcome import Outcome
from perf.services.submissions import step_submission
from perf.services.threads import answer_remarks
from perf.web.decisions import action_named
from perf.web.desks import of_threads, read_threads, send_replies
from perf.web.grid_autosave import record_posted
from perf.web.grid_form import Posted, read_grid, whole_number
from perf.web.grid_parts import letters_in
from perf.web.grid_reading import as_json, reading_of
from perf.web.grid_uploads import Uploads, attach_uploads, store_uploads
from perf.web.grid_values import shown_figures
from perf.web.report_page import EVERYBODY, report_page
from perf.web.security import current_actor, requires

DONE = {
    Action.SUBMIT: "已提交审核。审核前可以撤回。",
    Action.WITHDRAW: "已撤回，可以继续修改。",
    Action.RETURN: "已退回，填报人会在工作台和对应的指标旁看到您的意见。",
    Action.APPROVE: "已审核通过，本期内容已锁定。",
    Action.REOPEN: "已重新打开，填报人可以修改后再次提交。",
}

blueprint = Blueprint("reports", __name__)
_CONFLICT = "有内容在您填写期间被他人修改，未覆盖。请逐项核对：再次保存以您的为准，或采用对方的值。"
_INVALID = "其余内容已保存；下列内容没有保存，仍按您填写的样子保留，请更正。"
_STALE = "您填写的内容已保存，但打开页面后有他人改动，未提交。请核对下面的最新内容后再提交。"


@blueprint.get("/plans/<int:plan_id>/periods/<code>")
@requires(Permission.READ, quarter_visible_to)
def show(quarter: Quarter) -> ResponseReturnValue:
    """The quarter: a grid to fill in for those who may, else the same as text."""
    return report_page(quarter, opened=set(request.args.getlist("open", type=int)))


@blueprint.post("/plans/<int:plan_id>/periods/<code>", endpoint="save")
@requires(Permission.RECORD, quarter_visible_to, slow=True)
def save(seen: Quarter) -> ResponseReturnValue:
    """Save what was typed and uploaded, and submit where that was asked for."""
    plan_id, code, actor = seen.plan.id, seen.period.code, current_actor()
    # Files are written before the writing transaction begins, which nobody should wait for.
    uploads = store_uploads(seen.plan, request.files, current_app.config["DATA_DIR"])
    begin_writing(db.session())
    quarter = quarter_to_change(db.session(), actor, plan_id, code)
    posted = read_grid(request.form, quarter.plan)
    try:
        saved = _save(db.session(), actor, quarter, posted, uploads)
    except Locked as error:
        db.session.rollback()
        quarter = quarter_visible_to(db.session(), actor, plan_id, code)
        typed = request.form.to_dict()
        page = report_page(
            quarter, message=str(error), unsaved=posted, uploads=uploads, typed=typed
        )
        return page, 409
    db.session.commit()
    if saved.status == 302:
        flash(saved.message, "ok")
        for note in uploads.notes:
            flash(note, "warn")
        first = min(uploads.opened, default=None)
        anchor = f"row-{first}" if first else None
        opened = sorted(uploads.opened) or None
        return redirect(
            url_for(
                "reports.show",
                plan_id=plan_id,
                code=code,
                open=opened,
                office=EVERYBODY if request.args.get("office") == EVERYBODY else None,
                _anchor=anchor,
            )
        )
    page = report_page(
        quarter_visible_to(db.session(), actor, plan_id, code),
        message=saved.message,
        posted=posted,
        outcome=saved.outcome,
        errors=saved.errors,
        notes=uploads.notes,
        opened=uploads.opened,
        typed={name: text for name, text in request.form.items() if name in saved.errors},
    )
    return page, saved.status


@dataclass(frozen=True, slots=True)
class _Saved:
    """How a save ended: 302 where all is well, else the status of the page shown again."""

    status: int
    message: str
    outcome: Outcome
    errors: dict[str, str] = field(default_factory=dict)


def _save(
    session: Session, actor: Actor, quarter: Quarter, posted: Posted, uploads: Uploads
) -> _Saved:
    shown_version = quarter.submission.version if quarter.submission else 0
    submission, outcome = record_posted(session, actor, quarter, posted)
    attach_uploads(session, actor, submission, uploads)
    if removed := whole_number(request.form, "remove"):
        evidence = remove_evidence(session, actor, submission, removed)
        if evidence is not None and evidence.indicator_id is not None:
            uploads.opened.add(evidence.indicator_id)
    texts = read_threads(request.form)
    errors = uploads.errors | answer_remarks(session, actor, submission, submission.remarks, texts)
    if outcome.has_conflicts:
        return _Saved(409, _CONFLICT, outcome, errors)
    if outcome.errors or errors:
        return _Saved(422, _INVALID, outcome, errors)
    if request.form.get("action") != Action.SUBMIT:
        return _Saved(302, "草稿已保存。", outcome)
    if posted.version != shown_version:
        return _Saved(409, _STALE, outcome)
    try:
        step_submission(
            session,
            actor,
            submission,
            Action.SUBMIT,
            version=submission.version,
            previous=quarter.previous,
            quantities_before=quarter.quantities_before,
        )
    except InvalidInput as error:
        return _Saved(422, f"草稿已保存。{error}", outcome, error.fields)
    return _Saved(302, DONE[Action.SUBMIT], outcome)


def _step_of(
    session: Session, actor: Actor, plan_id: int, code: str, action: str
) -> tuple[Quarter, Submission, Action]:
    asked = action_named(action)
    quarter = quarter_to_change(session, actor, plan_id, code)
    if quarter.submission is None:
        raise NotFound("本期还没有开始填报。")
    return quarter, quarter.submission, asked


@blueprint.post("/plans/<int:plan_id>/periods/<code>/steps/<action>")
@requires(Permission.READ, _step_of)
def step(loaded: tuple[Quarter, Submission, Action]) -> ResponseReturnValue:
    """One step of the review: withdraw, return, approve or reopen."""
    quarter, submission, action = loaded
    plan_id, code, actor, form = quarter.plan.id, quarter.period.code, current_actor(), request.form
    try:
        step_submission(
            db.session(),
            actor,
            submission,
            action,
            version=send_replies(
                db.session(),
                actor,
                submission,
                submission.remarks,
                of_threads(form),
                whole_number(form, "version"),
            ),
            previous=quarter.previous,
            quantities_before=quarter.quantities_before,
            reason=form.get("reason", ""),
            remarks={row.id: form.get(f"remark-{row.id}", "") for row in quarter.plan.indicators},
        )
    except (InvalidInput, Conflict) as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, InvalidInput) else {}
        page = report_page(
            quarter_visible_to(db.session(), actor, plan_id, code),
            message=str(error),
            errors=fields,
            typed=form.to_dict(),
        )
        return page, 422 if isinstance(error, InvalidInput) else 409
    db.session.commit()
    flash(DONE[action], "ok")
    return redirect(url_for("reports.show", plan_id=plan_id, code=code))


@blueprint.get("/plans/<int:plan_id>/periods/<code>/reading")
@requires(Permission.READ, quarter_visible_to)
def reading(quarter: Quarter) -> ResponseReturnValue:
    """What one row would say with the texts in the query, for the grid's script."""
    key = request.args.get("indicator", type=int)
    if key is None:
        raise InvalidInput("没有说明是哪一项指标。")
    indicator = next((row for row in quarter.plan.indicators if row.id == key), None)
    if indicator is None:
        raise NotFound("没有找到这项指标。")
    args = request.args
    entry = Entry(
        indicator_id=indicator.id,
        version=0,
        value=args.get("value", ""),
        tier=args.get("tier", ""),
        rate=args.get("rate", ""),
        is_no_data="nodata" in args,
        expected=args.get("expected", ""),
        likelihood=args.get("likelihood", ""),
        answers=letters_in(args, indicator),
    )
    pack = pack_of(quarter.plan)
    computed, wrong = _computed(quarter, indicator, args)
    figures, errors = read_entry(entry, indicator, pack, NOTHING, computed)
    before = quarter.previous.get(indicator.id)
    error = errors.get(f"actual-{indicator.id}")
    found = reading_of(
        indicator,
        figures,
        before.actual if before else None,
        pack,
        parse_period(quarter.period.code).months,
        is_wrong=error is not None,
    )
    answer: dict[str, object] = {
        "error": error,
        "expected_error": errors.get(f"expected-{indicator.id}"),
        "actual": shown_figures(figures, indicator.target_unit),
        "basis": figures.basis,
        "quantity_errors": wrong,
    }
    return jsonify(as_json(found) | answer)


def _computed(
    quarter: Quarter, indicator: Indicator, typed: Mapping[str, str]
) -> tuple[Computed | None, dict[str, str]]:
    """A computed row's actual with what is typed of its quantities, and what is wrong there."""
    if not indicator.is_computed:
        return None, {}
    stored = quarter.submission.quantities if quarter.submission else []
    values = {row.quantity_id: row.value for row in stored}
    wrong = {}
    for quantity in quarter.plan.quantities:
        name = f"quantity-{quantity.id}"
        if name in typed:
            try:
                values[quantity.id] = parse_number(typed[name])
            except InvalidInput as error:
                values[quantity.id], wrong[name] = None, str(error)
    named = {row.name: values.get(row.id) for row in quarter.plan.quantities}
    counts = counts_for(db.session(), quarter.plan, quarter.period.code)
    return compute_actual(indicator, named, counts), wrong
