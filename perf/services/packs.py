"""Rule packs of this place's own: copied, edited as drafts, published and from then on final."""

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Stale
from perf.core.packtext import write_pack
from perf.core.permissions import Actor, Permission
from perf.core.rulepack import RulePack
from perf.core.rules import PACKS
from perf.core.storable import SHORT
from perf.models import LocalPack
from perf.queries.packs import LOCAL_PREFIX, parse_local
from perf.services.ledger import Changes, changes_of, record_change
from perf.services.pack_form import pack_of_typed, tidied, typed_of

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def copy_pack(session: Session, actor: Actor, source: RulePack, *, pack_id: str) -> LocalPack:
    """The first draft of a local pack with the rules of `source`.

    Raises InvalidInput where the id is no new one in small letters, figures and hyphens with
    `local-` before it: so no pack of a later release can ever bear the name of a local one.
    """
    actor.demand(Permission.ADMINISTER)
    pack_id = pack_id.strip()
    if sentence := _id_fault(session, pack_id):
        raise InvalidInput("编号有误。", {"pack_id": sentence})
    return _add_draft(session, actor, "copy_pack", replace(source, id=pack_id, version=1), source)


def begin_version(session: Session, actor: Actor, pack_id: str) -> LocalPack:
    """The next version of a local pack as a draft with the rules of its last one.

    Conflict while there is a draft already, or where there is no such local pack.
    """
    actor.demand(Permission.ADMINISTER)
    last = session.scalars(
        select(LocalPack)
        .where(LocalPack.pack_id == pack_id)
        .order_by(LocalPack.pack_version.desc())
        .limit(1)
    ).first()
    if last is None:
        raise Conflict("内置的评分办法没有下一版。要修改，请先复制成本地的办法。")
    if last.published_at is None:
        raise Conflict(f"第 {last.pack_version} 版还是草稿，请先修改并发布它，或删除它。")
    source = parse_local(last.content, pack_id)
    draft = replace(source, version=last.pack_version + 1)
    return _add_draft(session, actor, "begin_pack_version", draft, source)


def save_draft(
    session: Session, actor: Actor, row: LocalPack, typed: Mapping[str, str], *, version: int
) -> bool:
    """Store what was typed into a draft; whether anything changed.

    `typed` has the form's texts by field. All or nothing: InvalidInput has a sentence for each
    field that cannot be taken. Stale for a page older than the row, Conflict for a published one.
    """
    actor.demand(Permission.ADMINISTER)
    _demand_draft(session, row, version)
    old = parse_local(row.content, row.pack_id)
    pack = pack_of_typed(tidied(typed), old)
    if pack == old:
        return False
    row.name, row.content = pack.name, write_pack(pack)
    row.updated_at = clock.now()
    record_change(
        session, actor, "save_pack", row, changes=_changes(row, typed_of(old)), name=_name(row)
    )
    session.flush()
    return True


def publish_pack(session: Session, actor: Actor, row: LocalPack, *, version: int) -> None:
    """Make a draft final and ready to be pinned; Stale, or Conflict where it is final already."""
    actor.demand(Permission.ADMINISTER)
    _demand_draft(session, row, version)
    # A text that this version of the program no longer reads must not become final.
    parse_local(row.content, row.pack_id)
    row.published_at = row.updated_at = clock.now()
    row.published_by_id = actor.id
    record_change(session, actor, "publish_pack", row, name=_name(row))
    session.flush()


def delete_draft(session: Session, actor: Actor, row: LocalPack, *, version: int) -> None:
    """Delete a draft that was never published; Stale, or Conflict for a published version."""
    actor.demand(Permission.ADMINISTER)
    _demand_draft(session, row, version)
    gone: Changes = {
        "pack_id": (row.pack_id, None),
        "pack_version": (str(row.pack_version), None),
        "content": (_digest(row.content), None),
    }
    record_change(session, actor, "delete_pack", row, changes=gone, name=_name(row))
    session.delete(row)
    session.flush()


def _add_draft(
    session: Session, actor: Actor, action: str, pack: RulePack, source: RulePack
) -> LocalPack:
    row = LocalPack(
        pack_id=pack.id,
        pack_version=pack.version,
        name=pack.name,
        based_on=source.label,
        content=write_pack(pack),
        updated_at=clock.now(),
        created_by_id=actor.id,
    )
    try:
        # Somebody else may take the number between the question and the answer.
        with session.begin_nested():
            session.add(row)
            changes = changes_of(row) | {"content": (None, _digest(row.content))}
            record_change(session, actor, action, row, changes=changes, name=_name(row))
    except IntegrityError as error:
        raise Conflict("刚刚有人建立了同一版，请刷新页面查看。") from error
    return row


def _demand_draft(session: Session, row: LocalPack, version: int) -> None:
    # Locked by itself: the row may have been loaded with people, whom no lock may reach.
    session.execute(select(LocalPack.id).where(LocalPack.id == row.id).with_for_update())
    session.refresh(row)
    if row.published_at is not None:
        raise Conflict(
            f"“{row.pack_id}”第 {row.pack_version} 版已发布，不能再改动。要修改，请建立下一版。"
        )
    if version != row.version:
        raise Stale("这份草稿在您打开页面之后有变动，没有执行。请刷新页面，核对后再办理。")


def _id_fault(session: Session, pack_id: str) -> str:
    if not pack_id:
        return "请填写编号。"
    if len(pack_id) > SHORT:
        return f"编号最多 {SHORT} 个字符，请精简。"
    if not _ID.fullmatch(pack_id) or not pack_id.startswith(LOCAL_PREFIX):
        return (
            f"编号以 {LOCAL_PREFIX} 开头，只用小写字母、数字和连字符，例如 {LOCAL_PREFIX}xx-2024。"
        )
    used = select(func.count()).select_from(LocalPack).where(LocalPack.pack_id == pack_id)
    if pack_id in PACKS or session.scalar(used):
        return "已有这个编号的评分办法，请换一个。"
    return ""


def _changes(row: LocalPack, before: Mapping[str, str]) -> Changes:
    """What the edit changed, field by field of the form, and the digests of both texts."""
    after = typed_of(parse_local(row.content, row.pack_id))
    changed: Changes = {
        name: (before.get(name) or None, after.get(name) or None)
        for name in dict.fromkeys([*before, *after])
        if before.get(name, "") != after.get(name, "")
    }
    old = changes_of(row)["content"][0] or ""
    return changed | {"content": (_digest(old), _digest(row.content))}


def _digest(text: str) -> str:
    """What the ledger keeps of a text: enough to prove later which one it was."""
    return sha256(text.encode()).hexdigest()


def _name(row: LocalPack) -> str:
    return f"{row.name}（{row.pack_id} 第 {row.pack_version} 版）"
