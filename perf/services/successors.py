"""Next year's plans begun from this year's, and suggested targets taken into them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.actuals import Quotient
from perf.core.checks import IndicatorKey, indicator_key
from perf.core.checks.last_year import is_easier
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.revisions import TargetChange, target_change
from perf.core.suggestions import Suggestion, suggest_target
from perf.core.targets import Target, parse_target
from perf.core.terms import Comparator, Status
from perf.models import FiscalYear, Indicator, Office, Plan, Unit
from perf.queries.last_year import YearResult, results_before
from perf.queries.packs import find_pack
from perf.queries.successors import successors_of
from perf.services.budgets import demand_editable
from perf.services.formula_names import describe_quantities
from perf.services.indicators import change_targets
from perf.services.ledger import record_change
from perf.services.plan_details import PlanFields
from perf.services.plan_packs import choose_pack
from perf.services.plans import create_plan_with
from perf.services.sheets import IndicatorValues, values_of
from perf.services.steps import check_version
from perf.services.weighing import spread

TAKEN = "采用建议指标值"
_DAYS = frozenset({Comparator.BY_DATE, Comparator.PERIOD})


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one target: the years before, the last first, and what is suggested.

    `target` is the suggestion as it reads in this plan, None where it asks for no more than what
    stands there. `is_easier` says that the target asks for less than last year reached.
    """

    results: Sequence[YearResult]
    suggestion: Suggestion | None = None
    target: Target | None = None
    is_easier: bool = False


def begin_successors(session: Session, actor: Actor, plans: Sequence[Plan]) -> list[Plan]:
    """A draft for the year after of each of these approved plans of one unit, in their order.

    All or nothing. Raises Conflict with a sentence where one is not approved, has ended, or the
    year after has it already, and InvalidInput where that year is not set up.
    """
    actor.demand(Permission.EDIT_PLAN)
    if not plans:
        raise InvalidInput("请勾选要编制下一年目标的项目。")
    # Two people who begin at once wait for each other, or both would find a plan missing.
    for unit_id in sorted({plan.unit_id for plan in plans}):
        session.refresh(session.get_one(Unit, unit_id), with_for_update={"key_share": True})
    later = successors_of(session, actor, plans)
    for plan in plans:
        hindrance = why_not_begun(plan, later.get(plan.id))
        if hindrance:
            raise Conflict(f"“{plan.name}”{hindrance}")
    return [_begin(session, actor, plan) for plan in plans]


def why_not_begun(plan: Plan, successor: Plan | None) -> str:
    """Why next year's plan cannot be begun from this one, after its name; empty where it can."""
    if successor is not None:
        return f"在 {successor.year} 年度已有绩效目标，没有改动，请直接打开修改。"
    if plan.ended_on is not None:
        return f"已从 {plan.ended_on} 起终止，不再编制下一年。"
    if plan.status is not Status.APPROVED:
        return f"的 {plan.year} 年度绩效目标{plan.status.label}，审核通过后再编制下一年。"
    return ""


def year_missing(year: int) -> str:
    """Who sets up a year that is not there."""
    return f"{year} 年度还没有设置，请管理员先在“管理 → 年度与填报期”中建立这个年度。"


def take_suggestions(
    session: Session,
    actor: Actor,
    plan: Plan,
    indicator_ids: Collection[int] | None = None,
    *,
    version: int,
) -> int:
    """Put the suggested targets into these rows, or into all; how many rows changed.

    A row whose target asks for as much already stays. Raises Stale and Locked.
    """
    demand_editable(actor, plan)
    check_version(plan, version)
    results = results_before(session, actor, plan)
    targets = {}
    for row in plan.indicators:
        one = beside_target(results, plan.year, row.level1, row.level2, row.name, row.target)
        is_chosen = indicator_ids is None or row.id in indicator_ids
        if is_chosen and one.target is not None and one.suggestion is not None:
            targets[row.id] = one.target, f"{TAKEN}：{one.suggestion.words}"
    return change_targets(session, actor, plan, targets) if targets else 0


