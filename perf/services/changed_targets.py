"""Targets that change after a plan's first approval: the earlier ones are kept beside them."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from perf import clock
from perf.core.permissions import Actor
from perf.core.revisions import is_last_quarter
from perf.core.targets import Target
from perf.models import Indicator, Plan
from perf.models.plans import target_as_json, target_from_json
from perf.services.ledger import record_change


def revise_targets(
    session: Session,
    actor: Actor,
    plan: Plan,
    targets: Mapping[int, Target],
    *,
    document: str,
    reason: str,
) -> None:
    """Put new targets, by indicator, into an approved plan; for a caller that asked already.

    The 年初 ones stay beside them, with the document that changed them.
    """
    for row in plan.indicators:
        target = targets.get(row.id)
        if target is None or not is_other(row.target, target):
            continue
        keep_earlier(row, target, plan.year)
        row.target = target
        row.revision_document = document if row.initial else ""
        why = f"{document}：{reason}"
        record_change(session, actor, "revise_target", row, name=row.name, reason=why)
    plan.updated_at = clock.now()
    session.flush()


def keep_earlier(row: Indicator, target: Target, year: int) -> None:
    """Keep the 年初 target beside the new one, and in the last quarter the one it began with.

    Back at either there was no revision.
    """
    initial = row.initial or row.target
    row.initial_target = target_as_json(initial) if is_other(initial, target) else None
    if is_last_quarter(clock.today(), year):
        before = row.target
        if row.third_quarter_target is not None:
            before = target_from_json(row.third_quarter_target)
        row.third_quarter_target = target_as_json(before) if is_other(before, target) else None


def is_other(stored: Target, read: Target) -> bool:
    """Whether the target reads differently; its findings are not kept."""
    return replace(stored, findings=()) != replace(read, findings=())
