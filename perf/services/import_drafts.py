"""Uploaded documents on their way to plans: kept, corrected, confirmed once."""

from typing import Any

from sqlalchemy.orm import Session

from perf import clock
from perf.core.drafts import Draft
from perf.core.errors import Conflict, NotFound, Stale
from perf.core.permissions import Actor, Permission
from perf.core.storable import LINE
from perf.models import ImportDraft
from perf.services.imports import Imported, LeftOut, Source, import_draft
from perf.services.typed import clean_text

Content = dict[str, Any]


def open_draft(
    session: Session, actor: Actor, *, file_name: str, sha256: str, content: Content
) -> ImportDraft:
    """Keep what was read from an uploaded file for its creator to look through."""
    actor.demand(Permission.IMPORT)
    name = clean_text(file_name)
    row = ImportDraft(
        created_by_id=actor.id,
        created_at=clock.now(),
        # A name that is too long keeps its end, which says what kind of file it is.
        file_name=name[-LINE:],
        sha256=sha256,
        content=content,
    )
    session.add(row)
    session.flush()
    return row


def revise_draft(
    session: Session, actor: Actor, row: ImportDraft, content: Content, *, version: int
) -> bool:
    """Keep the corrections; whether anything changed. Raises Stale, and Conflict once confirmed."""
    _demand_open(actor, row, version)
    if content == row.content:
        return False
    row.content = content
    session.flush()
    return True


def confirm_draft(
    session: Session,
    actor: Actor,
    row: ImportDraft,
    draft: Draft,
    content: Content,
    *,
    version: int,
    left_out: LeftOut | None = None,
) -> Imported:
    """Create the draft's plans, all or nothing, and keep what became of each.

    `content` is the corrected draft that is kept, `draft` what of it is to be stored, `left_out`
    names what is not. Raises InvalidInput while an error stands, Stale, and Conflict where it was
    confirmed already.
    """
    _demand_open(actor, row, version)
    source = Source(row.file_name, row.sha256, left_out or LeftOut())
    imported = import_draft(session, actor, draft, source)
    row.content = {
        **content,
        "outcome": [
            {
                "plan_id": one.plan.id if one.plan else None,
                "name": one.draft_plan.name,
                "outcome": one.outcome.value,
                "differences": one.differences,
            }
            for one in imported.plans
        ],
    }
    row.confirmed_at = clock.now()
    session.flush()
    return imported


def discard_draft(session: Session, actor: Actor, row: ImportDraft) -> None:
    """Give up an import that was never confirmed; raises Conflict for one that was."""
    _demand_open(actor, row, row.version)
    session.delete(row)
    session.flush()


def _demand_open(actor: Actor, row: ImportDraft, version: int) -> None:
    actor.demand(Permission.IMPORT)
    if row.created_by_id != actor.id:
        raise NotFound("没有找到这份导入。")
    if row.confirmed_at is not None:
        raise Conflict("这份文件已经确认导入，没有再次改动。")
    if version != row.version:
        raise Stale("这份导入在另一个窗口里改过，这次没有保存。")
