"""By when a review is due, and from when on it is overdue."""

from datetime import date, timedelta

import pytest

from perf.core.review_days import last_overdue_on, review_due_on, review_words


class Calendar:
    """Knows 2022 alone, with the National Day week and the weekend worked for it."""

    years = frozenset({2022})
    free = frozenset(date(2022, 10, day) for day in range(1, 8))
    worked = frozenset({date(2022, 10, 8), date(2022, 10, 9)})

    def is_working_day(self, day: date) -> bool:
        assert day.year == 2022, "asked for a year that it does not know"
        return day in self.worked or (day.weekday() < 5 and day not in self.free)


CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("submitted_on", "days", "due_on"),
    [
        (date(2022, 9, 29), 5, date(2022, 10, 11)),
        (date(2022, 4, 11), 1, date(2022, 4, 12)),
        # A weekend counts for nothing, whether it begins or lies within.
        (date(2022, 4, 15), 1, date(2022, 4, 18)),
        (date(2022, 4, 16), 5, date(2022, 4, 22)),
        # Over the end of what is known, the Mondays to Fridays count.
        (date(2022, 12, 30), 2, date(2023, 1, 3)),
        (date(2023, 1, 6), 1, date(2023, 1, 9)),
    ],
)
def test_a_review_is_due_so_many_working_days_after_the_submission(
    submitted_on: date, days: int, due_on: date
) -> None:
    assert review_due_on(submitted_on, days, CALENDAR) == due_on


def test_what_is_overdue_is_what_was_due_before_today() -> None:
    first = date(2022, 9, 20)
    for today in (first + timedelta(days=offset) for offset in range(30)):
        last = last_overdue_on(today, 5, CALENDAR)
        assert review_due_on(last, 5, CALENDAR) < today
        assert review_due_on(last + timedelta(days=1), 5, CALENDAR) >= today


def test_a_review_is_told_by_its_day_until_it_is_over() -> None:
    due_on = date(2022, 4, 20)
    assert review_words(due_on, due_on) == "审核应于 2022 年 4 月 20 日前完成"
    assert review_words(due_on, date(2022, 4, 23)) == "审核已超期 3 天"
