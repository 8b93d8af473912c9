"""Lists to values: cases to days, questionnaires to a rate, payments to what was executed."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.core.findings import Severity
from perf.core.lists.answers import SATISFIED, Answers, answers_value, options_of
from perf.core.lists.days import Case, CaseRules, days_value
from perf.core.lists.kinds import (
    ListKind,
    ListValue,
    Measure,
    MoneyUnit,
    counts_working_days,
    kinds_for,
    limit_of,
    measures_for,
)
from perf.core.lists.payments import Payment, payments_value
from perf.core.storable import LINE
from perf.core.targets import parse_target

D = Decimal
YEAR, END = date(2022, 1, 1), date(2022, 9, 30)


class Weekdays:
    """Monday to Friday, except 3 June 2022, and Saturday 11 June worked in its place."""

    years: Collection[int] = frozenset({2021, 2022})

    def is_working_day(self, day: date) -> bool:
        assert day.year in self.years
        if day in {date(2022, 6, 3), date(2022, 6, 11)}:
            return day.day == 11
        return day.weekday() < 5


def day(text: str) -> date:
    return date.fromisoformat(f"2022-{text}")


def cases(*rows: tuple[str, str | None]) -> list[Case]:
    """Rows as (applied, completed), numbered from 2 as below a head."""
    return [Case(n, day(a), day(c) if c else None) for n, (a, c) in enumerate(rows, start=2)]


def rules(measure: Measure = Measure.WORST, limit: str | None = "7", **more) -> CaseRules:
    return CaseRules(YEAR, END, measure, D(limit) if limit else None, **more)


def told(value: ListValue) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in value.findings]


# Which lists fit


@pytest.mark.parametrize(
    ("target", "is_satisfaction", "kinds"),
    [
        ("≤7天", False, [ListKind.DAYS]),
        ("≤5个工作日", False, [ListKind.DAYS]),
        ("3天-5天", False, [ListKind.DAYS]),
        ("≥300天", False, []),
        ("≥95%", False, [ListKind.DAYS, ListKind.ANSWERS]),
        ("≥95%", True, [ListKind.ANSWERS, ListKind.DAYS]),
        ("90%-95%", False, [ListKind.DAYS, ListKind.ANSWERS]),
        ("≤5%", True, []),
        ("≤30万元", False, [ListKind.PAYMENTS]),
        ("72890元", False, [ListKind.PAYMENTS]),
        ("≥100件", False, []),
        ("明显", True, []),
        ("2022年12月31日前", False, []),
        ("2022年1月--2022年11月", False, []),
    ],
)
def test_a_target_takes_the_lists_that_fit_it(target, is_satisfaction, kinds) -> None:
    assert list(kinds_for(parse_target(target), is_satisfaction=is_satisfaction)) == kinds


@pytest.mark.parametrize(
    ("target", "name", "limit", "working"),
    [
        ("≤7天", "办理时限", "7", False),
        ("≤5个工作日", "办理时限", "5", True),
        ("3天-5天", "办理时限", "5", False),
        ("≥95%", "5个工作日内办结率", "5", True),
        ("≥95%", "15日内办结率", "15", False),
        ("≥95%", "按时办结率", None, False),
    ],
)
def test_the_limit_is_the_target_s_own_number_or_the_name_s(target, name, limit, working) -> None:
    read = parse_target(target)
    assert limit_of(read, name) == (None if limit is None else D(limit))
    assert counts_working_days(read, name) is working


def test_a_time_unit_takes_the_longest_or_the_mean_and_a_rate_the_share() -> None:
    assert measures_for(parse_target("≤7天")) == (Measure.WORST, Measure.MEAN)
    assert measures_for(parse_target("≥95%")) == (Measure.SHARE,)


def test_a_limit_that_is_a_day_is_no_number_of_days() -> None:
    assert limit_of(parse_target("2022年12月31日前"), "完成时间") is None


# Cases


FIVE = (("03-01", "03-08"), ("03-02", "03-02"), ("05-01", "05-11"), ("08-30", "09-01"))


@pytest.mark.parametrize(
    ("measure", "limit", "value"),
    [
        (Measure.WORST, "7", "10"),
        (Measure.MEAN, "7", "4.75"),
        (Measure.SHARE, "7", "75"),
        (Measure.SHARE, "10", "100"),
        (Measure.SHARE, "1.5", "25"),
        (Measure.WORST, None, "10"),
    ],
)
def test_cases_come_to_the_longest_the_mean_or_the_share_in_time(measure, limit, value) -> None:
    found = days_value(cases(*FIVE), rules(measure, limit))
    assert found.value == D(value)
    assert [row[4] for row in found.rows] == ["7", "0", "10", "2"]


def test_a_mean_and_a_share_have_six_decimals_half_up() -> None:
    three = cases(("03-01", "03-02"), ("03-01", "03-02"), ("03-01", "03-10"))
    assert days_value(three, rules(Measure.MEAN)).value == D("3.666667")
    assert days_value(three, rules(Measure.SHARE)).value == D("66.666667")


def test_the_line_tells_how_the_value_came_about() -> None:
    assert days_value(cases(*FIVE), rules()).basis == (
        "由 4 件办理清单计算：最长 10 天，平均 4.75 天；期限 7 天内办结 3 件（75%）；取最长"
    )
    assert days_value(cases(*FIVE), rules(Measure.MEAN, None)).basis == (
        "由 4 件办理清单计算：最长 10 天，平均 4.75 天；取平均"
    )


def test_working_days_leave_out_holidays_and_take_in_the_days_worked_instead() -> None:
    rows = cases(("06-02", "06-06"), ("06-10", "06-11"), ("06-17", "06-20"), ("06-18", "06-19"))
    found = days_value(rows, rules(calendar=Weekdays(), limit="1"))
    assert [row[4] for row in found.rows] == ["1", "1", "1", "0"]
    assert found.basis == (
        "由 4 件办理清单计算：最长 1 个工作日，平均 0.75 个工作日；"
        "期限 1 个工作日内办结 4 件（100%）；取最长"
    )


def test_a_year_without_known_holidays_is_refused_at_its_row_by_name() -> None:
    rows = [Case(2, date(2020, 12, 30), date(2022, 1, 5)), *cases(("06-01", "06-02"))]
    found = days_value(rows, rules(calendar=Weekdays()))
    assert found.value is None
    assert told(found) == [("year-unknown", "第 2 行")]
    assert "2020 年的节假日安排还不掌握" in found.findings[0].message
    assert days_value(rows, rules()).value == D(371)


def test_the_year_of_completion_has_to_be_known_too() -> None:
    class Older(Weekdays):
        years = frozenset({2021})

    found = days_value([Case(2, date(2021, 12, 30), date(2022, 1, 5))], rules(calendar=Older()))
    assert told(found) == [("year-unknown", "第 2 行")]
    assert "2022 年" in found.findings[0].message


def test_the_day_of_application_is_no_working_day_of_the_case() -> None:
    found = days_value(cases(("06-17", "06-18"), ("06-19", "06-20")), rules(calendar=Weekdays()))
    assert [row[4] for row in found.rows] == ["0", "1"]


def test_the_first_and_the_last_day_of_the_year_to_date_still_count() -> None:
    found = days_value([Case(2, YEAR, YEAR), Case(3, END, END)], rules())
    assert (found.findings, [row[3] for row in found.rows]) == ((), ["2022-01-01", "2022-09-30"])
    assert [row[5] for row in found.rows] == ["是", "是"]


def test_a_case_begun_last_year_and_done_in_this_one_counts() -> None:
    found = days_value([Case(2, date(2021, 12, 30), date(2022, 1, 5))], rules())
    assert found.value == D(6)


OPEN = (("03-01", "03-08"), ("09-01", None), ("09-28", None), ("09-29", "10-03"))


def test_a_case_not_done_by_the_end_counts_only_as_late_and_only_in_the_share() -> None:
    for measure, value in ((Measure.WORST, "7"), (Measure.MEAN, "7"), (Measure.SHARE, "50")):
        found = days_value(cases(*OPEN), rules(measure))
        assert found.value == D(value)
        assert told(found) == [
            ("case-overdue", "第 3 行"),
            ("case-open", "第 4 行"),
            ("case-open", "第 5 行"),
        ]
        assert "；另有未办结 3 件，其中已超期 1 件；" in found.basis
    assert [row[3:] for row in found.rows] == [
        ("2022-03-08", "7", "是"),
        ("未办结", "", "否"),
        ("未办结", "", ""),
        ("2022-10-03", "", ""),
    ]
    assert "（2022-10-03 才办结）" in found.findings[2].message
    assert "按超期计入比例" in found.findings[0].message


def test_open_cases_without_a_limit_are_never_late() -> None:
    found = days_value(cases(*OPEN), rules(Measure.WORST, None))
    assert told(found) == [("case-open", f"第 {n} 行") for n in (3, 4, 5)]
    assert found.basis.endswith("；另有未办结 3 件；取最长")
    assert [row[5] for row in found.rows] == ["", "", "", ""]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Case(2, day("03-02"), day("03-01")), "completed-before-applied"),
        (Case(2, day("10-01"), None), "applied-later"),
        (Case(2, day("10-01"), day("10-05")), "applied-later"),
        (Case(2, date(2021, 12, 1), date(2021, 12, 31)), "completed-last-year"),
        (Case(2, date(1922, 3, 1), day("03-05")), "applied-too-early"),
    ],
)
def test_a_case_that_cannot_be_is_refused_at_its_row(row, code) -> None:
    found = days_value([row, Case(3, day("03-01"), day("03-02"))], rules())
    assert (found.value, found.basis, found.rows) == (None, "", ())
    assert told(found) == [(code, "第 2 行")]


def test_a_list_without_rows_a_limit_or_a_case_done_gives_no_value() -> None:
    assert told(days_value([], rules())) == [("list-empty", "")]
    assert told(days_value(cases(*FIVE), rules(Measure.SHARE, None))) == [("limit-missing", "")]
    assert told(days_value(cases(("09-29", None)), rules())) == [("nothing-done", "")]
    only_late = days_value(cases(("09-01", None)), rules(Measure.SHARE))
    assert (only_late.value, only_late.basis) == (
        D(0),
        (
            "由 0 件办理清单计算：期限 7 天内办结 0 件（0%）；另有未办结 1 件，其中已超期 1 件；"
            "取期限内办结的比例"
        ),
    )


spans = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 90)), min_size=1, max_size=30)


@given(spans, st.integers(0, 60), st.booleans())
def test_the_longest_is_never_below_the_mean_and_the_share_is_a_count(rows, limit, working) -> None:
    listed = [
        Case(n, YEAR + timedelta(start), min(YEAR + timedelta(start + length), END))
        for n, (start, length) in enumerate(rows, start=1)
    ]
    calendar = Weekdays() if working else None
    worst, mean, share = (
        days_value(listed, rules(measure, str(limit), calendar=calendar)) for measure in Measure
    )
    taken = [int(row[4]) for row in worst.rows]
    assert worst.value == max(taken) >= mean.value
    assert abs(Fraction(mean.value) - Fraction(sum(taken), len(taken))) <= Fraction(1, 2 * 10**6)
    in_time = sum(days <= limit for days in taken)
    assert abs(Fraction(share.value) - Fraction(100 * in_time, len(taken))) <= Fraction(
        1, 2 * 10**6
    )
    assert all(len(one.basis) <= LINE for one in (worst, mean, share))


@given(st.integers(0, 300), st.integers(0, 200), st.integers(0, 200))
def test_working_days_add_up_over_a_day_between(start, first, second) -> None:
    a = YEAR + timedelta(start % 100)
    b, c = a + timedelta(first % 80), a + timedelta(first % 80 + second % 80)

    def days(x: date, y: date) -> int:
        value = days_value([Case(1, x, y)], rules(calendar=Weekdays())).value
        assert value is not None
        return int(value)

    assert days(a, c) == days(a, b) + days(b, c) <= (c - a).days


# Questionnaires


def answers(**counts: int) -> list[Answers]:
    return [Answers(n, option, count) for n, (option, count) in enumerate(counts.items(), start=2)]


ANSWERED = answers(非常满意=60, 满意=48, 基本满意=6, 不满意=6)


def test_the_satisfied_among_the_valid_answers_are_the_rate_and_n_is_told() -> None:
    found = answers_value(ANSWERED, SATISFIED)
    assert (found.value, found.findings) == (D(90), ())
    assert found.basis == (
        "由问卷计算：有效 n = 120 份，计为满意 108 份（非常满意 60、满意 48），满意率 90%"
    )
    assert answers_value(ANSWERED, {*SATISFIED, "基本满意"}).value == D(95)
    assert answers_value(ANSWERED, ()).value == D(0)
    assert "没有一项计为满意" in answers_value(ANSWERED, ()).basis


def test_one_answer_a_row_is_counted_as_its_option() -> None:
    rows = [Answers(n, option, 1) for n, option in enumerate(["不满意", "满意", "满意"])]
    found = answers_value(rows, SATISFIED)
    assert found.value == D("66.666667")
    assert found.rows == (("满意", "2", "是"), ("不满意", "1", "否"))
    assert "满意率 66.67%" in found.basis


def test_what_is_no_answer_is_left_out_of_n_and_told() -> None:
    found = answers_value([*ANSWERED, Answers(9, "弃权", 30)], SATISFIED)
    assert found.value == D(90)
    assert [one.message for one in found.findings] == [
        "弃权、未作答或无效的 30 份没有计入有效问卷。"
    ]


def test_an_uncommon_option_is_pointed_out_until_it_is_chosen() -> None:
    rows = [*ANSWERED, Answers(9, "好评", 30)]
    assert told(answers_value(rows, SATISFIED)) == [("option-unknown", "")]
    assert answers_value(rows, {*SATISFIED, "好评"}).findings == ()
    assert list(options_of(rows)) == ["非常满意", "满意", "基本满意", "不满意", "好评"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "no-answers"),
        (answers(满意=0, 弃权=3), "no-answers"),
        ([Answers(n, f"回答{n}", 1) for n in range(13)], "too-many-options"),
        (answers(**{"很" * 21: 1}), "option-too-long"),
        (answers(满意=10**9), "too-many-answers"),
    ],
)
def test_what_is_no_questionnaire_is_refused(rows, code) -> None:
    found = answers_value(rows, SATISFIED)
    assert (found.value, told(found)) == (None, [(code, "")])


@given(st.dictionaries(st.sampled_from(["满意", "基本满意", "不满意", "x"]), st.integers(0, 10**6)))
def test_a_rate_lies_between_none_and_all_and_more_chosen_is_never_less(counts) -> None:
    rows = answers(**counts)
    few, more = answers_value(rows, {"满意"}), answers_value(rows, {"满意", "基本满意"})
    assert (few.value is None) == (sum(counts.values()) == 0)
    if few.value is not None and more.value is not None:
        assert 0 <= few.value <= more.value <= 100
        assert len(more.basis) <= LINE


def test_the_longest_line_of_a_questionnaire_still_fits_its_column() -> None:
    rows = [Answers(n, f"{n:02}{'很' * 18}", 83_000_000) for n in range(12)]
    found = answers_value(rows, {one.option for one in rows})
    assert found.value == D(100)
    assert len(found.basis) <= LINE


# Payments


def payments(*rows: tuple[str, str, str]) -> list[Payment]:
    return [Payment(n, day(on), D(yuan), who) for n, (on, yuan, who) in enumerate(rows, start=2)]


PAID = payments(("01-01", "120000", "甲"), ("09-30", "3456.78", "乙"), ("09-30", "-1000.5", "甲"))


def test_payments_add_up_exactly_and_refunds_come_off() -> None:
    found = payments_value(PAID, YEAR, END)
    assert (found.value, found.findings) == (D("122456.28"), ())
    assert found.basis == (
        "由 3 笔支付明细计算：2022-01-01 至 2022-09-30 累计 12.245628 万元，"
        "其中退回 1 笔共 0.10005 万元"
    )
    assert payments_value(PAID, YEAR, END, unit=MoneyUnit.WAN).value == D("12.245628")
    assert "退回" not in payments_value(PAID[:2], YEAR, END).basis


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        ([Payment(7, date(2021, 12, 31), D(1))], [("payment-outside", "第 7 行")]),
        ([Payment(7, date(2022, 10, 1), D(1))], [("payment-outside", "第 7 行")]),
        ([Payment(7, END, D("0.001"))], [("payment-not-exact", "第 7 行")]),
        ([], [("list-empty", "")]),
        ([Payment(7, END, D("-0.01"))], [("total-negative", "")]),
        ([Payment(7, END, D(10) ** 14)], [("total-too-large", "")]),
    ],
)
def test_payments_that_cannot_be_are_refused(rows, findings) -> None:
    found = payments_value(rows, YEAR, END)
    assert (found.value, told(found)) == (None, findings)


def test_the_same_payment_twice_is_pointed_out_and_counts_twice() -> None:
    found = payments_value([*PAID, Payment(9, day("01-01"), D("120000.00"), "甲")], YEAR, END)
    assert found.value == D("242456.28")
    assert [(one.severity, one.code, one.where) for one in found.findings] == [
        (Severity.WARNING, "payment-twice", "第 9 行")
    ]
    assert "与第 2 行" in found.findings[0].message


@given(st.lists(st.tuples(st.integers(0, 272), st.integers(-(10**9), 10**12)), max_size=20))
def test_the_order_of_payments_changes_nothing(rows) -> None:
    listed = [Payment(n, YEAR + timedelta(on), D(fen) / 100) for n, (on, fen) in enumerate(rows)]
    total = sum((D(fen) for _, fen in rows), D(0)) / 100
    forward, backward = (payments_value(part, YEAR, END) for part in (listed, listed[::-1]))
    assert forward.value == backward.value == (total if listed and total >= 0 else None)
    assert len(forward.basis) <= LINE
