"""A user's calendar as a feed: whoever knows its address may read it, nobody may change it."""

from datetime import date

from flask import Blueprint, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import RectificationState
from perf.documents.calendar_file import MEDIA_TYPE, Entry, write_calendar
from perf.extensions import db
from perf.models import Rectification
from perf.queries import calendar as queries
from perf.queries.calendar import DuePeriod
from perf.queries.items import Item
from perf.queries.review import waiting_for
from perf.services.contact import calendar_hash
from perf.services.review_days import review_due
from perf.web.items import item_url
from perf.web.security import public

blueprint = Blueprint("calendar", __name__)
NAME = "绩效填报日程"


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """The due days of what the owner of the address sees."""
    session = db.session()
    user = queries.user_of_calendar(session, calendar_hash(token))
    if user is None:
        raise NotFound("这个日历地址不对，或者已经更换、停用。请登录后在“邮件和日历”中取得新地址。")
    entries = _entries(session, user.actor, f"user{user.id}@perf")
    response = make_response(write_calendar(NAME, entries, clock.now()))
    response.headers["Content-Type"] = MEDIA_TYPE
    return response


def _entries(session: Session, actor: Actor, owner: str) -> list[Entry]:
    today = clock.today()
    root = current_app.config["PUBLIC_URL"] or request.url_root.rstrip("/")
    entries = [_due(one, owner, root) for one in queries.due_periods(session, actor, today)]
    rows = queries.rectifications_due(session, actor)
    entries += [_rectification(row, owner, root) for row in rows]
    return entries + [
        _review(item, due_on, owner, root)
        for item in waiting_for(session, actor)
        if (due_on := review_due(item)) is not None
    ]


def _due(one: DuePeriod, owner: str, root: str) -> Entry:
    period, left = one.period, one.plans - one.handed_in
    what = period.name if period.is_year else f"{period.name}填报"
    said = f"应报 {one.plans} 项，已提交 {one.handed_in} 项。"
    return Entry(
        f"{period.code}.{owner}",
        period.due_on,
        f"{period.year} 年 {what}截止" + (f"（还有 {left} 项未交）" if left else "（已全部提交）"),
        said + ("本期已锁定。" if period.locked_at else ""),
        root + url_for("workbench.home"),
    )


def _review(item: Item, due_on: date, owner: str, root: str) -> Entry:
    return Entry(
        f"review-{item.kind.value}-{item.subject_id}.{owner}",
        due_on,
        f"审核期限：{item.plan_name} {item.what}",
        f"{item.submitted_by or '系统'}提交，等待审核。",
        root + item_url(item),
    )


def _rectification(row: Rectification, owner: str, root: str) -> Entry:
    is_reported = row.state is RectificationState.REPORTED
    return Entry(
        f"rectification-{row.id}.{owner}",
        row.due_on,
        f"整改期限：{row.indicator.name}" + ("（待确认）" if is_reported else ""),
        f"{row.plan.year} 年 {row.plan.name}，责任人 {row.owner.display_name}。",
        root + url_for("rectifications.show", rectification_id=row.id),
    )
