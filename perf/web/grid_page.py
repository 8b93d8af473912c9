"""What the quarter's page shows: its rows, its money, what is missing and what was refused."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from perf.core.actuals import Answer, Checked, TierChoice, format_actual
from perf.core.execution import Execution
from perf.core.numbers import format_number
from perf.core.periods import parse_period
from perf.core.rulepack import RulePack
from perf.core.terms import Comparator, DeviationKind, FundSource, Likelihood, Tier
from perf.models import Actual, Evidence, Indicator, Remark
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.computed import Computed
from perf.services.entry_figures import (
    NOTHING,
    Entry,
    Figures,
    Value,
    bands_of,
    figures_of,
    read_entry,
    recompute,
)
from perf.services.lists import list_kinds
from perf.services.outcome import Outcome
from perf.services.quantities import Stand
from perf.services.submissions import NO_DATA
from perf.web.grid_form import Posted, digest_of, shown_entry, shown_executed
from perf.web.grid_parts import Point, QuantityCell, formula_cells, point_cells
from perf.web.grid_reading import OUTSIDE, Reading, reading_of
from perf.web.presentation import BLANK

LABELS = {
    member.value: member.label
    for names in (Tier, Likelihood, DeviationKind, Answer)
    for member in names
}
_EXECUTED = "累计执行数"
SHORT_TIERS = {Tier.ACHIEVED: "达成", Tier.PARTIAL: "部分达成", Tier.MISSED: "未达成"}


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

    @property
    def takes_list(self) -> bool:
        """Whether a list can give its actual."""
        return bool(list_kinds(self.indicator))

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
class MoneyRow:
    """One source: budget and executed amounts in 元, and its cell's text in 万元."""

    source: FundSource
    adjusted: Decimal
    before: Decimal | None
    executed: Decimal | None
    text: str
    version: int
    was: str
    error: str
    theirs: str
    basis: str

    @property
    def rate(self) -> Decimal | None:
        """The share of the budget that is executed."""
        return Execution(self.adjusted, self.executed).rate


@dataclass(frozen=True, slots=True)
class GridPage:
    """The whole grid; `groups` are (class, rows) in form order, `errors` by the cell's name."""

    groups: list[tuple[str, list[Row]]]
    money: list[MoneyRow]
    elapsed: Decimal
    done: int
    missing: list[tuple[str, str]]
    execution: Execution
    tiers: list[tuple[str, str]]
    errors: Mapping[str, str]
    conflicts: int

    @property
    def rows(self) -> list[Row]:
        """All rows in form order."""
        return [row for _, rows in self.groups for row in rows]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every refused cell as (its id, sentence), for the list on top of the page."""
        names = {str(row.indicator.id): row for row in self.rows}
        sources = {one.source.value: one.source.label + _EXECUTED for one in self.money}
        cells = [one for row in self.rows for one in row.quantities if not one.shared_with]
        found = [
            (row.anchor, f"{row.indicator.name}：{row.theirs.who}也改过，两边的值都在这一行。")
            for row in self.rows
            if row.theirs
        ]
        found += [
            (f"executed-{one.source.value}", f"{sources[one.source.value]}：他人也改过。")
            for one in self.money
            if one.theirs
        ]
        found += [
            (f"quantity-{one.quantity.id}", f"{one.quantity.name}：他人也改过。")
            for one in cells
            if one.theirs is not None
        ]
        for name, text in self.errors.items():
            cell, _, key = name.rpartition("-")
            row = None if cell == "quantity" else names.get(key)
            if row is None:
                label = sources.get(key, "")
                is_named = text.startswith(label.removesuffix(_EXECUTED))
                found.append((name, text if is_named else f"{label}：{text}"))
                continue
            lead = "" if text.startswith(row.indicator.name) else f"{row.indicator.name}："
            anchor = row.first_cell if cell == "actual" else name
            found.append((anchor, f"{lead}{text}"))
        return found


@dataclass(frozen=True, slots=True)
class _Sources:
    """What every row is made from."""

    quarter: Quarter
    pack: RulePack
    elapsed: Decimal
    posted: Posted | None
    outcome: Outcome
    wrong: Mapping[str, str]
    actuals: Mapping[int, Actual]
    evidence: Mapping[int | None, list[Evidence]]
    remarks: Mapping[int | None, list[Remark]]
    quantities: Mapping[int, list[QuantityCell]]
    computed: Mapping[int, Computed]
    stand: Stand


def grid_page(
    quarter: Quarter,
    *,
    posted: Posted | None = None,
    outcome: Outcome | None = None,
    errors: Mapping[str, str] | None = None,
    computed: Mapping[int, Computed] | None = None,
) -> GridPage:
    """The grid as stored; where a save refused something, that row as it was typed.

    `computed` are the computed actuals as they would be now, where the grid is filled in.
    `errors` are further sentences by the cell's name: what a submission lacks, what a file is.
    """
    outcome, computed = outcome or Outcome(), computed or {}
    sources = _Sources(
        quarter=quarter,
        pack=pack_of(quarter.plan),
        elapsed=parse_period(quarter.period.code).elapsed_share,
        posted=posted,
        outcome=outcome,
        wrong={**outcome.errors, **(errors or {})},
        actuals=quarter.actuals,
        evidence=quarter.evidence,
        remarks=quarter.remarks,
        quantities=formula_cells(quarter.plan.indicators, quarter, posted, outcome),
        computed=computed,
        stand=Stand(
            quarter.plan,
            quarter.submission.quantities if quarter.submission else [],
            quarter.quantities_before,
        ),
    )
    rows = [_row(sources, indicator) for indicator in quarter.plan.indicators]
    money = _money(sources)
    return GridPage(
        groups=[
            (name, list(group)) for name, group in groupby(rows, lambda row: row.indicator.level1)
        ],
        money=money,
        elapsed=sources.elapsed,
        done=sum(row.reading.lack not in {"未填", "有误"} for row in rows),
        missing=_missing(rows, money),
        execution=_execution(money),
        tiers=_tier_options(sources.pack),
        errors=defaultdict(str, sources.wrong),
        conflicts=len(outcome.conflicts)
        + len(outcome.executed_conflicts)
        + len(outcome.quantity_conflicts),
    )


def _row(sources: _Sources, indicator: Indicator) -> Row:
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
        control=_control(indicator),
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
            sources.elapsed,
            is_wrong=f"actual-{key}" in outcome.errors,
            fallen=sources.stand.fallen(indicator),
        ),
        errors=defaultdict(str, errors),
        theirs=_theirs(shown, theirs, unit) if theirs else None,
        remarks=sources.remarks.get(key, []),
        files=sources.evidence.get(key, []),
        basis=figures.basis,
        quantities=sources.quantities.get(key, []),
        points=point_cells(indicator, (typed or shown).answers),
    )


def shown_figures(figures: Figures, unit: str | None) -> str:
    """A row's actual as pages show it: 本期无数据, 不涉及, or the value; empty for a blank."""
    if figures.is_no_data:
        return NO_DATA
    return OUTSIDE if figures.is_zero_over_zero else with_unit(figures.actual, unit)


