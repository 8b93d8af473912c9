"""The figures behind the pictures: of a plan, of one unit's plans, of a page of units."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select
from sqlalchemy.orm import Session

from perf.core.execution import Execution
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.core.workflow import HANDED_IN
from perf.models import (
    Actual,
    BudgetExecution,
    BudgetLine,
    Indicator,
    Period,
    Plan,
    Score,
    SelfEvaluation,
    Submission,
)
from perf.queries.packs import find_pack
from perf.queries.plans import adjusted_budgets
from perf.queries.visible import in_sight

EXECUTION = "预算执行率"
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class ClassSum:
    """What was scored of one 一级指标: its weight, and its points, None while one is open."""

    weight: Decimal
    points: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """The points as a share of the weight; None while open and where nothing was weighed."""
        return self.points / self.weight if self.points is not None and self.weight else None


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan's latest quarter handed in: both progresses as shares of 1, None for 未填报.

    `achieved` is the mean attainment of the indicators that have a figure, each up to 100 % and by
    its weight.
    """

    quarter: str
    executed: Decimal | None
    achieved: Decimal | None


# For each plan or unit the sums by class, in the forms' order.
ClassSums = dict[int, dict[str, ClassSum]]


def actuals_of_year(session: Session, plan: Plan) -> dict[tuple[int, int], Actual]:
    """What each quarter of the plan says so far, by indicator and period; one query."""
    rows = session.execute(
        select(Submission.period_id, Actual)
        .join(Submission, Submission.id == Actual.submission_id)
        .where(Submission.plan_id == plan.id)
    )
    return {(row.indicator_id, period_id): row for period_id, row in rows}


def class_sums_of_plans(session: Session, ids: Collection[int]) -> ClassSums:
    """The sums of each plan that has a self-evaluation, signed or not; two queries."""
    return _class_sums(session, Plan.id, SelfEvaluation.plan_id.in_(ids))


def class_sums_of_units(
    session: Session, actor: Actor, year: int, ids: Collection[int]
) -> ClassSums:
    """The sums over the year's signed self-evaluations of each of these units; two queries."""
    return _class_sums(
        session,
        Plan.unit_id,
        Plan.unit_id.in_(ids),
        in_sight(actor, Plan.unit_id),
        Plan.year == year,
        SelfEvaluation.status == Status.APPROVED,
    )


def latest_progress(session: Session, ids: Collection[int]) -> dict[int, Progress]:
    """Of each plan that has handed in a quarter, how far it is; five queries."""
    latest: dict[int, tuple[int, str]] = {}
    for plan_id, submission_id, name in session.execute(
        select(Submission.plan_id, Submission.id, Period.name)
        .join(Submission.period)
        .where(Submission.plan_id.in_(ids), Submission.status.in_(HANDED_IN))
        .order_by(Period.code)
    ):
        latest[plan_id] = (submission_id, name)
    submissions = [submission_id for submission_id, _ in latest.values()]
    budgets = adjusted_budgets(session, list(latest))
    executed = _executed(session, submissions)
    achieved = _achieved(session, submissions)
    return {
        plan_id: Progress(
            name,
            Execution(budgets.get(plan_id), executed.get(submission_id)).rate,
            achieved.get(submission_id),
        )
        for plan_id, (submission_id, name) in latest.items()
    }


def totals_of_year(session: Session, unit_id: int, year: int) -> dict[int | None, Decimal]:
    """The signed totals of a unit's year by project; None is the department; one query."""
    rows = session.execute(
        select(Plan.project_id, SelfEvaluation.total)
        .join(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .where(
            Plan.unit_id == unit_id,
            Plan.year == year,
            SelfEvaluation.status == Status.APPROVED,
            SelfEvaluation.total.is_not(None),
        )
    )
    return {project_id: total for project_id, total in rows if total is not None}


def _class_sums(
    session: Session, key: SQLColumnExpression[int], *conditions: ColumnElement[bool]
) -> ClassSums:
    final = func.coalesce(Score.decided_points, Score.points)
    is_open = final.is_(None) & ~Score.is_not_applicable
    sums: ClassSums = {}
    for one, level1, weight, points, missing in session.execute(
        select(
            key,
            Indicator.level1,
            func.sum(Score.weight),
            func.sum(final),
            func.count(case((is_open, 1))),
        )
        .join(Score.indicator)
        .join(SelfEvaluation, SelfEvaluation.id == Score.self_evaluation_id)
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(*conditions)
        .group_by(key, Indicator.level1)
        .order_by(func.min(Indicator.ordinal), Indicator.level1)
    ):
        sums.setdefault(one, {})[level1] = ClassSum(weight, None if missing else points or _ZERO)
    _add_execution(session, sums, key, *conditions)
    return sums


def _add_execution(
    session: Session,
    sums: ClassSums,
    key: SQLColumnExpression[int],
    *conditions: ColumnElement[bool],
) -> None:
    """The budget's execution as the last class; its weight stands in the rule packs."""
    points = SelfEvaluation.execution_points
    # Where a total stands without them, there was no budget to execute.
    is_open = points.is_(None) & SelfEvaluation.total.is_(None)
    for one, pack_id, version, scored, missing, total in session.execute(
        select(
            key,
            SelfEvaluation.pack_id,
            SelfEvaluation.pack_version,
            func.count(points),
            func.count(case((is_open, 1))),
            func.sum(points),
        )
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(*conditions)
        .group_by(key, SelfEvaluation.pack_id, SelfEvaluation.pack_version)
    ):
        weight = find_pack(session, pack_id, version).execution.weight * (scored + missing)
        if not weight:
            continue
        so_far = sums.setdefault(one, {}).get(EXECUTION, ClassSum(_ZERO, _ZERO))
        is_whole = not missing and so_far.points is not None
        sums[one][EXECUTION] = ClassSum(
            so_far.weight + weight,
            (so_far.points or _ZERO) + (total or _ZERO) if is_whole else None,
        )


def _executed(session: Session, submissions: Collection[int]) -> dict[int, Decimal]:
    """元 executed by submission; none while a source of the plan's budget is 未填报."""
    rows = session.execute(
        select(
            Submission.id,
            func.count(),
            func.count(BudgetExecution.executed),
            func.sum(BudgetExecution.executed),
        )
        .join(BudgetLine, BudgetLine.plan_id == Submission.plan_id)
        .outerjoin(
            BudgetExecution,
            (BudgetExecution.submission_id == Submission.id)
            & (BudgetExecution.source == BudgetLine.source),
        )
        .where(Submission.id.in_(submissions))
        .group_by(Submission.id)
    )
    return {
        key: amount for key, lines, known, amount in rows if known == lines and amount is not None
    }


def _achieved(session: Session, submissions: Collection[int]) -> dict[int, Decimal]:
    """The weighted mean attainment by submission, of the indicators with a figure."""
    reached: dict[int, Decimal] = {}
    weighed: dict[int, Decimal] = {}
    for key, ratio, weight in session.execute(
        select(Actual.submission_id, Actual.ratio, Indicator.weight)
        .join(Actual.indicator)
        .where(
            Actual.submission_id.in_(submissions),
            Actual.ratio.is_not(None),
            Indicator.weight.is_not(None),
        )
    ):
        reached[key] = reached.get(key, _ZERO) + min(ratio or _ZERO, _ONE) * (weight or _ZERO)
        weighed[key] = weighed.get(key, _ZERO) + (weight or _ZERO)
    return {key: reached[key] / weight for key, weight in weighed.items() if weight}
