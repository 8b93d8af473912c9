"""Division and collection (分工与收集) of one quarter: who owes what, by when, who handed in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.queries.collection import internal_due_of
from perf.queries.reminders import reminders_of_day
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services import collection as services
from perf.services.entries import why_closed
from perf.web.grid_form import whole_number
from perf.web.items import due_words
from perf.web.listing import form_text
from perf.web.people.forms import posted_day
from perf.web.report_page import parent_links
from perf.web.security import current_actor, requires


@requires(Permission.READ, quarter_visible_to)
def show(quarter: Quarter) -> ResponseReturnValue:
    """The offices' parts of the quarter, with their open rows."""
    return _page(quarter)


@requires(Permission.COORDINATE, quarter_to_change)
def set_due(quarter: Quarter) -> ResponseReturnValue:
    """Set until when the unit's offices hand in; a blank takes the period's own day."""
    plan_id, code, typed = quarter.plan.id, quarter.period.code, form_text("due_on").strip()
    day = posted_day("due_on")
    try:
        if typed and day is None:
            raise InvalidInput("日期有误。", {"due_on": "请填完整日期，例如 2022-12-31。"})
        services.set_internal_due(
            db.session(), current_actor(), quarter.plan.unit, quarter.period, day
        )
    except InvalidInput as error:
        return _refused(plan_id, code, error)
    return _saved(quarter, "已保存内部截止日期，本单位各项目的本期都按这一天。")


@requires(Permission.RECORD, quarter_to_change)
def hand_in(quarter: Quarter) -> ResponseReturnValue:
    """Mark the own office's part as filled in, or take that back."""
    plan_id, code = quarter.plan.id, quarter.period.code
    session, actor = db.session(), current_actor()
    if "take_back" in request.form:
        services.take_back(session, actor, quarter)
        return _saved(quarter, "已收回，本科室可以继续修改，改好后再交。")
    try:
        services.hand_in(session, actor, quarter)
    except InvalidInput as error:
        return _refused(plan_id, code, error)
    return _saved(quarter, "本科室已交。提交审核以前可以收回。")


@requires(Permission.COORDINATE, quarter_to_change)
def remind(quarter: Quarter) -> ResponseReturnValue:
    """Remind the clerks of one office, or of all that have not handed in."""
    office_id = whole_number(request.form, "office") or None
    done = services.remind_offices(db.session(), current_actor(), quarter, office_id)
    if done.people:
        return _saved(quarter, f"已提醒 {done.people} 人，消息已送到他们的“消息”。")
    said = "没有新的提醒：今天都已提醒过，或者科室还没有填报人。"
    return _saved(quarter, said, tone="warn")


def _page(quarter: Quarter, error: InvalidInput | None = None) -> str:
    actor, session, today = current_actor(), db.session(), clock.today()
    shares = services.shares_of(session, quarter)
    due = internal_due_of(session, quarter.plan.unit_id, quarter.period.id)
    due_on = due.due_on if due else quarter.period.due_on
    submission = quarter.submission
    is_open = not why_closed(quarter.plan, quarter.period)
    is_editable = is_open and (submission is None or submission.is_editable)
    clerks = [user.id for share in shares for user in share.clerks]
    return render_template(
        "people/collection.html",
        quarter=quarter,
        plan=quarter.plan,
        period=quarter.period,
        submission=submission,
        shares=shares,
        waiting=services.not_handed_in(shares),
        due_on=due_on,
        is_internal=due is not None,
        due=due_words(due_on, today) if is_editable else None,
        own_id=actor.office_id,
        reminded=reminders_of_day(session, clerks, today),
        may_coordinate=actor.may(Permission.COORDINATE) and is_editable,
        may_hand_in=actor.may(Permission.RECORD) and is_editable and submission is not None,
        may_divide=actor.may(Permission.EDIT_PLAN),
        parents=[
            *parent_links(quarter)[:-1],
            (
                quarter.period.name,
                url_for("reports.show", plan_id=quarter.plan.id, code=quarter.period.code),
            ),
            ("分工与收集", None),
        ],
        message=str(error) if error else "",
        errors=error.fields if error else {},
        typed=request.form,
    )


def _refused(plan_id: int, code: str, error: InvalidInput) -> ResponseReturnValue:
    db.session.rollback()
    return _page(quarter_visible_to(db.session(), current_actor(), plan_id, code), error), 422


def _saved(quarter: Quarter, said: str, tone: str = "ok") -> ResponseReturnValue:
    back = url_for("people.collection", plan_id=quarter.plan.id, code=quarter.period.code)
    db.session.commit()
    flash(said, tone)
    return redirect(back)
