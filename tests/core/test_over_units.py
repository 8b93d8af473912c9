"""One indicator over many units: what is added, what is the worst, and what has no total."""

from datetime import date

import pytest

from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE
from perf.core.over_units import over_units
from perf.core.targets import parse_target
from perf.core.terms import Kind, Tier
from tests.core.scoring_examples import D

GE90, LE7 = parse_target("≥90%"), parse_target("≤7天", name="办理时限")
YES, NO, NONE = Answer.YES, Answer.NO, Answer.NONE


def test_numerators_and_denominators_are_added_first():
    found = over_units(Kind.RATIO, [Quotient(D(100), D(2)), Quotient(D(9000), D(100))], GE90)
    assert found.value == Quotient(D(9100), D(102))
    assert found.origin == "分子、分母分别相加后再相除：2 个单位"
    # The mean of 50 % and 90 % would be 70 %.
    assert found.value.rounded == D("89.215686")


def test_a_percentage_typed_without_its_quantities_is_left_out_and_never_averaged():
    found = over_units(Kind.RATIO, [Quotient(D(100), D(2)), D(90), None, NOT_APPLICABLE], GE90)
    assert found.value == Quotient(D(100), D(2))
    assert found.left_out == (1, 2, 3)
    assert found.origin.endswith("；另有 3 个单位未计入")


@pytest.mark.parametrize(
    ("kind", "values", "target", "value", "left_out"),
    [
        (Kind.CUMULATIVE, [D("1.5"), None, D(2)], GE90, D("3.5"), (1,)),
        (Kind.WORST, [D(5), D(11), D(6)], LE7, D(11), ()),
        (Kind.WORST, [D(95), D(81)], GE90, D(81), ()),
        (Kind.WORST, [date(2022, 6, 1), date(2022, 9, 1), None], LE7, date(2022, 9, 1), (2,)),
        (Kind.LATEST, [Checked((YES, NO)), Checked((YES, NONE)), None], GE90,
         Checked((YES, NO, YES, NONE)), (2,)),
        (Kind.LATEST, [D(90), D(95)], GE90, None, (0, 1)),
        (Kind.AVERAGE, [D(90), D(95)], GE90, None, (0, 1)),
        (Kind.LATEST, [TierChoice(Tier.ACHIEVED, D(90))], GE90, None, (0,)),
        (Kind.CUMULATIVE, [None, NOT_APPLICABLE], GE90, None, (0, 1)),
        (Kind.RATIO, [], GE90, None, ()),
    ],
)  # fmt: skip
def test_what_a_value_over_units_is(kind, values, target, value, left_out):
    found = over_units(kind, values, target)
    assert found.value == value
    assert found.left_out == left_out


def test_rates_say_why_they_have_no_total():
    assert "不平均" in over_units(Kind.LATEST, [D(90)], GE90).origin
    assert over_units(Kind.CUMULATIVE, [None], GE90).origin == "没有可以汇总的数"
