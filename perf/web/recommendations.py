"""结果应用: the list of recommendations, those on one plan, and one that is answered."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from perf import clock
from perf.core.errors import Conflict, InvalidInput
from perf.core.permissions import Permission
from perf.core.terms import RecommendationKind
from perf.extensions import db
from perf.models import Recommendation
from perf.queries import recommendations as queries
from perf.queries.evaluations import (
    Evaluated,
    self_evaluation_to_change,
    self_evaluation_visible_to,
    years_with_plans,
)
from perf.queries.recommendations import (
    recommendation_to_change,
    recommendation_visible_to,
)
from perf.services import recommendations as services
from perf.services.recommendations import AnswerEntry, RecommendationEntry
from perf.web.errors import status_of
from perf.web.grid_form import whole_number
from perf.web.listing import form_text, page_number, page_url
from perf.web.recommendation_pages import (
    SHOWN,
    asked_filter,
    plan_page,
    recommendation_page,
    state_of,
)
from perf.web.security import current_actor, requires

blueprint = Blueprint("recommendations", __name__)
blueprint.add_app_template_global(state_of)


@blueprint.get("/recommendations")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """The recommendations in sight, open ones first, with how many stand where."""
    session, actor, today = db.session(), current_actor(), clock.today()
    wanted = asked_filter()
    asked: dict[str, Any] = {key: text for key, text in request.args.items() if key != "page"}
    counts = queries.count_recommendations(session, actor, wanted, today)
    return render_template(
        "results/index.html",
        page=queries.recommendations_page(session, actor, wanted, today, page_number()),
        counts=counts,
        years=years_with_plans(session, actor),
        wanted=wanted,
        shown=[(one.value, word) for one, word in SHOWN.items()],
        kinds=[(one.value, one.label) for one in RecommendationKind],
        shows_units=actor.may(Permission.READ_ALL_UNITS),
        export_url=url_for("forms.results", **asked),
        page_url=page_url(),
    )


@blueprint.get("/plans/<int:plan_id>/recommendations")
@requires(Permission.READ, self_evaluation_visible_to)
def of_plan(found: Evaluated) -> ResponseReturnValue:
    """What was recommended on one plan's self-evaluation, and the form for one more."""
    return plan_page(found)


@blueprint.post("/plans/<int:plan_id>/recommendations")
@requires(Permission.RECOMMEND, self_evaluation_to_change)
def make(found: Evaluated) -> ResponseReturnValue:
    """Recommend something."""
    plan_id, session, actor = found.plan.id, db.session(), current_actor()
    try:
        if found.evaluation is None:
            raise Conflict("这份绩效目标还没有自评。自评签署以后才能提出评价建议。")
        row = services.make_recommendation(session, actor, found.evaluation, _entry())
    except (InvalidInput, Conflict) as error:
        session.rollback()
        again = self_evaluation_visible_to(session, actor, plan_id)
        return plan_page(again, error, request.form), status_of(error)
    session.commit()
    flash("建议已提出，单位会在工作台看到。", "ok")
    return redirect(url_for("recommendations.show", recommendation_id=row.id))


@blueprint.get("/recommendations/<int:recommendation_id>")
@requires(Permission.READ, recommendation_visible_to)
def show(row: Recommendation) -> ResponseReturnValue:
    """One recommendation with every answer that was given."""
    return recommendation_page(row)


@blueprint.post("/recommendations/<int:recommendation_id>")
@requires(Permission.RECOMMEND, recommendation_to_change)
def change(row: Recommendation) -> ResponseReturnValue:
    """Word it anew, or withdraw it, while it is not answered."""
    key, session, actor, version = row.id, db.session(), current_actor(), _version()
    try:
        if request.form.get("action") == "withdraw":
            reason = form_text("withdrawn_reason")
            services.withdraw_recommendation(session, actor, row, reason, version=version)
            done = "建议已撤回，撤回原因留在办理记录中。"
        else:
            services.change_recommendation(session, actor, row, _entry(), version=version)
            done = "建议已修改。"
    except (InvalidInput, Conflict) as error:
        return _refused(key, error, "change")
    return _kept(key, done)


@blueprint.post("/recommendations/<int:recommendation_id>/answer")
@requires(Permission.ANSWER, recommendation_to_change)
def answer(row: Recommendation) -> ResponseReturnValue:
    """Answer for the unit; an answer before stays in the history."""
    key, session, actor = row.id, db.session(), current_actor()
    names = ("adoption", "reason", "measure", "measure_on")
    entry = AnswerEntry(*(form_text(name) for name in names))
    try:
        services.answer_recommendation(session, actor, row, entry, version=_version())
    except (InvalidInput, Conflict) as error:
        return _refused(key, error, "answer")
    return _kept(key, "答复已保存。")


@blueprint.post("/recommendations/<int:recommendation_id>/outcome")
@requires(Permission.ANSWER, recommendation_to_change)
def outcome(row: Recommendation) -> ResponseReturnValue:
    """Say what came of it."""
    key, session, actor = row.id, db.session(), current_actor()
    texts = form_text("outcome"), form_text("outcome_on")
    try:
        services.record_outcome(session, actor, row, *texts, version=_version())
    except (InvalidInput, Conflict) as error:
        return _refused(key, error, "outcome")
    return _kept(key, "落实情况已保存。")


def _entry() -> RecommendationEntry:
    names = ("kind", "text", "consequence", "amount", "due_on")
    return RecommendationEntry(*(form_text(name) for name in names))


def _version() -> int:
    return whole_number(request.form, "version")


def _kept(key: int, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said, "ok")
    return redirect(url_for("recommendations.show", recommendation_id=key))


def _refused(key: int, error: InvalidInput | Conflict, part: str) -> ResponseReturnValue:
    """The page again as it is stored, with what was typed in this part and why it was refused."""
    db.session.rollback()
    row = recommendation_visible_to(db.session(), current_actor(), key)
    typed: Mapping[str, str] = request.form
    return recommendation_page(row, error, part, typed), status_of(error)
