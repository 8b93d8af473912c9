"""Actuals (实际完成值): what was reached, as typed and as shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.dates import parse_day
from perf.core.errors import InvalidInput
from perf.core.numbers import EXACT, MAX_FRACTION_DIGITS, format_number, parse_number, round_half_up
from perf.core.readings import plain_text
from perf.core.targets import Target
from perf.core.terms import Comparator, Labelled, Tier

_LONGEST = 100
_DAY_HINT = "请填完整日期，例如 2022-12-31 或 2022年12月31日。"
_SHORT_NAMES = {
    "达成": Tier.ACHIEVED,
    "部分达成": Tier.PARTIAL,
    "部分达成年度指标": Tier.PARTIAL,
    "部分达成并具有一定效果": Tier.PARTIAL,
    "未达成": Tier.MISSED,
    "未达成年度指标": Tier.MISSED,
    "未达成且效果较差": Tier.MISSED,
}
_GRADED = re.compile(r"(?P<tier>.*?[^0-9.()%])\(?(?P<rate>[0-9.]+%?)?\)?")


@dataclass(frozen=True, slots=True)
class TierChoice:
    """The grade of a qualitative indicator and the rate (in %) inside the grade's band."""

    tier: Tier
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Quotient:
    """A computed number as its exact numerator over its denominator (above 0), both in full.

    It is in the indicator's own unit, as a typed number would be: 23 of 24 in % is 2300 over 24.
    """

    numerator: Decimal
    denominator: Decimal

    @property
    def rounded(self) -> Decimal:
        """The number to six decimals, as it is stored and shown (2300 ÷ 24 → 95.833333)."""
        return round_half_up(self.numerator, self.denominator, MAX_FRACTION_DIGITS)

    @property
    def shown(self) -> Decimal:
        """The number to two decimals, as pages and forms show it (2300 ÷ 24 → 95.83)."""
        return round_half_up(self.numerator, self.denominator)

    @property
    def is_shown_exactly(self) -> bool:
        """Whether the two decimals shown are the whole number."""
        return EXACT.multiply(self.shown, self.denominator) == self.numerator


class Answer(Labelled):
    """What a check of one point came to."""

    YES = "y", "符合"
    NO = "n", "不符合"
    NONE = "x", "不涉及"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers to a check list's points, in their order."""

    answers: tuple[Answer, ...]

    @property
    def fulfilled(self) -> int:
        """How many points are 符合."""
        return self.answers.count(Answer.YES)

    @property
    def counted(self) -> int:
        """How many points count: all but those 不涉及."""
        return len(self.answers) - self.answers.count(Answer.NONE)


Actual = Decimal | Quotient | date | TierChoice | Checked
Bands = Mapping[Tier, tuple[Decimal, Decimal]]

# Lower and upper bound in %; the upper one belongs to the band for the highest grade only.
DEFAULT_BANDS: Bands = {
    Tier.ACHIEVED: (Decimal(80), Decimal(100)),
    Tier.PARTIAL: (Decimal(60), Decimal(80)),
    Tier.MISSED: (Decimal(0), Decimal(60)),
}


def parse_actual(text: str, target: Target, *, bands: Bands = DEFAULT_BANDS) -> Actual | None:
    """What was typed as the actual of an indicator with this target, or None for a blank (未填报).

    A number in the target's unit (which may stand behind it: `92%`), a day for a deadline, a
    day or a grade for a period, and a grade with its rate for a qualitative target
    (`达成年度指标（95%）`). Anything else raises InvalidInput with what to type instead.
    """
    plain = plain_text(text) if len(text) <= _LONGEST else text[:_LONGEST]
    if not plain:
        return None
    if len(text) > _LONGEST:
        raise InvalidInput(f"内容太长：{_kind(target)}，说明文字请填在备注或偏差原因里。")
    match target.comparator:
        case Comparator.QUALITATIVE:
            return _parse_graded(plain, bands)
        case Comparator.BY_DATE:
            return _parse_date(plain)
        case Comparator.PERIOD:
            graded = "达成" in plain or plain.startswith(tuple(Tier))
            return _parse_graded(plain, bands) if graded else _parse_date(plain)
        case _:
            return _parse_figure(plain, target.unit)


