"""One row of the quarter's grid: what stands in its cells, and all that hangs on it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from perf.core.rulepack import RulePack
from perf.core.terms import Comparator, Light
from perf.models import Actual, Evidence, Indicator, Remark
from perf.queries.submissions import Quarter
from perf.services.computed import Computed
from perf.services.entry_figures import NOTHING, Entry, figures_of, read_entry, recompute
from perf.services.lists import list_kinds
from perf.services.outcome import Outcome
from perf.services.paces import pace_of
from perf.services.quantities import Stand
from perf.services.submissions import NO_DATA
from perf.web.grid_form import Posted, digest_of, shown_entry
from perf.web.grid_parts import Point, QuantityCell, point_cells
from perf.web.grid_reading import OUTSIDE, Reading, reading_of
from perf.web.grid_values import LABELS, shown_figures, with_unit
from perf.web.presentation import BLANK


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else saved in the meantime: who, when, and (label, text) of each cell."""

    who: str
    at: datetime | None
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator: the texts in its cells, what they say, and all that hangs on it.

    `control` is the kind of input: number, date, text, tier, points (a check list) or computed
    (nothing is typed but the `quantities`); `basis` says how a value not typed came about;
    `version` and `was` are those of the stored row. `errors` is by cell (`actual`, `expected`,
    `reason`, `files`).
    """

    indicator: Indicator
    control: str
    entry: Entry
    version: int
    was: str
    actual: str
    expected: str
    previous: str
    since: str
    reading: Reading
    errors: Mapping[str, str]
    theirs: Theirs | None
    remarks: list[Remark]
    files: list[Evidence]
    basis: str
    quantities: list[QuantityCell]
    points: list[Point]
    pace: str

    @property
    def takes_list(self) -> bool:
        """Whether a list can give its actual."""
        return bool(list_kinds(self.indicator))

    @property
    def has_figure(self) -> bool:
        """Whether a value stands in it, rather than a blank or a word for none."""
        return self.actual not in {"", NO_DATA, OUTSIDE}

    @property
    def anchor(self) -> str:
        """The id of the cell that the page's links lead to."""
        if self.reading.lack == "缺原因":
            return f"reason-{self.indicator.id}"
        return self.first_cell

    @property
    def outlook(self) -> str:
        """The kind of input for what is expected of the whole year."""
        if self.control in {"points", "computed"}:
            return _typed_control(self.indicator)
        return self.control

    @property
    def first_cell(self) -> str:
        """The id of the first control of its actual; of the row where there is none."""
        key = self.indicator.id
        match self.control:
            case "tier":
                return f"tier-{key}"
            case "points":
                return f"answer-{key}-0-y"
            case "computed":
                own = [one for one in self.quantities if not one.shared_with]
                empty = [one for one in own if not one.text]
                first = (empty or own or self.quantities)[:1]
                return f"quantity-{first[0].quantity.id}" if first else f"row-{key}"
            case _:
                return f"actual-{key}"

    @property
    def is_asked(self) -> bool:
        """Whether the line with the reason stands open under the row."""
        entry = self.entry
        given = entry.deviation_kind or entry.deviation_reason or entry.is_no_data
        is_refused = self.errors.get("reason") or self.errors.get("kind")
        return bool(self.reading.reason or given or is_refused)


@dataclass(frozen=True, slots=True)
class RowSources:
    """What every row is made from."""

    quarter: Quarter
    pack: RulePack
    months: int
    posted: Posted | None
    outcome: Outcome
    wrong: Mapping[str, str]
    actuals: Mapping[int, Actual]
    evidence: Mapping[int | None, list[Evidence]]
    remarks: Mapping[int | None, list[Remark]]
    quantities: Mapping[int, list[QuantityCell]]
    computed: Mapping[int, Computed]
    stand: Stand


def grid_row(sources: RowSources, indicator: Indicator) -> Row:
    """The row as stored; where a save refused something in it, as it was typed."""
    key, unit, outcome = indicator.id, indicator.target_unit, sources.outcome
    stored = sources.actuals.get(key)
    shown = shown_entry(indicator, stored)
    errors = {
        name.rpartition("-")[0]: text
        for name, text in sources.wrong.items()
        if name.rpartition("-")[2] == str(key) and not name.startswith("quantity-")
    }
    theirs = outcome.conflicts.get(key)
    is_refused = theirs is not None or any(f"{cell}-{key}" in outcome.errors for cell in errors)
    typed = sources.posted.entries.get(key) if sources.posted and is_refused else None
    figures, result = figures_of(stored), sources.computed.get(key)
    if typed is not None:
        figures, _ = read_entry(typed, indicator, sources.pack, NOTHING, result)
    elif result is not None:
        figures, _ = recompute(figures, indicator, sources.pack, result)
    before = sources.quarter.previous.get(key)
    previous = before.actual if before else None
    return Row(
        indicator=indicator,
        control=control_of(indicator),
        entry=typed or shown,
        version=shown.version,
        was=digest_of(shown),
        actual=shown_figures(figures, unit),
        expected=with_unit(figures.expected, unit),
        previous=with_unit(previous, unit),
        since=sources.quarter.since.get(key, ""),
        reading=reading_of(
            indicator,
            figures,
            previous,
            sources.pack,
            sources.months,
            is_wrong=f"actual-{key}" in outcome.errors,
            fallen=sources.stand.fallen(indicator),
            kept=_kept(sources.quarter, stored),
        ),
        errors=defaultdict(str, errors),
        theirs=theirs_of(indicator, theirs) if theirs else None,
        remarks=sources.remarks.get(key, []),
        files=sources.evidence.get(key, []),
        basis=figures.basis,
        quantities=sources.quantities.get(key, []),
        points=point_cells(indicator, (typed or shown).answers),
        pace=pace_of(indicator).label,
    )


def _kept(quarter: Quarter, stored: Actual | None) -> Light | None:
    """The light that was handed in: it stays, whatever pace the plan takes later."""
    is_open = quarter.submission is None or quarter.submission.is_editable
    return None if is_open or stored is None else stored.light


def control_of(indicator: Indicator) -> str:
    """The kind of input that takes its actual, as `Row.control` names it."""
    if indicator.is_computed:
        return "computed"
    return "points" if indicator.is_check_list else _typed_control(indicator)


def _typed_control(indicator: Indicator) -> str:
    match indicator.comparator:
        case Comparator.QUALITATIVE:
            return "tier"
        case Comparator.BY_DATE:
            return "date"
        case Comparator.PERIOD:
            return "text"
        case _:
            return "number"


def theirs_of(indicator: Indicator, row: Actual) -> Theirs:
    """A stored row as it is shown beside what was typed over an older one."""
    figures, shown, unit = figures_of(row), shown_entry(indicator, row), indicator.target_unit
    outlook = [with_unit(figures.expected, unit), LABELS.get(shown.likelihood, "")]
    kind = LABELS.get(shown.deviation_kind, "")
    cells = [
        ("本期累计", shown_figures(figures, unit)),
        ("预计全年", " ".join(filter(None, outlook))),
        ("偏差原因", "：".join(filter(None, [kind, figures.deviation_reason]))),
    ]
    return Theirs(
        row.updated_by.display_name if row.updated_by else "系统",
        row.updated_at,
        [(label, text or BLANK) for label, text in cells],
    )
