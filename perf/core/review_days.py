"""By when a reviewer decides what was submitted (审核期限), in working days."""

from datetime import date, timedelta

from perf.core.working_calendar import WorkingCalendar

# How many working days a year's reviewers have unless it sets another number. Source: our own
# decision; no public document lays down a period for a bureau's own review.
REVIEW_DAYS = 5
MOST_REVIEW_DAYS = 60
_SATURDAY = 5
_DAY = timedelta(days=1)


def review_due_on(submitted_on: date, days: int, calendar: WorkingCalendar) -> date:
    """The last day to decide, itself included: so many working days after the submission.

    The day of the submission does not count. A year that the calendar does not know has its
    Mondays to Fridays worked, so that a due day is never missing. Thursday 29 September 2022,
    5 days → Tuesday 11 October: 30 September, then Saturday 8 to Tuesday 11 October.
    """
    day = submitted_on
    while days:
        day += _DAY
        days -= _is_worked(day, calendar)
    return day


def last_overdue_on(today: date, days: int, calendar: WorkingCalendar) -> date:
    """The latest day of submission whose review is overdue today.

    What was submitted on it or before is overdue, what came later is not.
    """
    day = today
    while days:
        day -= _DAY
        days -= _is_worked(day, calendar)
    return day - _DAY


def review_words(due_on: date, today: date) -> str:
    """How a review stands beside its due day (审核应于 2022 年 4 月 20 日前完成)."""
    if due_on < today:
        return f"审核已超期 {(today - due_on).days} 天"
    return f"审核应于 {due_on.year} 年 {due_on.month} 月 {due_on.day} 日前完成"


def _is_worked(day: date, calendar: WorkingCalendar) -> bool:
    if day.year in calendar.years:
        return calendar.is_working_day(day)
    return day.weekday() < _SATURDAY
