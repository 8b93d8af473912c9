"""Plain rows in the models' stead, where many are scored: the same names, and no more.

So one and the same code scores either. A model's object costs ten times as much to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from perf.core.attainment import Result
from perf.core.targets import Target
from perf.core.terms import FundSource, Kind, Rating, RecordSource, Status
from perf.models.reports import HasValue

Changes = dict[str, tuple[Any, Any]]


class StoredRow:
    """A row as it is stored, to be changed in memory; it tells what changed since."""

    id: int
    unit_id: int
    version: int

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._stored = columns
        vars(self).update(columns)

    def changes(self) -> Changes:
        """Each changed column's old and new value."""
        now = vars(self)
        return {
            key: (old, now[key])
            for key, old in self._stored.items()
            if now[key] is not old and now[key] != old
        }


class ScoreRow(StoredRow):
    """One row of `score`."""

    indicator_id: int
    # The model's own property asks for columns by name alone, which this row has too.
    actual = vars(HasValue)["actual"]
    is_not_applicable: bool
    weight: Decimal
    origin: str
    ratio: Decimal | None
    is_met: bool | None
    points: Decimal | None
    initial_points: Decimal | None
    decided_points: Decimal | None
    decided_reason: str
    decided_by_id: int | None
    decided_at: datetime | None
    needs_reason: bool


class IndicatorRow(NamedTuple):
    """What of an indicator decides its score."""

    id: int
    name: str
    level1: str
    level2: str
    kind: Kind
    weight: Decimal | None
    source: RecordSource | None
    target: Target
    initial: Target | None


class BudgetRow(NamedTuple):
    """A budget line with its adjustments added."""

    source: FundSource
    adjusted: Decimal


class FigureRow(NamedTuple):
    """What a quarter reported of an indicator."""

    indicator_id: int
    result: Result
    basis: str


class ExecutedRow(NamedTuple):
    """What a quarter reported of a source of money."""

    source: FundSource
    executed: Decimal | None


class PeriodRow(NamedTuple):
    """The period of a quarter."""

    code: str


@dataclass(slots=True)
class QuarterRows:
    """An approved quarter with what it reported; the money of the last one only."""

    period: PeriodRow
    is_demo: bool
    actuals: list[FigureRow] = field(default_factory=list)
    executions: list[ExecutedRow] = field(default_factory=list)


@dataclass(slots=True)
class PlanRows:
    """A plan with its indicators in form order and its money."""

    id: int
    unit_id: int
    year: int
    name: str
    pack_id: str
    pack_version: int
    is_demo: bool
    indicators: list[IndicatorRow] = field(default_factory=list)
    budget_lines: list[BudgetRow] = field(default_factory=list)


class EvaluationRows(StoredRow):
    """One row of `self_evaluation` with all that its scores come from."""

    status: Status
    executed: Decimal | None
    execution_points: Decimal | None
    indicator_total: Decimal | None
    total: Decimal | None
    rating: Rating | None
    pack_id: str
    pack_version: int
    is_demo: bool
    updated_at: datetime

    def __init__(
        self, columns: Mapping[str, Any], plan: PlanRows, unit_name: str, demanded: int
    ) -> None:
        super().__init__(columns)
        # How many periods of figures the plan owes.
        self.demanded = demanded
        self.plan = plan
        self.unit_name = unit_name
        self.quarters: list[QuarterRows] = []
        self.scores: list[ScoreRow] = []
