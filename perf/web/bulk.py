"""Approving many clean things together: what may be, what will be, and what became of each."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from perf import clock
from perf.core.errors import InvalidInput, PerfError
from perf.core.permissions import Permission
from perf.database import begin_writing
from perf.extensions import db
from perf.queries.clean import item_in_sight, waiting_items
from perf.queries.items import Item, ItemKind
from perf.queries.pages import PAGE_SIZE
from perf.queries.review import count_waiting, waiting_page
from perf.services.bulk_approval import approve_clean, judge_items
from perf.web.items import item_url
from perf.web.listing import page_number, page_url
from perf.web.security import current_actor, requires

blueprint = Blueprint("bulk", __name__)
_KINDS = {kind.value: kind for kind in ItemKind}
_LONGEST_NUMBER = 10
_BUSY = "系统正忙，这一项没有办理。请稍后从审核页面重试。"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that was ticked: what, and in which version it was shown."""

    kind: ItemKind
    subject_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing: `sentence` says why it was left; None where it is out of sight."""

    item: Item | None
    sentence: str = ""


@blueprint.get("/review/bulk")
@requires(Permission.REVIEW)
def index() -> ResponseReturnValue:
    """What waits, with why each may not be approved together with others."""
    actor, session = current_actor(), db.session()
    total = sum(count_waiting(session, actor).values())
    page = waiting_page(session, actor, list(ItemKind), page_number(), total)
    judged = judge_items(session, actor, page.rows)
    return render_template(
        "review/bulk.html",
        page=page,
        judged=judged,
        clean=sum(not one.reasons for one in judged),
        ticks_all="all" in request.args,
        page_url=page_url(),
        item_url=item_url,
        today=clock.today(),
    )


@blueprint.get("/review/bulk/confirm")
@requires(Permission.REVIEW)
def confirm() -> ResponseReturnValue:
    """What is about to be approved; nothing is done yet."""
    actor, session = current_actor(), db.session()
    chosen = _chosen(request.args.getlist("item"))
    if not chosen:
        return redirect(url_for("bulk.index"))
    items = waiting_items(session, actor, [(one.kind, one.subject_id) for one in chosen])
    judged = judge_items(session, actor, items)
    seen = {(one.kind, one.subject_id): one.version for one in chosen}
    return render_template(
        "review/bulk_confirm.html",
        ready=[one for one in judged if not one.reasons and one.version == seen[one.key]],
        left=[one for one in judged if one.reasons or one.version != seen[one.key]],
        gone=len(chosen) - len(judged),
        item_url=item_url,
    )


@blueprint.post("/review/bulk")
@requires(Permission.REVIEW, slow=True)
def approve() -> ResponseReturnValue:
    """Approve what was confirmed, each in a transaction of its own, and say what became of it."""
    chosen = _chosen(request.form.getlist("item"))
    if not chosen:
        raise InvalidInput("没有勾选要通过的内容。请返回勾选后再确认。")
    outcomes = [_approve_one(one) for one in chosen]
    return render_template(
        "review/bulk_result.html",
        outcomes=outcomes,
        done=sum(not one.sentence for one in outcomes),
        item_url=item_url,
    )


def _approve_one(one: Chosen) -> Outcome:
    """One approval from beginning to commit: what is refused leaves the others as they are."""
    session, actor = db.session(), current_actor()
    begin_writing(session)
    item = item_in_sight(session, actor, one.kind, one.subject_id)
    if item is None:
        return Outcome(None, "没有找到，或者不在您的查看范围内。")
    try:
        approve_clean(session, actor, item, one.version)
        session.commit()
    except PerfError as error:
        session.rollback()
        return Outcome(item, str(error))
    except (StaleDataError, IntegrityError, OperationalError):
        session.rollback()
        return Outcome(item, _BUSY)
    return Outcome(item)


def _chosen(values: list[str]) -> list[Chosen]:
    """What was ticked (`quarter-12-3`: kind, id, version), each once; what is none is left out."""
    found: dict[tuple[ItemKind, int], Chosen] = {}
    for value in values[:PAGE_SIZE]:
        kind, *numbers = value.split("-")
        if kind in _KINDS and len(numbers) == 2 and all(map(_is_number, numbers)):
            one = Chosen(_KINDS[kind], int(numbers[0]), int(numbers[1]))
            found.setdefault((one.kind, one.subject_id), one)
    return list(found.values())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER
