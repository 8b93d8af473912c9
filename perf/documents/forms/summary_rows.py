"""What the 绩效自评结果汇总表 prints, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from perf.core.terms import EndingKind, PlanKind, Rating, Status


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One plan's result; money in 元. `status` None: its self-evaluation was not begun.

    `ending` says how a project ended within the year (终止, 并入).
    """

    unit: str
    name: str
    kind: PlanKind
    code: str | None = None
    adjusted: Decimal | None = None
    executed: Decimal | None = None
    indicator_points: Decimal | None = None
    total: Decimal | None = None
    rating: Rating | None = None
    status: Status | None = None
    signed_at: datetime | None = None
    is_demo: bool = False
    ending: EndingKind | None = None


@dataclass(frozen=True, slots=True)
class SummaryForm:
    """The results of one year, of the unit named or, where it is blank, of all units."""

    year: int
    unit: str
    rows: list[SummaryRow]

    @property
    def is_demo(self) -> bool:
        """Whether invented results are among them."""
        return any(row.is_demo for row in self.rows)

    def of_kind(self, kind: PlanKind) -> list[SummaryRow]:
        """The rows of the projects, or of the departments, in their order."""
        return [row for row in self.rows if row.kind is kind]


def summary_from_records(year: int, unit: str, records: Iterable[Mapping[str, Any]]) -> SummaryForm:
    """The form out of what `summary_records` of the queries gives: the fields by their names."""
    return SummaryForm(year, unit, [SummaryRow(**record) for record in records])
