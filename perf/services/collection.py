"""Division and collection (分工与收集): what each office owes of a quarter and has handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.permissions import Actor, Permission
from perf.core.reminders import OFFICE, Line, Why, due_text, why_due
from perf.models import HandIn, Indicator, InternalDue, Office, Period, Unit, User
from perf.queries.collection import clerks_of, hand_ins_of, internal_due_of, offices_by_id
from perf.queries.submissions import Quarter
from perf.services.entries import demand_editable, why_closed
from perf.services.ledger import record_change
from perf.services.reminders import Reminded, tell_people
from perf.services.submissions import missing_of

_MOST_NAMED = 5


@dataclass(slots=True)
class Share:
    """An office's part of a quarter; `office` is None for indicators without one.

    `left` are its open rows, each with what is missing as a sentence.
    """

    office: Office | None
    indicators: list[Indicator] = field(default_factory=list)
    left: list[tuple[Indicator, str]] = field(default_factory=list)
    hand_in: HandIn | None = None
    clerks: list[User] = field(default_factory=list)

    @property
    def open(self) -> int:
        """How many rows are not filled in, or lack a reason."""
        return len(self.left)

    @property
    def filled(self) -> int:
        """How many rows have all that a submission asks for."""
        return len(self.indicators) - len(self.left)


def shares_of(session: Session, quarter: Quarter) -> list[Share]:
    """Each office's part of the quarter in the offices' order, what has no office last.

    Empty where no indicator of the plan has one; three queries else.
    """
    ids = {row.office_id for row in quarter.plan.indicators if row.office_id is not None}
    if not ids:
        return []
    clerks = clerks_of(session, ids)
    submission = quarter.submission
    handed_in = hand_ins_of(session, submission.id) if submission else {}
    shares: dict[int | None, Share] = {
        key: Share(office, hand_in=handed_in.get(key), clerks=clerks.get(key, []))
        for key, office in offices_by_id(session, ids).items()
    }
    lacking = _lacking(quarter)
    for row in quarter.plan.indicators:
        share = shares.setdefault(row.office_id, Share(None))
        share.indicators.append(row)
        if row.id in lacking:
            share.left.append((row, lacking[row.id]))
    return list(shares.values())


def not_handed_in(shares: Sequence[Share]) -> list[Share]:
    """The offices that owe something and have not handed it in."""
    return [one for one in shares if one.office is not None and one.hand_in is None]


def hand_in(session: Session, actor: Actor, quarter: Quarter) -> None:
    """Say that the actor's office has filled in all it owes in the quarter.

    Raises InvalidInput with what is still missing, Locked where the quarter is not filled in now.
    """
    share, row = _own_share(session, actor, quarter)
    assert quarter.submission is not None  # noqa: S101
    if share.left:
        names = "；".join(sentence for _, sentence in share.left[:_MOST_NAMED])
        more = f"等 {len(share.left)} 项" if len(share.left) > _MOST_NAMED else ""
        raise InvalidInput(f"本科室还有内容没有填完，未交：{names}{more}请填完后再交。")
    if row is not None and row.handed_in_at is not None:
        return
    if row is None:
        row = HandIn(
            unit_id=quarter.plan.unit_id,
            submission_id=quarter.submission.id,
            office_id=actor.office_id,
        )
        session.add(row)
    row.handed_in_at, row.handed_in_by_id = clock.now(), actor.id
    _told(session, actor, "hand_in", row, quarter, share)


def take_back(session: Session, actor: Actor, quarter: Quarter) -> None:
    """Take the own office's hand-in back; Locked once the quarter is submitted."""
    share, row = _own_share(session, actor, quarter)
    if row is None or row.handed_in_at is None:
        return
    row.handed_in_at = row.handed_in_by_id = None
    _told(session, actor, "take_back", row, quarter, share)


