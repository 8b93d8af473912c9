"""What a rule computes, as the administrator reads it."""

import pytest

from perf.core.rulepack import RulePack
from perf.core.rules import load_pack
from perf.core.rulewords import describe_rule
from tests.core.scoring_examples import EVERY_OPTION, HENAN, HUBEI, INTEGERS, INVERSE, SICHUAN


@pytest.mark.parametrize(
    ("pack", "rule", "words"),
    [
        (
            INVERSE,
            "class_weights",
            (
                "成本指标 20、产出指标 40、效益指标 20、满意度指标（含服务对象满意度指标） 10；"
                "没有成本指标时，产出指标 +10、效益指标 +10；没有满意度指标时，效益指标 +10；"
                "其他类别缺项时按比例分摊"
            ),
        ),
        (
            HUBEI,
            "class_weights",
            (
                "成本指标、产出指标、效益指标、满意度指标（含服务对象满意度指标）；"
                "各类不定分值，按填报的计，只核对合计"
            ),
        ),
        (HENAN, "check_list", "资金管理指标 20 分，按所列指标计分，不与其他指标相互调剂"),
        (HUBEI, "execution", "分值 20，按执行率的比例计分；执行率低于 90% 须说明原因"),
        (
            EVERY_OPTION,
            "execution",
            (
                "分值 10，达到 90% 得 10 分、达到 70% 得 7 分、达到 50% 得 5 分，再低不得分；"
                "执行率低于 90% 须说明原因"
            ),
        ),
        (load_pack("department-overall"), "execution", "不设分值"),
        (INVERSE, "at_least", ""),
        (INVERSE, "at_most", "未达成的按 指标值 ÷ 实际完成值 计分"),
        (EVERY_OPTION, "at_most", "未达成的按 1 − 超出部分 ÷ 指标值 计分"),
        (INVERSE, "deadline", "逾期不得分"),
        (EVERY_OPTION, "deadline", "逾期得分值的 50%"),
        (
            HUBEI,
            "tiers",
            (
                "达成年度指标 80%–100%；部分达成年度指标并具有一定效果 50%–80%（不含）；"
                "未达成年度指标且效果较差 0%–50%（不含）"
            ),
        ),
        (INVERSE, "over_achievement", "完成率达到 130% 的须说明原因，不自动扣分，由审核人决定"),
        (EVERY_OPTION, "over_achievement", "完成率达到 120% 的须说明原因，达到 130% 的扣 2 分"),
        (EVERY_OPTION, "pass_mark", "完成率低于 60% 的不得分，定性指标和期限除外"),
        (EVERY_OPTION, "satisfaction", "未达成且低于 60% 的不得分，其余按完成值 ÷ 指标值计分"),
        (
            EVERY_OPTION,
            "total_cap",
            (
                "执行率低于 50% 的最高 59 分、低于 60% 的最高 69 分、低于 70% 的最高 79 分、"
                "低于 80% 的最高 89 分"
            ),
        ),
        (
            EVERY_OPTION,
            "monitoring",
            "应完成进度的 95% 起为正常，70% 起为关注，再低为滞后；关注和滞后的须说明原因",
        ),
        (INVERSE, "rounding", "得分保留两位小数"),
        (EVERY_OPTION, "rounding", "得分保留一位小数"),
        (INTEGERS, "rounding", "得分保留整数"),
        (SICHUAN, "rating", "优 ≥ 90、良 ≥ 80、中 ≥ 70"),
    ],
)
def test_every_rule_is_described_by_the_values_it_computes_with(
    pack: RulePack, rule: str, words: str
):
    assert describe_rule(getattr(pack, rule)) == words
