"""Target revisions (目标调整): written, reviewed, and the history of one target."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import Conflict, InvalidInput, Stale
from perf.core.permissions import Actor, Permission
from perf.core.revisions import TargetChange, is_measured_alike, target_change
from perf.core.targets import describe_target
from perf.core.terms import Action, Status
from perf.core.workflow import actions_for
from perf.extensions import db
from perf.models import Indicator, Plan, TargetRevision
from perf.queries import revisions as queries
from perf.queries.plans import plan_to_change
from perf.queries.revisions import (
    indicator_visible_to,
    revision_to_change,
    revision_visible_to,
)
from perf.queries.visible import plan_visible_to
from perf.services import revisions as services
from perf.services.revision_entries import RevisionEntry, new_target
from perf.services.revisions import content_of_revision
from perf.services.snapshots import Content, Difference, differences, last_snapshot
from perf.services.typed import without_controls
from perf.services.ways import describe_reading, means_of
from perf.web.comparing import Compared, compared
from perf.web.decisions import Decision, action_named, read_decision, step_urls, why_not_yours
from perf.web.desks import desk_for, send_replies, unanswered
from perf.web.errors import status_of
from perf.web.grid_form import whole_number
from perf.web.listing import number_argument, text_argument
from perf.web.security import current_actor, requires

blueprint = Blueprint("revisions", __name__)
blueprint.add_app_template_filter(describe_target, "target_reading")
# A shape beside the colour, and words beside both.
TONES = {
    TargetChange.LOWERED: "warn down",
    TargetChange.RAISED: "ok up",
    TargetChange.OTHER: "none",
    TargetChange.SAME: "none",
}
DONE = {
    Action.SUBMIT: "已提交审核。审核通过后，新指标值自动写入绩效目标。",
    Action.WITHDRAW: "已撤回，可以继续修改。",
    Action.RETURN: "已退回，填报人会看到您的意见。",
    Action.APPROVE: "已审核通过，新指标值已写入绩效目标；年初指标值继续保留。",
}


@dataclass(frozen=True, slots=True)
class FormRow:
    """One indicator of the form: the target that holds, what was typed, and how that reads."""

    indicator: Indicator
    reading: str
    value: str
    new_reading: str
    error: str


@blueprint.get("/plans/<int:plan_id>/revisions")
@requires(Permission.READ, plan_visible_to)
def index(plan: Plan) -> ResponseReturnValue:
    """The plan's revisions."""
    actor = current_actor()
    return render_template(
        "revisions/index.html",
        plan=plan,
        rows=queries.revisions_of_plan(db.session(), plan),
        may_create=plan.status is Status.APPROVED and actor.may(Permission.EDIT_PLAN),
        state=state_of,
        tones=TONES,
    )


@blueprint.get("/plans/<int:plan_id>/revisions/new")
@requires(Permission.EDIT_PLAN, plan_visible_to)
def new(plan: Plan) -> ResponseReturnValue:
    """A blank form over the plan's indicators."""
    return _form(plan, None, RevisionEntry())


@blueprint.post("/plans/<int:plan_id>/revisions")
@requires(Permission.EDIT_PLAN, plan_to_change)
def create(plan: Plan) -> ResponseReturnValue:
    """Keep a new revision as a draft."""
    plan_id, entry, session = plan.id, _posted(plan), db.session()
    try:
        revision = services.create_revision(session, current_actor(), plan, entry)
    except (InvalidInput, Conflict) as error:
        session.rollback()
        plan = plan_visible_to(session, current_actor(), plan_id)
        return _form(plan, None, entry, error), status_of(error)
    session.commit()
    flash("已保存为草稿。核对后请提交审核。", "ok")
    return redirect(url_for("revisions.show", revision_id=revision.id))


@blueprint.get("/plans/<int:plan_id>/revisions/reading")
@requires(Permission.READ, plan_visible_to)
def reading(plan: Plan) -> ResponseReturnValue:
    """How a new target of the indicator `row` reads and which way it moves, as JSON."""
    key = number_argument("row")
    indicator = next((one for one in plan.indicators if one.id == key), None)
    said = _reading(indicator, text_argument("text", 500), plan.year) if indicator else ""
    return jsonify(text=said)


