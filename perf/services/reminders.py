"""Messages: gathered once a person and day, added to by a reminder, read, and renewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.reminders import (
    DAYS_AHEAD,
    Line,
    in_order,
    line_of,
    merged,
)
from perf.core.terms import Role
from perf.models import Message, Period, User
from perf.queries.delegations import delegates_of_units
from perf.queries.reminders import (
    Missing,
    messages_of_day,
    missing_rows,
    outstanding_of_units,
    people_to_tell,
    recommendations_of_units,
    rectifications_of_units,
)
from perf.queries.workbench import open_remarks
from perf.services.ledger import Told, record_told
from perf.services.reminder_lines import (
    lines_of_items,
    missing_line,
    recommendation_lines,
    rectification_lines,
)

# So many units are read and written together.
UNITS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a reminder came to: how many things, to how many people.

    `before` counts what had been reminded of that day already, `nobody` what has no recorder.
    """

    things: int = 0
    people: int = 0
    before: int = 0
    nobody: int = 0

    def plus(self, other: "Reminded") -> "Reminded":
        """Both together."""
        return Reminded(
            self.things + other.things,
            self.people + other.people,
            self.before + other.before,
            self.nobody + other.nobody,
        )


def gather_messages(session: Session, units: Sequence[int], day: date) -> int:
    """Make the day's message of each person of these units who has something to do; how many.

    A message that was gathered stays as it is, so that a second run on a day makes nothing; one
    that only a reminder made is filled up. No entry of the ledger is written: it tells already
    what a message repeats.
    """
    people = people_to_tell(session, units)
    present = messages_of_day(session, [user.id for user in people], day)
    gathered = {key for key, message in present.items() if message.gathered_at is not None}
    left = [user for user in people if user.id not in gathered]
    if not left:
        return 0
    outstanding = outstanding_of_units(session, units, day)
    remarks = open_remarks(session, [item for items in outstanding.values() for item in items])
    rectifications = rectifications_of_units(session, units)
    recommendations = recommendations_of_units(session, units, day + timedelta(days=DAYS_AHEAD))
    delegates = delegates_of_units(session, units, day)
    lines = {}
    for user in left:
        unit_id = user.unit_id or 0
        stands_in = user.id in delegates
        own = lines_of_items(user, outstanding.get(unit_id, []), remarks, day, stands_in=stands_in)
        own += rectification_lines(user, rectifications.get(unit_id, []), day, stands_in=stands_in)
        own += recommendation_lines(user, recommendations.get(unit_id, []), day)
        if own or user.id in present:
            lines[user.id] = own
    _write(session, day, present, lines, is_gathered=True)
    return len(lines)


def remind_of_plan(session: Session, actor: Actor, period: Period, plan_id: int) -> Reminded:
    """Remind a unit's recorders of what one plan owes for the period.

    Raises NotFound where it owes nothing in the actor's sight, and Conflict for a locked period.
    """
    rows = missing_rows(session, actor, period, plan_id=plan_id)
    if not rows:
        raise NotFound("这份绩效目标本期已经提交，或者不在您的查看范围内。请刷新名单核对。")
    return _remind(session, actor, period, rows)


def remind_of_period(session: Session, actor: Actor, period: Period, text: str) -> Reminded:
    """Remind everybody who has not reported, in the units that the list was narrowed to.

    Raises Conflict for a locked period.
    """
    return _remind(session, actor, period, missing_rows(session, actor, period, text))


def mark_read(session: Session, message: Message) -> None:
    """Take one message for read; one's own, which the loader sees to."""
    if message.read_at is None:
        message.read_at = clock.now()
        session.flush()


def mark_all_read(session: Session, actor: Actor) -> None:
    """Take every message of the actor's for read."""
    session.execute(
        update(Message)
        .where(Message.user_id == actor.id, Message.read_at.is_(None))
        .values(read_at=clock.now())
    )


def _remind(session: Session, actor: Actor, period: Period, rows: list[Missing]) -> Reminded:
    actor.demand(Permission.REMIND)
    if period.locked_at is not None:
        raise Conflict("本期已锁定，填报人不能再提交。请先由管理员解锁，再提醒。")
    if period.opens_on > clock.today():
        raise Conflict("本期还没有开放，填报人还不能提交。到开放日期以后再提醒。")
    by_unit: dict[int, list[Missing]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_id, []).append(row)
    units, done = list(by_unit), Reminded()
    for first in range(0, len(units), UNITS_AT_ONCE):
        some = {unit_id: by_unit[unit_id] for unit_id in units[first : first + UNITS_AT_ONCE]}
        done = done.plus(_remind_units(session, actor, period, some))
    return done


