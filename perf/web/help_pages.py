"""帮助: guides to the forms, a first day for each role, the findings explained, and the terms."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from perf.core.errors import NotFound
from perf.core.permissions import Permission
from perf.core.terms import Role
from perf.web.security import current_actor, requires

blueprint = Blueprint("help", __name__)
TEXTS = Path(__file__).parent / "help_texts"
LABEL = re.compile("「([^」]*)」")
# Where findings are told, and so the pages of their explanations; the first that has a code wins.
PARTS = {"plan": "绩效目标", "document": "导入的文件", "form": "复核的自评表"}
# The guide to a page, by its endpoint or else by its blueprint.
GUIDES = {
    "plans": "objectives",
    "revisions": "objectives",
    "endings": "objectives",
    "successors": "objectives",
    "reports": "quarter",
    "grid": "quarter",
    "panel": "quarter",
    "lists": "quarter",
    "evidence": "quarter",
    "quarter_sheets": "quarter",
    "rectifications": "monitoring",
    "recommendations": "results",
    "signed_copies": "results",
    "forecast": "monitoring",
    "reminders": "monitoring",
    "evaluations": "self-evaluation",
    "review": "review",
    "bulk": "review",
    "imports": "import",
    "archives": "archives",
    "people": "people",
    "units": "archives",
    "over_units": "archives",
    "recheck": "recheck",
    "ledger": "administration",
    "past": "administration",
    "admin": "administration",
    "api": "administration",
}
# What a reviewer opens to decide on is explained by the guide to reviewing.
REVIEWED = frozenset({"plans", "revisions", "endings", "reports", "panel", "evaluations"})


@cache
def texts(name: str) -> dict[str, Any]:
    """What `help_texts/<name>.toml` says, in its order; words in 「」 are those of a button."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


@blueprint.get("/help")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """All guides, and the ways to the other helps."""
    return render_template("help/index.html", guides=texts("guides"), parts=PARTS)


@blueprint.get("/help/guides/<guide_name>")
@requires(Permission.READ)
def guide(guide_name: str) -> ResponseReturnValue:
    """One guide, to be read in two minutes."""
    guides = texts("guides")
    if guide_name not in guides:
        raise NotFound("没有这篇指南。请从“帮助”页选择。")
    return render_template(
        "help/guide.html", guide=guides[guide_name], guides=guides, name=guide_name
    )


@blueprint.get("/help/first-day")
@requires(Permission.READ)
def first_day() -> ResponseReturnValue:
    """The first day of one role on the sample; one's own unless another is asked for."""
    asked = request.args.get("role", "")
    role: Role = {one.value: one for one in Role}.get(asked, current_user.actor.role)
    return render_template(
        "help/first_day.html", day=texts("first-day")[role], role=role, roles=Role
    )


@blueprint.get("/help/findings/<any(plan, document, form):part>")
@requires(Permission.READ)
def findings(part: str) -> ResponseReturnValue:
    """What each finding of one part means and what is to be done, with an anchor for each code."""
    return render_template(
        "help/findings.html", part=part, parts=PARTS, findings=texts(f"findings-{part}")
    )


@blueprint.get("/help/glossary")
@requires(Permission.READ)
def glossary() -> ResponseReturnValue:
    """The terms that hold what is looked for, in their name or their meaning."""
    wanted = request.args.get("q", "").strip()
    terms = {
        term: meaning
        for term, meaning in texts("glossary").items()
        if wanted.casefold() in f"{term} {meaning}".casefold()
    }
    # A term that is named so comes before those that only speak of it.
    ordered = sorted(terms, key=lambda term: wanted not in term)
    return render_template(
        "help/glossary.html", terms={term: terms[term] for term in ordered}, wanted=wanted
    )


@blueprint.app_template_global()
def finding_explained(code: str, part: str = "plan") -> tuple[str, str] | None:
    """Where a code is explained and its name there, looked for in this part first.

    None for a code that no part has.
    """
    for each in (part, *PARTS):
        found = texts(f"findings-{each}").get(code)
        if found:
            return url_for("help.findings", part=each, _anchor=code), found["name"]
    return None


@blueprint.app_template_filter()
def pieces(text: str) -> list[str]:
    """The text in pieces: the words of buttons, and before, between and after them the others."""
    return LABEL.split(text)


def _guide_url() -> str:
    """The guide to the page that is shown, or all of them where it has none."""
    endpoint = request.endpoint or ""
    place = endpoint.partition(".")[0]
    name = "packs" if endpoint.startswith("admin.") and "pack" in endpoint else GUIDES.get(place)
    if place in REVIEWED and current_actor().may(Permission.REVIEW):
        name = "review"
    if endpoint == "workbench.home":
        return url_for("help.first_day")
    return url_for("help.guide", guide_name=name) if name else url_for("help.index")


@blueprint.app_context_processor
def _help_of_page() -> dict[str, str]:
    """`help_url` for the head of every page of a signed-in user."""
    if g.get("is_without_database") or not current_user.is_authenticated:
        return {}
    return {"help_url": _guide_url()}
