"""What of a document did not go in, beside what stands in the file, for the page of the result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from perf.documents.marked import Kind, Mark
from perf.documents.preview import Preview
from perf.documents.sources import SourceRow


@dataclass(slots=True)
class LeftOutRow:
    """One row or whole plan that was left out, why, and where it stands in the file."""

    about: str
    where: str
    reasons: list[tuple[Kind, str]] = field(default_factory=list)
    source: list[SourceRow] = field(default_factory=list)


def left_out_rows(preview: Preview, marks: Sequence[Mark]) -> list[LeftOutRow]:
    """Everything that was left out, in the document's order, each once with all its reasons."""
    found: dict[str, LeftOutRow] = {}
    for mark in marks:
        if mark.key not in preview.left_out:
            continue
        source = preview.sources.get(mark.where, [])
        row = found.setdefault(mark.key, LeftOutRow(mark.about, mark.where, source=source))
        if mark.kind in {Kind.ERROR, Kind.WARNING}:
            row.reasons.append((mark.kind, mark.reason))
    return list(found.values())