def _remind_units(
    session: Session, actor: Actor, period: Period, by_unit: dict[int, list[Missing]]
) -> Reminded:
    day = clock.today()
    people = people_to_tell(session, by_unit.keys(), Role.STAFF)
    present = messages_of_day(session, [user.id for user in people], day)
    staff: dict[int, list[User]] = {}
    for user in people:
        staff.setdefault(user.unit_id or 0, []).append(user)
    stamp = f"{actor.name} {clock.local(clock.now()):%H:%M}"
    owed: dict[int, list[Line]] = {}
    before = nobody = 0
    for unit_id, rows in by_unit.items():
        for row in rows:
            line = missing_line(row, period, day, stamp)
            if unit_id not in staff:
                nobody += 1
            elif all(_is_reminded(present.get(user.id), line) for user in staff[unit_id]):
                before += 1
            else:
                owed.setdefault(unit_id, []).append(line)
    told = {user: owed[user.unit_id] for user in people if user.unit_id in owed}
    _tell(session, actor, day, present, told)
    return Reminded(sum(len(lines) for lines in owed.values()), len(told), before, nobody)


def tell_people(
    session: Session, actor: Actor, lines: Mapping[User, Sequence[Line]], *, nobody: int = 0
) -> Reminded:
    """Put lines into the day's message of each of these people, once a day and thing.

    `nobody` counts the things for which there is no one to tell.
    """
    day, stamp = clock.today(), f"{actor.name} {clock.local(clock.now()):%H:%M}"
    # Held until the commit, so that each gets one message.
    ids = sorted(user.id for user in lines)
    session.execute(
        select(User.id)
        .where(User.id.in_(ids))
        .order_by(User.id)
        .with_for_update(of=User, key_share=True)
    )
    present = messages_of_day(session, ids, day)
    fresh = {
        user: new
        for user, each in lines.items()
        if (
            new := [
                replace(line, reminded=(stamp,))
                for line in each
                if not _is_reminded(present.get(user.id), line)
            ]
        )
    }
    _tell(session, actor, day, present, fresh)
    things = {line.thing for each in fresh.values() for line in each}
    before = {line.thing for each in lines.values() for line in each} - things
    return Reminded(len(things), len(fresh), len(before), nobody)


def _tell(
    session: Session,
    actor: Actor,
    day: date,
    present: Mapping[int, Message],
    told: Mapping[User, list[Line]],
) -> None:
    _write(session, day, present, {user.id: lines for user, lines in told.items()})
    sent = messages_of_day(session, [user.id for user in told], day)
    record_told(session, actor, [_told(sent[user.id], user, told[user]) for user in told])


def _write(
    session: Session,
    day: date,
    present: Mapping[int, Message],
    lines: Mapping[int, list[Line]],
    *,
    is_gathered: bool = False,
) -> None:
    """Put the lines into each person's message of the day; where they are new, it is unread."""
    now, new = clock.now(), []
    for user_id, more in lines.items():
        message = present.get(user_id)
        if message is None:
            stored = [line.stored() for line in in_order(more)]
            new.append({"user_id": user_id, "lines": stored})
            continue
        before = [line_of(stored) for stored in message.lines]
        # What was gathered says more of a thing than a reminder does.
        both = merged(before, more) if is_gathered else merged(more, before)
        if both != before:
            message.lines = [line.stored() for line in both]
            message.read_at = None
        if is_gathered:
            message.gathered_at = now
    if new:
        same = {"day": day, "made_at": now, "gathered_at": now if is_gathered else None}
        session.execute(insert(Message), [one | same for one in new])
    session.flush()


def _told(message: Message, user: User, lines: list[Line]) -> Told:
    titles = "；".join(line.title for line in lines)
    plan_id = lines[0].plan_id if len(lines) == 1 else None
    changes = {"reminded": (None, titles)}
    return Told(
        "remind", user.unit_id, plan_id, "message", message.id, user.display_name, dict(changes)
    )


def _is_reminded(message: Message | None, line: Line) -> bool:
    stored = map(line_of, message.lines if message else ())
    return any(one.reminded and one.thing == line.thing for one in stored)
