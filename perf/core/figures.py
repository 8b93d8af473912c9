"""Numbers with a comparator and a unit as people write them in a target text."""

import re
from dataclasses import replace

from perf.core.errors import InvalidInput
from perf.core.findings import Finding
from perf.core.numbers import format_number, plain_number
from perf.core.readings import CHINESE_DIGITS, Reading, in_digits, note, unread
from perf.core.terms import Comparator

_NUMBER = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?![0-9])"
_SIGNED = rf"[-+]?{_NUMBER}"
_LETTER = "[A-Za-zμΩⅠ-Ⅻ一-鿿]"
# ㎡, ㎞ and their like are symbols of one character each, which plain_text leaves as written.
_SIGN = r"[%‰℃℉°㍱-㏟]"
_UNIT = (
    rf"(?:{_LETTER}|{_SIGN}|/)"
    rf"(?:{_LETTER}|{_SIGN}|[/·•*²³]|(?<=[mM])[23]|\((?!含)(?:[一-鿿]|人次|社区|街道|乡镇)\))*"
)
_UNIT_LENGTH = 8
_WORDS = {
    Comparator.GE: "≥|大于(?:或者?)?等于|不(?:得|能|应|可)?(?:低|少|小|短)于|至少|最少|最低|起码",
    Comparator.LE: "≤|小于(?:或者?)?等于|不(?:得|能|应|可)?(?:超过|超出|高于|大于|多于|长于|超)"
    "|至多|最多|最高|最长",
    Comparator.GT: ">|大于|高于|超过|多于|超出|超",
    Comparator.LT: "<|小于|低于|少于|不足|不到",
}
_BY_NAME: dict[str | None, Comparator] = {each.value: each for each in Comparator}
_COMPARED = "|".join(f"(?P<{comparator}>{words})" for comparator, words in _WORDS.items())
_PREFIX = re.compile(
    rf"{_COMPARED}|(?P<eq>=|等于)|(?P<exact>恰好|正好|刚好)|(?P<within>控制(?:在|到|为)?)"
    r"|每(?P<per>季度|人次|半年|学期|年度|公里|平方米|工作日|(?![内不且一二三四五六七八九十])[一-鿿])"
    r"|(?P<silent>达到|达|完成|实现|确保|保证|保障|保持|力争|争取|共计?|合计|总计|计划|预计"
    r"|年度|全年|目标值|指标值|定量|[应须需要为在:])"
    r"|(?P<word>同比|[较比](?:上年|去年|上年度|往年)|人均|户均|平均|累计|带动|受益|惠及|服务|解决|提供|新增|新建|增长|增加|提高"
    r"|提升|上升|下降|降低|减少|节约|节省|到|至|开展|举办|组织|培训|发放|覆盖|建设|建成|购置|采购|召开|受理"
    r"|办理|维护|维修|补助|资助|慰问|救助|印发|印制|制作|编制|招聘)"
)
_FREE_LEAD = re.compile(
    rf"[一-鿿、]{{2,12}}?(?={'|'.join(_WORDS.values())}|达到?|=|:|为[0-9]|(?<=[率度])[0-9])"
)
_TIME_UNIT = r"个?(?:半?[天日周月年]|工作日|自然日|小时|星期|季度)|分钟|秒"
_AFTER_EVENT = re.compile(rf"[一-鿿]{{1,12}}(?:后|之日起|起)(?={_NUMBER}(?:{_TIME_UNIT})[之以]?内)")
_APPROXIMATE = re.compile(
    "(?<![节预签])约(?=[0-9])|(?:近|接近|大概)(?=[0-9])|左右|[0-9][万亿千百]?[余多来几]"
)
# Possessive and without nesting, so that a long row of such words is walked through once.
_RESULTS = re.compile(
    "(?:全部|全面|全|均|已|按时|及时率?|足额|(?:完成|到位|覆盖|达标|合格|合规|兑现|落实|发放|支付|拨付"
    "|执行|满意|准确|办结|通过|保障|实现|公开|整改|使用|受益)率?|[,、])++$"
)
_TAIL_WORDS = re.compile(r"[一-鿿,、]{0,12}")
_UPWARDS = re.compile(r"(?:\((?P<in1>不?含)\)|及其?|或者?)?以上(?:\((?P<in2>不?含)(?:本数)?\))?")
_DOWNWARDS = re.compile(
    r"(?:\((?P<in1>不?含)\)|及其?|或者?)?(?:以下|以内|之内|以里)(?:\((?P<in2>不?含)(?:本数)?\))?"
)
_INSIDE = re.compile(rf"(?P<unit>{_TIME_UNIT})内(?P<rest>[一-鿿,、]{{0,12}})")
_COUNTED = (
    "个工作日|工作日|自然日|人次|人天|课时|学时|个月|小时|分钟|万元|亿元|季度|公里|千米|平方米|立方米"
    "|平方公里|公顷|公斤|千克|个百分点|[次个项天日年月周人名位份场期篇部套台件户村家批本条座处所元亩吨]"
    "|[米倍只头辆张种起例成轮站支幅块间栋册宗课届节棵株盏面组对枚万亿]"
)
_CHINESE_NUMERAL = re.compile(
    rf"[{CHINESE_DIGITS}十百千]+(?=[万亿]?(?!批)(?:{_COUNTED})(?:及?以[上下]|[之以]?内.{{0,8}})?$|$)"
)
# Nouns before a plain count (举办培训班3期) can be left out, but not words that turn its meaning.
_NOUN_LEAD = re.compile(
    r"(?:(?![不第前约近比除每自从按非无未级占一二三四五六七八九十两半])[一-鿿]){1,12}"
    rf"(?={_NUMBER}(?:[万亿]?(?:{_COUNTED})|%)(?:及?以[上下内])?$)"
)
_NO_HARM = re.compile(
    "零(?=(?:有?效?投诉|安全事故|事故|上访|差错|失误|违规|逾期|伤亡|死亡|案件|举报|火灾)$)"
)
# Grades and ordinals look like quantities but say nothing about more or less.
_GRADE = re.compile("(?:[A-Za-zⅠ-Ⅹ]*级|星级|等|类|型|号|版|档|甲等|A+$).*")
# Nor does what begins like the rest of a date (年水平, 日前, 月初) name a quantity.
_BAD_UNIT = re.compile(
    "^[年日](?![/·历]|$)|^月(?![/·龄]|$)|^比|分之|[一二三四五六七八九十不仅]|^每|以[上下内]|内$"
    "|^[前后]|[%‰](?![/]|$)|达到|完成|控制|恰好|[大小等低高少多]于|超过"
)
_DATED = re.compile("[0-9]年|[0-9]月|[0-9]日前")
_EXPONENT = re.compile("[0-9][eE][-+]?[0-9]")
_BOTH_BOUNDS = re.compile(
    rf"≥(?P<low>{_SIGNED})(?P<u1>(?:{_UNIT})?)[,;、]?"
    rf"≤(?P<high>{_SIGNED})(?P<u2>(?:{_UNIT})?)"
)
_RANGE = re.compile(
    rf"(?P<low>{_SIGNED})(?P<u1>(?:{_UNIT})?)(?P<sep>-{{1,2}}|~|至|到)(?P<high>{_SIGNED})"
    rf"(?P<u2>(?:{_UNIT})?)"
)
_TOLERANCE = re.compile(rf"(?P<mid>{_NUMBER})±(?P<by>{_NUMBER})(?P<unit>(?:{_UNIT})?)")


