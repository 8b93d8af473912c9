"""What the report (绩效自评报告) of a self-evaluation is written from, as plain data."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from perf import clock
from perf.core.findings import Severity
from perf.core.numbers import format_fixed, format_number
from perf.core.periods import parse_period
from perf.core.permissions import Actor
from perf.core.rulepack import Certainty
from perf.core.terms import Action, PlanKind, Status
from perf.core.workflow import HANDED_IN
from perf.models import (
    Indicator,
    Plan,
    Recommendation,
    Rectification,
    SelfEvaluation,
    TargetRevision,
)
from perf.queries.last_year import by_key
from perf.queries.packs import find_pack
from perf.queries.recommendations import recommendations_of
from perf.queries.report import (
    LastYear,
    Reported,
    approved_revisions,
    rectifications_of,
    reported_quarters,
    signed_last_year,
)
from perf.queries.summary import summary_records
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.plan_checks import checks_of_plan

_OF_LAST_YEAR = ("target", "actual", "is_not_applicable", "weight", "points")


def report_record(
    session: Session, actor: Actor, plan: Plan, evaluation: SelfEvaluation
) -> dict[str, Any]:
    """Everything that the report tells; numbers as exact plain text, days as dates.

    `data` is the self-evaluation's own record: what was signed where it is signed. Beside it
    stand the pack's source, the steps of the quarters, the targets as numbers by indicator, what
    a careful reader notices in the plan, its target revisions, a department's projects, what was
    done about indicators that lagged, and what was signed the year before within the actor's
    sight. How many queries that takes does not depend on how long the plan is.
    """
    shown = show_self_evaluation(session, evaluation)
    data = shown.content["data"]
    return {
        "data": data,
        "is_draft": shown.is_draft,
        "submitted_by": shown.submitted_by,
        "submitted_at": shown.submitted_at,
        "approved_by": shown.approved_by,
        "approved_at": shown.approved_at,
        "pack": _pack(session, data),
        "quarters": [_quarter(one) for one in reported_quarters(session, plan)],
        "targets": {one.id: _target(one) for one in plan.indicators},
        "findings": [
            one.finding.message
            for one in checks_of_plan(session, actor, plan)
            if one.finding.severity is not Severity.INFO
        ],
        "revisions": [_revision(one) for one in approved_revisions(session, plan)],
        "projects": _projects(session, actor, plan),
        "recommendations": [
            _recommendation(one)
            for one in recommendations_of(session, plan)
            if one.withdrawn_at is None
        ],
        "rectifications": [_rectification(one) for one in rectifications_of(session, plan)],
        "last_year": _last_year(signed_last_year(session, actor, plan), plan),
    }


def _pack(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule pack's source, its bounds of the ratings, and how sure its rules are."""
    pack = find_pack(session, data["pack_id"], int(data["pack_version"]))
    rules = list(pack.rules())
    return {
        "name": pack.name,
        "label": pack.label,
        "document": pack.document,
        "recalled": [one.title for one in rules if one.certainty is Certainty.RECALLED],
        "decided": [one.title for one in rules if one.certainty is Certainty.DECIDED],
        "rating": [
            format_number(bound)
            for bound in (
                pack.rating.excellent_from,
                pack.rating.good_from,
                pack.rating.fair_from,
            )
        ],
    }


def _quarter(reported: Reported) -> dict[str, Any]:
    """A quarter's state; who handed it in first and last, who approved it, how often it went back.

    Names are the ledger's, so that a renamed user changes no report.
    """
    submission = reported.submission
    found: dict[str, Any] = {
        "name": parse_period(reported.period.code).name,
        "due_on": reported.period.due_on,
        "status": submission.status.label if submission else None,
        "returns": 0,
    }
    if submission is None:
        return found
    handed_in = [one for one in reported.steps if one.action == Action.SUBMIT.value]
    found["returns"] = sum(one.action == Action.RETURN.value for one in reported.steps)
    found["is_late"] = bool(handed_in) and (
        clock.local(handed_in[0].at).date() > reported.period.due_on
    )
    if submission.status in HANDED_IN:
        found["submitted_by"] = handed_in[-1].actor_name if handed_in else ""
        found["submitted_at"] = submission.submitted_at
    if submission.status is Status.APPROVED:
        approved = [one for one in reported.steps if one.action == Action.APPROVE.value]
        found["approved_by"] = approved[-1].actor_name if approved else ""
        found["approved_at"] = submission.decided_at
    return found


