"""Rule packs wherever they are kept: shipped ones in files, local ones in the database."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from perf.core.errors import NotFound
from perf.core.packfile import parse_pack
from perf.core.rulepack import RulePack
from perf.core.rules import PACKS, load_pack
from perf.models import LocalPack, Plan, SelfEvaluation

_PUBLISHED = "published_packs"


def pack_of(row: Plan | SelfEvaluation) -> RulePack:
    """The rule pack in the version that a plan or a self-evaluation is scored by.

    NotFound where there is no such version: nothing is ever scored by another text.
    """
    return find_pack(object_session(row), row.pack_id, row.pack_version)


def find_pack(session: Session | None, pack_id: str, pack_version: int) -> RulePack:
    """A shipped pack or a published local one, in exactly this version; NotFound for no such one.

    A shipped one costs no query; the local ones of a session are read once, all together, so
    that a list of plans asks once however many packs they are pinned to.
    """
    if pack_id in PACKS:
        pack = load_pack(pack_id)
        if pack.version == pack_version:
            return pack
    elif session is not None:
        published = session.info.get(_PUBLISHED, {})
        if (pack_id, pack_version) not in published:
            published = session.info[_PUBLISHED] = _published(session)
        if (pack_id, pack_version) in published:
            return parse_local(published[pack_id, pack_version], pack_id)
    raise NotFound(
        f"没有评分办法“{pack_id}”第 {pack_version} 版。"
        "请管理员在“管理 → 评分办法”中核对，或恢复带有这一版的备份。"
    )


@lru_cache(maxsize=64)
def parse_local(content: str, pack_id: str) -> RulePack:
    """The pack that a local version's text says; the same text is parsed once in a process."""
    return parse_pack(content, pack_id)


def _published(session: Session) -> dict[tuple[str, int], str]:
    # Reading must not flush: a change that is not yet told to the ledger would lose its history.
    with session.no_autoflush:
        rows = session.execute(
            select(LocalPack.pack_id, LocalPack.pack_version, LocalPack.content).where(
                LocalPack.published_at.is_not(None)
            )
        )
        return {(row[0], row[1]): row[2] for row in rows}
