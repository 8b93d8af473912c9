"""What a careful reader notices in one plan (绩效目标审核): pure rules, one module an idea."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from perf.core.checks.completeness import check_completeness, check_satisfaction
from perf.core.checks.copies import check_copied_texts, check_duplicates, check_notes
from perf.core.checks.directions import check_directions
from perf.core.checks.last_year import check_last_year
from perf.core.checks.measurable import check_units, check_vague_words
from perf.core.checks.money import check_budget, check_costs
from perf.core.checks.subject import (
    IndicatorKey,
    Noticed,
    Subject,
    indicator_key,
    place_of,
    subject_of,
)
from perf.core.checks.wording import check_deadlines, check_readings
from perf.core.drafts import DraftPlan
from perf.core.findings import Finding, Severity

__all__ = ["IndicatorKey", "Noticed", "check_plan", "indicator_key", "notice", "place_of"]

_NOTHING_KNOWN: Mapping[IndicatorKey, Decimal] = MappingProxyType({})

_CHECKS: tuple[Callable[[Subject], Iterator[Noticed]], ...] = (
    check_completeness,
    check_satisfaction,
    check_budget,
    check_readings,
    check_units,
    check_costs,
    check_duplicates,
    check_directions,
    check_notes,
    check_copied_texts,
    check_deadlines,
    check_last_year,
    check_vague_words,
)


def check_plan(plan: DraftPlan, *, year: int | None = None) -> list[Finding]:
    """Everything to say about one plan, errors first, each with the indicator it is about.

    A cost of ≤50万元 in a project of 30.00万元 gives `cost-exceeds-budget`; the same name twice
    with the same target `duplicate-indicator`; a target of 全年 `not-measurable`.
    """
    return [noticed.finding for noticed in notice(plan, year=year)]


def notice(
    plan: DraftPlan,
    *,
    year: int | None = None,
    last_year: Mapping[IndicatorKey, Decimal] = _NOTHING_KNOWN,
) -> list[Noticed]:
    """The findings of `check_plan`, each with the numbers of the indicators it is about.

    `last_year` are the year before's actuals, each in the unit of its key.
    """
    subject = subject_of(plan, year, last_year)
    found = [noticed for check in _CHECKS for noticed in check(subject)]
    order = list(Severity)
    return sorted(found, key=lambda noticed: order.index(noticed.finding.severity))
