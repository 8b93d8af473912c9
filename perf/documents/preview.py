"""What was read from a document while a person corrects it: edits, rows left out, findings."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from perf.core.checks import place_of
from perf.core.drafts import Draft, DraftIndicator, DraftPlan, printed_weight
from perf.core.findings import Finding, Severity
from perf.core.storable import check_published
from perf.core.terms import FundSource, PlanKind
from perf.documents.draft_json import draft_from_json, draft_to_json
from perf.documents.readers.document_findings import check_codes
from perf.documents.readers.report import Report
from perf.documents.sources import Sources, sources_from_json, sources_to_json

DEPARTMENT_KEY = "d"
PLAN_TEXTS = {"title": "name", "code": "code"}
ROW_TEXTS = ("level1", "level2", "name", "target", "weight")
_MARK = re.compile(r"（§(\d*)）$")
# What a reader says of a form that is missing ends once the answer was typed.
_ANSWERED = {
    "unit-name-missing": "unit_name",
    "unit-code-missing": "unit_code",
    "year-missing": "fiscal_year",
}

# Nor is it said of weights that could not be read once every row has one.
_UNWEIGHTED = "weights-not-read"


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings by what they are about: the document, a plan by its key, a row by its key."""

    document: list[Finding]
    plans: dict[str, list[Finding]]
    rows: dict[str, list[Finding]]

    def all(self) -> Iterator[tuple[str, Finding]]:
        """Every finding with the key of its plan or row (blank: the document), errors first."""
        found = [("", each) for each in self.document]
        for key, findings in [*self.plans.items(), *self.rows.items()]:
            found += [(key, each) for each in findings]
        order = list(Severity)
        yield from sorted(found, key=lambda item: order.index(item[1].severity))


