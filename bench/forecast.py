"""How well stated chances hold, over indicator-years of makers that the method does not know.

    .venv/bin/python -m bench.forecast

2,000 years of counts that come in evenly, late, or once a year, and 1,000 of rates that stand at a
level. Each is shown to the forecast after its first, second and third quarter, and to the plain
rule that a quarter is a fourth of the year. What is stated is held against what happened.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.core.forecast import Known, YearPath, forecast
from perf.core.forecast.paths import is_met
from perf.core.progress import Pace
from perf.core.targets import Target, parse_target
from perf.core.terms import Curve, Kind

SEED = 2022
COUNTED_YEARS, STANDING_YEARS = 2000, 1000
# How much better than their targets the easy years are on the whole: about one in five misses.
EASE = 1.25
# Bins with fewer members than this prove nothing either way.
ENOUGH = 200
# Of ten indicators two are new, the others have up to five years behind them.
PAST_YEARS = (0, 0, 1, 2, 2, 3, 3, 4, 4, 5)

EVEN, LEVEL = Pace(Curve.EVEN), Pace(Curve.LEVEL)

Values = tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One made indicator-year: what was to be reached, what came, and the years before."""

    maker: str
    kind: Kind
    pace: Pace
    target: Target
    values: Values
    history: tuple[YearPath, ...]

    @property
    def is_missed(self) -> bool:
        """What happened."""
        return not is_met(self.target, self.values[-1][1])


@dataclass(frozen=True, slots=True)
class Stated:
    """One chance that was stated, by the forecast and by the plain rule, and what happened."""

    case: Case
    quarter: int
    chance: Decimal
    plain: int

    @property
    def missed(self) -> int:
        """1 where the target was missed."""
        return int(self.case.is_missed)


def even(draw: random.Random, ease: float = 1) -> Case:
    """Counts that come in evenly, give or take: each quarter's part is gamma-distributed."""
    return _counted("even", draw, ease, lambda: [draw.gammavariate(12, 1) for _ in range(4)])


def back_loaded(draw: random.Random, ease: float = 1) -> Case:
    """Counts of which most come late, each indicator in a shape of its own."""
    shape = [draw.uniform(0.2, 2), draw.uniform(1, 4), draw.uniform(3, 8), draw.uniform(8, 20)]
    return _counted("back-loaded", draw, ease, lambda: [draw.gammavariate(one, 1) for one in shape])


def once_a_year(draw: random.Random, ease: float = 1) -> Case:
    """Counts that come all at once in the indicator's own quarter; before it there is nothing."""
    due = draw.choice((2, 3, 3, 4, 4, 4))
    is_blank = draw.random() < 0.5
    case = _counted("once a year", draw, ease, lambda: [int(at == due) for at in range(1, 5)])

    if not is_blank:
        return case

    def blanked(values: Values) -> Values:
        return tuple((months, one or None) for months, one in values)

    history = tuple(YearPath(path.year, path.target, blanked(path.values)) for path in case.history)
    return Case(case.maker, case.kind, case.pace, case.target, blanked(case.values), history)


def standing(draw: random.Random, ease: float = 1) -> Case:
    """Rates that stand at a level of their own and wander from quarter to quarter."""
    goal, unrest = draw.choice((80, 85, 90, 95)), draw.uniform(0.5, 3)
    target = parse_target(f"≥{goal}%", name="群众满意度")
    usual = (goal + draw.uniform(-4, 6)) * ease

    def year() -> Values:
        rate, values = usual + draw.uniform(-3, 3), []
        for _ in range(4):
            rate = min(100, rate + draw.uniform(-unrest, unrest))
            values.append(Decimal(f"{rate:.2f}"))
        return _at_quarters(values)

    history = tuple(
        YearPath(2022 - n, target, year()) for n in range(draw.choice(PAST_YEARS), 0, -1)
    )
    return Case("standing", Kind.LATEST, LEVEL, target, year(), history)


Maker = Callable[[random.Random, float], Case]
COUNTED: tuple[Maker, ...] = (even, back_loaded, once_a_year)
STANDING: tuple[Maker, ...] = (standing,)


def _counted(
    maker: str, draw: random.Random, ease: float, parts: Callable[[], list[float]]
) -> Case:
    """Years whose totals lie around a habit of the indicator's own, cut up by `parts`.

    `ease` is how much better than the target they are on the whole; at 1 half of them miss.
    """
    habit = draw.triangular(0.7, 1.35, 1.0)
    is_cost = draw.random() < 0.25
    habit = habit / ease if is_cost else habit * ease
    sign, name = ("≤", "补助支出") if is_cost else ("≥", "培训人次")

    def year(goal: int) -> tuple[Target, Values]:
        total = goal * habit * draw.triangular(0.75, 1.25, 1.0)
        cut = parts()
        values = [total * sum(cut[: at + 1]) / sum(cut) for at in range(4)]
        target = parse_target(f"{sign}{goal}", name=name)
        return target, _at_quarters([Decimal(round(one)) for one in values])

    goal = draw.choice((12, 40, 100, 500, 3000))
    history = []
    for number in range(draw.choice(PAST_YEARS), 0, -1):
        target, values = year(max(1, round(goal * draw.uniform(0.8, 1.1))))
        history.append(YearPath(2022 - number, target, values))
    target, values = year(goal)
    return Case(maker, Kind.CUMULATIVE, EVEN, target, values, tuple(history))


