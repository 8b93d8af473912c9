"""Days, deadlines and periods as people write them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from perf.core.findings import Finding
from perf.core.readings import (
    CHINESE_DIGITS,
    Reading,
    in_digits,
    note,
    plain_text,
    unread,
    warn,
)
from perf.core.terms import Comparator

_YEAR = "(?:19|20)[0-9]{2}"
# Stands in for a year that nobody named, so that 2月29日 is not called impossible.
_LEAP_YEAR = 2000
_OWN_YEAR = f"(?:(?:(?P<y>{_YEAR}|[0-9]{{2}})年度?|(?P<rel>[本当今每次下明来])年度?)的?)?"
_CLOSING_YEAR = f"(?:(?P<y>{_YEAR}|[0-9]{{2}}(?=年[底末]))|(?P<rel>[本当今每次下明来])?)"
_DAY_OR_PART = "(?:(?P<d>[0-9]{1,2})[日号]|(?P<part>底|末|上旬|中旬|下旬))"
_POINTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<y>{_YEAR})(?P<sep>[-./])(?P<m>[0-9]{{1,2}})(?P=sep)(?P<d>[0-9]{{1,2}})日?(?![0-9.])",
        rf"(?P<y>{_YEAR})[-/](?P<m>[0-9]{{1,2}})月?(?![0-9.])",
        rf"(?P<y>{_YEAR})(?P<dot>\.)(?P<m>[0-9]{{1,2}})月?(?![0-9.])",
        rf"{_OWN_YEAR}(?P<m>[0-9]{{1,2}})月份?{_DAY_OR_PART}?",
        rf"{_OWN_YEAR}(?:(?P<half>[上下])半年|第?(?P<q>[1-4])季度)(?P<part>底|末)?",
        rf"(?P<y>{_YEAR})年(?P<whole>全年)",
        rf"{_CLOSING_YEAR}年度?(?P<part>底|末|终|结束|以内|之内|内)",
        rf"(?P<y>{_YEAR})年度?",
        r"(?P<m>[0-9]{1,2})[./](?P<d>[0-9]{1,2})(?=之?前|以前|止)",
    )
)
_COMPACT = re.compile(rf"(?<![0-9.])({_YEAR})(0[1-9]|1[0-2])([0-3][0-9])(?=$|-|~|至|到|前|之前)")
_COMPACT_MONTHS = re.compile(
    rf"(?<![0-9.])({_YEAR})(0[1-9]|1[0-2])(-{{1,2}}|~|至|到)({_YEAR})(0[1-9]|1[0-2])(?![0-9])"
)
_MONTH_DAY = re.compile(r"(?P<m>[0-9]{1,2})[./](?P<d>[0-9]{1,2})(?![0-9.])")
_BOUND = re.compile(r"之前|以前|前|为止|止|以内|之内|内")
_SEPARATOR = re.compile(r"-{1,2}|~|至|到")
_FINISHED = re.compile(
    "完|到位|竣|验收|交付|发放|拨付|支付|下达|实施|办结|结束|达标|建成|投|开工|启动|上线|上报|报送"
    "|公开|提交|通过|入库|开展|举办|付清|兑付|下发|印发|出版|召开|制定|落实|执行|整改|清算|期间"
)
_NOT_A_DEADLINE = re.compile("起|后|之后|以后|以来|开始|至今|初|中")
_PLAIN_LEAD = re.compile(
    "(?:于|在|截至|截止|至|到|为|:|=|≤|确保|保证|力争|计划|预计|项目|完成|时间|时限|期限|日期"
    "|最迟|最晚|不得|不晚于|不迟于|不超过)*"
)
_OTHER_LEAD = re.compile(r"[一-鿿]{1,10}")
_BARRED_LEAD = re.compile("[比较自从按照据以不未无非每去起超第前]|[一二三四五六七八九十两半]$")
_WORDS = re.compile(r"[^0-9<>=≥≤]{0,20}")
_DAY = re.compile(
    rf"(?P<y>{_YEAR})(?:(?P<sep>[-./])(?P<m>[0-9]{{1,2}})(?P=sep)(?P<d>[0-9]{{1,2}})日?"
    r"|年(?P<m2>[0-9]{1,2})月(?P<d2>[0-9]{1,2})[日号]|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
)


@dataclass(frozen=True, slots=True)
class _Point:
    """A written day, month, quarter or year, found in a text and ending at `end`."""

    parts: dict[str, str | None]
    end: int

    def written_year(self) -> int | None:
        """The year it names in figures, or None."""
        written = self.parts.get("y")
        return int(f"20{written}" if len(written) == 2 else written) if written else None

    def year(self, current: int) -> int:
        """The year it names, else the current one or the one after that (`次年`)."""
        following = self.parts.get("rel") in {"次", "下", "明", "来"}
        return self.written_year() or (current + 1 if following else current)

    def days(self, year: int) -> tuple[date, date]:
        """Its first and last day in that year; raises ValueError where there is no such day."""
        month, day = self.parts.get("m"), self.parts.get("d")
        if month and day:
            whole = date(year, int(month), int(day))
            return whole, whole
        first, last = 1, 12
        if month:
            first = last = int(month)
        elif self.parts.get("half"):
            first, last = (1, 6) if self.parts["half"] == "上" else (7, 12)
        elif quarter := self.parts.get("q"):
            first, last = int(quarter) * 3 - 2, int(quarter) * 3
        begins, ends = date(year, first, 1), date(year, last, monthrange(year, last)[1])
        match self.parts.get("part"):
            case "上旬":
                ends = begins.replace(day=10)
            case "中旬":
                begins, ends = begins.replace(day=11), begins.replace(day=20)
            case "下旬":
                begins = begins.replace(day=21)
        return begins, ends

    def closes(self) -> bool:
        """Whether “before it” still includes its last day (12月31日前, 12月底前)."""
        part = self.parts.get("part") or ""
        return bool(self.parts.get("d")) or bool(part and not part.endswith("旬"))


def parse_day(text: str) -> date | None:
    """The calendar day a text names in a usual notation, or None.

    `2022-12-31`, `2022年12月31日`, `2022.12.31`, `2022/12/31` and `20221231`, full-width too.
    """
    match = _DAY.fullmatch(plain_text(text[:40]))
    if match is None:
        return None
    month = match["m"] or match["m2"] or match["m3"]
    day = match["d"] or match["d2"] or match["d3"]
    try:
        return date(int(match["y"]), int(month), int(day))
    except ValueError:
        return None


def read_dates(text: str, year: int | None, *, dotted: bool) -> Reading | None:
    """The deadline or period in a plain target text, or None where it holds no date.

    The value is the last day that still counts: `9月前` → 31 August, `9月底前` → 30 September,
    `12月31日前` includes the day. Without a year in the text the plan's `year` is used.
    `dotted` says whether a bare `2025.12` is a month here, `20221231` a day and `202201-202212`
    a period, and no number.
    """
    text = _western(text)
    if dotted:
        text = _COMPACT.sub(r"\1-\2-\3", text)
        text = _COMPACT_MONTHS.sub(r"\1年\2月\3\4年\5月", text)
    found = _first_point(text)
    if found is None:
        return None
    start, point = found
    lead, rest = text[:start], text[point.end :]
    if point.parts.get("dot") and not rest and not dotted:
        return None
    separator = _SEPARATOR.match(rest)
    if separator:
        until = _point_at(text, point.end + separator.end(), _MONTH_DAY)
        if until is not None:
            plain = _PLAIN_LEAD.fullmatch(lead) and _ends_well(text[until.end :], loose=True)
            return _period(point, until, year) if plain else None
    if point.parts.get("whole"):
        # It names its year.
        return None if lead or rest else _period(point, point, None)
    bound = _BOUND.match(rest)
    tail = rest[bound.end() :] if bound else rest
    monthly = point.parts.get("q") or point.parts.get("m")
    vague = monthly and not (point.parts.get("y") or point.parts.get("rel") or point.closes())
    if vague and bound and bound[0].endswith("内"):
        return unread(
            "month-ambiguous", "看不出是几月份之内还是几个月之内，请写成“6月底前”或“6个月内”。"
        )
    if vague and not bound and re.search("[≤=]|不超过", lead):
        return None
    definite = bool(bound) or point.closes()
    if not _ends_well(tail, loose=definite):
        return None
    known = _PLAIN_LEAD.fullmatch(lead)
    if not known and not (
        _OTHER_LEAD.fullmatch(lead)
        and not _BARRED_LEAD.search(lead)
        and (definite or _FINISHED.search(tail))
    ):
        return None
    before = bound is not None and bound[0].endswith("前")
    return _deadline(text, point, year, before=before)


def _western(text: str) -> str:
    """The text with Chinese numerals of dates as digits and short ranges spelt out."""

    def digits(match: re.Match[str]) -> str:
        return in_digits(match[0])

    text = re.sub(rf"[{CHINESE_DIGITS}]{{4}}(?=年)", digits, text)
    text = re.sub(rf"[{CHINESE_DIGITS}十]{{1,3}}(?=月|季度)", digits, text)
    text = re.sub(rf"(?<=月)[{CHINESE_DIGITS}十]{{1,3}}(?=[日号])", digits, text)
    text = re.sub(rf"({_YEAR})(-{{1,2}}|~|至|到)(?={_YEAR}年)", r"\1年\2", text)
    return re.sub(
        r"(?<![0-9.\-/])([0-9]{1,2})(-{1,2}|~|至|到)(?=[0-9]{1,2}(月|季度))", r"\1\3\2", text
    )


def _point_at(text: str, start: int, *more: re.Pattern[str]) -> _Point | None:
    for pattern in (*_POINTS, *more):
        match = pattern.match(text, start)
        if match:
            return _Point(match.groupdict(), match.end())
    return None


def _first_point(text: str) -> tuple[int, _Point] | None:
    for start in range(min(len(text), 20)):
        point = _point_at(text, start)
        if point is not None:
            return start, point
    return None


def _ends_well(tail: str, *, loose: bool) -> bool:
    """Whether what follows a date leaves it a deadline: nothing, or words of finishing."""
    if not tail:
        return True
    if _WORDS.fullmatch(tail) is None or _NOT_A_DEADLINE.match(tail):
        return False
    return loose or _FINISHED.search(tail) is not None


def _no_such_day(text: str) -> Reading:
    return unread("date-invalid", f"“{text}”里没有这样的日期，请核对月份和日数。")


def _without_year(comparator: Comparator) -> Reading:
    message = "日期没有写年份，请补上年份，例如 2022年12月31日。"
    return Reading(comparator, findings=(warn("date-without-year", message),))


def _deadline(text: str, point: _Point, plan_year: int | None, *, before: bool) -> Reading:
    try:
        first, last = point.days(point.year(plan_year or _LEAP_YEAR))
        if before and not point.closes():
            last = first - timedelta(days=1)
    except (ValueError, OverflowError):
        return _no_such_day(text)
    if plan_year is None and point.written_year() is None:
        return _without_year(Comparator.BY_DATE)
    findings: tuple[Finding, ...] = ()
    if before and not point.closes():
        message = f"“前”不含当期，截止日期读作 {last}；如含当期，请写“底前”。"
        findings = (note("deadline-before", message),)
    return Reading(Comparator.BY_DATE, last, findings=findings)


def _period(begin: _Point, until: _Point, plan_year: int | None) -> Reading:
    named = until.written_year() or plan_year
    begin_year = begin.year(named or _LEAP_YEAR)
    try:
        first = begin.days(begin_year)[0]
        last = until.days(until.year(begin_year))[1]
    except (ValueError, OverflowError):
        return unread("date-invalid", "起止日期里有不存在的日期，请核对月份和日数。")
    if first > last:
        return unread("period-reversed", "起始日期晚于结束日期，请核对年份和月份。")
    if named is None and begin.written_year() is None:
        return _without_year(Comparator.PERIOD)
    return Reading(Comparator.PERIOD, first, last)
