"""What a message says of each thing that waits for one person, as of one day."""

from collections.abc import Iterable
from datetime import date

from perf import clock
from perf.core.reminders import (
    RECOMMENDATION,
    RECTIFICATION,
    Line,
    Why,
    due_text,
    said_day,
    shortened,
    why_due,
)
from perf.core.review_days import review_words
from perf.core.terms import RectificationState, Role, Status
from perf.models import Period, Recommendation, Rectification, User
from perf.queries.items import Item, ItemKind
from perf.queries.reminders import Missing
from perf.queries.workbench import Said
from perf.services.review_days import review_due

MAX_SAID = 3
_RETURNED = {Status.RETURNED: "退回", Status.REOPENED: "重新打开"}
Remarks = dict[tuple[ItemKind, int], list[Said]]


def missing_line(row: Missing, period: Period, day: date, stamp: str) -> Line:
    """What a plan owes for a period, with who reminds of it."""
    kind = ItemKind.SELF_EVALUATION if period.is_year else ItemKind.QUARTER
    what = kind.label if period.is_year else f"{period.name}填报"
    why = why_due(period.due_on, day) or Why.DUE
    text = due_text(period.due_on, day)
    if row.status in _RETURNED:
        why, text = Why.RETURNED, f"已{_RETURNED[row.status]}，{text}"
    title = f"{period.year} 年 {row.plan_name} {what}"
    return Line(why, kind.value, row.plan_id, period.code, title, text, (stamp,))


def lines_of_items(
    user: User, items: Iterable[Item], remarks: Remarks, day: date, *, stands_in: bool
) -> list[Line]:
    """What a recorder has to hand in, or a reviewer to decide.

    Who `stands_in` for a reviewer has both.
    """
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


def rectification_lines(
    user: User, rows: Iterable[Rectification], day: date, *, stands_in: bool
) -> list[Line]:
    """What an owner has to put right, or a reviewer to confirm."""
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


def recommendation_lines(user: User, rows: Iterable[Recommendation], day: date) -> list[Line]:
    """What the unit still has to answer, for its recorders; of all within the days ahead."""
    if user.role is not Role.STAFF:
        return []
    lines = []
    for row in rows:
        title = f"{row.plan.year} 年 {row.plan.name} 评价建议：{shortened(row.text)}"
        why, text = why_due(row.due_on, day) or Why.DUE, f"请答复，{due_text(row.due_on, day)}"
        lines.append(Line(why, RECOMMENDATION, row.plan_id, str(row.id), title, text))
    return lines
