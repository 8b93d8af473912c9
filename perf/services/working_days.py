"""China's working days: weekends, public holidays and the weekends worked in their place."""

from collections.abc import Collection
from datetime import date

import chinese_calendar
from chinese_calendar.constants import holidays


class ChineseWorkingDays:
    """The holiday arrangements that the State Council has published, as far as they are known.

    Each autumn brings those of the next year; a newer release of the package knows them.
    """

    @property
    def years(self) -> Collection[int]:
        """The years with at least one holiday laid down: every year has New Year's Day."""
        return _YEARS

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked; NotImplementedError for a year that is not in `years`."""
        return bool(chinese_calendar.is_workday(day))


_YEARS = frozenset(day.year for day in holidays)
CHINESE_WORKING_DAYS = ChineseWorkingDays()