def parse_tier(tier_text: str, rate_text: str, bands: Bands = DEFAULT_BANDS) -> TierChoice | None:
    """The grade and rate chosen for a qualitative indicator, or None where both are blank.

    `tier_text` is a grade's stored value, its label or a short name (达成, 部分达成, 未达成),
    `rate_text` a percentage that has to lie in the grade's band; else InvalidInput names the band.
    """
    name, rate_plain = plain_text(tier_text[:_LONGEST]), plain_text(rate_text[:_LONGEST])
    if not name and not rate_plain:
        return None
    if not name:
        raise InvalidInput("请先选择等级，再填完成率。", {"tier": "请选择等级。"})
    labels = {tier.label: tier for tier in Tier} | {tier.value: tier for tier in Tier}
    tier = (labels | _SHORT_NAMES).get(name)
    if tier is None:
        choices = "、".join(f"“{tier.label}”" for tier in Tier)
        raise InvalidInput(f"没有这个等级，请从{choices}中选择。", {"tier": "请重新选择等级。"})
    low, high = bands[tier]
    closed = tier is Tier.ACHIEVED
    band = f"{format_number(low)}% 至 {format_number(high)}%{' ' if closed else '（不含）'}"
    sentence = f"选“{tier.label}”时，完成率应在 {band}之间。"
    if not rate_plain:
        raise InvalidInput(f"请填完成率：{sentence}", {"rate": sentence})
    try:
        rate = parse_number(rate_plain.removesuffix("%"))
    except InvalidInput as refused:
        raise InvalidInput(f"{refused}{sentence}", {"rate": sentence}) from None
    if rate is None or not (low <= rate < high or (closed and rate == high)):
        raise InvalidInput(sentence, {"rate": sentence})
    return TierChoice(tier, rate)


def format_actual(actual: Actual | None, unit: str | None = None) -> str:
    """An actual as pages and forms show it: `88.41%`, `11 天`, `2022-06-30`, 未填报 for None.

    A computed number is shown to two decimals, a check list as `4 项中 3 项符合`.
    """
    match actual:
        case None:
            return "未填报"
        case TierChoice(tier, rate):
            return f"{tier.label}（{format_number(rate)}%）"
        case date():
            return actual.isoformat()
        case Checked():
            outside = len(actual.answers) - actual.counted
            tail = f"（另有 {outside} 项不涉及）" if outside else ""
            return f"{actual.counted} 项中 {actual.fulfilled} 项符合{tail}"
        case Quotient():
            return format_actual(actual.shown, unit)
        case _:
            close = not unit or unit[0] in "%‰/"
            return f"{format_number(actual)}{'' if close else ' '}{unit or ''}"


def _kind(target: Target) -> str:
    match target.comparator:
        case Comparator.QUALITATIVE:
            return "这里要选等级并填完成率"
        case Comparator.BY_DATE | Comparator.PERIOD:
            return "这里要填日期"
        case _:
            return "这里要填数字"


def _parse_figure(plain: str, unit: str | None) -> Decimal | None:
    bare = plain.removesuffix(plain_text(unit)) if unit else plain
    try:
        return parse_number(bare)
    except InvalidInput:
        if re.search("[0-9]{4}年|[0-9]月", plain) or parse_day(plain) is not None:
            raise InvalidInput("这里要填数字，不是日期；请填完成的数量，例如 100。") from None
        ending = re.fullmatch(r"[-+]?[0-9,]*\.?[0-9]+([^0-9.,]+)", bare)
        if ending is not None and ending[1][0] not in "eE-":
            wanted = f"本指标的单位是“{unit}”，请换算后" if unit else "本指标没有单位，请"
            raise InvalidInput(f"不是数字：{wanted}只填数字，不要带“{ending[1]}”。") from None
        raise


def _parse_date(plain: str) -> date:
    day = parse_day(plain)
    if day is not None:
        return day
    if re.fullmatch(r"[-+]?[0-9.,]+%?", plain):
        raise InvalidInput(f"这里要填日期，不是数字；{_DAY_HINT}")
    if re.search(r"[0-9].*[-./年月].*[0-9]", plain):
        raise InvalidInput(f"没有这样的日期，或日期不完整；{_DAY_HINT}")
    raise InvalidInput(f"不是日期；{_DAY_HINT}")


def _parse_graded(plain: str, bands: Bands) -> TierChoice | None:
    match = _GRADED.fullmatch(plain)
    if match is None:
        raise InvalidInput("这里要选等级并填完成率，例如：达成年度指标（95%）。")
    return parse_tier(match["tier"], match["rate"] or "", bands)
