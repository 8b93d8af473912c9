"""What is to be said of the weights that a document brings, under the packs of its year."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from perf.core.drafts import DraftPlan
from perf.core.errors import InvalidInput
from perf.core.findings import Finding, Severity
from perf.core.weights import check_weights
from perf.models import FiscalYear
from perf.queries.packs import find_pack
from perf.services.plan_packs import choose_pack
from perf.services.weighing import spread

_SUM = "weights-sum"


def imported_weight_findings(
    session: Session, year: FiscalYear, plans: Iterable[DraftPlan]
) -> Iterator[Finding]:
    """`weights-sum` for each of these new plans whose printed weights do not come to the pack's.

    A warning, for they are kept as printed and have to be right at the plan's submission only; an
    error where they leave nothing to the indicators that have none.
    """
    for plan in plans:
        entries = [(row.level1, row.weight) for row in plan.indicators]
        if all(weight is None for _, weight in entries):
            continue
        levels = [level1 for level1, _ in entries]
        pack = find_pack(session, *choose_pack(year, plan.kind, levels))
        try:
            weights = spread(entries, pack)
        except InvalidInput as error:
            yield Finding(Severity.ERROR, _SUM, f"“{plan.name}”：{error}")
            continue
        for finding in check_weights(list(zip(levels, weights, strict=True)), pack):
            if finding.code == _SUM:
                message = f"“{plan.name}”的{finding.message}"
                yield replace(finding, severity=Severity.WARNING, message=message)
