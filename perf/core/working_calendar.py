"""Which days are worked, and how many of them lie between two days."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Protocol

from perf.core.errors import InvalidInput


class WorkingCalendar(Protocol):
    """Which days are worked, in the years for which that has been laid down."""

    @property
    def years(self) -> Collection[int]:
        """The years that it knows."""
        ...

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked; asked only for days of `years`."""
        ...


def demand_known(calendar: WorkingCalendar, first: date, last: date) -> None:
    """Raise InvalidInput naming the first year from `first` to `last` that is not known."""
    for year in range(first.year, last.year + 1):
        if year not in calendar.years:
            raise InvalidInput(f"{year} 年的节假日安排还不掌握，不能按工作日计算，请改按日历日。")


class WorkingDays:
    """Counts working days between any two days of a span, each day looked up once."""

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        """Raises InvalidInput where the calendar does not know a year of the span."""
        demand_known(calendar, first, last)
        self._first = first
        self._until = [0]
        for offset in range(1, (last - first).days + 1):
            worked = calendar.is_working_day(first + timedelta(days=offset))
            self._until.append(self._until[-1] + worked)

    def between(self, start: date, end: date) -> int:
        """The working days after `start` up to `end`, `end` included.

        Source: our own decision; the day of application does not count, as 民法典 §201 has it
        for every period. Thursday 29 September 2022 → Sunday 9 October 2022: 3, for 1–7 October
        is National Day, and both Saturday 8 and Sunday 9 were worked.
        """
        return self._until[(end - self._first).days] - self._until[(start - self._first).days]
