"""Draft plans: what a document says before anybody confirmed it."""

from dataclasses import dataclass, field
from decimal import Decimal

from perf.core.findings import Finding
from perf.core.numbers import format_number
from perf.core.terms import FundSource, PlanKind, Sense


@dataclass(slots=True)
class DraftIndicator:
    """One indicator as published; `target` is the text, `where` its place in the document.

    `weight` is in points, None where the document prints none. `sense` is what people chose for an
    equal target; a document says nothing of it.
    """

    level1: str
    level2: str | None
    name: str
    target: str
    note: str | None = None
    where: str = ""
    sense: Sense | None = None
    weight: Decimal | None = None


def printed_weight(row: DraftIndicator) -> str:
    """The indicator's weight as people type it, blank where it has none."""
    return "" if row.weight is None else format_number(row.weight)


@dataclass(slots=True)
class DraftPlan:
    """A plan as published; money in 元, exact; a source without a figure is absent."""

    kind: PlanKind
    name: str
    code: str | None = None
    category: str | None = None
    implementing_unit: str | None = None
    objective: str | None = None
    budget: dict[FundSource, Decimal] = field(default_factory=dict)
    budget_total: Decimal | None = None
    basic_expenditure: Decimal | None = None
    project_expenditure: Decimal | None = None
    tasks: list[tuple[str, str]] = field(default_factory=list)
    indicators: list[DraftIndicator] = field(default_factory=list)
    where: str = ""


@dataclass(slots=True)
class Draft:
    """All that one document says of one unit and year."""

    unit_code: str | None
    unit_name: str | None
    fiscal_year: int | None
    department: DraftPlan | None = None
    projects: list[DraftPlan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
