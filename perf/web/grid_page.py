"""What the quarter's page shows: its rows, its money, what is missing and what was refused."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from perf.core.execution import Execution
from perf.core.numbers import format_number
from perf.core.periods import MONTHS, parse_period
from perf.core.progress import reached_share
from perf.core.rulepack import RulePack
from perf.core.terms import Light
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.computed import Computed
from perf.services.entry_figures import bands_of
from perf.services.outcome import Outcome
from perf.services.quantities import Stand
from perf.web.grid_form import Posted
from perf.web.grid_money import MoneyRow, execution_of, money_rows
from perf.web.grid_parts import formula_cells
from perf.web.grid_row import Row, RowSources, grid_row
from perf.web.grid_values import SHORT_TIERS

_EXECUTED = "累计执行数"


@dataclass(frozen=True, slots=True)
class GridPage:
    """The grid; `groups` are (class, rows) in form order, `errors` by the cell's name.

    `others` are the rows of other offices where only one's own are shown.
    """

    groups: list[tuple[str, list[Row]]]
    money: list[MoneyRow]
    months: int
    done: int
    missing: list[tuple[str, str]]
    execution: Execution
    tiers: list[tuple[str, str]]
    errors: Mapping[str, str]
    conflicts: int
    others: list[Row]

    @property
    def elapsed(self) -> Decimal:
        """The part of the year gone: the progress that time demands."""
        return Decimal(self.months) / MONTHS

    @property
    def reached(self) -> Decimal | None:
        """The share of the goals reached so far, by weight; None while no row has a figure."""
        every = [*self.rows, *self.others]
        return reached_share([(row.indicator.weight, row.reading.share) for row in every])

    @property
    def lights(self) -> list[tuple[Light, int]]:
        """How many rows have each light, the worst one last; those with none are not counted."""
        lights = [row.reading.light for row in (*self.rows, *self.others)]
        return [(light, lights.count(light)) for light in Light]

    @property
    def rows(self) -> list[Row]:
        """All rows that are shown, in form order."""
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


def grid_page(
    quarter: Quarter,
    *,
    posted: Posted | None = None,
    outcome: Outcome | None = None,
    errors: Mapping[str, str] | None = None,
    computed: Mapping[int, Computed] | None = None,
    office_id: int | None = None,
) -> GridPage:
    """The grid as stored; where a save refused something, that row as it was typed.

    With an `office_id` only its rows are shown.

    `computed` are the computed actuals as they would be now, where the grid is filled in.
    `errors` are further sentences by the cell's name: what a submission lacks, what a file is.
    """
    outcome, computed = outcome or Outcome(), computed or {}
    # A quantity is typed in the first row that needs it, which has to be one that is shown.
    shown_first = sorted(
        quarter.plan.indicators,
        key=lambda row: office_id is not None and row.office_id != office_id,
    )
    sources = RowSources(
        quarter=quarter,
        pack=pack_of(quarter.plan),
        months=parse_period(quarter.period.code).months,
        posted=posted,
        outcome=outcome,
        wrong={**outcome.errors, **(errors or {})},
        actuals=quarter.actuals,
        evidence=quarter.evidence,
        remarks=quarter.remarks,
        quantities=formula_cells(shown_first, quarter, posted, outcome),
        computed=computed,
        stand=Stand(
            quarter.plan,
            quarter.submission.quantities if quarter.submission else [],
            quarter.quantities_before,
        ),
    )
    every = [grid_row(sources, indicator) for indicator in quarter.plan.indicators]
    rows = [row for row in every if office_id in {None, row.indicator.office_id}]
    money = money_rows(quarter, posted, outcome, sources.wrong)
    return GridPage(
        groups=[
            (name, list(group)) for name, group in groupby(rows, lambda row: row.indicator.level1)
        ],
        money=money,
        months=sources.months,
        done=sum(row.reading.lack not in {"未填", "有误"} for row in rows),
        missing=_missing(rows, money),
        execution=execution_of(money),
        tiers=_tier_options(sources.pack),
        errors=defaultdict(str, sources.wrong),
        conflicts=len(outcome.conflicts)
        + len(outcome.executed_conflicts)
        + len(outcome.quantity_conflicts),
        others=[row for row in every if office_id not in {None, row.indicator.office_id}],
    )


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


def _tier_options(pack: RulePack) -> list[tuple[str, str]]:
    return [
        (tier.value, f"{SHORT_TIERS[tier]}（{format_number(low)}–{format_number(high)}%）")
        for tier, (low, high) in bands_of(pack).items()
    ]
