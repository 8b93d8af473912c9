"""The page of a self-evaluation, and what stands there before one is begun."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from perf.core.permissions import Permission
from perf.core.terms import Action, PlanKind, Rating, Status
from perf.core.workflow import actions_for
from perf.models import Remark, SelfEvaluation
from perf.queries.evaluations import Evaluated, steps_taken
from perf.services.decisions import bounds_of
from perf.services.evaluation_shown import Shown, show_self_evaluation
from perf.services.evaluations import missing_of, why_closed
from perf.services.snapshots import Difference, differences
from perf.web.comparing import compared
from perf.web.coverage import year_coverage
from perf.web.decisions import Decision, why_not_yours
from perf.web.desks import desk_for, unanswered
from perf.web.evaluation_rows import OUT, amount_of, execution_row, groups_of, points_of
from perf.web.presentation import money_wan
from perf.web.recommendation_pages import results_of
from perf.web.security import current_actor
from perf.web.typed_texts import Typed, text_field

HEADINGS = {PlanKind.PROJECT: "项目支出绩效自评", PlanKind.DEPARTMENT: "部门整体支出绩效自评"}
STEP_LABELS = {"begin_self_evaluation": "开始自评"} | {one.value: one.label for one in Action}
MONEY = [
    ("total", "年度资金总额"),
    ("fiscal", "其中：当年财政拨款"),
    ("carryover", "上年结转资金"),
    ("other", "其他资金"),
]


def evaluation_page(
    session: Session,
    found: Evaluated,
    *,
    typed: Typed | None = None,
    decision: Decision | None = None,
) -> str:
    """The page of a plan's self-evaluation, or what is missing before it can begin."""
    actor, plan, evaluation = current_actor(), found.plan, found.evaluation
    closed = why_closed(found.year_period)
    if evaluation is None:
        return render_template(
            "evaluations/begin.html",
            plan=plan,
            heading=HEADINGS[plan.kind],
            quarters=found.quarters,
            missing=len(found.open_quarters),
            closed=closed,
            may_begin=actor.may(Permission.RECORD)
            and plan.status is Status.APPROVED
            and found.quarters
            and not found.open_quarters
            and not closed,
            is_recorder=actor.may(Permission.RECORD),
            message=typed.message if typed else "",
        )
    typed = typed or Typed()
    shown = show_self_evaluation(session, evaluation)
    actions = actions_for(evaluation.status, actor, evaluation.submitted_by_id)
    may_write = actor.may(Permission.RECORD) and evaluation.is_editable and not closed
    data = shown.content["data"]
    missing = missing_of(evaluation) if may_write else {}
    remarks = _remarks_by_row(evaluation)
    decision = decision or Decision()
    # What was typed came with the page's own form, or with a step of the review.
    said = dict(typed.texts or {}) | dict(decision.threads)
    may_sign = Action.APPROVE in actions
    bounds = bounds_of(evaluation) if may_sign and not closed else {}
    desk = desk_for(
        evaluation,
        actor,
        sheet="sheet" if may_write else "",
        typed=said,
        errors={**typed.errors, **decision.errors},
    )
    groups = groups_of(data, typed, remarks, bounds, may_write=may_write)
    return render_template(
        "evaluations/show.html",
        plan=plan,
        evaluation=evaluation,
        heading=HEADINGS[plan.kind],
        shown=shown,
        data=data,
        rating=_rating(data),
        total=points_of(data["total"]),
        execution=execution_row(data, typed),
        groups=groups,
        coverage=year_coverage(data, plan.indicators),
        unmet=sum(row["is_met"] is False for row in data["rows"]),
        funds=_funds(data),
        objective=text_field(typed, "objective_actual", "实际完成情况", data["objective_actual"]),
        typed=typed,
        unsaved=_unsaved(typed, data, may_decide=bool(bounds)) if not may_write else [],
        problems=list(typed.errors.items()),
        may_write=may_write,
        closed=closed if evaluation.is_editable and actor.may(Permission.RECORD) else "",
        reopened=[period for period, _ in found.open_quarters] if evaluation.is_editable else [],
        missing=[(_short(key, sentence), f"#{key}") for key, sentence in missing.items()],
        decision=decision,
        desk=desk,
        compared=compared(session, evaluation, lambda: shown.content) if desk.settles else None,
        unanswered=unanswered(evaluation.remarks),
        names={row.id: row.name for row in plan.indicators},
        actions=[action for action in actions if action is not Action.SUBMIT],
        may_submit=Action.SUBMIT in actions and may_write,
        may_sign=may_sign,
        decide_url=url_for("evaluations.decide", plan_id=plan.id),
        outside=[row for row in data["rows"] if row["is_not_applicable"]],
        hindrance=why_not_yours(evaluation, actor),
        changes=_changes(shown),
        history=steps_taken(session, evaluation),
        results=results_of(session, actor, plan, evaluation),
        step_labels=STEP_LABELS,
        step_url=lambda action: url_for("evaluations.step", plan_id=plan.id, action=action.value),
    )


