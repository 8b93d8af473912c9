"""Who has not reported (未报送名单), and one click to remind them."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.permissions import Actor, Permission
from perf.extensions import db
from perf.models import Period
from perf.queries import reminders as queries
from perf.queries.items import ItemKind
from perf.queries.organisation import period_by_code
from perf.services import reminders
from perf.services.reminders import Reminded
from perf.web.items import due_words
from perf.web.listing import form_text, page_number, page_url, text_argument
from perf.web.security import current_actor, requires

# For so many days what is overdue is asked for sooner than what is due next.
NEWLY = 60
blueprint = Blueprint("reminders", __name__, url_prefix="/missing")


@blueprint.get("")
@requires(Permission.REMIND)
def index() -> ResponseReturnValue:
    """What approved plans owe for one period, with who reports and who was reminded today."""
    actor, session, today = current_actor(), db.session(), clock.today()
    periods = queries.periods_to_report(session, today)
    period = _chosen([*periods], request.args.get("period", ""), today)
    text = text_argument("text") if actor.may(Permission.READ_ALL_UNITS) else ""
    page, staff, reminded = None, {}, {}
    if period is not None:
        page = queries.missing_page(session, actor, period, text, page_number())
        staff = queries.staff_of_units(session, {row.unit_id for row in page.rows})
        people = [user.id for users in staff.values() for user in users]
        reminded = queries.reminders_of_day(session, people, today)
    return render_template(
        "messages/missing.html",
        periods=[(one.code, f"{one.year} 年 {one.name}") for one in periods],
        period=period,
        kind=ItemKind.SELF_EVALUATION.value if period and period.is_year else "quarter",
        due=due_words(period.due_on, today) if period else None,
        page=page,
        staff=staff,
        reminded=reminded,
        text=text,
        shows_units=actor.may(Permission.READ_ALL_UNITS),
        page_url=page_url(),
    )


@blueprint.post("/<code>")
@requires(Permission.REMIND, period_by_code)
def remind_all(period: Period) -> ResponseReturnValue:
    """Remind everybody on the list as it was narrowed."""
    actor = current_actor()
    text = form_text("text").strip()[:100] if actor.may(Permission.READ_ALL_UNITS) else ""
    done = reminders.remind_of_period(db.session(), actor, period, text)
    return _done(period, done)


def _period_and_plan(session: Session, actor: Actor, code: str, plan_id: int) -> tuple[Period, int]:
    return period_by_code(session, actor, code), plan_id


@blueprint.post("/<code>/plans/<int:plan_id>")
@requires(Permission.REMIND, _period_and_plan)
def remind(loaded: tuple[Period, int]) -> ResponseReturnValue:
    """Remind the recorders of one plan."""
    period, plan_id = loaded
    return _done(period, reminders.remind_of_plan(db.session(), current_actor(), period, plan_id))


def _done(period: Period, done: Reminded) -> ResponseReturnValue:
    back = url_for(
        "reminders.index",
        period=period.code,
        text=form_text("text") or None,
        page=form_text("page") or None,
    )
    db.session.commit()
    if done.things:
        said = f"已提醒 {done.people} 人，共 {done.things} 项，消息已送到他们的“消息”。"
    else:
        said = "没有新的提醒：名单上的今天都已提醒过，或者没有填报人。"
    if done.things and done.before:
        said += f"另有 {done.before} 项今天已提醒过，没有重复。"
    if done.nobody:
        said += f"有 {done.nobody} 项的单位没有填报人，请管理员为其建立用户。"
    flash(said, "ok" if done.things else "warn")
    return redirect(back)


def _chosen(periods: list[Period], code: str, today: date) -> Period | None:
    """The period asked for, else the last one that is newly overdue, else the first that is due."""
    named = [one for one in periods if one.code == code]
    in_use = [one for one in periods if one.locked_at is None]
    late = [one for one in in_use if one.due_on < today]
    newly = [one for one in late if (today - one.due_on).days <= NEWLY]
    due = [one for one in reversed(in_use) if one.due_on >= today]
    return next(iter([*named, *newly, *due, *late, *periods]), None)
