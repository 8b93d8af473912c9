"""A plan whose four quarters are reported and approved, as short as a test can say it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from perf import clock
from perf.core.actuals import Actual as Value
from perf.core.terms import Role, Status
from perf.models import Actual, BudgetExecution, Evidence, Period, Plan, Submission, Unit, User
from tests.factories import make_plan, make_unit, make_user, make_year

# Each indicator's figures from the first quarter to the fourth.
YEAR: dict[str, Sequence[str | Value | None]] = {
    "受理案件数": ("20", "45", "80", "110"),
    "及时受理率": ("95", "92", "88", "81"),
    "群众满意度": ("90", "90", "90", "92"),
}
NO_DATA = "本期无数据"
EXECUTED = ("10000", "40000", "70000", "95090")


def make_people(session: Any, unit: Unit | None = None) -> tuple[User, User]:
    """Staff and supervisor of one unit."""
    unit = unit or make_unit(session)
    return make_user(session, Role.STAFF, unit), make_user(session, Role.SUPERVISOR, unit)


def make_reported_plan(
    session: Any,
    people: tuple[User, User],
    figures: Mapping[str, Sequence[str | Value | None]] | None = None,
    executed: Sequence[str | None] = EXECUTED,
    quarters: int = 4,
    **plan_fields: Any,
) -> Plan:
    """An approved plan with this many approved quarters; the year is made where it is missing."""
    year = plan_fields.get("year", 2022)
    if session.scalar(select(Period.id).where(Period.year == year).limit(1)) is None:
        make_year(session, year)
    unit = people[0].unit
    assert unit is not None
    plan = make_plan(session, unit, status=Status.APPROVED, people=people, **plan_fields)
    figures = YEAR if figures is None else figures
    for number in range(1, quarters + 1):
        make_approved_quarter(
            session,
            plan,
            people,
            number,
            {name: values[number - 1] for name, values in figures.items()},
            executed[number - 1],
        )
    return plan


def make_approved_quarter(
    session: Any,
    plan: Plan,
    people: tuple[User, User],
    number: int,
    figures: Mapping[str, str | Value | None],
    executed: str | None,
) -> Submission:
    """One approved quarter; a name without a figure is 未填报, NO_DATA is that choice."""
    code = f"{plan.year}-Q{number}"
    return make_approved_period(session, plan, people, code, figures, executed)


def make_approved_period(
    session: Any,
    plan: Plan,
    people: tuple[User, User],
    code: str,
    figures: Mapping[str, str | Value | None],
    executed: str | None,
) -> Submission:
    """The same for any period by its code."""
    staff, supervisor = people
    period = session.scalars(select(Period).where(Period.code == code)).one()
    submission = Submission(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        period_id=period.id,
        status=Status.APPROVED,
        updated_at=clock.now(),
        submitted_by_id=staff.id,
        submitted_at=clock.now(),
        decided_by_id=supervisor.id,
        decided_at=clock.now(),
    )
    session.add(submission)
    session.flush()
    for indicator in plan.indicators:
        value = figures.get(indicator.name)
        row = Actual(
            unit_id=plan.unit_id,
            submission_id=submission.id,
            indicator_id=indicator.id,
            updated_at=clock.now(),
        )
        row.is_no_data = value == NO_DATA
        if not row.is_no_data:
            row.actual = Decimal(value) if isinstance(value, str) else value
        session.add(row)
    for line in plan.budget_lines:
        session.add(
            BudgetExecution(
                unit_id=plan.unit_id,
                submission_id=submission.id,
                source=line.source,
                executed=None if executed is None else Decimal(executed),
            )
        )
    session.flush()
    return submission


def make_evidence(session: Any, submission: Submission, name: str, indicator_id: int) -> Evidence:
    """The row of an evidence file of one figure (there is no file behind it)."""
    row = Evidence(
        unit_id=submission.unit_id,
        submission_id=submission.id,
        indicator_id=indicator_id,
        sha256="ab" * 32,
        name=name,
        media_type="text/plain",
        size=3,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
