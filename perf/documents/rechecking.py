"""A file with a filled form, rechecked, and the order in which the command and the page tell it."""

from typing import IO

from perf.core.findings import Finding, Severity
from perf.core.recheck import Recheck, RecheckedRow, Verdict, recheck
from perf.core.rulepack import RulePack
from perf.documents.readers.filled_forms import MAX_BYTES
from perf.documents.reading_forms import read_form_apart

TOLD_FIRST = (Verdict.DIFFERS, Verdict.UNDECIDABLE, Verdict.AGREES)


def recheck_file(name: str, stream: IO[bytes], pack: RulePack | None = None) -> Recheck:
    """The filled form in a file, recomputed; without a pack its printed classes decide.

    `name` tells the file's type. Raises UnreadableDocument, with what to do instead, where there
    is no form to read or the file is too large; no more of it is read than that takes to see.
    """
    return recheck(read_form_apart(name, stream.read(MAX_BYTES + 1)), pack)


def count_verdicts(checked: Recheck) -> dict[Verdict, int]:
    """How many rows agree, differ and are undecidable; every verdict is named."""
    return {verdict: sum(row.verdict is verdict for row in checked.rows) for verdict in Verdict}


def rows_as_told(checked: Recheck) -> list[RecheckedRow]:
    """What differs, then what is undecidable, then what agrees; each in the form's order."""
    return sorted(checked.rows, key=lambda row: TOLD_FIRST.index(row.verdict))


def findings_as_told(checked: Recheck) -> list[Finding]:
    """The errors, then the warnings, then the notes; each in the order they were found."""
    order = list(Severity)
    return sorted(checked.findings, key=lambda found: order.index(found.severity))
