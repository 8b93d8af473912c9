"""Targets (指标值): what an indicator is to reach, read from the text as people write it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.dates import read_dates
from perf.core.figures import read_figure, why_unread
from perf.core.findings import Finding
from perf.core.numbers import format_number
from perf.core.readings import Reading, note, plain_text, warn
from perf.core.terms import Comparator, Sense

_LONGEST = 200
_QUOTES = "“”\"'‘’。,;、"
_FRAME = _QUOTES + "."
_NUMBERED = re.compile(r"(?:(?:指标)?[0-9]{1,2}[:、]|\([0-9]{1,2}\)|[①-⑳])(?=[<>=≥≤])")
_NOTE = re.compile(r"\(((?!不含\)|不含本数\))[^()]*)\)$")
_UNIT_NOTE = re.compile(r"[A-Za-z一-鿿]\((?!含)(?:[一-鿿]|人次|社区|街道|乡镇)\)$")
_BARE_UNIT = re.compile(r"(?<=[0-9])\((?![不含])(%|‰|[^\W\d_]{1,3})\)$")
_APART = re.compile(r"[0-9]\s+[0-9]", re.ASCII)
_FIGURES = re.compile("[0-9<>=≥≤%‰]|分之")
_WORDS = re.compile("[一-鿿]")
_SIGN = re.compile("[≥≤=<>]")
_NOT_MEASURABLE = re.compile("全年度?|常年|长期|整年")
_DEADLINE_NAME = re.compile("时效|时间|时限|日期|期限|周期")
_AMOUNT_PLACE = re.compile("成本|数量|经济效益|金额|产值|收入|经费|资金")
_MONEY_NAME = re.compile(
    "成本|经费|资金|费用|金额|投入|投资|支出|收入|预算|补助|补贴|增收|产值|造价|总价|控制数|费$"
)
_COUNT_NAME = re.compile("(?:人数|户数|次数|数量|面积|人次|里程|个数|[人户件次]$)")
_TIME_UNIT = re.compile("个?(?:[天日]|工作日|自然日|小时)")
_TIME_NAME = re.compile("时限|时间|办结|完成")
_HARM_NAME = re.compile("投诉|事故|违规|逾期|上访|差错|超支")
# 投诉办结率 and 上访人员满意度 name a harm but measure the good done about it.
_REMEDY_NAME = re.compile(
    "满意|处理|处置|办结|化解|整改|查处|调处|调解|回复|答复|受理|反馈|响应|劝返|救助|下降|降低|减少"
)
_CHAPTER = "[一二三四五六七八九十]"
_NUMBERING = re.compile(
    r"\s*(?:(?:三级|绩效)?指标\s*[0-9０-９]{1,2}\s*[:：、.．]?"
    r"|(?P<number>[0-9０-９]{1,2})\s*[、:：)）](?P<next>[0-9０-９]*)"
    r"|[0-9０-９]{1,2}\s*[.．](?![0-9０-９])"
    r"|[(（\[【]\s*(?:[0-9０-９]{1,2}|" + _CHAPTER + r"{1,3})\s*[)）\]】]"
    r"|[①-⒛㈠-㈩⓪-⓿❶-❿]"
    r"|" + _CHAPTER + r"{1,3}、(?!" + _CHAPTER + r"))\s*"
)


_FIRST_YEAR, _LAST_YEAR = 1900, 2098


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator is to reach: the text as published beside what was read from it.

    `value` and `upper` are numbers in `unit`, or days for by_date and period (a period's last
    day is `upper`, its first day `value`); `sense` is set for eq and None otherwise.
    """

    text: str
    comparator: Comparator
    value: Decimal | date | None = None
    upper: Decimal | date | None = None
    unit: str | None = None
    sense: Sense | None = None
    findings: tuple[Finding, ...] = ()


def parse_target(
    text: str,
    *,
    level1: str | None = None,
    level2: str | None = None,
    name: str | None = None,
    year: int | None = None,
) -> Target:
    """What a target text says, read with the indicator's place and the plan's year; never raises.

    `≥90%` → ge 90 %; `≤7 天` → le 7 天; `30万` of a cost → eq 30 万元; `2022年底之前` → by_date
    2022-12-31. What cannot be read is qualitative, with a finding where it looks like a figure.
    A year that no plan can have (1, 9999) counts as none given.
    """
    if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
        year = None
    plain = plain_text(text[: _LONGEST * 10]).lstrip(_QUOTES).rstrip(_FRAME)
    if not plain:
        return _qualitative(text, warn("target-missing", "指标值为空，请填写。"))
    plain = _NUMBERED.sub("", plain, count=1)
    if _NOT_MEASURABLE.fullmatch(plain):
        message = f"“{plain}”只说明期间，无法衡量，请写明要完成的数量或截止日期。"
        return _qualitative(text, warn("not-measurable", message))
    # A level without a name says None there, in which nobody finds a word.
    place, name = f"{level1}\n{level2}", name or ""
    cost = "成本" in place
    core, left_out = _without_note(plain)
    reading = _read(core, f"{place}\n{name}", cost, name, year)
    if reading is None:
        if _FIGURES.search(plain) or not _WORDS.search(plain):
            reading = why_unread(plain[:_LONGEST])
        else:
            return _qualitative(text)
    findings = reading.findings
    if reading.comparator is Comparator.QUALITATIVE:
        return _qualitative(text, *findings)
    if left_out and not left_out.startswith("含"):
        message = f"读取数值时略去了括号里的“{left_out}”，请确认含义未变。"
        findings = (*findings, note("note-left-out", message))
    if isinstance(reading.value, Decimal) and _APART.search(text):
        message = "数字之间的空格已略去，请核对数值。"
        findings = (*findings, note("digits-apart", message))
    sense = None
    if reading.comparator is Comparator.EQ:
        sense = Sense.EXACTLY
        if not reading.exact:
            sense = _sense(reading, cost, name, core)
            message = (
                f"没有写明方向，按“{sense.label}”计分，请确认；如不是，请改选“至少”“至多”或“恰好”。"
            )
            findings = (*findings, note("sense-guessed", message))
    return Target(
        text, reading.comparator, reading.value, reading.upper, reading.unit, sense, findings
    )


