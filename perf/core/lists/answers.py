"""Questionnaires: how many of the valid answers are satisfied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.core.findings import Finding
from perf.core.lists.kinds import ListValue, is_refused, note, refuse, warn
from perf.core.numbers import MAX_FRACTION_DIGITS, format_number, round_half_up

SATISFIED = ("非常满意", "很满意", "十分满意", "满意", "比较满意", "较满意")
"""The answers that count as satisfied unless somebody chooses otherwise."""
_OTHERS = (
    *("基本满意", "一般", "一般满意", "不太满意", "较不满意", "不满意", "很不满意", "非常不满意"),
    *("不了解", "不清楚", "说不清"),
)
INVALID = ("弃权", "未填", "未作答", "未评价", "无效", "无效问卷", "空白")
"""What is no valid answer: it is left out of n, and told."""
MAX_OPTIONS = 12
LONGEST_OPTION = 20
MOST = 999_999_999


@dataclass(frozen=True, slots=True)
class Answers:
    """How often one answer was given, as one row of the list says it."""

    row: int
    option: str
    count: int


def options_of(answers: Sequence[Answers]) -> dict[str, int]:
    """The valid answers with their counts: from the best to the worst, then those unknown."""
    counts: dict[str, int] = {}
    for one in answers:
        counts[one.option] = counts.get(one.option, 0) + one.count
    known = [*SATISFIED, *_OTHERS]
    order = [option for option in known if option in counts]
    order += [option for option in counts if option not in {*known, *INVALID}]
    return {option: counts[option] for option in order}


def answers_value(
    answers: Sequence[Answers], satisfied: Collection[str], before: Sequence[Finding] = ()
) -> ListValue:
    """The satisfied among the valid answers in %, with n in the line that tells it.

    `satisfied` are the answers that count. 非常满意 60, 满意 48, 不满意 12 → 90 %, n = 120.
    Source: our own decision; what is no answer (弃权, 无效) is left out of n.
    """
    options = options_of(answers)
    n = sum(options.values())
    findings = [*before, *_wrong(options, n, satisfied)]
    if is_refused(findings):
        return ListValue(None, "", tuple(findings), (), ())
    left_out = sum(one.count for one in answers) - n
    if left_out:
        message = f"弃权、未作答或无效的 {left_out} 份没有计入有效问卷。"
        findings.append(note("answers-left-out", message))
    good = {option: count for option, count in options.items() if option in satisfied}
    rate = round_half_up(Decimal(100 * sum(good.values())), Decimal(n), MAX_FRACTION_DIGITS)
    named = "、".join(f"{option} {count}" for option, count in good.items()) or "没有一项计为满意"
    return ListValue(
        rate,
        f"由问卷计算：有效 n = {n} 份，计为满意 {sum(good.values())} 份（{named}），"
        f"满意率 {format_number(round_half_up(rate))}%",
        tuple(findings),
        ("选项", "份数", "计为满意"),
        tuple(
            (option, str(count), "是" if option in satisfied else "否")
            for option, count in options.items()
        ),
    )


def _wrong(options: dict[str, int], n: int, satisfied: Collection[str]) -> list[Finding]:
    findings = []
    if not n:
        findings.append(refuse("no-answers", "有效问卷是 0 份，算不出满意率。"))
    if n > MOST:
        findings.append(refuse("too-many-answers", "份数太大，请核对。"))
    if len(options) > MAX_OPTIONS:
        message = f"有 {len(options)} 种不同的回答，不像问卷的选项，请核对是哪一列。"
        findings.append(refuse("too-many-options", message))
    findings += [
        refuse("option-too-long", f"选项“{option[:LONGEST_OPTION]}…”太长，请写简短。")
        for option in options
        if len(option) > LONGEST_OPTION
    ]
    known = {*SATISFIED, *_OTHERS, *satisfied}
    if not is_refused(findings):
        findings += [
            warn("option-unknown", f"“{option}”不是常见的选项，计为不满意；如应计为满意请勾选。")
            for option in options
            if option not in known
        ]
    return findings
