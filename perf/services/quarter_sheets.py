"""Storing what was filled in offline: through the grid's own service, told as a sheet's upload."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from perf.core.errors import Stale
from perf.core.permissions import Actor
from perf.core.storable import LINE
from perf.models import Submission
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.entries import ExecutedEntry, record_entries, why_closed
from perf.services.entry_figures import Entry
from perf.services.ledger import record_change
from perf.services.outcome import Outcome
from perf.services.quantities import QuantityEntry
from perf.services.submissions import open_submission
from perf.services.typed import clean_text

CHANGED = "核对期间有人保存过同一行，什么也没有覆盖。下面按现在的值重新核对，请再确认一次。"


def why_not_open(quarter: Quarter) -> str:
    """Why nothing of a sheet can be stored in this quarter now; empty where it can."""
    submission: Submission | None = quarter.submission
    closed = why_closed(quarter.plan, quarter.period)
    if not closed and submission is not None and not submission.is_editable:
        return f"本期填报{submission.status.label}，不能修改。需要更正时请先撤回或由审核人退回。"
    return closed


def record_sheet(
    session: Session,
    actor: Actor,
    quarter: Quarter,
    file_name: str,
    entries: Sequence[Entry],
    executed: Sequence[ExecutedEntry],
    quantities: Sequence[QuantityEntry],
) -> Outcome:
    """Write the rows of an uploaded sheet, all or nothing, under the versions they carry.

    Raises Stale where somebody else has changed one of them, and what `open_submission` raises.
    The outcome's errors are those of computed rows that lack something; they keep nothing back.
    """
    plan, period = quarter.plan, quarter.period
    submission = open_submission(session, actor, plan, period)
    # Told before the rows, so that the ledger says first where they came from.
    record_change(
        session,
        actor,
        "upload_quarter_sheet",
        submission,
        changes={"file_name": (None, clean_text(file_name)[-LINE:] or "填报表.xlsx")},
        name=f"{plan.name} {period.name}",
        plan_id=plan.id,
    )
    outcome = record_entries(
        session, actor, submission, entries, executed, pack_of(plan), quantities
    )
    if outcome.has_conflicts:
        raise Stale(CHANGED)
    return outcome
