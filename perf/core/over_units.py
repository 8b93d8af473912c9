"""One indicator's value over many units (跨单位汇总)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from perf.core.actuals import Checked, Quotient
from perf.core.attainment import Result
from perf.core.numbers import EXACT
from perf.core.targets import Target
from perf.core.terms import Kind
from perf.core.years import badness

_Value = TypeVar("_Value", Decimal, Quotient, date, Checked)
_ZERO = Decimal(0)
_NOT_ADDED = "比率和等级不能相加，也不平均，请分别查看各单位的数"


@dataclass(frozen=True, slots=True)
class UnitsValue:
    """The value over units, None where there is none, in Chinese how it came about, and of whom.

    `left_out` are the positions (from 0) of units that did not report or that count otherwise.
    """

    value: Decimal | Quotient | date | Checked | None
    origin: str
    left_out: tuple[int, ...]


def over_units(kind: Kind, values: Sequence[Result], target: Target) -> UnitsValue:
    """The value of one indicator over units, out of the units' year values.

    Ratios add numerators and denominators first, cumulative figures add, worst takes the worst,
    check lists add their points. A percentage typed without its quantities is taken as it stands
    and never averaged: rates, grades and averages have no value over units. Source: the rule for
    ratio indicators; the rest is our own decision. 1 ÷ 2 and 90 ÷ 100 → 91 ÷ 102.
    """
    if kind is Kind.RATIO:
        return _of(values, Quotient, _added, "分子、分母分别相加后再相除")
    if any(isinstance(value, Checked) for value in values):
        return _of(values, Checked, _joined, "各单位的要点合并计算")
    if kind is Kind.CUMULATIVE:
        return _of(values, Decimal, _sum, "各单位累计数相加")
    if kind is Kind.WORST and any(isinstance(value, date) for value in values):
        return _of(values, date, max, "取各单位最晚日期")
    if kind is Kind.WORST:
        return _of(
            values,
            Decimal,
            lambda numbers: max(numbers, key=lambda number: badness(number, target)),
            "取各单位最差值",
        )
    return UnitsValue(None, _NOT_ADDED, tuple(range(len(values))))


def _of(
    values: Sequence[Result],
    wanted: type[_Value],
    combine: Callable[[Sequence[_Value]], _Value],
    how: str,
) -> UnitsValue:
    """Combine the values of the wanted type; every other unit is left out, and said so."""
    taken = [value for value in values if isinstance(value, wanted)]
    left_out = tuple(index for index, value in enumerate(values) if not isinstance(value, wanted))
    if not taken:
        return UnitsValue(None, "没有可以汇总的数", left_out)
    tail = f"；另有 {len(left_out)} 个单位未计入" if left_out else ""
    return UnitsValue(combine(taken), f"{how}：{len(taken)} 个单位{tail}", left_out)


def _added(ratios: Sequence[Quotient]) -> Quotient:
    return Quotient(
        _sum([ratio.numerator for ratio in ratios]), _sum([ratio.denominator for ratio in ratios])
    )


def _joined(lists: Sequence[Checked]) -> Checked:
    return Checked(tuple(answer for each in lists for answer in each.answers))


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    total = _ZERO
    for number in numbers:
        total = EXACT.add(total, number)
    return total
