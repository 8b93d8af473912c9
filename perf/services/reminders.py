"""Messages: gathered once a person and day, added to by a reminder, read, and renewed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.reminders import (
    DAYS_AHEAD,
    RECOMMENDATION,
    RECTIFICATION,
    Line,
    Why,
    due_text,
    in_order,
    line_of,
    merged,
    said_day,
    shortened,
    why_due,
)
from perf.core.review_days import review_words
from perf.core.terms import RectificationState, Role, Status
from perf.models import Message, Period, Recommendation, Rectification, User
from perf.queries.delegations import delegates_of_units
from perf.queries.items import Item, ItemKind
from perf.queries.reminders import (
    Missing,
    messages_of_day,
    missing_rows,
    outstanding_of_units,
    people_to_tell,
    recommendations_of_units,
    rectifications_of_units,
)
from perf.queries.workbench import Said, open_remarks
from perf.services.ledger import Told, record_told
from perf.services.review_days import review_due

MAX_SAID = 3
# So many units are read and written together.
UNITS_AT_ONCE = 500
_RETURNED = {Status.RETURNED: "退回", Status.REOPENED: "重新打开"}
Remarks = dict[tuple[ItemKind, int], list[Said]]


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
        own = _lines_of(user, outstanding.get(unit_id, []), remarks, day, stands_in=stands_in)
        own += _rectification_lines(user, rectifications.get(unit_id, []), day, stands_in=stands_in)
        own += _recommendation_lines(user, recommendations.get(unit_id, []), day)
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
            line = _missing_line(row, period, day, stamp)
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


def _missing_line(row: Missing, period: Period, day: date, stamp: str) -> Line:
    kind = ItemKind.SELF_EVALUATION if period.is_year else ItemKind.QUARTER
    what = kind.label if period.is_year else f"{period.name}填报"
    why = why_due(period.due_on, day) or Why.DUE
    text = due_text(period.due_on, day)
    if row.status in _RETURNED:
        why, text = Why.RETURNED, f"已{_RETURNED[row.status]}，{text}"
    title = f"{period.year} 年 {row.plan_name} {what}"
    return Line(why, kind.value, row.plan_id, period.code, title, text, (stamp,))


def _lines_of(
    user: User, items: Iterable[Item], remarks: Remarks, day: date, *, stands_in: bool
) -> list[Line]:
    """What a recorder has to hand in, or a reviewer to decide."""
    lines = []
    for item in items:
        said = None
        if user.role is Role.SUPERVISOR or stands_in:
            said = _waiting(item, user, day)
        if user.role is not Role.SUPERVISOR:
            said = said or _to_hand_in(item, remarks, day)
        if said is not None:
            why, text = said
            title = f"{item.year} 年 {item.plan_name} {item.what}"
            lines.append(Line(why, item.kind.value, item.plan_id, item.key, title, text))
    return lines


def _waiting(item: Item, user: User, day: date) -> tuple[Why, str] | None:
    if item.status is not Status.SUBMITTED or item.submitted_by_id == user.id:
        return None
    due_on = review_due(item)
    if item.submitted_at is None or due_on is None:
        return Why.WAITING, "已提交，等待审核"
    since = clock.local(item.submitted_at).date()
    waits = f"，已等待 {(day - since).days} 天" if since < day else ""
    said = f"{item.submitted_by or '系统'} {said_day(since)}提交{waits}"
    return Why.WAITING, f"{said}；{review_words(due_on, day)}"


def _to_hand_in(item: Item, remarks: Remarks, day: date) -> tuple[Why, str] | None:
    if item.status is Status.SUBMITTED:
        return None
    due = None if item.due_on is None else due_text(item.due_on, day)
    if item.is_returned and item.status is not None:
        text = _returned(item, remarks.get((item.kind, item.subject_id or 0), []))
        if item.is_locked:
            return Why.RETURNED, f"{text}（本期已锁定，请管理员解锁后修改）"
        return Why.RETURNED, f"{text}（{due}）" if due else text
    why = None if item.due_on is None else why_due(item.due_on, day)
    return None if why is None or due is None else (why, due)


def _returned(item: Item, said: list[Said]) -> str:
    when = "" if item.decided_at is None else said_day(clock.local(item.decided_at).date())
    step = _RETURNED.get(item.status or Status.RETURNED, "退回")
    reasons = [
        f"{one.indicator}：{shortened(one.text)}" if one.indicator else shortened(one.text)
        for one in said[:MAX_SAID]
    ]
    if len(said) > MAX_SAID:
        reasons.append(f"等 {len(said)} 条意见")
    return (
        f"{item.decided_by or '系统'} {when}{step}" + ("：" if reasons else "") + "；".join(reasons)
    )


def _rectification_lines(
    user: User, rows: Iterable[Rectification], day: date, *, stands_in: bool
) -> list[Line]:
    lines = []
    for row in rows:
        said = _rectification(user, row, day, stands_in=stands_in)
        if said is not None:
            why, text = said
            title = f"{row.plan.year} 年 {row.plan.name} 整改：{row.indicator.name}"
            lines.append(Line(why, RECTIFICATION, row.plan_id, str(row.id), title, text))
    return lines


def _rectification(
    user: User, row: Rectification, day: date, *, stands_in: bool
) -> tuple[Why, str] | None:
    is_reported = row.state is RectificationState.REPORTED and row.reported_by_id != user.id
    if is_reported and (user.role is Role.SUPERVISOR or stands_in):
        name = row.reported_by.display_name if row.reported_by else "系统"
        return Why.WAITING, f"{name} 上报完成，等待确认"
    if user.role is Role.SUPERVISOR:
        return None
    if row.state is not RectificationState.OPEN or row.owner_id != user.id:
        return None
    due = due_text(row.due_on, day)
    if row.return_reason:
        return Why.RETURNED, f"退回：{shortened(row.return_reason)}（{due}）"
    why = why_due(row.due_on, day)
    return None if why is None else (why, due)


def _recommendation_lines(user: User, rows: Iterable[Recommendation], day: date) -> list[Line]:
    """What the unit still has to answer, for its recorders; of all within the days ahead."""
    if user.role is not Role.STAFF:
        return []
    lines = []
    for row in rows:
        title = f"{row.plan.year} 年 {row.plan.name} 评价建议：{shortened(row.text)}"
        why, text = why_due(row.due_on, day) or Why.DUE, f"请答复，{due_text(row.due_on, day)}"
        lines.append(Line(why, RECOMMENDATION, row.plan_id, str(row.id), title, text))
    return lines
