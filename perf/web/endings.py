"""Endings (终止、并入) of projects: written, reviewed, and read afterwards."""

from dataclasses import fields
from decimal import Decimal
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import Conflict, InvalidInput, Stale
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, EndingKind, PlanKind, Status
from perf.core.workflow import actions_for
from perf.extensions import db
from perf.models import Plan, PlanEnding
from perf.queries import endings as queries
from perf.queries.endings import ending_to_change, ending_visible_to
from perf.queries.plans import plan_to_change
from perf.queries.visible import plan_visible_to
from perf.services import endings as services
from perf.services.ending_entries import EndingEntry, not_executed
from perf.services.endings import content_of_ending
from perf.services.money import write_wan
from perf.services.snapshots import Content, Difference, differences, last_snapshot
from perf.services.typed import without_controls
from perf.web.comparing import Compared, compared
from perf.web.decisions import Decision, action_named, read_decision, step_urls, why_not_yours
from perf.web.desks import desk_for, send_replies, unanswered
from perf.web.errors import status_of
from perf.web.grid_form import whole_number
from perf.web.security import current_actor, requires

blueprint = Blueprint("endings", __name__)
DONE = {
    Action.SUBMIT: "已提交审核。审核通过后项目即按文件终止。",
    Action.WITHDRAW: "已撤回，可以继续修改。",
    Action.RETURN: "已退回，填报人会看到您的意见。",
    Action.APPROVE: "已审核通过，项目按文件终止：以后各期不再填报，未完成的整改已了结。",
}


@blueprint.get("/plans/<int:plan_id>/endings")
@requires(Permission.READ, plan_visible_to)
def index(plan: Plan) -> ResponseReturnValue:
    """What was written to end the plan, given up or not."""
    rows = queries.endings_of_plan(db.session(), plan)
    is_free = all(row.cancelled_at is not None for row in rows)
    return render_template(
        "endings/index.html",
        plan=plan,
        rows=rows,
        may_create=is_free and can_end(plan) and current_actor().may(Permission.EDIT_PLAN),
        state=state_of,
    )


@blueprint.get("/plans/<int:plan_id>/endings/new")
@requires(Permission.EDIT_PLAN, plan_visible_to)
def new(plan: Plan) -> ResponseReturnValue:
    """A blank form."""
    return _form(plan, None, EndingEntry())


@blueprint.post("/plans/<int:plan_id>/endings")
@requires(Permission.EDIT_PLAN, plan_to_change)
def create(plan: Plan) -> ResponseReturnValue:
    """Keep a new ending as a draft."""
    plan_id, entry, session = plan.id, _posted(), db.session()
    try:
        ending = services.create_ending(session, current_actor(), plan, entry)
    except (InvalidInput, Conflict) as error:
        session.rollback()
        plan = plan_visible_to(session, current_actor(), plan_id)
        return _form(plan, None, entry, error), status_of(error)
    session.commit()
    flash("已保存为草稿。核对后请提交审核。", "ok")
    return redirect(url_for("endings.show", ending_id=ending.id))


@blueprint.get("/endings/<int:ending_id>")
@requires(Permission.READ, ending_visible_to)
def show(ending: PlanEnding) -> ResponseReturnValue:
    """One ending: to be handed in, reviewed or read."""
    return ending_page(ending)


@blueprint.get("/endings/<int:ending_id>/edit")
@requires(Permission.EDIT_PLAN, ending_visible_to)
def edit(ending: PlanEnding) -> ResponseReturnValue:
    """The form as it is stored; what may not be edited is shown instead."""
    if not ending.is_editable:
        return redirect(url_for("endings.show", ending_id=ending.id))
    stored = EndingEntry(
        kind=ending.kind.value,
        merged_into=str(ending.merged_into_id or ""),
        document=ending.document,
        dated_on=ending.dated_on.isoformat(),
        holds_from=ending.holds_from.isoformat(),
        reason=ending.reason,
        money_note=ending.money_note,
        returned=write_wan(ending.returned),
        moved=write_wan(ending.moved),
    )
    return _form(ending.plan, ending, stored)


@blueprint.post("/endings/<int:ending_id>/edit")
@requires(Permission.EDIT_PLAN, ending_to_change)
def save(ending: PlanEnding) -> ResponseReturnValue:
    """Keep what was typed, or give it back with what is wrong beside it."""
    key, session = ending.id, db.session()
    entry, version = _posted(), whole_number(request.form, "version")
    try:
        changed = services.save_ending(session, current_actor(), ending, entry, version=version)
    except (InvalidInput, Conflict) as error:
        session.rollback()
        ending = ending_visible_to(session, current_actor(), key)
        return _form(ending.plan, ending, entry, error), status_of(error)
    session.commit()
    flash("已保存。" if changed else "没有改动。", "ok")
    return redirect(url_for("endings.show", ending_id=key))


def _ending_and_action(
    session: Session, actor: Actor, ending_id: int, action: str
) -> tuple[PlanEnding, Action]:
    found = action_named(action)
    return ending_to_change(session, actor, ending_id), found


