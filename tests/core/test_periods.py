"""Periods: codes, names, days, and what a quarter demands a reason for."""

from datetime import date
from decimal import Decimal

import pytest

from perf.core.actuals import Actual, TierChoice
from perf.core.errors import InvalidInput
from perf.core.periods import (
    is_overdue,
    parse_period,
    periods_of,
    quarter_reason_demanded,
)
from perf.core.targets import Target
from perf.core.terms import Comparator, Kind, Rhythm, Sense, Tier

D = Decimal


@pytest.mark.parametrize(
    ("code", "name", "starts_on", "ends_on", "due_on", "share"),
    [
        ("2022-Q1", "一季度", date(2022, 1, 1), date(2022, 3, 31), date(2022, 4, 15), "0.25"),
        ("2022-Q2", "二季度", date(2022, 4, 1), date(2022, 6, 30), date(2022, 7, 15), "0.5"),
        ("2022-Q3", "三季度", date(2022, 7, 1), date(2022, 9, 30), date(2022, 10, 15), "0.75"),
        ("2022-Q4", "四季度", date(2022, 10, 1), date(2022, 12, 31), date(2023, 1, 15), "1"),
        ("2022-M01", "1月", date(2022, 1, 1), date(2022, 1, 31), date(2022, 2, 15), None),
        ("2024-M02", "1—2月", date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 15), None),
        ("2022-M07", "1—7月", date(2022, 7, 1), date(2022, 7, 31), date(2022, 8, 15), None),
        ("2022-M12", "1—12月", date(2022, 12, 1), date(2022, 12, 31), date(2023, 1, 15), "1"),
        ("2022-FY", "年度自评", date(2022, 1, 1), date(2022, 12, 31), date(2023, 2, 28), "1"),
        ("2023-FY", "年度自评", date(2023, 1, 1), date(2023, 12, 31), date(2024, 2, 29), "1"),
    ],
)
def test_a_period_knows_its_name_days_and_share_of_the_year(
    code: str, name: str, starts_on: date, ends_on: date, due_on: date, share: str | None
):
    period = parse_period(code)
    assert period.code == code
    assert period.name == name
    assert period.starts_on == starts_on
    assert period.ends_on == ends_on
    assert period.default_due_on == due_on
    assert period.elapsed_share == (D(share) if share else D(ends_on.month) / 12)
    assert period.is_year is code.endswith("FY")


@pytest.mark.parametrize(
    ("rhythm", "codes", "months"),
    [
        (Rhythm.QUARTERS, ["Q1", "Q2", "Q3", "Q4", "FY"], [3, 6, 9, 12, 12]),
        (Rhythm.JULY, ["M07", "M12", "FY"], [7, 12, 12]),
        (
            Rhythm.MONTHS,
            [*(f"M{month:02}" for month in range(1, 13)), "FY"],
            [*range(1, 13), 12],
        ),
    ],
)
def test_a_year_has_the_periods_of_its_rhythm_in_the_order_of_time(
    rhythm: Rhythm, codes: list[str], months: list[int]
):
    periods = periods_of(2022, rhythm)
    assert [period.code for period in periods] == [f"2022-{code}" for code in codes]
    assert [period.months for period in periods] == months
    assert sorted(set(periods)) == list(periods)
    # Lists order a year's periods of figures by their codes.
    assert sorted(codes[:-1]) == codes[:-1]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2022",
        "2022-Q5",
        "2022-Q0",
        "2022-q1",
        "2022-M00",
        "2022-M7",
        "2022-M13",
        "22-Q1",
        "2022-Q1 ",
        "２０２２-Q1",
        "0000-Q1",
        "9999-FY",
    ],
)
def test_what_is_no_period_is_refused(code: str):
    with pytest.raises(InvalidInput, match="不是填报期"):
        parse_period(code)


def test_due_days_are_inclusive():
    due_on = date(2022, 4, 15)
    assert not is_overdue(due_on, date(2022, 4, 14))
    assert not is_overdue(due_on, due_on)
    assert is_overdue(due_on, date(2022, 4, 16))


GE = Target("≥6次", Comparator.GE, D(6), unit="次")
LE = Target("≤7天", Comparator.LE, D(7), unit="天")
LT = Target("小于5次", Comparator.LT, D(5), unit="次")
BETWEEN = Target("90%-95%", Comparator.BETWEEN, D(90), D(95), "%")
YEAR_END = Target("年底前", Comparator.BY_DATE, date(2022, 12, 31))
SPAN = Target("1-6月", Comparator.PERIOD, date(2022, 1, 1), date(2022, 6, 30))


def equal(sense: Sense) -> Target:
    return Target("8个", Comparator.EQ, D(8), unit="个", sense=sense)


@pytest.mark.parametrize(
    ("target", "kind", "actual", "previous", "words"),
    [
        (GE, Kind.CUMULATIVE, D(0), None, None),
        (GE, Kind.CUMULATIVE, D(2), D(2), None),
        (GE, Kind.CUMULATIVE, D(1), D(2), "累计数比上期减少"),
        (GE, Kind.LATEST, D(1), D(2), None),
        (GE, Kind.CUMULATIVE, None, D(2), "本期应报数据为空"),
        (LE, Kind.WORST, D(7), None, None),
        (LE, Kind.WORST, D("7.1"), None, "已超过指标值 ≤7天"),
        (LT, Kind.CUMULATIVE, D("4.9"), None, None),
        (LT, Kind.CUMULATIVE, D(5), None, "已超过指标值"),
        (equal(Sense.AT_LEAST), Kind.CUMULATIVE, D(99), None, None),
        (equal(Sense.AT_MOST), Kind.CUMULATIVE, D(9), None, "已超过指标值"),
        (equal(Sense.EXACTLY), Kind.CUMULATIVE, D(9), None, "已超过指标值"),
        (equal(Sense.EXACTLY), Kind.CUMULATIVE, D(7), None, None),
        (BETWEEN, Kind.LATEST, D(80), None, None),
        (BETWEEN, Kind.LATEST, D(96), None, "已超过指标值"),
        (YEAR_END, Kind.WORST, date(2022, 12, 31), None, None),
        (YEAR_END, Kind.WORST, date(2023, 1, 1), None, "已超过指标值"),
        (SPAN, Kind.WORST, date(2022, 7, 1), None, "已超过指标值"),
        (SPAN, Kind.WORST, TierChoice(Tier.MISSED, D(0)), None, None),
        (
            Target("明显", Comparator.QUALITATIVE),
            Kind.LATEST,
            TierChoice(Tier.MISSED, D(0)),
            None,
            None,
        ),
        (GE, Kind.CUMULATIVE, D(1), TierChoice(Tier.MISSED, D(0)), None),
        (YEAR_END, Kind.CUMULATIVE, date(2022, 5, 1), date(2022, 6, 1), None),
    ],
)
def test_a_quarter_demands_a_reason_only_where_something_is_wrong_already(
    target: Target, kind: Kind, actual: Actual | None, previous: Actual | None, words: str | None
):
    reason = quarter_reason_demanded(target, kind, actual, previous)
    if words is None:
        assert reason is None
    else:
        assert reason is not None
        assert words in reason


def test_no_data_this_period_is_a_choice_that_needs_no_reason():
    assert quarter_reason_demanded(GE, Kind.LATEST, None, None, has_no_data=True) is None
