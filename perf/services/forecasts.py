"""Forecasts of plans: each indicator's year, and that of the money; computed, stored nowhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from perf.core.attainment import Result
from perf.core.checks import IndicatorKey, indicator_key
from perf.core.forecast import Forecast, Known, YearPath, forecast
from perf.core.numbers import format_number
from perf.core.permissions import Actor
from perf.core.progress import Pace
from perf.core.targets import Target
from perf.core.terms import Comparator, Curve, Kind
from perf.models import Indicator, Plan
from perf.queries.forecast import PlanPaths, paths_of
from perf.queries.packs import pack_of
from perf.services.paces import months_before, pace_of

_EVENLY = Pace(Curve.EVEN)


@dataclass(frozen=True, slots=True)
class GoalForecast:
    """One indicator, what it last reported this year, and its forecast."""

    indicator: Indicator
    now: Result
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class MoneyForecast:
    """The executed percentage reported last, and its forecast beside the rate the pack wants."""

    target: Target
    now: Result
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class PlanForecast:
    """A plan as it stands after `months` of its year: its goals, and apart from them its money."""

    plan: Plan
    months: int
    goals: list[GoalForecast]
    money: MoneyForecast

    @property
    def unknown(self) -> int:
        """How many indicators nothing can be said of."""
        return sum(one.forecast.chance is None for one in self.goals)


def forecasts_of(session: Session, actor: Actor, plans: Sequence[Plan]) -> list[PlanForecast]:
    """The forecasts of these plans, out of what they and their earlier years handed in."""
    paths = paths_of(session, actor, plans)
    return [
        PlanForecast(
            plan,
            paths[plan.id].months,
            _goals(plan, paths[plan.id]),
            _money(plan, paths[plan.id]),
        )
        for plan in plans
    ]


def goals_of(
    session: Session, actor: Actor, plans: Sequence[Plan]
) -> dict[int, tuple[int, list[GoalForecast]]]:
    """By plan up to which month it has handed in, and the forecasts of its indicators alone."""
    paths = paths_of(session, actor, plans, with_money=False)
    return {plan.id: (paths[plan.id].months, _goals(plan, paths[plan.id])) for plan in plans}


def _goals(plan: Plan, paths: PlanPaths) -> list[GoalForecast]:
    """Where an indicator is called like another one of its plan, earlier years are not used."""
    keys = [_key_of(row) for row in plan.indicators]
    counts = Counter(keys)
    goals = []
    for row, key in zip(plan.indicators, keys, strict=True):
        values = paths.values[row.id]
        history = paths.history.get(key, []) if counts[key] == 1 else []
        found = forecast(row.kind, row.target, pace_of(row), values, history)
        goals.append(GoalForecast(row, _last(values), found))
    return goals


def _key_of(row: Indicator) -> IndicatorKey:
    return indicator_key(row.level1, row.level2, row.name, row.target_unit)


def _money(plan: Plan, paths: PlanPaths) -> MoneyForecast:
    wanted = pack_of(plan).execution.reason_below * 100
    target = Target(f"≥{format_number(wanted)}%", Comparator.GE, wanted, unit="%")
    history = [YearPath(year, target, tuple(rates)) for year, rates in paths.rates_before.items()]
    pace = replace(_EVENLY, gone=months_before(plan))
    found = forecast(Kind.CUMULATIVE, target, pace, paths.rates, history)
    return MoneyForecast(target, _last(paths.rates), found)


def _last(values: Sequence[Known]) -> Result:
    return next((one for _, one in reversed(values) if one is not None), None)
