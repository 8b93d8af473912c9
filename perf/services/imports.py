"""What a document says becomes plans: all or nothing, and nothing that exists is overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.drafts import Draft, DraftPlan
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.permissions import Actor, Permission
from perf.core.terms import FundSource, Labelled
from perf.models import FiscalYear, Plan, Unit
from perf.services.imported_plans import stored_plans
from perf.services.imported_weights import imported_weight_findings
from perf.services.ledger import Changes, record_change
from perf.services.organisation import create_unit, create_year
from perf.services.plan_content import differences_from_draft
from perf.services.plans import create_plan_from_draft, find_plan

UNIT_NAME = 200
UNIT_CODE = 64
# So many rows that were left out are named in the ledger.
_MOST_NAMES = 50
# A unit's own staff import into their unit, whatever the document says of it.
_OF_UNIT = frozenset({"unit-name-missing", "unit-code-missing"})


class Outcome(Labelled):
    """What becomes of one plan of a document."""

    CREATED = "created", "新建"
    UNCHANGED = "unchanged", "已有，内容相同，没有改动"
    DIFFERENT = "different", "已有，内容不同，没有改动"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a document is not imported: rows by the number of their plan, and whole plans."""

    rows: Mapping[int, Sequence[str]] = field(default_factory=dict)
    plans: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a draft was read from, and what of it stayed outside, for the ledger."""

    file_name: str
    sha256: str
    left_out: LeftOut = field(default_factory=LeftOut)


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """One plan of a document; `plan` is None where it would be new.

    `differences` is what the document has otherwise than the stored plan.
    """

    plan: Plan | None
    draft_plan: DraftPlan
    outcome: Outcome
    differences: list[str]


@dataclass(slots=True)
class Imported:
    """Every plan of a document, and what is to be said beside the document's own findings.

    `unit` is None where it would be new.
    """

    unit: Unit | None
    year: int | None
    plans: list[ImportedPlan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What keeps the document from being imported."""
        return [one for one in self.findings if one.severity is Severity.ERROR]

    def count(self, outcome: Outcome) -> int:
        """How many plans came, or would come, to this."""
        return sum(one.outcome is outcome for one in self.plans)


def foresee_import(session: Session, actor: Actor, draft: Draft) -> Imported:
    """What an import of the draft would do and what stands against it; nothing is changed."""
    actor.demand(Permission.IMPORT)
    has_own_unit = not actor.may(Permission.READ_ALL_UNITS)
    unsaid = unsaid_codes(actor)
    findings = [one for one in draft.findings if one.code not in unsaid]
    unit = session.get_one(Unit, actor.unit_id) if has_own_unit else _known_unit(session, draft)
    findings += _unit_findings(draft, unit)
    findings += _year_findings(session, actor, draft.fiscal_year)
    findings += _name_findings(draft)
    foreseen = Imported(unit, draft.fiscal_year, findings=findings)
    wanted = [_with_source(plan) for plan in _plans_of(draft)]
    stored: list[Plan | None] = [None] * len(wanted)
    if unit is not None and draft.fiscal_year is not None:
        stored = stored_plans(session, unit, draft.fiscal_year, wanted)
    foreseen.plans += map(_compare, stored, wanted)
    foreseen.findings += _ended_findings(stored)
    pinned = session.get(FiscalYear, draft.fiscal_year) if draft.fiscal_year is not None else None
    if pinned is not None:
        new = [one.draft_plan for one in foreseen.plans if one.outcome is Outcome.CREATED]
        foreseen.findings += imported_weight_findings(session, pinned, new)
    return foreseen


def unsaid_codes(actor: Actor) -> frozenset[str]:
    """The findings of a document that are none for this actor."""
    return frozenset() if actor.may(Permission.READ_ALL_UNITS) else _OF_UNIT


def import_draft(
    session: Session, actor: Actor, draft: Draft, source: Source | None = None
) -> Imported:
    """Create every plan of the draft that is not there yet; the caller commits all or nothing.

    The unit is the actor's own, or for who sees all units the document's, made where it is
    unknown, as is the year. A plan that exists is compared and left as it is. Raises InvalidInput
    where an error finding stands, or year or unit cannot be told.
    """
    foreseen = foresee_import(session, actor, draft)
    if foreseen.errors:
        first = foreseen.errors[0]
        place = f"（{first.where}）" if first.where else ""
        raise InvalidInput(
            f"文件中有 {len(foreseen.errors)} 处错误须先更正。第一处：{first.message}{place}"
        )
    if draft.fiscal_year is None:
        raise InvalidInput("没有读到预算年度，请指明年度后再导入。")
    unit = foreseen.unit or _new_unit(session, actor, draft)
    # Two imports into one unit wait for each other, or both would find a plan missing.
    # Who only refers to the unit does not wait, or two writers could wait for each other.
    session.refresh(unit, with_for_update={"key_share": True})
    if session.get(FiscalYear, draft.fiscal_year) is None:
        create_year(session, actor, draft.fiscal_year)
    imported = Imported(unit, draft.fiscal_year, findings=foreseen.findings)
    for number, draft_plan in enumerate(map(_with_source, _plans_of(draft))):
        plan = _find(session, unit, draft.fiscal_year, draft_plan)
        if plan is not None:
            imported.plans.append(_compare(plan, draft_plan))
            continue
        is_first = not imported.count(Outcome.CREATED)
        plan = create_plan_from_draft(session, actor, unit, draft.fiscal_year, draft_plan)
        if source is not None:
            # What has no plan of its own is told once, with the first one.
            others = source.left_out.plans if is_first else ()
            _record_source(
                session, actor, plan, source, [*source.left_out.rows.get(number, ()), *others]
            )
        imported.plans.append(ImportedPlan(plan, draft_plan, Outcome.CREATED, []))
    return imported


