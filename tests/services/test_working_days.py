"""The working days of China, for the years that have been laid down and no other."""

from datetime import date

import pytest

from perf.core.errors import InvalidInput
from perf.core.working_calendar import WorkingDays, demand_known
from perf.services.working_days import CHINESE_WORKING_DAYS


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2022, 9, 30), True),
        (date(2022, 10, 1), False),
        (date(2022, 10, 7), False),
        (date(2022, 10, 8), True),
        (date(2022, 10, 9), True),
        (date(2022, 10, 15), False),
        (date(2022, 1, 29), True),
        (date(2022, 1, 31), False),
        (date(2026, 1, 1), False),
    ],
)
def test_a_day_is_worked_as_the_state_council_arranged_it(day: date, is_worked: bool) -> None:
    assert CHINESE_WORKING_DAYS.is_working_day(day) is is_worked


def test_the_days_between_two_days_leave_out_the_first_and_count_the_last() -> None:
    days = WorkingDays(CHINESE_WORKING_DAYS, date(2022, 9, 1), date(2022, 10, 31))
    assert days.between(date(2022, 9, 29), date(2022, 10, 9)) == 3
    assert days.between(date(2022, 9, 30), date(2022, 10, 7)) == 0
    assert days.between(date(2022, 9, 30), date(2022, 9, 30)) == 0


def test_the_known_years_are_without_a_gap_and_the_next_one_is_refused_by_name() -> None:
    years = sorted(CHINESE_WORKING_DAYS.years)
    assert years == list(range(2004, years[-1] + 1))
    assert years[-1] >= 2026
    beyond = years[-1] + 1
    with pytest.raises(InvalidInput, match=f"{beyond} 年的节假日安排还不掌握"):
        demand_known(CHINESE_WORKING_DAYS, date(years[-1], 12, 30), date(beyond, 1, 4))
    with pytest.raises(InvalidInput, match="2003 年"):
        WorkingDays(CHINESE_WORKING_DAYS, date(2003, 12, 31), date(2004, 1, 5))
    with pytest.raises(NotImplementedError):
        CHINESE_WORKING_DAYS.is_working_day(date(beyond, 1, 4))
