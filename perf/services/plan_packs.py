"""Which rule pack a plan is scored by: its year's, or one chosen for it alone with a reason."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from perf.core.rulepack import RulePack
from perf.core.terms import PlanKind
from perf.core.weights import class_name
from perf.models import FiscalYear, Plan
from perf.queries.packs import find_pack, pack_of

COST_CLASS = "成本指标"


def choose_pack(year: FiscalYear, kind: PlanKind, levels: Sequence[str]) -> tuple[str, int]:
    """The pinned pack's id and version for a plan of these 一级指标."""
    if kind is PlanKind.DEPARTMENT:
        return year.department_pack_id, year.department_pack_version
    if any(class_name(level1) == COST_CLASS for level1 in levels):
        return year.cost_project_pack_id, year.cost_project_pack_version
    return year.project_pack_id, year.project_pack_version


def pack_for(session: Session, plan: Plan, levels: Sequence[str]) -> RulePack:
    """The pack for the plan with these 一级指标: the year's, or the one chosen for it alone."""
    if plan.pack_reason:
        return pack_of(plan)
    with session.no_autoflush:
        year = session.get_one(FiscalYear, plan.year)
    return find_pack(session, *choose_pack(year, plan.kind, levels))
