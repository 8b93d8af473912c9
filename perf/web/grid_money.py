"""The money under the quarter's grid: what each source has executed so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from perf.core.execution import Execution
from perf.core.terms import FundSource
from perf.queries.submissions import Quarter
from perf.services.outcome import Outcome
from perf.web.grid_form import Posted, shown_executed


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One source: budget and executed amounts in 元, and its cell's text in 万元."""

    source: FundSource
    adjusted: Decimal
    before: Decimal | None
    executed: Decimal | None
    text: str
    version: int
    was: str
    error: str
    theirs: str
    basis: str

    @property
    def rate(self) -> Decimal | None:
        """The share of the budget that is executed."""
        return Execution(self.adjusted, self.executed).rate


def money_rows(
    quarter: Quarter, posted: Posted | None, outcome: Outcome, wrong: Mapping[str, str]
) -> list[MoneyRow]:
    """The sources in form order as stored; one that a save refused, as it was typed.

    `wrong` are sentences by the cell's name.
    """
    found = []
    executions = quarter.executions
    for line in quarter.plan.budget_lines:
        key, stored = line.source.value, executions.get(line.source)
        shown = shown_executed(line.source, stored)
        theirs = outcome.executed_conflicts.get(line.source)
        name = f"executed-{key}"
        is_refused = theirs is not None or name in outcome.errors
        typed = posted.executed.get(line.source) if posted else None
        found.append(
            MoneyRow(
                source=line.source,
                adjusted=line.adjusted,
                before=quarter.executed_before.get(line.source),
                executed=stored.executed if stored else None,
                text=typed.text if typed and is_refused else shown.text,
                version=shown.version,
                was=shown.text,
                error=wrong.get(name, ""),
                theirs=shown.text if theirs else "",
                basis=stored.basis if stored else "",
            )
        )
    return found


def execution_of(money: Sequence[MoneyRow]) -> Execution:
    """The sum over the sources; the executed one is unknown while a source is 未填报."""
    amounts = [one.executed for one in money if one.executed is not None]
    is_whole = bool(money) and len(amounts) == len(money)
    return Execution(
        sum((one.adjusted for one in money), Decimal(0)) if money else None,
        sum(amounts, Decimal(0)) if is_whole else None,
    )
