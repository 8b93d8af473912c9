"""One quarter of one plan with all that its page shows, in a constant number of queries."""

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import FundSource
from perf.models import (
    Actual,
    BudgetExecution,
    Evidence,
    Period,
    Plan,
    QuantityValue,
    Remark,
    Submission,
)
from perf.queries.threads import threads_of
from perf.queries.visible import in_sight, plan_visible_to


@dataclass(slots=True)
class Quarter:
    """A plan's quarter: what it says so far, and what was last reported before it.

    `previous` holds by indicator the latest earlier row of the year that has a figure, `since`
    the name of the quarter it comes from; `executed_before` is 元 by source, `quantities_before`
    the last values of the formulas' quantities by their ids.
    """

    plan: Plan
    period: Period
    quarters: list[Period]
    submission: Submission | None = None
    previous: dict[int, Actual] = field(default_factory=dict)
    since: dict[int, str] = field(default_factory=dict)
    executed_before: dict[FundSource, Decimal] = field(default_factory=dict)
    quantities_before: dict[int, Decimal] = field(default_factory=dict)

    @property
    def actuals(self) -> dict[int, Actual]:
        """The stored rows by indicator."""
        rows = self.submission.actuals if self.submission else []
        return {row.indicator_id: row for row in rows}

    @property
    def executions(self) -> dict[FundSource, BudgetExecution]:
        """The stored executed amounts by source."""
        rows = self.submission.executions if self.submission else []
        return {row.source: row for row in rows}

    @property
    def evidence(self) -> dict[int | None, list[Evidence]]:
        """The files that were not removed, by indicator; None is the executed budget."""
        found: dict[int | None, list[Evidence]] = {}
        for row in self.submission.evidence if self.submission else []:
            if row.removed_at is None:
                found.setdefault(row.indicator_id, []).append(row)
        return found

    @property
    def remarks(self) -> dict[int | None, list[Remark]]:
        """The open remarks by indicator; None is the whole quarter."""
        found: dict[int | None, list[Remark]] = {}
        for row in self.submission.remarks if self.submission else []:
            if row.resolved_at is None:
                found.setdefault(row.indicator_id, []).append(row)
        return found


def quarter_visible_to(session: Session, actor: Actor, plan_id: int, code: str) -> Quarter:
    """A plan's quarter within the actor's sight; NotFound for the year's self-evaluation too."""
    plan = plan_visible_to(session, actor, plan_id)
    quarters = [
        period
        for period in session.scalars(
            select(Period).where(Period.year == plan.year).order_by(Period.code)
        )
        if not period.is_year
    ]
    period = next((one for one in quarters if one.code == code), None)
    if period is None:
        raise NotFound("没有这个填报期。请从项目页面进入。")
    quarter = Quarter(plan, period, quarters, submission_of(session, plan, period))
    _add_previous(session, quarter)
    return quarter


def quarter_to_change(session: Session, actor: Actor, plan_id: int, code: str) -> Quarter:
    """The same for a writing request: what was filled in is held until the commit."""
    session.execute(
        select(Plan.id)
        .where(Plan.id == plan_id, in_sight(actor, Plan.unit_id))
        .with_for_update(key_share=True)
    )
    session.execute(
        select(Submission.id)
        .join(Submission.period)
        .where(
            Submission.plan_id == plan_id, Period.code == code, in_sight(actor, Submission.unit_id)
        )
        .with_for_update(of=Submission)
    )
    return quarter_visible_to(session, actor, plan_id, code)


def submission_of(session: Session, plan: Plan, period: Period) -> Submission | None:
    """The plan's submission of the period with all that a page shows of it."""
    return session.scalar(
        select(Submission)
        .options(
            joinedload(Submission.submitted_by),
            joinedload(Submission.decided_by),
            selectinload(Submission.actuals).joinedload(Actual.updated_by),
            selectinload(Submission.executions),
            selectinload(Submission.quantities),
            selectinload(Submission.evidence).joinedload(Evidence.created_by),
            threads_of(Submission.remarks),
        )
        .where(Submission.plan_id == plan.id, Submission.period_id == period.id)
    )


def _add_previous(session: Session, quarter: Quarter) -> None:
    earlier = (Submission.plan_id == quarter.plan.id, Period.code < quarter.period.code)
    for row, name in session.execute(
        select(Actual, Period.name)
        .join(Actual.submission)
        .join(Submission.period)
        .where(
            *earlier,
            Actual.has_value(),
        )
        .order_by(Period.code)
    ):
        quarter.previous[row.indicator_id] = row
        quarter.since[row.indicator_id] = name
    for source, executed in session.execute(
        select(BudgetExecution.source, BudgetExecution.executed)
        .join(Submission, Submission.id == BudgetExecution.submission_id)
        .join(Submission.period)
        .where(*earlier, BudgetExecution.executed.is_not(None))
        .order_by(Period.code)
    ):
        quarter.executed_before[source] = executed or Decimal(0)
    if not quarter.plan.quantities:
        return
    for key, value in session.execute(
        select(QuantityValue.quantity_id, QuantityValue.value)
        .join(Submission, Submission.id == QuantityValue.submission_id)
        .join(Submission.period)
        .where(*earlier, QuantityValue.value.is_not(None))
        .order_by(Period.code)
    ):
        quarter.quantities_before[key] = value or Decimal(0)
