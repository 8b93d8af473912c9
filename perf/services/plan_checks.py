"""What a careful reader points out in a plan (绩效目标审核), as stored and as it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.core.checks import IndicatorKey, Noticed, notice
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Severity
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.terms import Sense
from perf.core.weights import check_weights
from perf.models import Plan
from perf.queries.last_year import actuals_of_last_year, last_year_actuals
from perf.queries.packs import pack_of
from perf.services.plan_content import draft_of_plan
from perf.services.plan_packs import pack_for
from perf.services.sheets import IndicatorEntry

_SENSES = {sense.value: sense for sense in Sense}
# Saving says these at the field that is blank; before that the row is only being written.
_SAID_BY_SAVING = frozenset(
    {
        "indicators-missing",
        "indicator-name-missing",
        "class-missing",
        "target-missing",
        "weight-missing",
        "weight-invalid",
    }
)


def checks_of_plan(session: Session, actor: Actor, plan: Plan) -> list[Noticed]:
    """What is to be said of the stored plan, errors first; rows count its indicators from 0."""
    return checks_of_plans(session, actor, [plan])[plan.id]


def checks_of_plans(
    session: Session, actor: Actor, plans: Sequence[Plan]
) -> dict[int, list[Noticed]]:
    """The same of several plans by their ids; no more queries for many than for one."""
    last_year = actuals_of_last_year(session, actor, plans) if plans else {}
    return {plan.id: _of_stored(plan, last_year[plan.id]) for plan in plans}


def _of_stored(plan: Plan, last_year: Mapping[IndicatorKey, Decimal]) -> list[Noticed]:
    rows = [
        DraftIndicator(
            row.level1,
            row.level2 or None,
            row.name,
            row.target_text,
            row.note or None,
            sense=row.sense,
        )
        for row in plan.indicators
    ]
    draft = replace(draft_of_plan(plan), indicators=rows)
    weights = [row.weight for row in plan.indicators]
    return _noticed(plan, draft, weights, pack_of(plan), last_year)


def checks_of_entries(
    session: Session,
    actor: Actor,
    plan: Plan,
    entries: Sequence[IndicatorEntry],
    weights: Sequence[Decimal | None],
) -> list[Noticed]:
    """What would be said of the plan with these rows of its sheet; nothing is stored.

    `weights` are those that a save would give them; rows count the entries from 0.
    """
    rows = [
        DraftIndicator(
            entry.level1.strip(),
            entry.level2.strip() or None,
            entry.name.strip(),
            entry.target.strip(),
            entry.note.strip() or None,
            sense=_SENSES.get(entry.sense),
        )
        for entry in entries
    ]
    draft = replace(draft_of_plan(plan), indicators=rows)
    pack = pack_for(session, plan, [row.level1 for row in rows])
    last_year = last_year_actuals(session, actor, plan)
    found = _noticed(plan, draft, weights, pack, last_year)
    return [one for one in found if one.finding.code not in _SAID_BY_SAVING]


def _noticed(
    plan: Plan,
    draft: DraftPlan,
    weights: Sequence[Decimal | None],
    pack: RulePack,
    last_year: Mapping[IndicatorKey, Decimal],
) -> list[Noticed]:
    levels = [row.level1 for row in draft.indicators]
    found = [
        *map(Noticed, check_weights(list(zip(levels, weights, strict=True)), pack)),
        *notice(draft, year=plan.year, last_year=last_year),
    ]
    order = list(Severity)
    return sorted(found, key=lambda one: order.index(one.finding.severity))