def _qualitative(text: str, *findings: Finding) -> Target:
    return Target(text, Comparator.QUALITATIVE, findings=findings)


def _without_note(plain: str) -> tuple[str, str]:
    """The text less a bracketed remark at its end, and that remark (`100%(历史标准)`)."""
    plain = _BARE_UNIT.sub(r"\1", plain)
    match = _NOTE.search(plain)
    if match is None or not match.start() or _UNIT_NOTE.search(plain):
        return plain, ""
    return plain[: match.start()].rstrip(_FRAME), match[1]


def _read(core: str, place: str, cost: bool, name: str, year: int | None) -> Reading | None:
    if len(core) > _LONGEST:
        return None
    # 2025.12 is a month unless it stands where amounts do; a deadline's name decides.
    timed = _DEADLINE_NAME.search(place) is not None
    dotted = timed or not (_AMOUNT_PLACE.search(place) or _SIGN.match(core))
    reading = read_dates(core, year, dotted=dotted)
    if reading is not None:
        return reading
    money = cost or bool(_MONEY_NAME.search(name) and not _COUNT_NAME.search(name))
    return read_figure(core, money=money)


def _sense(reading: Reading, cost: bool, name: str, core: str) -> Sense:
    """Which side of an equal target counts as met, where nobody said so.

    In this order: 0 → at most; a cost → at most; a time unit with 时限, 时间, 办结 or 完成 in the
    name, or a harm in it → at most; anything else → at least. A harm that is to fall by so much
    (事故 下降10%) counts as good done.
    """
    timed = reading.unit and _TIME_UNIT.fullmatch(reading.unit) and _TIME_NAME.search(name)
    harm = _HARM_NAME.search(name) and not _REMEDY_NAME.search(name + core)
    at_most = reading.value == 0 or cost or timed or harm
    return Sense.AT_MOST if at_most else Sense.AT_LEAST


_SIGNS = {
    Comparator.GE: "≥",
    Comparator.LE: "≤",
    Comparator.GT: ">",
    Comparator.LT: "<",
}
_SENSE_OF = {
    Comparator.GE: Sense.AT_LEAST.label,
    Comparator.LE: Sense.AT_MOST.label,
    Comparator.GT: Comparator.GT.label,
    Comparator.LT: "小于",
}


def print_target(target: Target) -> str:
    """The shortest text that reads as the same target (`大于等于 90％` → `≥90%`).

    Where there is nothing to print, as for a qualitative target, it is the text as published.
    """
    value, upper, unit = target.value, target.upper, target.unit or ""
    if isinstance(value, Decimal):
        number = format_number(value)
        if isinstance(upper, Decimal):
            return f"{number}{unit}~{format_number(upper)}{unit}"
        if target.comparator is Comparator.EQ:
            return f"{'恰好' if target.sense is Sense.EXACTLY else ''}{number}{unit}"
        return f"{_SIGNS[target.comparator]}{number}{unit}"
    if isinstance(value, date):
        return f"{value}至{upper}" if upper else str(value)
    return target.text


def describe_target(target: Target) -> str:
    """How a target was understood, shown while it is typed (`≥90%` → `至少 90 %`)."""
    value, upper = target.value, target.upper
    unit = f" {target.unit}" if target.unit else ""
    match target.comparator:
        case Comparator.QUALITATIVE:
            return "定性指标，按等级评定"
        case Comparator.BY_DATE:
            return f"最迟 {value}" if value else "截止日期待定，请写明年份"
        case Comparator.PERIOD:
            return f"{value} 至 {upper}" if upper else "起止日期待定，请写明年份"
        case _ if not isinstance(value, Decimal):
            return target.text
        case Comparator.BETWEEN if isinstance(upper, Decimal):
            return f"{format_number(value)} 至 {format_number(upper)}{unit}"
        case Comparator.EQ:
            return f"{(target.sense or Sense.EXACTLY).label} {format_number(value)}{unit}"
        case _:
            return f"{_SENSE_OF[target.comparator]} {format_number(value)}{unit}"


def strip_numbering(name: str) -> str:
    """An indicator's name without its numbering (`1、信访群众满意度` → `信访群众满意度`).

    A number that belongs to the name stays: `2021年培训人数`, `1+1帮扶`, `1、2号楼维修`.
    """
    name = name.strip()
    while match := _NUMBERING.match(name):
        number, following = match["number"], match["next"]
        if number and following and int(following) == int(number) + 1:
            break
        rest = name[match.start("next") if following else match.end() :]
        if not rest:
            break
        name = rest
    return name
