"""What the same project (or department) came to in the years before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from perf.core.attainment import NOT_APPLICABLE, Attainment, Flag, Result, attainment
from perf.core.checks import IndicatorKey, indicator_key
from perf.core.errors import InvalidInput
from perf.core.periods import parse_period
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.suggestions import Mark, Reached
from perf.core.terms import FundSource, Status
from perf.core.years import is_satisfaction, year_value
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    Indicator,
    Period,
    Plan,
    Project,
    Score,
    SelfEvaluation,
    Submission,
)
from perf.queries.packs import find_pack
from perf.queries.visible import in_sight

# Two years show which way a figure goes; more would bury the target that they stand beside.
YEARS_SHOWN = 2
# Of one plan, by the months of the year that are over: the period's name and its figures.
_Periods = dict[int, tuple[str, dict[int, Result]]]


@dataclass(frozen=True, slots=True)
class YearResult:
    """What one indicator came to in an earlier year; `points` of `weight` once that was signed."""

    reached: Reached
    judged: Attainment | None
    points: Decimal | None = None
    weight: Decimal | None = None

    @property
    def is_signed(self) -> bool:
        """Whether the figure is that of a signed self-evaluation."""
        return self.weight is not None

    @property
    def marks(self) -> list[Mark]:
        """What is to be known of that year before the target is set again."""
        judged, reached = self.judged, self.reached
        has_failed = reached.is_whole and (
            (judged is not None and judged.met is False) or self.points == 0
        )
        found = {
            Mark.MISSED: has_failed,
            Mark.NOT_APPLICABLE: reached.value is NOT_APPLICABLE,
            Mark.OVER: judged is not None and Flag.OVER_ACHIEVED in judged.flags,
            Mark.LOWERED: reached.asked is not None,
        }
        return [mark for mark, holds in found.items() if holds]


@dataclass(frozen=True, slots=True)
class MoneyBefore:
    """Last year's 全年预算数 by source in 元, and what of it was executed; None: 未填报."""

    plan_id: int
    adjusted: Mapping[FundSource, Decimal]
    executed: Mapping[FundSource, Decimal | None]
    until: str


def earlier_plans(
    session: Session, actor: Actor, plans: Sequence[Plan], years_back: int
) -> dict[int, list[tuple[int, int]]]:
    """Of each plan the (year, id) of the same project's or department's earlier plans, in order.

    Within the actor's sight; one query. A project is the same by its identity, else by a name
    that only one project of the unit has in that year.
    """
    years = [plan.year for plan in plans]
    named: dict[int, str | None] = {}
    by_project: dict[tuple[int, int, int | None], int] = {}
    by_name: dict[tuple[int, int, str | None], list[int]] = defaultdict(list)
    for unit_id, year, plan_id, project_id, name in session.execute(
        select(Plan.unit_id, Plan.year, Plan.id, Plan.project_id, Project.name)
        .outerjoin(Project, Project.id == Plan.project_id)
        .where(
            in_sight(actor, Plan.unit_id),
            Plan.unit_id.in_({plan.unit_id for plan in plans}),
            Plan.year.between(min(years) - years_back, max(years)),
        )
    ):
        named[plan_id] = name
        by_project[unit_id, year, project_id] = plan_id
        by_name[unit_id, year, name].append(plan_id)

    def found(plan: Plan, year: int) -> int | None:
        own = by_project.get((plan.unit_id, year, plan.project_id))
        same = by_name.get((plan.unit_id, year, named.get(plan.id)), [])
        return own if own is not None or len(same) != 1 else same[0]

    return {
        plan.id: [
            (year, earlier)
            for year in range(plan.year - years_back, plan.year)
            if (earlier := found(plan, year)) is not None
        ]
        for plan in plans
    }


def by_key(indicators: Sequence[Indicator]) -> dict[IndicatorKey, Indicator]:
    """The indicators by what makes them the same in two years; none of two with one key."""
    found = [
        (indicator_key(one.level1, one.level2, one.name, one.target_unit), one)
        for one in indicators
    ]
    counts = Counter(key for key, _ in found)
    return {key: one for key, one in found if counts[key] == 1}


def results_before(
    session: Session, actor: Actor, plan: Plan
) -> dict[IndicatorKey, list[YearResult]]:
    """What the plan's indicators came to in up to two years before, the last year first.

    A signed year gives its scores; one that is not signed yet what its approved periods come to
    so far. Six queries, however many indicators there are.
    """
    ids = [one for _, one in earlier_plans(session, actor, [plan], YEARS_SHOWN)[plan.id]]
    if not ids:
        return {}
    plans = session.scalars(
        select(Plan)
        .options(selectinload(Plan.indicators))
        .where(Plan.id.in_(ids))
        .order_by(Plan.year.desc())
    ).all()
    signed = _signed(session, ids)
    periods = _approved_periods(session, set(ids) - set(signed))
    found: dict[IndicatorKey, list[YearResult]] = defaultdict(list)
    for one in plans:
        for key, row in by_key(one.indicators).items():
            if one.id in signed:
                pack, scores = signed[one.id]
                found[key].append(_of_score(one.year, row, scores.get(row.id), pack))
            else:
                pack = find_pack(session, one.pack_id, one.pack_version)
                found[key].append(_so_far(one.year, row, periods.get(one.id, {}), pack))
    return found


def last_year_actuals(session: Session, actor: Actor, plan: Plan) -> dict[IndicatorKey, Decimal]:
    """The figures that the plan's project (or department) reached the year before.

    They are those of the approved self-evaluation within the actor's sight, each in its
    indicator's unit; of two indicators that are called the same neither is given. Two queries.
    """
    return actuals_of_last_year(session, actor, [plan])[plan.id]


