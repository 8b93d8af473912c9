"""Rule packs wherever they are kept: shipped ones in files, local ones in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, object_session

from perf.core.errors import Conflict, NotFound
from perf.core.packfile import PackError, parse_pack
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.rules import PACKS, load_pack
from perf.models import FiscalYear, LocalPack, Plan, SelfEvaluation

# A local pack's id begins with it, a shipped one's never does: neither can take the other's place.
LOCAL_PREFIX = "local-"
_PUBLISHED = "published_packs"
_NO_SUCH = "没有评分办法“{}”第 {} 版。请从“管理 → 评分办法”进入。"


@dataclass(frozen=True, slots=True)
class PackVersion:
    """One version of a pack, its row where it is a local one, and the years pinned to it."""

    pack: RulePack
    row: LocalPack | None
    years: Sequence[int] = ()

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.row is not None and self.row.published_at is None


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
    """The pack that a local version's text says; the same text is parsed once in a process.

    Conflict where the text does not fit this program's schema, as after a step back to an older
    release.
    """
    try:
        return parse_pack(content, pack_id)
    except PackError as error:
        raise Conflict(f"{error}请管理员把系统升级到保存它的版本。") from error


def packs_to_pin(session: Session) -> list[RulePack]:
    """The packs that a year can be pinned to: the shipped ones, then every published local one."""
    published = _published(session)
    local = [parse_local(text, key[0]) for key, text in sorted(published.items())]
    return [*map(load_pack, PACKS), *local]


def pack_versions(session: Session) -> list[PackVersion]:
    """Every version there is, drafts too: the shipped ones, then the local ones by id."""
    years = _years_by_pack(session)
    rows = session.scalars(
        select(LocalPack)
        .options(joinedload(LocalPack.created_by), joinedload(LocalPack.published_by))
        .order_by(LocalPack.pack_id, LocalPack.pack_version.desc())
    )
    shipped = [PackVersion(load_pack(pack_id), None) for pack_id in PACKS]
    local = [PackVersion(parse_local(row.content, row.pack_id), row) for row in rows]
    return [
        PackVersion(one.pack, one.row, years.get((one.pack.id, one.pack.version), ()))
        for one in (*shipped, *local)
    ]


def pack_version(session: Session, _actor: Actor, pack_id: str, version: int) -> PackVersion:
    """One version, a draft too; NotFound where there is none."""
    years = _years_by_pack(session).get((pack_id, version), ())
    if pack_id in PACKS and load_pack(pack_id).version == version:
        return PackVersion(load_pack(pack_id), None, years)
    row = session.scalar(
        select(LocalPack)
        .options(joinedload(LocalPack.created_by), joinedload(LocalPack.published_by))
        .where(LocalPack.pack_id == pack_id, LocalPack.pack_version == version)
    )
    if row is None:
        raise NotFound(_NO_SUCH.format(pack_id[:64], version))
    return PackVersion(parse_local(row.content, row.pack_id), row, years)


def local_pack(session: Session, actor: Actor, pack_id: str, version: int) -> LocalPack:
    """The row of a local version; NotFound where there is none, Conflict for a shipped one."""
    row = pack_version(session, actor, pack_id, version).row
    if row is None:
        raise Conflict("内置的评分办法不能改动。要修改，请先复制成本地的办法。")
    return row


def _years_by_pack(session: Session) -> dict[tuple[str, int], list[int]]:
    """The years pinned to each version, the latest first."""
    found: dict[tuple[str, int], list[int]] = {}
    for year in session.scalars(select(FiscalYear).order_by(FiscalYear.id.desc())):
        for key in dict.fromkeys(
            [
                (year.project_pack_id, year.project_pack_version),
                (year.cost_project_pack_id, year.cost_project_pack_version),
                (year.department_pack_id, year.department_pack_version),
            ]
        ):
            found.setdefault(key, []).append(year.id)
    return found


def _published(session: Session) -> dict[tuple[str, int], str]:
    # Reading must not flush: a change that is not yet told to the ledger would lose its history.
    with session.no_autoflush:
        rows = session.execute(
            select(LocalPack.pack_id, LocalPack.pack_version, LocalPack.content).where(
                LocalPack.published_at.is_not(None)
            )
        )
        return {(row[0], row[1]): row[2] for row in rows}