class _Unreadable(Exception):
    """The text is no plain figure."""


def read_figure(text: str, *, money: bool) -> Reading | None:
    """The number, comparator and unit of a plain target text, or None where it is no figure.

    `money` says that a bare 万 or 亿 counts yuan (`30万` → 30 万元 with a finding).
    """
    if _APPROXIMATE.search(text):
        return None
    try:
        reading = _read(text)
    except _Unreadable:
        return None
    except InvalidInput as refused:
        return unread("number-too-long", f"指标值里的数字放不下：{refused}")
    if money and reading.unit and re.fullmatch("[万亿](/.*)?", reading.unit):
        unit = f"{reading.unit[0]}元{reading.unit[1:]}"
        found = note("unit-completed", f"单位“{reading.unit}”已补全为“{unit}”，请确认。")
        return replace(reading, unit=unit, findings=(*reading.findings, found))
    return reading


def why_unread(text: str) -> Reading:
    """The reading of a text with figures that no reader could take, saying what to type instead."""
    if _APPROXIMATE.search(text):
        return unread("approximate", "“约”“左右”一类的数无法判断是否达成，请改成≥、≤或起止范围。")
    if _DATED.search(text):
        return unread(
            "date-unreadable", "没有读出截止日期，请写成“2022年12月底前”或“2022-12-31”这样的形式。"
        )
    if len(re.findall(_NUMBER, text)) > 1 and not _EXPONENT.search(text):
        return unread("several-values", "含有多个数值，无法计分，请拆成多个指标或改成一个数值。")
    return unread(
        "target-unreadable", "没有读出数值，按定性指标处理；如为定量指标，请写成“≥90%”这样的形式。"
    )


