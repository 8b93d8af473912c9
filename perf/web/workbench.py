"""The first page of everybody: what is to be done, or how the units stand."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf import clock
from perf.core.permissions import Actor, Permission
from perf.core.terms import Status
from perf.extensions import db
from perf.models import FiscalYear
from perf.queries import organisation, workbench
from perf.queries.collection import own_shares
from perf.queries.delegations import standing_of_person
from perf.queries.items import Item, ItemKind
from perf.queries.ledger import LedgerMark, ledger_mark
from perf.queries.lights import lagging_counts
from perf.queries.recommendations import RecommendationFilter, count_recommendations
from perf.queries.rectifications import count_rectifications
from perf.queries.review import LateUnit, decided_items, late_reviews
from perf.queries.totals import totals_of
from perf.queries.workbench import Said
from perf.services.review_days import overdue_before, review_due
from perf.web.forecast import likely_misses
from perf.web.grid_reading import TONE_OF_LIGHT
from perf.web.items import due_words, item_url, review_standing, wording_of_due
from perf.web.past_day import is_past
from perf.web.security import current_actor, requires

blueprint = Blueprint("workbench", __name__)
RECENT = 6
WORST = 3
SHOWN = 50
# How many users' pages are remembered at most, in this process.
REMEMBERED = 2000
_FAR = date.max


@dataclass(frozen=True, slots=True)
class Task:
    """One line of what is to be done: where it stands, what to do next, and when it is due."""

    item: Item
    state: str
    tone: str
    next: str
    due: tuple[str, str] | None
    said: list[Said]


@blueprint.get("/")
@requires(Permission.READ)
def home() -> ResponseReturnValue:
    """The page that answers what to do now."""
    actor = current_actor()
    if actor.unit_id is not None:
        return _for_unit(actor, actor.unit_id)
    if actor.may(Permission.ADMINISTER):
        return _for_administrators()
    return _for_readers(actor)


def _for_unit(actor: Actor, unit_id: int) -> ResponseReturnValue:
    """The page of who works in one unit; read anew only where the ledger has moved since."""
    mark = ledger_mark(db.session(), unit_id)
    # Whoever reviews for somebody else has their own figures to report as before.
    gather = _for_staff if actor.may(Permission.RECORD) else _for_reviewers
    # A past day is another database, which the mark does not tell apart.
    read = gather.__wrapped__ if is_past() else gather
    template, values = read(actor, clock.today(), mark)
    return render_template(template, item_url=item_url, **values)


@lru_cache(maxsize=REMEMBERED)
def _for_staff(actor: Actor, today: date, _mark: LedgerMark) -> tuple[str, dict[str, Any]]:
    session = db.session()
    items = workbench.outstanding_items(session, actor, today)
    remarks = workbench.open_remarks(session, items)
    recent = decided_items(session, actor, list(ItemKind), RECENT)
    waiting = [item for item in items if item.status is Status.SUBMITTED]
    tasks = [
        _task(item, today, remarks.get((item.kind, item.subject_id or 0), []))
        for item in sorted(items, key=_urgency)
        if item.status is not Status.SUBMITTED
    ]
    done = [item for item in recent if item.status is Status.APPROVED]
    return "workbench/staff.html", {
        "tasks": tasks[:SHOWN],
        "total": len(tasks),
        "returned": sum(task.item.is_returned for task in tasks),
        "overdue": sum(task.due is not None and task.due[0] == "bad" for task in tasks),
        "waiting": sorted(waiting, key=_handed_in)[:SHOWN],
        "waiting_total": len(waiting),
        "asked": workbench.unanswered_counts(session, waiting),
        "done": done,
        "standing": lambda item: review_standing(item, today),
        "rectifications": count_rectifications(session, actor, today),
        "recommendations": count_recommendations(session, actor, RecommendationFilter(), today),
        "shares": own_shares(session, actor, today) if actor.office_id else [],
        "away": standing_of_person(session, actor, today) if actor.for_id else None,
        "to_review": sum(item.submitted_by_id != actor.id for item in waiting),
        "unit_id": actor.unit_id,
        "is_empty": not (items or recent),
    }


@lru_cache(maxsize=REMEMBERED)
def _for_reviewers(actor: Actor, today: date, _mark: LedgerMark) -> tuple[str, dict[str, Any]]:
    session = db.session()
    items = workbench.outstanding_items(session, actor, today)
    waiting = sorted((item for item in items if item.status is Status.SUBMITTED), key=_handed_in)
    mine = [item for item in waiting if item.submitted_by_id != actor.id]
    missing = sorted((item for item in items if item.status is not Status.SUBMITTED), key=_urgency)
    quarters = [one.subject_id for one in mine[:SHOWN] if one.kind is ItemKind.QUARTER]
    return "workbench/supervisor.html", {
        "unit_id": actor.unit_id,
        "waiting": mine[:SHOWN],
        "lights": lagging_counts(session, [one for one in quarters if one is not None]),
        "light_tones": TONE_OF_LIGHT,
        "total": len(mine),
        "own": len(waiting) - len(mine),
        "missing": [_task(item, today, []) for item in missing[:SHOWN]],
        "missing_total": len(missing),
        "overdue": sum(item.due_on is not None and item.due_on < today for item in missing),
        "recent": decided_items(session, actor, list(ItemKind), RECENT),
        "rectifications": count_rectifications(session, actor, today),
        "recommendations": count_recommendations(session, actor, RecommendationFilter(), today),
        "misses": likely_misses(session, actor, today, WORST),
        "standing": lambda item: review_standing(item, today),
        "late": sum((review_due(item) or _FAR) < today for item in mine),
    }


def forget() -> None:
    """Forget every remembered page, for a database that was changed behind the ledger's back."""
    _for_staff.cache_clear()
    _for_reviewers.cache_clear()


