"""Who changed what, when, from what to what: the ledger as sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf.core.permissions import Actor, Permission
from perf.extensions import db
from perf.models import LedgerEntry, Plan
from perf.queries.ledger import PEOPLE, LedgerFilter, LedgerPage, ledger_page
from perf.queries.visible import plan_visible_to
from perf.web.ledger_words import (
    ACTIONS,
    FIRST,
    SUBJECTS,
    column_word,
    is_default,
    is_told,
    value_text,
)
from perf.web.listing import day_argument, number_argument, text_argument
from perf.web.security import current_actor, requires

blueprint = Blueprint("ledger", __name__)
# Longer texts would push everything else off the page; the whole opens in place.
LONG_TEXT = 60


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One column's change in words; `is_new` where there was nothing before."""

    label: str
    old: str
    new: str
    is_new: bool

    @property
    def is_long(self) -> bool:
        """Whether it wants to be folded."""
        return len(self.old) + len(self.new) > LONG_TEXT * 2


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """One entry in words."""

    at: datetime
    person: str
    unit: str
    action: str
    subject: str
    name: str
    reason: str
    changes: list[ToldChange]
    plan_id: int | None


@blueprint.get("/ledger")
@requires(Permission.READ_LEDGER)
def index() -> ResponseReturnValue:
    """The ledger, newest first, of what lies within sight."""
    actor = current_actor()
    wanted = LedgerFilter(
        plan_id=number_argument("plan"),
        unit=text_argument("unit") if actor.may(Permission.READ_ALL_UNITS) else "",
        person=text_argument("person"),
        since=day_argument("since"),
        until=day_argument("until"),
    )
    plan = _plan_asked_for(actor, wanted.plan_id)
    page = ledger_page(db.session(), actor, wanted, number_argument("before"))
    kept: dict[str, Any] = {
        key: value for key, value in request.args.items() if key != "before" and value
    }
    return render_template(
        "ledger/index.html",
        entries=[told_entry(entry, page) for entry in page.entries],
        wanted=wanted,
        plan=plan,
        sees_all=actor.may(Permission.READ_ALL_UNITS),
        older_url=page.older_before and url_for(".index", **kept, before=page.older_before),
        newest_url=url_for(".index", **kept) if "before" in request.args else "",
        is_filtered=bool(kept),
    )


def _plan_asked_for(actor: Actor, plan_id: int | None) -> Plan | None:
    """The plan by which the ledger is filtered; a deleted one is none, its entries still show."""
    exists = plan_id is not None and db.session.get(Plan, plan_id) is not None
    return plan_visible_to(db.session(), actor, plan_id) if exists and plan_id else None


def told_entry(entry: LedgerEntry, page: LedgerPage) -> ToldEntry:
    """The entry in words; `page` names what it refers to."""
    changes = [
        _told_change(entry.subject, key, old, new, page)
        for key, (old, new) in sorted(entry.changes.items(), key=lambda one: one[0] not in FIRST)
        if is_told(entry.subject, key) and not is_default(entry.subject, key, old, new)
    ]
    return ToldEntry(
        at=entry.at,
        person=entry.actor_name,
        unit=page.units.get(entry.unit_id or 0, "系统"),
        action=ACTIONS.get(entry.action, entry.action),
        subject=SUBJECTS.get(entry.subject, entry.subject),
        name=entry.subject_name,
        reason=entry.reason,
        changes=changes,
        plan_id=entry.plan_id,
    )


def _told_change(
    subject: str, key: str, old: str | None, new: str | None, page: LedgerPage
) -> ToldChange:
    names = {"unit_id": page.units} | dict.fromkeys(PEOPLE, page.people)

    def told(side: str | None) -> str:
        if key in names and side is not None and side.isdigit():
            return names[key].get(int(side), side)
        return value_text(subject, key, side)

    return ToldChange(column_word(subject, key), told(old), told(new), old is None)