def _control(indicator: Indicator) -> str:
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


def with_unit(value: Value | Tier, unit: str | None) -> str:
    """A value as pages show it; empty for a blank."""
    if isinstance(value, Checked):
        return f"{value.fulfilled} / {value.counted} 项符合"
    if isinstance(value, TierChoice):
        return f"{SHORT_TIERS[value.tier]} {format_number(value.rate)}%"
    if isinstance(value, Tier):
        return SHORT_TIERS[value]
    return "" if value is None else format_actual(value, unit)


def _theirs(shown: Entry, row: Actual, unit: str | None) -> Theirs:
    figures = figures_of(row)
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


def _money(sources: _Sources) -> list[MoneyRow]:
    found = []
    executions = sources.quarter.executions
    for line in sources.quarter.plan.budget_lines:
        key, stored = line.source.value, executions.get(line.source)
        shown = shown_executed(line.source, stored)
        theirs = sources.outcome.executed_conflicts.get(line.source)
        name = f"executed-{key}"
        is_refused = theirs is not None or name in sources.outcome.errors
        typed = sources.posted.executed.get(line.source) if sources.posted else None
        found.append(
            MoneyRow(
                source=line.source,
                adjusted=line.adjusted,
                before=sources.quarter.executed_before.get(line.source),
                executed=stored.executed if stored else None,
                text=typed.text if typed and is_refused else shown.text,
                version=shown.version,
                was=shown.text,
                error=sources.wrong.get(name, ""),
                theirs=shown.text if theirs else "",
                basis=stored.basis if stored else "",
            )
        )
    return found


def _missing(rows: list[Row], money: list[MoneyRow]) -> list[tuple[str, str]]:
    missing = [
        (f"{brief(row.indicator.name)}{row.reading.lack}", f"#{row.anchor}")
        for row in rows
        if row.reading.lack
    ]
    for one in money:
        lack = "有误" if one.error and one.text else "未填" if one.executed is None else ""
        if lack:
            missing.append((f"{one.source.label}执行数{lack}", f"#executed-{one.source.value}"))
    return missing


def brief(name: str) -> str:
    """A name for the bar at the foot, where there is no room for a long one."""
    return name if len(name) <= 12 else f"{name[:11]}…"


def _execution(money: list[MoneyRow]) -> Execution:
    """The sum over the sources; the executed one is unknown while a source is 未填报."""
    amounts = [one.executed for one in money if one.executed is not None]
    is_whole = bool(money) and len(amounts) == len(money)
    return Execution(
        sum((one.adjusted for one in money), Decimal(0)) if money else None,
        sum(amounts, Decimal(0)) if is_whole else None,
    )


def _tier_options(pack: RulePack) -> list[tuple[str, str]]:
    return [
        (tier.value, f"{SHORT_TIERS[tier]}（{format_number(low)}–{format_number(high)}%）")
        for tier, (low, high) in bands_of(pack).items()
    ]
