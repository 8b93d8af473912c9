"""Somebody's messages with what each line's thing has come to since, and what is to be mailed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.reminders import OFFICE, RECOMMENDATION, RECTIFICATION, Line, Why, line_of
from perf.core.terms import RectificationState, Status
from perf.core.workflow import HANDED_IN
from perf.models import (
    HandIn,
    Message,
    Period,
    Plan,
    Recommendation,
    Rectification,
    Submission,
    User,
)
from perf.queries.items import Item, ItemKind, items_of, read_items
from perf.queries.pages import Page, page_of
from perf.queries.recommendations import IS_OPEN
from perf.queries.visible import in_sight

Thing = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it stands now: still to be done, done since, or out of reach by a lock."""

    line: Line
    is_done: bool
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class MailCounts:
    """A day's e-mails: how many went out, how many could not, and the last reason."""

    sent: int
    failed: int
    error: str


def messages_page(session: Session, actor: Actor, number: int) -> Page[Message]:
    """One page of the actor's own messages, the newest first; two queries."""
    query = select(Message).where(Message.user_id == actor.id).order_by(Message.day.desc())
    return page_of(session, query, number)


def message_of(session: Session, actor: Actor, message_id: int) -> Message:
    """One of the actor's own messages; NotFound for anybody else's."""
    message = session.scalar(
        select(Message).where(Message.id == message_id, Message.user_id == actor.id)
    )
    if message is None:
        raise NotFound("没有找到这条消息。请从“消息”重新进入。")
    return message


def shown_lines(
    session: Session, actor: Actor, messages: Sequence[Message]
) -> dict[int, list[Shown]]:
    """The lines of these messages as they stand now, by message; three queries.

    What has left the actor's sight since, or is gone, is left out.
    """
    lines = {message.id: [line_of(stored) for stored in message.lines] for message in messages}
    every = [line for each in lines.values() for line in each]
    items, rectifications = _items(session, actor, every), _rectifications(session, actor, every)
    answered = _recommendations(session, actor, every)
    handed_in = _handed_in(session, actor, every)
    return {
        key: [
            shown
            for line in each
            if (shown := _shown(line, items, rectifications, answered, handed_in)) is not None
        ]
        for key, each in lines.items()
    }


def mail_to_send(session: Session, day: date, tried_before: datetime) -> list[int]:
    """The messages of the day that are still to go out, by id.

    One that another run is about to send, since `tried_before`, is left to it.
    """
    query = (
        select(Message.id)
        .join(Message.user)
        .where(
            Message.day == day,
            User.archived_at.is_(None),
            User.email != "",
            User.wants_email,
            is_to_be_mailed(tried_before),
        )
        .order_by(Message.id)
    )
    return list(session.scalars(query))


def is_to_be_mailed(tried_before: datetime) -> ColumnElement[bool]:
    """The condition that no run has sent a message, nor is just sending it."""
    return Message.mailed_at.is_(None) & or_(
        Message.mail_tried_at.is_(None),
        Message.mail_error != "",
        Message.mail_tried_at < tried_before,
    )


def message_to_mail(session: Session, message_id: int, tried_before: datetime) -> Message | None:
    """The message with its person, held until the commit; None where another run took it."""
    return session.scalar(
        select(Message)
        .options(joinedload(Message.user))
        .where(Message.id == message_id, is_to_be_mailed(tried_before))
        .with_for_update(of=Message)
        .execution_options(populate_existing=True)
    )


def count_mail(session: Session, day: date) -> MailCounts:
    """How the day's e-mails went; one query."""
    row = session.execute(
        select(
            func.count(Message.mailed_at),
            func.count(case((Message.mail_error != "", 1))),
            func.max(Message.mail_error),
        ).where(Message.day == day)
    ).one()
    return MailCounts(row[0], row[1], row[2] or "")


def _items(session: Session, actor: Actor, lines: Iterable[Line]) -> Mapping[Thing, Item]:
    own = {RECTIFICATION, RECOMMENDATION}
    plans = {line.plan_id for line in lines if line.kind not in own}
    if not plans:
        return {}
    statement = union_all(
        *(
            items_of(kind).where(Plan.id.in_(plans), in_sight(actor, Plan.unit_id))
            for kind in ItemKind
        )
    )
    found = read_items(session, statement, {})
    return {(item.kind.value, item.plan_id, item.key): item for item in found}


def _rectifications(
    session: Session, actor: Actor, lines: Iterable[Line]
) -> Mapping[Thing, RectificationState]:
    ids = {int(line.key) for line in lines if line.kind == RECTIFICATION}
    if not ids:
        return {}
    rows: Iterable[Any] = session.execute(
        select(Rectification.id, Rectification.plan_id, Rectification.state).where(
            Rectification.id.in_(ids), in_sight(actor, Rectification.unit_id)
        )
    )
    return {(RECTIFICATION, plan_id, str(key)): state for key, plan_id, state in rows}


def _recommendations(session: Session, actor: Actor, lines: Iterable[Line]) -> Mapping[Thing, bool]:
    """Whether each recommendation that lines tell of is settled: answered or withdrawn."""
    ids = {int(line.key) for line in lines if line.kind == RECOMMENDATION}
    if not ids:
        return {}
    rows: Iterable[Any] = session.execute(
        select(Recommendation.id, Recommendation.plan_id, IS_OPEN).where(
            Recommendation.id.in_(ids), in_sight(actor, Recommendation.unit_id)
        )
    )
    return {(RECOMMENDATION, plan_id, str(key)): not is_open for key, plan_id, is_open in rows}


def _handed_in(session: Session, actor: Actor, lines: Iterable[Line]) -> set[Thing]:
    """What offices were reminded of and have handed in since; no query where there is nothing."""
    offices = {int(line.key.rpartition("/")[2]) for line in lines if line.kind == OFFICE}
    if not offices:
        return set()
    rows = session.execute(
        select(Submission.plan_id, Period.code, HandIn.office_id)
        .select_from(HandIn)
        .join(Submission, Submission.id == HandIn.submission_id)
        .join(Period, Period.id == Submission.period_id)
        .where(
            HandIn.office_id.in_(offices),
            HandIn.handed_in_at.is_not(None),
            in_sight(actor, HandIn.unit_id),
        )
    )
    return {(OFFICE, plan_id, f"{code}/{office_id}") for plan_id, code, office_id in rows}


def _shown(
    line: Line,
    items: Mapping[Thing, Item],
    states: Mapping[Thing, RectificationState],
    answered: Mapping[Thing, bool],
    handed_in: Collection[Thing],
) -> Shown | None:
    if line.kind == RECOMMENDATION:
        is_settled = answered.get(line.thing)
        return None if is_settled is None else Shown(line, is_settled)
    is_waiting = line.why is Why.WAITING
    if line.kind == RECTIFICATION:
        state = states.get(line.thing)
        wanted = RectificationState.REPORTED if is_waiting else RectificationState.OPEN
        return None if state is None else Shown(line, state is not wanted)
    thing = line.thing
    if line.kind == OFFICE:
        thing = (ItemKind.QUARTER.value, line.plan_id, line.key.partition("/")[0])
    item = items.get(thing)
    if item is None:
        return None
    if is_waiting:
        return Shown(line, item.status is not Status.SUBMITTED)
    is_done = item.status in HANDED_IN or line.thing in handed_in
    return Shown(line, is_done, is_locked=item.is_locked and not is_done)