def _changes(shown: Shown) -> list[Difference] | None:
    """What differs since the step before, None where there is nothing to compare."""
    if shown.before is None:
        return None
    found = differences(shown.before, shown.content)
    # Signing keeps what was submitted: that nothing changed needs no word there.
    return found if found or shown.is_draft else None


def _unsaved(typed: Typed, data: Mapping[str, Any], *, may_decide: bool) -> list[tuple[str, str]]:
    """Texts that were typed where nothing can be saved any more: [what for, text]."""
    stored = {"objective_actual": data["objective_actual"]}
    stored["execution_reason"] = data["execution"].get("deviation_reason", "")
    labels = {
        "objective_actual": "年度总体目标实际完成情况",
        "execution_reason": "预算执行率偏差原因",
    }
    for row in data["rows"]:
        for prefix, key, label in [
            ("reason", "deviation_reason", "偏差原因"),
            ("action", "corrective_action", "改进措施"),
        ]:
            stored[f"{prefix}-{row['id']}"] = row[key]
            labels[f"{prefix}-{row['id']}"] = f"{row['name']} · {label}"
        stored[f"out-{row['id']}"] = OUT if row["is_not_applicable"] else ""
        labels[f"out-{row['id']}"] = f"{row['name']} · 选择"
        if not may_decide:
            decided = row.get("decided")
            stored[f"decided-{row['id']}"] = (points_of(row["points"]) or "") if decided else ""
            labels[f"decided-{row['id']}"] = f"{row['name']} · 评定得分"
            stored[f"why-{row['id']}"] = decided["reason"] if decided else ""
            labels[f"why-{row['id']}"] = f"{row['name']} · 评定理由"
    return [
        (labels[name], text)
        for name, text in (typed.texts or {}).items()
        if name in labels and text.strip() and text.strip() != stored[name]
    ]


def _short(key: str, sentence: str) -> str:
    """What is missing in a few words, for the bar at the foot."""
    if key == "objective_actual":
        return "总体目标实际完成情况"
    if key == "execution_reason":
        return "预算执行率原因"
    return sentence.partition("：")[0]


def _remarks_by_row(evaluation: SelfEvaluation) -> dict[int | None, list[Remark]]:
    found: dict[int | None, list[Remark]] = {}
    for remark in evaluation.remarks:
        if remark.resolved_at is None:
            found.setdefault(remark.indicator_id, []).append(remark)
    return found


def _funds(data: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """The funds block in 万元 as shown; sources without a budget are left out."""
    lines = [(label, data["money"][key]) for key, label in MONEY] + list(data["funds"])
    return [
        (label, {key: money_wan(amount_of(text)) for key, text in amounts.items()})
        for label, amounts in lines
        if any(text is not None for text in amounts.values())
    ]


def _rating(data: Mapping[str, Any]) -> str:
    return next((one.label for one in Rating if one.value == data["rating"]), "")
