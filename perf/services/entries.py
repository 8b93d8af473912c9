"""Recording actuals: what was typed into the grid's rows becomes figures, cell by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from perf import clock
from perf.core.attainment import attainment
from perf.core.endings import is_demanded
from perf.core.errors import InvalidInput, Locked, NotFound
from perf.core.numbers import round_half_up
from perf.core.periods import parse_period
from perf.core.permissions import Actor, Permission
from perf.core.rulepack import RulePack
from perf.core.terms import FundSource, Light, Status, Tier
from perf.models import Actual, BudgetExecution, Indicator, Period, Plan, Submission
from perf.services.computed import computed_actuals
from perf.services.entry_figures import Entry, Figures, figures_of, read_entry, recompute
from perf.services.ledger import record_change
from perf.services.money import read_wan
from perf.services.outcome import Outcome
from perf.services.quantities import QuantityEntry, record_quantities
from perf.services.standings import standing_of


@dataclass(frozen=True, slots=True)
class ExecutedEntry:
    """The executed amount of one source in 万元 as typed; `basis` says what list gave it."""

    source: FundSource
    version: int
    text: str
    is_touched: bool = True
    basis: str = ""


def record_entries(
    session: Session,
    actor: Actor,
    submission: Submission,
    entries: Sequence[Entry],
    executed: Sequence[ExecutedEntry],
    pack: RulePack,
    quantities: Sequence[QuantityEntry] = (),
) -> Outcome:
    """Write every valid, changed row of an opened submission; say what became of the rest.

    A row whose stored version is not the one the page showed is a conflict and is not written.
    What is computed follows from the quantities, and a light from pace and pack, whether its row
    was touched or not. Raises what `demand_editable` raises.
    """
    demand_editable(actor, submission)
    outcome = Outcome()
    record_quantities(session, actor, submission, quantities, outcome)
    typed = {entry.indicator_id: entry for entry in entries if entry.is_touched}
    stored = {row.indicator_id: row for row in submission.actuals}
    computed = computed_actuals(session, submission.plan, submission, submission.period.code)
    months = parse_period(submission.period.code).months
    for indicator in submission.plan.indicators:
        entry, result = typed.get(indicator.id), computed.get(indicator.id)
        row = stored.get(indicator.id)
        before = figures_of(row)
        if entry is None:
            wanted, errors = recompute(before, indicator, pack, result)
        else:
            wanted, errors = read_entry(entry, indicator, pack, before, result)
            if row is not None and wanted != before and entry.version != row.version:
                outcome.conflicts[indicator.id] = row
                # Nobody types what is computed: it follows its quantities all the same.
                wanted, errors = recompute(before, indicator, pack, result)
        outcome.errors |= errors
        light = standing_of(indicator, wanted, months, pack).light
        if wanted == before and (row is None or row.light is light):
            continue
        if row is None:
            row = Actual(
                unit_id=submission.unit_id, submission_id=submission.id, indicator_id=indicator.id
            )
            submission.actuals.append(row)
        _write(session, actor, row, wanted, light, indicator, pack)
        outcome.saved += 1
    _record_executed(session, actor, submission, executed, outcome)
    if outcome.saved:
        touch(submission)
        session.flush()
    return outcome


def why_closed(plan: Plan, period: Period) -> str:
    """Why nothing can be filled in here now, as a sentence; empty where the period is open."""
    if plan.status is not Status.APPROVED:
        return "绩效目标尚未批复，批复后才能填报。"
    if period.is_year:
        return "年度自评请在“自评”中办理。"
    if period.locked_at is not None:
        return "本期已由管理员锁定，不能再填报或修改。如确需更正，请联系管理员解锁。"
    if clock.today() < period.opens_on:
        return f"本期从 {period.opens_on:%Y-%m-%d} 起开放填报。"
    return why_not_owed(plan, period.months)


def why_not_owed(plan: Plan, months: int) -> str:
    """Why a plan does not report a period that ends `months` into the year; empty where it does."""
    if is_demanded(months, plan.begins_on, plan.owed_until):
        return ""
    if plan.ended_on is not None and months > plan.owed_until:
        return (
            f"项目已从 {plan.ended_on} 起终止，不再填报这一期。"
            "已填的草稿留存备查，终止的文件见绩效目标页面。"
        )
    return f"项目从 {plan.begins_on} 起追加，这一期在此之前已经结束，不用填报。"


def demand_editable(actor: Actor, submission: Submission) -> None:
    """Raise NotPermitted, NotFound or Locked where this actor may not change this quarter now."""
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(submission.unit_id):
        raise NotFound("没有找到这次填报。")
    if not submission.is_editable:
        raise Locked(
            f"本期填报{submission.status.label}，不能修改。需要更正时请先撤回或由审核人退回。"
        )
    closed = why_closed(submission.plan, submission.period)
    if closed:
        raise Locked(closed)


def touch(submission: Submission) -> None:
    """Count a change of the submission's content in its own version."""
    submission.updated_at = clock.now()
    # The version counts every change, also two within one tick of the clock.
    flag_modified(submission, "updated_at")


