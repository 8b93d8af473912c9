"""The weights of a plan's sheet: spread where they are left blank, and summed by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.rulepack import RulePack
from perf.core.weights import class_of, class_weights, spread_weights
from perf.models import Plan
from perf.services.plan_packs import pack_for


def spread(entries: Sequence[tuple[str, Decimal | None]], pack: RulePack) -> list[Decimal | None]:
    """Weights with the blanks filled; a row of a class that the pack does not know keeps its own.

    A published plan may bring such a class in; it can be stored, but not submitted.
    """
    known = [index for index, (level1, _) in enumerate(entries) if _is_known(level1, pack)]
    weights = [weight for _, weight in entries]
    for index, weight in zip(
        known, spread_weights([entries[index] for index in known], pack), strict=True
    ):
        weights[index] = weight
    return weights


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the weights of a sheet come to: one a row, (class, sum, due) each, and the whole."""

    weights: list[Decimal | None]
    classes: list[tuple[str, Decimal, Decimal]]
    total: Decimal
    due: Decimal
    problem: str = ""


def weigh(session: Session, plan: Plan, entries: Sequence[tuple[str, Decimal | None]]) -> Weighing:
    """The weights as a save would spread them, given (一级指标, entered weight or None); no change.

    `problem` says why they cannot be spread; the entered ones are then summed as they are.
    """
    pack = pack_for(session, plan, [level1 for level1, _ in entries])
    problem = ""
    try:
        weights = spread(entries, pack)
    except InvalidInput as error:
        weights, problem = [weight for _, weight in entries], str(error)
    sums: dict[str, Decimal] = {}
    for (level1, _), weight in zip(entries, weights, strict=True):
        name = class_of(level1, pack) if _is_known(level1, pack) else level1
        sums[name] = sums.get(name, Decimal(0)) + (weight or Decimal(0))
    due = class_weights(pack, [name for name in sums if _is_known(name, pack)])
    return Weighing(
        weights,
        [
            # Where the pack leaves the points of the classes to the plan, the entered ones are due.
            (name, own, due.get(name, own if _is_known(name, pack) else Decimal(0)))
            for name, own in sums.items()
        ],
        sum(sums.values(), Decimal(0)),
        pack.indicator_weight,
        problem,
    )


def _is_known(level1: str, pack: RulePack) -> bool:
    try:
        class_of(level1, pack)
    except InvalidInput:
        return False
    return True
