"""How an indicator comes due over the year: as the plan says, or as follows from what it is."""

from dataclasses import replace

from perf.core.progress import Pace, default_pace, read_pace
from perf.core.terms import Curve, QuantityKind
from perf.formulas.grammar import parse_formula
from perf.models import Indicator, Plan


def pace_of(indicator: Indicator) -> Pace:
    """The indicator's pace; where its plan says none, that of its target and kind.

    A project that was added within the year is held to it from the month on in which it began.

    What is taken from the system's own records is due once, at the year's end: while others still
    work at theirs, nothing lags here.
    """
    return replace(_pace_of(indicator), gone=months_before(indicator.plan))


def months_before(plan: Plan) -> int:
    """How many months were over before the one in which the plan's project began."""
    return 0 if plan.begins_on is None else plan.begins_on.month - 1


def _pace_of(indicator: Indicator) -> Pace:
    if indicator.curve is not None:
        return read_pace(indicator.curve, indicator.pace)
    if indicator.source is not None:
        return Pace(Curve.ONCE)
    return default_pace(
        indicator.target, indicator.kind, indicator.name, is_flowing=_is_flowing(indicator)
    )


def _is_flowing(indicator: Indicator) -> bool:
    """Whether a formula holds what came in over the year against a stand, such as a plan for it."""
    if not indicator.formula:
        return False
    kinds = {row.name: row.kind for row in indicator.plan.quantities}
    used = {kinds.get(name) for name in parse_formula(indicator.formula).quantities}
    return used == {QuantityKind.FLOW, QuantityKind.STOCK}
