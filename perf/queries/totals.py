"""One year in totals over many units: how many reports stand where, and how they were rated."""

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from perf.core.numbers import round_half_up
from perf.core.permissions import Actor
from perf.core.terms import Rating, Status
from perf.core.workflow import HANDED_IN
from perf.models import Period, Plan, SelfEvaluation, Submission
from perf.queries.demanded import SPAN, owes_self_evaluation, spans_owe
from perf.queries.visible import in_sight


@dataclass(slots=True)
class PeriodTotals:
    """Over all units in sight: how many reports approved plans owe for a period, and have made."""

    period: Period
    owed: int = 0
    approved: int = 0
    submitted: int = 0


@dataclass(slots=True)
class Totals:
    """One year over all units in sight, out of stored columns.

    `average` is of signed totals; `has_demo`: invented results are among them.
    """

    year: int
    units: int = 0
    plans: dict[Status, int] = field(default_factory=dict)
    periods: list[PeriodTotals] = field(default_factory=list)
    ratings: dict[Rating, int] = field(default_factory=dict)
    signed: int = 0
    average: Decimal | None = None
    has_demo: bool = False

    def share_of(self, one: PeriodTotals) -> Decimal | None:
        """The approved part of what a period should bring (0–1); None where nothing is owed."""
        return Decimal(one.approved) / one.owed if one.owed else None

    @property
    def plans_total(self) -> int:
        """All plans of the year."""
        return sum(self.plans.values())


def totals_of(session: Session, actor: Actor, year: int) -> Totals:
    """The year's counts over every unit in the actor's sight; five queries of aggregates."""
    totals = Totals(year)
    periods = session.scalars(select(Period).where(Period.year == year))
    in_order = sorted(periods, key=lambda period: (period.is_year, period.code))
    by_id = {period.id: PeriodTotals(period) for period in in_order}
    totals.periods = list(by_id.values())
    of_year = (Plan.year == year, in_sight(actor, Plan.unit_id))
    totals.units = session.scalar(select(func.count(Plan.unit_id.distinct())).where(*of_year)) or 0
    for status, count, *span in session.execute(
        select(Plan.status, func.count(), *SPAN).where(*of_year).group_by(Plan.status, *SPAN)
    ):
        totals.plans[status] = totals.plans.get(status, 0) + count
        if status is Status.APPROVED:
            for one in totals.periods:
                one.owed += count if spans_owe(span, one.period) else 0
    for period_id, status, count in session.execute(
        select(Submission.period_id, Submission.status, func.count())
        .where(
            Submission.period_id.in_(by_id),
            Submission.status.in_(HANDED_IN),
            in_sight(actor, Submission.unit_id),
        )
        .group_by(Submission.period_id, Submission.status)
    ):
        _add(by_id[period_id], status, count)
    _add_evaluations(session, actor, totals)
    return totals


def _add_evaluations(session: Session, actor: Actor, totals: Totals) -> None:
    year = next((one for one in totals.periods if one.period.is_year), None)
    points = Decimal(0)
    for status, rating, is_owed, count, total, invented in session.execute(
        select(
            SelfEvaluation.status,
            SelfEvaluation.rating,
            owes_self_evaluation(),
            func.count(),
            func.sum(SelfEvaluation.total),
            func.count(case((SelfEvaluation.is_demo, 1))),
        )
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(
            Plan.year == totals.year,
            SelfEvaluation.status.in_(HANDED_IN),
            in_sight(actor, SelfEvaluation.unit_id),
        )
        .group_by(SelfEvaluation.status, SelfEvaluation.rating, owes_self_evaluation())
    ):
        if year is not None and is_owed:
            _add(year, status, count)
        if status is Status.APPROVED and rating is not None and total is not None:
            totals.ratings[rating] = totals.ratings.get(rating, 0) + count
            totals.signed += count
            totals.has_demo = totals.has_demo or invented > 0
            points += total
    if totals.signed:
        totals.average = round_half_up(points, Decimal(totals.signed))


def _add(one: PeriodTotals, status: Status, count: int) -> None:
    if status is Status.APPROVED:
        one.approved += count
    else:
        one.submitted += count
