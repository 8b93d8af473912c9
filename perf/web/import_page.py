"""The preview of an import as its page shows it: plans, rows, findings where they belong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from sqlalchemy.orm import Session

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.permissions import Actor
from perf.core.storable import known_classes
from perf.core.targets import describe_target, parse_target
from perf.core.terms import PlanKind
from perf.documents.preview import Checked, Preview, row_text
from perf.documents.sources import SourceRow
from perf.services.imports import Imported, ImportedPlan, Outcome, foresee_import
from perf.services.money import write_wan
from perf.services.typed import clean_text
from perf.web.import_form import ROW_LABELS, budget_fields
from perf.web.import_parts import Part, part_with, parts_of

TONE_OF_OUTCOME = {Outcome.CREATED: "ok", Outcome.UNCHANGED: "none", Outcome.DIFFERENT: "warn"}


@dataclass(frozen=True, slots=True)
class Field:
    """One control: its name, label, what stands in it, and what is wrong with it.

    `was` is what the file says where somebody changed it, `theirs` what another window has saved
    otherwise meanwhile; None where there is no such thing.
    """

    name: str
    label: str
    value: str
    error: str = ""
    was: str | None = None
    theirs: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return bool(self.error) or self.theirs is not None


# From a field's name, its label and what the preview says to the control.
Control = Callable[[str, str, str | None], Field]


@dataclass(frozen=True, slots=True)
class RowView:
    """One indicator of the document."""

    key: str
    number: int
    row: DraftIndicator
    reading: str
    fields: dict[str, Field]
    findings: list[Finding]
    is_left_out: bool
    source: list[SourceRow]

    @property
    def is_open(self) -> bool:
        """Whether its controls are shown at once, because something has to be typed."""
        return any(one.severity is Severity.ERROR for one in self.findings) or any(
            each.is_open for each in self.fields.values()
        )


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan of the document; `foreseen` is None where it is left out.

    `kept` counts the indicators to be imported. A plan of another part of the document is not
    shown: it has no groups.
    """

    key: str
    plan: DraftPlan
    groups: list[tuple[str, list[RowView]]]
    fields: dict[str, Field]
    budgets: list[Field]
    findings: list[Finding]
    foreseen: ImportedPlan | None
    source: list[SourceRow]
    classes: list[tuple[str, str]]
    counts: dict[Severity, int]
    kept: int
    is_shown: bool

    @property
    def is_left_out(self) -> bool:
        """Whether the whole plan stays outside."""
        return self.foreseen is None

    @property
    def is_open(self) -> bool:
        """Whether its own controls are shown at once."""
        return any(one.severity is Severity.ERROR for one in self.findings) or any(
            each.is_open for each in [*self.fields.values(), *self.budgets]
        )


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The whole page: head facts, findings by severity with the anchor of each, plans."""

    head: dict[str, Field]
    foreseen: Imported
    findings: dict[Severity, list[tuple[str, Finding]]]
    parts: list[Part]
    part: Part
    plans: list[PlanView] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many findings keep it from being imported."""
        return len(self.findings[Severity.ERROR])

    @property
    def rows_in_error(self) -> int:
        """How many rows with an error can be left out at once."""
        anchors = {anchor for anchor, _ in self.findings[Severity.ERROR]}
        return sum(anchor.startswith("row-") for anchor in anchors)

    @property
    def created(self) -> int:
        """How many plans would be new."""
        return self.foreseen.count(Outcome.CREATED)


