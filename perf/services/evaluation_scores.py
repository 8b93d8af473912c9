"""The year's values and scores out of the approved quarters: computed purely, stored whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from perf import clock
from perf.core.attainment import NOT_APPLICABLE, Flag
from perf.core.errors import Locked
from perf.core.execution import Execution
from perf.core.periods import QUARTERS, parse_period
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    IndicatorScore,
    PlanIndicator,
    PlanScore,
    needs_reason,
    score_plan,
)
from perf.core.terms import FundSource, Status
from perf.core.workflow import EDITABLE
from perf.core.years import YearValue, is_satisfaction, year_value
from perf.models import Period, Plan, Score, SelfEvaluation, Submission
from perf.queries.packs import pack_of
from perf.services.entries import stored_ratio
from perf.services.ledger import record_change

MAX_ORIGIN = 500
NO_FIGURE = "全年没有数据，填报人选择“不涉及”"


@dataclass(frozen=True, slots=True)
class Computed:
    """A self-evaluation as computed from the quarters: year values and scores, in form order."""

    years: tuple[YearValue, ...]
    score: PlanScore


def approved_quarters(session: Session, plan: Plan) -> list[Submission]:
    """The plan's approved quarters with figures and evidence, in the order of time."""
    return list(
        session.scalars(
            select(Submission)
            .join(Submission.period)
            .options(
                selectinload(Submission.actuals),
                selectinload(Submission.executions),
                selectinload(Submission.evidence),
                selectinload(Submission.period),
            )
            .where(Submission.plan_id == plan.id, Submission.status == Status.APPROVED)
            .order_by(Period.code)
        )
    )


def quarter_name(quarter: Submission) -> str:
    """What a quarter is called within its year (`三季度`)."""
    return parse_period(quarter.period.code).name


def compute(
    plan: Plan,
    quarters: Sequence[Submission],
    not_applicable: Collection[int] = (),
    *,
    pack: RulePack | None = None,
) -> Computed:
    """The plan's year values and scores out of its approved quarters; pure over what is loaded.

    `not_applicable` are the ids of the indicators chosen as 不涉及; a figure reported outweighs
    the choice. `pack` is another one than the plan's own, to see what it would give.
    The executed budget is the last quarter's year-to-date sum over the sources; None where a
    source is 未填报.
    """
    pack = pack or pack_of(plan)
    by_quarter = [
        (quarter_name(quarter), {row.indicator_id: row.actual for row in quarter.actuals})
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
            indicator.weight or Decimal(0),
            indicator.target,
            NOT_APPLICABLE if year.value is None and indicator.id in not_applicable else year.value,
            indicator.level1,
            is_satisfaction(indicator.level1, indicator.level2, indicator.name),
        )
        for indicator, year in zip(plan.indicators, years, strict=True)
    ]
    execution = None
    if pack.execution.weight:
        execution = Execution(adjusted_of(plan), executed_of(plan, quarters))
    return Computed(years, score_plan(rows, execution, pack))


def adjusted_of(plan: Plan) -> Decimal:
    """全年预算数 of all sources in 元."""
    return sum((line.adjusted for line in plan.budget_lines), Decimal(0))


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


def scored_weight(worked: IndicatorScore) -> Decimal:
    """The weight that counts: 0 where 不涉及, whose weight the other indicators carry.

    So the weights of a plan still add up to what they did before the choice.
    """
    return Decimal(0) if Flag.NOT_APPLICABLE in worked.flags else worked.weight


def demands_reason(worked: IndicatorScore) -> bool:
    """Whether this score needs a reason: as `needs_reason` says, and where 不涉及 was chosen."""
    return needs_reason(worked) or Flag.NOT_APPLICABLE in worked.flags


def rescore(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    quarters: Sequence[Submission] | None = None,
) -> bool:
    """Compute a self-evaluation under preparation anew and store the result; whether it differs.

    To be called where a quarter is approved again or the budget adjusted. Reasons and measures
    stay as typed; 不涉及 falls away where a figure was reported meanwhile. Does nothing while a
    quarter is open: the year is not whole then. Raises Locked for one that is submitted or signed.
    """
    if evaluation.status not in EDITABLE:
        raise Locked(f"自评{evaluation.status.label}，分数已冻结，不能重新计算。")
    plan, name = evaluation.plan, evaluation.plan.name
    if quarters is None:
        quarters = approved_quarters(session, plan)
    if len(quarters) < QUARTERS:
        return False
    scores = {row.indicator_id: row for row in evaluation.scores}
    chosen = [row.indicator_id for row in evaluation.scores if row.is_not_applicable]
    computed = compute(plan, quarters, chosen)
    is_changed = False
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
        row.is_not_applicable = Flag.NOT_APPLICABLE in result.flags
        row.weight = scored_weight(result)
        row.origin = NO_FIGURE if row.is_not_applicable else year.origin[:MAX_ORIGIN]
        ratio = result.attainment.ratio
        row.ratio = None if ratio is None else stored_ratio(ratio)
        row.is_met = result.attainment.met
        row.points = result.points
        row.needs_reason = demands_reason(result)
        entry = record_change(
            session, actor, "score_indicator", row, name=indicator.name, plan_id=plan.id
        )
        is_changed = is_changed or entry is not None
    total = computed.score
    evaluation.executed = executed_of(plan, quarters)
    evaluation.execution_points = total.execution_points
    evaluation.indicator_total = total.indicator_total
    evaluation.total = total.total
    evaluation.rating = total.rating
    evaluation.pack_id, evaluation.pack_version = plan.pack_id, plan.pack_version
    evaluation.is_demo = plan.is_demo or any(quarter.is_demo for quarter in quarters)
    entry = record_change(session, actor, "score_plan", evaluation, name=name)
    is_changed = is_changed or entry is not None
    if is_changed:
        evaluation.updated_at = clock.now()
    session.flush()
    return is_changed
