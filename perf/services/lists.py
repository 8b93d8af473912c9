"""Adopting what a list came to: the value as if it were typed, and the list as its evidence."""

import re

from sqlalchemy.orm import Session

from perf.core.errors import NotFound
from perf.core.lists.kinds import ListKind, kinds_for
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.years import is_satisfaction
from perf.models import Indicator, Submission
from perf.services.entries import ExecutedEntry, record_entries
from perf.services.entry_figures import Entry
from perf.services.evidence import attach_evidence
from perf.services.evidence_files import StoredFile
from perf.services.outcome import Outcome

_NO_NAME = re.compile(r'[/\\:*?"<>|]')


def list_kinds(indicator: Indicator) -> tuple[ListKind, ...]:
    """The kinds of lists that can give this indicator's actual; none where it is not typed."""
    if indicator.is_computed or indicator.is_check_list:
        return ()
    return kinds_for(
        indicator.target,
        is_satisfaction=is_satisfaction(indicator.level1, indicator.level2, indicator.name),
    )


def list_name(name: str, code: str) -> str:
    """What the kept list is called: `清单-群众满意度-2022-Q3.csv`."""
    return f"清单-{_NO_NAME.sub('-', name)}-{code}.csv"


def adopt_list(
    session: Session,
    actor: Actor,
    submission: Submission,
    entry: Entry | ExecutedEntry,
    pack: RulePack,
    stored: StoredFile,
    name: str,
) -> Outcome:
    """Record the row with the list's value and `basis`, and keep the list as its evidence.

    `entry` is the row as shown, with what the list gives in it. Where it is refused or somebody
    else has changed the row, nothing is kept and the outcome says so. Raises what
    `record_entries` and `attach_evidence` raise.
    """
    entries: list[Entry] = []
    executed: list[ExecutedEntry] = []
    indicator = None
    if isinstance(entry, Entry):
        entries.append(entry)
        key = str(entry.indicator_id)
        indicator = next(
            (row for row in submission.plan.indicators if row.id == entry.indicator_id), None
        )
        if indicator is None or not list_kinds(indicator):
            raise NotFound("这项指标不能由清单计算。")
    else:
        executed.append(entry)
        key = entry.source.value
        if key not in {line.source.value for line in submission.plan.budget_lines}:
            raise NotFound("这份绩效目标没有这项资金来源。")
    outcome = record_entries(session, actor, submission, entries, executed, pack)
    # A computed row that lacks its quantities has its own sentence, which is not about this one.
    outcome.errors = {
        cell: text for cell, text in outcome.errors.items() if cell.rpartition("-")[2] == key
    }
    if outcome.is_clean:
        attach_evidence(session, actor, submission, indicator, stored, name)
    return outcome
