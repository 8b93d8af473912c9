"""The points that a reviewer gives: as posted, and as the fields of a score's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perf.core.attainment import Flag
from perf.models import SelfEvaluation
from perf.services.decisions import Bounds, Decided
from perf.services.typed import clean_text
from perf.web.presentation import points
from perf.web.typed_texts import TextField, Typed, text_field


@dataclass(frozen=True, slots=True)
class DecisionFields:
    """What a reviewer fills in to give a score other points.

    `advice` is why they might, `rule` how far they may go; `is_demanded` where nothing can be
    signed before they do.
    """

    score: TextField
    reason: TextField
    advice: str
    rule: str
    is_standing: bool
    is_demanded: bool

    @property
    def is_open(self) -> bool:
        """Whether it stands in sight rather than folded behind the working."""
        typed = (self.score, self.reason)
        return self.is_demanded or any(one.error or one.is_typed for one in typed)


def read_decisions(form: Mapping[str, str], evaluation: SelfEvaluation) -> dict[int, Decided]:
    """The decisions, by indicator, that differ from what is stored.

    From the fields `decided-<id>` and `why-<id>`; the button `withdraw` takes one back.
    """
    found = {}
    for row in evaluation.scores:
        key = row.indicator_id
        if f"decided-{key}" not in form and f"why-{key}" not in form:
            continue
        typed = Decided(
            clean_text(form.get(f"decided-{key}", "")), clean_text(form.get(f"why-{key}", ""))
        )
        if form.get("withdraw") == str(key):
            typed = Decided()
        stored = "" if row.decided_points is None else points(row.decided_points)
        if (typed.points_text, typed.reason) != (stored, row.decided_reason):
            found[key] = typed
    return found


def decision_fields(row: Mapping[str, Any], limits: Bounds, typed: Typed) -> DecisionFields:
    """The fields of one row of the record, with what was typed."""
    decided = row.get("decided")
    stored = "" if decided is None else points(Decimal(row["points"]))
    advice = ""
    if limits.is_demanded:
        advice = "此项由审核人核对后评定，签署前须评定。"
    elif Flag.OVER_ACHIEVED in row["flags"] and decided is None:
        advice = f"完成率 {row['percent']}%，超额较多：可以写明理由评定扣分，也可以维持计算得分。"
    return DecisionFields(
        text_field(typed, f"decided-{row['id']}", "评定得分", stored, limits.span),
        text_field(typed, f"why-{row['id']}", "评定理由", decided["reason"] if decided else ""),
        advice,
        f"计算得分 {points(limits.computed)}；{limits.why}。",
        is_standing=decided is not None,
        is_demanded=limits.is_demanded and decided is None,
    )
