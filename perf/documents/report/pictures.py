"""A chart as a picture of dots, for programs that cannot draw SVG."""

from pathlib import Path

from perf.charts.chart import Chart
from perf.documents.typesetting import set_png

_TEMPLATE = Path(__file__).with_name("picture.typ")
_DOTS_AN_INCH = 216


def png_of(chart: Chart) -> bytes:
    """The chart as a PNG file, sharp in print; equal charts give equal bytes."""
    return set_png(_TEMPLATE, {"svg": chart.svg, "width": str(chart.width)}, _DOTS_AN_INCH)