def _write(
    session: Session,
    actor: Actor,
    row: Actual,
    wanted: Figures,
    light: Light | None,
    indicator: Indicator,
    pack: RulePack,
) -> None:
    row.actual = wanted.actual
    row.is_no_data = wanted.is_no_data
    row.is_zero_over_zero = wanted.is_zero_over_zero
    row.basis = wanted.basis
    row.deviation_kind = wanted.deviation_kind
    row.deviation_reason = wanted.deviation_reason
    expected = wanted.expected
    row.expected_value = expected if isinstance(expected, Decimal) else None
    row.expected_on = expected if isinstance(expected, date) else None
    row.expected_tier = expected if isinstance(expected, Tier) else None
    row.likelihood = wanted.likelihood
    judged = attainment(indicator.target, wanted.actual, pack)
    row.ratio = None if judged.ratio is None else stored_ratio(judged.ratio)
    row.is_met = judged.met
    row.light = light
    row.updated_at = clock.now()
    row.updated_by_id = actor.id
    record_change(
        session, actor, "record_actual", row, name=indicator.name, plan_id=indicator.plan_id
    )


def stored_ratio(ratio: Decimal) -> Decimal:
    """A ratio as it is kept for lists: six decimals, and no more than the column holds."""
    return min(round_half_up(ratio, places=6), Decimal(999_999_999_999))


def _record_executed(
    session: Session,
    actor: Actor,
    submission: Submission,
    entries: Sequence[ExecutedEntry],
    outcome: Outcome,
) -> None:
    stored: Mapping[FundSource, BudgetExecution] = {
        row.source: row for row in submission.executions
    }
    sources = {line.source for line in submission.plan.budget_lines}
    for entry in entries:
        if entry.source not in sources or not entry.is_touched:
            continue
        row = stored.get(entry.source)
        try:
            amount = read_wan(entry.text)
        except InvalidInput as error:
            outcome.errors[f"executed-{entry.source.value}"] = str(error)
            continue
        is_same = amount == (row.executed if row is not None else None)
        # What a list gave holds until another amount is typed over it.
        basis = entry.basis or (row.basis if row is not None and is_same else "")
        if is_same and (row is None or row.basis == basis):
            continue
        if row is not None and entry.version != row.version:
            outcome.executed_conflicts[entry.source] = row
            continue
        if row is None:
            row = BudgetExecution(
                unit_id=submission.unit_id, submission_id=submission.id, source=entry.source
            )
            submission.executions.append(row)
        row.executed, row.basis = amount, basis
        record_change(
            session,
            actor,
            "record_executed",
            row,
            name=f"{entry.source.label}累计执行数",
            plan_id=submission.plan_id,
        )
        outcome.saved += 1
