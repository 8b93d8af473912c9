"""Makes the archives that were asked for, one after the other, in a process of its own."""

import contextlib
import logging
import shutil
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.archives.contents import Asked, contents, count_steps
from perf.archives.zip_file import GivenUp, Packed, write_zip
from perf.core.errors import NotPermitted, PerfError
from perf.core.permissions import system_actor
from perf.core.terms import ArchiveState
from perf.database import begin_writing
from perf.models import Archive
from perf.services.archives import (
    archive_name,
    fail_archive,
    finish_archive,
    is_wanted,
    note_progress,
    take_archive,
)

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_NOTES = 2
_SYSTEM = system_actor("archives")


def archive_path(data_dir: Path, archive_id: int) -> Path:
    """Where the file of an archive lies."""
    return data_dir / "archives" / f"{archive_id}.zip"


def make_archives(session: Session, data_dir: Path) -> int:
    """Make all that wait, the one that waits longest first; gives how many were taken.

    Nothing is made where another process is at it: that one takes what waits. Each step is a
    transaction of its own, committed here.
    """
    worker, made = uuid4().hex, 0
    while archive := _take(session, worker):
        sweep_files(session, data_dir, is_alone=True)
        _make(session, archive.id, worker, data_dir)
        made += 1
    return made


def sweep_files(session: Session, data_dir: Path, *, is_alone: bool = False) -> None:
    """Take away the archives' files that belong to no archive.

    Whoever `is_alone`, with nothing being made, takes unfinished files away too.
    """
    folder = data_dir / "archives"
    if not folder.is_dir():
        return
    kept = select(Archive.id).where(Archive.state.in_([ArchiveState.DONE, ArchiveState.RUNNING]))
    names = {f"{one}.zip" for one in session.scalars(kept)}
    for path in folder.iterdir():
        if path.name not in names and (is_alone or path.suffix == ".zip"):
            # Windows keeps a file that somebody is downloading; the next sweep takes it.
            with contextlib.suppress(OSError):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)


def _take(session: Session, worker: str) -> Archive | None:
    begin_writing(session)
    try:
        archive = take_archive(session, _SYSTEM, worker)
        session.commit()
    except IntegrityError:
        # Another process took one at this moment, and takes the others after it.
        session.rollback()
        return None
    return archive


def _make(session: Session, archive_id: int, worker: str, data_dir: Path) -> None:
    path = archive_path(data_dir, archive_id)
    try:
        packed = _pack(session, archive_id, worker, data_dir)
    except GivenUp:
        session.rollback()
        log.info("archive %s was given up", archive_id)
        return
    except PerfError as error:
        _end(session, archive_id, worker, str(error))
    except Exception:
        log.exception("archive %s was not made", archive_id)
        _end(session, archive_id, worker, "生成时出错。请重新生成；再次出错请联系管理员查看日志。")
    else:
        if not _end(session, archive_id, worker, packed):
            path.unlink(missing_ok=True)


def _pack(session: Session, archive_id: int, worker: str, data_dir: Path) -> Packed:
    archive = session.get_one(Archive, archive_id)
    actor = archive.asked_by.actor
    if archive.asked_by.archived_at is not None or not actor.sees_unit(archive.unit_id):
        raise NotPermitted("提出的人已不能查看这个单位的内容，没有生成。")
    asked = Asked(
        archive.year,
        archive.unit_id,
        tuple(archive.formats.split(",")),
        is_public=archive.is_public,
        is_masked=archive.is_masked,
    )
    title = archive_name(archive)
    about = (
        f"{clock.local(archive.asked_at):%Y-%m-%d %H:%M} 由 {archive.asked_by.display_name} 提出"
    )
    if archive.is_public:
        about = "信息公开版：不含佐证材料、监控表和得分计算说明"
    with Session(session.get_bind()) as progress:
        notes = _Notes(progress, archive_id, worker, count_steps(session, asked))
        return write_zip(
            archive_path(data_dir, archive_id),
            title,
            about,
            contents(session, actor, asked, data_dir),
            notes.goes_on,
        )


class _Notes:
    """Keeps how far the making has come, every other second: a transaction a file would be many."""

    def __init__(self, session: Session, archive_id: int, worker: str, total: int) -> None:
        self.session = session
        self.archive_id, self.worker, self.total = archive_id, worker, total
        self.noted_at: float | None = None

    def goes_on(self, done: int) -> bool:
        """Whether the archive is still wanted, asked before each file."""
        now = time.monotonic()
        if self.noted_at is None or now - self.noted_at >= _SECONDS_BETWEEN_NOTES:
            self.noted_at = now
            begin_writing(self.session)
            is_ours = note_progress(
                self.session,
                self.archive_id,
                self.worker,
                done=min(done, self.total),
                total=self.total,
            )
            self.session.commit()
            return is_ours
        found = is_wanted(self.session, self.archive_id, self.worker)
        self.session.rollback()
        return found


def _end(session: Session, archive_id: int, worker: str, result: Packed | str) -> bool:
    """Keep how it ended; False where the archive is no longer this worker's to end."""
    begin_writing(session)
    archive = session.get(Archive, archive_id, with_for_update=True, populate_existing=True)
    is_ours = archive is not None and (archive.state, archive.worker) == (
        ArchiveState.RUNNING,
        worker,
    )
    if archive is not None and is_ours:
        if isinstance(result, str):
            fail_archive(session, _SYSTEM, archive, result)
        else:
            finish_archive(session, _SYSTEM, archive, sha256=result.sha256, size=result.size)
    session.commit()
    return is_ours
