"""Self-evaluations: the year's list, and one plan's with all that its page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from perf.core.permissions import Actor
from perf.core.terms import Action, PlanKind, Status
from perf.models import (
    BudgetLine,
    FiscalYear,
    LedgerEntry,
    Period,
    Plan,
    Project,
    Score,
    SelfEvaluation,
    Submission,
    Unit,
)
from perf.queries.demanded import IS_YEAR, demanded_count, is_demanded
from perf.queries.pages import PAGE_SIZE, Page, contains, count_pages
from perf.queries.signed_copies import is_unfiled
from perf.queries.threads import threads_of
from perf.queries.visible import in_sight, plan_visible_to

_FORM_ORDER = (Unit.code, Unit.id, Plan.kind, Plan.id)
_STEPS = ("begin_self_evaluation", *(action.value for action in Action))


@dataclass(frozen=True, slots=True)
class Listed:
    """One plan of the year, its self-evaluation where one was begun, and how far its periods are.

    `approved` of the `demanded` ones are approved.
    """

    plan: Plan
    evaluation: SelfEvaluation | None
    approved: int
    demanded: int


def self_evaluations_page(
    session: Session,
    actor: Actor,
    *,
    year: int,
    text: str = "",
    is_unfiled_only: bool = False,
    number: int = 1,
) -> Page[Listed]:
    """The year's plans within the actor's sight; `text` is part of a unit's or project's name.

    `is_unfiled_only` keeps those that are signed and have no stamped scan.
    """
    approved = (
        select(func.count(Submission.id))
        .where(Submission.plan_id == Plan.id, Submission.status == Status.APPROVED)
        .correlate(Plan)
        .scalar_subquery()
    )
    query = (
        select(Plan, SelfEvaluation, approved, demanded_count())
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .options(contains_eager(Plan.unit), contains_eager(Plan.project))
        .where(Plan.year == year, in_sight(actor, Plan.unit_id))
        .order_by(*_FORM_ORDER)
    )
    if text:
        query = query.where(_is_called(text))
    if is_unfiled_only:
        query = query.where(is_unfiled())
    total, number, pages = count_pages(session, query, number)
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page([Listed(*row) for row in rows], number, pages, total)


def years_with_plans(session: Session, actor: Actor) -> Sequence[int]:
    """The years that the actor sees plans of, the latest first."""
    return session.scalars(
        select(FiscalYear.id)
        .where(
            select(Plan.id)
            .where(Plan.year == FiscalYear.id, in_sight(actor, Plan.unit_id))
            .correlate(FiscalYear)
            .exists()
        )
        .order_by(FiscalYear.id.desc())
    ).all()


def year_to_evaluate(session: Session, years: Sequence[int], today: date) -> int | None:
    """The year whose self-evaluation is due or was last: the latest of these that has opened."""
    opened = session.scalar(
        select(func.max(Period.year)).where(
            IS_YEAR, Period.year.in_(years), Period.opens_on <= today
        )
    )
    return opened or next(iter(years), None)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A plan, the periods it owes with what was reported, and its self-evaluation, if begun."""

    plan: Plan
    evaluation: SelfEvaluation | None
    quarters: list[tuple[Period, Submission | None]]
    year_period: Period | None

    @property
    def open_quarters(self) -> list[tuple[Period, Submission | None]]:
        """The periods that are not approved."""
        return [
            (period, submission)
            for period, submission in self.quarters
            if submission is None or submission.status is not Status.APPROVED
        ]


def self_evaluation_visible_to(session: Session, actor: Actor, plan_id: int) -> Evaluated:
    """A plan's self-evaluation within the actor's sight; NotFound where the plan is not."""
    plan = plan_visible_to(session, actor, plan_id)
    evaluation = session.scalar(
        select(SelfEvaluation)
        .options(
            joinedload(SelfEvaluation.submitted_by),
            joinedload(SelfEvaluation.decided_by),
            selectinload(SelfEvaluation.scores).joinedload(Score.decided_by),
            threads_of(SelfEvaluation.remarks),
        )
        .where(SelfEvaluation.plan_id == plan.id)
    )
    rows = session.execute(
        select(Period, Submission)
        .outerjoin(
            Submission, and_(Submission.period_id == Period.id, Submission.plan_id == plan.id)
        )
        .join(Plan, Period.year == Plan.year)
        .where(Plan.id == plan.id, or_(is_demanded(), IS_YEAR))
        .order_by(Period.code)
    ).all()
    return Evaluated(
        plan,
        evaluation,
        [(period, submission) for period, submission in rows if not period.is_year],
        next((period for period, _ in rows if period.is_year), None),
    )


def self_evaluation_to_change(session: Session, actor: Actor, plan_id: int) -> Evaluated:
    """The same for a writing request, held until the commit."""
    session.execute(
        select(SelfEvaluation.id)
        .where(SelfEvaluation.plan_id == plan_id, in_sight(actor, SelfEvaluation.unit_id))
        .with_for_update()
    )
    return self_evaluation_visible_to(session, actor, plan_id)


def steps_taken(session: Session, evaluation: SelfEvaluation) -> Sequence[LedgerEntry]:
    """Who began, submitted, returned, signed it and when, the latest first."""
    return session.scalars(
        select(LedgerEntry)
        .where(
            LedgerEntry.subject == SelfEvaluation.__tablename__,
            LedgerEntry.subject_id == evaluation.id,
            LedgerEntry.action.in_(_STEPS),
        )
        .order_by(LedgerEntry.seq.desc())
    ).all()


def _is_called(text: str) -> ColumnElement[bool]:
    pattern = contains(text)
    return or_(Unit.name.ilike(pattern, escape="\\"), Project.name.ilike(pattern, escape="\\"))


def plans_to_export(
    session: Session,
    *,
    year: int,
    project_code: str | None = None,
    kind: PlanKind | None = None,
    unit_code: str | None = None,
    unit_id: int | None = None,
) -> list[tuple[int, int]]:
    """The year's plans of all units by their keys and their units', in the order of forms.

    For the console, and for archives whose unit was asked for in sight; `whole_plans` loads a
    part of them.
    """
    query = (
        select(Plan.id, Plan.unit_id)
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .where(Plan.year == year)
        .order_by(*_FORM_ORDER)
    )
    if project_code is not None:
        query = query.where(Project.code == project_code)
    if kind is not None:
        query = query.where(Plan.kind == kind)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if unit_id is not None:
        query = query.where(Plan.unit_id == unit_id)
    return [(plan, unit) for plan, unit in session.execute(query)]


def whole_plans(session: Session, ids: Sequence[int]) -> list[tuple[Plan, SelfEvaluation | None]]:
    """Plans with all that their forms print, and their self-evaluations, in the order of forms."""
    query = (
        select(Plan, SelfEvaluation)
        .where(Plan.id.in_(ids))
        .join(Plan.unit)
        .outerjoin(Plan.project)
        .outerjoin(SelfEvaluation, SelfEvaluation.plan_id == Plan.id)
        .options(
            contains_eager(Plan.unit),
            contains_eager(Plan.project),
            selectinload(Plan.budget_lines).selectinload(BudgetLine.adjustments),
            selectinload(Plan.indicators),
            selectinload(Plan.tasks),
            selectinload(SelfEvaluation.scores).joinedload(Score.decided_by),
        )
        .order_by(*_FORM_ORDER)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
