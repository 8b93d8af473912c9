"""The quarter's page: the grid with the workflow, the people and the days around it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flask import current_app, render_template, request, url_for

from perf import clock
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, DeviationKind, Likelihood, Status, Tier
from perf.core.workflow import actions_for
from perf.extensions import db
from perf.models import Period, Snapshot, Submission
from perf.queries.submissions import Quarter, submission_of
from perf.services.collection import Share, not_handed_in, shares_of
from perf.services.computed import computed_actuals
from perf.services.evidence_files import ACCEPT
from perf.services.outcome import Outcome
from perf.services.snapshots import Content, Difference, differences, last_snapshot
from perf.services.submissions import content_of_submission, why_closed
from perf.web.comparing import Compared, compared
from perf.web.coverage import quarter_coverage
from perf.web.desks import Desk, desk_for, read_threads, unanswered
from perf.web.evidence_words import twins_of
from perf.web.forecast import forecast_lines
from perf.web.grid_form import Posted
from perf.web.grid_page import grid_page
from perf.web.grid_parts import ANSWERS
from perf.web.grid_reading import TONE_OF_LIGHT
from perf.web.grid_unsaved import unsaved_texts
from perf.web.grid_uploads import Uploads
from perf.web.grid_values import LABELS, SHORT_TIERS
from perf.web.security import current_actor

LOCKED = "已审核通过并锁定，需要更正时请审核人重新打开"
# In the address: the rows of all offices, not one's own alone.
EVERYBODY = "all"
OUTLOOK_TIERS = [(tier.value, SHORT_TIERS[tier]) for tier in Tier]


def report_page(
    quarter: Quarter,
    *,
    message: str = "",
    posted: Posted | None = None,
    outcome: Outcome | None = None,
    errors: Mapping[str, str] | None = None,
    notes: Collection[str] = (),
    opened: Collection[int] = (),
    unsaved: Posted | None = None,
    uploads: Uploads | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """The page as HTML.

    `message` says what was refused and `errors` where, by the field's name; `unsaved` is a posted
    grid that can no longer be taken, `typed` what stood in the form of a step of the review.
    """
    actor, submission = current_actor(), quarter.submission
    closed = why_closed(quarter.plan, quarter.period)
    is_editing = (
        not closed
        and actor.may(Permission.RECORD)
        and (submission is None or submission.is_editable)
    )
    computed = None
    if is_editing:
        computed = computed_actuals(db.session(), quarter.plan, submission, quarter.period.code)
    desk = Desk()
    if submission is not None:
        sheet = "sheet" if is_editing else ""
        desk = desk_for(submission, actor, sheet=sheet, typed=typed, errors=errors)
    wrong = {name: text for name, text in (errors or {}).items() if name not in desk.errors}
    shares = shares_of(db.session(), quarter) if is_editing else []
    only = own_office(actor, shares) if not wrong else None
    grid = grid_page(
        quarter, posted=posted, outcome=outcome, errors=wrong, computed=computed, office_id=only
    )
    since, changed = changes_since(submission)
    actions = steps_of(submission, actor)
    return render_template(
        "reports/show.html",
        quarter=quarter,
        plan=quarter.plan,
        period=quarter.period,
        submission=submission,
        grid=grid,
        rows=grid.rows,
        forecasts=forecast_lines(db.session(), actor, quarter.plan),
        is_editing=is_editing,
        shares=shares,
        not_in=not_handed_in(shares),
        own_office=only,
        has_office=actor.office_id in {one.office.id for one in shares if one.office},
        asked_office=EVERYBODY if request.args.get("office") == EVERYBODY else None,
        closed=closed,
        locked="" if closed else locked_note(submission, actor),
        actions=actions,
        can_withdraw=Action.WITHDRAW in actions,
        can_remark=Action.RETURN in actions,
        differences=changed,
        differences_since=since,
        remarks=quarter.remarks.get(None, []),
        desk=desk,
        compared=_compared(quarter) if desk.settles else None,
        indicator_names={row.id: row.name for row in quarter.plan.indicators},
        unanswered=unanswered(submission.remarks) if submission else [],
        files=quarter.evidence.get(None, []),
        twins=twins_of(db.session(), actor, quarter),
        coverage=None if is_editing else quarter_coverage(grid, quarter.evidence.get(None, [])),
        due=due_note(quarter.period, submission, clock.today()),
        quarters=quarter_links(quarter),
        parents=parent_links(quarter),
        message=message,
        notes=notes,
        opened=opened,
        unsaved=_unsaved(quarter, unsaved, uploads, typed or {}),
        typed=defaultdict(str, typed or {}),
        errors=errors or {},
        step_errors=errors or {},
        kinds=[(kind.value, kind.label) for kind in DeviationKind],
        likelihoods=[(one.value, one.label) for one in Likelihood],
        outlook_tiers=OUTLOOK_TIERS,
        labels=defaultdict(str, LABELS),
        since_usual=_name_before(quarter),
        accept=ACCEPT,
        answers=ANSWERS,
        light_tones=TONE_OF_LIGHT,
    )


def _compared(quarter: Quarter) -> Compared | None:
    """What a reviewer holds the quarter against: what it said before, and the period before it."""
    session, submission = db.session(), quarter.submission
    if submission is None:
        return None
    earlier = [one for one in quarter.quarters if one.code < quarter.period.code]
    previous = None
    if earlier and quarter.previous:
        period = earlier[-1]

        def content_before() -> Content:
            before = submission_of(session, quarter.plan, period)
            return content_of_submission(before) if before else Content(fields={}, rows=[], data={})

        previous = period.name, content_before
    return compared(session, submission, lambda: content_of_submission(submission), previous)


def _unsaved(
    quarter: Quarter, posted: Posted | None, uploads: Uploads | None, typed: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What was typed into a grid that can no longer be taken, the answers to remarks included."""
    if posted is None:
        return []
    answers = [("对审核意见的答复", text) for text in read_threads(typed).values()]
    return unsaved_texts(quarter, posted, uploads) + answers


