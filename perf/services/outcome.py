"""What became of a save of the quarter's grid."""

from dataclasses import dataclass, field

from perf.core.terms import FundSource
from perf.models import Actual, BudgetExecution, QuantityValue


@dataclass(slots=True)
class Outcome:
    """What became of a save: rows written, sentences by field, and rows somebody else changed.

    Errors are keyed like the grid's cells (`actual-12`, `quantity-3`, `executed-fiscal`); the
    conflicts hold the stored rows beside which the typed ones must be shown, by indicator, source
    and quantity.
    """

    saved: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[int, Actual] = field(default_factory=dict)
    executed_conflicts: dict[FundSource, BudgetExecution] = field(default_factory=dict)
    quantity_conflicts: dict[int, QuantityValue] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether everything typed was taken."""
        return not (self.errors or self.has_conflicts)

    @property
    def has_conflicts(self) -> bool:
        """Whether somebody else changed what was typed here."""
        return bool(self.conflicts or self.executed_conflicts or self.quantity_conflicts)
