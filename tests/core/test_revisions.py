"""Which way a target moved."""

from datetime import date

import pytest

from perf.core.revisions import TargetChange, is_last_quarter, is_measured_alike, target_change
from perf.core.targets import parse_target

SAME, LOWERED = TargetChange.SAME, TargetChange.LOWERED
RAISED, OTHER = TargetChange.RAISED, TargetChange.OTHER


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("≥90%", "≥80%", LOWERED),
        ("≥90%", "≥95%", RAISED),
        ("≥90%", "90％以上", SAME),
        ("≥90%", "≥ 90 %", SAME),
        (">90%", "≥90%", LOWERED),
        ("≥90%", ">90%", RAISED),
        # An upper limit is easier the higher it is.
        ("≤7天", "≤10天", LOWERED),
        ("≤7天", "≤5天", RAISED),
        ("<7天", "≤7天", LOWERED),
        ("≤7天", "<7天", RAISED),
        # Without a sign the direction counts that was read: 次 at least, 投诉 at most.
        ("12次", "10次", LOWERED),
        ("≥12次", "12次", SAME),
        ("恰好5次", "恰好4次", OTHER),
        ("恰好5次", "≥5次", LOWERED),
        ("≥5次", "恰好5次", RAISED),
        ("80%-90%", "70%-95%", LOWERED),
        ("80%-90%", "85%-90%", RAISED),
        ("80%-90%", "70%-85%", OTHER),
        ("80%-90%", "≥80%", LOWERED),
        ("≥80%", "≤80%", OTHER),
        # Later is easier; of a period only the last day is judged.
        ("2022年6月30日前", "2022年9月30日前", LOWERED),
        ("2022年9月30日前", "2022年6月30日前", RAISED),
        ("2022年1月至6月", "2022年3月至6月", SAME),
        ("2022年1月至6月", "2022年1月至9月", LOWERED),
        # What cannot be compared is only changed.
        ("有效提升", "明显提升", OTHER),
        ("有效提升", "有效提升", SAME),
        ("有效提升", "≥90%", OTHER),
        ("≤100万元", "≤100元", OTHER),
        ("≥90%", "2022年9月30日前", OTHER),
    ],
)
def test_a_target_moves_down_up_or_otherwise(old: str, new: str, change: TargetChange) -> None:
    assert target_change(parse_target(old, year=2022), parse_target(new, year=2022)) is change


def test_a_target_at_most_moves_down_when_it_allows_more() -> None:
    old = parse_target("0起", name="投诉", year=2022)
    assert target_change(old, parse_target("2起", name="投诉", year=2022)) is LOWERED


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("≥90%", "70%-80%", True),
        ("2022年6月30日前", "2022年1月至9月", True),
        ("有效提升", "明显提升", True),
        ("≥90%", "≥90次", False),
        ("≥90%", "有效提升", False),
    ],
)
def test_figures_stay_comparable_in_one_unit(old: str, new: str, alike: bool) -> None:
    assert is_measured_alike(parse_target(old, year=2022), parse_target(new, year=2022)) is alike


def test_the_last_quarter_begins_in_october_and_does_not_end() -> None:
    assert not is_last_quarter(date(2022, 9, 30), 2022)
    assert is_last_quarter(date(2022, 10, 1), 2022)
    assert is_last_quarter(date(2023, 1, 15), 2022)
