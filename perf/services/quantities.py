"""The quantities of a plan's formulas (公式里的量): what was typed of them in a quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number
from perf.core.permissions import Actor
from perf.core.terms import QuantityKind
from perf.formulas.grammar import parse_formula
from perf.models import Indicator, Plan, Quantity, QuantityValue, Submission
from perf.services.ledger import record_change
from perf.services.outcome import Outcome


class Stand:
    """The quantities of a plan's formulas in one quarter beside those last reported before it."""

    def __init__(
        self, plan: Plan, rows: Sequence[QuantityValue], before: Mapping[int, Decimal]
    ) -> None:
        self._named = {row.name: row for row in plan.quantities}
        self._values = {row.quantity_id: row.value for row in rows}
        self._before = before

    def of(self, indicator: Indicator) -> list[Quantity]:
        """The quantities of an indicator's formula in its order."""
        if not indicator.formula:
            return []
        return [self._named[name] for name in parse_formula(indicator.formula).quantities]

    def lacking(self, indicator: Indicator) -> list[str]:
        """The names of those that are 未填报."""
        return [row.name for row in self.of(indicator) if self._values.get(row.id) is None]

    def fallen(self, indicator: Indicator) -> list[str]:
        """The names of the flows that are less than they were: year to date only ever grows."""
        return [row.name for row in self.of(indicator) if self._is_fallen(row)]

    def _is_fallen(self, row: Quantity) -> bool:
        value, before = self._values.get(row.id), self._before.get(row.id)
        is_less = value is not None and before is not None and value < before
        return row.kind is QuantityKind.FLOW and is_less


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """One quantity's year-to-date value or stand as typed, in the quantity's own unit."""

    quantity_id: int
    version: int
    text: str
    is_touched: bool = True


def record_quantities(
    session: Session,
    actor: Actor,
    submission: Submission,
    entries: Sequence[QuantityEntry],
    outcome: Outcome,
) -> None:
    """Write the changed quantities of an opened submission; what became of each is in `outcome`."""
    stored = {row.quantity_id: row for row in submission.quantities}
    quantities = {row.id: row for row in submission.plan.quantities}
    for entry in entries:
        quantity = quantities.get(entry.quantity_id)
        if quantity is None or not entry.is_touched:
            continue
        row = stored.get(quantity.id)
        try:
            value = parse_number(entry.text)
        except InvalidInput as error:
            outcome.errors[f"quantity-{quantity.id}"] = f"{quantity.name}：{error}"
            continue
        if value == (row.value if row is not None else None):
            continue
        if row is not None and entry.version != row.version:
            outcome.quantity_conflicts[quantity.id] = row
            continue
        if row is None:
            row = QuantityValue(
                unit_id=submission.unit_id, submission_id=submission.id, quantity_id=quantity.id
            )
            submission.quantities.append(row)
        row.value = value
        record_change(
            session,
            actor,
            "record_quantity",
            row,
            name=quantity.name,
            plan_id=submission.plan_id,
        )
        outcome.saved += 1
