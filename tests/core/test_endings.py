"""What a plan owes that begins or ends within its year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.endings import is_demanded, last_owed_month
from perf.core.periods import periods_of
from perf.core.terms import Rhythm

QUARTERS = [3, 6, 9, 12]


@pytest.mark.parametrize(
    ("begins_on", "owed_until", "owed"),
    [
        (None, 12, [3, 6, 9, 12]),
        (date(2022, 1, 1), 12, [3, 6, 9, 12]),
        (date(2022, 3, 31), 12, [3, 6, 9, 12]),
        (date(2022, 4, 1), 12, [6, 9, 12]),
        (date(2022, 12, 31), 12, [12]),
        (None, 9, [3, 6, 9]),
        (None, 0, []),
        (date(2022, 5, 10), 9, [6, 9]),
    ],
)
def test_a_plan_owes_the_periods_in_which_it_ran(begins_on, owed_until, owed):
    assert [one for one in QUARTERS if is_demanded(one, begins_on, owed_until)] == owed


@pytest.mark.parametrize(
    ("holds_from", "month"),
    [
        (date(2022, 1, 1), 0),
        (date(2022, 1, 2), 3),
        (date(2022, 7, 1), 6),
        (date(2022, 7, 20), 9),
        (date(2022, 12, 31), 12),
    ],
)
def test_the_period_in_which_it_ended_is_the_last_one_owed(holds_from, month):
    assert last_owed_month(QUARTERS, holds_from) == month


@given(begins=st.integers(0, 363), lasts=st.integers(1, 364), rhythm=st.sampled_from(list(Rhythm)))
def test_a_period_is_owed_where_the_plan_ran_on_one_of_its_days(begins, lasts, rhythm):
    periods = periods_of(2022, rhythm)[:-1]
    first = date(2022, 1, 1) + timedelta(days=begins)
    end = min(first + timedelta(days=lasts), date(2022, 12, 31))
    until = last_owed_month([one.months for one in periods], end)
    begin = date(2022, 1, 1)
    for period in periods:
        runs = period.ends_on >= first and begin < end
        assert is_demanded(period.months, first, until) is runs
        begin = period.ends_on + timedelta(days=1)