@blueprint.get("/revisions/<int:revision_id>")
@requires(Permission.READ, revision_visible_to)
def show(revision: TargetRevision) -> ResponseReturnValue:
    """One revision: to be handed in, reviewed or read."""
    return revision_page(revision)


@blueprint.get("/revisions/<int:revision_id>/edit")
@requires(Permission.EDIT_PLAN, revision_visible_to)
def edit(revision: TargetRevision) -> ResponseReturnValue:
    """The form as it is stored; what may not be edited is shown instead."""
    if not revision.is_editable:
        return redirect(url_for("revisions.show", revision_id=revision.id))
    stored = RevisionEntry(
        revision.document,
        revision.dated_on.isoformat(),
        revision.reason,
        {row.indicator_id: row.new.text for row in revision.targets},
    )
    return _form(revision.plan, revision, stored)


@blueprint.post("/revisions/<int:revision_id>/edit")
@requires(Permission.EDIT_PLAN, revision_to_change)
def save(revision: TargetRevision) -> ResponseReturnValue:
    """Keep what was typed, or give it back with what is wrong beside it."""
    key, session = revision.id, db.session()
    entry, version = _posted(revision.plan), whole_number(request.form, "version")
    try:
        changed = services.save_revision(session, current_actor(), revision, entry, version=version)
    except (InvalidInput, Conflict) as error:
        session.rollback()
        revision = revision_visible_to(session, current_actor(), key)
        return _form(revision.plan, revision, entry, error), status_of(error)
    session.commit()
    flash("已保存。" if changed else "没有改动。", "ok")
    return redirect(url_for("revisions.show", revision_id=key))


def _revision_and_action(
    session: Session, actor: Actor, revision_id: int, action: str
) -> tuple[TargetRevision, Action]:
    found = action_named(action)
    return revision_to_change(session, actor, revision_id), found


@blueprint.post("/revisions/<int:revision_id>/steps/<action>")
@requires(Permission.READ, _revision_and_action)
def step(found: tuple[TargetRevision, Action]) -> ResponseReturnValue:
    """Submit, withdraw, return or approve; the workflow says who may."""
    revision, action = found
    key, session = revision.id, db.session()
    decision = read_decision(request.form, [row.indicator for row in revision.targets])
    try:
        services.step_revision(
            session,
            current_actor(),
            revision,
            action,
            version=send_replies(
                session,
                current_actor(),
                revision,
                revision.remarks,
                decision.threads,
                decision.version,
            ),
            reason=decision.reason,
            remarks=decision.remarks,
        )
    except (InvalidInput, Conflict) as error:
        session.rollback()
        revision = revision_visible_to(session, current_actor(), key)
        return revision_page(revision, decision.refused(error)), status_of(error)
    session.commit()
    flash(DONE[action], "ok")
    return redirect(url_for("revisions.show", revision_id=key))


@blueprint.post("/revisions/<int:revision_id>/cancel")
@requires(Permission.EDIT_PLAN, revision_to_change)
def cancel(revision: TargetRevision) -> ResponseReturnValue:
    """Give a revision up."""
    key = revision.id
    services.cancel_revision(
        db.session(), current_actor(), revision, version=whole_number(request.form, "version")
    )
    db.session.commit()
    flash("已作废，内容留存备查。这些指标可以另立调整单。", "ok")
    return redirect(url_for("revisions.show", revision_id=key))


@blueprint.get("/indicators/<int:indicator_id>/targets")
@requires(Permission.READ, indicator_visible_to)
def history(indicator: Indicator) -> ResponseReturnValue:
    """How one indicator's target came to be what it is."""
    return render_template(
        "revisions/history.html",
        indicator=indicator,
        plan=indicator.plan,
        reading=describe_reading(indicator.target, means_of(indicator), indicator.note),
        steps=queries.history_of(db.session(), indicator),
        pending=queries.open_revision_of(db.session(), indicator),
        state=state_of,
        tones=TONES,
    )


