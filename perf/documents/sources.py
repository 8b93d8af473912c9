"""The place that each recognised row came from: what stood there, for comparing and for marking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from perf.core.drafts import Draft, DraftPlan
from perf.documents.readers.report import at_line
from perf.documents.readers.tables import Document, Place, Row

# A recognised row may go on in the rows below it, where a page break tore it.
_MOST_ROWS = 4
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it stands in the document; `row` counts within the sheet, page, table or text."""

    where: str
    sheet: str
    row: int
    cells: tuple[str, ...]


Sources = dict[str, list[SourceRow]]
"""From the place of a plan or an indicator (its `where`) to the rows that stand there."""


def sources_of(document: Document, draft: Draft) -> Sources:
    """The rows of every place that the draft names, each with those below that belong to it."""
    claimed = set(_places(draft))
    found: Sources = {}
    for table in document.tables:
        own: list[SourceRow] | None = None
        for row in table.rows:
            where = at_line(row.line)
            if where in claimed:
                own = found.setdefault(where, [])
            if own is not None and len(own) < _MOST_ROWS:
                own.append(_source_row(where, row))
    return found


def _places(draft: Draft) -> Iterator[str]:
    plans: list[DraftPlan] = [*([draft.department] if draft.department else []), *draft.projects]
    for plan in plans:
        yield plan.where
        yield from (each.where for each in plan.indicators)


def _source_row(where: str, row: Row) -> SourceRow:
    line = row.line
    place = line if isinstance(line, Place) else Place(line, line)
    cells = tuple(cell[:_LONGEST] for cell in row.cells)
    return SourceRow(where, place.sheet, place.shown, cells)


def sources_to_json(sources: Sources) -> dict[str, Any]:
    """The sources as JSON; `sources_from_json` gives the same again."""
    return {
        where: [[row.where, row.sheet, row.row, list(row.cells)] for row in rows]
        for where, rows in sources.items()
    }


def sources_from_json(data: Mapping[str, Any]) -> Sources:
    """The sources out of what `sources_to_json` gave."""
    return {
        where: [SourceRow(at, sheet, row, tuple(cells)) for at, sheet, row, cells in rows]
        for where, rows in data.items()
    }
