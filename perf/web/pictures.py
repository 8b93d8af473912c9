"""The pictures on the pages of a plan, of a unit and of all units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.charts.chart import Chart
from perf.charts.classes import class_scores_chart
from perf.charts.heat import heat_chart
from perf.charts.lights import lights_chart
from perf.charts.progress import progress_chart
from perf.charts.quarters import quarters_chart
from perf.charts.years import years_chart
from perf.core.actuals import Quotient
from perf.core.attainment import NOT_APPLICABLE
from perf.core.numbers import EXACT
from perf.core.permissions import Actor
from perf.core.terms import Comparator
from perf.models import Actual, Indicator, Plan, SelfEvaluation, Unit
from perf.queries import pictures
from perf.queries.overview import PlanStanding
from perf.queries.plans import Quarter

_SENSES = {
    Comparator.GE: "at_least",
    Comparator.GT: "above",
    Comparator.LE: "at_most",
    Comparator.LT: "below",
    Comparator.BETWEEN: "at_least",
}
_SHARES = "得分 ÷ 分值，含尚未签署的自评"
_LATEST = (
    "最近一期已提交的填报；目标完成为各指标完成率按分值加权，超额按 100% 计，没有数值的指标不计"
)
_SIGNED = "上年取已签署的自评，本年含尚未签署的"
# More small pictures than these lie folded.
_MANY = 12


@dataclass(frozen=True, slots=True)
class PlanPictures:
    """A plan's year in pictures: the whole first, then an indicator each.

    `blank` counts the indicators with a number for target and no figure yet.
    """

    whole: list[Chart]
    indicators: list[Chart]
    blank: int

    @property
    def is_long(self) -> bool:
        """Whether the indicators' pictures lie folded."""
        return len(self.indicators) > _MANY


def plan_pictures(
    session: Session,
    plan: Plan,
    quarters: Sequence[Quarter],
    evaluation: SelfEvaluation | None,
) -> PlanPictures | None:
    """The plan's pictures, of quarters in every state; None before the first one is begun."""
    if not any(quarter.status for quarter in quarters):
        return None
    rows = pictures.actuals_of_year(session, plan)
    whole = []
    if evaluation is not None:
        sums = pictures.class_sums_of_plans(session, [plan.id]).get(plan.id, {})
        whole.append(
            class_scores_chart([(name, one.weight, one.points) for name, one in sums.items()])
        )
    if any(row.light for row in rows.values()):
        whole.append(_lights(plan, quarters, rows))
    numeric = [one for one in plan.indicators if is_numeric(one)]
    drawn = [
        indicator_chart(
            one, [(each.period.name, rows.get((one.id, each.period.id))) for each in quarters]
        )
        for one in numeric
        if any(_figure(rows.get((one.id, quarter.period.id))) is not None for quarter in quarters)
    ]
    return PlanPictures(whole, drawn, len(numeric) - len(drawn))


def unit_pictures(
    session: Session, unit: Unit, year: int, standings: Sequence[PlanStanding]
) -> list[tuple[Chart, str]]:
    """What the year's plans of a unit have to show, each with a note on where it comes from."""
    ids = [one.plan.id for one in standings]
    charts = []
    sums = pictures.class_sums_of_plans(session, ids)
    if sums:
        names = [(one.plan.id, one.plan.name) for one in standings]
        charts.append((_heat(names, sums), _SHARES))
    progress = pictures.latest_progress(session, ids)
    if progress:
        rows = [
            (f"{one.plan.name}（{found.quarter}）", found.executed, found.achieved)
            for one in standings
            if (found := progress.get(one.plan.id))
        ]
        charts.append((progress_chart(rows), _LATEST))
    last = pictures.totals_of_year(session, unit.id, year - 1)
    compared = [
        (
            one.plan.name,
            last.get(one.plan.project_id),
            one.self_evaluation.total if one.self_evaluation else None,
        )
        for one in standings
        if one.plan.project_id in last
    ]
    if compared:
        charts.append((years_chart(compared, year - 1, year), _SIGNED))
    return charts


def heat_of_units(session: Session, actor: Actor, year: int, units: Sequence[Unit]) -> Chart | None:
    """The signed shares of points of one page of units by class; None where nothing is signed."""
    sums = pictures.class_sums_of_units(session, actor, year, [unit.id for unit in units])
    return _heat([(unit.id, unit.name) for unit in units], sums) if sums else None


def _heat(names: Sequence[tuple[int, str]], sums: pictures.ClassSums) -> Chart:
    classes = list(dict.fromkeys(name for by_class in sums.values() for name in by_class))
    if pictures.EXECUTION in classes:
        classes.remove(pictures.EXECUTION)
        classes.append(pictures.EXECUTION)
    nothing = pictures.ClassSum(Decimal(0), None)
    return heat_chart(
        classes,
        [
            (name, [sums.get(key, {}).get(one, nothing).share for one in classes])
            for key, name in names
        ],
    )


def _lights(
    plan: Plan, quarters: Sequence[Quarter], rows: Mapping[tuple[int, int], Actual]
) -> Chart:
    def light(indicator: Indicator, quarter: Quarter) -> str | None:
        row = rows.get((indicator.id, quarter.period.id))
        if row is not None and row.light:
            return row.light.value
        is_blank = row is None or (row.result is None and not row.is_no_data)
        return None if is_blank else "未判断"

    return lights_chart(
        [quarter.period.name for quarter in quarters],
        [(one.name, [light(one, quarter) for quarter in quarters]) for one in plan.indicators],
    )


def is_numeric(indicator: Indicator) -> bool:
    """Whether its quarters can be drawn against its target."""
    return indicator.target_value is not None and not indicator.is_check_list


def indicator_chart(indicator: Indicator, rows: Sequence[tuple[str, Actual | None]]) -> Chart:
    """What each period says of a numeric indicator, given as (name, row), against its target."""
    target = indicator.target
    sense = target.sense.value if target.sense else _SENSES[target.comparator]
    return quarters_chart(
        indicator.name,
        [(name, _said(row)) for name, row in rows],
        indicator.target_value,
        upper=indicator.target_upper,
        unit=target.unit or "",
        sense=sense,
    )


def _figure(row: Actual | None) -> Decimal | None:
    """The number whole: a computed one is divided out far enough to compare it."""
    actual = row.actual if row else None
    if isinstance(actual, Quotient):
        return EXACT.divide(actual.numerator, actual.denominator)
    return actual if isinstance(actual, Decimal) else None


def _said(row: Actual | None) -> Decimal | str | None:
    """The number of a quarter, or in words why there is none; None is 未填报."""
    if row is not None and row.is_no_data:
        return "无数据"
    if row is not None and row.result is NOT_APPLICABLE:
        return "不涉及"
    return _figure(row)
