"""The ledger as a list, newest first, scoped to the actor and read by keyset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Integer, and_, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from perf import clock
from perf.core.permissions import Actor, Permission
from perf.models import LedgerChain, LedgerEntry, Unit, User
from perf.queries.organisation import is_unit_called, unit_called
from perf.queries.pages import PAGE_SIZE, contains

# More people or units of one name than this are not what somebody looks for.
MOST_FOUND = 200

# The columns that name a person; the ledger keeps their numbers and shows their names.
PEOPLE = (
    "closed_by_id",
    "decided_by_id",
    "delegate_id",
    "delegator_id",
    "ended_by_id",
    "giver_id",
    "handed_in_by_id",
    "owner_id",
    "reported_by_id",
    "submitted_by_id",
    "taker_id",
)


LedgerMark = tuple[tuple[int, int, datetime], ...]
_SYSTEM = 0
_MARK = (
    select(LedgerEntry.chain, LedgerEntry.seq, LedgerEntry.at)
    .join(
        LedgerChain,
        and_(LedgerChain.id == LedgerEntry.chain, LedgerChain.last_seq == LedgerEntry.seq),
    )
    .where(or_(LedgerChain.id == _SYSTEM, LedgerChain.id == bindparam("unit_id", type_=Integer)))
    .order_by(LedgerEntry.chain)
)


def ledger_mark(session: Session, unit_id: int) -> LedgerMark:
    """How far the unit's chain and the system's have come; one query of two rows.

    Every change writes a ledger row in its own transaction, so that while the mark stays the
    same nothing that concerns the unit has changed. The moment tells a restored database apart.
    """
    rows = session.connection().execute(_MARK, {"unit_id": unit_id})
    return tuple((chain, seq, at) for chain, seq, at in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """What to look for; blanks look for everything. Days are Asia/Shanghai, both inclusive."""

    plan_id: int | None = None
    unit: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Entries, newest first, with the number to ask for older ones `before`, if there are any.

    `units` and `people` name what the entries refer to by id.
    """

    entries: Sequence[LedgerEntry]
    older_before: int | None
    units: dict[int, str]
    people: dict[int, str]


def ledger_page(
    session: Session, actor: Actor, wanted: LedgerFilter, before: int | None = None
) -> LedgerPage:
    """Up to fifty entries older than the one numbered `before`; at most five queries.

    Without READ_ALL_UNITS only the actor's own unit's chain is within sight, never the system's.
    """
    query = select(LedgerEntry).order_by(LedgerEntry.id.desc()).limit(PAGE_SIZE + 1)
    if not actor.may(Permission.READ_ALL_UNITS):
        query = query.where(LedgerEntry.unit_id == actor.unit_id)
    if wanted.plan_id is not None:
        query = query.where(LedgerEntry.plan_id == wanted.plan_id)
    if wanted.unit:
        query = query.where(LedgerEntry.unit_id.in_(_units_called(session, wanted.unit)))
    if wanted.person:
        people = _people_called(session, wanted.person)
        query = query.where(
            or_(LedgerEntry.actor_id.in_(people), LedgerEntry.actor_name == wanted.person)
        )
    if wanted.since is not None:
        query = query.where(LedgerEntry.at >= _begin_of(wanted.since))
    if wanted.until is not None and wanted.until < date.max:
        query = query.where(LedgerEntry.at < _begin_of(wanted.until + timedelta(days=1)))
    if before is not None:
        query = query.where(LedgerEntry.id < before)
    found = session.scalars(query).all()
    entries = found[:PAGE_SIZE]
    older = entries[-1].id if len(found) > PAGE_SIZE else None
    return LedgerPage(
        entries,
        older,
        _names(session, Unit, Unit.name, _referred_units(entries)),
        _names(session, User, User.display_name, _referred_people(entries)),
    )


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SHANGHAI)


def _units_called(session: Session, text: str) -> list[int]:
    exact = unit_called(session, text)
    if exact is not None:
        return [exact.id]
    return list(session.scalars(select(Unit.id).where(is_unit_called(text)).limit(MOST_FOUND)))


def _people_called(session: Session, text: str) -> list[int]:
    query = select(User.id).where(
        or_(User.username == text, User.display_name.ilike(contains(text), escape="\\"))
    )
    return list(session.scalars(query.limit(MOST_FOUND)))


def _referred_units(entries: Iterable[LedgerEntry]) -> set[int]:
    found = {entry.unit_id for entry in entries if entry.unit_id is not None}
    return found | _numbers_under(entries, "unit_id")


def _referred_people(entries: Iterable[LedgerEntry]) -> set[int]:
    return set().union(*(_numbers_under(entries, key) for key in PEOPLE))


def _numbers_under(entries: Iterable[LedgerEntry], key: str) -> set[int]:
    sides = (side for entry in entries for side in entry.changes.get(key, ()))
    return {int(side) for side in sides if side is not None and side.isdigit()}


def _names(
    session: Session,
    model: type[Unit] | type[User],
    name: InstrumentedAttribute[str],
    ids: set[int],
) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(model.id, name).where(model.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
