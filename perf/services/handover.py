"""Hand-over (工作交接): what is open with one person goes to another of the unit, with a reason."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.reminders import RECTIFICATION, Line, Why, line_of, merged
from perf.core.terms import WorkKind
from perf.models import HandedOver, Handover, Message, Office, Rectification, User
from perf.queries.handover import BINDING, Work, open_work_of, takers_of
from perf.services.ledger import record_change
from perf.services.reminders import tell_people
from perf.services.typed import Typed

_NAMED = 3
# A hand-over is written down soon after it was done. Source: our own decision.
_DAYS_BACK = 366


def hand_over(
    session: Session,
    actor: Actor,
    giver: User,
    *,
    taker_id: int,
    handed_on: date | None,
    reason: str,
    with_office: bool,
) -> Handover:
    """Give all that is open with one person to another of the unit, and tell the other.

    Rectifications change their owner; drafts and unread messages are told; the office goes along
    where it is wished. InvalidInput names the field that cannot be taken.
    """
    actor.demand(Permission.MANAGE_PEOPLE)
    if not actor.sees_unit(giver.unit_id):
        raise NotFound("没有找到这位用户。")
    takers = {user.id: user for user in takers_of(session, giver)}
    typed = Typed()
    if taker_id not in takers:
        typed.errors["taker"] = "请从本单位在用的用户中选择接手人。"
    reason = typed.text("reason", "原因", reason, required=True)
    today = clock.today()
    if handed_on is None or not 0 <= (today - handed_on).days <= _DAYS_BACK:
        typed.errors["handed_on"] = "请填交接日期，不晚于今天，例如 2022-12-31。"
    typed.demand_clean("没有交接，请按提示修改。")
    taker = takers[taker_id]
    work = [
        one
        for one in open_work_of(session, giver)
        if with_office or one.kind is not WorkKind.OFFICE
    ]
    row = Handover(
        unit_id=giver.unit_id,
        giver_id=giver.id,
        taker_id=taker.id,
        handed_on=handed_on,
        reason=reason,
        made_at=clock.now(),
        made_by_id=actor.id,
    )
    session.add(row)
    name = f"{giver.display_name} → {taker.display_name}"
    record_change(session, actor, "hand_over", row, name=name, reason=reason)
    for one in work:
        _hand_over_one(session, actor, row, one)
    _move(session, actor, giver, taker, work, reason)
    _tell(session, actor, giver, taker, work)
    session.flush()
    return row


def demand_handed_over(session: Session, user: User, field: str) -> None:
    """Refuse that a person leaves while work is open which somebody of the unit could take.

    InvalidInput names the form's field, and says what is open.
    """
    work = [one for one in open_work_of(session, user) if one.kind in BINDING]
    if not work or not takers_of(session, user):
        return
    named = "；".join(one.title for one in work[:_NAMED])
    more = f"等 {len(work)} 项" if len(work) > _NAMED else ""
    said = f"{user.display_name}还有未了的工作：{named}{more}。请先在下面办理工作交接。"
    raise InvalidInput("还有未了的工作，没有保存。", {field: said})


def _hand_over_one(session: Session, actor: Actor, handover: Handover, work: Work) -> None:
    row = HandedOver(
        unit_id=handover.unit_id,
        handover_id=handover.id,
        kind=work.kind,
        subject_id=work.subject_id,
        title=work.title,
    )
    session.add(row)
    record_change(session, actor, "hand_over", row, name=work.title, plan_id=work.plan_id)


def _move(
    session: Session, actor: Actor, giver: User, taker: User, work: Sequence[Work], reason: str
) -> None:
    ids = [one.subject_id for one in work if one.kind is WorkKind.RECTIFICATION]
    titles = {one.subject_id: one.title for one in work if one.kind is WorkKind.RECTIFICATION}
    held = select(Rectification).where(Rectification.id.in_(ids)).order_by(Rectification.id)
    for row in session.scalars(held.with_for_update(of=Rectification)).all():
        row.owner_id, row.updated_at = taker.id, clock.now()
        record_change(session, actor, "hand_over", row, name=titles[row.id], reason=reason)
    if any(one.kind is WorkKind.OFFICE for one in work):
        office, before = giver.office, taker.office
        assert office is not None  # noqa: S101
        _put(session, actor, giver, office, None)
        if taker.office_id != office.id:
            _put(session, actor, taker, before, office)
    unread = select(Message).where(Message.user_id == giver.id, Message.read_at.is_(None))
    for message in session.scalars(unread):
        message.read_at = clock.now()


def _put(
    session: Session, actor: Actor, user: User, old: Office | None, new: Office | None
) -> None:
    user.office_id = new.id if new else None
    told = {"office_id": (old.name if old else None, new.name if new else None)}
    record_change(session, actor, "assign_person", user, name=user.display_name, changes=told)


def _tell(session: Session, actor: Actor, giver: User, taker: User, work: Sequence[Work]) -> None:
    """The taker's message of the day names each thing, and what the giver had not read."""
    said = f"{giver.display_name}交接"
    lines = [
        Line(Why.DUE, _kind_of(one), one.plan_id, _key_of(one), one.title, said)
        for one in work
        if one.plan_id is not None
    ]
    ids = [one.subject_id for one in work if one.kind is WorkKind.MESSAGE]
    messages = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.day))
    unread = [line_of(stored) for message in messages for stored in message.lines]
    lines = merged(unread, lines)
    if lines:
        tell_people(session, actor, {taker: lines})


def _kind_of(work: Work) -> str:
    return RECTIFICATION if work.kind is WorkKind.RECTIFICATION else work.kind.value


def _key_of(work: Work) -> str:
    is_by_id = work.kind in {WorkKind.RECTIFICATION, WorkKind.REVISION, WorkKind.ENDING}
    return str(work.subject_id) if is_by_id else work.key
