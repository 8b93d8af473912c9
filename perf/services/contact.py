"""How a user is reached: the e-mail address, and the secret address of the calendar."""

import secrets
from hashlib import sha256

from sqlalchemy.orm import Session

from perf.core.email_address import is_email_address
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor, Permission
from perf.models import User
from perf.services.ledger import record_change


def set_email(session: Session, actor: Actor, user: User, email: str, *, wants_email: bool) -> None:
    """Keep an address, blank for none, and whether messages go there too.

    One's own, or anybody's for an administrator; InvalidInput where it is no address.
    """
    _demand_own(actor, user)
    email = email.strip()
    if email and not is_email_address(email):
        raise InvalidInput(
            "邮箱地址不对。",
            {"email": "这不是邮箱地址。请写成 wang@example.gov.cn 的样子，或留空。"},
        )
    user.email, user.wants_email = email, wants_email
    record_change(session, actor, "set_email", user, name=user.display_name)


def renew_calendar(session: Session, actor: Actor, user: User) -> str:
    """A new secret for the calendar's address, told once; the one before ends at once."""
    _demand_own(actor, user)
    token = secrets.token_urlsafe(32)
    user.calendar_hash = calendar_hash(token)
    _tell(session, actor, "renew_calendar", user)
    return token


def stop_calendar(session: Session, actor: Actor, user: User) -> None:
    """End the calendar's address; nothing where there is none."""
    _demand_own(actor, user)
    if user.calendar_hash is not None:
        user.calendar_hash = None
        _tell(session, actor, "stop_calendar", user)


def calendar_hash(token: str) -> str:
    """What is kept of a calendar's secret."""
    return sha256(token.encode()).hexdigest()


def _tell(session: Session, actor: Actor, action: str, user: User) -> None:
    changes = {"calendar": (None, None)}
    record_change(session, actor, action, user, name=user.display_name, changes=dict(changes))


def _demand_own(actor: Actor, user: User) -> None:
    if user.id != actor.id:
        actor.demand(Permission.ADMINISTER)
