"""Money and goals side by side (双监控): how much was executed, how much was achieved."""

from collections.abc import Sequence
from decimal import Decimal

from perf.charts.canvas import SMALL
from perf.charts.chart import Chart
from perf.charts.pairs import ROOM, Pair, paired_bars
from perf.charts.texts import MISSING, number_within, percent, text_width

_ALL = Decimal(1)
# Beyond this much the figure says more than a longer bar.
_LONGEST = Decimal("1.5")


def progress_chart(rows: Sequence[Pair]) -> Chart:
    """A row each (label, executed share, achieved share), both of 1, with a line at 100 %.

    None is 未填报 and draws no bar.
    """
    shares = [share for _, *both in rows for share in both if share is not None]
    canvas = paired_bars(
        "预算执行与目标完成",
        ("预算执行", "目标完成"),
        rows,
        _figure,
        whole=min(max([_ALL, *shares]), _LONGEST),
        mark=(_ALL, "100%"),
    )
    return canvas.chart(
        ("名称", "预算执行率", "目标完成率"),
        [(label, *(_words(share) for share in both)) for label, *both in rows],
    )


def _figure(share: Decimal) -> str:
    words = percent(share)
    is_short = text_width(words, SMALL) <= ROOM
    return words if is_short else number_within(share * 100, ROOM, SMALL, "%")


def _words(share: Decimal | None) -> str:
    return MISSING if share is None else percent(share)
