"""Which scored figures have evidence, for whoever decides about them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perf.models import Evidence, Indicator
from perf.services.evidence import BUDGET
from perf.web.grid_page import GridPage


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many scored figures there are, and those with nothing to back them as (name, address).

    What is 未填报, 本期无数据 or 不涉及 is no figure; the system's own records back themselves.
    """

    scored: int
    lacking: list[tuple[str, str]]


def quarter_coverage(grid: GridPage, files: Collection[Evidence]) -> Coverage:
    """The coverage of a quarter's rows and of its executed budget, whose evidence is `files`."""
    found = [
        (row.indicator.name, f"#row-{row.indicator.id}", bool(row.files))
        for row in grid.rows
        if row.indicator.weight and not row.indicator.source and row.has_figure
    ]
    if grid.execution.executed:
        found.append((BUDGET, "#money", bool(files)))
    return _coverage(found)


def year_coverage(data: Mapping[str, Any], indicators: Iterable[Indicator]) -> Coverage:
    """The coverage of a self-evaluation's record; evidence of any of the year's quarters counts."""
    sourced = {row.id for row in indicators if row.source}
    found = [
        (row["name"], f"#row-{row['id']}", bool(row["evidence"]))
        for row in data["rows"]
        if Decimal(row["weight"] or 0)
        and row["id"] not in sourced
        and row["actual"] is not None
        and not row["is_not_applicable"]
    ]
    execution = data["execution"]
    if execution["weight"] != "0" and execution["percent"] is not None:
        found.append(("预算执行率", "#row-execution", bool(execution["evidence"])))
    return _coverage(found)


def _coverage(found: list[tuple[str, str, bool]]) -> Coverage:
    return Coverage(len(found), [(name, url) for name, url, is_backed in found if not is_backed])