def state_of(revision: TargetRevision) -> tuple[str, str]:
    """The word of the revision's state, and whose tone it has (a status, or blank)."""
    if revision.cancelled_at is not None:
        return "已作废", ""
    return revision.status.label, revision.status.value


def _posted(plan: Plan) -> RevisionEntry:
    form = {name: without_controls(text) for name, text in request.form.items()}
    return RevisionEntry(
        form.get("document", ""),
        form.get("dated_on", ""),
        form.get("reason", ""),
        {row.id: form.get(f"target-{row.id}", "") for row in plan.indicators},
    )


def _form(
    plan: Plan,
    revision: TargetRevision | None,
    entry: RevisionEntry,
    error: InvalidInput | Conflict | None = None,
) -> str:
    errors = error.fields if isinstance(error, InvalidInput) else {}
    rows = [
        FormRow(
            indicator,
            describe_target(indicator.target),
            entry.targets.get(indicator.id, ""),
            _reading(indicator, entry.targets.get(indicator.id, ""), plan.year),
            errors.get(f"target-{indicator.id}", ""),
        )
        for indicator in plan.indicators
    ]
    return render_template(
        "revisions/form.html",
        plan=plan,
        revision=revision,
        entry=entry,
        rows=rows,
        errors=errors,
        message=str(error) if error else "",
        stored=revision if isinstance(error, Stale) else None,
        is_open=plan.status is Status.APPROVED,
    )


def _reading(indicator: Indicator, text: str, year: int) -> str:
    """How a typed target reads and which way it moves (`至少 80 %，调低`); blank for a blank."""
    if not text.strip():
        return ""
    target = new_target(indicator, text, year)
    said = describe_target(target)
    if not is_measured_alike(indicator.target, target):
        return f"{said}，计量方式不同"
    return f"{said}，{target_change(indicator.target, target).label}"


def revision_page(revision: TargetRevision, decision: Decision | None = None) -> str:
    """One revision's page, with a step that was refused where there is one."""
    actor, decision = current_actor(), decision or Decision()
    is_settled = revision.cancelled_at is not None or revision.status is Status.APPROVED
    actions = [] if is_settled else actions_for(revision.status, actor, revision.submitted_by_id)
    return render_template(
        "revisions/show.html",
        revision=revision,
        plan=revision.plan,
        changes=_changes(revision),
        decision=decision,
        compared=_compared(revision, actor),
        desk=desk_for(revision, actor, typed=decision.threads, errors=decision.errors),
        unanswered=unanswered(revision.remarks),
        names={row.indicator_id: row.indicator.name for row in revision.targets},
        # Handing in and taking back stand in the bar at the foot, the rest in the panel.
        actions=[one for one in actions if one not in {Action.SUBMIT, Action.WITHDRAW}],
        can={action.value: action in actions for action in Action},
        may_edit=revision.is_editable and actor.may(Permission.EDIT_PLAN),
        step_url=step_urls("revisions.step", revision_id=revision.id),
        hindrance=why_not_yours(revision, actor),
        state=state_of(revision),
        tones=TONES,
    )


def _compared(revision: TargetRevision, actor: Actor) -> Compared | None:
    """What a reviewer holds it against; everybody else reads the differences in the panel."""
    if not desk_for(revision, actor).settles:
        return None
    return compared(db.session(), revision, lambda: content_of_revision(revision))


def _changes(revision: TargetRevision) -> list[Difference] | None:
    """What differs from the revision as last submitted before; None without such a time."""
    session = db.session()
    base = last_snapshot(session, revision)
    if base is not None and revision.status is Status.SUBMITTED:
        base = last_snapshot(session, revision, before_id=base.id)
    if base is None or revision.status is Status.APPROVED:
        return None
    return differences(cast("Content", base.content), content_of_revision(revision))
