"""The figures behind forecasts: some plans' own, and those of the years before."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.checks import IndicatorKey, indicator_key
from perf.core.forecast import Known, YearPath
from perf.core.numbers import round_half_up
from perf.core.periods import MONTHS
from perf.core.permissions import Actor
from perf.core.targets import Target
from perf.core.terms import Status
from perf.core.workflow import HANDED_IN
from perf.models import Actual, BudgetExecution, Indicator, Period, Plan, Submission
from perf.models.plans import target_of
from perf.models.reports import value_of
from perf.queries.demanded import IS_YEAR
from perf.queries.last_year import earlier_plans
from perf.queries.pages import Page, page_of
from perf.queries.plans import adjusted_budgets
from perf.queries.visible import in_sight

# Older years say little of how a unit works now.
YEARS_BACK = 5
# Before half of the year is over a list of what will be missed would be guesswork.
FROM_MONTHS = 6


@dataclass(slots=True)
class PlanPaths:
    """A plan's figures up to the latest period handed in, which ends after `months` (0: none).

    `values` are its indicators' year-to-date figures by id, one for each period; `rates` the
    executed percentages of the adjusted budget, likewise. `history` has earlier years' paths by
    the indicator's key, `rates_before` the same years' executed percentages by year.
    """

    months: int = 0
    values: dict[int, list[Known]] = field(default_factory=dict)
    rates: list[Known] = field(default_factory=list)
    history: dict[IndicatorKey, list[YearPath]] = field(default_factory=dict)
    rates_before: dict[int, list[Known]] = field(default_factory=dict)


@dataclass(slots=True)
class _Reported:
    """What some plans reported: by plan and months over the figures by indicator, and the rate."""

    figures: dict[int, dict[int, dict[int, Result]]]
    rates: dict[int, dict[int, Decimal | None]]


def plans_reporting(
    session: Session, actor: Actor, year: int, *, unit_id: int | None = None, number: int = 1
) -> Page[Plan]:
    """One page of the year's plans that go on and have handed in half of the year or more.

    Units in order; with their indicators and quantities. Four queries.
    """
    handed_in = (
        select(Submission.id)
        .join(Submission.period)
        .where(
            Submission.plan_id == Plan.id,
            Submission.status.in_(HANDED_IN),
            Period.months >= FROM_MONTHS,
            ~IS_YEAR,
        )
        .exists()
    )
    query = (
        select(Plan)
        .options(
            joinedload(Plan.project),
            joinedload(Plan.unit),
            selectinload(Plan.indicators),
            selectinload(Plan.quantities),
        )
        .where(Plan.year == year, in_sight(actor, Plan.unit_id), Plan.ended_on.is_(None), handed_in)
        .order_by(Plan.unit_id, Plan.kind, Plan.id)
    )
    if unit_id is not None:
        query = query.where(Plan.unit_id == unit_id)
    return page_of(session, query, number)


def paths_of(
    session: Session, actor: Actor, plans: Sequence[Plan], *, with_money: bool = True
) -> dict[int, PlanPaths]:
    """The figures behind the forecasts of these plans, by plan, for any number of them.

    Seven queries at most, four without money (then no rates are given).

    This year's count once they are handed in, earlier years' once approved. An earlier year is
    the same project's (or department's) within the actor's sight, up to five years back; an
    indicator is recognised by class, second level, name and unit, and where two of one plan are
    called the same neither is.
    """
    if not plans:
        return {}
    earlier = earlier_plans(session, actor, plans, YEARS_BACK)
    before = {plan_id for years in earlier.values() for _, plan_id in years}
    reported = _reported(session, {plan.id for plan in plans}, before, with_money=with_money)
    indicators = _indicators_of(session, before)
    found = {}
    for plan in plans:
        now = reported.figures[plan.id]
        paths = found[plan.id] = PlanPaths(max(now, default=0))
        for row in plan.indicators:
            paths.values[row.id] = _in_order(now, row.id)
        paths.rates = _rates(now, reported.rates.get(plan.id, {}))
        for year, plan_id in earlier[plan.id]:
            figures = reported.figures.get(plan_id, {})
            if max(figures, default=0) < MONTHS:
                continue
            paths.rates_before[year] = _rates(figures, reported.rates.get(plan_id, {}))
            for key, indicator_id, target in indicators.get(plan_id, []):
                values = tuple(_in_order(figures, indicator_id))
                paths.history.setdefault(key, []).append(YearPath(year, target, values))
    return found


def _reported(session: Session, now: set[int], before: set[int], *, with_money: bool) -> _Reported:
    reported_at: dict[int, tuple[int, int]] = {}
    figures: dict[int, dict[int, dict[int, Result]]] = {plan_id: {} for plan_id in now}
    for submission_id, plan_id, status, months in session.execute(
        select(Submission.id, Submission.plan_id, Submission.status, Period.months)
        .join(Submission.period)
        .where(Submission.plan_id.in_(now | before), Submission.status.in_(HANDED_IN))
    ):
        if plan_id in now or status is Status.APPROVED:
            reported_at[submission_id] = plan_id, months
            figures.setdefault(plan_id, {})[months] = {}
    if not reported_at:
        return _Reported(figures, {})
    for submission_id, indicator_id, is_zero_over_zero, *columns in session.execute(
        select(
            Actual.submission_id,
            Actual.indicator_id,
            Actual.is_zero_over_zero,
            Actual.value,
            Actual.on,
            Actual.tier,
            Actual.rate,
            Actual.numerator,
            Actual.denominator,
            Actual.checked,
        ).where(Actual.submission_id.in_(reported_at))
    ):
        plan_id, months = reported_at[submission_id]
        value = NOT_APPLICABLE if is_zero_over_zero else value_of(*columns)
        figures[plan_id][months][indicator_id] = value
    return _Reported(figures, _executed_rates(session, reported_at) if with_money else {})


def _executed_rates(
    session: Session, reported_at: dict[int, tuple[int, int]]
) -> dict[int, dict[int, Decimal | None]]:
    """The executed percentage by plan and month; None where a source is 未填报, or no budget."""
    budgets = adjusted_budgets(session, sorted({plan_id for plan_id, _ in reported_at.values()}))
    rates: dict[int, dict[int, Decimal | None]] = defaultdict(dict)
    for submission_id, executed, known, sources in session.execute(
        select(
            BudgetExecution.submission_id,
            func.sum(BudgetExecution.executed),
            func.count(BudgetExecution.executed),
            func.count(),
        )
        .where(BudgetExecution.submission_id.in_(reported_at))
        .group_by(BudgetExecution.submission_id)
    ):
        plan_id, months = reported_at[submission_id]
        budget = budgets.get(plan_id)
        rates[plan_id][months] = (
            round_half_up(executed * 100, budget, 6)
            if executed is not None and known == sources and budget
            else None
        )
    return rates


def _indicators_of(
    session: Session, plan_ids: set[int]
) -> dict[int, list[tuple[IndicatorKey, int, Target]]]:
    """Of each plan its indicators that are called like no other of it: key, id and target."""
    rows: dict[int, list[tuple[IndicatorKey, int, Target]]] = defaultdict(list)
    if not plan_ids:
        return rows
    for plan_id, indicator_id, level1, level2, name, *columns in session.execute(
        select(
            Indicator.plan_id,
            Indicator.id,
            Indicator.level1,
            Indicator.level2,
            Indicator.name,
            Indicator.target_text,
            Indicator.comparator,
            Indicator.target_value,
            Indicator.target_upper,
            Indicator.target_on,
            Indicator.target_upper_on,
            Indicator.target_unit,
            Indicator.sense,
        ).where(Indicator.plan_id.in_(plan_ids))
    ):
        target = target_of(*columns)
        key = indicator_key(level1, level2, name, target.unit)
        rows[plan_id].append((key, indicator_id, target))
    return {plan_id: _unambiguous(found) for plan_id, found in rows.items()}


def _unambiguous(
    rows: list[tuple[IndicatorKey, int, Target]],
) -> list[tuple[IndicatorKey, int, Target]]:
    counts = Counter(key for key, _, _ in rows)
    return [row for row in rows if counts[row[0]] == 1]


def _in_order(figures: dict[int, dict[int, Result]], indicator_id: int) -> list[Known]:
    return [(months, figures[months].get(indicator_id)) for months in sorted(figures)]


def _rates(figures: dict[int, dict[int, Result]], rates: dict[int, Decimal | None]) -> list[Known]:
    return [(months, rates.get(months)) for months in sorted(figures)]
