"""Where a figure may end up: Student's t, learnt from few years, in Decimal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_ZERO, _ONE, _TWO, _HALF = Decimal(0), Decimal(1), Decimal(2), Decimal("0.5")
_SAME_YEARS = Decimal("1.2")
# The middle eight tenths end this many scales from the centre, by degrees of freedom.
_EIGHT_TENTHS = {
    2: Decimal("1.886"),
    4: Decimal("1.533"),
    6: Decimal("1.440"),
    8: Decimal("1.397"),
    10: Decimal("1.372"),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """A t distribution: its centre, its scale (above 0) and its degrees of freedom (2 to 10, even).

    Even degrees have a distribution function of roots alone, so that Decimal computes it.
    """

    center: Decimal
    scale: Decimal
    freedom: int

    def below(self, limit: Decimal) -> Decimal:
        """The share of outcomes below a limit, 0–1 (at the centre one half)."""
        distance = (limit - self.center) / self.scale
        bottom = self.freedom + distance * distance
        cosine = self.freedom / bottom
        term = total = _ONE
        for number in range(1, self.freedom // 2):
            term *= cosine * (2 * number - 1) / (2 * number)
            total += term
        return _HALF + _HALF * total * distance / bottom.sqrt()

    @property
    def middle(self) -> tuple[Decimal, Decimal]:
        """The bounds of the middle eight tenths of outcomes."""
        reach = _EIGHT_TENTHS[self.freedom] * self.scale
        return self.center - reach, self.center + reach


def learn(samples: Sequence[Decimal], prior: Decimal, between: Decimal, within: Decimal) -> Spread:
    """Where the next year may lie after these years.

    Before any year it lies around `prior`, `between` apart from indicator to indicator and
    `within` from year to year of one. Each year pulls the centre to itself and the scale to what
    the years show, which counts against two years of `within` (the conjugate of the normal).
    """
    years = len(samples)
    weight = (within / between) ** 2
    center = (weight * prior + sum(samples, _ZERO)) / (weight + years)
    mean = sum(samples, _ZERO) / max(years, 1)
    squares = sum(((one - mean) ** 2 for one in samples), _ZERO)
    variance = (_TWO * within * within + squares) / (2 + years) * (1 + 1 / (weight + years))
    return Spread(center, variance.sqrt(), min(2 * (1 + years // 2), 10))


def combine(one: Spread, other: Spread) -> Spread:
    """Two spreads of the same figure as one: each counts by the inverse of its variance.

    They are learnt from the same years, so that they are not two witnesses in full: the common
    one is a fifth wider than it would be then.
    """
    first, second = 1 / one.scale**2, 1 / other.scale**2
    center = (one.center * first + other.center * second) / (first + second)
    scale = (1 / (first + second)).sqrt()
    return Spread(center, scale * _SAME_YEARS, min(one.freedom, other.freedom))
