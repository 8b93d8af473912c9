"""Actuals that are computed and never typed: by a formula, or from the system's own records."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from perf.core.actuals import Quotient
from perf.core.attainment import NOT_APPLICABLE, NotApplicable
from perf.core.errors import InvalidInput
from perf.core.numbers import format_number
from perf.core.periods import parse_period
from perf.core.terms import RecordSource
from perf.core.years import YearValue
from perf.formulas.evaluation import evaluate
from perf.formulas.grammar import parse_formula
from perf.models import Indicator, Plan, Submission
from perf.queries.own_records import Counts, record_counts
from perf.queries.plain_rows import PlanRows

_HUNDRED = Decimal(100)
_DONE = {RecordSource.MONITORING: "监控填报已全部通过", RecordSource.SELF_EVALUATION: "自评已签署"}
MAX_BASIS = 500


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed actual (不涉及 for 0 over 0, None while a quantity is 未填报) and its arithmetic.

    `error` says why it cannot be computed, as with something over 0.
    """

    result: Quotient | NotApplicable | None
    basis: str = ""
    error: str = ""

    @property
    def is_zero_over_zero(self) -> bool:
        """Whether it is 不涉及: 0 over 0."""
        return isinstance(self.result, NotApplicable)

    @property
    def actual(self) -> Quotient | None:
        """The number, None where there is none."""
        return self.result if isinstance(self.result, Quotient) else None


def computed_actuals(
    session: Session, plan: Plan, submission: Submission | None, code: str
) -> dict[int, Computed]:
    """The computed actuals of a plan's quarter by indicator, out of what is stored."""
    stored = submission.quantities if submission else []
    values = {row.quantity_id: row.value for row in stored}
    named = {row.name: values.get(row.id) for row in plan.quantities}
    counts = counts_for(session, plan, code)
    return {
        indicator.id: compute_actual(indicator, named, counts)
        for indicator in plan.indicators
        if indicator.is_computed
    }


def counts_for(session: Session, plan: Plan | PlanRows, code: str) -> Counts:
    """The counts of the system's own records up to a quarter, where the plan asks for any."""
    if all(indicator.source is None for indicator in plan.indicators):
        return {}
    return record_counts(session, plan, parse_period(code).months)


def compute_actual(
    indicator: Indicator, values: Mapping[str, Decimal | None], counts: Counts
) -> Computed:
    """One computed indicator's actual out of the quantities' values by name, or of the counts.

    预算完成数 92.5 and 预算数 100 under 预算完成数 / 预算数 × 100% → 92.5 (in %).
    """
    if indicator.source is not None:
        return _from_records(indicator.source, counts)
    formula = parse_formula(indicator.formula)
    typed = {name: values.get(name) for name in formula.quantities}
    written = "，".join(
        f"{name} {format_number(value)}" for name, value in typed.items() if value is not None
    )
    try:
        result = evaluate(formula, typed, indicator.target_unit)
    except InvalidInput as error:
        return Computed(None, error=str(error))
    if result is None:
        return Computed(None)
    return Computed(result, f"{formula.printed}（{written}）"[:MAX_BASIS])


def _from_records(source: RecordSource, counts: Counts) -> Computed:
    done, total = counts[source]
    basis = f"系统记录：{total} 个项目中 {done} 个{_DONE[source]}"
    if not total:
        return Computed(NOT_APPLICABLE, basis)
    return Computed(Quotient(done * _HUNDRED, Decimal(total)), basis)


def records_of_year(session: Session, plan: Plan | PlanRows) -> dict[int, YearValue]:
    """The year values that come from the system's own records as they stand, by indicator."""
    found = {}
    counts = counts_for(session, plan, f"{plan.year}-FY")
    for indicator in plan.indicators:
        if indicator.source is not None:
            computed = _from_records(indicator.source, counts)
            found[indicator.id] = YearValue(computed.result, computed.basis)
    return found
