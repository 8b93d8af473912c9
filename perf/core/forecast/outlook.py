"""An outlook: what an indicator may come to at year end, and how much of that misses its target."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from perf.core.attainment import is_at_most
from perf.core.forecast.spread import Spread
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense

_ZERO, _ONE = Decimal(0), Decimal(1)
# What stays this close to the target by its own pace is in reach of a last effort.
NEAR = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the year may come to: a spread of the figure, or of its logarithm (`is_log`).

    It never falls below `floor` nor rises above `cap`. A share `stays` of outcomes is just
    `present`, today's figure. `stretch` is the share of near misses that a last effort turns into
    exactly the target. `basis` and `steps` say in Chinese where it comes from.
    """

    spread: Spread
    is_log: bool
    basis: str
    steps: tuple[str, ...]
    floor: Decimal | None = None
    cap: Decimal | None = None
    present: Decimal = _ZERO
    stays: Decimal = _ZERO
    stretch: Decimal = _ZERO

    def below(self, limit: Decimal) -> Decimal:
        """The share of outcomes below a limit, 0–1."""
        moved = self._moved_below(limit)
        stayed = _ONE if self.present < limit else _ZERO
        return self.stays * stayed + (1 - self.stays) * moved

    def _moved_below(self, limit: Decimal) -> Decimal:
        if self.floor is not None and limit <= self.floor:
            return _ZERO
        if self.cap is not None and limit > self.cap:
            return _ONE
        if self.is_log:
            return self.spread.below(limit.ln()) if limit > 0 else _ZERO
        return self.spread.below(limit)

    @property
    def expected(self) -> Decimal:
        """The middle outcome."""
        return self._bounded(self.spread.center)

    @property
    def range(self) -> tuple[Decimal, Decimal]:
        """Between which figures the middle eight tenths of outcomes lie."""
        low, high = self.spread.middle
        return self._bounded(low), self._bounded(high)

    def _bounded(self, value: Decimal) -> Decimal:
        value = value.exp() if self.is_log else value
        if self.floor is not None:
            value = max(value, self.floor)
        return value if self.cap is None else min(value, self.cap)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why nothing can be said, as a Chinese sentence."""

    reason: str


def goal_of(target: Target) -> Decimal:
    """The one figure a target of numbers stands for: its value, or the middle of its range.

    0 for any other target.
    """
    value, upper = target.value, target.upper
    if not isinstance(value, Decimal):
        return _ZERO
    return (value + upper) / 2 if isinstance(upper, Decimal) else value


def chance_of_missing(outlook: Outlook, target: Target, step: Decimal) -> Decimal:
    """The share of outcomes that miss a target of numbers, 0–1.

    `step` is the smallest step of the figures: an outcome within half of it counts as equal.
    """
    half = step / 2
    if isinstance(target.value, Decimal) and isinstance(target.upper, Decimal):
        return outlook.below(target.value - half) + 1 - outlook.below(target.upper + half)
    value = goal_of(target)
    if target.sense is Sense.EXACTLY:
        return outlook.below(value - half) + 1 - outlook.below(value + half)
    is_strict = target.comparator in {Comparator.GT, Comparator.LT}
    if is_at_most(target):
        missed = 1 - outlook.below(value - half if is_strict else value + half)
        far = 1 - outlook.below(value / NEAR)
    else:
        missed = outlook.below(value + half if is_strict else value - half)
        far = outlook.below(value * NEAR)
    far = min(far, missed)
    return far + (1 - outlook.stretch) * (missed - far)


def smallest_step(figures: Iterable[Decimal]) -> Decimal:
    """The step in which these figures are written: 1 for whole ones, 0.01 for 88.41 among them."""
    places = 0
    for figure in figures:
        exponent = figure.normalize().as_tuple().exponent
        places = max(places, -exponent if isinstance(exponent, int) else 0)
    return Decimal(1).scaleb(-places)
