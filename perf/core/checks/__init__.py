"""What a careful reader notices in one plan (绩效目标审核): pure rules, one module an idea."""

from collections.abc import Callable, Iterator

from perf.core.checks.completeness import check_completeness
from perf.core.checks.copies import check_duplicates, check_notes
from perf.core.checks.directions import check_directions
from perf.core.checks.money import check_budget, check_costs
from perf.core.checks.subject import Noticed, Subject, place_of, subject_of
from perf.core.checks.wording import check_deadlines, check_readings
from perf.core.drafts import DraftPlan
from perf.core.findings import Finding, Severity

__all__ = ["Noticed", "check_plan", "notice", "place_of"]

_CHECKS: tuple[Callable[[Subject], Iterator[Noticed]], ...] = (
    check_completeness,
    check_budget,
    check_readings,
    check_costs,
    check_duplicates,
    check_directions,
    check_notes,
    check_deadlines,
)


def check_plan(plan: DraftPlan, *, year: int | None = None) -> list[Finding]:
    """Everything to say about one plan, errors first, each with the indicator it is about.

    A cost of ≤50万元 in a project of 30.00万元 gives `cost-exceeds-budget`; the same name twice
    with the same target `duplicate-indicator`; a target of 全年 `not-measurable`.
    """
    return [noticed.finding for noticed in notice(plan, year=year)]


def notice(plan: DraftPlan, *, year: int | None = None) -> list[Noticed]:
    """The findings of `check_plan`, each with the numbers of the indicators it is about."""
    subject = subject_of(plan, year)
    found = [noticed for check in _CHECKS for noticed in check(subject)]
    order = list(Severity)
    return sorted(found, key=lambda noticed: order.index(noticed.finding.severity))
