"""The inbox (消息): one message a day, with what each thing in it has come to since."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.permissions import Permission
from perf.core.reminders import OFFICE, RECOMMENDATION, RECTIFICATION, Line, Why
from perf.extensions import db
from perf.models import Message
from perf.queries import messages as queries
from perf.queries.items import ItemKind
from perf.services import reminders
from perf.web.listing import page_number, page_url
from perf.web.security import current_actor, requires

blueprint = Blueprint("messages", __name__)
TONES = {Why.RETURNED: "bad", Why.OVERDUE: "bad", Why.DUE: "warn", Why.WAITING: "warn"}


@blueprint.get("/messages")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """One's own messages, the newest first; an administrator also reads how the mail goes."""
    actor, session = current_actor(), db.session()
    page = queries.messages_page(session, actor, page_number())
    is_admin = actor.may(Permission.ADMINISTER)
    return render_template(
        "messages/index.html",
        page=page,
        lines=queries.shown_lines(session, actor, page.rows),
        tones=TONES,
        line_url=line_url,
        mail=queries.count_mail(session, clock.today()) if is_admin else None,
        mail_server=current_app.config["SMTP_HOST"],
        may_remind=actor.may(Permission.REMIND),
        page_url=page_url(),
    )


@blueprint.post("/messages/<int:message_id>/read")
@requires(Permission.READ, queries.message_of)
def read(message: Message) -> ResponseReturnValue:
    """Take one message for read."""
    reminders.mark_read(db.session(), message)
    db.session.commit()
    return redirect(url_for("messages.index"))


@blueprint.post("/messages/read")
@requires(Permission.READ)
def read_all() -> ResponseReturnValue:
    """Take all of them for read."""
    reminders.mark_all_read(db.session(), current_actor())
    db.session.commit()
    flash("全部消息已标为已读。", "ok")
    return redirect(url_for("messages.index"))


def line_url(line: Line) -> str:
    """The page where a line's thing is worked on."""
    if line.kind == RECTIFICATION:
        return url_for("rectifications.show", rectification_id=int(line.key))
    if line.kind == RECOMMENDATION:
        return url_for("recommendations.show", recommendation_id=int(line.key))
    if line.kind == OFFICE:
        code, _, _ = line.key.partition("/")
        return url_for("reports.show", plan_id=line.plan_id, code=code)
    if line.kind == ItemKind.REVISION.value:
        return url_for("revisions.show", revision_id=int(line.key))
    if line.kind == ItemKind.ENDING.value:
        return url_for("endings.show", ending_id=int(line.key))
    if line.kind == ItemKind.QUARTER.value:
        return url_for("reports.show", plan_id=line.plan_id, code=line.key)
    is_plan = line.kind == ItemKind.PLAN.value
    return url_for("plans.show" if is_plan else "evaluations.show", plan_id=line.plan_id)
