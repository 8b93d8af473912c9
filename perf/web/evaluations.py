"""The year's self-evaluations: the list, one plan's page and its steps."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, PerfError, Stale
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Status
from perf.core.workflow import EDITABLE, STEPS, actions_for
from perf.extensions import db
from perf.models import Plan, SelfEvaluation
from perf.queries import evaluations as queries
from perf.queries.evaluations import (
    Evaluated,
    Listed,
    self_evaluation_to_change,
    self_evaluation_visible_to,
)
from perf.queries.signed_copies import unfiled_evaluations
from perf.queries.visible import plan_visible_to
from perf.services.decisions import decide_scores
from perf.services.evaluations import (
    Reason,
    begin_self_evaluation,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.threads import answer_remarks
from perf.web.decided import read_decisions
from perf.web.decisions import Decision, action_named, read_decision
from perf.web.desks import read_threads, send_replies
from perf.web.errors import status_of
from perf.web.evaluation_page import evaluation_page
from perf.web.listing import number_argument, page_number, page_url, text_argument
from perf.web.security import current_actor, requires
from perf.web.typed_texts import Typed

blueprint = Blueprint("evaluations", __name__)
DONE = {
    Action.SUBMIT: "已提交，等待审核。审核前可以撤回。",
    Action.WITHDRAW: "已撤回，可以继续修改。",
    Action.RETURN: "已退回，填报人会在工作台看到您的意见。",
    Action.APPROVE: "已审核通过并签署，分数和评分办法版本已冻结。",
    Action.REOPEN: "已重新打开，填报人可以修改；原来签署的内容仍可在变更记录中查到。",
}
REVIEWING = frozenset({Action.APPROVE, Action.RETURN})
PERMISSION_OF = {action: permission for (_, action), (_, permission) in STEPS.items()}


@blueprint.get("/self-evaluations")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """The year's plans with the state of their self-evaluations."""
    session, actor = db.session(), current_actor()
    years = queries.years_with_plans(session, actor)
    year = number_argument("year")
    if year not in years:
        year = queries.year_to_evaluate(session, years, clock.today())
    text, is_unfiled_only = text_argument("text"), request.args.get("scan") == "missing"
    page = queries.self_evaluations_page(
        session,
        actor,
        year=year or 0,
        text=text,
        is_unfiled_only=is_unfiled_only,
        number=page_number(),
    )
    return render_template(
        "evaluations/index.html",
        page=page,
        years=years,
        year=year,
        text=text,
        is_unfiled_only=is_unfiled_only,
        unfiled=unfiled_evaluations(session, [one.plan.id for one in page.rows]),
        to_do=[what_to_do(one, actor) for one in page.rows],
        page_url=page_url(),
        summary_url=_summary_url(actor, year) if page.total else "",
        is_wide=actor.may(Permission.READ_ALL_UNITS),
        may_plan=actor.may(Permission.EDIT_PLAN),
    )


def _summary_url(actor: Actor, year: int | None) -> str:
    """The year's 汇总表 of all that the actor sees."""
    if actor.may(Permission.READ_ALL_UNITS):
        return url_for("forms.summary", year=year)
    return url_for("forms.unit_summary", unit_id=actor.unit_id, year=year)


def what_to_do(one: Listed, actor: Actor) -> tuple[str, bool]:
    """What comes next for this plan, and whether it is for this actor to do."""
    if one.plan.status is not Status.APPROVED:
        return "绩效目标待批复", False
    evaluation = one.evaluation
    may_record = actor.may(Permission.RECORD)
    if evaluation is None:
        lacking = one.demanded - one.approved
        if lacking > 0:
            return f"还差 {lacking} 期", False
        if one.plan.ended_on is not None:
            return ("可自评（已终止）" if one.demanded else "已终止，没有应报的填报期"), False
        return ("开始自评", True) if may_record else ("等待填报人开始", False)
    if evaluation.status in EDITABLE:
        return ("继续填写", True) if may_record else ("填报人填写中", False)
    if evaluation.status is Status.SUBMITTED:
        steps = actions_for(evaluation.status, actor, evaluation.submitted_by_id)
        return ("请审核", True) if Action.APPROVE in steps else ("等待审核", False)
    return "查看", False