def preview_view(
    session: Session,
    actor: Actor,
    preview: Preview,
    checked: Checked,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    at: str = "",
    stored: Preview | None = None,
) -> PreviewView:
    """The page of a preview as `checked`; `typed` and `errors` are of a form that was refused.

    `at` is the key of a plan in the part to show (blank: the first part), `stored` what another
    window has saved meanwhile.
    """
    foreseen = foresee_import(session, actor, preview.kept(checked))
    kept = [key for key, _ in preview.plans() if key not in preview.left_out]
    becomes = dict(zip(kept, foreseen.plans, strict=True))
    draft = preview.draft

    theirs = dict(stored.texts()) if stored else {}

    def control(name: str, label: str, value: str | None) -> Field:
        shown, error = typed.get(name, value or ""), errors.get(name, "")
        was, other = (_as_typed(name, texts.get(name)) for texts in (preview.as_read, theirs))
        is_same = other is None or clean_text(other) == clean_text(shown)
        return Field(name, label, shown, error, was, None if is_same else other)

    parts = parts_of(preview)
    part = part_with(parts, at)
    head = {
        "year": control("year", "预算年度", str(draft.fiscal_year or "")),
        "unit_name": control("unit_name", "单位名称", draft.unit_name),
        "unit_code": control("unit_code", "单位编码", draft.unit_code),
    }
    return PreviewView(
        head,
        foreseen,
        _by_severity(checked, foreseen.findings),
        parts,
        part,
        [
            _plan_view(
                key, plan, preview, checked, becomes.get(key), control, is_shown=key in part.keys
            )
            for key, plan in preview.plans()
        ],
    )


def _as_typed(name: str, text: str | None) -> str | None:
    """A text of the preview as the field of this name has it: money in 万元."""
    return write_wan(Decimal(text)) if text and name.startswith("budget-") else text


def _by_severity(
    checked: Checked, findings: list[Finding]
) -> dict[Severity, list[tuple[str, Finding]]]:
    keys = {finding: key for key, finding in checked.all()}
    found: dict[Severity, list[tuple[str, Finding]]] = {severity: [] for severity in Severity}
    for finding in findings:
        key = keys.get(finding, "")
        prefix = "row-" if "-" in key else "plan-"
        found[finding.severity].append((prefix + key if key else "", finding))
    return found


def _plan_view(
    key: str,
    plan: DraftPlan,
    preview: Preview,
    checked: Checked,
    becomes: ImportedPlan | None,
    control: Control,
    *,
    is_shown: bool,
) -> PlanView:
    row_keys = [f"{key}-{at}" for at in range(len(plan.indicators))]
    rows = [
        _row_view(row_key, at, row, preview, checked, control)
        for at, (row_key, row) in enumerate(zip(row_keys, plan.indicators, strict=True), 1)
        if is_shown
    ]
    own = checked.plans.get(key, [])
    told = [*own, *(finding for row_key in row_keys for finding in checked.rows.get(row_key, []))]
    names = [*known_classes(plan.kind), *(row.level1 for row in plan.indicators if row.level1)]
    fields = {}
    if plan.kind is PlanKind.PROJECT:
        fields = {
            "title": control(f"title-{key}", "项目名称", plan.name),
            "code": control(f"code-{key}", "项目编码", plan.code),
        }
    return PlanView(
        key=key,
        plan=plan,
        groups=[
            (level1 or "没有一级指标", list(group))
            for level1, group in groupby(rows, key=lambda row: row.row.level1)
        ],
        fields=fields,
        budgets=[
            control(name, f"{source.label}预算", value)
            for name, source, value in budget_fields(key, plan)
        ],
        findings=own,
        foreseen=becomes,
        source=preview.sources.get(plan.where, []),
        classes=[(name, name) for name in dict.fromkeys(names)],
        counts={severity: sum(one.severity is severity for one in told) for severity in Severity},
        kept=len(set(row_keys) - preview.left_out),
        is_shown=is_shown,
    )


def _row_view(
    key: str,
    number: int,
    row: DraftIndicator,
    preview: Preview,
    checked: Checked,
    control: Control,
) -> RowView:
    target = parse_target(
        row.target,
        level1=row.level1,
        level2=row.level2,
        name=row.name,
        year=preview.draft.fiscal_year,
    )
    return RowView(
        key,
        number,
        row,
        describe_target(target) if row.target else "",
        {
            name: control(f"{name}-{key}", label, row_text(row, name))
            for name, label in ROW_LABELS.items()
        },
        checked.rows.get(key, []),
        key in preview.left_out,
        preview.sources.get(row.where, []),
    )
