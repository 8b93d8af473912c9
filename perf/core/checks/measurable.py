"""Targets that cannot be held against an actual: figures without a unit, words without a figure."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from perf.core.checks.subject import Noticed, Row, Subject, names_of
from perf.core.findings import Severity
from perf.core.numbers import format_number
from perf.core.terms import Comparator
from perf.core.years import is_satisfaction

_RATE = re.compile("率$|(?:满意|知晓|认可|参与|覆盖|完成|支持)度$|占比$|百分比$")
_MONEY = re.compile(r"成本|经费|资金|费用|金额|投资|收入|产值|造价|总价|费$|补助标准$")
# The name itself says what is counted (培训人数), or that nothing is (满意指数, 生师比).
_COUNTED = re.compile(
    r"(?:[人户次天件个项篇期处台家份名例头只条座所辆套册幅亩吨]|公里|小时|(?:人|户|批|场|频)次)数量?$"
    r"|(?:人|户|批|场|频|轮|班)次$"
)
_PURE = re.compile(r"(?:指数|得分|评分|分值|分数|系数|排名|名次|位次|等级|比值|(?<![占分])比)$")
_BRACKETED = re.compile(r"\([^()0-9]{1,12}\)$")

_DEGREE = (
    "有效|进一步|逐步|稳步|持续|不断|明显|显著|大幅度?|较大|较好|有所|大力|切实|充分|积极|基本"
    "|全面|尽量|努力|力争|更加|得到|长期"
)
_BETTER = (
    "提高|提升|改善|增强|增长|加强|加快|完善|促进|推进|推动|保障|优化|增加|减少|降低|下降|扩大"
    "|缓解|好转|巩固|发挥|落实"
)
_STATE = (
    "明显|显著|较好|良好|很好|较高|较大|较强|较低|较多|高|好|大|强|优|及时|有效|满意|比较满意"
    "|可持续|确保|尽快|适时|适当|足够|深远|突出"
)
# 进一步完善, 服务能力持续提升, 效果明显, 影响可持续: a direction or a praise and nothing else.
_VAGUE = re.compile(
    rf"[一-鿿]{{0,6}}(?:{_DEGREE})+地?(?:{_BETTER})+"
    rf"|(?:进一步|逐步|稳步|持续|不断)(?:{_BETTER})[一-鿿]{{1,10}}"
    rf"|(?:效果|成效|效益|影响|作用|程度)?(?:{_STATE})"
)
_BETWEEN_PARTS = re.compile(r"[,;、。和与]")
_LONGEST_VAGUE = 16
_TELLING_NOTE = 4


def check_units(subject: Subject) -> Iterator[Noticed]:
    """Figures without a unit, all in one finding: 化妆品监管企业数 ≥290, 群众满意度 ≥90.

    Nothing is said of 0, nor where the name says the unit (培训人数) or that there is none (得分).
    """
    rows = [row for row in subject.rows if _lacks_unit(row)]
    if not rows:
        return
    units = "、".join(dict.fromkeys(_units_for(row) for row in rows))
    message = (
        f"{len(rows)} 项指标值没有写单位：{_written(rows)}。"
        f"请在数值后写明单位（如 {units}），以免填报时各按各的单位填。"
    )
    beside = [(row, f"没有写单位，请在数值后写明（如 {_units_for(row)}）。") for row in rows]
    yield subject.say_together(Severity.WARNING, "unit-missing", message, beside)


def _written(rows: Sequence[Row]) -> str:
    return names_of([f"{row.name}（{row.plain_target}）" for row in rows])


def _lacks_unit(row: Row) -> bool:
    value, name = row.target.value, row.plain_name
    if not isinstance(value, Decimal) or not value or row.target.unit or not name:
        return False
    # 配套变压器3台: the unit stands behind the same figure in the name.
    in_name = rf"(?<![\d.]){re.escape(format_number(value))}(?![\d.])[^\W\d]"
    return not any(re.search(each, name) for each in (in_name, _COUNTED, _PURE, _BRACKETED))


def _units_for(row: Row) -> str:
    name = row.plain_name
    if _RATE.search(name):
        return "%"
    return "元、万元" if row.is_cost or _MONEY.search(name) else "个、次、人"


def check_vague_words(subject: Subject) -> Iterator[Noticed]:
    """Targets of nothing but praise or direction (明显, 及时, 进一步完善), with how to write them.

    A warning where a figure or a day can always be given (数量, 时效, 成本, 满意度), else good to
    know. A note beside the target may say when it counts as reached, and then nothing is said.
    """
    vague = [row for row in subject.rows if _is_vague(row)]
    countable = [(row, example) for row in vague if (example := _example_for(row))]
    if countable:
        examples = "".join(dict.fromkeys(example for _, example in countable))
        message = (
            f"{len(countable)} 项指标值只有程度词，难以判定是否完成："
            f"{_written([row for row, _ in countable])}。请改写成数值或日期，如{examples}。"
        )
        beside = [
            (row, f"只有程度词，难以判定是否完成，请改写成数值或日期，如{example}。")
            for row, example in countable
        ]
        yield subject.say_together(Severity.WARNING, "vague-words", message, beside)
    others = [row for row in vague if not _example_for(row)]
    if others:
        message = (
            f"{len(others)} 项指标值只有程度词：{_written(others)}。"
            "能衡量的请改写成数值，如“提高 5 个百分点”；"
            "确需定性的，请在指标值说明里写明怎样算达成、部分达成、未达成。"
        )
        advice = "只有程度词，能衡量的请改写成数值，或在说明里写明怎样算达成、部分达成、未达成。"
        yield subject.say_together(
            Severity.INFO, "vague-words", message, [(row, advice) for row in others]
        )


def _is_vague(row: Row) -> bool:
    if row.target.comparator is not Comparator.QUALITATIVE or row.target.findings:
        return False
    if len(row.plain_note) >= _TELLING_NOTE:
        return False
    text = row.plain_target
    parts = [part for part in _BETWEEN_PARTS.split(text) if part]
    return len(text) <= _LONGEST_VAGUE and all(_VAGUE.fullmatch(part) for part in parts)


def _example_for(row: Row) -> str:
    """How such a target is written measurably; blank where there may be no figure for it."""
    level2 = row.indicator.level2 or ""
    if is_satisfaction(row.indicator.level1, level2, row.name):
        return "“≥90%”"
    if "时效" in level2 or "及时" in f"{row.name}{row.indicator.target}":
        return "“12月底前”或“≤7个工作日”"
    if "数量" in level2:
        return "“≥3次”"
    return "“≤30万元”" if row.is_cost else ""
