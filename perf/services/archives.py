"""Archives of a year: asking for one, giving it up, and what the process that makes it writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from perf import clock
from perf.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from perf.core.permissions import Actor, Permission
from perf.core.terms import ArchiveState
from perf.models import Archive, Unit
from perf.queries.organisation import has_plans
from perf.services.ledger import Changes, record_change

KEPT = timedelta(days=30)
"""An archive is taken away this long after it was made, when the next one is asked for."""
SILENCE = timedelta(minutes=2)
"""A making that was not heard of for so long has died."""
ENDED = frozenset(
    {
        ArchiveState.DONE,
        ArchiveState.FAILED,
        ArchiveState.CANCELLED,
        ArchiveState.INTERRUPTED,
    }
)


def archive_title(year: int, unit: Unit | None, *, is_public: bool) -> str:
    """What an archive of a unit's year, or of all units', is called."""
    kind = "信息公开资料包" if is_public else "年度资料包"
    return f"{year}年度-{unit.name if unit else '全部单位'}-{kind}"


def archive_name(archive: Archive) -> str:
    """What an archive is called on pages, in the ledger and as a file.

    To be asked before anything is changed: it may look the unit up, which flushes the change
    before the ledger has seen it.
    """
    return archive_title(archive.year, archive.unit, is_public=archive.is_public)


def standing(archive: Archive, now: datetime, *, is_anything_made: bool = True) -> ArchiveState:
    """How an archive stands, a making whose process has died as 已中断.

    So is one that waits although nothing `is_anything_made`. The row itself says so only when
    the next process starts, because reading writes nothing.
    """
    is_silent = (archive.beat_at or archive.asked_at) < now - SILENCE
    if is_silent and (
        archive.state is ArchiveState.RUNNING
        or (archive.state is ArchiveState.WAITING and not is_anything_made)
    ):
        return ArchiveState.INTERRUPTED
    return archive.state


def ask_for_archive(
    session: Session,
    actor: Actor,
    *,
    year: int,
    unit: Unit | None,
    formats: Sequence[str],
    is_public: bool = False,
    is_masked: bool = False,
) -> Archive:
    """A new archive of the unit's year, of all units' where `unit` is None, waiting to be made.

    Raises NotPermitted for all units without the permission to read them, NotFound for a unit
    out of sight, InvalidInput without a format and for a public one of all units, Conflict where
    the year has no plans or the same archive is already on its way.
    """
    actor.demand(Permission.EXPORT)
    if unit is None:
        actor.demand(Permission.READ_ALL_UNITS)
    elif not actor.sees_unit(unit.id):
        raise NotFound("没有找到这个单位，或者它不在您的查看范围内。")
    if not formats:
        raise InvalidInput("请更正以下内容。", {"format": "请至少选择一种文件格式。"})
    if is_public and unit is None:
        raise InvalidInput("信息公开由各单位办理，请从一个单位的页面生成。")
    if not has_plans(session, year, unit.id if unit else None):
        raise Conflict(f"{year} 年度还没有绩效目标，没有可以打包的内容。请换一个年度。")
    archive = Archive(
        unit_id=unit.id if unit else None,
        year=year,
        formats=",".join(formats),
        is_public=is_public,
        is_masked=is_masked,
        asked_by_id=actor.id,
        asked_at=clock.now(),
    )
    _demand_new(session, archive)
    session.add(archive)
    archive.unit = unit
    record_change(session, actor, "ask_for_archive", archive, name=archive_name(archive))
    return archive


def cancel_archive(session: Session, actor: Actor, archive: Archive) -> None:
    """Give up an archive that waits or is being made; its process stops within one file."""
    _demand_own(actor, archive)
    name = archive_name(archive)
    if archive.state in ENDED:
        raise Conflict("这个资料包已经结束，不需要取消。请刷新页面查看。")
    archive.state = ArchiveState.CANCELLED
    archive.finished_at = clock.now()
    record_change(session, actor, "cancel_archive", archive, name=name)


def repeat_archive(session: Session, actor: Actor, archive: Archive) -> None:
    """Let an archive be made that was interrupted, cancelled or failed; Conflict for others."""
    _demand_own(actor, archive)
    name = archive_name(archive)
    if standing(archive, clock.now()) in {ArchiveState.DONE, ArchiveState.RUNNING}:
        raise Conflict("这个资料包已生成或正在生成。请刷新页面查看。")
    archive.state = ArchiveState.WAITING
    archive.asked_at = clock.now()
    archive.files_done = archive.files_total = 0
    archive.worker = archive.beat_at = archive.finished_at = None
    archive.error = ""
    record_change(session, actor, "repeat_archive", archive, name=name)


def remove_archive(session: Session, actor: Actor, archive: Archive) -> None:
    """Delete an archive; Conflict while it is being made.

    Its file goes with the next `sweep_files`.
    """
    _demand_own(actor, archive)
    if standing(archive, clock.now()) is ArchiveState.RUNNING:
        raise Conflict("这个资料包正在生成，请先取消。")
    _remove(session, actor, archive, "")


def remove_expired(session: Session, actor: Actor) -> None:
    """Delete the archives that ended more than 30 days ago."""
    old = session.scalars(
        select(Archive)
        .options(joinedload(Archive.unit))
        .where(Archive.state.in_(ENDED), Archive.finished_at < clock.now() - KEPT)
    ).all()
    for archive in old:
        _remove(session, actor, archive, f"超过 {KEPT.days} 天")


def take_archive(session: Session, actor: Actor, worker: str) -> Archive | None:
    """The archive that waits longest, now being made by this worker.

    None where nothing waits or another worker lives. What a worker left that has died is said to
    be interrupted. Two workers that take one at the same moment meet at the database's own rule
    that one alone is running: the second gets IntegrityError.
    """
    now = clock.now()
    running = session.scalars(
        select(Archive).where(Archive.state == ArchiveState.RUNNING).with_for_update()
    ).first()
    if running is not None:
        if standing(running, now) is ArchiveState.RUNNING:
            return None
        name = archive_name(running)
        running.state = ArchiveState.INTERRUPTED
        running.finished_at = now
        record_change(session, actor, "interrupt_archive", running, name=name)
        session.flush()
    waiting = session.scalars(
        select(Archive)
        .where(Archive.state == ArchiveState.WAITING)
        .order_by(Archive.asked_at, Archive.id)
        .limit(1)
        .with_for_update()
    ).first()
    if waiting is not None:
        # Progress is no change that anybody made: it goes by the ledger.
        session.execute(
            update(Archive)
            .where(Archive.id == waiting.id)
            .values(state=ArchiveState.RUNNING, worker=worker, beat_at=now)
        )
        session.refresh(waiting)
    return waiting


def note_progress(session: Session, archive_id: int, worker: str, *, done: int, total: int) -> bool:
    """Keep how many files are done; False where the archive is no longer this worker's to make."""
    written: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Archive)
        .where(
            Archive.id == archive_id,
            Archive.state == ArchiveState.RUNNING,
            Archive.worker == worker,
        )
        .values(files_done=done, files_total=total, beat_at=clock.now())
    )
    return written.rowcount == 1


