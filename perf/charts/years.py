"""This year's points against last year's."""

from collections.abc import Sequence
from decimal import Decimal

from perf.charts.chart import Chart
from perf.charts.pairs import Pair, paired_bars
from perf.core.numbers import format_fixed

_OPEN = "尚无得分"


def years_chart(rows: Sequence[Pair], last_year: int, this_year: int) -> Chart:
    """A row each (label, last year's points, this year's points); None is a year without points."""
    points = [one for _, *both in rows for one in both if one is not None]
    names = (f"{last_year} 年", f"{this_year} 年")
    canvas = paired_bars(
        f"{this_year} 年与 {last_year} 年得分",
        names,
        rows,
        format_fixed,
        whole=max([Decimal(1), *points]),
        missing=_OPEN,
    )
    return canvas.chart(
        ("名称", *names), [(label, *(_words(one) for one in both)) for label, *both in rows]
    )


def _words(points: Decimal | None) -> str:
    return _OPEN if points is None else format_fixed(points)
