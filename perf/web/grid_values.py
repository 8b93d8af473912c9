"""The values of the grid's rows as pages show them, and the words of its choices."""

from perf.core.actuals import Answer, Checked, TierChoice, format_actual
from perf.core.numbers import format_number
from perf.core.terms import DeviationKind, Likelihood, Tier
from perf.services.entry_figures import Figures, Value
from perf.services.submissions import NO_DATA
from perf.web.grid_reading import OUTSIDE

LABELS = {
    member.value: member.label
    for names in (Tier, Likelihood, DeviationKind, Answer)
    for member in names
}
SHORT_TIERS = {Tier.ACHIEVED: "达成", Tier.PARTIAL: "部分达成", Tier.MISSED: "未达成"}


def shown_figures(figures: Figures, unit: str | None) -> str:
    """A row's actual as pages show it: 本期无数据, 不涉及, or the value; empty for a blank."""
    if figures.is_no_data:
        return NO_DATA
    return OUTSIDE if figures.is_zero_over_zero else with_unit(figures.actual, unit)


def with_unit(value: Value | Tier, unit: str | None) -> str:
    """A value as pages show it; empty for a blank."""
    if isinstance(value, Checked):
        return f"{value.fulfilled} / {value.counted} 项符合"
    if isinstance(value, TierChoice):
        return f"{SHORT_TIERS[value.tier]} {format_number(value.rate)}%"
    if isinstance(value, Tier):
        return SHORT_TIERS[value]
    return "" if value is None else format_actual(value, unit)
