"""The points of a check list, and what their answers come to."""

import pytest

from perf.core.actuals import Answer, Checked, format_actual
from perf.core.attainment import Flag, attainment
from perf.core.check_list import is_check_list, points_of
from perf.core.rules import load_pack
from perf.core.scoring import NOT_APPLICABLE, PlanIndicator, score_indicator, score_plan
from perf.core.targets import parse_target
from tests.core.scoring_examples import D

PACK = load_pack("department-overall")
SOUND = parse_target("健全")


def checked(letters: str) -> Checked:
    answers = {answer.value: answer for answer in Answer}
    return Checked(tuple(answers[letter] for letter in letters))


@pytest.mark.parametrize(
    ("note", "points"),
    [
        ("1. 是否已制定；2. 是否执行。", ["是否已制定", "是否执行"]),
        ("制度是否健全。1.是否已制定；2.是否执行。", ["是否已制定", "是否执行"]),
        ("1、是否已制定;2、是否执行", ["是否已制定", "是否执行"]),
        ("（1）是否已制定；（2）是否执行", ["是否已制定", "是否执行"]),
        ("(1)是否已制定；(2)是否执行", ["是否已制定", "是否执行"]),
        ("①是否已制定；②是否执行", ["是否已制定", "是否执行"]),
        ("决算数据是否账表一致。", ["决算数据是否账表一致"]),
        # Figures in the text are no numbering, and a number out of turn is text.
        ("执行率是否达到1.5倍", ["执行率是否达到1.5倍"]),
        ("2. 是否执行", ["2. 是否执行"]),
        ("1. 是否分为3. 类；2. 是否执行", ["是否分为3. 类", "是否执行"]),
        ("1. ；2. 是否执行", ["是否执行"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_the_numbered_points_of_an_explanation(note: str, points: list[str]) -> None:
    assert list(points_of(note)) == points


def test_no_explanation_has_more_points_than_can_be_kept() -> None:
    note = "；".join(f"{number}. 是否{number}" for number in range(1, 60))
    assert len(points_of(note)) == 40


@pytest.mark.parametrize(
    ("qualitative", "level1", "note", "expected"),
    [
        (True, "投入管理指标", "是否健全", True),
        (False, "投入管理指标", "是否健全", False),
        (True, "效益指标", "是否健全", False),
        (True, "投入管理指标", "反映健全程度", False),
    ],
)
def test_which_indicators_are_checked_point_by_point(
    qualitative: bool, level1: str, note: str, expected: bool
) -> None:
    assert is_check_list(qualitative, level1, note) is expected


@pytest.mark.parametrize(
    ("letters", "points", "met"),
    [
        ("yyyy", "10.00", True),
        ("yyny", "7.50", False),
        ("yxxn", "5.00", False),
        ("nn", "0.00", False),
        ("yx", "10.00", True),
    ],
)
def test_a_list_scores_the_share_of_its_points_that_are_fulfilled(
    letters: str, points: str, met: bool
) -> None:
    scored = score_indicator(D(10), SOUND, checked(letters), PACK)
    assert scored.points == D(points)
    assert scored.attainment.met is met
    assert "§逐项核对" in scored.steps[-1]


def test_the_share_does_not_depend_on_a_numeric_target() -> None:
    judged = attainment(parse_target("≥90%"), checked("yyn"), PACK)
    assert judged.pair == (D(2), D(3))
    assert judged.met is False


def test_a_list_of_which_no_point_counts_is_outside_and_gives_its_weight_away() -> None:
    scored = score_plan(
        [
            PlanIndicator(D(60), SOUND, checked("xx"), "投入管理指标"),
            PlanIndicator(D(40), SOUND, checked("yn"), "投入管理指标"),
        ],
        None,
        PACK,
    )
    assert scored.rows[0].flags == {Flag.NOT_APPLICABLE}
    assert scored.rows[0].points is None
    assert scored.total == D("50.00")
    said = attainment(SOUND, NOT_APPLICABLE, PACK)
    assert scored.rows[0].attainment == said


@pytest.mark.parametrize(
    ("letters", "shown"),
    [("yyn", "3 项中 2 项符合"), ("yxn", "2 项中 1 项符合（另有 1 项不涉及）")],
)
def test_how_a_list_is_shown(letters: str, shown: str) -> None:
    assert format_actual(checked(letters)) == shown


def test_the_working_of_a_list() -> None:
    assert score_indicator(D(4), SOUND, checked("yyn"), PACK).steps == [
        "目标 健全 · 实际 3 项中 2 项符合 → 未达成 · 4 × 2 ÷ 3 = 2.67（四舍五入至 0.01）",
        "依据 department-overall 第 1 版 §逐项核对",
    ]
