"""The year's self-evaluation: built out of the quarters, completed, reviewed and signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.execution import Execution
from perf.core.periods import FULL_YEAR, parse_period
from perf.core.permissions import Actor, Permission
from perf.core.rules import load_pack
from perf.core.scoring import PlanIndicator, PlanScore, needs_reason, score_plan
from perf.core.terms import Action, FundSource, Status
from perf.core.workflow import EDITABLE
from perf.core.years import YearValue, year_value
from perf.models import Period, Plan, Score, SelfEvaluation, Submission
from perf.services.entries import stored_ratio
from perf.services.evaluation_content import content_of_self_evaluation
from perf.services.ledger import record_change
from perf.services.snapshots import Content
from perf.services.steps import MAX_TEXT, check_version, take_step

QUARTERS = FULL_YEAR - 1


@dataclass(frozen=True, slots=True)
class Computed:
    """A self-evaluation as computed from the quarters: year values and scores, in form order."""

    years: tuple[YearValue, ...]
    score: PlanScore


def approved_quarters(session: Session, plan: Plan) -> list[Submission]:
    """The plan's approved quarters with their figures, in the order of time."""
    return list(
        session.scalars(
            select(Submission)
            .join(Submission.period)
            .options(
                selectinload(Submission.actuals),
                selectinload(Submission.executions),
                selectinload(Submission.period),
            )
            .where(Submission.plan_id == plan.id, Submission.status == Status.APPROVED)
            .order_by(Period.code)
        )
    )


def compute(plan: Plan, quarters: Sequence[Submission]) -> Computed:
    """The plan's year values and scores out of its approved quarters; pure over what is loaded.

    The executed budget is the last quarter's year-to-date sum over the sources; None where a
    source is 未填报.
    """
    pack = load_pack(plan.pack_id)
    by_quarter = [
        (
            parse_period(quarter.period.code).name,
            {row.indicator_id: row.actual for row in quarter.actuals},
        )
        for quarter in quarters
    ]
    years = tuple(
        year_value(
            indicator.kind,
            [(name, actuals.get(indicator.id)) for name, actuals in by_quarter],
            indicator.target,
        )
        for indicator in plan.indicators
    )
    rows = [
        PlanIndicator(
            indicator.weight or Decimal(0), indicator.target, year.value, indicator.level1
        )
        for indicator, year in zip(plan.indicators, years, strict=True)
    ]
    execution = None
    if pack.execution.weight:
        adjusted = sum((line.adjusted for line in plan.budget_lines), Decimal(0))
        execution = Execution(adjusted, executed_of(plan, quarters))
    return Computed(years, score_plan(rows, execution, pack))


def executed_of(plan: Plan, quarters: Sequence[Submission]) -> Decimal | None:
    """元 executed in the year: the last quarter's sum, None while a source is 未填报."""
    amounts = executed_by_source(quarters)
    total = Decimal(0)
    for line in plan.budget_lines:
        amount = amounts.get(line.source)
        if amount is None:
            return None
        total += amount
    return total


def executed_by_source(quarters: Sequence[Submission]) -> dict[FundSource, Decimal | None]:
    """元 executed in the year by source, as the last quarter reports it."""
    return {row.source: row.executed for row in quarters[-1].executions} if quarters else {}


def begin_self_evaluation(session: Session, actor: Actor, plan: Plan) -> SelfEvaluation:
    """The plan's self-evaluation, built where there is none yet.

    Raises Conflict while a quarter is not approved: its figures could still change.
    """
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    existing = session.scalar(select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id))
    if existing is not None:
        return existing
    quarters = approved_quarters(session, plan)
    if plan.status is not Status.APPROVED or len(quarters) < QUARTERS:
        raise Conflict(
            f"四个季度的填报全部审核通过后才能自评，现已通过 {len(quarters)} 个。请先完成其余季度。"
        )
    evaluation = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.DRAFT,
        pack_id=plan.pack_id,
        pack_version=plan.pack_version,
        updated_at=clock.now(),
        is_demo=any(quarter.is_demo for quarter in quarters),
    )
    evaluation.plan = plan
    session.add(evaluation)
    record_change(session, actor, "begin_self_evaluation", evaluation, name=plan.name)
    rescore(session, actor, evaluation, quarters)
    return evaluation