def beside_target(
    results: Mapping[IndicatorKey, Sequence[YearResult]],
    year: int,
    level1: str,
    level2: str,
    name: str,
    target: Target,
) -> Beside:
    """What stands beside a target of this year's plan, out of what `results_before` found."""
    found = results.get(indicator_key(level1, level2, name, target.unit), [])
    last = next((one for one in found if one.reached.year == year - 1), None)
    if last is None:
        return Beside(found)
    suggestion = suggest_target(last.reached)
    suggested = parse_target(
        suggestion.text, level1=level1, level2=level2 or None, name=name, year=year
    )
    if suggested.comparator is Comparator.EQ:
        suggested = replace(suggested, sense=target.sense or suggested.sense)
    is_offered = bool(suggestion.text) and _asks_for_more(target, suggested, year)
    return Beside(
        found,
        suggestion,
        suggested if is_offered else None,
        is_easier=last.is_signed and _is_easier(target, last),
    )


def _is_easier(target: Target, last: YearResult) -> bool:
    """Whether the target asks for less than the figure that was signed for last year."""
    value = last.reached.value
    actual = value.rounded if isinstance(value, Quotient) else value
    is_cost = last.reached.is_cost
    return isinstance(actual, Decimal) and is_easier(target, actual, is_cost=is_cost)


def _asks_for_more(present: Target, suggested: Target, year: int) -> bool:
    """Whether the suggestion asks for more, or puts a deadline of an earlier year into this one."""
    if present.comparator in _DAYS and suggested.comparator in _DAYS:
        last = present.upper or present.value
        if isinstance(last, date) and last.year < year:
            return True
    return target_change(present, suggested) is TargetChange.RAISED


def _begin(session: Session, actor: Actor, last: Plan) -> Plan:
    """The draft of the year after: project, objective, tasks, indicators; no money, no figures."""
    year = session.get(FiscalYear, last.year + 1)
    if year is None:
        raise InvalidInput(year_missing(last.year + 1))
    project = last.project
    read = PlanFields(
        name=project.name if project else "",
        code=(project.code if project else None) or "",
        category=(project.category if project else None) or "",
        implementing_unit=(project.implementing_unit if project else None) or "",
        objective=last.objective,
        basic_expenditure=None,
        project_expenditure=None,
        budget={},
        tasks=[(task.name, task.content) for task in last.tasks],
    )
    values = [_moved(row, year.id) for row in last.indicators]
    pack = find_pack(session, *choose_pack(year, last.kind, [one.level1 for one in values]))
    try:
        spread([(one.level1, one.weight) for one in values], pack)
    except InvalidInput:
        # The new year's pack has no room for what was entered: all stay as they were.
        values = [
            replace(one, weight=row.weight)
            for one, row in zip(values, last.indicators, strict=True)
        ]
    plan = create_plan_with(session, actor, last.unit, year.id, last.kind, read, values)
    plan.begun_from_id, plan.is_demo = last.id, last.is_demo
    why = f"由 {last.year} 年度绩效目标编制"
    record_change(session, actor, "begin_plan", plan, name=plan.name, plan_id=plan.id, reason=why)
    kept = {row.name: (row.kind.value, row.unit) for row in last.quantities}
    described = {row.id: kept[row.name] for row in plan.quantities if row.name in kept}
    describe_quantities(session, actor, plan, described)
    offices = select(Office.id).where(Office.unit_id == plan.unit_id, Office.archived_at.is_(None))
    open_offices = set(session.scalars(offices))
    for row, old in zip(plan.indicators, last.indicators, strict=True):
        if old.office_id in open_offices:
            row.office_id = old.office_id
            record_change(session, actor, "update_indicator", row, name=row.name)
    return plan


def _moved(row: Indicator, year: int) -> IndicatorValues:
    """The row as the sheet holds it; a day is read anew, so that one without a year moves on."""
    values = values_of(row)
    if row.comparator not in _DAYS:
        return values
    place = {"level1": row.level1, "level2": row.level2 or None, "name": row.name}
    return replace(values, target=parse_target(row.target_text, **place, year=year))