@dataclass(slots=True)
class Preview:
    """A draft whole, and what of it is left out.

    `draft.findings` are those that only the reading of the document can tell, `about` names for
    each the plan it concerns (blank: none). Keys: `d` is the department's plan, `p0` the first
    project, `p0-3` its fourth row; they stay the same whatever is left out. `as_read` has what
    the document says where somebody changed it (`target-p0-3`), `sources` what stands there.
    """

    draft: Draft
    about: list[str]
    left_out: set[str] = field(default_factory=set)
    as_read: dict[str, str] = field(default_factory=dict)
    sources: Sources = field(default_factory=dict)

    def plans(self) -> list[tuple[str, DraftPlan]]:
        """Every plan with its key, the department's first."""
        department = self.draft.department
        own = [(DEPARTMENT_KEY, department)] if department else []
        return [*own, *((f"p{at}", plan) for at, plan in enumerate(self.draft.projects))]

    def rows(self) -> Iterator[tuple[str, DraftPlan, DraftIndicator]]:
        """Every indicator with its key and its plan."""
        for key, plan in self.plans():
            for at, row in enumerate(plan.indicators):
                yield f"{key}-{at}", plan, row

    def whole(self) -> "Preview":
        """The same with nothing left out, to ask what would stand against it then."""
        return replace(self, left_out=set())

    def rows_in_error(self) -> set[str]:
        """The keys of the rows with an error that are not left out."""
        return {
            key
            for key, findings in self.check().rows.items()
            if any(each.severity is Severity.ERROR for each in findings)
        }

    def names_left_out(self) -> tuple[dict[int, list[str]], list[str]]:
        """What is left out: rows by the number of their plan among those kept, and whole plans."""
        rows: dict[int, list[str]] = {}
        kept = [key for key, _ in self.plans() if key not in self.left_out]
        for key, plan, row in self.rows():
            plan_key = key.partition("-")[0]
            if key in self.left_out and plan_key in kept:
                rows.setdefault(kept.index(plan_key), []).append(place_of(plan, row))
        gone = [place_of(plan) for key, plan in self.plans() if key in self.left_out]
        return rows, gone

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that can be corrected, by the name of its field; money in 元."""
        for key, plan in self.plans():
            for name, attribute in PLAN_TEXTS.items():
                yield f"{name}-{key}", getattr(plan, attribute) or ""
            for source, amount in budget_of(plan).items():
                yield f"budget-{key}-{source.value}", "" if amount is None else format(amount, "f")
        for key, _, row in self.rows():
            for name in ROW_TEXTS:
                yield f"{name}-{key}", row_text(row, name)

    def remember(self, before: "Preview") -> None:
        """Keep what the document said of every text that differs from the preview before."""
        old, new = dict(before.texts()), dict(self.texts())
        for name in old | new:
            was, text = old.get(name, ""), new.get(name, "")
            if text != was:
                self.as_read.setdefault(name, was)
                if self.as_read[name] == text:
                    del self.as_read[name]

    def kept(self, checked: "Checked | None" = None) -> Draft:
        """What is to be stored, with everything that is to be said of it (`checked`, if known)."""
        plans = dict(self._kept_plans())
        return Draft(
            self.draft.unit_code,
            self.draft.unit_name,
            self.draft.fiscal_year,
            department=plans.pop(DEPARTMENT_KEY, None),
            projects=list(plans.values()),
            findings=[finding for _, finding in (checked or self.check()).all()],
        )

    def check(self) -> Checked:
        """The findings as they stand now: anew for plans and rows, kept for the document."""
        kept = self._kept_plans()
        plans = dict(kept)
        keys = plans.keys()
        checked = Checked([], {key: [] for key in keys}, {})
        for finding, key in zip(self.draft.findings, self.about, strict=True):
            field_name = _ANSWERED.get(finding.code)
            if field_name is not None and getattr(self.draft, field_name):
                continue
            if not key:
                checked.document.append(finding)
            elif key in keys and not (finding.code == _UNWEIGHTED and _is_weighted(plans[key])):
                checked.plans[key].append(finding)
        if not kept and not any(each.severity is Severity.ERROR for each in checked.document):
            message = "所有计划都标为不导入，没有可以导入的内容。"
            checked.document.append(Finding(Severity.ERROR, "nothing-kept", message))
        for finding in _code_findings([plan for key, plan in kept if key != DEPARTMENT_KEY]):
            key = next(key for key, plan in kept if place_of(plan) == finding.where)
            checked.plans[key].append(finding)
        for key, _ in kept:
            self._check_plan(key, checked)
        return checked

    def _check_plan(self, key: str, checked: Checked) -> None:
        """Check one plan with its rows marked by number, so that each finding finds its row."""
        plan = dict(self.plans())[key]
        rows = [
            (at, row)
            for at, row in enumerate(plan.indicators)
            if f"{key}-{at}" not in self.left_out
        ]
        marked = [replace(row, where=f"§{at}") for at, row in rows]
        by_number = dict(rows)
        for finding in check_published(
            replace(plan, indicators=marked, where="§"), year=self.draft.fiscal_year
        ):
            mark = _MARK.search(finding.where)
            at = int(mark[1]) if mark and mark[1] else None
            if at is None:
                checked.plans[key].append(replace(finding, where=place_of(plan)))
            else:
                place = place_of(plan, by_number[at])
                checked.rows.setdefault(f"{key}-{at}", []).append(replace(finding, where=place))

    def _kept_plans(self) -> list[tuple[str, DraftPlan]]:
        return [
            (
                key,
                replace(
                    plan,
                    indicators=[
                        row
                        for at, row in enumerate(plan.indicators)
                        if f"{key}-{at}" not in self.left_out
                    ],
                ),
            )
            for key, plan in self.plans()
            if key not in self.left_out
        ]

    def to_content(self) -> dict[str, Any]:
        """The preview as JSON; `preview_from_content` gives the same again."""
        return {
            "draft": draft_to_json(self.draft, complete=True),
            "about": self.about,
            "left_out": sorted(self.left_out),
            "as_read": self.as_read,
            "sources": sources_to_json(self.sources),
        }


def row_text(row: DraftIndicator, name: str) -> str:
    """What a row says under one of `ROW_TEXTS`, or its note; blank where it says nothing."""
    return printed_weight(row) if name == "weight" else getattr(row, name, None) or ""


def budget_of(plan: DraftPlan) -> dict[FundSource, Decimal | None]:
    """The plan's money by source in 元; where no source is named, its total as 财政拨款."""
    return {**plan.budget} or {FundSource.FISCAL: plan.budget_total}


def preview_of(draft: Draft, sources: Sources | None = None) -> Preview:
    """The preview of a document just read; what is checked anew each time is taken out."""
    bare = Preview(replace(draft, findings=[]), [])
    again = Counter(finding for _, finding in bare.check().all())
    own = []
    for finding in draft.findings:
        if again[finding]:
            again[finding] -= 1
        else:
            own.append(finding)
    about = [_plan_meant(bare, finding) for finding in own]
    return Preview(replace(draft, findings=own), about, sources=sources or {})


def preview_from_content(content: Mapping[str, Any]) -> Preview:
    """The preview that `to_content` kept."""
    return Preview(
        draft_from_json(content["draft"]),
        list(content["about"]),
        set(content["left_out"]),
        dict(content.get("as_read", {})),
        sources_from_json(content.get("sources", {})),
    )


def _is_weighted(plan: DraftPlan) -> bool:
    return all(row.weight is not None for row in plan.indicators)


def _plan_meant(preview: Preview, finding: Finding) -> str:
    """The plan that a reader's finding concerns: by its place, or the project that it names."""
    for key, plan in preview.plans():
        if finding.where == place_of(plan):
            return key
        if plan.kind is PlanKind.DEPARTMENT:
            if finding.where.startswith("部门（单位）整体绩效目标表"):
                return key
        elif plan.name and finding.message.startswith(f"项目“{plan.name}”"):
            return key
    return ""


def _code_findings(projects: list[DraftPlan]) -> list[Finding]:
    report = Report()
    check_codes(projects, report)
    return report.findings