def rescore(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    quarters: Sequence[Submission] | None = None,
) -> None:
    """Compute a self-evaluation under preparation anew from the quarters and store the result.

    Reasons and measures stay as typed. Raises Locked for one that is submitted or signed.
    """
    if evaluation.status not in EDITABLE:
        raise Locked(f"自评{evaluation.status.label}，分数已冻结，不能重新计算。")
    plan = evaluation.plan
    if quarters is None:
        quarters = approved_quarters(session, plan)
    computed = compute(plan, quarters)
    scores = {row.indicator_id: row for row in evaluation.scores}
    for indicator, year, result in zip(
        plan.indicators, computed.years, computed.score.rows, strict=True
    ):
        row = scores.get(indicator.id)
        if row is None:
            row = Score(
                unit_id=evaluation.unit_id,
                self_evaluation_id=evaluation.id,
                indicator_id=indicator.id,
            )
            evaluation.scores.append(row)
        row.actual = year.value
        row.origin = year.origin[:500]
        ratio = result.attainment.ratio
        row.ratio = None if ratio is None else stored_ratio(ratio)
        row.is_met = result.attainment.met
        row.points = result.points
        row.needs_reason = needs_reason(result)
        record_change(session, actor, "score_indicator", row, name=indicator.name, plan_id=plan.id)
    total = computed.score
    evaluation.executed = executed_of(plan, quarters)
    evaluation.execution_points = total.execution_points
    evaluation.indicator_total = total.indicator_total
    evaluation.total = total.total
    evaluation.rating = total.rating
    evaluation.pack_id, evaluation.pack_version = plan.pack_id, plan.pack_version
    if record_change(session, actor, "score_plan", evaluation, name=plan.name):
        evaluation.updated_at = clock.now()
    session.flush()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is, and what will be done about it, as typed."""

    deviation_reason: str = ""
    corrective_action: str = ""


def save_self_evaluation(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    *,
    version: int,
    objective_actual: str,
    execution_reason: str,
    reasons: Mapping[int, Reason],
) -> None:
    """Keep what the recorder wrote; `reasons` is by indicator.

    Raises Stale, Locked, or InvalidInput whose fields name each text that is too long.
    """
    actor.demand(Permission.RECORD)
    check_version(evaluation, version)
    if evaluation.status not in EDITABLE:
        raise Locked(f"自评{evaluation.status.label}，不能修改。需要更正时请先撤回或由审核人退回。")
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
    evaluation.objective_actual = _clean(objective_actual)
    evaluation.execution_reason = _clean(execution_reason)
    is_changed = False
    names = {row.id: row.name for row in evaluation.plan.indicators}
    for row in evaluation.scores:
        if row.indicator_id not in reasons:
            continue
        reason = reasons[row.indicator_id]
        row.deviation_reason = _clean(reason.deviation_reason)
        row.corrective_action = _clean(reason.corrective_action)
        entry = record_change(
            session,
            actor,
            "explain_score",
            row,
            name=names[row.indicator_id],
            plan_id=evaluation.plan_id,
        )
        is_changed = is_changed or entry is not None
    entry = record_change(
        session, actor, "save_self_evaluation", evaluation, name=evaluation.plan.name
    )
    if is_changed or entry is not None:
        evaluation.updated_at = clock.now()
        session.flush()


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
    is missing; its fields name each.
    """
    if action is Action.SUBMIT:
        check_version(evaluation, version)
        quarters = approved_quarters(session, evaluation.plan)
        if len(quarters) < QUARTERS:
            raise Conflict("有季度被重新打开，尚未重新审核通过。请先完成该季度的填报和审核。")
        rescore(session, actor, evaluation, quarters)
        version = evaluation.version
        missing = missing_of(evaluation)
        if missing:
            raise InvalidInput("自评还没有填完，未提交。请按提示补充。", missing)
    take_step(
        session,
        actor,
        evaluation,
        action,
        version=version,
        content=content_of(session, evaluation),
        name=evaluation.plan.name,
        reason=reason,
        remarks=remarks,
    )


def content_of(session: Session, evaluation: SelfEvaluation) -> Content:
    """What the self-evaluation says now, with the executed amounts of its quarters."""
    quarters = approved_quarters(session, evaluation.plan)
    return content_of_self_evaluation(evaluation, executed_by_source(quarters))


def missing_of(evaluation: SelfEvaluation) -> dict[str, str]:
    """What is still missing before the self-evaluation can be submitted: {field: sentence}."""
    missing: dict[str, str] = {}
    if not evaluation.objective_actual.strip():
        missing["objective_actual"] = "请填写年度总体目标的实际完成情况。"
    names = {row.id: row.name for row in evaluation.plan.indicators}
    for row in sorted(evaluation.scores, key=lambda one: list(names).index(one.indicator_id)):
        if row.points is None:
            missing[f"reason-{row.indicator_id}"] = (
                f"{names[row.indicator_id]}：全年没有填报数据。请由审核人重新打开季度后补填。"
            )
        elif row.needs_reason and not row.deviation_reason.strip():
            missing[f"reason-{row.indicator_id}"] = (
                f"{names[row.indicator_id]}：得分低于分值或超额完成较多，请说明偏差原因。"
            )
    pack = load_pack(evaluation.pack_id)
    if pack.execution.weight:
        adjusted = sum((line.adjusted for line in evaluation.plan.budget_lines), Decimal(0))
        if evaluation.executed is None:
            missing["execution_reason"] = "全年执行数未填报。请由审核人重新打开四季度后补填。"
        elif (
            evaluation.executed < adjusted * pack.execution.reason_below
            and not evaluation.execution_reason.strip()
        ):
            missing["execution_reason"] = "预算执行率偏低，请说明原因。"
    return missing


def _clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
