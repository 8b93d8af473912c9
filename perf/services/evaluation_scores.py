"""The year's values and scores out of the approved quarters: computed purely, stored whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from perf import clock
from perf.core.actuals import Checked
from perf.core.attainment import NOT_APPLICABLE, Flag, NotApplicable
from perf.core.errors import Locked
from perf.core.execution import Execution
from perf.core.periods import parse_period
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
from perf.models import Actual, Indicator, Period, Plan, Score, SelfEvaluation, Submission
from perf.queries.demanded import periods_lacking
from perf.queries.packs import pack_of
from perf.queries.plain_rows import (
    EvaluationRows,
    FigureRow,
    IndicatorRow,
    PlanRows,
    QuarterRows,
    ScoreRow,
)
from perf.services.computed import records_of_year
from perf.services.entries import stored_ratio
from perf.services.ledger import Changes, changes_of, record_change

# What is scored may be the models' objects or, where there are many, plain rows in their stead.
Quarters = Sequence[Submission] | Sequence[QuarterRows]
Evaluation = SelfEvaluation | EvaluationRows

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


def quarter_name(quarter: Submission | QuarterRows) -> str:
    """What a quarter or month is called within its year (`三季度`, `1—7月`)."""
    return _name_of(quarter.period.code)


@cache
def _name_of(code: str) -> str:
    return parse_period(code).name


def compute(
    plan: Plan | PlanRows,
    quarters: Quarters,
    not_applicable: Collection[int] = (),
    decided: Mapping[int, Decimal] | None = None,
    records: Mapping[int, YearValue] | None = None,
    *,
    pack: RulePack | None = None,
) -> Computed:
    """The plan's year values and scores out of its approved quarters; pure over what is loaded.

    `not_applicable` are the ids of the indicators chosen as 不涉及; a figure reported outweighs
    the choice. `decided` are a reviewer's points, `records` the year values that come from the
    system's own records instead of the quarters, both by indicator. `pack` is another one than
    the plan's own, to see what it would give; plain rows do not know their own.
    The executed budget is the last quarter's year-to-date sum over the sources; None where a
    source is 未填报.
    """
    pack = pack or pack_of(cast("Plan", plan))
    indicators: Sequence[Indicator | IndicatorRow] = plan.indicators
    by_quarter = [
        (quarter_name(quarter), {row.indicator_id: row for row in quarter.actuals})
        for quarter in quarters
    ]
    records, decided = records or {}, decided or {}
    years = tuple(
        records.get(indicator.id)
        or _year_of(indicator, [(name, rows.get(indicator.id)) for name, rows in by_quarter])
        for indicator in indicators
    )
    rows = [
        PlanIndicator(
            indicator.weight or Decimal(0),
            indicator.target,
            NOT_APPLICABLE if year.value is None and indicator.id in not_applicable else year.value,
            indicator.level1,
            is_satisfaction(indicator.level1, indicator.level2, indicator.name),
            indicator.initial,
            decided.get(indicator.id),
        )
        for indicator, year in zip(indicators, years, strict=True)
    ]
    execution = None
    if pack.execution.weight:
        execution = Execution(adjusted_of(plan), executed_of(plan, quarters))
    return Computed(years, score_plan(rows, execution, pack))


def _year_of(
    indicator: Indicator | IndicatorRow, rows: Sequence[tuple[str, Actual | FigureRow | None]]
) -> YearValue:
    """The year's value; what was not typed says how its last figure came about."""
    results = [(name, row.result if row else None) for name, row in rows]
    year = year_value(indicator.kind, results, indicator.target)
    basis = next((row.basis for _, row in reversed(rows) if row and row.result is not None), "")
    return replace(year, origin=f"{year.origin}：{basis}") if basis else year


def adjusted_of(plan: Plan | PlanRows) -> Decimal:
    """全年预算数 of all sources in 元."""
    return sum((line.adjusted for line in plan.budget_lines), Decimal(0))


def executed_of(plan: Plan | PlanRows, quarters: Quarters) -> Decimal | None:
    """元 executed in the year: the last quarter's sum, None while a source is 未填报."""
    amounts = executed_by_source(quarters)
    total = Decimal(0)
    for line in plan.budget_lines:
        amount = amounts.get(line.source)
        if amount is None:
            return None
        total += amount
    return total


def executed_by_source(quarters: Quarters) -> dict[FundSource, Decimal | None]:
    """元 executed in the year by source, as the last quarter reports it."""
    return {row.source: row.executed for row in quarters[-1].executions} if quarters else {}


def scored_weight(worked: IndicatorScore) -> Decimal:
    """The weight that counts: 0 where 不涉及, whose weight the other indicators carry.

    So the weights of a plan still add up to what they did before the choice.
    """
    return Decimal(0) if Flag.NOT_APPLICABLE in worked.attainment.flags else worked.weight


