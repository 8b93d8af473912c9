"""Signing in and out, and one's own password."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select

from perf.core.errors import InvalidInput
from perf.core.permissions import Permission
from perf.database import begin_writing
from perf.extensions import db, limiter
from perf.models import User
from perf.services import accounts
from perf.web.security import current_actor, public, requires, signed_in_user

blueprint = Blueprint("auth", __name__)


def _who_tries() -> str:
    return f"{request.remote_addr} {request.form.get('username', '')[:64]}"


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect("/")
    return _sign_in_page("", "")


@blueprint.post("/sign-in")
@public
@limiter.limit(
    "10 per minute", key_func=_who_tries, deduct_when=lambda answer: answer.status_code == 422
)
def try_sign_in() -> ResponseReturnValue:
    """Check the password and lead on to where the user wanted to go."""
    username = request.form.get("username", "").strip()
    user = db.session.scalar(
        select(User).where(User.username == username, User.archived_at.is_(None))
    )
    if not accounts.is_password_of(user, request.form.get("password", "")) or user is None:
        return _sign_in_page(
            username, "用户名或密码不对。请核对大小写后重试；忘记密码请找管理员重置。"
        ), 422
    session.clear()
    login_user(signed_in_user(user.id))
    session.permanent = True
    return redirect(_local_path(request.form.get("next", "")))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


@blueprint.get("/account/password")
@requires(Permission.READ)
def change_password() -> ResponseReturnValue:
    """One's own password."""
    return render_template("accounts/password.html", errors={})


@blueprint.post("/account/password", endpoint="save_password")
@requires(Permission.READ, slow=True)
def save_password() -> ResponseReturnValue:
    """Set one's own password after the old one was given."""
    actor = current_actor()
    try:
        user = db.session.get_one(User, actor.id)
        if not accounts.is_password_of(user, request.form.get("current", "")):
            raise InvalidInput("原密码不对。", {"current": "原密码不对，请重新输入。"})
        if request.form.get("password", "") != request.form.get("again", ""):
            raise InvalidInput("两次输入不一致。", {"again": "两次输入的新密码不一致。"})
        hashed = accounts.hash_password(request.form.get("password", ""))
    except InvalidInput as error:
        return render_template("accounts/password.html", errors=error.fields), 422
    begin_writing(db.session())
    accounts.set_password(db.session(), actor, user, hashed, must_change=False)
    db.session.commit()
    login_user(signed_in_user(user.id))
    flash("密码已更新，其他设备上的登录已失效。", "ok")
    return redirect("/")


def _sign_in_page(username: str, error: str) -> str:
    target = request.values.get("next", "")
    return render_template("sign-in.html", username=username, error=error, next=_local_path(target))


def _local_path(target: str) -> str:
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and not any(ord(sign) < 32 for sign in target) else "/"
