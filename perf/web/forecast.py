"""Forecasts as pages show them, and the list of what will rather be missed (预计完不成)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.actuals import format_actual
from perf.core.attainment import NotApplicable, Result
from perf.core.forecast import Forecast
from perf.core.forecast.words import month_end
from perf.core.numbers import round_half_up
from perf.core.permissions import Actor, Permission
from perf.core.targets import Target
from perf.core.workflow import HANDED_IN
from perf.extensions import db
from perf.models import Plan, Unit
from perf.queries import organisation
from perf.queries.forecast import plans_reporting
from perf.queries.plans import Quarter
from perf.services.forecasts import GoalForecast, PlanForecast, forecasts_of, goals_of
from perf.web.listing import number_argument, page_number, page_url
from perf.web.presentation import percent
from perf.web.security import current_actor, requires
from perf.web.units import year_asked_for

blueprint = Blueprint("forecast", __name__)
MONEY = "预算执行率"


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """One forecast in words: what was reported last, and what is expected between what bounds."""

    plan: Plan
    name: str
    url: str
    target: str
    now: str
    expected: str
    between: str
    forecast: Forecast


@blueprint.get("/forecasts")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """What will rather be missed this year, goals and money apart."""
    session, actor = db.session(), current_actor()
    year, unit = year_asked_for(clock.today()), _unit_asked_for(session, actor)
    page, found = None, []
    if year is not None:
        unit_id = unit.id if unit else None
        page = plans_reporting(session, actor, year.id, unit_id=unit_id, number=page_number())
        found = forecasts_of(session, actor, page.rows)
    return render_template(
        "forecast/index.html",
        year=year,
        years=organisation.years(session),
        unit=unit,
        page=page,
        goals=_worst_first(row for one in found for row in goal_rows(one)),
        money=_worst_first(money_row(one) for one in found),
        unknown=sum(one.unknown for one in found),
        shows_units=unit is None and actor.may(Permission.READ_ALL_UNITS),
        page_url=page_url(),
    )


@dataclass(frozen=True, slots=True)
class PlanOutlook:
    """A plan's forecast as its page shows it: every indicator, and the money last."""

    forecast: PlanForecast
    rows: list[ForecastRow]

    @property
    def summary(self) -> str:
        """What there is to worry about, in one line."""
        missing = sum(one.forecast.will_miss for one in self.forecast.goals)
        said = [f"{missing} 项指标预计完不成" if missing else "没有预计完不成的指标"]
        if self.forecast.money.forecast.will_miss:
            said.append("预算执行率预计偏低")
        if self.forecast.unknown:
            said.append(f"{self.forecast.unknown} 项暂不能预测")
        return "，".join(said)


def plan_outlook(
    session: Session, actor: Actor, plan: Plan, quarters: Sequence[Quarter]
) -> PlanOutlook | None:
    """The forecast of one plan for its own page; None before a period is handed in."""
    if not any(one.status in HANDED_IN for one in quarters):
        return None
    (found,) = forecasts_of(session, actor, [plan])
    return PlanOutlook(found, [*goal_rows(found), money_row(found)])


@dataclass(frozen=True, slots=True)
class LikelyMiss:
    """An indicator that will rather be missed, in texts that outlive the session."""

    name: str
    plan_name: str
    url: str
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class LikelyMisses:
    """What goals will rather be missed in the year in focus: the worst few, and how many in all."""

    worst: list[LikelyMiss]
    total: int


def likely_misses(session: Session, actor: Actor, today: date, most: int) -> LikelyMisses | None:
    """For a first page; None before any plan has handed in half of the year."""
    year = organisation.year_in_focus(session, today)
    plans = plans_reporting(session, actor, year).rows if year else []
    if not plans:
        return None
    found = goals_of(session, actor, plans)
    rows = _worst_first(_goal_row(plan, one) for plan in plans for one in found[plan.id][1])
    worst = [LikelyMiss(one.name, one.plan.name, one.url, one.forecast) for one in rows[:most]]
    return LikelyMisses(worst, len(rows))


def forecast_lines(session: Session, actor: Actor, plan: Plan) -> dict[int, str]:
    """The forecast of each indicator in one line, by its id; empty before a period is handed in.

    `全年预测（到6月底）：预计 76 件（67 件 至 86 件），基本完成不了（完成不了的可能 99%）；按…`.
    """
    months, goals = goals_of(session, actor, [plan])[plan.id]
    if not months:
        return {}
    head = f"全年预测（到{month_end(months)}）："
    lines = {}
    for one in goals:
        row = _goal_row(plan, one)
        said = row.forecast.words
        if row.forecast.chance is not None:
            said = f"{said}（完成不了的可能 {percent(row.forecast.chance, 0)}）"
        if row.expected:
            said = f"预计 {row.expected}{f'（{row.between}）' if row.between else ''}，{said}"
        lines[one.indicator.id] = f"{head}{said}；{row.forecast.basis}"
    return lines


def goal_rows(found: PlanForecast) -> list[ForecastRow]:
    """The indicators of a plan in their order."""
    return [_goal_row(found.plan, one) for one in found.goals]


def money_row(found: PlanForecast) -> ForecastRow:
    """The plan's money: the executed percentage."""
    money = found.money
    now = round_half_up(money.now) if isinstance(money.now, Decimal) else None
    return _row(found.plan, MONEY, "#forecast", money.target, now, money.forecast)


def _goal_row(plan: Plan, one: GoalForecast) -> ForecastRow:
    row = one.indicator
    return _row(plan, row.name, f"#row-{row.id}", row.target, one.now, one.forecast)


def _row(
    plan: Plan, name: str, anchor: str, target: Target, now: Result, forecast: Forecast
) -> ForecastRow:
    def shown(value: Decimal | None) -> str:
        return "" if value is None else format_actual(value, target.unit)

    between = ""
    if forecast.low != forecast.high:
        between = f"{shown(forecast.low)} 至 {shown(forecast.high)}"
    return ForecastRow(
        plan,
        name,
        url_for("plans.show", plan_id=plan.id) + anchor,
        target.text,
        "不涉及" if isinstance(now, NotApplicable) else format_actual(now, target.unit),
        shown(forecast.value),
        between,
        forecast,
    )


def _worst_first(rows: Iterable[ForecastRow]) -> Sequence[ForecastRow]:
    """Those that will rather be missed, the likeliest first."""
    missing = [row for row in rows if row.forecast.will_miss]
    return sorted(missing, key=lambda row: -(row.forecast.chance or 0))


def _unit_asked_for(session: Session, actor: Actor) -> Unit | None:
    """The unit in the address, or None for all in sight; NotFound for one out of sight."""
    unit_id = number_argument("unit")
    return None if unit_id is None else organisation.unit_visible_to(session, actor, unit_id)
