"""How values look on a page, and what every page carries: navigation and the signed-in user."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, g, request, url_for
from flask_login import current_user

from perf import clock
from perf.core.findings import Severity
from perf.core.numbers import format_fixed, format_number, round_half_up
from perf.core.page_reference import first_page
from perf.core.permissions import Actor, Permission
from perf.core.terms import Status
from perf.documents.forms import FORMATS
from perf.documents.report import REPORT_FORMATS
from perf.extensions import db
from perf.queries.review import count_waiting

BLANK = "—"
TONE_OF_STATUS = {
    Status.DRAFT: "none",
    Status.SUBMITTED: "warn",
    Status.RETURNED: "bad",
    Status.APPROVED: "ok",
    Status.REOPENED: "warn",
}
TONE_OF_SEVERITY = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "none"}


@dataclass(frozen=True, slots=True)
class NavLink:
    """One link of the main navigation."""

    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in user as the page's head shows them."""

    id: int | None
    display_name: str
    role_label: str
    unit_name: str
    unread: int


NAVIGATION: list[tuple[str, str, Permission]] = [
    ("工作台", "workbench.home", Permission.READ),
    ("绩效目标", "plans.index", Permission.READ),
    ("审核", "review.queue", Permission.REVIEW),
    ("整改", "rectifications.index", Permission.READ),
    ("自评", "evaluations.index", Permission.READ),
    ("结果应用", "recommendations.index", Permission.READ),
    ("复核", "recheck.index", Permission.READ),
    ("单位", "units.index", Permission.READ_ALL_UNITS),
    ("导入", "imports.new", Permission.IMPORT),
    ("变更记录", "ledger.index", Permission.READ_LEDGER),
    ("管理", "admin.users", Permission.ADMINISTER),
]


def money_wan(yuan: Decimal | None) -> str:
    """元 as 万元 with two decimals; a blank stays a dash."""
    return BLANK if yuan is None else format_fixed(yuan / 10000)


def points(value: Decimal | None) -> str:
    """A weight or a score with two decimals."""
    return BLANK if value is None else format_fixed(value)


def percent(share: Decimal | None, places: int = 2) -> str:
    """A share from 0 to 1 as a percentage; one short of the whole never reads as 100 %.

    0.6567 → 65.67%; 0.99996 → 99.99% rather than 100.00%.
    """
    if share is None:
        return BLANK
    shown = round_half_up(share * 100, places=places)
    if share < 1 and shown >= 100:
        shown = 100 - Decimal(1).scaleb(-places)
    return f"{shown}%"


def number(value: Decimal | None) -> str:
    """A quantity in its shortest notation."""
    return BLANK if value is None else format_number(value)


def file_size(count: int) -> str:
    """A number of bytes in the largest unit that leaves a figure of at least one.

    15 → 15 字节; 1536 → 1.5 KB; 20971520 → 20 MB.
    """
    for size, unit in [(1 << 20, "MB"), (1 << 10, "KB")]:
        if count >= size:
            return f"{format_number(round_half_up(Decimal(count) / size, places=1))} {unit}"
    return f"{count} 字节"


def day(value: date | None) -> str:
    """2022 年 10 月 15 日."""
    return BLANK if value is None else f"{value.year} 年 {value.month} 月 {value.day} 日"


def moment(value: datetime | None) -> str:
    """2022-10-15 14:32, as the clock on the wall shows it."""
    return BLANK if value is None else clock.local(value).strftime("%Y-%m-%d %H:%M")


def page_anchor(reference: str) -> str:
    """What opens a PDF where its page reference says: 第 3—5 页 → #page=3."""
    page = first_page(reference)
    return "" if page is None else f"#page={page}"


def _navigation() -> list[NavLink]:
    if not current_user.is_authenticated:
        return []
    here = (request.endpoint or "").partition(".")[0]
    actor: Actor = current_user.actor
    return [
        NavLink(
            label, url_for(endpoint), endpoint.partition(".")[0] == here, _waiting(actor, endpoint)
        )
        for label, endpoint, permission in NAVIGATION
        if actor.may(permission)
    ]


def _waiting(actor: Actor, endpoint: str) -> int | None:
    """How much waits behind a link of the navigation; one query, for reviewers only."""
    if endpoint != "review.queue":
        return None
    return sum(count_waiting(db.session(), actor).values())


def _page_context() -> dict[str, Any]:
    if g.get("is_without_database"):
        # Who is signed in cannot be asked; the page says what it can without it.
        return {"nav": [], "me": None, "today": clock.today()}
    me = None
    if current_user.is_authenticated:
        actor = current_user.actor
        me = Me(actor.id, actor.name, actor.role.label, current_user.unit_name, current_user.unread)
    return {"nav": _navigation(), "me": me, "today": clock.today()}


def init_app(app: Flask) -> None:
    """Register the filters and the page's context."""
    app.context_processor(_page_context)
    app.jinja_env.filters.update(
        money_wan=money_wan,
        points=points,
        percent=percent,
        number=number,
        file_size=file_size,
        page_anchor=page_anchor,
        day=day,
        moment=moment,
        status_tone=TONE_OF_STATUS.__getitem__,
        severity_tone=TONE_OF_SEVERITY.__getitem__,
    )
    app.jinja_env.globals["form_formats"] = {ending: each.label for ending, each in FORMATS.items()}
    app.jinja_env.globals["report_formats"] = {
        ending: each.label for ending, each in REPORT_FORMATS.items()
    }
