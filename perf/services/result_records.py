"""What the 评价结果应用情况表 and the report print of recommendations, as plain data."""

from collections.abc import Iterable
from typing import Any

from perf.models import Recommendation


def result_records(rows: Iterable[Recommendation]) -> list[dict[str, Any]]:
    """Each recommendation by the names of the form's fields; money in 元, exact."""
    return [
        {
            "unit": row.unit.name,
            "name": row.plan.name,
            "year": row.plan.year,
            "kind": row.kind,
            "text": row.text,
            "due_on": row.due_on,
            "made_by": row.made_by.display_name,
            "made_at": row.made_at,
            "consequence": row.consequence,
            "amount": row.amount,
            "adoption": row.adoption,
            "reason": row.reason,
            "measure": row.measure,
            "measure_on": row.measure_on,
            "answered_at": row.answered_at,
            "outcome": row.outcome,
            "outcome_on": row.outcome_on,
            "is_demo": row.plan.is_demo,
        }
        for row in rows
    ]
