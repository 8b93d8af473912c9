"""The pages of recommendations: what is asked for, one plan's, and one with its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import render_template, request
from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Actor, Permission
from perf.core.terms import Adoption, BudgetConsequence, RecommendationKind, Status
from perf.extensions import db
from perf.models import LedgerEntry, Plan, Recommendation, SelfEvaluation
from perf.queries import recommendations as queries
from perf.queries.evaluations import Evaluated
from perf.queries.recommendations import RecommendationFilter, Shown
from perf.queries.signed_copies import unfiled_evaluations
from perf.services.money import write_wan
from perf.services.recommendations import is_own_side
from perf.services.typed import without_controls
from perf.web.ledger_words import ACTIONS, column_word, is_told, value_text
from perf.web.listing import number_argument, text_argument
from perf.web.security import current_actor

SHOWN = {
    Shown.ALL: "全部",
    Shown.OPEN: "待答复",
    Shown.OVERDUE: "逾期未答复",
    Shown.ADOPTED: Adoption.ADOPTED.label,
    Shown.PARTLY: Adoption.PARTLY.label,
    Shown.NOT_ADOPTED: Adoption.NOT_ADOPTED.label,
    Shown.TO_CARRY_OUT: "采纳后待落实",
    Shown.WITHDRAWN: "已撤回",
}
TONES = {Adoption.ADOPTED: "ok", Adoption.PARTLY: "warn", Adoption.NOT_ADOPTED: "none"}


@dataclass(frozen=True, slots=True)
class Results:
    """What the page of a self-evaluation says of its recommendations and its scan."""

    rows: Sequence[Recommendation]
    is_signed: bool
    is_unfiled: bool
    may_recommend: bool


@dataclass(slots=True)
class Step:
    """One entry of a recommendation's history: who did what, and each field old → new."""

    at: datetime
    by: str
    label: str
    changes: list[tuple[str, str | None, str | None]] = field(default_factory=list)


def asked_filter() -> RecommendationFilter:
    """What the address asks for."""
    shown, kind = request.args.get("show", ""), request.args.get("kind", "")
    return RecommendationFilter(
        year=number_argument("year"),
        shown=next((one for one in Shown if one.value == shown), Shown.ALL),
        kind=next((one for one in RecommendationKind if one.value == kind), None),
        unit_id=number_argument("unit"),
        plan_id=number_argument("plan"),
        text=text_argument("text"),
    )


def state_of(row: Recommendation) -> tuple[str, str]:
    """The tone and the word of where a recommendation stands."""
    if row.withdrawn_at is not None:
        return "none", "已撤回"
    if row.adoption is not None:
        return TONES[row.adoption], row.adoption.label
    return ("bad", "逾期未答复") if row.due_on < clock.today() else ("warn", "待答复")


def results_of(session: Session, actor: Actor, plan: Plan, evaluation: SelfEvaluation) -> Results:
    """What was recommended on a self-evaluation, and whether its scan is filed; two queries."""
    is_signed = evaluation.status is Status.APPROVED
    return Results(
        queries.recommendations_of(session, plan),
        is_signed,
        is_signed and plan.id in unfiled_evaluations(session, [plan.id]),
        is_signed and actor.may(Permission.RECOMMEND),
    )


def plan_page(
    found: Evaluated,
    error: InvalidInput | Conflict | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """One plan's recommendations, with a refusal and what was typed where there is one."""
    evaluation = found.evaluation
    is_signed = evaluation is not None and evaluation.status is Status.APPROVED
    return render_template(
        "results/plan.html",
        plan=found.plan,
        evaluation=evaluation,
        is_signed=is_signed,
        rows=queries.recommendations_of(db.session(), found.plan),
        may_recommend=is_signed and current_actor().may(Permission.RECOMMEND),
        **_choices(),
        **_refusal(error, typed),
    )


def recommendation_page(
    row: Recommendation,
    error: InvalidInput | Conflict | None = None,
    part: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    """One recommendation; `part` is which of its forms was refused."""
    actor, is_standing = current_actor(), row.withdrawn_at is None
    may_act = is_standing and actor.may(Permission.ANSWER) and actor.id != row.made_by_id
    return render_template(
        "results/show.html",
        row=row,
        history=_history(queries.history_of(db.session(), row)),
        state=state_of(row),
        part=part,
        may_change=is_standing and row.adoption is None and is_own_side(actor, row),
        may_answer=may_act,
        may_report=may_act and row.adoption in {Adoption.ADOPTED, Adoption.PARTLY},
        stored={"amount": write_wan(row.amount)},
        **_choices(),
        **_refusal(error, typed),
    )


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "kinds": [(one.value, one.label) for one in RecommendationKind],
        "consequences": [(one.value, one.label) for one in BudgetConsequence],
        "adoptions": [(one.value, one.label) for one in Adoption],
    }


def _refusal(
    error: InvalidInput | Conflict | None, typed: Mapping[str, str] | None
) -> dict[str, object]:
    return {
        "message": str(error) if error else "",
        "errors": error.fields if isinstance(error, InvalidInput) else {},
        "typed": {name: without_controls(text) for name, text in (typed or {}).items()},
    }


def _history(entries: Sequence[LedgerEntry]) -> list[Step]:
    steps = []
    for entry in entries:
        step = Step(entry.at, entry.actor_name, ACTIONS.get(entry.action, entry.action))
        for key, (old, new) in entry.changes.items():
            if is_told(entry.subject, key):
                before, after = (
                    None if text is None else value_text(entry.subject, key, text)
                    for text in (old, new)
                )
                step.changes.append((column_word(entry.subject, key), before, after))
        steps.append(step)
    return steps