@blueprint.post("/endings/<int:ending_id>/steps/<action>")
@requires(Permission.READ, _ending_and_action)
def step(found: tuple[PlanEnding, Action]) -> ResponseReturnValue:
    """Submit, withdraw, return or approve; the workflow says who may."""
    ending, action = found
    key, session = ending.id, db.session()
    decision = read_decision(request.form, [])
    try:
        services.step_ending(
            session,
            current_actor(),
            ending,
            action,
            version=send_replies(
                session, current_actor(), ending, ending.remarks, decision.threads, decision.version
            ),
            reason=decision.reason,
        )
    except (InvalidInput, Conflict) as error:
        session.rollback()
        ending = ending_visible_to(session, current_actor(), key)
        return ending_page(ending, decision.refused(error)), status_of(error)
    session.commit()
    flash(DONE[action], "ok")
    return redirect(url_for("endings.show", ending_id=key))


@blueprint.post("/endings/<int:ending_id>/cancel")
@requires(Permission.EDIT_PLAN, ending_to_change)
def cancel(ending: PlanEnding) -> ResponseReturnValue:
    """Give an ending up."""
    key = ending.id
    services.cancel_ending(
        db.session(), current_actor(), ending, version=whole_number(request.form, "version")
    )
    db.session.commit()
    flash("已作废，内容留存备查。项目照常执行。", "ok")
    return redirect(url_for("endings.show", ending_id=key))


def can_end(plan: Plan) -> bool:
    """Whether an ending can be written for this plan, by itself."""
    is_project = plan.kind is PlanKind.PROJECT
    return is_project and plan.status is Status.APPROVED and plan.ended_on is None


def state_of(ending: PlanEnding) -> tuple[str, str]:
    """The word of the ending's state, and whose tone it has (a status, or blank)."""
    if ending.cancelled_at is not None:
        return "已作废", ""
    return ending.status.label, ending.status.value


def _posted() -> EndingEntry:
    return EndingEntry(
        **{
            one.name: without_controls(request.form.get(one.name, ""))
            for one in fields(EndingEntry)
        }
    )


def _form(
    plan: Plan,
    ending: PlanEnding | None,
    entry: EndingEntry,
    error: InvalidInput | Conflict | None = None,
) -> str:
    session = db.session()
    return render_template(
        "endings/form.html",
        plan=plan,
        ending=ending,
        entry=entry,
        errors=error.fields if isinstance(error, InvalidInput) else {},
        message=str(error) if error else "",
        stored=ending if isinstance(error, Stale) else None,
        kinds=[(one.value, one.label) for one in EndingKind],
        others=[(str(one.id), one.name) for one in queries.plans_to_merge_into(session, plan)],
        left=not_executed(session, plan),
        is_open=can_end(plan),
    )


def ending_page(ending: PlanEnding, decision: Decision | None = None) -> str:
    """One ending's page, with a step that was refused where there is one."""
    actor, decision = current_actor(), decision or Decision()
    is_settled = ending.cancelled_at is not None or ending.status is Status.APPROVED
    actions = [] if is_settled else actions_for(ending.status, actor, ending.submitted_by_id)
    return render_template(
        "endings/show.html",
        ending=ending,
        plan=ending.plan,
        changes=_changes(ending),
        decision=decision,
        compared=_compared(ending, actor),
        desk=desk_for(ending, actor, typed=decision.threads, errors=decision.errors),
        unanswered=unanswered(ending.remarks),
        # Handing in and taking back stand in the bar at the foot, the rest in the panel.
        actions=[one for one in actions if one not in {Action.SUBMIT, Action.WITHDRAW}],
        can={action.value: action in actions for action in Action},
        may_edit=ending.is_editable and actor.may(Permission.EDIT_PLAN),
        adjustments=_adjustments(ending) if actor.may(Permission.EDIT_PLAN) else [],
        step_url=step_urls("endings.step", ending_id=ending.id),
        hindrance=why_not_yours(ending, actor),
        state=state_of(ending),
    )


def _adjustments(ending: PlanEnding) -> list[tuple[str, str]]:
    """The budget adjustments that an approved ending asks for: words and the filled-in form."""
    if ending.status is not Status.APPROVED:
        return []
    gone = (ending.returned or Decimal(0)) + (ending.moved or Decimal(0))
    wanted = [(f"登记“{ending.plan.name}”追减", ending.plan_id, -gone)] if gone else []
    if ending.merged_into is not None and ending.moved:
        into = ending.merged_into
        wanted.append((f"登记“{into.name}”追加", into.id, ending.moved))
    return [
        (
            f"{words} {write_wan(abs(amount))} 万元",
            url_for(
                "plans.show",
                plan_id=plan_id,
                amount=write_wan(amount),
                on=ending.holds_from.isoformat(),
                document=ending.document,
                _anchor="adjust",
            ),
        )
        for words, plan_id, amount in wanted
    ]


def _compared(ending: PlanEnding, actor: Actor) -> Compared | None:
    """What a reviewer holds it against; everybody else reads the differences in the panel."""
    if not desk_for(ending, actor).settles:
        return None
    return compared(db.session(), ending, lambda: content_of_ending(ending))


def _changes(ending: PlanEnding) -> list[Difference] | None:
    """What differs from the ending as last submitted before; None without such a time."""
    session = db.session()
    base = last_snapshot(session, ending)
    if base is not None and ending.status is Status.SUBMITTED:
        base = last_snapshot(session, ending, before_id=base.id)
    if base is None or ending.status is Status.APPROVED:
        return None
    return differences(cast("Content", base.content), content_of_ending(ending))
