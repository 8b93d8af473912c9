"""The list of plans, one plan, its steps, its deletion and the adjustments of its budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, FundSource, PlanKind, Status
from perf.core.workflow import EDITABLE, HANDED_IN, actions_for
from perf.extensions import db
from perf.models import Indicator, Plan
from perf.queries import organisation, plans
from perf.queries.endings import endings_about
from perf.queries.packs import pack_of, packs_to_pin
from perf.queries.recommendations import recommended_years
from perf.queries.rectifications import unfinished_of_plan
from perf.queries.revisions import count_revisions
from perf.queries.visible import plan_visible_to
from perf.services.budgets import adjust_budget
from perf.services.organisation import pin_name
from perf.services.paces import pace_of
from perf.services.plan_checks import checks_of_plan
from perf.services.plan_content import content_of_plan, missing_for_submission
from perf.services.plans import delete_plan, step_plan
from perf.services.snapshots import Content, Difference, differences, last_snapshot
from perf.services.typed import without_controls
from perf.services.ways import describe_reading, means_of
from perf.services.weighing import weigh
from perf.web.comparing import Compared, compared
from perf.web.decisions import action_named, step_urls, why_not_yours
from perf.web.desks import desk_for, of_threads, send_replies, unanswered
from perf.web.forecast import plan_outlook
from perf.web.grid_reading import TONE_OF_LIGHT
from perf.web.listing import number_argument, page_number, page_url, text_argument
from perf.web.pictures import plan_pictures
from perf.web.plans.doubts import Doubts, doubts_of
from perf.web.plans.last_year import last_money, last_years_of_plan
from perf.web.security import current_actor, requires

# The quarters that 绩效运行监控表 prints.
# The list's choices, and whether each asks for those that ended.
ENDED = {"going": False, "ended": True}
DONE = {
    Action.SUBMIT: "已提交审核。审核通过前如需修改，可以撤回。",
    Action.WITHDRAW: "已撤回，可以继续修改。",
    Action.RETURN: "已退回，填报人会看到您的意见。",
    Action.APPROVE: "已审核通过，各期可以开始填报。",
    Action.REOPEN: "已重新打开，填报人可以修改后再次提交。",
}


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """The indicators of one 一级指标 with their weights' sum and what is due."""

    level1: str
    rows: list[tuple[Indicator, str]]
    total: Decimal
    due: Decimal | None


@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """The year's plans."""
    actor, text, state = current_actor(), text_argument("text"), text_argument("state")
    year = number_argument("year") or organisation.year_in_focus(db.session(), clock.today())
    page = None
    if year is not None:
        page = plans.plans_page(
            db.session(), actor, year, text=text, is_ended=ENDED.get(state), number=page_number()
        )
    return render_template(
        "plans/index.html",
        year=year,
        years=[row.id for row in organisation.years(db.session())],
        page=page,
        text=text,
        state=state if state in ENDED else "",
        page_url=page_url(),
        shows_units=actor.may(Permission.READ_ALL_UNITS),
        may_edit=actor.may(Permission.EDIT_PLAN),
        may_import=actor.may(Permission.IMPORT) and _exists("imports.new"),
        kinds=PlanKind,
    )


@requires(Permission.READ, plan_visible_to)
def show(plan: Plan) -> ResponseReturnValue:
    """One plan, and what can be done with it; a link may have filled in an adjustment."""
    named = ("amount", "on", "document")
    return plan_page(plan, typed={name: text_argument(name, 500) for name in named})


def _plan_and_action(
    session: Session, actor: Actor, plan_id: int, action: str
) -> tuple[Plan, Action]:
    found = action_named(action)
    return plans.plan_to_change(session, actor, plan_id), found


