"""What a target form prints, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from perf.core.terms import FundSource, PlanKind, Status
from perf.documents.forms.rows import Money


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One third-level indicator as the plan holds it.

    `initial_target` is filled where the target was revised since the plan's first approval, with
    the `revision_document` that did it and whether that lowered it in the last quarter;
    `computed` says how the actual is computed where nobody types it.
    """

    level1: str
    level2: str | None
    name: str
    target: str
    weight: Decimal | None = None
    note: str = ""
    initial_target: str = ""
    revision_document: str = ""
    is_lowered_late: bool = False
    computed: str = ""


@dataclass(frozen=True, slots=True)
class TargetForm:
    """One 绩效目标表: a project's or a department's, as the plan stands.

    Money is in 元, `adjusted` with every adjustment since the approval; a source without a line
    is absent. `execution_weight` is what the rule pack gives the budget's execution beside the
    indicators. Names and times are those of the steps that lead to the present status.
    """

    kind: PlanKind
    year: int
    name: str
    department: str
    implementing_unit: str
    status: Status
    rows: list[TargetRow]
    code: str | None = None
    department_code: str | None = None
    category: str | None = None
    is_demo: bool = False
    objective: str = ""
    budget: Mapping[FundSource, Money] = field(default_factory=dict)
    basic_expenditure: Decimal | None = None
    project_expenditure: Decimal | None = None
    tasks: list[tuple[str, str]] = field(default_factory=list)
    execution_weight: Decimal = Decimal(0)
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    check_code: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether it is not approved."""
        return self.status is not Status.APPROVED

    @property
    def is_revised(self) -> bool:
        """Whether any target differs from the 年初 one."""
        return any(row.initial_target for row in self.rows)

    @property
    def is_adjusted(self) -> bool:
        """Whether any money differs from the 年初 amount."""
        return any(money.adjusted != money.initial for money in self.budget.values())

    @property
    def total(self) -> Money:
        """The sum of all sources; nothing where none is filled in."""
        if not self.budget:
            return Money()
        money = self.budget.values()
        return Money(
            initial=sum((each.initial or Decimal(0) for each in money), Decimal(0)),
            adjusted=sum((each.adjusted or Decimal(0) for each in money), Decimal(0)),
        )


def target_from_record(record: Mapping[str, Any]) -> TargetForm:
    """The form out of what `target_record` of the services gives: the fields by their names."""
    return TargetForm(
        **{
            **record,
            "rows": [TargetRow(**row) for row in record["rows"]],
            "budget": {source: Money(*amounts) for source, amounts in record["budget"].items()},
        }
    )
