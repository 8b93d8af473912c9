"""Suggested targets: the table of docs/next-year.md, and that none is easier than what was reached."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perf.core.actuals import Quotient, TierChoice
from perf.core.attainment import NOT_APPLICABLE, Result
from perf.core.checks.last_year import is_easier
from perf.core.suggestions import Reached, suggest_target
from perf.core.targets import parse_target
from perf.core.terms import Comparator, Kind, Tier

PAGE = Path(__file__).resolve().parents[2] / "docs" / "next-year.md"
KINDS = {kind.label: kind for kind in Kind}
UNTIL = {"一季度": 3, "二季度": 6, "三季度": 9, "全年": 12}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").partition("| 2022 target |")[2].splitlines()[2:]
    if line.startswith("|")
]


def reached_of(text: str) -> Result:
    if text in {"不涉及", "未填报"}:
        return NOT_APPLICABLE if text == "不涉及" else None
    if text.startswith("达成"):
        return TierChoice(Tier.ACHIEVED, Decimal(text.split()[1]))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    top, _, bottom = text.partition("/")
    return Quotient(Decimal(top), Decimal(bottom)) if bottom else Decimal(top)


def reached(text: str, value: Result, level1: str = "产出指标", **fields) -> Reached:
    target = parse_target(text, level1=level1, name="受理案件", year=2022)
    kind = fields.pop("kind", Kind.LATEST)
    return Reached(2022, level1, "", "受理案件", kind, target, value, **fields)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[3]} {row[4]}" for row in ROWS])
def test_the_worked_examples_hold(row):
    target, level1, kind, value, until, suggested = row
    one = reached(target, reached_of(value), level1, kind=KINDS[kind], months=UNTIL[until])
    found = suggest_target(one)
    assert found.text == suggested
    assert found.reason.endswith("。")


def test_the_reason_says_what_was_reached_until_when_and_how_it_was_rounded():
    assert suggest_target(reached("≥90%", Decimal("93.5"), months=7, until="1—7月")).words == (
        "上年至1—7月实际 93.5%，进到 94，从这一水平起步。"
    )
    assert "舍到 5" in suggest_target(reached("≤7天", Decimal("5.5"))).reason


def test_what_was_lowered_late_counts_as_it_stood_before():
    asked = parse_target("≥100件", year=2022)
    found = suggest_target(reached("≥80件", Decimal(85), asked=asked))
    assert found.text == "≥100件"
    assert "调低前为 ≥100件" in found.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [("6月底前", date(2022, 6, 1)), ("≥100件", TierChoice(Tier.MISSED, Decimal(5)))],
)
def test_what_cannot_be_held_against_the_target_leaves_it(text, value):
    target = parse_target(text)
    found = suggest_target(Reached(2022, "产出指标", "", "受理案件", Kind.LATEST, target, value))
    assert found.text == text


NUMBERS = st.decimals(Decimal(-200), Decimal(2000), places=3, allow_nan=False)
UNITS = st.sampled_from(["%", "件", "天", "万元", "", "公里"])


@given(st.sampled_from(["≥", "≤", ">", "<", "", "恰好"]), NUMBERS, UNITS, NUMBERS, st.booleans())
def test_no_suggestion_is_easier_than_what_was_reached(sign, asked, unit, value, is_computed):
    text = f"{sign}{asked}{unit}"
    actual = Quotient(value, Decimal(3)) if is_computed else value
    one = reached(text, actual)
    assume(one.target.comparator is not Comparator.QUALITATIVE)
    read = parse_target(suggest_target(one).text, level1="产出指标", name="受理案件", year=2023)
    # The direction of a figure without one is the row's own, whatever the new text alone would say.
    read = replace(read, sense=one.target.sense)
    number = actual.rounded if isinstance(actual, Quotient) else actual
    assert not is_easier(read, number)
