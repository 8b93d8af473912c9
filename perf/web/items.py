"""How items look in lists: where they lead, and their due day in words."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import url_for

from perf.core.review_days import review_words
from perf.models import Plan, PlanEnding, SelfEvaluation, Submission, TargetRevision
from perf.queries.items import Item, ItemKind
from perf.services.review_days import review_due
from perf.services.snapshots import Subject

SOON = 3


def item_url(item: Item, indicator_id: int | None = None) -> str:
    """The page where an item is worked on, at one indicator's row where that is given."""
    if item.kind is ItemKind.REVISION:
        page = url_for("revisions.show", revision_id=item.subject_id)
    elif item.kind is ItemKind.ENDING:
        page = url_for("endings.show", ending_id=item.subject_id)
    elif item.kind is ItemKind.QUARTER:
        page = url_for("reports.show", plan_id=item.plan_id, code=item.period_code)
    else:
        endpoint = "plans.show" if item.kind is ItemKind.PLAN else "evaluations.show"
        page = url_for(endpoint, plan_id=item.plan_id)
    return page if indicator_id is None else f"{page}#row-{indicator_id}"


def subject_url(subject: Subject, *, anchor: str = "", **values: str) -> str:
    """The page of a plan, revision, ending, quarter or self-evaluation, at a place of it."""
    more: dict[str, Any] = {**values, "_anchor": anchor or None}
    match subject:
        case Plan():
            return url_for("plans.show", plan_id=subject.id, **more)
        case Submission():
            code = subject.period.code
            return url_for("reports.show", plan_id=subject.plan_id, code=code, **more)
        case TargetRevision():
            return url_for("revisions.show", revision_id=subject.id, **more)
        case PlanEnding():
            return url_for("endings.show", ending_id=subject.id, **more)
        case SelfEvaluation():
            return url_for("evaluations.show", plan_id=subject.plan_id, **more)


def due_words(due_on: date, today: date) -> tuple[str, str]:
    """How long there is still, as a tone and words (还有 6 天, 今天到期, 已逾期 3 天)."""
    left = (due_on - today).days
    if left < 0:
        return "bad", f"已逾期 {-left} 天"
    if left == 0:
        return "warn", "今天到期"
    return ("warn" if left <= SOON else "none"), f"还有 {left} 天"


def review_standing(item: Item, today: date) -> tuple[str, str, date] | None:
    """How a review stands beside its due day: tone, words and the day; None where none waits."""
    due_on = review_due(item)
    if due_on is None:
        return None
    left = (due_on - today).days
    tone = "bad" if left < 0 else "warn" if left == 0 else "none"
    return tone, review_words(due_on, today), due_on


def wording_of_due(today: date) -> Callable[[date | None], tuple[str, str] | None]:
    """`due_words` as of one day, for a template; None for what has no due day."""
    return lambda due_on: None if due_on is None else due_words(due_on, today)