def is_wanted(session: Session, archive_id: int, worker: str) -> bool:
    """Whether the archive is still this worker's to make."""
    found = session.execute(
        select(Archive.state, Archive.worker).where(Archive.id == archive_id)
    ).first()
    return found is not None and tuple(found) == (ArchiveState.RUNNING, worker)


def finish_archive(
    session: Session, actor: Actor, archive: Archive, *, sha256: str, size: int
) -> None:
    """Say that the file of an archive lies ready."""
    name = archive_name(archive)
    archive.state = ArchiveState.DONE
    archive.files_done = archive.files_total
    archive.sha256, archive.size = sha256, size
    archive.finished_at = clock.now()
    record_change(session, actor, "finish_archive", archive, name=name)


def fail_archive(session: Session, actor: Actor, archive: Archive, sentence: str) -> None:
    """Say why an archive could not be made."""
    name = archive_name(archive)
    archive.state = ArchiveState.FAILED
    archive.error = sentence[:500]
    archive.finished_at = clock.now()
    record_change(session, actor, "fail_archive", archive, name=name)


def _demand_new(session: Session, archive: Archive) -> None:
    same = session.scalars(
        select(Archive).where(
            Archive.state.in_([ArchiveState.WAITING, ArchiveState.RUNNING]),
            Archive.asked_by_id == archive.asked_by_id,
            Archive.unit_id.is_not_distinct_from(archive.unit_id),
            Archive.year == archive.year,
            Archive.is_public == archive.is_public,
            Archive.formats == archive.formats,
        )
    )
    if any(standing(one, archive.asked_at) not in ENDED for one in same):
        raise Conflict("同样的资料包已在生成。请在列表中查看进度，或取消后重新生成。")


def _demand_own(actor: Actor, archive: Archive) -> None:
    if archive.asked_by_id != actor.id and not actor.may(Permission.ADMINISTER):
        raise NotPermitted("只有提出的人和管理员可以取消、重新生成或删除这个资料包。")


def _remove(session: Session, actor: Actor, archive: Archive, reason: str) -> None:
    gone: Changes = {"state": (archive.state.value, None), "sha256": (archive.sha256, None)}
    record_change(
        session,
        actor,
        "remove_archive",
        archive,
        changes={key: pair for key, pair in gone.items() if pair[0] is not None},
        name=archive_name(archive),
        reason=reason,
    )
    session.delete(archive)