def _read(text: str) -> Reading:
    if both := _BOTH_BOUNDS.fullmatch(text):
        first_unit = re.sub("(?:并|且|并且)$", "", both["u1"])
        return _between(both["low"], both["high"], both["u2"], first_unit=first_unit)
    prefix = _Prefix(_with_digits(text), nouns=re.search("[0-9]", text) is not None)
    constrained = prefix.comparator is not None or bool(prefix.per)
    if tolerance := _TOLERANCE.fullmatch(prefix.rest):
        # With a percentage nobody can tell points from parts of the value.
        if constrained or "%" in tolerance["unit"]:
            raise _Unreadable
        middle, by = plain_number(tolerance["mid"]), plain_number(tolerance["by"])
        low, high = format_number(middle - by), format_number(middle + by)
        return _between(low, high, tolerance["unit"], findings=prefix.findings())
    if span := _RANGE.match(prefix.rest):
        # After a dash as separator nobody can tell a sign from another dash.
        signed = span["sep"].startswith("-") and "-" in span["low"] + span["high"]
        if constrained or signed or span.end() < len(prefix.rest):
            raise _Unreadable
        last_unit = re.sub("(?:之间|以内)$", "", span["u2"])
        found = prefix.findings()
        low, high = span["low"], span["high"]
        return _between(low, high, last_unit, first_unit=span["u1"], findings=found)
    match = re.match(_SIGNED, prefix.rest)
    if match is None:
        raise _Unreadable
    unit, suffix, words = _split_tail(prefix.rest[match.end() :])
    comparator = _agreed(prefix.comparator, suffix, weak=prefix.within)
    if comparator is Comparator.EQ and unit and _GRADE.fullmatch(unit):
        raise _Unreadable
    monthly = unit in {"月", "季度"}
    value = plain_number(match[0])
    # A year, or a bare month or quarter, is a date that could not be read as one.
    if (unit == "年" and value >= 1900) or (monthly and comparator is Comparator.EQ):
        raise _Unreadable
    findings = prefix.findings(words)
    if monthly:
        message = f"“{value}{unit}”读作时长；如指截止日期，请写成“{value}{unit}底前”。"
        findings = (*findings, note("month-ambiguous", message))
    return Reading(comparator, value, None, prefix.unit(unit), prefix.exact, findings)


def _with_digits(text: str) -> str:
    """The text with its one Chinese numeral as digits where a unit follows (`三次` → `3次`)."""
    if re.search("[0-9]", text):
        return text
    text = _CHINESE_NUMERAL.sub(lambda match: in_digits(match[0]), text, count=1)
    return _NO_HARM.sub("0", text)


