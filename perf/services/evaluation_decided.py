"""How a self-evaluation shows what a reviewer decided: in its rows, and over what was submitted."""

from typing import Any

from perf import clock
from perf.core.numbers import format_fixed, format_number
from perf.core.scoring import IndicatorScore, PlanScore
from perf.models import Score, SelfEvaluation
from perf.services.snapshots import Content, ContentRow

_LABELS = ("得分", "计算得分", "评定理由")


def points_fields(score: Score) -> dict[str, str]:
    """A score's points as compared: what counts, and beside it what was computed, and why."""
    if score.final is None:
        return {}
    fields = {"得分": format_fixed(score.final)}
    if score.decided_points is not None and score.points is not None:
        fields |= {"计算得分": format_fixed(score.points), "评定理由": score.decided_reason}
    return fields


def points_data(score: Score, worked: IndicatorScore) -> dict[str, Any]:
    """The same for the record, exact, with who decided and when, and the working.

    `decided` is None where the computed points count.
    """
    final = score.final
    steps, decided = worked.steps, None
    if score.decided_points is not None and score.points is not None and score.decided_at:
        by = score.decided_by.display_name if score.decided_by else ""
        day = clock.local(score.decided_at).date().isoformat()
        steps = worked.working(f"{by}，{day}", score.decided_reason)
        decided = {
            "computed": format_number(score.points),
            "by": by,
            "at": score.decided_at.isoformat(),
            "reason": score.decided_reason,
        }
    return {
        "points": None if final is None else format_number(final),
        "decided": decided,
        "steps": steps,
    }


def total_fields(evaluation: SelfEvaluation) -> dict[str, str]:
    """The total and the rating as compared."""
    return {
        "总分": "" if evaluation.total is None else format_fixed(evaluation.total),
        "评级": evaluation.rating.label if evaluation.rating else "",
    }


def total_data(evaluation: SelfEvaluation, worked: PlanScore) -> dict[str, Any]:
    """The total and the rating for the record, with their working."""
    return {
        "total": None if evaluation.total is None else format_number(evaluation.total),
        "total_steps": worked.steps,
        "rating": evaluation.rating.value if evaluation.rating else None,
    }


def with_decisions(kept: Content, evaluation: SelfEvaluation, worked: PlanScore) -> Content:
    """What was submitted, with the reviewer's points as they stand now laid over it.

    Nothing else is touched, and nothing at all where nothing was decided then or since.
    """
    plan = evaluation.plan
    results = {row.id: one for row, one in zip(plan.indicators, worked.rows, strict=True)}
    decided = {row["id"] for row in kept["data"]["rows"] if row.get("decided")}
    scores = {
        row.indicator_id: row
        for row in evaluation.scores
        if row.indicator_id in results
        and (row.decided_points is not None or row.indicator_id in decided)
    }
    if not scores:
        return kept
    fields = kept["fields"] | total_fields(evaluation)
    return Content(
        fields={label: text for label, text in fields.items() if text},
        rows=[_row(row, scores.get(row["id"])) for row in kept["rows"]],
        data=kept["data"]
        | total_data(evaluation, worked)
        | {
            "rows": [
                row | points_data(scores[row["id"]], results[row["id"]])
                if row["id"] in scores
                else row
                for row in kept["data"]["rows"]
            ]
        },
    )


def _row(row: ContentRow, score: Score | None) -> ContentRow:
    if score is None:
        return row
    rest = {label: text for label, text in row["fields"].items() if label not in _LABELS}
    return ContentRow(id=row["id"], name=row["name"], fields=rest | points_fields(score))
