"""The year's self-evaluation: begun out of the quarters, completed, reviewed and signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from perf import clock
from perf.core.attainment import Flag
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, PlanKind, Status
from perf.core.workflow import EDITABLE, actions_for
from perf.models import BudgetLine, Plan, SelfEvaluation, Submission
from perf.queries.demanded import names_of, periods_lacking
from perf.services.decisions import demand_decided
from perf.services.evaluation_content import (
    execution_reason_demanded,
    reason_demanded,
    work_scores,
)
from perf.services.evaluation_open import demand_open, demand_signed_projects, why_closed
from perf.services.evaluation_scores import (
    Computed,
    approved_quarters,
    compute,
    rescore,
)
from perf.services.evaluation_shown import content_at
from perf.services.ledger import record_change
from perf.services.steps import MAX_TEXT, check_version, take_step
from perf.services.typed import clean_text

__all__ = [
    "Computed",
    "Reason",
    "approved_quarters",
    "begin_self_evaluation",
    "compute",
    "missing_of",
    "rescore",
    "save_self_evaluation",
    "step_self_evaluation",
    "why_closed",
]


def begin_self_evaluation(session: Session, actor: Actor, plan: Plan) -> SelfEvaluation:
    """The plan's self-evaluation, built where there is none yet.

    Raises Conflict while a quarter is not approved, because its figures could still change, and
    Locked where the year's period is closed.
    """
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    # Two people may begin at once: the second waits here and then finds the first one's. What was
    # changed while it waited, as an adjusted budget, is read anew.
    session.scalars(
        select(Plan)
        .options(selectinload(Plan.budget_lines).selectinload(BudgetLine.adjustments))
        .where(Plan.id == plan.id)
        .with_for_update(of=Plan)
        .execution_options(populate_existing=True)
    ).one()
    existing = session.scalar(select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id))
    if existing is not None:
        return existing
    demand_open(session, plan)
    quarters = approved_quarters(session, plan)
    lacking = periods_lacking(session, plan, quarters)
    if plan.status is not Status.APPROVED or lacking or not quarters:
        named = f"，还差{names_of(lacking)}" if lacking else ""
        raise Conflict(f"各期填报全部审核通过后才能自评{named}。请先完成其余各期。")
    evaluation = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.DRAFT,
        pack_id=plan.pack_id,
        pack_version=plan.pack_version,
        updated_at=clock.now(),
    )
    name = plan.name
    evaluation.plan = plan
    session.add(evaluation)
    record_change(session, actor, "begin_self_evaluation", evaluation, name=name)
    rescore(session, actor, evaluation, quarters)
    return evaluation


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is, and what will be done about it, as typed.

    `is_not_applicable` is the choice 不涉及, for which `deviation_reason` then says why.
    """

    deviation_reason: str = ""
    corrective_action: str = ""
    is_not_applicable: bool = False


def save_self_evaluation(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    *,
    version: int,
    objective_actual: str,
    execution_reason: str,
    reasons: Mapping[int, Reason],
) -> bool:
    """Keep what the recorder wrote, `reasons` by indicator; whether anything changed.

    Choosing 不涉及, or taking the choice back, scores the whole anew. Raises Stale, Locked, or
    InvalidInput whose fields name each text that is too long and each choice that cannot be.
    """
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(evaluation.unit_id):
        raise NotFound("没有找到这份自评。")
    check_version(evaluation, version)
    if evaluation.status not in EDITABLE:
        raise Locked(f"自评{evaluation.status.label}，不能修改。需要更正时请先撤回或由审核人退回。")
    demand_open(session, evaluation.plan)
    objective_actual, execution_reason = clean_text(objective_actual), clean_text(execution_reason)
    reasons = {
        key: replace(
            one,
            deviation_reason=clean_text(one.deviation_reason),
            corrective_action=clean_text(one.corrective_action),
        )
        for key, one in reasons.items()
    }
    _demand_short(objective_actual, execution_reason, reasons)
    quarters = approved_quarters(session, evaluation.plan)
    is_choosing = _check_choices(session, evaluation, reasons, quarters)
    # Whatever is read is read first, and the evaluation's own change noted before its rows': both
    # a query and a noted change flush, after which nobody can tell what was changed.
    name = evaluation.plan.name
    names = {row.id: row.name for row in evaluation.plan.indicators}
    rows = [row for row in evaluation.scores if row.indicator_id in reasons]
    evaluation.objective_actual = objective_actual
    evaluation.execution_reason = execution_reason
    entry = record_change(session, actor, "save_self_evaluation", evaluation, name=name)
    is_changed = entry is not None
    for row in rows:
        reason = reasons[row.indicator_id]
        row.deviation_reason = reason.deviation_reason
        row.corrective_action = reason.corrective_action
        row.is_not_applicable = reason.is_not_applicable
        entry = record_change(
            session,
            actor,
            "explain_score",
            row,
            name=names[row.indicator_id],
            plan_id=evaluation.plan_id,
        )
        is_changed = is_changed or entry is not None
    if is_choosing:
        rescore(session, actor, evaluation, quarters)
    if is_changed:
        evaluation.updated_at = clock.now()
        session.flush()
    return is_changed