def set_internal_due(
    session: Session, actor: Actor, unit: Unit, period: Period, day: date | None
) -> None:
    """Set until when the unit's offices hand in for the period; None takes the period's own day.

    Raises InvalidInput for a day after the period's, Locked for a locked period.
    """
    actor.demand(Permission.COORDINATE)
    if not actor.sees_unit(unit.id):
        raise NotFound("没有找到这个单位。")
    if period.locked_at is not None:
        raise Locked("本期已由管理员锁定，不能再改内部截止日期。")
    if day is not None and not period.opens_on <= day <= period.due_on:
        said = f"请填 {period.opens_on} 至 {period.due_on} 之间的日期（本期开放至截止）。"
        raise InvalidInput("内部截止日期有误。", {"due_on": said})
    # Two people who set it at once do so in turn.
    session.refresh(unit, with_for_update={"key_share": True})
    row = internal_due_of(session, unit.id, period.id)
    name = f"{period.year} 年{period.name}"
    if row is None:
        if day is None:
            return
        row = InternalDue(unit_id=unit.id, period_id=period.id, due_on=day)
        session.add(row)
        record_change(session, actor, "set_internal_due", row, name=name)
        return
    # The period's own day stands for none, so that the row and its history stay.
    row.due_on = day or period.due_on
    record_change(session, actor, "set_internal_due", row, name=name)


def remind_offices(
    session: Session, actor: Actor, quarter: Quarter, office_id: int | None = None
) -> Reminded:
    """Remind the clerks of one office, or of all that have not handed in, of their open rows.

    NotFound where there is nothing to remind of, Locked where the quarter is not filled in now.
    """
    actor.demand(Permission.COORDINATE)
    if not actor.sees_unit(quarter.plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    closed = why_closed(quarter.plan, quarter.period)
    if closed or (quarter.submission and not quarter.submission.is_editable):
        raise Locked(closed or "本期已经提交，不用再提醒。")
    chosen = [
        one
        for one in not_handed_in(shares_of(session, quarter))
        if one.office and office_id in {None, one.office.id}
    ]
    if not chosen:
        raise NotFound("这个科室本期已交，或者没有它负责的指标。请刷新页面核对。")
    due = internal_due_of(session, quarter.plan.unit_id, quarter.period.id)
    due_on = due.due_on if due else quarter.period.due_on
    told = {user: [_line(quarter, share, due_on)] for share in chosen for user in share.clerks}
    nobody = sum(not share.clerks for share in chosen)
    return tell_people(session, actor, told, nobody=nobody)


def _line(quarter: Quarter, share: Share, due_on: date) -> Line:
    office = share.office
    assert office is not None  # noqa: S101
    period, today = quarter.period, clock.today()
    names = "、".join(row.name for row, _ in share.left[:_MOST_NAMED])
    more = "等" if len(share.left) > _MOST_NAMED else ""
    what = f"{len(share.left)} 项待填：{names}{more}" if share.left else "已填完，还没有交"
    return Line(
        why_due(due_on, today) or Why.DUE,
        OFFICE,
        quarter.plan.id,
        f"{period.code}/{office.id}",
        f"{period.year} 年 {quarter.plan.name} {period.name}填报（{office.name}）",
        f"{what}；内部{due_text(due_on, today)}",
    )


def _own_share(session: Session, actor: Actor, quarter: Quarter) -> tuple[Share, HandIn | None]:
    """The actor's office's part, and its row, of a quarter that is being filled in."""
    actor.demand(Permission.RECORD)
    if quarter.submission is None:
        raise Conflict("本期还没有开始填报。请先填写本科室负责的指标，再交。")
    demand_editable(actor, quarter.submission)
    share = next(
        (
            one
            for one in shares_of(session, quarter)
            if one.office and one.office.id == actor.office_id
        ),
        None,
    )
    if share is None:
        raise Conflict("您不属于负责本项目指标的科室。请在“科室与人员”核对您的科室。")
    row = session.scalar(
        select(HandIn)
        .where(HandIn.submission_id == quarter.submission.id, HandIn.office_id == actor.office_id)
        .with_for_update()
    )
    return share, row


def _lacking(quarter: Quarter) -> dict[int, str]:
    """By the indicator's id, what a submission would say is missing."""
    if quarter.submission is None:
        return {row.id: f"{row.name}：未填报。" for row in quarter.plan.indicators}
    found: dict[int, str] = {}
    missing = missing_of(quarter.submission, quarter.previous, quarter.quantities_before)
    for name, sentence in missing.items():
        kind, _, key = name.partition("-")
        if kind in {"actual", "reason"}:
            found[int(key)] = sentence
    return found


def _told(
    session: Session, actor: Actor, action: str, row: HandIn, quarter: Quarter, share: Share
) -> None:
    office = share.office.name if share.office else ""
    name = f"{quarter.plan.name} {quarter.period.name} {office}"
    record_change(session, actor, action, row, name=name, plan_id=quarter.plan.id)
