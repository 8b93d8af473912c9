"""What the official monitoring form prints: a plan beside its latest period handed in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from perf.core.actuals import format_actual
from perf.core.terms import Status
from perf.core.workflow import HANDED_IN
from perf.models import Actual, Indicator, Period, Plan, Snapshot, Submission
from perf.queries.signed_copies import codes_of
from perf.services.step_names import names_of_steps, people_of
from perf.services.submissions import NO_DATA, shown_result
from perf.services.target_record import head_of

# Databases bound how many values one list in a query may have.
_AT_ONCE = 500


def monitoring_records(session: Session, plans: Sequence[Plan]) -> list[dict[str, Any] | None]:
    """What each plan's form prints, by the names of the form's fields; money in 元, exact.

    Figures are those from the year's beginning to the end of the latest period that is
    submitted or approved; None for a plan without one. A figure that was not reported is blank.
    """
    latest = _latest(session, [plan.id for plan in plans])
    names = names_of_steps(session, list(latest.values()))
    approved = [one.id for one in latest.values() if one.status is Status.APPROVED]
    codes = codes_of(session, Snapshot.submission_id, approved)
    return [
        None
        if (quarter := latest.get(plan.id)) is None
        else {
            **head_of(plan),
            **people_of(quarter, names),
            "check_code": codes.get(quarter.id, ""),
            "months": quarter.period.months,
            "status": quarter.status,
            "is_demo": plan.is_demo or quarter.is_demo,
            "budget": _budget(plan, quarter),
            "rows": _rows(plan, quarter),
        }
        for plan in plans
    ]


def _latest(session: Session, ids: Sequence[int]) -> dict[int, Submission]:
    found: dict[int, Submission] = {}
    for start in range(0, len(ids), _AT_ONCE):
        quarters = session.scalars(
            select(Submission)
            .join(Submission.period)
            .options(
                contains_eager(Submission.period),
                selectinload(Submission.actuals),
                selectinload(Submission.executions),
            )
            .where(
                Submission.plan_id.in_(ids[start : start + _AT_ONCE]),
                Submission.status.in_(HANDED_IN),
            )
            .order_by(Period.months)
        )
        found.update((quarter.plan_id, quarter) for quarter in quarters)
    return found


def _budget(
    plan: Plan, quarter: Submission
) -> dict[Any, tuple[Decimal | None, Decimal | None, Decimal | None]]:
    executed = {row.source: row.executed for row in quarter.executions}
    return {
        line.source: (line.initial, line.adjusted, executed.get(line.source))
        for line in plan.budget_lines
    }


def _rows(plan: Plan, quarter: Submission) -> list[dict[str, Any]]:
    actuals = {row.indicator_id: row for row in quarter.actuals}
    return [_row(indicator, actuals.get(indicator.id)) for indicator in plan.indicators]


def _row(indicator: Indicator, row: Actual | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "level1": indicator.level1,
        "level2": indicator.level2 or None,
        "name": indicator.name,
        "target": indicator.target_text,
    }
    if row is None:
        return record
    return record | {
        "actual": NO_DATA if row.is_no_data else shown_result(row, indicator.target_unit),
        "expected": _expected(row, indicator.target_unit),
        "deviation_kind": row.deviation_kind,
        "deviation_reason": row.deviation_reason,
        "likelihood": row.likelihood,
        "light": row.light,
    }


def _expected(row: Actual, unit: str | None) -> str:
    if row.expected_tier is not None:
        return row.expected_tier.label
    expected: Decimal | date | None = (
        row.expected_value if row.expected_on is None else row.expected_on
    )
    return "" if expected is None else format_actual(expected, unit)
