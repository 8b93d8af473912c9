"""The working of a score, word for word."""

from datetime import date

import pytest

from perf.core.actuals import Actual, Quotient, TierChoice
from perf.core.rulepack import RulePack
from perf.core.scoring import (
    score_indicator,
)
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense, Tier
from tests.core.scoring_examples import (
    BY_YEAR_END,
    EVERY_OPTION,
    GE90,
    INTEGERS,
    INVERSE,
    LE7,
    LINEAR,
    PLAIN,
    ZERO,
    D,
    number_target,
)


@pytest.mark.parametrize(
    ("target", "actual", "pack", "line", "rules"),
    [
        (
            LE7,
            D("7.5"),
            INVERSE,
            "目标 ≤7天 · 实际 7.5天 → 未达成 · 10 × 7 ÷ 7.5 = 9.33（四舍五入至 0.01）",
            "§反向指标",
        ),
        (
            LE7,
            D(10),
            LINEAR,
            "目标 ≤7天 · 实际 10天 → 未达成 · 10 × (1 − (10 − 7) ÷ 7) = 5.71（四舍五入至 0.01）",
            "§反向指标",
        ),
        (
            LE7,
            D(14),
            LINEAR,
            "目标 ≤7天 · 实际 14天 → 未达成 · 10 × (1 − (14 − 7) ÷ 7) = 0.00",
            "§反向指标",
        ),
        (
            LE7,
            D(20),
            LINEAR,
            "目标 ≤7天 · 实际 20天 → 未达成 · 10 × 0（1 − (20 − 7) ÷ 7 小于 0，按 0 计） = 0.00",
            "§反向指标",
        ),
        (
            LE7,
            D(6),
            INVERSE,
            "目标 ≤7天 · 实际 6天 → 达成，低于指标值 1天 · 得满分 10.00",
            "§反向指标",
        ),
        (LE7, D(7), INVERSE, "目标 ≤7天 · 实际 7天 → 达成 · 得满分 10.00", "§反向指标"),
        (
            GE90,
            D(81),
            INVERSE,
            "目标 ge 90% · 实际 81% → 未达成 · 10 × 81 ÷ 90 = 9.00",
            "§正向指标",
        ),
        (
            GE90,
            D(120),
            INVERSE,
            "目标 ge 90% · 实际 120% → 达成，完成率 133.33%，超额较多，须说明原因 · 得满分 10.00",
            "§正向指标",
        ),
        (
            GE90,
            D(80),
            INTEGERS,
            "目标 ge 90% · 实际 80% → 未达成 · 10 × 80 ÷ 90 = 9（四舍五入至整数）",
            "§正向指标",
        ),
        (ZERO, D(2), INVERSE, "目标 eq 0起 · 实际 2起 → 未达成 · 不得分", "§指标值为零或负数"),
        (
            number_target("gt", "5", "次"),
            D(5),
            INVERSE,
            "目标 gt 5次 · 实际 5次 → 等于界限值，未达成，须说明原因 · 得满分 10.00",
            "§正向指标",
        ),
        (
            number_target("lt", "5", "次"),
            D(5),
            INVERSE,
            "目标 lt 5次 · 实际 5次 → 等于界限值，未达成，须说明原因 · 得满分 10.00",
            "§反向指标",
        ),
        (
            number_target("eq", "8", "个", Sense.EXACTLY),
            D(9),
            INVERSE,
            "目标 eq 8个 · 实际 9个 → 未达成 · 10 × 8 ÷ 9 = 8.89（四舍五入至 0.01）",
            "§等于指标、§反向指标",
        ),
        (
            number_target("between", "90", "%", upper="95"),
            D(45),
            INVERSE,
            "目标 between 90% · 实际 45% → 未达成 · 10 × 45 ÷ 90 = 5.00",
            "§区间指标、§正向指标",
        ),
        (
            BY_YEAR_END,
            date(2023, 1, 2),
            INVERSE,
            "目标 2022年底之前 · 实际 2023-01-02 → 逾期，未达成 · 不得分",
            "§完成期限",
        ),
        (
            BY_YEAR_END,
            date(2022, 6, 30),
            INVERSE,
            "目标 2022年底之前 · 实际 2022-06-30 → 达成 · 得满分 10.00",
            "§完成期限",
        ),
        (
            PLAIN,
            TierChoice(Tier.PARTIAL, D(70)),
            INVERSE,
            "目标 明显 · 实际 部分达成年度指标并具有一定效果（70%） → 未达成 · 10 × 70% = 7.00",
            "§定性指标",
        ),
    ],
)
def test_every_score_opens_into_its_working(
    target: Target, actual: Actual, pack: RulePack, line: str, rules: str
):
    steps = score_indicator(D(10), target, actual, pack).steps
    assert steps == [line, f"依据 cn-project-2021 第 1 版 {rules}"]


@pytest.mark.parametrize(
    ("target", "actual", "end"),
    [
        (Target("≥3", Comparator.GE, D(3)), D(3), "目标 ≥3 · 实际 3 → 达成"),
        (Target("≥3", Comparator.GE, D(3)), Quotient(D(10), D(3)), "实际 约 3.33 → 达成"),
        (Target("≤3", Comparator.LE, D(3)), D(2), "实际 2 → 达成，低于指标值 1"),
    ],
)
def test_the_working_names_no_unit_where_the_target_has_none(
    target: Target, actual: Actual, end: str
):
    line = score_indicator(D(5), target, actual, INVERSE).steps[0]
    assert line.endswith(f"{end} · 得满分 5.00")


def test_a_ratio_below_the_pass_mark_is_written_as_its_rule_writes_it():
    line = score_indicator(D(10), LE7, D(12), EVERY_OPTION).steps[0]
    assert line.endswith("→ 未达成 · 完成率 (1 − (12 − 7) ÷ 7) 低于 60%，不得分")