def demands_reason(worked: IndicatorScore, *, is_chosen: bool) -> bool:
    """Whether this score needs a reason: as `needs_reason` says, and where 不涉及 was chosen.

    Points of a list that are all 不涉及 are such a choice too; 0 over 0 speaks for itself.
    """
    return (
        needs_reason(worked)
        or is_chosen
        or (isinstance(worked.actual, Checked) and (Flag.NOT_APPLICABLE in worked.attainment.flags))
    )


def standing_decisions(evaluation: Evaluation) -> dict[int, Decimal]:
    """A reviewer's points by indicator."""
    return {
        row.indicator_id: row.decided_points
        for row in evaluation.scores
        if row.decided_points is not None
    }


def _moved(evaluation: Evaluation, computed: Computed) -> set[int]:
    """The indicators whose computed points are not those stored."""
    points = {row.indicator_id: row.points for row in evaluation.scores}
    indicators: Sequence[Indicator | IndicatorRow] = evaluation.plan.indicators
    return {
        indicator.id
        for indicator, result in zip(indicators, computed.score.rows, strict=True)
        if points.get(indicator.id) != result.points
    }


def _store(
    row: Score | ScoreRow, year: YearValue, result: IndicatorScore, *, is_moved: bool
) -> None:
    """Put a computed score into its row; a decision on other points than these falls away."""
    is_chosen = row.is_not_applicable and year.value is None
    row.is_not_applicable = Flag.NOT_APPLICABLE in result.attainment.flags
    row.actual = (
        None if isinstance(year.value, NotApplicable) or row.is_not_applicable else year.value
    )
    row.weight = scored_weight(result)
    row.origin = NO_FIGURE if is_chosen else year.origin[:MAX_ORIGIN]
    ratio = result.attainment.ratio
    row.ratio = None if ratio is None else stored_ratio(ratio)
    row.is_met = result.attainment.met
    if is_moved:
        row.decided_points = row.decided_by_id = row.decided_at = None
        row.decided_reason = ""
    row.points = result.points
    row.initial_points = result.initial_points
    row.needs_reason = demands_reason(result, is_chosen=is_chosen)


def store_totals(evaluation: Evaluation, score: PlanScore) -> None:
    """Put the totals and the rating of its scores into a self-evaluation."""
    evaluation.execution_points = score.execution_points
    evaluation.indicator_total = score.indicator_total
    evaluation.total = score.total
    evaluation.rating = score.rating


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
    if periods_lacking(session, plan, quarters):
        return False
    scores = {row.indicator_id: row for row in evaluation.scores}
    new = [
        Score(unit_id=plan.unit_id, self_evaluation_id=evaluation.id, indicator_id=indicator.id)
        for indicator in plan.indicators
        if indicator.id not in scores
    ]
    scores |= {row.indicator_id: row for row in new}
    score_anew(evaluation, scores, quarters, pack_of(plan), records_of_year(session, plan))
    evaluation.scores.extend(new)
    # All that changed is noted before the first of it is flushed, which forgets its history.
    told: list[tuple[str, Score | SelfEvaluation, str, Changes]] = [
        ("score_indicator", row, indicator.name, changes_of(row))
        for indicator, row in ((one, scores[one.id]) for one in plan.indicators)
    ]
    told.append(("score_plan", evaluation, name, changes_of(evaluation)))
    is_changed = any(changes for *_, changes in told)
    if is_changed:
        evaluation.updated_at = clock.now()
    for action, row, called, changes in told:
        record_change(session, actor, action, row, changes=changes, name=called, plan_id=plan.id)
    session.flush()
    return is_changed


def score_anew(
    evaluation: Evaluation,
    scores: Mapping[int, Score] | Mapping[int, ScoreRow],
    quarters: Quarters,
    pack: RulePack,
    records: Mapping[int, YearValue],
) -> None:
    """Put what is computed into a self-evaluation and its scores' rows, one for each indicator.

    Pure over what is loaded. Raises what `score_plan` raises, with nothing changed.
    """
    plan = evaluation.plan
    chosen = [row.indicator_id for row in evaluation.scores if row.is_not_applicable]
    decided = standing_decisions(evaluation)
    computed = compute(plan, quarters, chosen, decided, records, pack=pack)
    moved = _moved(evaluation, computed).intersection(decided) if decided else set()
    if moved:
        # A decision was made on the points as they were: on other ones it is to be made anew.
        decided = {key: value for key, value in decided.items() if key not in moved}
        computed = compute(plan, quarters, chosen, decided, records, pack=pack)
    indicators: Sequence[Indicator | IndicatorRow] = plan.indicators
    for indicator, year, result in zip(
        indicators, computed.years, computed.score.rows, strict=True
    ):
        _store(scores[indicator.id], year, result, is_moved=indicator.id in moved)
    evaluation.executed = executed_of(plan, quarters)
    store_totals(evaluation, computed.score)
    evaluation.pack_id, evaluation.pack_version = plan.pack_id, plan.pack_version
    evaluation.is_demo = plan.is_demo or any(quarter.is_demo for quarter in quarters)
