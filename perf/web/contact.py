"""How one is reached: the e-mail address, and the calendar's own address."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.extensions import db
from perf.models import User
from perf.services import contact
from perf.web.listing import form_text
from perf.web.security import current_actor, requires

blueprint = Blueprint("contact", __name__)


@blueprint.get("/account/contact")
@requires(Permission.READ)
def show() -> ResponseReturnValue:
    """The address for messages, and whether there is a calendar."""
    user = _own()
    return _page(user, user.email, wants_email=user.wants_email)


@blueprint.post("/account/contact")
@requires(Permission.READ)
def save() -> ResponseReturnValue:
    """Keep the address."""
    user, email, wants_email = _own(), form_text("email"), "wants_email" in request.form
    try:
        contact.set_email(db.session(), current_actor(), user, email, wants_email=wants_email)
    except InvalidInput as error:
        return _page(user, email, wants_email=wants_email, errors=error.fields), 422
    db.session.commit()
    flash("已保存。", "ok")
    return redirect(url_for("contact.show"))


@blueprint.post("/account/calendar")
@requires(Permission.READ)
def renew_calendar() -> ResponseReturnValue:
    """Give a new address, shown on the answer and nowhere else."""
    user = _own()
    token = contact.renew_calendar(db.session(), current_actor(), user)
    db.session.commit()
    root = current_app.config["PUBLIC_URL"] or request.url_root.rstrip("/")
    address = f"{root}/calendar/{token}.ics"
    return _page(user, user.email, wants_email=user.wants_email, address=address)


@blueprint.post("/account/calendar/stop")
@requires(Permission.READ)
def stop_calendar() -> ResponseReturnValue:
    """End the address."""
    contact.stop_calendar(db.session(), current_actor(), _own())
    db.session.commit()
    flash("日历地址已停用，订阅过的日历不再更新。", "ok")
    return redirect(url_for("contact.show"))


def _own() -> User:
    return db.session.get_one(User, current_actor().id)


def _page(
    user: User,
    email: str,
    *,
    wants_email: bool,
    errors: dict[str, str] | None = None,
    address: str = "",
) -> str:
    return render_template(
        "messages/contact.html",
        email=email,
        wants_email=wants_email,
        has_calendar=user.calendar_hash is not None,
        has_mail_server=bool(current_app.config["SMTP_HOST"]),
        errors=errors or {},
        address=address,
    )