def actuals_of_last_year(
    session: Session, actor: Actor, plans: Sequence[Plan]
) -> dict[int, dict[IndicatorKey, Decimal]]:
    """The same of several plans, by plan; two queries however many there are."""
    before = earlier_plans(session, actor, plans, 1)
    ids = {one for years in before.values() for _, one in years}
    rows = session.execute(
        select(
            SelfEvaluation.plan_id,
            Indicator.level1,
            Indicator.level2,
            Indicator.name,
            Indicator.target_unit,
            Score.value,
        )
        .join(Score, Score.indicator_id == Indicator.id)
        .join(SelfEvaluation, SelfEvaluation.id == Score.self_evaluation_id)
        .where(
            SelfEvaluation.plan_id.in_(ids),
            SelfEvaluation.status == Status.APPROVED,
            Score.value.is_not(None),
        )
    )
    found: dict[int, list[tuple[IndicatorKey, Decimal | None]]] = defaultdict(list)
    for plan_id, level1, level2, name, unit, value in rows:
        found[plan_id].append((indicator_key(level1, level2, name, unit), value))
    return {plan.id: _told_apart(found, before[plan.id]) for plan in plans}


def _told_apart(
    found: Mapping[int, list[tuple[IndicatorKey, Decimal | None]]],
    years: Sequence[tuple[int, int]],
) -> dict[IndicatorKey, Decimal]:
    """The figures of the year before by their keys, without those of one name twice."""
    pairs = [pair for _, plan_id in years for pair in found.get(plan_id, [])]
    counts = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if counts[key] == 1 and value is not None}


def money_before(session: Session, actor: Actor, plan: Plan) -> MoneyBefore | None:
    """Last year's money by source; None where there was no plan. Five queries."""
    ids = [one for _, one in earlier_plans(session, actor, [plan], 1)[plan.id]]
    if not ids:
        return None
    lines = session.scalars(
        select(BudgetLine)
        .options(selectinload(BudgetLine.adjustments))
        .where(BudgetLine.plan_id.in_(ids))
        .order_by(BudgetLine.id)
    ).all()
    latest = session.execute(
        select(Submission.id, Period.code)
        .join(Submission.period)
        .where(Submission.plan_id.in_(ids), Submission.status == Status.APPROVED)
        .order_by(Period.months.desc())
        .limit(1)
    ).first()
    executed: dict[FundSource, Decimal | None] = {}
    if latest is not None:
        spent = select(BudgetExecution).where(BudgetExecution.submission_id == latest[0])
        executed = {row.source: row.executed for row in session.scalars(spent)}
    return MoneyBefore(
        ids[0],
        {line.source: line.adjusted for line in lines},
        executed,
        parse_period(latest[1]).name if latest is not None else "",
    )


def _signed(session: Session, ids: Sequence[int]) -> dict[int, tuple[RulePack, dict[int, Score]]]:
    """The scores by plan and indicator of those plans whose self-evaluation is signed."""
    found: dict[int, tuple[RulePack, dict[int, Score]]] = {}
    for score, plan_id, pack_id, version in session.execute(
        select(Score, SelfEvaluation.plan_id, SelfEvaluation.pack_id, SelfEvaluation.pack_version)
        .join(SelfEvaluation, SelfEvaluation.id == Score.self_evaluation_id)
        .where(SelfEvaluation.plan_id.in_(ids), SelfEvaluation.status == Status.APPROVED)
    ):
        if plan_id not in found:
            found[plan_id] = find_pack(session, pack_id, version), {}
        found[plan_id][1][score.indicator_id] = score
    return found


def _approved_periods(session: Session, ids: Collection[int]) -> dict[int, _Periods]:
    """The approved periods of these plans by the months over at their end: name and figures."""
    found: dict[int, _Periods] = defaultdict(dict)
    for row, plan_id, months, code in session.execute(
        select(Actual, Submission.plan_id, Period.months, Period.code)
        .join(Submission, Submission.id == Actual.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .where(Submission.plan_id.in_(ids), Submission.status == Status.APPROVED)
    ):
        figures = found[plan_id].setdefault(months, (parse_period(code).name, {}))[1]
        figures[row.indicator_id] = row.result
    return found


def _of_score(year: int, row: Indicator, score: Score | None, pack: RulePack) -> YearResult:
    reached = _reached(year, row, score.result if score else None)
    judged = _judged(reached, pack)
    return YearResult(
        reached, judged, score.final if score else None, score.weight if score else None
    )


def _so_far(year: int, row: Indicator, periods: _Periods, pack: RulePack) -> YearResult:
    """What the approved periods of a year that is not signed yet come to."""
    months = max(periods, default=0)
    in_order = [periods[at] for at in sorted(periods)]
    values = [(name, figures.get(row.id)) for name, figures in in_order]
    value = year_value(row.kind, values, row.target).value
    until = in_order[-1][0] if in_order else ""
    reached = replace(_reached(year, row, value), months=months, until=until)
    return YearResult(reached, _judged(reached, pack))


def _reached(year: int, row: Indicator, value: Result) -> Reached:
    asked = row.third_quarter if row.is_lowered_late else None
    return Reached(year, row.level1, row.level2, row.name, row.kind, row.target, value, asked=asked)


def _judged(reached: Reached, pack: RulePack) -> Attainment | None:
    """The attainment; None where the target has no figure that the actual could be held against."""
    is_asking = is_satisfaction(reached.level1, reached.level2, reached.name)
    try:
        return attainment(reached.target, reached.value, pack, is_satisfaction=is_asking)
    except InvalidInput:
        return None