@blueprint.get("/plans/<int:plan_id>/self-evaluation")
@requires(Permission.READ, self_evaluation_visible_to)
def show(found: Evaluated) -> ResponseReturnValue:
    """One plan's self-evaluation: to be filled in, reviewed or read."""
    return evaluation_page(db.session(), found)


@blueprint.post("/plans/<int:plan_id>/self-evaluation/begin")
@requires(Permission.RECORD, plan_visible_to)
def begin(plan: Plan) -> ResponseReturnValue:
    """Build the self-evaluation out of the approved quarters."""
    plan_id = plan.id
    try:
        begin_self_evaluation(db.session(), current_actor(), plan)
    except (InvalidInput, Conflict) as error:
        return _again(plan_id, Typed(message=str(error)), error)
    db.session.commit()
    flash("自评已根据各期的数据生成。请核对得分，补充说明后提交。", "ok")
    return redirect(_address(plan_id))


@blueprint.post("/plans/<int:plan_id>/self-evaluation")
@requires(Permission.RECORD, self_evaluation_to_change)
def save(found: Evaluated) -> ResponseReturnValue:
    """Keep what was typed and, where asked for, submit it."""
    session, actor, plan_id = db.session(), current_actor(), found.plan.id
    evaluation = _begun(found)
    texts = {key: text for key, text in request.form.items() if key != "csrf_token"}
    try:
        save_self_evaluation(
            session,
            actor,
            evaluation,
            version=_posted_version(),
            objective_actual=texts.get("objective_actual", ""),
            execution_reason=texts.get("execution_reason", ""),
            reasons={
                row.id: Reason(
                    texts.get(f"reason-{row.id}", ""),
                    texts.get(f"action-{row.id}", ""),
                    # A box left empty posts nothing; the texts beside it say that it was shown.
                    f"out-{row.id}" in texts,
                )
                for row in found.plan.indicators
                if f"reason-{row.id}" in texts or f"action-{row.id}" in texts
            },
        )
    except (InvalidInput, Conflict) as error:
        fields = error.fields if isinstance(error, InvalidInput) else {}
        typed = Typed(texts, _sentence(error), fields, is_stale=isinstance(error, Stale))
        return _again(plan_id, typed, error)
    refused = answer_remarks(session, actor, evaluation, evaluation.remarks, read_threads(texts))
    if refused:
        # What is sound of the rest is kept; the answers stand as they were typed.
        session.commit()
        kept = {name: text for name, text in texts.items() if name in refused}
        wrong = InvalidInput("内容已保存，但有答复没有保存。请按提示修改。", refused)
        return _again(plan_id, Typed(kept, str(wrong), refused), wrong)
    if texts.get("action") != Action.SUBMIT:
        db.session.commit()
        flash("已保存。", "ok")
        return redirect(_address(plan_id))
    try:
        step_self_evaluation(session, actor, evaluation, Action.SUBMIT, version=evaluation.version)
    except (InvalidInput, Conflict) as error:
        # What was typed is sound and stays; only the step was refused.
        db.session.commit()
        fields = error.fields if isinstance(error, InvalidInput) else {}
        why = "请补充以下内容后再提交。" if fields else str(error)
        typed = Typed(None, f"内容已保存，但还没有提交。{why}", fields)
        return _again(plan_id, typed, error)
    db.session.commit()
    flash(DONE[Action.SUBMIT], "ok")
    return redirect(_address(plan_id))


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that was asked for."""

    found: Evaluated
    action: Action


def _step_to_take(session: Session, actor: Actor, plan_id: int, action: str) -> Asked:
    asked = action_named(action)
    actor.demand(PERMISSION_OF[asked])
    return Asked(self_evaluation_to_change(session, actor, plan_id), asked)


@blueprint.post("/plans/<int:plan_id>/self-evaluation/steps/<action>")
@requires(Permission.READ, _step_to_take)
def step(asked: Asked) -> ResponseReturnValue:
    """Withdraw, return, sign or reopen."""
    plan_id, action = asked.found.plan.id, asked.action
    evaluation = _begun(asked.found)
    session, actor = db.session(), current_actor()
    decision = read_decision(request.form, asked.found.plan.indicators)
    version = decision.version
    try:
        decisions = read_decisions(request.form, evaluation)
        if decisions and action in REVIEWING:
            # What was typed beside the scores and not saved yet goes with the step, never lost.
            decide_scores(session, actor, evaluation, decisions, version=version)
            version = evaluation.version
        version = send_replies(
            session, actor, evaluation, evaluation.remarks, decision.threads, version
        )
        step_self_evaluation(
            session,
            actor,
            evaluation,
            action,
            version=version,
            reason=decision.reason,
            remarks=decision.remarks,
        )
    except (InvalidInput, Conflict) as error:
        return _undecided(plan_id, decision, error)
    db.session.commit()
    flash(DONE[action], "ok")
    return redirect(_address(plan_id))


@blueprint.post("/plans/<int:plan_id>/self-evaluation/decisions")
@requires(Permission.REVIEW, self_evaluation_to_change)
def decide(found: Evaluated) -> ResponseReturnValue:
    """Give scores other points than the computed, or take that back."""
    session, actor, plan_id = db.session(), current_actor(), found.plan.id
    evaluation = _begun(found)
    decision = read_decision(request.form, found.plan.indicators)
    decisions = read_decisions(request.form, evaluation)
    try:
        is_changed = decide_scores(session, actor, evaluation, decisions, version=decision.version)
    except (InvalidInput, Conflict) as error:
        return _undecided(plan_id, decision, error)
    session.commit()
    flash("评定得分已保存，总分和评级已更新。" if is_changed else "得分没有变动。", "ok")
    if decision.reason or decision.remarks or read_threads(decision.threads):
        # Remarks typed meanwhile are sent with a step only: they stay on the page until then.
        found = self_evaluation_visible_to(session, actor, plan_id)
        return evaluation_page(session, found, decision=decision)
    only = next(iter(decisions)) if len(decisions) == 1 else None
    return redirect(_address(plan_id) + (f"#row-{only}" if only else ""))


def _again(plan_id: int, typed: Typed, error: PerfError) -> ResponseReturnValue:
    """The page anew, with what was typed and why it was refused."""
    db.session.rollback()
    found = self_evaluation_visible_to(db.session(), current_actor(), plan_id)
    return evaluation_page(db.session(), found, typed=typed), status_of(error)


def _undecided(plan_id: int, decision: Decision, error: PerfError) -> ResponseReturnValue:
    """The reviewer's page anew, with the decisions and remarks typed and why they were refused."""
    db.session.rollback()
    fields = error.fields if isinstance(error, InvalidInput) else {}
    at_rows = {key: text for key, text in fields.items() if key.startswith(("decided-", "why-"))}
    texts = {key: text for key, text in request.form.items() if key != "csrf_token"}
    typed = Typed(texts, str(error) if at_rows else "", at_rows, isinstance(error, Stale))
    if not at_rows:
        refused = error if isinstance(error, InvalidInput) else InvalidInput(str(error))
        decision = decision.refused(refused)
    found = self_evaluation_visible_to(db.session(), current_actor(), plan_id)
    page = evaluation_page(db.session(), found, typed=typed, decision=decision)
    return page, status_of(error)


def _begun(found: Evaluated) -> SelfEvaluation:
    if found.evaluation is None:
        raise Conflict("这份绩效目标还没有开始自评。请从“自评”页面进入。")
    return found.evaluation


def _sentence(error: PerfError) -> str:
    if isinstance(error, Stale):
        return (
            "另一窗口或其他人刚刚保存过，您这次没有保存。"
            "您填写的内容都在下面，不同之处已标出；核对后再保存一次即可。"
        )
    return str(error)


def _posted_version() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        abort(400)
    return int(text)


def _address(plan_id: int) -> str:
    return url_for("evaluations.show", plan_id=plan_id)
