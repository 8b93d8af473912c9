"""Who is signed in, what each route demands, and the headers of every answer."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response

from perf import clock
from perf.config import MAX_FORM_BYTES
from perf.core.errors import NotPermitted
from perf.core.permissions import DELEGATED, Actor, Permission
from perf.database import begin_writing
from perf.extensions import db, login_manager
from perf.models import Delegation, Message, Unit, User
from perf.queries.delegations import holds_today
from perf.services.typed import without_controls
from perf.web.past_day import SAFE_METHODS, as_of_chosen_day


class CleanFormParser(FormDataParser):
    """Reads posted texts without what neither a page nor a database can hold."""

    def parse(self, *arguments: Any, **named: Any) -> Any:
        stream, form, files = super().parse(*arguments, **named)
        texts = [
            (without_controls(name), without_controls(text))
            for name, text in form.items(multi=True)
        ]
        return stream, self.cls(texts), files


class BoundedRequest(Request):
    """A request whose typed texts have a bound of their own, far below that of uploaded files.

    Werkzeug holds only the text parts of a multipart form to it, not a plain form.
    """

    form_data_parser_class = CleanFormParser

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.mimetype == "application/x-www-form-urlencoded":
            self.max_content_length = MAX_FORM_BYTES


View = Callable[..., ResponseReturnValue]
_CHANGE_PASSWORD = ("auth.change_password", "auth.save_password")


class SignedIn(UserMixin):
    """The signed-in user as Flask-Login holds it, out of one row without its objects.

    A changed password, role or unit gives the user another key, which ends every older session.
    """

    def __init__(
        self,
        actor: Actor,
        session_key: str,
        unit_name: str,
        unread: int,
        *,
        must_change_password: bool,
    ) -> None:
        self.actor = actor
        self.session_key = session_key
        self.unit_name = unit_name
        self.unread = unread
        self.must_change_password = must_change_password

    def get_id(self) -> str:
        return f"{self.actor.id}.{self.session_key}"


def signed_in_user(user_id: int) -> SignedIn | None:
    """The user who may be signed in under this id; None for an archived or unknown one."""
    named = {"user_id": user_id, "today": clock.today()}
    row = db.session.connection().execute(_SIGNED_IN, named).first()
    if row is None:
        return None
    actor = Actor(
        user_id,
        row.display_name,
        row.role,
        row.unit_id,
        row.office_id,
        also=frozenset() if row.for_id is None else DELEGATED,
        for_id=row.for_id,
        for_name=row.for_name or "",
    )
    return SignedIn(
        actor,
        row.session_key,
        row.unit_name or "",
        row.unread,
        must_change_password=row.must_change_password,
    )


_away = aliased(User)
_SIGNED_IN = (
    select(
        User.session_key,
        User.display_name,
        User.role,
        User.unit_id,
        User.office_id,
        User.must_change_password,
        Unit.name.label("unit_name"),
        select(func.count())
        .where(Message.user_id == User.id, Message.read_at.is_(None))
        .correlate(User)
        .scalar_subquery()
        .label("unread"),
        _away.id.label("for_id"),
        _away.display_name.label("for_name"),
    )
    .outerjoin(Unit, Unit.id == User.unit_id)
    .outerjoin(
        Delegation,
        and_(Delegation.delegate_id == User.id, Delegation.unit_id == User.unit_id, holds_today()),
    )
    .outerjoin(_away, _away.id == Delegation.delegator_id)
    .where(User.id == bindparam("user_id"), User.archived_at.is_(None))
    .order_by(Delegation.id)
)


def current_actor() -> Actor:
    """Who acts in this request; only for views behind `requires`."""
    actor: Actor = current_user.actor
    return actor


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def requires(
    permission: Permission, loader: Callable[..., Any] | None = None, *, slow: bool = False
) -> Callable[[View], View]:
    """Let a view run only for a signed-in user who holds the permission.

    `loader(session, actor, **route arguments)` gives the object, or raises NotFound for one out
    of the actor's sight; the view receives what it gave instead of the route's arguments.
    A `slow` view parses or hashes first and calls `begin_writing` itself; any other view of
    a writing method stands in a writing transaction from its first query.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _lead_to_sign_in()
            if current_user.must_change_password and request.endpoint not in _CHANGE_PASSWORD:
                return redirect(url_for(_CHANGE_PASSWORD[0]))
            actor = current_actor()
            actor.demand(permission)
            with as_of_chosen_day(actor):
                if loader is None:
                    return view(**arguments)
                return view(loader(db.session(), actor, **arguments))

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.is_slow = slow  # type: ignore[attr-defined]
        return guarded

    return decorate


def _lead_to_sign_in() -> ResponseReturnValue:
    target = request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"
    return redirect(url_for("auth.sign_in", next=None if target == "/" else target))


@login_manager.user_loader
def _load_user(key: str) -> SignedIn | None:
    user_id, _, session_key = key.partition(".")
    user = signed_in_user(int(user_id))
    return user if user and user.session_key == session_key else None


def _begin_request() -> None:
    g.request_id = uuid.uuid4().hex[:12]
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return
    if not hasattr(view, "permission"):
        raise NotPermitted("此页面没有开放。")
    if request.method not in SAFE_METHODS and not getattr(view, "is_slow", True):
        begin_writing(db.session())


def _finish_response(response: Response) -> Response:
    response.headers.setdefault(
        "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def init_app(app: Flask) -> None:
    """Deny by default, and set the headers."""
    app.request_class = BoundedRequest
    app.before_request(_begin_request)
    app.after_request(_finish_response)
