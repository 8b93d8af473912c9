"""What became of a message as e-mail; each step is a transaction of its own."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from perf import clock
from perf.models import Message
from perf.queries.messages import is_to_be_mailed, message_to_mail

# After so long without an outcome the run that took a message has come to a bad end.
GIVEN_UP_AFTER = timedelta(minutes=10)
MAX_ERROR = 500
_AT_ONCE = 500


def take_to_mail(session: Session, message_id: int) -> Message | None:
    """Take a message for sending, with its person; None where another run has it or sent it."""
    now = clock.now()
    message = message_to_mail(session, message_id, now - GIVEN_UP_AFTER)
    if message is not None:
        message.mail_tried_at, message.mail_error = now, ""
        session.flush()
    return message


def record_mailed(session: Session, message_id: int) -> None:
    """The mail server took it."""
    session.get_one(Message, message_id).mailed_at = clock.now()
    session.flush()


def record_not_mailed(session: Session, message_id: int, error: str) -> None:
    """It did not go out, and why; the next run of the day tries again."""
    session.get_one(Message, message_id).mail_error = error[:MAX_ERROR]
    session.flush()


def record_unreachable(session: Session, message_ids: Sequence[int], error: str) -> int:
    """None of these that are still to go out could, for a reason that is not theirs; how many."""
    now, count = clock.now(), 0
    for first in range(0, len(message_ids), _AT_ONCE):
        result = session.execute(
            update(Message)
            .where(
                Message.id.in_(message_ids[first : first + _AT_ONCE]),
                is_to_be_mailed(now - GIVEN_UP_AFTER),
            )
            .values(mail_tried_at=now, mail_error=error[:MAX_ERROR])
            .returning(Message.id)
        )
        count += len(result.all())
    return count
