"""A user's own imports: the list and one of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.models import ImportDraft
from perf.queries.pages import Page, page_of


def drafts_page(session: Session, actor: Actor, number: int = 1) -> Page[ImportDraft]:
    """One page of what the actor uploaded, the newest first, without the contents."""
    query = (
        select(ImportDraft)
        .options(
            load_only(
                ImportDraft.file_name,
                ImportDraft.created_at,
                ImportDraft.confirmed_at,
                raiseload=True,
            )
        )
        .where(ImportDraft.created_by_id == actor.id)
        .order_by(ImportDraft.id.desc())
    )
    return page_of(session, query, number)


def draft_of(session: Session, actor: Actor, draft_id: int) -> ImportDraft:
    """One of the actor's own imports; NotFound for anybody else's."""
    return _draft_of(session, actor, draft_id, is_locked=False)


def draft_to_change(session: Session, actor: Actor, draft_id: int) -> ImportDraft:
    """One of the actor's own imports, held against other writers until the commit."""
    return _draft_of(session, actor, draft_id, is_locked=True)


def _draft_of(session: Session, actor: Actor, draft_id: int, *, is_locked: bool) -> ImportDraft:
    query = select(ImportDraft).where(
        ImportDraft.id == draft_id, ImportDraft.created_by_id == actor.id
    )
    row = session.scalar(query.with_for_update() if is_locked else query)
    if row is None:
        raise NotFound("没有找到这份导入。只有上传的人能看到自己的导入，请从“导入”页面进入。")
    return row
