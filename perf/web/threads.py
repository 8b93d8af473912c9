"""Answering remarks, and settling them, from the pages where they stand."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from perf.core.errors import Conflict, InvalidInput, NotFound, PerfError
from perf.core.permissions import Actor, Permission
from perf.core.terms import ThreadStep
from perf.extensions import db
from perf.models import Plan, PlanEnding, Remark, SelfEvaluation, Submission, TargetRevision
from perf.queries.endings import ending_visible_to
from perf.queries.evaluations import self_evaluation_visible_to
from perf.queries.revisions import revision_visible_to
from perf.queries.submissions import quarter_visible_to
from perf.queries.threads import remark_to_change, remarks_of, subject_of
from perf.queries.visible import plan_visible_to
from perf.services.snapshots import Subject
from perf.services.threads import answer_remarks, take_thread_step
from perf.web.decisions import read_decision
from perf.web.desks import read_threads
from perf.web.endings import ending_page
from perf.web.errors import status_of
from perf.web.evaluation_page import evaluation_page
from perf.web.items import subject_url
from perf.web.plans.pages import plan_page
from perf.web.report_page import report_page
from perf.web.revisions import revision_page
from perf.web.security import current_actor, requires
from perf.web.typed_texts import Typed

blueprint = Blueprint("threads", __name__)
_DONE = {
    ThreadStep.REPLY: "意见已补充，填报人会在对应的指标旁看到。",
    ThreadStep.RESOLVE: "已标为已解决。",
    ThreadStep.RAISE: "已再次提出，这条意见重新列为待处理。",
}
# What a reviewer may have typed on the page besides, which goes with a step only.
_LEFT = ("reason", "remark-", "decided-", "why-")


@blueprint.post("/remarks/answers")
@requires(Permission.SUBMIT)
def answer() -> ResponseReturnValue:
    """Add what a recorder answered to the threads of one page."""
    session, actor, texts = db.session(), current_actor(), read_threads(request.form)
    if not texts:
        raise InvalidInput("答复还没有写。请返回上一页，写明做了哪些修改或说明。")
    subject = subject_of(session, remark_to_change(session, actor, min(texts)))
    first = next((one for one in remarks_of(session, subject) if one.id in texts), None)
    errors = answer_remarks(session, actor, subject, remarks_of(session, subject), texts)
    session.commit()
    if errors:
        error = InvalidInput("有答复没有保存，其余已保存。请按提示修改。", errors)
        refused = {name: text for name, text in request.form.items() if name in errors}
        return _page(session, actor, subject, refused, error), status_of(error)
    flash("答复已保存，审核人会在这条意见下看到。", "ok")
    return redirect(_address(subject, first))


def _remark_and_step(
    session: Session, actor: Actor, remark_id: int, step: str
) -> tuple[Remark, ThreadStep]:
    found = next((one for one in _DONE if one.value == step), None)
    if found is None:
        raise NotFound("没有这一步。请从审核页面办理。")
    return remark_to_change(session, actor, remark_id), found


@blueprint.post("/remarks/<int:remark_id>/<step>")
@requires(Permission.REVIEW, _remark_and_step)
def step(found: tuple[Remark, ThreadStep]) -> ResponseReturnValue:
    """Reply to an answer, settle a remark, or raise it again."""
    remark, taken = found
    session, actor, form = db.session(), current_actor(), request.form
    subject = subject_of(session, remark)
    texts = read_threads(form)
    try:
        take_thread_step(session, actor, subject, remark, taken, texts.pop(remark.id, ""))
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return _page(session, actor, subject, form, error), status_of(error)
    session.commit()
    flash(_DONE[taken], "ok")
    left = {name: text for name, text in form.items() if name != f"thread-{remark.id}"}
    if texts or any(text.strip() and name.startswith(_LEFT) for name, text in left.items()):
        # What was typed besides is sent with a step only: it stays on the page until then.
        return _page(session, actor, subject, left)
    return redirect(_address(subject))


def _address(subject: Subject, remark: Remark | None = None) -> str:
    """The page of what a remark is about, at the row or the panel where it stands."""
    anchor = f"row-{remark.indicator_id}" if remark and remark.indicator_id else "review-panel"
    return subject_url(subject, anchor=anchor)


def _page(
    session: Session,
    actor: Actor,
    subject: Subject,
    typed: Mapping[str, str],
    error: PerfError | None = None,
) -> str:
    """The page anew with what was typed, and why some of it was refused."""
    errors = error.fields if isinstance(error, InvalidInput) else {}
    message = str(error) if error else ""
    match subject:
        case Plan():
            refused = InvalidInput(message, errors) if error else None
            return plan_page(
                plan_visible_to(session, actor, subject.id), error=refused, typed=typed
            )
        case Submission():
            quarter = quarter_visible_to(session, actor, subject.plan_id, subject.period.code)
            return report_page(quarter, message=message, errors=errors, typed=typed)
        case SelfEvaluation():
            found = self_evaluation_visible_to(session, actor, subject.plan_id)
            texts = Typed(dict(typed), message, errors)
            decision = read_decision(typed, found.plan.indicators)
            return evaluation_page(session, found, typed=texts, decision=decision)
        case TargetRevision():
            revision = revision_visible_to(session, actor, subject.id)
            decision = read_decision(typed, [row.indicator for row in revision.targets])
            return revision_page(revision, decision.refused(error) if error else decision)
        case PlanEnding():
            ending = ending_visible_to(session, actor, subject.id)
            decision = read_decision(typed, [])
            return ending_page(ending, decision.refused(error) if error else decision)
