"""Forecast (预测): the year-end value of an indicator and the chance of missing its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.attainment import NotApplicable, Result
from perf.core.forecast.growing import growth_outlook
from perf.core.forecast.level import level_outlook
from perf.core.forecast.outlook import Outlook, Unknown, chance_of_missing, goal_of, smallest_step
from perf.core.forecast.paths import Known, YearPath, grows, is_met, reached
from perf.core.forecast.words import (
    amount,
    chance_words,
    month_end,
    percent,
    shown_figure,
    years_of,
)
from perf.core.numbers import round_half_up
from perf.core.periods import MONTHS
from perf.core.progress import Pace
from perf.core.targets import Target
from perf.core.terms import Kind

__all__ = ["WILL_MISS", "Forecast", "Known", "YearPath", "forecast"]

# From this chance on an indicator is said to miss its target.
WILL_MISS = Decimal("0.5")
_ZERO, _ONE = Decimal(0), Decimal(1)
# What is not settled is never said to be certain.
_LEAST, _MOST = Decimal("0.01"), Decimal("0.99")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an indicator is expected to come to at year end.

    `value` with the middle eight tenths `low` to `high` is in the target's unit, None for days and
    grades. `chance` is that of missing the target, 0–1 to four decimals; None where nothing can
    be said, and then `basis` says why. `steps` are the working, in Chinese as `basis` is.
    """

    basis: str
    chance: Decimal | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    steps: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The chance in words (大概率完成不了), or that there is none (暂不能预测)."""
        return "暂不能预测" if self.chance is None else chance_words(self.chance)

    @property
    def will_miss(self) -> bool:
        """Whether missing is at least as likely as not."""
        return self.chance is not None and self.chance >= WILL_MISS


def forecast(
    kind: Kind,
    target: Target,
    pace: Pace,
    values: Sequence[Known],
    history: Sequence[YearPath] = (),
) -> Forecast:
    """The year-end value and the chance of missing, from this year's figures and earlier years'.

    `pace` is how the plan says that it comes due. `values` are this year's year-to-date figures,
    one for each period up to the latest one that was handed in, each with the months that are
    over by then; `history` the same indicator's earlier years, of which whole ones count.
    docs/forecast.md has the method and how well its chances hold.
    """
    past = [path for path in history if path.is_complete]
    present = reached(kind, target, values)
    if not values:
        return Forecast("今年还没有提交任何一期填报，提交以后才能预测。")
    if isinstance(present, NotApplicable):
        return Forecast("到目前公式里的量都是 0，暂不涉及，不作预测。")
    last = values[-1][0]
    if last >= MONTHS or isinstance(present, date):
        return _settled(target, present)
    is_number = present is None or isinstance(present, Decimal)
    if not is_number or goal_of(target) <= 0:
        return _by_frequency(kind, target, present, last, past)
    number = present if isinstance(present, Decimal) else None
    # A figure tells of the period that it was reported for, not of the blank ones since.
    months = max((at for at, one in values if one is not None), default=last)
    if grows(kind, pace):
        outlook = growth_outlook(kind, target, pace, number, months, past)
    else:
        outlook = level_outlook(kind, target, number, months, past)
    if isinstance(outlook, Unknown):
        return Forecast(outlook.reason)
    step = smallest_step([goal_of(target), number or _ZERO])
    return _of(outlook, target, step, month_end(months))


def _of(outlook: Outlook, target: Target, step: Decimal, by_then: str) -> Forecast:
    chance, basis = chance_of_missing(outlook, target, step), outlook.basis
    if chance == _ZERO:
        basis = f"到{by_then}已经达到指标值"
    elif chance == _ONE:
        basis = f"到{by_then}已经超出指标值，年内补不回来"
    else:
        chance = min(max(chance, _LEAST), _MOST)
    low, high = outlook.range
    value, low, high = (shown_figure(one, step) for one in (outlook.expected, low, high))
    ends = (
        f"预计全年 {amount(value, target)}，"
        f"八成可能在 {amount(low, target)} 至 {amount(high, target)} 之间。"
    )
    missed = f"达不到“{target.text}”的可能约 {percent(chance)}。"
    steps = (*outlook.steps, ends, missed)
    return Forecast(basis, round_half_up(chance, places=4), value, low, high, steps)


def _settled(target: Target, present: Result) -> Forecast:
    """What cannot change any more, or is only to be read off: the year is over, a day is there."""
    met = is_met(target, present)
    if met is None:
        return Forecast("没有可以和指标值比较的结果，无法判断。")
    number = present if isinstance(present, Decimal) else None
    basis = "已经填报完成日期" if isinstance(present, date) else "全年各期都已填报"
    return Forecast(basis, _ZERO if met else _ONE, number, number, number)


def _by_frequency(
    kind: Kind, target: Target, present: Result, months: int, past: Sequence[YearPath]
) -> Forecast:
    """Days, grades, and targets of 0: how often the years missed that stood as this one does.

    One year more on either side (Laplace's rule), so that two good years are no certainty.
    """
    now = is_met(target, present)
    number = present if isinstance(present, Decimal) else None
    is_over = number is not None and number > goal_of(target)
    if kind is Kind.CUMULATIVE and is_over and now is False:
        basis = f"到{month_end(months)}已经超出指标值，年内补不回来"
        return Forecast(basis, _ONE, number, number, number)
    ended = [(path, is_met(path.target, path.reached(kind))) for path in past]
    ended = [(path, met) for path, met in ended if met is not None]
    alike = [
        (path, met)
        for path, met in ended
        if path.is_known_at(months) and is_met(path.target, path.reached(kind, months)) is now
    ]
    counted = alike or ended
    if not counted:
        return Forecast("没有往年记录：定性、日期或指标值为 0 的指标，单凭今年看不出年底的结果。")
    missed = sum(not met for _, met in counted)
    chance = round_half_up(Decimal(missed + 1), Decimal(len(counted) + 2), 4)
    which = "同期情形相同的年份" if alike else "往年"
    years = years_of([path.year for path, _ in counted])
    steps = (
        f"{which}：{years}，{len(counted)} 年中有 {missed} 年没有达成。",
        f"按（{missed} + 1）÷（{len(counted)} + 2）计，年份少时不下定论。",
    )
    return Forecast(f"按往年 {len(counted)} 年是否达成推算", chance, steps=steps)
