"""What a project owes that begins or ends within its year (追加、终止、并入)."""

from collections.abc import Iterable
from datetime import date, timedelta

DECEMBER = 12


def is_demanded(months: int, begins_on: date | None = None, owed_until: int = DECEMBER) -> bool:
    """Whether a plan owes the report of a period that ends `months` into its year.

    One that was added on `begins_on` owes nothing for periods that ended before that day; the
    one in which it began is owed. `owed_until` is what `last_owed_month` gave for one that ended.
    Source: our own decision. From 10 May: 3 → no, 6 → yes. Until month 6: 9 → no.
    """
    first = 1 if begins_on is None else begins_on.month
    return first <= months <= owed_until


def last_owed_month(months: Iterable[int], holds_from: date) -> int:
    """The month in which the last period ends that a plan owes which is ended from this day on.

    `months` are those in which the year's periods end. The period in which it ended is still
    owed, for its figures up to then; none that begins on that day or later; 0 where nothing is.
    Source: our own decision. In quarters from 20 July → 9, from 1 July → 6.
    """
    last_day = holds_from - timedelta(days=1)
    if last_day.year < holds_from.year:
        return 0
    return min(one for one in months if one >= last_day.month)
