"""The one clock: times are aware UTC, days are Asia/Shanghai; tests set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_time", default=None)


def now() -> datetime:
    """The present moment in UTC."""
    return _frozen.get() or datetime.now(UTC)


def held() -> datetime | None:
    """The moment at which the clock is held, in UTC; None where it runs."""
    return _frozen.get()


def today() -> date:
    """The present day in Asia/Shanghai (at 16:00 UTC the next day begins)."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """A stored moment as the clock on the wall shows it."""
    return moment.astimezone(SHANGHAI)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment, for tests and for the sample's invented past."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