def _for_readers(actor: Actor) -> ResponseReturnValue:
    session, today = db.session(), clock.today()
    year = organisation.year_in_focus(session, today)
    return render_template(
        "workbench/totals.html",
        totals=totals_of(session, actor, year) if year else None,
        recommendations=count_recommendations(session, actor, RecommendationFilter(), today),
        late=_late_reviews(session, actor, year, today) if year else [],
        may_remind=actor.may(Permission.REMIND),
        due=wording_of_due(today),
    )


def _late_reviews(session: Session, actor: Actor, year: int, today: date) -> list[LateUnit]:
    """The units with reviews that are overdue, the longest waiting first."""
    pinned = session.get(FiscalYear, year)
    if pinned is None:
        return []
    return late_reviews(session, actor, year, overdue_before(pinned, today))


def _for_administrators() -> ResponseReturnValue:
    today = clock.today()
    setup = workbench.setup_of(db.session(), today)
    return render_template(
        "workbench/admin.html", setup=setup, gaps=_gaps(setup, today), due=wording_of_due(today)
    )


def _gaps(setup: workbench.Setup, today: date) -> list[tuple[str, str, str]]:
    """What an administrator still has to set up: a sentence, an address and what it does."""
    gaps = []
    if not setup.years:
        gaps.append(("还没有年度，单位不能建立绩效目标。", url_for("admin.years"), "建立年度"))
    elif today.year not in setup.years:
        text = f"还没有 {today.year} 年度。"
        gaps.append((text, url_for("admin.years"), "建立年度"))
    if not setup.units:
        gaps.append(("还没有预算单位。", url_for("admin.units"), "新建单位"))
    if setup.without_staff:
        text = f"{setup.without_staff} 个单位没有填报人，没有人能填报。"
        gaps.append((text, url_for("admin.users"), "新建用户"))
    if setup.without_supervisor:
        text = f"{setup.without_supervisor} 个单位没有审核人，提交的内容没有人审核。"
        gaps.append((text, url_for("admin.users"), "新建用户"))
    return gaps


def _task(item: Item, today: date, said: list[Said]) -> Task:
    due = None if item.due_on is None else due_words(item.due_on, today)
    state, tone, following = _standing(item)
    return Task(item, state, tone, following, due, said)


def _standing(item: Item) -> tuple[str, str, str]:
    """Where it stands, in which tone, and what its recorder does next."""
    if item.is_returned and item.is_locked:
        return "本期已锁定", "none", "请管理员解锁"
    match item.status:
        case Status.RETURNED:
            return Status.RETURNED.label, "bad", "修改后再提交"
        case Status.REOPENED:
            return Status.REOPENED.label, "warn", "更正后再提交"
        case Status.DRAFT if item.kind in {ItemKind.REVISION, ItemKind.ENDING}:
            return Status.DRAFT.label, "none", "核对并提交"
        case Status.DRAFT if item.kind is ItemKind.PLAN and not item.total:
            return "没有指标", "none", "填写指标"
        case Status.DRAFT:
            is_filled = item.kind is ItemKind.QUARTER and item.done == item.total
            return _progress(item), "none", "核对并提交" if is_filled else "继续填写"
    if item.kind is ItemKind.SELF_EVALUATION:
        return "未开始", "none", "开始自评"
    return "未填报", "none", "开始填报"


def _progress(item: Item) -> str:
    if item.kind is ItemKind.PLAN:
        return f"草稿 · {item.total} 项指标"
    if item.kind is ItemKind.SELF_EVALUATION:
        return f"草稿 · 原因 {item.done}/{item.total}" if item.total else "草稿"
    return f"草稿 · 已填 {item.done}/{item.total}"


def _urgency(item: Item) -> tuple[bool, date, str, str]:
    """What was sent back first, then by the due day; without one at the end."""
    return not item.is_returned, item.due_on or _FAR, item.plan_name, item.kind.value


def _handed_in(item: Item) -> tuple[str, int]:
    return item.submitted_at.isoformat() if item.submitted_at else "", item.plan_id
