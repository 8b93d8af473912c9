"""Uploaded documents that can be handed back with their bad cells marked: kept, found, dropped."""

import os
import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.models import ImportDraft

MOST_FILES = 20
"""So many of a user's newest uploads are kept; an older one is handed back as a list."""
_INCOMING = "incoming-"


def keep_import_file(data_dir: Path, actor: Actor, sha256: str, content: bytes) -> None:
    """Keep the content under its digest; it is whole on the disk before this returns."""
    folder = _folder(data_dir, actor.id)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_INCOMING, delete=False) as incoming:
        kept = Path(incoming.name)
        try:
            incoming.write(content)
            incoming.flush()
            os.fsync(incoming.fileno())
        except BaseException:
            incoming.close()
            kept.unlink()
            raise
    kept.replace(folder / sha256)


def import_file(data_dir: Path, row: ImportDraft) -> bytes | None:
    """What was uploaded, or None where it is kept no more."""
    path = _folder(data_dir, row.created_by_id) / row.sha256
    return path.read_bytes() if row.sha256 and path.is_file() else None


def drop_import_files(session: Session, data_dir: Path, actor: Actor) -> None:
    """Take away the actor's files but those of their newest imports.

    To be called once the import that was added or given up is committed.
    """
    newest = (
        select(ImportDraft.sha256)
        .where(ImportDraft.created_by_id == actor.id)
        .order_by(ImportDraft.id.desc())
        .limit(MOST_FILES)
    )
    wanted = set(session.scalars(newest))
    folder = _folder(data_dir, actor.id)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in wanted and not path.name.startswith(_INCOMING):
            path.unlink(missing_ok=True)


def _folder(data_dir: Path, user_id: int | None) -> Path:
    return data_dir / "imports" / str(user_id)
