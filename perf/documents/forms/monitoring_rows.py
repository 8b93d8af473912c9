"""What a monitoring form prints, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from perf.core.terms import DeviationKind, FundSource, Light, Likelihood, PlanKind, Status
from perf.documents.forms.rows import Money


@dataclass(frozen=True, slots=True)
class MonitoringRow:
    """One third-level indicator with what it has reached so far; blank is 未填报."""

    level1: str
    level2: str | None
    name: str
    target: str
    actual: str = ""
    expected: str = ""
    deviation_kind: DeviationKind | None = None
    deviation_reason: str = ""
    likelihood: Likelihood | None = None
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class MonitoringForm:
    """One 绩效运行监控表: a plan as of the end of the `months` from January on.

    Money is in 元, `executed` from the year's beginning. `status` is the quarter's.
    """

    kind: PlanKind
    year: int
    months: int
    name: str
    department: str
    implementing_unit: str
    status: Status
    rows: list[MonitoringRow]
    code: str | None = None
    department_code: str | None = None
    is_demo: bool = False
    objective: str = ""
    budget: Mapping[FundSource, Money] = field(default_factory=dict)
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    check_code: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether the quarter is not approved."""
        return self.status is not Status.APPROVED

    @property
    def total(self) -> Money:
        """The sum of all sources; what one source lacks, the sum lacks too."""
        money = list(self.budget.values())
        return Money(
            _sum([each.initial for each in money]),
            _sum([each.adjusted for each in money]),
            _sum([each.executed for each in money]),
        )


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if amounts and len(known) == len(amounts) else None


def monitoring_from_record(record: Mapping[str, Any]) -> MonitoringForm:
    """The form out of what `monitoring_records` of the services gives, fields by their names."""
    return MonitoringForm(
        **{
            **record,
            "rows": [MonitoringRow(**row) for row in record["rows"]],
            "budget": {source: Money(*amounts) for source, amounts in record["budget"].items()},
        }
    )
