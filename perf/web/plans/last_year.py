"""The years before beside a plan's targets and its money, as its pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.core.actuals import format_actual
from perf.core.attainment import NOT_APPLICABLE
from perf.core.permissions import Actor
from perf.core.targets import Target
from perf.core.terms import FundSource, Status
from perf.models import Plan
from perf.queries.last_year import MoneyBefore, YearResult, money_before, results_before
from perf.services.successors import Beside, beside_target
from perf.web.presentation import money_wan, percent, points

OUT = "不涉及"


@dataclass(frozen=True, slots=True)
class LastYear:
    """What stands beside one target, in words; blank where there is nothing to say.

    `suggested` is blank where it is the target that stands there; `is_offered` says that it asks
    for more than that.
    """

    target: str
    actual: str
    rate: str
    points: str
    marks: list[str]
    before: str
    suggested: str
    reason: str
    is_offered: bool
    is_easier: bool


@dataclass(frozen=True, slots=True)
class LastMoney:
    """Last year's money: its plan, the sums in 元, until when, and 上年 … by source for a hint."""

    plan_id: int
    adjusted: Decimal | None
    executed: Decimal | None
    until: str
    hints: dict[FundSource, str]


def last_years(
    session: Session, actor: Actor, plan: Plan, rows: Iterable[tuple[str, str, str, str, Target]]
) -> dict[str, LastYear]:
    """Beside each row, given its key, classes, name and target, what is known of the years before.

    A row without one has no entry.
    """
    results = results_before(session, actor, plan)
    if not results:
        return {}
    found = {}
    for key, level1, level2, name, target in rows:
        one = beside_target(results, plan.year, level1, level2, name, target)
        if one.results:
            found[key] = _in_words(one, plan.year, target.text)
    return found


def last_years_of_plan(session: Session, actor: Actor, plan: Plan) -> dict[str, LastYear]:
    """The same by the ids of a stored plan's indicators; of an approved plan nothing is asked."""
    if plan.status is Status.APPROVED:
        return {}
    rows = [(str(row.id), row.level1, row.level2, row.name, row.target) for row in plan.indicators]
    return last_years(session, actor, plan, rows)


def last_money(session: Session, actor: Actor, plan: Plan) -> LastMoney | None:
    """Last year's money; None where there was no plan then, or this one is approved."""
    found = None
    if plan.status is not Status.APPROVED:
        found = money_before(session, actor, plan)
    if found is None:
        return None
    spent = list(found.executed.values())
    known = [amount for amount in spent if amount is not None]
    return LastMoney(
        found.plan_id,
        sum(found.adjusted.values(), Decimal(0)) if found.adjusted else None,
        sum(known, Decimal(0)) if spent and len(known) == len(spent) else None,
        found.until,
        {source: _hint(found, source) for source in found.adjusted},
    )


def _hint(money: MoneyBefore, source: FundSource) -> str:
    executed = money.executed.get(source)
    spent = f"，至{money.until}执行 {money_wan(executed)}" if executed is not None else ""
    return f"上年全年预算 {money_wan(money.adjusted[source])}{spent}"


def _in_words(one: Beside, year: int, present: str) -> LastYear:
    last = next((row for row in one.results if row.reached.year == year - 1), None)
    suggestion = one.suggestion
    return LastYear(
        target=last.reached.target.text if last else "",
        actual=_actual(last) if last else "上年没有这项指标",
        rate=_rate(last) if last else "",
        points=_points(last) if last else "",
        marks=[mark.label for mark in last.marks] if last else [],
        before="；".join(
            f"{row.reached.year} 年 {_actual(row)}" for row in one.results if row is not last
        ),
        suggested=suggestion.text if suggestion and suggestion.text != present else "",
        reason=suggestion.reason if suggestion else "",
        is_offered=one.target is not None,
        is_easier=one.is_easier,
    )


def _actual(row: YearResult) -> str:
    value, reached = row.reached.value, row.reached
    if value is NOT_APPLICABLE:
        return OUT
    until = "" if reached.is_whole or not reached.until else f"（至{reached.until}）"
    return f"{format_actual(value, reached.target.unit)}{until}"


def _rate(row: YearResult) -> str:
    ratio = row.judged.ratio if row.judged else None
    return "" if ratio is None else percent(ratio)


def _points(row: YearResult) -> str:
    if row.weight is None or row.points is None:
        return ""
    return f"{points(row.points)} / {points(row.weight)}"
