"""Archives of a year (年度资料包): who asked for which, and how the making of it stands."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from perf.core.terms import ArchiveState
from perf.models.base import Base
from perf.models.organisation import Unit, User
from perf.models.types import Line, Moment, Short

_RUNNING = text("state = 'running'")


class Archive(Base):
    """One archive of a unit's year, or of all units' where `unit_id` is null.

    It is about units and owned by none. `formats` are endings joined by commas. While it is
    running, `worker` is the mark of the process that makes it, and `beat_at` when that process
    was last heard of; the database holds that one alone is running.
    """

    __tablename__ = "archive"
    __table_args__ = (
        Index("ix_archive_unit_id_id", "unit_id", "id"),
        Index(
            "uq_archive_running",
            "state",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        CheckConstraint("NOT is_masked OR is_public", name="only_public_is_masked"),
        CheckConstraint(
            "state <> 'done' OR (sha256 IS NOT NULL AND size IS NOT NULL"
            " AND finished_at IS NOT NULL)",
            name="done_is_complete",
        ),
    )

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int] = mapped_column(ForeignKey("fiscal_year.id"))
    is_public: Mapped[bool] = mapped_column(default=False)
    is_masked: Mapped[bool] = mapped_column(default=False)
    formats: Mapped[Short]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[Moment]
    state: Mapped[ArchiveState] = mapped_column(default=ArchiveState.WAITING)
    worker: Mapped[Short | None]
    beat_at: Mapped[Moment | None]
    files_done: Mapped[int] = mapped_column(default=0)
    files_total: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[Short | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[Moment | None]
    error: Mapped[Line] = mapped_column(default="")

    unit: Mapped[Unit | None] = relationship()
    asked_by: Mapped[User] = relationship()