def outcome_findings(imported: Imported) -> list[Finding]:
    """What became of the plans that were there already, as findings."""
    found = []
    for one in imported.plans:
        if one.outcome is Outcome.UNCHANGED:
            message = f"“{one.draft_plan.name}”已有，内容相同，没有改动。"
            found.append(Finding(Severity.INFO, "plan-unchanged", message))
        elif one.outcome is Outcome.DIFFERENT:
            told = "".join(one.differences)
            message = f"“{one.draft_plan.name}”已有，内容不同，没有改动。{told}"
            found.append(Finding(Severity.WARNING, "plan-differs", message))
    return found


def _plans_of(draft: Draft) -> list[DraftPlan]:
    return [*([draft.department] if draft.department else []), *draft.projects]


def _find(session: Session, unit: Unit, year: int, draft_plan: DraftPlan) -> Plan | None:
    return find_plan(
        session, unit, year, draft_plan.kind, code=draft_plan.code, name=draft_plan.name
    )


def _compare(plan: Plan | None, draft_plan: DraftPlan) -> ImportedPlan:
    if plan is None:
        return ImportedPlan(None, draft_plan, Outcome.CREATED, [])
    found = differences_from_draft(plan, draft_plan)
    return ImportedPlan(plan, draft_plan, Outcome.DIFFERENT if found else Outcome.UNCHANGED, found)


def _with_source(draft_plan: DraftPlan) -> DraftPlan:
    """The plan with its total as 财政拨款 where the document names no source for it."""
    if draft_plan.budget or draft_plan.budget_total is None:
        return draft_plan
    return replace(draft_plan, budget={FundSource.FISCAL: draft_plan.budget_total})


def _record_source(
    session: Session, actor: Actor, plan: Plan, source: Source, left_out: Sequence[str]
) -> None:
    changes: Changes = {
        "file_name": (None, source.file_name),
        "sha256": (None, source.sha256),
    }
    if left_out:
        rest = f"；等 {len(left_out)} 项" if len(left_out) > _MOST_NAMES else ""
        changes["left_out"] = (None, "；".join(left_out[:_MOST_NAMES]) + rest)
    record_change(
        session,
        actor,
        "import_plan",
        plan,
        changes=changes,
        name=plan.name,
        plan_id=plan.id,
    )


def _ended_findings(stored: Sequence[Plan | None]) -> list[Finding]:
    """A project that ended within the year may stand in a later document as if it went on."""
    return [
        Finding(
            Severity.WARNING,
            "plan-ended",
            f"“{plan.name}”已从 {plan.ended_on} 起终止，文件中的内容不会改动它。",
        )
        for plan in stored
        if plan is not None and plan.ended_on is not None
    ]


def _unit_findings(draft: Draft, unit: Unit | None) -> list[Finding]:
    name, code = draft.unit_name, draft.unit_code
    if unit is None:
        if not name:
            # The reader's own error says so already.
            return []
        found = [_note("unit-created", f"系统中没有“{name}”，导入时新建这个单位。")]
        if len(name) > UNIT_NAME:
            found.append(_error("unit-name-too-long", f"单位名称最多 {UNIT_NAME} 字，请更正。"))
        if len(code or "") > UNIT_CODE:
            found.append(_error("unit-code-too-long", f"单位编码最多 {UNIT_CODE} 位，请更正。"))
        return found
    found = []
    if unit.archived_at is not None:
        found.append(_error("unit-archived", f"“{unit.name}”已停用，不能再导入绩效目标。"))
    if name and name != unit.name:
        message = f"文件中的单位是“{name}”，导入到“{unit.name}”，请核对。"
        found.append(Finding(Severity.WARNING, "unit-name-differs", message))
    if code and unit.code and code != unit.code:
        message = f"文件中的单位编码是 {code}，系统中“{unit.name}”是 {unit.code}，请核对。"
        found.append(Finding(Severity.WARNING, "unit-code-differs", message))
    return found


def _year_findings(session: Session, actor: Actor, year: int | None) -> list[Finding]:
    if year is None or session.get(FiscalYear, year) is not None:
        return []
    if actor.may(Permission.ADMINISTER):
        return [_note("year-created", f"系统中没有 {year} 年度，导入时建立这个年度及其填报期。")]
    message = f"{year} 年度还没有设置，请管理员先在“管理”中建立这个年度。"
    return [_error("year-unknown", message)]


def _name_findings(draft: Draft) -> list[Finding]:
    """A project without a code beside a coded one of the same name would be taken for it."""
    coded = {plan.name for plan in draft.projects if plan.code}
    return [
        _error(
            "project-name-ambiguous",
            f"项目“{plan.name}”没有编码，文件中另有同名的项目，请补填编码，或不导入其一。",
        )
        for plan in draft.projects
        if not plan.code and plan.name in coded
    ]


def _known_unit(session: Session, draft: Draft) -> Unit | None:
    if draft.unit_code:
        unit = session.scalar(select(Unit).where(Unit.code == draft.unit_code))
        if unit is not None:
            return unit
    return session.scalar(select(Unit).where(Unit.name == (draft.unit_name or "")))


def _new_unit(session: Session, actor: Actor, draft: Draft) -> Unit:
    if not draft.unit_name:
        raise InvalidInput("没有读到单位名称，无法确定导入到哪个单位，请指明单位。")
    return create_unit(session, actor, name=draft.unit_name, code=draft.unit_code or "")


def _error(code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, message)


def _note(code: str, message: str) -> Finding:
    return Finding(Severity.INFO, code, message)
