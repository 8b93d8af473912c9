"""What is known of one indicator in one period: figures, remarks, files, and who changed it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.models import (
    Actual,
    Evidence,
    Indicator,
    LedgerEntry,
    Period,
    Remark,
    Score,
    SelfEvaluation,
    Submission,
)
from perf.queries.last_year import by_key, earlier_plans
from perf.queries.revisions import indicator_visible_to
from perf.queries.threads import with_people

# What happened before these changes is in the ledger.
MOST_CHANGES = 10
_MISSING = "没有这个填报期。请从填报页面进入。"


@dataclass(frozen=True, slots=True)
class Reported:
    """What one period says of the indicator; None where the period or its row is not begun."""

    period: Period
    submission: Submission | None
    actual: Actual | None

    @property
    def has_figure(self) -> bool:
        """Whether a value stands in it, rather than nothing or a word for none."""
        return self.actual is not None and self.actual.actual is not None


@dataclass(frozen=True, slots=True)
class LastYear:
    """The same indicator a year before: its target, its periods, and its signed year value."""

    year: int
    target_text: str
    rows: list[Reported]
    score: Score | None


@dataclass(slots=True)
class Known:
    """One indicator in one period.

    `rows` are the periods of its year in their order, `remarks` and `files` come with the period
    that they are about (None: the plan, the self-evaluation or a revision), the latest first;
    `changes` are the ledger's entries of this period's row, the latest first; `before` and `after`
    are the plan's indicators next to it.
    """

    indicator: Indicator
    period: Period
    rows: list[Reported]
    last_year: LastYear | None
    before: Indicator | None
    after: Indicator | None
    remarks: list[tuple[Remark, Period | None]] = field(default_factory=list)
    files: list[tuple[Evidence, Period]] = field(default_factory=list)
    changes: Sequence[LedgerEntry] = ()

    @property
    def here(self) -> Reported:
        """What this period says."""
        return next(row for row in self.rows if row.period.id == self.period.id)

    @property
    def previous(self) -> Reported | None:
        """The latest earlier period of the year that has a figure."""
        earlier = [row for row in self.rows if row.period.code < self.period.code]
        return next((row for row in reversed(earlier) if row.has_figure), None)


def known_visible_to(session: Session, actor: Actor, period_id: int, indicator_id: int) -> Known:
    """All that is known of an indicator in a period; nine queries at most.

    NotFound where the indicator is out of sight, and for a period that is none of its year's.
    """
    indicator = indicator_visible_to(session, actor, indicator_id)
    siblings, twin = _related(session, actor, indicator)
    by_year = _reported(session, indicator, twin)
    rows = by_year.get(indicator.plan.year, [])
    period = next((row.period for row in rows if row.period.id == period_id), None)
    if period is None:
        raise NotFound(_MISSING)
    place = [one.id for one in siblings].index(indicator.id)
    known = Known(
        indicator=indicator,
        period=period,
        rows=rows,
        last_year=_last_year(session, twin, indicator.plan.year - 1, by_year) if twin else None,
        before=siblings[place - 1] if place else None,
        after=siblings[place + 1] if place + 1 < len(siblings) else None,
    )
    ids = [indicator.id, *([twin.id] if twin else [])]
    known.remarks = _remarks(session, ids)
    known.files = _files(session, ids)
    if known.here.actual is not None:
        known.changes = _changes(session, known.here.actual)
    return known


def _related(
    session: Session, actor: Actor, indicator: Indicator
) -> tuple[list[Indicator], Indicator | None]:
    """The plan's indicators in order, and the same one of the year before, as `by_key` finds it."""
    plan = indicator.plan
    earlier = dict(earlier_plans(session, actor, [plan], 1)[plan.id])
    last_id = earlier.get(plan.year - 1)
    rows = session.scalars(
        select(Indicator)
        .where(Indicator.plan_id.in_({plan.id, last_id} - {None}))
        .order_by(Indicator.ordinal, Indicator.id)
    ).all()
    siblings = [row for row in rows if row.plan_id == plan.id]
    twins = by_key([row for row in rows if row.plan_id == last_id])
    own = next((key for key, row in by_key(siblings).items() if row.id == indicator.id), None)
    return siblings, twins.get(own) if own else None


def _reported(
    session: Session, indicator: Indicator, twin: Indicator | None
) -> dict[int, list[Reported]]:
    """By year the periods in their order, the year's self-evaluation left out."""
    plan_ids = [indicator.plan_id, *([twin.plan_id] if twin else [])]
    ids = [indicator.id, *([twin.id] if twin else [])]
    years = [indicator.plan.year, *([indicator.plan.year - 1] if twin else [])]
    found: dict[int, list[Reported]] = {}
    for period, submission, actual in session.execute(
        select(Period, Submission, Actual)
        .outerjoin(
            Submission,
            and_(Submission.period_id == Period.id, Submission.plan_id.in_(plan_ids)),
        )
        .outerjoin(
            Actual, and_(Actual.submission_id == Submission.id, Actual.indicator_id.in_(ids))
        )
        .options(joinedload(Actual.updated_by))
        .where(Period.year.in_(years))
        .order_by(Period.code)
    ):
        if not period.is_year:
            found.setdefault(period.year, []).append(Reported(period, submission, actual))
    return found


def _last_year(
    session: Session, twin: Indicator, year: int, by_year: dict[int, list[Reported]]
) -> LastYear:
    score = session.scalar(
        select(Score)
        .join(Score.self_evaluation)
        .where(Score.indicator_id == twin.id, SelfEvaluation.status == Status.APPROVED)
    )
    return LastYear(year, twin.target_text, by_year.get(year, []), score)


def _remarks(session: Session, ids: Collection[int]) -> list[tuple[Remark, Period | None]]:
    rows = session.execute(
        select(Remark, Period)
        .outerjoin(Submission, Submission.id == Remark.submission_id)
        .outerjoin(Period, Period.id == Submission.period_id)
        .options(*with_people())
        .where(Remark.indicator_id.in_(ids))
        .order_by(Remark.id.desc())
    )
    return [(remark, period) for remark, period in rows]


def _files(session: Session, ids: Collection[int]) -> list[tuple[Evidence, Period]]:
    rows = session.execute(
        select(Evidence, Period)
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .options(joinedload(Evidence.created_by))
        .where(Evidence.indicator_id.in_(ids), Evidence.removed_at.is_(None))
        .order_by(Period.code.desc(), Evidence.id)
    )
    return [(evidence, period) for evidence, period in rows]


def _changes(session: Session, actual: Actual) -> Sequence[LedgerEntry]:
    return session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.subject == Actual.__tablename__, LedgerEntry.subject_id == actual.id)
        .order_by(LedgerEntry.id.desc())
        .limit(MOST_CHANGES)
    ).all()