def _at_quarters(figures: Sequence[Decimal]) -> Values:
    return tuple(zip((3, 6, 9, 12), figures, strict=True))


def cases(makers: Sequence[Maker], years: int, ease: float = 1) -> Iterator[Case]:
    """So many indicator-years, a maker in turn."""
    draw = random.Random(SEED)
    for number in range(years):
        yield makers[number % len(makers)](draw, ease)


def stated(made: Iterable[Case]) -> tuple[list[Stated], int]:
    """What is stated after each of three quarters, and how often nothing can be."""
    found, unknown = [], 0
    for case in made:
        for quarter in (1, 2, 3):
            values = case.values[:quarter]
            chance = forecast(case.kind, case.target, case.pace, values, case.history).chance
            if chance is None:
                unknown += 1
            else:
                found.append(Stated(case, quarter, chance, _plainly(case, quarter)))
    return found, unknown


def _plainly(case: Case, quarter: int) -> int:
    """The plain rule: 1 where the year at this pace would miss; rates stay as they are."""
    _, value = case.values[quarter - 1]
    number = value if isinstance(value, Decimal) else Decimal(0)
    if case.kind is Kind.CUMULATIVE:
        number = number * 4 / quarter
    return int(not is_met(case.target, number))


def share_missed(found: Sequence[Stated]) -> Decimal:
    """How much of what was forecast was missed, 0–1."""
    return Decimal(sum(one.missed for one in found)) / len(found)


def bins(found: Sequence[Stated]) -> list[tuple[int, int, Decimal, Decimal]]:
    """By tenths of the stated chance: the tenth, members, mean stated, share that was missed."""
    rows = []
    for tenth in range(10):
        members = [one for one in found if min(int(one.chance * 10), 9) == tenth]
        if members:
            mean = sum((one.chance for one in members), Decimal(0)) / len(members)
            rows.append((tenth, len(members), mean, share_missed(members)))
    return rows


def brier(found: Sequence[Stated]) -> tuple[Decimal, Decimal]:
    """The mean squared error of the forecast's chances and of the plain rule's; 0 is perfect."""
    ours = sum(((one.chance - one.missed) ** 2 for one in found), Decimal(0))
    plain = Decimal(sum((one.plain - one.missed) ** 2 for one in found))
    return ours / len(found), plain / len(found)


def main() -> None:
    """Print the tables."""
    counted, unknown = stated(cases(COUNTED, COUNTED_YEARS))
    print(f"{COUNTED_YEARS} years of counts: {len(counted)} stated, {unknown} times nothing\n")
    _print_bins(counted)
    level, unknown = stated(cases(STANDING, STANDING_YEARS))
    print(f"\n{STANDING_YEARS} years of rates: {len(level)} stated, {unknown} times nothing\n")
    _print_bins(level)
    easy, unknown = stated(cases(COUNTED, COUNTED_YEARS, EASE))
    print(f"\n{COUNTED_YEARS} easy years: {len(easy)} stated, {unknown} times nothing\n")
    _print_bins(easy)
    groups = {"counts": counted}
    for maker in ("even", "back-loaded", "once a year"):
        groups[maker] = [one for one in counted if one.case.maker == maker]
    for quarter in (1, 2, 3):
        name = f"counts after quarter {quarter}"
        groups[name] = [one for one in counted if one.quarter == quarter]
    groups["counts with earlier years"] = [one for one in counted if one.case.history]
    groups["counts without"] = [one for one in counted if not one.case.history]
    groups["rates"] = level
    groups["easy counts with earlier years"] = [one for one in easy if one.case.history]
    groups["easy counts without"] = [one for one in easy if not one.case.history]
    print("\n| years | forecasts | missed | Brier, forecast | Brier, plain rule |")
    print("|---|--:|--:|--:|--:|")
    for label, members in groups.items():
        ours, plain = brier(members)
        print(
            f"| {label} | {len(members)} | {share_missed(members):.1%} | {ours:.3f} | {plain:.3f} |"
        )


def bin_lines(found: Sequence[Stated]) -> list[str]:
    """The bins as rows of a table."""
    return [
        f"| {tenth * 10}–{tenth * 10 + 10} % | {count} | {mean:.1%} | {missed:.1%} "
        f"| {(mean - missed) * 100:+.1f} |"
        for tenth, count, mean, missed in bins(found)
    ]


def _print_bins(found: Sequence[Stated]) -> None:
    print("| stated | forecasts | mean stated | missed | points apart |\n|---|--:|--:|--:|--:|")
    print("\n".join(bin_lines(found)))


if __name__ == "__main__":
    main()
