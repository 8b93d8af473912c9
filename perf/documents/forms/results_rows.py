"""What the 评价结果应用情况表 prints, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from perf.core.terms import Adoption, BudgetConsequence, RecommendationKind


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One recommendation with what the unit answered and what came of it.

    `amount` is 建议安排预算 in 元; `adoption` None: nobody has answered yet.
    """

    unit: str
    name: str
    year: int
    kind: RecommendationKind
    text: str
    due_on: date
    made_by: str
    made_at: datetime
    consequence: BudgetConsequence | None = None
    amount: Decimal | None = None
    adoption: Adoption | None = None
    reason: str = ""
    measure: str = ""
    measure_on: date | None = None
    answered_at: datetime | None = None
    outcome: str = ""
    outcome_on: date | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class ResultsForm:
    """The recommendations on one year's or several years' results, of one unit or (blank) all."""

    unit: str
    rows: list[ResultRow]

    @property
    def years(self) -> str:
        """The years that the rows are about: `2022` or `2021—2023`; blank without rows."""
        found = sorted({row.year for row in self.rows})
        return "—".join(map(str, dict.fromkeys([*found[:1], *found[-1:]])))

    @property
    def is_demo(self) -> bool:
        """Whether invented results are among them."""
        return any(row.is_demo for row in self.rows)


def results_from_records(unit: str, records: Iterable[Mapping[str, Any]]) -> ResultsForm:
    """The form out of what `result_records` of the services gives: the fields by their names."""
    return ResultsForm(unit, [ResultRow(**record) for record in records])