def _target(indicator: Indicator) -> dict[str, str | bool | None]:
    """A target as numbers, for pictures; `value` is None where it is none."""
    value, upper = indicator.target.value, indicator.target.upper
    sense = indicator.target.sense
    return {
        "unit": indicator.target_unit or "",
        "value": format_number(value) if isinstance(value, Decimal) else None,
        "upper": format_number(upper) if isinstance(upper, Decimal) else None,
        "comparator": indicator.comparator.value,
        "sense": sense.value if sense else None,
        "is_lowered_late": indicator.is_lowered_late,
    }


def _revision(row: TargetRevision) -> dict[str, Any]:
    return {
        "document": row.document,
        "dated_on": row.dated_on,
        "reason": row.reason,
        "targets": [
            {
                "name": one.indicator.name,
                "old": one.old.text,
                "new": one.new.text,
                "change": one.change.label,
            }
            for one in row.targets
        ],
    }


def _projects(session: Session, actor: Actor, plan: Plan) -> list[dict[str, Any]]:
    """The results of the department's projects as the year's summary lists them; of no project."""
    if plan.kind is not PlanKind.DEPARTMENT:
        return []
    return [
        {
            "name": one["name"],
            "adjusted": _text(one["adjusted"]),
            "executed": _text(one.get("executed")),
            "total": _text(one.get("total")),
            "rating": one["rating"].label if one.get("rating") else "",
            "status": one["status"].label if one.get("status") else None,
        }
        for one in summary_records(session, actor, plan.year, unit_id=plan.unit_id)
        if one["kind"] is PlanKind.PROJECT
    ]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_number(value)


def _rectification(row: Rectification) -> dict[str, Any]:
    return {
        "name": row.indicator.name,
        "quarter": parse_period(row.submission.period.code).name,
        "light": row.light.label,
        "state": row.state.label,
        "owner": row.owner.display_name,
        "due_on": row.due_on,
        "measure": row.measure,
        "outcome": row.outcome,
    }


def _recommendation(row: Recommendation) -> dict[str, Any]:
    """What was recommended as of now: the kind, the budget's words, the answer and the outcome."""
    amount = None if row.amount is None else format_fixed(row.amount.scaleb(-4))
    return {
        "kind": row.kind.label,
        "text": row.text,
        "budget": row.consequence.label if row.consequence else "",
        "amount": amount,
        "adoption": row.adoption.label if row.adoption else "",
        "reason": row.reason,
        "measure": row.measure,
        "measure_on": row.measure_on,
        "answered_at": row.answered_at,
        "outcome": row.outcome,
        "outcome_on": row.outcome_on,
    }


def _last_year(found: LastYear | None, plan: Plan) -> dict[str, Any] | None:
    """The year before: total, rating, points by class, and the rows by this year's indicators."""
    if found is None:
        return None
    classes: dict[str, list[str | None]] = {}
    for row in found.data["rows"]:
        classes.setdefault(row["level1"], []).append(
            "0" if row["is_not_applicable"] else row["points"]
        )
    return {
        "year": plan.year - 1,
        "total": found.data["total"],
        "rating": found.data["rating"],
        "pack_label": f"{found.data['pack_id']} 第 {found.data['pack_version']} 版",
        "classes": classes,
        "rows": {
            one.id: {name: found.rows[key][name] for name in _OF_LAST_YEAR}
            for key, one in by_key(plan.indicators).items()
            if key in found.rows
        },
    }