class _Prefix:
    """What stands before the number: a comparator, 每 with its base, and words left out."""

    def __init__(self, text: str, *, nouns: bool) -> None:
        event = _AFTER_EVENT.match(text)
        self._consume(text, event.end() if event else 0)
        lead = _FREE_LEAD.match(text) or (_NOUN_LEAD.match(text) if nouns else None)
        if lead is not None and not re.match(_SIGNED, self.rest):
            self._consume(text, lead.end())

    def _consume(self, text: str, start: int) -> None:
        """Take all words before the number, `text[:start]` as words left out."""
        self.comparator: Comparator | None = None
        self.within = self.exact = False
        self.per: list[str] = []
        self.words = [text[:start]]
        while match := _PREFIX.match(text, start):
            self._take(match)
            start = match.end()
        self.rest = text[start:]

    def _take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if kind == "within":
            self.within = True
        elif kind == "exact":
            self.exact = True
        elif kind == "per":
            self.per.append(match["per"])
        elif kind == "word":
            self.words.append(match[0])
        elif kind != "silent":
            found = _BY_NAME[kind]
            if self.comparator not in (None, found):
                raise _Unreadable
            self.comparator = found

    def unit(self, unit: str | None) -> str | None:
        """The unit with the base of 每 after it (每人每年500元 → 元/人·年); a year goes unsaid."""
        if not self.per or self.per in (["年"], ["年度"]):
            return unit
        return f"{unit or ''}/{'·'.join(self.per)}"

    def findings(self, tail: str = "") -> tuple[Finding, ...]:
        """A note on the words that are not part of the reading."""
        words = "、".join(filter(None, ["".join(self.words), tail]))
        if not words:
            return ()
        return (note("words-left-out", f"读取数值时略去了“{words}”，请确认含义未变。"),)


def _agreed(prefix: Comparator | None, suffix: Comparator | None, *, weak: bool) -> Comparator:
    """The one comparator of prefix and suffix; raises where they contradict each other."""
    if prefix is None:
        return suffix or (Comparator.LE if weak else Comparator.EQ)
    upward = {Comparator.GE, Comparator.GT}
    downward = {Comparator.LE, Comparator.LT}
    if weak and prefix in upward:
        raise _Unreadable
    if suffix is None or {prefix, suffix} <= upward or {prefix, suffix} <= downward:
        return prefix
    raise _Unreadable


def _between(
    low: str, high: str, unit: str, *, first_unit: str = "", findings: tuple[Finding, ...] = ()
) -> Reading:
    lower, upper = plain_number(low), plain_number(high)
    # Two years without a word about what they count are a period that could not be read as one.
    if 1900 <= lower <= upper <= 2100 and (not unit or "年" in unit):
        raise _Unreadable
    if lower > upper or (first_unit and unit not in {first_unit, f"{first_unit}元"}):
        raise _Unreadable
    checked = _checked_unit(unit) if unit else None
    return Reading(Comparator.BETWEEN, lower, upper, checked, findings=findings)


def _checked_unit(unit: str) -> str:
    if _BAD_UNIT.search(unit) or len(unit) > _UNIT_LENGTH or not re.fullmatch(_UNIT, unit):
        raise _Unreadable
    return unit


def _split_tail(tail: str) -> tuple[str | None, Comparator | None, str]:
    """Unit, comparator and words left out of what follows a number (`个以上乡镇` → 个, ge)."""
    inside = _INSIDE.fullmatch(tail)
    if inside is not None:
        return inside["unit"], Comparator.LE, _without_results(inside["rest"])
    suffix: Comparator | None = None
    unit, words = _without_results(tail), ""
    for pattern, inclusive, exclusive in (
        (_UPWARDS, Comparator.GE, Comparator.GT),
        (_DOWNWARDS, Comparator.LE, Comparator.LT),
    ):
        if match := pattern.search(unit):
            suffix = exclusive if "不含" in (match["in1"], match["in2"]) else inclusive
            unit, words = unit[: match.start()], unit[match.end() :]
            break
    else:
        if unit.endswith("内"):
            suffix, unit = Comparator.LE, unit[:-1]
        elif unit.startswith("%") and "/" not in unit:
            unit, words = "%", unit[1:]
        elif len(unit) > _UNIT_LENGTH and (counted := re.match(_COUNTED, unit)):
            unit, words = counted[0], unit[counted.end() :]
    if _TAIL_WORDS.fullmatch(words) is None:
        raise _Unreadable
    return (_checked_unit(_without_results(unit)) if unit else None), suffix, words


def _without_results(words: str) -> str:
    """The words less those that only say that the value is reached (完成, 到位, 覆盖)."""
    return _RESULTS.sub("", words)
