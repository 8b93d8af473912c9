"""Who may ask the API for what: the same sessions, permissions and loaders as the pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from perf.core.errors import NotPermitted
from perf.core.permissions import Actor, Permission
from perf.extensions import db

View = Callable[..., ResponseReturnValue]
MAX_BODY = 64 * 1024


def requires(
    permission: Permission, loader: Callable[..., Any] | None = None
) -> Callable[[View], View]:
    """Let a view run only for a signed-in user who holds the permission.

    As the pages' own door, but a stranger is told so (401) instead of being led to a form, and so
    is whoever has still to choose a password (403). `loader(session, actor, **route arguments)`
    gives the object or raises NotFound; the view receives it instead of the arguments. No view of
    the API writes, so none takes a turn among the writers.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            request.max_content_length = MAX_BODY
            if not current_user.is_authenticated:
                raise Unauthorized
            if current_user.must_change_password:
                raise NotPermitted("请先在网页上修改初始密码，再使用数据接口。")
            actor = current_actor()
            actor.demand(permission)
            if loader is None:
                return view(**arguments)
            return view(loader(db.session(), actor, **arguments))

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.is_slow = True  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """Mark a view that tells nothing but the program's own description."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """Who asks; only for views behind `requires`."""
    actor: Actor = current_user.actor
    return actor
