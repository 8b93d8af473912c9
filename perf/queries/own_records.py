"""What the system's own records say of a unit's projects: monitored, and self-evaluated."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from perf.core.periods import QUARTERS
from perf.core.terms import PlanKind, RecordSource, Status
from perf.models import Period, Plan, Project, SelfEvaluation, Submission
from perf.queries.plain_rows import PlanRows

Counts = dict[RecordSource, tuple[int, int]]


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
        )
        .order_by(Project.name)
    )
    return list(session.scalars(query))


def record_counts(session: Session, plan: Plan | PlanRows, quarter: int = QUARTERS) -> Counts:
    """(projects done, projects with a plan) of the plan's unit and year for each kind of record.

    A project is monitored where all its quarters up to this one (1–4) are approved, and
    self-evaluated where its self-evaluation is signed. Three projects, two of them signed → 2, 3.
    """
    projects = (
        Plan.unit_id == plan.unit_id,
        Plan.year == plan.year,
        Plan.kind == PlanKind.PROJECT,
    )
    total = session.scalar(select(func.count()).select_from(Plan).where(*projects)) or 0
    monitored = (
        select(Plan.id)
        .join(Submission, Submission.plan_id == Plan.id)
        .join(Period, Period.id == Submission.period_id)
        .where(
            *projects,
            Submission.status == Status.APPROVED,
            Period.code <= f"{plan.year}-Q{quarter}",
            Period.code.like("%-Q_"),
        )
        .group_by(Plan.id)
        .having(func.count() == quarter)
        .subquery()
    )
    signed = (
        select(func.count())
        .select_from(SelfEvaluation)
        .join(Plan, Plan.id == SelfEvaluation.plan_id)
        .where(*projects, SelfEvaluation.status == Status.APPROVED)
    )
    return {
        RecordSource.MONITORING: (
            session.scalar(select(func.count()).select_from(monitored)) or 0,
            total,
        ),
        RecordSource.SELF_EVALUATION: (session.scalar(signed) or 0, total),
    }