@requires(Permission.READ, _plan_and_action)
def step(found: tuple[Plan, Action]) -> ResponseReturnValue:
    """Submit, withdraw, return, approve or reopen; the workflow says who may."""
    plan, action = found
    plan_id, typed = plan.id, typed_form()
    remarks = {row.id: typed.get(f"remark-{row.id}", "") for row in plan.indicators}
    try:
        step_plan(
            db.session(),
            current_actor(),
            plan,
            action,
            version=send_replies(
                db.session(),
                current_actor(),
                plan,
                plans.remarks_on(db.session(), plan),
                of_threads(typed),
                posted_version(),
            ),
            reason=typed.get("reason", ""),
            remarks=remarks,
        )
    except InvalidInput as error:
        return plan_page(again(plan_id), error=error, typed=typed), 422
    db.session.commit()
    flash(DONE[action], "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def delete(plan: Plan) -> ResponseReturnValue:
    """Delete a plan that was never submitted."""
    name, year = plan.name, plan.year
    delete_plan(db.session(), current_actor(), plan, version=posted_version())
    db.session.commit()
    flash(f"已删除“{name}”{year} 年度的绩效目标，变更记录里仍可查到。", "ok")
    return redirect(url_for("plans.index", year=year))


@requires(Permission.EDIT_PLAN, plans.plan_to_change)
def adjust(plan: Plan) -> ResponseReturnValue:
    """Note a dated adjustment of an approved plan's budget."""
    plan_id, typed = plan.id, typed_form()
    source = next((one for one in FundSource if one.value == typed.get("source")), None)
    try:
        adjust_budget(
            db.session(),
            current_actor(),
            plan,
            version=posted_version(),
            source=source,
            amount=typed.get("amount", ""),
            on=typed.get("on", ""),
            document=typed.get("document", ""),
        )
    except InvalidInput as error:
        return plan_page(again(plan_id), error=error, typed=typed), 422
    db.session.commit()
    flash("已登记预算调整，全年预算数随之更新。", "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))


def plan_page(
    plan: Plan, *, error: InvalidInput | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """The page of one plan, with a refusal and what was typed where there is one."""
    actor, session = current_actor(), db.session()
    actions = actions_for(plan.status, actor, plan.submitted_by_id)
    may_edit = plan.status in EDITABLE and actor.may(Permission.EDIT_PLAN)
    may_adjust = plan.status is Status.APPROVED and actor.may(Permission.EDIT_PLAN)
    ending, merged = endings_about(session, plan)
    quarters = plans.quarters_of(session, plan)
    self_evaluation = plans.self_evaluation_of(session, plan)
    remarks = plans.remarks_on(session, plan)
    return render_template(
        "plans/show.html",
        plan=plan,
        pack=pack_of(plan),
        groups=_groups(plan),
        quarters=quarters,
        self_evaluation=self_evaluation,
        pictures=plan_pictures(session, plan, quarters, self_evaluation),
        # What ended is no longer forecast.
        outlook=None if plan.ended_on else plan_outlook(session, actor, plan, quarters),
        rectifications=unfinished_of_plan(session, plan),
        recommended=recommended_years(session, plan),
        revisions=count_revisions(session, plan),
        ending=ending,
        merged=merged,
        may_end=plan.kind is PlanKind.PROJECT and plan.status is Status.APPROVED,
        light_tones=TONE_OF_LIGHT,
        paces={row.id: pace_of(row).label for row in plan.indicators if row.curve},
        remarks=remarks,
        compared=_compared(session, plan, actor),
        desk=desk_for(plan, actor, typed=typed, errors=error.fields if error else {}),
        unanswered=unanswered(remarks),
        names={row.id: row.name for row in plan.indicators},
        doubts=_doubts(plan, actor),
        last_years=last_years_of_plan(session, actor, plan),
        last_money=last_money(session, actor, plan),
        # What was approved is not to be corrected any more, but may still be asked about.
        folds_doubts=plan.status is Status.APPROVED,
        missing=missing_for_submission(plan) if Action.SUBMIT in actions else [],
        changes=_changes(session, plan),
        sources=list(FundSource),
        is_monitored=any(one.status in HANDED_IN for one in quarters),
        shows_year=plan.status is Status.APPROVED or any(one.status for one in quarters),
        may_edit=may_edit,
        chosen_pack=pin_name(plan.pack_id, plan.pack_version) if plan.pack_reason else "",
        pack_options=_pack_options(session, plan) if may_edit else [],
        may_adjust=may_adjust,
        may_revise=may_adjust and plan.ended_on is None,
        may_delete=may_edit and plan.status is Status.DRAFT and plan.submitted_at is None,
        may_read_ledger=actor.may(Permission.READ_LEDGER) and _exists("ledger.index"),
        # Handing in and taking back stand in the bar at the foot, the rest in the panel.
        actions=[one for one in actions if one not in {Action.SUBMIT, Action.WITHDRAW}],
        can={action.value: action in actions for action in Action},
        step_url=step_urls("plans.step", plan_id=plan.id),
        hindrance=why_not_yours(plan, actor),
        links={"reports": _exists("reports.show"), "evaluations": _exists("evaluations.show")},
        errors=error.fields if error else {},
        message=str(error) if error else "",
        typed=typed or {},
    )


def _pack_options(session: Session, plan: Plan) -> list[tuple[str, str]]:
    """The packs for this kind of plan as (name in a form, words)."""
    return [
        (pin_name(pack.id, pack.version), f"{pack.name}（{pack.label}）")
        for pack in packs_to_pin(session)
        if pack.plan_kind is plan.kind
    ]


def typed_form() -> dict[str, str]:
    """The posted fields, fit to be read and to be shown again."""
    return {name: without_controls(text) for name, text in request.form.items()}


def again(plan_id: int) -> Plan:
    """The plan anew after everything of this request was rolled back."""
    db.session.rollback()
    return plan_visible_to(db.session(), current_actor(), plan_id)


def posted_version() -> int:
    """The version that the posted page showed; a page without one is answered with 400."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text)


def _doubts(plan: Plan, actor: Actor) -> Doubts | None:
    """The findings, for those who write plans and those who review them."""
    if not (actor.may(Permission.EDIT_PLAN) or actor.may(Permission.REVIEW)):
        return None
    noticed = checks_of_plan(db.session(), actor, plan)
    return doubts_of(noticed, [(row.name, f"row-{row.id}") for row in plan.indicators])


def _groups(plan: Plan) -> list[ClassGroup]:
    weighed = weigh(db.session(), plan, [(row.level1, row.weight) for row in plan.indicators])
    due = {name: points for name, _, points in weighed.classes}
    groups: dict[str, ClassGroup] = {}
    for row in plan.indicators:
        group = groups.setdefault(
            row.level1, ClassGroup(row.level1, [], Decimal(0), due.get(row.level1))
        )
        group.rows.append((row, describe_reading(row.target, means_of(row), row.note)))
    return [
        ClassGroup(
            group.level1,
            group.rows,
            sum((row.weight or Decimal(0) for row, _ in group.rows), Decimal(0)),
            group.due,
        )
        for group in groups.values()
    ]


def _compared(session: Session, plan: Plan, actor: Actor) -> Compared | None:
    """What a reviewer holds it against; everybody else reads the differences in the panel."""
    if not desk_for(plan, actor).settles:
        return None
    return compared(session, plan, lambda: content_of_plan(plan))


def _changes(session: Session, plan: Plan) -> list[Difference] | None:
    """What differs from the plan as last submitted or approved before; None without one."""
    last = last_snapshot(session, plan)
    if last is None or plan.status is Status.APPROVED:
        return None
    after = content_of_plan(plan)
    if plan.status is Status.SUBMITTED:
        earlier = last_snapshot(session, plan, before_id=last.id)
        return differences(_content(earlier.content), after) if earlier else None
    return differences(_content(last.content), after)


def _content(kept: dict[str, Any]) -> Content:
    return cast("Content", kept)


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
