"""Archives of a year: the list, one of them, and what goes into it beside the forms."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import ArchiveState
from perf.models import Archive, Evidence, Indicator, Period, Submission, User
from perf.queries.pages import Page, page_of
from perf.queries.visible import in_sight


def archives_page(session: Session, actor: Actor, number: int = 1) -> Page[Archive]:
    """One page of the archives within the actor's sight, the newest first.

    One of all units is within the sight of whoever sees all units.
    """
    query = (
        select(Archive)
        .options(joinedload(Archive.unit), joinedload(Archive.asked_by))
        .where(in_sight(actor, Archive.unit_id))
        .order_by(Archive.id.desc())
    )
    return page_of(session, query, number)


def archive_visible_to(session: Session, actor: Actor, archive_id: int) -> Archive:
    """One archive with its unit and who asked for it; NotFound where it is out of sight."""
    archive = session.scalar(
        select(Archive)
        .options(joinedload(Archive.unit), joinedload(Archive.asked_by))
        .where(Archive.id == archive_id, in_sight(actor, Archive.unit_id))
        .execution_options(populate_existing=True)
    )
    if archive is None:
        raise NotFound("没有找到这个资料包，它可能已被删除。请从资料包列表重新进入。")
    return archive


def archive_to_change(session: Session, actor: Actor, archive_id: int) -> Archive:
    """The same, held against other writers until the commit."""
    session.execute(select(Archive.id).where(Archive.id == archive_id).with_for_update())
    return archive_visible_to(session, actor, archive_id)


def running_archive(session: Session) -> Archive | None:
    """The archive that is being made, if any; there is one at most."""
    return session.scalar(select(Archive).where(Archive.state == ArchiveState.RUNNING))


def evidence_of_plans(
    session: Session, ids: Sequence[int]
) -> dict[int, list[tuple[Evidence, Period, Submission, str]]]:
    """Each plan's files with their quarter and the indicator's name, blank for the budget.

    By quarter, then as the indicators stand in the form; what was removed is left out.
    """
    rows = session.execute(
        select(Evidence, Period, Submission, func.coalesce(Indicator.name, ""))
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .outerjoin(Indicator, Indicator.id == Evidence.indicator_id)
        .outerjoin(Evidence.created_by)
        .options(contains_eager(Evidence.created_by))
        .where(Submission.plan_id.in_(ids), Evidence.removed_at.is_(None))
        .order_by(Period.code, func.coalesce(Indicator.ordinal, 0), Evidence.id)
    )
    found: dict[int, list[tuple[Evidence, Period, Submission, str]]] = defaultdict(list)
    for evidence, period, submission, name in rows:
        found[submission.plan_id].append((evidence, period, submission, name))
    return found


def evidence_count(session: Session, year: int, unit_id: int | None) -> int:
    """How many files of evidence a year has, of one unit or of all."""
    query = (
        select(func.count())
        .select_from(Evidence)
        .join(Submission, Submission.id == Evidence.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .where(Period.year == year, Evidence.removed_at.is_(None))
    )
    if unit_id is not None:
        query = query.where(Evidence.unit_id == unit_id)
    return session.scalar(query) or 0


def names_of_people(session: Session, unit_id: int) -> Sequence[str]:
    """The names of everybody who signs in, or once did, for the unit."""
    return session.scalars(
        select(User.display_name).where(User.unit_id == unit_id).order_by(User.id)
    ).all()
