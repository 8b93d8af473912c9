"""Which quantities (公式里的量) a plan has: one for each name in its formulas."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.core.terms import QuantityKind
from perf.formulas.grammar import parse_formula
from perf.formulas.ready import quantity_kind, ready_formula
from perf.models import Plan, Quantity
from perf.services.ledger import record_change

MAX_UNIT = 20
_KINDS = {kind.value: kind for kind in QuantityKind}


def record_names(session: Session, actor: Actor, plan: Plan) -> int:
    """Give the plan a quantity for every name in its formulas that has none yet; how many.

    One that no formula has any more stays: what was typed of it is not lost.
    """
    named = {row.name for row in plan.quantities}
    units = {
        quantity.name: quantity.unit
        for indicator in plan.indicators
        if (ready := ready_formula(indicator.name)) is not None
        for quantity in ready.quantities
    }
    added = 0
    for indicator in plan.indicators:
        if not indicator.formula:
            continue
        for name in parse_formula(indicator.formula).quantities:
            if name in named:
                continue
            named.add(name)
            row = Quantity(
                unit_id=plan.unit_id,
                plan_id=plan.id,
                name=name,
                kind=quantity_kind(name),
                unit=units.get(name, ""),
            )
            plan.quantities.append(row)
            record_change(session, actor, "add_quantity", row, name=name, plan_id=plan.id)
            added += 1
    return added


def describe_quantities(
    session: Session, actor: Actor, plan: Plan, typed: Mapping[int, tuple[str, str]]
) -> int:
    """Set kind and unit of the plan's quantities as typed, by id; how many changed.

    Raises InvalidInput with fields `quantity-kind-<id>` and `quantity-unit-<id>`.
    """
    errors: dict[str, str] = {}
    for row in plan.quantities:
        kind_text, unit = typed.get(row.id, (row.kind.value, row.unit))
        if kind_text not in _KINDS:
            errors[f"quantity-kind-{row.id}"] = "请从列表中选择一项。"
        if len(unit.strip()) > MAX_UNIT:
            errors[f"quantity-unit-{row.id}"] = f"单位最多 {MAX_UNIT} 字。"
    if errors:
        raise InvalidInput("公式里的量有误，没有保存。请按提示修改。", errors)
    changed = 0
    for row in list(plan.quantities):
        kind_text, unit = typed.get(row.id, (row.kind.value, row.unit))
        row.kind, row.unit = _KINDS[kind_text], unit.strip()
        entry = record_change(
            session, actor, "describe_quantity", row, name=row.name, plan_id=plan.id
        )
        changed += entry is not None
    return changed
