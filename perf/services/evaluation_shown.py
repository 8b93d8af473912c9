"""What a self-evaluation shows: as it stands, or as it was submitted and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.core.terms import Action, Status
from perf.core.workflow import EDITABLE
from perf.models import SelfEvaluation, Snapshot, Submission
from perf.queries.signed_copies import code_of
from perf.services.evaluation_content import content_of_self_evaluation, work_scores
from perf.services.evaluation_decided import with_decisions
from perf.services.evaluation_scores import approved_quarters
from perf.services.snapshots import Content, last_snapshot


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages and exports show of a self-evaluation, and who stands for it.

    `frozen_at` is when the content was kept, None for one still under preparation;
    `before` is what it said at the step before, None where there was none. `check_code` is the
    signature's, blank for a draft.
    """

    content: Content
    before: Content | None
    frozen_at: datetime | None
    is_draft: bool
    submitted_by: str = ""
    submitted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    check_code: str = ""


def show_self_evaluation(
    session: Session, evaluation: SelfEvaluation, quarters: Sequence[Submission] | None = None
) -> Shown:
    """The content that counts, and who stands for it.

    Submitted or signed it is as kept at that step, never recomputed; under review the points that
    the reviewer decided since are laid over it. Else it is as it stands, for which `quarters` are
    looked up unless given.
    """
    last = last_snapshot(session, evaluation)
    before = cast(Content, last.content) if last else None
    if evaluation.status in EDITABLE or last is None:
        if quarters is None:
            quarters = approved_quarters(session, evaluation.plan)
        content = content_of_self_evaluation(evaluation, quarters)
        return Shown(content, before, None, is_draft=True)
    content = _kept(evaluation, last)
    earlier = last_snapshot(session, evaluation, before_id=last.id)
    is_signed = evaluation.status is Status.APPROVED
    people = content["data"]["people"]
    return Shown(
        content,
        cast(Content, earlier.content) if earlier else None,
        last.taken_at,
        is_draft=not is_signed,
        submitted_by=people.get("submitted_by", ""),
        submitted_at=evaluation.submitted_at,
        approved_by=people.get("approved_by", ""),
        approved_at=evaluation.decided_at if is_signed else None,
        check_code=code_of(last) if is_signed else "",
    )


def content_at(
    session: Session,
    actor: Actor,
    evaluation: SelfEvaluation,
    action: Action,
    quarters: Sequence[Submission],
) -> Content:
    """What is kept at this step: names too, so that a renamed user changes no signed form."""
    last = None if action is Action.SUBMIT else last_snapshot(session, evaluation)
    if last is None:
        content = content_of_self_evaluation(evaluation, quarters)
        content["data"]["people"] = {"submitted_by": actor.name}
        return content
    kept = _kept(evaluation, last)
    if action is not Action.APPROVE:
        return kept
    people = kept["data"]["people"] | {"approved_by": actor.deciding.name}
    return {**kept, "data": {**kept["data"], "people": people}}


def _kept(evaluation: SelfEvaluation, last: Snapshot) -> Content:
    """What the snapshot says, under review with the reviewer's decisions."""
    content = cast(Content, last.content)
    if evaluation.status is not Status.SUBMITTED:
        return content
    return with_decisions(content, evaluation, work_scores(evaluation))
