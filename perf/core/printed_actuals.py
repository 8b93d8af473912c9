"""Actuals (实际完成值) as forms print them, read leniently against the target beside them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.actuals import Bands, TierChoice, parse_actual
from perf.core.attainment import NOT_APPLICABLE, NotApplicable
from perf.core.dates import parse_day
from perf.core.errors import InvalidInput
from perf.core.filled import is_blank
from perf.core.findings import Finding
from perf.core.numbers import EXACT, parse_number
from perf.core.readings import note, plain_text, warn
from perf.core.targets import Target
from perf.core.terms import Comparator, Tier

_LONGEST = 200
_QUALITATIVE = "定性指标按等级评分，无法重算"
_FIGURE = re.compile(
    r"(?:已|实际|共计?|合计|累计|完成|达到?|为|支出)*(?P<number>[-+]?[0-9][0-9,]*(?:\.[0-9]+)?)"
    r"(?P<unit>[^0-9≥≤<>=~±]*)"
)
_BOUND = re.compile("[≥≤<>]|(?:不低于|不少于|不超过|不高于).*[0-9]|[0-9].*以[上下内]$")
_MONTH = re.compile(
    r"(?:(?P<y>(?:19|20)[0-9]{2})年)?(?P<m>1[0-2]|0?[1-9])月"
    r"(?:(?P<d>[0-9]{1,2})[日号]|份?(?P<end>[底末])?)(?:前|完成)?"
)
_MONEY = {"元": 0, "千元": 3, "万": 4, "万元": 4, "亿": 8, "亿元": 8}
_SAME_UNITS = ({"天", "日"}, {"人", "名", "个人"}, {"户", "家"}, {"次", "场次"})
_GRADES = (
    ("未达成", Tier.MISSED),
    ("未完成", Tier.MISSED),
    ("部分达成", Tier.PARTIAL),
    ("部分完成", Tier.PARTIAL),
    ("达成", Tier.ACHIEVED),
)


@dataclass(frozen=True, slots=True)
class PrintedActual:
    """What an actual can be scored as; where it is None, `why` says what stands in the way."""

    value: Decimal | date | NotApplicable | None
    why: str = ""
    findings: tuple[Finding, ...] = ()


def read_printed_actual(text: str, target: Target, year: int | None) -> PrintedActual:
    """The figure or day that a printed actual says, read in the target's unit; never raises.

    `4604` and `4604人` against `≥4754人` are both 4604; `195.5万元` against `2000000元` is
    1955000. A month stands for its last day where the whole of it lies on one side of the
    deadline (`7月` against `9月前`). Words, grades and other units are not decided.
    """
    plain = plain_text(text[:_LONGEST]).rstrip("。;,")
    if is_blank(plain):
        return PrintedActual(None, "没有实际完成值")
    if len(text) > _LONGEST:
        return PrintedActual(None, "实际完成值是一段文字")
    if plain == "不涉及":
        return PrintedActual(NOT_APPLICABLE)
    if target.comparator is Comparator.QUALITATIVE:
        return PrintedActual(None, _QUALITATIVE)
    if target.comparator in {Comparator.BY_DATE, Comparator.PERIOD}:
        return _day(plain, target, year)
    return _figure(plain, target)


def printed_tier(text: str, bands: Bands) -> TierChoice | Tier | None:
    """The grade that a printed actual names, with its rate where one stands in its band.

    `部分达成年度指标（70%）` → that grade and 70; `达成预期指标` → the grade alone; 合格 → None.
    """
    plain = plain_text(text[:_LONGEST])
    try:
        choice = parse_actual(text[:_LONGEST], Target(text, Comparator.QUALITATIVE), bands=bands)
    except InvalidInput:
        choice = None
    if isinstance(choice, TierChoice):
        return choice
    return next((tier for word, tier in _GRADES if plain.startswith(word)), None)


def _figure(plain: str, target: Target) -> PrintedActual:
    if target.comparator is Comparator.EQ and plain == plain_text(target.text):
        return PrintedActual(target.value)
    if _BOUND.search(plain):
        message = f"实际完成值“{plain}”是一个界限，不是完成的数，请填实际数。"
        return PrintedActual(None, "实际完成值不是一个数", (warn("actual-is-bound", message),))
    match = _FIGURE.fullmatch(plain)
    if match is None:
        return PrintedActual(None, "实际完成值是文字")
    try:
        number = parse_number(match["number"])
    except InvalidInput:
        number = None
    if number is None:
        return PrintedActual(None, "实际完成值不是一个能读出的数")
    unit, wanted = match["unit"], plain_text(target.unit or "")
    if wanted == "%" and not unit and _looks_like_share(number, target):
        message = f"指标值以 % 计，实际完成值“{plain}”像是小数，看不出是 {plain}% 还是它的一百倍。"
        return PrintedActual(None, "看不出实际完成值的单位", (warn("rate-as-fraction", message),))
    if unit == wanted or not unit or not wanted or _are_same(unit, wanted):
        return PrintedActual(number)
    if unit in _MONEY and wanted in _MONEY:
        converted = EXACT.scaleb(number, _MONEY[unit] - _MONEY[wanted])
        message = f"实际完成值“{plain}”已换算为指标值的单位“{wanted}”。"
        return PrintedActual(converted, findings=(note("unit-converted", message),))
    message = f"实际完成值的单位“{unit}”与指标值的单位“{wanted}”不同，请核对。"
    return PrintedActual(None, "单位与指标值不同", (warn("unit-differs", message),))


def _looks_like_share(number: Decimal, target: Target) -> bool:
    return 0 < number <= 1 and isinstance(target.value, Decimal) and target.value > 1


def _are_same(unit: str, wanted: str) -> bool:
    return any({unit, wanted} <= same for same in _SAME_UNITS)


def _day(plain: str, target: Target, year: int | None) -> PrintedActual:
    exact = parse_day(plain)
    if exact is not None:
        return PrintedActual(exact)
    deadline = target.upper if target.comparator is Comparator.PERIOD else target.value
    match = _MONTH.fullmatch(plain)
    own_year = int(match["y"]) if match and match["y"] else year
    if match is None or own_year is None or not isinstance(deadline, date):
        return PrintedActual(None, "没有读出完成日期或截止日期")
    month = int(match["m"])
    last_day = monthrange(own_year, month)[1]
    if match["d"] and not 1 <= int(match["d"]) <= last_day:
        return PrintedActual(None, "实际完成值里没有这样的日期")
    last = date(own_year, month, int(match["d"] or last_day))
    if match["d"] or match["end"]:
        return PrintedActual(last)
    if last > deadline >= date(own_year, month, 1):
        return PrintedActual(None, f"看不出“{plain}”在截止日期 {deadline} 之前还是之后")
    message = f"月份按日期读：“{target.text}”的截止日期是 {deadline}，“{plain}”按 {last} 计。"
    return PrintedActual(last, findings=(note("month-read-as-date", message),))