def own_office(actor: Actor, shares: Sequence[Share]) -> int | None:
    """The office whose rows alone are shown: the reader's own, unless all are asked for."""
    owing = {one.office.id for one in shares if one.office is not None}
    is_own = actor.office_id in owing and request.args.get("office") != EVERYBODY
    return actor.office_id if is_own else None


def _name_before(quarter: Quarter) -> str:
    """The name of the quarter before, which a last value's own name need not repeat."""
    earlier = [one.name for one in quarter.quarters if one.code < quarter.period.code]
    return earlier[-1] if earlier else ""


def steps_of(submission: Submission | None, actor: Actor) -> list[Action]:
    """The steps of the review that the page offers; submitting belongs to the grid."""
    if submission is None:
        return []
    found = actions_for(submission.status, actor, submission.submitted_by_id)
    return [action for action in found if action is not Action.SUBMIT]


def locked_note(submission: Submission | None, actor: Actor) -> str:
    """Why a recorder finds nothing to fill in where all is approved, and what to do about it."""
    if submission is None or submission.status is not Status.APPROVED:
        return ""
    return LOCKED if actor.may(Permission.RECORD) else ""


def changes_since(submission: Submission | None) -> tuple[Snapshot | None, list[Difference]]:
    """What differs from the last submission or approval; once submitted, from the one before."""
    if submission is None:
        return None, []
    base = last_snapshot(db.session(), submission)
    if base is not None and not submission.is_editable:
        base = last_snapshot(db.session(), submission, before_id=base.id)
    if base is None:
        return None, []
    before = base.content
    return base, differences(before, content_of_submission(submission))  # type: ignore[arg-type]


def due_note(period: Period, submission: Submission | None, today: date) -> tuple[str, str]:
    """Tone and words of how long there is to fill in; empty words where it is filled in."""
    if submission is not None and not submission.is_editable:
        return "none", ""
    left = (period.due_on - today).days
    day = f"{period.due_on.month} 月 {period.due_on.day} 日到期"
    if left < 0:
        return "bad", f"{day}，已逾期 {-left} 天"
    if left == 0:
        return "warn", "今天到期"
    return ("warn" if left <= 3 else "none"), f"{day}，还有 {left} 天"


def quarter_links(quarter: Quarter) -> list[tuple[str, str, bool]]:
    """The year's quarters as (name, address, whether it is this one)."""
    return [
        (
            one.name,
            url_for("reports.show", plan_id=quarter.plan.id, code=one.code),
            one.code == quarter.period.code,
        )
        for one in quarter.quarters
    ]


def parent_links(quarter: Quarter) -> list[tuple[str, str | None]]:
    """The way to this page: the list of plans, the plan, the quarter."""
    views = current_app.view_functions
    index = url_for("plans.index") if "plans.index" in views else None
    plan = url_for("plans.show", plan_id=quarter.plan.id) if "plans.show" in views else None
    return [("绩效目标", index), (quarter.plan.name, plan), (quarter.period.name, None)]
