"""Scoring one plan by another rule pack than its year's, with a reason."""

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.core.storable import LINE
from perf.models import Plan
from perf.queries.packs import packs_to_pin
from perf.services.budgets import demand_editable
from perf.services.indicators import respread
from perf.services.ledger import record_change
from perf.services.organisation import pin_name
from perf.services.steps import check_version
from perf.services.texts import line


def override_pack(
    session: Session, actor: Actor, plan: Plan, *, chosen: str, reason: str, version: int
) -> None:
    """Score this plan by the pack of this name (`pin_name`); a blank one goes back to the year's.

    The choice is part of the plan, so that whoever approves the plan approves it too. Weights that
    spread themselves are spread anew. Raises InvalidInput with fields `pack` and `reason`, Stale,
    Locked.
    """
    demand_editable(actor, plan)
    check_version(plan, version)
    packs = {pin_name(pack.id, pack.version): pack for pack in packs_to_pin(session)}
    name = plan.name
    if chosen:
        pack = packs.get(chosen)
        if pack is None or pack.plan_kind is not plan.kind:
            raise InvalidInput("评分办法有误。", {"pack": "请选择一套适用的评分办法。"})
        plan.pack_reason = line(reason, field="reason", label="换用理由", limit=LINE)
        plan.pack_id, plan.pack_version = pack.id, pack.version
    else:
        plan.pack_reason = None
    record_change(session, actor, "override_pack", plan, name=name, plan_id=plan.id)
    respread(session, actor, plan)
    plan.updated_at = clock.now()
    session.flush()
