"""Messages (消息): what concerned one person on one day, and what became of its e-mail."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.models.base import Base
from perf.models.organisation import User
from perf.models.types import Line, Moment

_UNREAD = text("read_at IS NULL")


class Message(Base):
    """All that concerned one person on one day, as the texts that stood so then.

    `lines` are `perf.core.reminders.Line`s. `gathered_at` is null while only somebody's reminder
    made it. It goes out as e-mail once: `mail_tried_at` says when the last try began, `mail_error`
    why it failed, `mailed_at` when the mail server took it.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("user_id", "day"),
        Index("ix_message_day", "day"),
        Index(
            "ix_message_unread",
            "user_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        CheckConstraint(
            "mailed_at IS NULL OR (mail_tried_at IS NOT NULL AND mail_error = '')",
            name="mailed_was_tried",
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    day: Mapped[date]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_at: Mapped[Moment]
    gathered_at: Mapped[Moment | None]
    read_at: Mapped[Moment | None]
    mail_tried_at: Mapped[Moment | None]
    mail_error: Mapped[Line] = mapped_column(default="")
    mailed_at: Mapped[Moment | None]

    user: Mapped[User] = relationship()