def step_self_evaluation(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    action: Action,
    *,
    version: int,
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """One step of the self-evaluation; approving it is signing it, which freezes the scores.

    Submitting is refused with InvalidInput while a figure, a reason or the year's own sentence
    is missing, signing while a score that the reviewer gives is; its fields name each. What is
    signed is what was submitted, to the letter, and what the reviewer decided.
    """
    if action in {Action.SUBMIT, Action.WITHDRAW, Action.REOPEN}:
        demand_open(session, evaluation.plan)
    quarters = approved_quarters(session, evaluation.plan)
    if action is Action.SUBMIT:
        check_version(evaluation, version)
        lacking = periods_lacking(session, evaluation.plan, quarters)
        if lacking:
            raise Conflict(f"{names_of(lacking)}被重新打开，尚未重新审核通过。请先完成填报和审核。")
        demand_signed_projects(session, evaluation.plan)
        # Another step from here is refused below in its own words.
        if evaluation.status in EDITABLE:
            rescore(session, actor, evaluation, quarters)
            version = evaluation.version
            missing = missing_of(evaluation)
            if missing:
                raise InvalidInput("自评还没有填完，未提交。请按提示补充。", missing)
    if action is Action.APPROVE and action in actions_for(
        evaluation.status, actor, evaluation.submitted_by_id
    ):
        check_version(evaluation, version)
        demand_decided(evaluation)
    take_step(
        session,
        actor,
        evaluation,
        action,
        version=version,
        content=content_at(session, actor, evaluation, action, quarters),
        name=evaluation.plan.name,
        reason=clean_text(reason),
        remarks={key: clean_text(text) for key, text in (remarks or {}).items()},
    )
    if action in {Action.APPROVE, Action.REOPEN} and evaluation.plan.kind is PlanKind.PROJECT:
        _count_in_department(session, actor, evaluation.plan)


def _count_in_department(session: Session, actor: Actor, plan: Plan) -> None:
    """Bring the department's self-evaluation up to date, which counts how many projects signed."""
    department = session.scalar(
        select(SelfEvaluation)
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(
            Plan.unit_id == plan.unit_id,
            Plan.year == plan.year,
            Plan.kind == PlanKind.DEPARTMENT,
        )
        .with_for_update(of=SelfEvaluation)
    )
    if department is not None and department.status in EDITABLE:
        rescore(session, actor, department)


def missing_of(evaluation: SelfEvaluation) -> dict[str, str]:
    """What is still missing before the self-evaluation can be submitted: {field: sentence}."""
    missing: dict[str, str] = {}
    worked = work_scores(evaluation)
    scores = {row.indicator_id: row for row in evaluation.scores}
    if worked.execution is not None:
        demanded = execution_reason_demanded(worked.execution)
        if evaluation.executed is None:
            missing["execution_reason"] = "全年执行数未填报。请由审核人重新打开最后一期后补填。"
        elif demanded and not evaluation.execution_reason.strip():
            missing["execution_reason"] = demanded
    for indicator, result in zip(evaluation.plan.indicators, worked.rows, strict=True):
        row = scores.get(indicator.id)
        demanded = reason_demanded(row, result)
        if Flag.UNREPORTED in result.flags:
            missing[f"reason-{indicator.id}"] = (
                f"{indicator.name}：全年没有填报数据。请由审核人重新打开那一期后补填；"
                "全年没有发生的，请选择“不涉及”并说明理由。"
            )
        elif demanded and not (row and row.deviation_reason.strip()):
            missing[f"reason-{indicator.id}"] = f"{indicator.name}：{demanded}"
    if worked.stranded:
        first = evaluation.plan.indicators[worked.stranded[0]]
        which = "全部指标" if len(worked.stranded) == len(worked.rows) else f"{first.level1}的指标"
        missing[f"reason-{first.id}"] = (
            f"{first.name}：{which}都选择了“不涉及”，其分值没有可以计分的指标承担。请核对这些选择。"
        )
    if not evaluation.objective_actual.strip():
        missing["objective_actual"] = "请填写年度总体目标的实际完成情况。"
    return missing


def _check_choices(
    session: Session,
    evaluation: SelfEvaluation,
    reasons: Mapping[int, Reason],
    quarters: Sequence[Submission],
) -> bool:
    """Whether a choice of 不涉及 is made or taken back; InvalidInput where that cannot be."""
    changed = [
        row
        for row in evaluation.scores
        if row.indicator_id in reasons
        and reasons[row.indicator_id].is_not_applicable != row.is_not_applicable
    ]
    wrong = {
        f"out-{row.indicator_id}": "全年已有填报数据，不能选择“不涉及”。"
        for row in changed
        if row.actual is not None
    }
    lacking = periods_lacking(session, evaluation.plan, quarters) if changed else []
    if lacking:
        # Only a whole year can be said to have no figure, and its scores are computed then.
        sentence = f"{names_of(lacking)}被重新打开，重新审核通过后才能选择或取消“不涉及”。"
        wrong |= {f"out-{row.indicator_id}": sentence for row in changed}
    if wrong:
        raise InvalidInput("“不涉及”的选择有误，未保存。请按提示修改。", wrong)
    return bool(changed)


def _demand_short(
    objective_actual: str, execution_reason: str, reasons: Mapping[int, Reason]
) -> None:
    texts = {"objective_actual": objective_actual, "execution_reason": execution_reason}
    for indicator_id, reason in reasons.items():
        texts[f"reason-{indicator_id}"] = reason.deviation_reason
        texts[f"action-{indicator_id}"] = reason.corrective_action
    too_long = {
        key: f"最多 {MAX_TEXT} 字，现有 {len(text)} 字，请精简。"
        for key, text in texts.items()
        if len(text) > MAX_TEXT
    }
    if too_long:
        raise InvalidInput("有内容太长，未保存。请按提示精简后再保存。", too_long)
