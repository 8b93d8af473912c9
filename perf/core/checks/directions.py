"""Targets that run against what their names say is good."""

import re
from collections.abc import Iterator
from decimal import Decimal

from perf.core.checks.subject import Noticed, Subject
from perf.core.findings import Severity
from perf.core.terms import Comparator

_AT_MOST = frozenset({Comparator.LE, Comparator.LT})
_AT_LEAST = frozenset({Comparator.GE, Comparator.GT})
_ACHIEVEMENT = re.compile(
    r"(完成|实现|达标|合格|及时|覆盖|到位|受理|办结|化解|执行|细化|应用|公开|参与|达成|通过|准确"
    r"|优良|普及|入学|就业|巩固|成功|响应|满意)率|满意度"
)
_HARM = re.compile(
    r"投诉|事故|违规|逾期|差错|超支|调整|结转|结余|控制|不合格|未完成|退回|失败|下降|降低|不满意"
)
_HARM_RATE = re.compile(r"(投诉|事故|违规|逾期|差错|超支|事故发生|案件发生|不合格|失败)率")


def check_directions(subject: Subject) -> Iterator[Noticed]:
    """Good that is limited from above, harm that is demanded from below, more than all of it.

    信访值班目标实现率 ≤10% gives `achievement-with-upper-limit`.
    """
    for row in subject.rows:
        name, target = row.name, row.target
        if not isinstance(target.value, Decimal):
            continue
        is_good = _ACHIEVEMENT.search(name) and not _HARM.search(name)
        if is_good and target.comparator in _AT_MOST:
            message = (
                f"“{name}”是越高越好的指标，指标值 {row.indicator.target} 却设了上限，"
                "请核对方向（通常为“≥”）或数值。"
            )
            beside = "越高越好的指标却设了上限，请核对方向（通常为“≥”）或数值。"
            yield subject.say(
                Severity.WARNING, "achievement-with-upper-limit", message, row, beside
            )
        if _HARM_RATE.search(name) and target.comparator in _AT_LEAST and target.value > 0:
            message = (
                f"“{name}”是越低越好的指标，指标值 {row.indicator.target} 却设了下限，"
                "请核对方向（通常为“≤”）。"
            )
            beside = "越低越好的指标却设了下限，请核对方向（通常为“≤”）。"
            yield subject.say(Severity.WARNING, "harm-with-lower-limit", message, row, beside)
        if "满意" in name and target.unit == "%" and target.value > 100:
            message = f"“{name}”的指标值 {row.indicator.target} 超过 100%，不可能达到，请改正。"
            yield subject.say(Severity.WARNING, "satisfaction-above-all", message, row)
