"""What a row of the grid is filled in with where it is no single figure: quantities, and points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perf.core.actuals import Answer
from perf.core.check_list import points_of
from perf.core.numbers import format_number
from perf.core.terms import QuantityKind
from perf.formulas.grammar import parse_formula
from perf.models import Indicator, Quantity
from perf.queries.submissions import Quarter
from perf.services.outcome import Outcome
from perf.web.grid_form import Posted, shown_quantity

ANSWERS = [(answer.value, answer.label) for answer in Answer]


@dataclass(frozen=True, slots=True)
class QuantityCell:
    """One quantity of a formula: its input, or where the input stands that it shares.

    `told` is what was reported before; `theirs` what somebody else saved in the meantime.
    """

    quantity: Quantity
    text: str
    version: int
    was: str
    error: str
    theirs: str | None
    told: str
    shared_with: str = ""

    @property
    def is_stock(self) -> bool:
        """Whether it is a stand rather than what came in over the year."""
        return self.quantity.kind is QuantityKind.STOCK


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a check list with its answer; 符合 of 是否存在… means that it does not exist."""

    name: str
    text: str
    answer: str
    is_absence: bool


def formula_cells(
    indicators: Sequence[Indicator],
    quarter: Quarter,
    posted: Posted | None,
    outcome: Outcome,
) -> dict[int, list[QuantityCell]]:
    """The quantities of each formula by indicator, in form order.

    One name is one quantity of the plan: it is typed at the first formula that has it.
    """
    named = {row.name: row for row in quarter.plan.quantities}
    stored = {
        row.quantity_id: row
        for row in (quarter.submission.quantities if quarter.submission else [])
    }
    first: dict[int, str] = {}
    found: dict[int, list[QuantityCell]] = {}
    for indicator in indicators:
        if not indicator.formula:
            continue
        cells = found.setdefault(indicator.id, [])
        for name in parse_formula(indicator.formula).quantities:
            quantity = named[name]
            key = quantity.id
            shown = shown_quantity(key, stored.get(key))
            theirs = outcome.quantity_conflicts.get(key)
            error = outcome.errors.get(f"quantity-{key}", "")
            typed = posted.quantities.get(key) if posted and (error or theirs) else None
            before = quarter.quantities_before.get(key)
            cells.append(
                QuantityCell(
                    quantity,
                    typed.text if typed else shown.text,
                    shown.version,
                    shown.text,
                    error,
                    shown.text or "空白" if theirs else None,
                    "" if before is None else format_number(before),
                    first.get(key, ""),
                )
            )
            first.setdefault(key, indicator.name)
    return found


def point_cells(indicator: Indicator, letters: str) -> list[Point]:
    """The points of a check list with their answers; none where the indicator is no list."""
    if not indicator.is_check_list:
        return []
    return [
        Point(f"answer-{indicator.id}-{number}", text, letter, text.startswith("是否存在"))
        for number, (text, letter) in enumerate(
            zip(points_of(indicator.note), letters, strict=True)
        )
    ]


def letters_in(texts: Mapping[str, str], indicator: Indicator) -> str:
    """A check list's letters as the script sends them, padded to its points."""
    count = len(points_of(indicator.note)) if indicator.is_check_list else 0
    return texts.get("answers", "")[:count].ljust(count, "-")
