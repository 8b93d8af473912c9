"""What a document says becomes plans: all or nothing, and nothing that exists is overwritten."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.drafts import Draft, DraftPlan
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.permissions import Actor, Permission
from perf.core.terms import Labelled
from perf.models import FiscalYear, Plan, Unit
from perf.services.organisation import create_unit, create_year
from perf.services.plan_content import differences_from_draft
from perf.services.plans import create_plan_from_draft, find_plan


class Outcome(Labelled):
    """What became of one plan of a document."""

    CREATED = "created", "新建"
    UNCHANGED = "unchanged", "已有，内容相同，没有改动"
    DIFFERENT = "different", "已有，内容不同，没有改动"


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """One plan of a document, stored or found; `differences` is what the document has otherwise."""

    plan: Plan
    name: str
    outcome: Outcome
    differences: list[str]


@dataclass(slots=True)
class Imported:
    """Every plan of a document, and what was noticed on the way."""

    unit: Unit
    year: int
    plans: list[ImportedPlan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def import_draft(session: Session, actor: Actor, draft: Draft) -> Imported:
    """Create every plan of the draft that is not there yet; the caller commits all or nothing.

    The unit is the actor's own, or for who sees all units the document's, made where it is
    unknown, as is the year. A plan that exists is compared and left as it is. Raises InvalidInput
    where an error finding stands, or year or unit cannot be told.
    """
    actor.demand(Permission.IMPORT)
    errors = [finding for finding in draft.findings if finding.severity is Severity.ERROR]
    if errors:
        raise InvalidInput(f"文件中有 {len(errors)} 处错误须先更正：{errors[0].message}")
    if draft.fiscal_year is None:
        raise InvalidInput("没有读到预算年度，请指明年度后再导入。")
    findings: list[Finding] = []
    unit = _unit_of(session, actor, draft, findings)
    year = _year_of(session, actor, draft.fiscal_year, findings)
    imported = Imported(unit, year.id, findings=findings)
    plans = [draft.department] if draft.department and draft.department.indicators else []
    for draft_plan in [*plans, *draft.projects]:
        imported.plans.append(_import_plan(session, actor, unit, year.id, draft_plan))
    return imported


def _import_plan(
    session: Session, actor: Actor, unit: Unit, year: int, draft_plan: DraftPlan
) -> ImportedPlan:
    plan = find_plan(
        session, unit, year, draft_plan.kind, code=draft_plan.code, name=draft_plan.name
    )
    if plan is None:
        plan = create_plan_from_draft(session, actor, unit, year, draft_plan)
        return ImportedPlan(plan, draft_plan.name, Outcome.CREATED, [])
    found = differences_from_draft(plan, draft_plan)
    outcome = Outcome.DIFFERENT if found else Outcome.UNCHANGED
    return ImportedPlan(plan, draft_plan.name, outcome, found)


def _unit_of(session: Session, actor: Actor, draft: Draft, findings: list[Finding]) -> Unit:
    if not actor.may(Permission.READ_ALL_UNITS):
        unit = session.get_one(Unit, actor.unit_id)
    else:
        unit = _known_unit(session, draft) or _new_unit(session, actor, draft, findings)
    if draft.unit_name and draft.unit_name != unit.name:
        message = f"文件中的单位是“{draft.unit_name}”，导入到了“{unit.name}”，请核对。"
        findings.append(Finding(Severity.WARNING, "unit-name-differs", message))
    if draft.unit_code and unit.code and draft.unit_code != unit.code:
        message = (
            f"文件中的单位编码是 {draft.unit_code}，系统中“{unit.name}”是 {unit.code}，请核对。"
        )
        findings.append(Finding(Severity.WARNING, "unit-code-differs", message))
    return unit


def _known_unit(session: Session, draft: Draft) -> Unit | None:
    if draft.unit_code:
        unit = session.scalar(select(Unit).where(Unit.code == draft.unit_code))
        if unit is not None:
            return unit
    return session.scalar(select(Unit).where(Unit.name == (draft.unit_name or "")))


def _new_unit(session: Session, actor: Actor, draft: Draft, findings: list[Finding]) -> Unit:
    if not draft.unit_name:
        raise InvalidInput(
            "没有读到单位名称，无法确定导入到哪个单位。请由本单位填报人在网页上导入。"
        )
    unit = create_unit(session, actor, name=draft.unit_name, code=draft.unit_code or "")
    message = f"系统中没有“{draft.unit_name}”，已新建这个单位。"
    findings.append(Finding(Severity.INFO, "unit-created", message))
    return unit


def _year_of(session: Session, actor: Actor, year: int, findings: list[Finding]) -> FiscalYear:
    row = session.get(FiscalYear, year)
    if row is not None:
        return row
    if not actor.may(Permission.ADMINISTER):
        raise InvalidInput(f"{year} 年度还没有设置，请管理员先在“管理”中建立这个年度。")
    findings.append(Finding(Severity.INFO, "year-created", f"已建立 {year} 年度及其填报期。"))
    return create_year(session, actor, year)
