"""How an indicator stands in a quarter: its light, and the reason that the light demands."""

from perf.core.progress import Standing, demands_reason, standing
from perf.core.rulepack import RulePack
from perf.models import Indicator
from perf.services.entry_figures import Figures
from perf.services.paces import pace_of

MAX_CAUSE = 500


def standing_of(indicator: Indicator, figures: Figures, months: int, pack: RulePack) -> Standing:
    """The standing of a row's figures in a quarter that ends `months` into the year."""
    return standing(
        indicator.target, figures.result, pace_of(indicator), months, pack, figures.likelihood
    )


def light_reason(found: Standing, pack: RulePack) -> str:
    """Why the light demands a deviation reason, as a sentence; empty where it demands none."""
    if not demands_reason(found.light, pack.monitoring) or found.light is None:
        return ""
    # The line ends with the light's own word, which the sentence begins with.
    return f"监控预警为“{found.light.label}”（{found.line.rpartition('：')[0]}），请说明偏差原因。"
