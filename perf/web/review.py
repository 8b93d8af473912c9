"""The reviewer's queue, and what the panel on every reviewed page needs."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.permissions import Permission
from perf.extensions import db
from perf.queries.items import ItemKind
from perf.queries.review import count_waiting, decided_items, waiting_page
from perf.services.snapshots import Subject
from perf.web.decisions import Decision, step_urls, why_not_yours
from perf.web.desks import tone_of
from perf.web.items import item_url, review_standing
from perf.web.listing import page_number, page_url
from perf.web.security import current_actor, requires

blueprint = Blueprint("review", __name__)
blueprint.add_app_template_global(Decision, "blank_decision")
blueprint.add_app_template_global(step_urls, "step_urls")
blueprint.add_app_template_filter(tone_of, "thread_tone")


@blueprint.app_template_global("why_not_yours")
def _why_not_yours(subject: Subject | None) -> str:
    return why_not_yours(subject, current_actor())


@dataclass(frozen=True, slots=True)
class Tab:
    """One choice of kinds above the queue; `count` is what waits there."""

    label: str
    key: str
    count: int


@blueprint.get("/review")
@requires(Permission.REVIEW)
def queue() -> ResponseReturnValue:
    """Everything that waits for this reviewer, or what was decided last."""
    actor, session = current_actor(), db.session()
    kind = next((one for one in ItemKind if one.value == request.args.get("kind")), None)
    kinds = [kind] if kind else list(ItemKind)
    is_done = request.args.get("done") == "1"
    counts = count_waiting(session, actor)
    tabs = [Tab("全部", "", sum(counts.values()))]
    tabs += [Tab(one.label, one.value, count) for one, count in counts.items()]
    total = sum(counts[one] for one in kinds)
    return render_template(
        "review/queue.html",
        page=None if is_done else waiting_page(session, actor, kinds, page_number(), total),
        decided=decided_items(session, actor, kinds) if is_done else [],
        is_done=is_done,
        kind=kind.value if kind else "",
        tabs=tabs,
        waiting=sum(counts.values()),
        page_url=page_url(),
        item_url=item_url,
        standing=lambda item: review_standing(item, clock.today()),
    )
