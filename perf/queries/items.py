"""Plans, revisions, endings, quarters and self-evaluations as one kind of row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    Integer,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from perf.core.permissions import Actor
from perf.core.terms import Labelled, PlanKind, Status
from perf.core.workflow import EDITABLE
from perf.models import (
    Actual,
    FiscalYear,
    Indicator,
    Period,
    Plan,
    PlanEnding,
    Project,
    Score,
    SelfEvaluation,
    Snapshot,
    Submission,
    TargetRevision,
    User,
)
from perf.queries.demanded import IS_YEAR, is_demanded

_submitter = aliased(User)
_decider = aliased(User)


class ItemKind(Labelled):
    """What an item is."""

    PLAN = "plan", "绩效目标"
    REVISION = "revision", "目标调整"
    ENDING = "ending", "终止并入"
    QUARTER = "quarter", "监控填报"
    SELF_EVALUATION = "self_evaluation", "绩效自评"


_KINDS = {kind.value: kind for kind in ItemKind}


@dataclass(frozen=True, slots=True)
class Item:
    """One plan, a revision, an ending or a quarter of one, or a self-evaluation.

    Without a status it was not begun.

    `done` of `total` are filled in: indicators with a figure, or demanded reasons given; a plan
    has only the total of its indicators. `changed` counts, while it waits, what differs from what
    was handed in before, None for the first time. `review_days` are the working days that the year
    gives its reviewers. People go by the names that pages show.
    """

    kind: ItemKind
    plan_id: int
    subject_id: int | None
    project_name: str | None
    year: int
    period_code: str | None
    period_name: str | None
    due_on: date | None
    is_locked: bool
    status: Status | None
    is_demo: bool
    submitted_at: datetime | None
    submitted_by_id: int | None
    submitted_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    changed: int | None
    done: int | None
    total: int | None
    review_days: int

    @property
    def is_returned(self) -> bool:
        """Whether a reviewer gave it back with something to put right."""
        return self.status in {Status.RETURNED, Status.REOPENED}

    @property
    def plan_name(self) -> str:
        """The project's name, or what the department's plan is called."""
        return self.project_name or PlanKind.DEPARTMENT.label

    @property
    def key(self) -> str:
        """What tells it from others of its kind and plan: a quarter's code, a document's id."""
        if self.kind in {ItemKind.REVISION, ItemKind.ENDING}:
            return str(self.subject_id)
        return self.period_code or ""

    @property
    def what(self) -> str:
        """What it is about its plan: the quarter by its name, else its kind."""
        if self.kind is ItemKind.QUARTER:
            return f"{self.period_name}填报"
        return self.kind.label


def read_items(session: Session, statement: Executable, values: Mapping[str, Any]) -> list[Item]:
    """The rows of `items_of`'s columns as Items, in the statement's order; one query.

    The connection is asked itself: these are plain columns, and the entry page is opened most.
    """
    rows = session.connection().execute(statement, dict(values))
    return [Item(_KINDS[row[0]], *row[1:]) for row in rows]


def items_of(kind: ItemKind, *, with_progress: bool = False) -> Select[Any]:
    """Every item of one kind, to be narrowed by conditions on Plan, Period and its own model.

    A quarter or self-evaluation that nobody began is a row of nulls; the progress is counted
    only of what may still be edited.
    """
    return _SELECTS[kind](with_progress)


def is_open(today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The SQL condition that the item's period may be worked on."""
    return and_(Period.opens_on <= today, Period.locked_at.is_(None))


def is_any_of(column: Any, statuses: Iterable[Labelled]) -> ColumnElement[bool]:
    """The condition that the status is one of these; unlike IN it is compiled only once."""
    return or_(*(column == status for status in statuses))


def lies_in_sight(unit_id: Any, *, sees_all: bool) -> ColumnElement[bool]:
    """The condition of `in_sight` for a statement that is built once: `:unit_id` is bound later."""
    return true() if sees_all else unit_id == bindparam("unit_id", type_=Integer)


def bound_to(actor: Actor) -> dict[str, int | None]:
    """The actor as the parameters of such a statement."""
    return {"unit_id": actor.unit_id, "user_id": actor.id}


def approved_quarters() -> ScalarSelect[int]:
    """How many quarters of the plan are approved, as a correlated count."""
    return (
        select(func.count())
        .where(Submission.plan_id == Plan.id, Submission.status == Status.APPROVED)
        .correlate(Plan)
        .scalar_subquery()
    )


def _plans(with_progress: bool) -> Select[Any]:
    indicators = select(func.count()).where(Indicator.plan_id == Plan.id).correlate(Plan)
    total = indicators.scalar_subquery() if with_progress else _no_number()
    query = _select(ItemKind.PLAN, Plan, Snapshot.plan_id, _no_period(), _no_number(), total)
    return _with_people(query, Plan)


def _revisions(_with_progress: bool) -> Select[Any]:
    own, none = Snapshot.target_revision_id, _no_number()
    query = _select(ItemKind.REVISION, TargetRevision, own, _no_period(), none, none)
    # One that was given up is nobody's any more.
    is_kept = TargetRevision.cancelled_at.is_(None)
    query = query.join(TargetRevision, and_(TargetRevision.plan_id == Plan.id, is_kept))
    return _with_people(query, TargetRevision)


def _endings(_with_progress: bool) -> Select[Any]:
    own, none = Snapshot.plan_ending_id, _no_number()
    query = _select(ItemKind.ENDING, PlanEnding, own, _no_period(), none, none)
    # One that was given up is nobody's any more.
    is_kept = PlanEnding.cancelled_at.is_(None)
    query = query.join(PlanEnding, and_(PlanEnding.plan_id == Plan.id, is_kept))
    return _with_people(query, PlanEnding)


def _quarters(with_progress: bool) -> Select[Any]:
    done = total = _no_number()
    if with_progress:
        is_filled = or_(
            Actual.value.is_not(None),
            Actual.on.is_not(None),
            Actual.tier.is_not(None),
            Actual.is_no_data,
        )
        filled = select(func.count()).where(Actual.submission_id == Submission.id, is_filled)
        done = _while_edited(Submission, filled.correlate(Submission).scalar_subquery())
        indicators = select(func.count()).where(Indicator.plan_id == Plan.id).correlate(Plan)
        total = _while_edited(Submission, indicators.scalar_subquery())
    query = _select(ItemKind.QUARTER, Submission, Snapshot.submission_id, _PERIOD, done, total)
    query = query.join(Period, is_demanded()).outerjoin(
        Submission, and_(Submission.plan_id == Plan.id, Submission.period_id == Period.id)
    )
    return _with_people(query, Submission)


def _self_evaluations(with_progress: bool) -> Select[Any]:
    done = total = _no_number()
    if with_progress:
        wanted = (
            select(func.count())
            .where(Score.self_evaluation_id == SelfEvaluation.id, Score.needs_reason)
            .correlate(SelfEvaluation)
        )
        given = wanted.where(Score.deviation_reason != "")
        done = _while_edited(SelfEvaluation, given.scalar_subquery())
        total = _while_edited(SelfEvaluation, wanted.scalar_subquery())
    own = Snapshot.self_evaluation_id
    query = _select(ItemKind.SELF_EVALUATION, SelfEvaluation, own, _PERIOD, done, total)
    query = query.join(Period, and_(Period.year == Plan.year, IS_YEAR)).outerjoin(
        SelfEvaluation, SelfEvaluation.plan_id == Plan.id
    )
    return _with_people(query, SelfEvaluation)


_PERIOD: list[Any] = [Period.code, Period.name, Period.due_on, Period.locked_at.is_not(None)]
_SELECTS: dict[ItemKind, Callable[[bool], Select[Any]]] = {
    ItemKind.PLAN: _plans,
    ItemKind.REVISION: _revisions,
    ItemKind.ENDING: _endings,
    ItemKind.QUARTER: _quarters,
    ItemKind.SELF_EVALUATION: _self_evaluations,
}


def _select(
    kind: ItemKind, model: Any, snapshot_of: Any, period: list[Any], done: Any, total: Any
) -> Select[Any]:
    changed = (
        select(Snapshot.changed)
        .where(snapshot_of == model.id)
        .order_by(Snapshot.id.desc())
        .limit(1)
        .correlate(model)
        .scalar_subquery()
    )
    columns = [
        literal(kind.value).label("kind"),
        Plan.id.label("plan_id"),
        model.id.label("subject_id"),
        Project.name.label("project_name"),
        Plan.year.label("year"),
        *(
            column.label(name)
            for column, name in zip(
                period, ("period_code", "period_name", "due_on", "is_locked"), strict=True
            )
        ),
        model.status.label("status"),
        func.coalesce(getattr(model, "is_demo", Plan.is_demo), Plan.is_demo).label("is_demo"),
        model.submitted_at.label("submitted_at"),
        model.submitted_by_id.label("submitted_by_id"),
        _submitter.display_name.label("submitted_by"),
        model.decided_at.label("decided_at"),
        _decided_by(model).label("decided_by"),
        case((model.status == Status.SUBMITTED, changed), else_=null()).label("changed"),
        done.label("done"),
        total.label("total"),
        FiscalYear.review_days.label("review_days"),
    ]
    return (
        select(*columns)
        .select_from(Plan)
        .join(FiscalYear, FiscalYear.id == Plan.year)
        .outerjoin(Project, Project.id == Plan.project_id)
    )


def _decided_by(model: Any) -> ColumnElement[str]:
    """What `decided_by_name` of the model says."""
    name = _decider.display_name
    return case(
        (model.decided_for == "", name), else_=name + "（受" + model.decided_for + "委托代审）"
    )


def _with_people(query: Select[Any], model: Any) -> Select[Any]:
    return query.outerjoin(_submitter, _submitter.id == model.submitted_by_id).outerjoin(
        _decider, _decider.id == model.decided_by_id
    )


def _while_edited(model: Any, count: ColumnElement[int]) -> ColumnElement[int | None]:
    return case((is_any_of(model.status, sorted(EDITABLE)), count), else_=null())


def _no_period() -> list[Any]:
    no_text, no_day = cast(null(), String), cast(null(), Date)
    return [no_text, no_text, no_day, false()]


def _no_number() -> ColumnElement[int | None]:
    return cast(null(), Integer)
