"""The past day that a reader looks at: kept in the session, and what each request does then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from flask import Flask, current_app, request, session
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from perf import clock
from perf.core.errors import Conflict
from perf.core.permissions import Actor, Permission
from perf.extensions import db
from perf.past import copy_of, end_of, engine_of

_KEY = "past"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What belongs to the reader, to files or to the program has no past: these pages stay today's.
OF_TODAY = frozenset(
    {
        "archives",
        "auth",
        "calendar",
        "contact",
        "health",
        "help_pages",
        "imports",
        "messages",
        "past",
        "recheck",
    }
)
# Their files lie under what is in them, the same on any day.
_BY_CONTENT = frozenset({"evidence", "signed_copies"})
# What may be posted on a past day: choosing another one, who is signed in, and what keeps nothing.
_ALWAYS = frozenset(
    {
        "api.score",
        "auth.sign_out",
        "auth.try_sign_in",
        "past.choose",
        "past.leave",
        "recheck.check",
    }
)


@dataclass(frozen=True, slots=True)
class PastDay:
    """The day whose end is looked at, and the unit within sight; None for all of them."""

    day: date
    unit_id: int | None
    unit_name: str

    @property
    def is_shown(self) -> bool:
        """Whether the page that was asked for is one that has a past."""
        return _of_request() not in OF_TODAY


def keep(actor: Actor, day: date, unit_id: int | None, unit_name: str) -> None:
    """From now on every page of this session shows the day's end."""
    session[_KEY] = {
        "user": actor.id,
        "day": day.isoformat(),
        "unit": unit_id,
        "unit_name": unit_name,
    }


def leave() -> None:
    """Back to today."""
    session.pop(_KEY, None)


def past_day() -> PastDay | None:
    """The day that this session looks at; None for today, or where somebody else chose it."""
    kept = session.get(_KEY)
    if not kept or str(kept["user"]) != str(session.get("_user_id", "")).partition(".")[0]:
        return None
    return PastDay(date.fromisoformat(kept["day"]), kept["unit"], kept["unit_name"])


@contextmanager
def as_of_chosen_day(actor: Actor) -> Iterator[None]:
    """Let what follows read the chosen day's copy, at that day's end; without one nothing changes.

    Who may see what is asked of today's rows before: whoever moved to another unit, or may no
    longer read the ledger, does not see the chosen day any more.
    """
    past = past_day()
    if past is None or not past.is_shown:
        yield
        return
    if not actor.may(Permission.READ_LEDGER) or actor.unit_id not in {None, past.unit_id}:
        leave()
        yield
        return
    path = copy_of(db.session(), current_app.config["DATA_DIR"], past.day, past.unit_id)
    # A session of its own: nothing that was read today stands in it.
    db.session.remove()
    db.session().info["engine"] = engine_of(path)
    with clock.set_to(end_of(past.day) - timedelta(microseconds=1)):
        yield


def is_past() -> bool:
    """Whether this request reads a past day."""
    past = past_day()
    return past is not None and past.is_shown


def _of_request() -> str:
    return (request.endpoint or "").partition(".")[0]


def _refuse_writing() -> None:
    past = past_day()
    if past is None or request.method in SAFE_METHODS or request.endpoint in _ALWAYS:
        return
    raise Conflict(
        f"您正在查看 {past.day} 的数据，只能看，不能改，这次操作没有保存。"
        "请先点页面上方的“回到今天”，再重新办理。"
    )


def _name_the_day(response: Response) -> Response:
    """A file that is made of a past day says so in its name."""
    disposition, options = parse_options_header(response.headers.get("Content-Disposition"))
    name = options.get("filename")
    if name and is_past() and _of_request() not in _BY_CONTENT:
        stem, dot, ending = name.rpartition(".")
        day = past_day().day  # type: ignore[union-attr]
        named = f"{stem}（{day}）{dot}{ending}" if dot else f"{name}（{day}）"
        # As RFC 5987 has it; what cannot read that gets a name without the Chinese.
        plain = named.encode("ascii", "ignore").decode()
        names = {"filename": plain, "filename*": f"UTF-8''{quote(named)}"}
        response.headers.set("Content-Disposition", disposition, **names)
    return response


def init_app(app: Flask) -> None:
    """Refuse what would write, tell pages the day, and name files by it."""
    app.before_request(_refuse_writing)
    app.after_request(_name_the_day)
    app.context_processor(lambda: {"past": past_day()})
