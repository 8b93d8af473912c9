"""What the system's own records say of a unit's projects: monitored, and self-evaluated."""

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from perf.core.periods import MONTHS
from perf.core.terms import PlanKind, RecordSource, Status
from perf.models import Period, Plan, Project, SelfEvaluation, Submission
from perf.queries.demanded import is_demanded, owes_self_evaluation
from perf.queries.plain_rows import PlanRows

Counts = dict[RecordSource, tuple[int, int]]
# A project that ended within the year may be self-evaluated, but need not be.
_IS_EVALUATED = or_(owes_self_evaluation(), SelfEvaluation.id.is_not(None))


def unsigned_projects(session: Session, plan: Plan) -> list[str]:
    """The names of the unit's projects of the year whose self-evaluation is not signed."""
    query = (
        select(Project.name)
        .join(Plan, Plan.project_id == Project.id)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .where(
            Plan.unit_id == plan.unit_id,
            Plan.year == plan.year,
            or_(SelfEvaluation.id.is_(None), SelfEvaluation.status != Status.APPROVED),
            _IS_EVALUATED,
        )
        .order_by(Project.name)
    )
    return list(session.scalars(query))


def record_counts(session: Session, plan: Plan | PlanRows, months: int = MONTHS) -> Counts:
    """(projects done, projects that owe it) of the plan's unit and year for each kind of record.

    A project is monitored where all that it owes of the year's first `months` is approved, and
    self-evaluated where its self-evaluation is signed. Three projects, two of them signed → 2, 3.
    """
    projects = (
        Plan.unit_id == plan.unit_id,
        Plan.year == plan.year,
        Plan.kind == PlanKind.PROJECT,
    )
    owed = select(Period.id).where(is_demanded(), Period.months <= months).correlate(Plan)
    is_approved = (
        select(Submission.id)
        .where(
            Submission.plan_id == Plan.id,
            Submission.period_id == Period.id,
            Submission.status == Status.APPROVED,
        )
        .correlate(Plan, Period)
        .exists()
    )
    lacks_one = owed.where(~is_approved).exists()
    monitored = (
        select(func.count(), func.count(case((~lacks_one, 1))))
        .select_from(Plan)
        .where(*projects, owed.exists())
    )
    evaluated = (
        select(func.count(), func.count(case((SelfEvaluation.status == Status.APPROVED, 1))))
        .select_from(Plan)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .where(*projects, _IS_EVALUATED)
    )
    found = {
        RecordSource.MONITORING: session.execute(monitored).one(),
        RecordSource.SELF_EVALUATION: session.execute(evaluated).one(),
    }
    return {source: (done, total) for source, (total, done) in found.items()}
