"""The quarter's grid as a form: its cells' names, what they show and what was posted in them."""

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from perf.core.actuals import Checked, TierChoice, format_actual
from perf.core.check_list import points_of
from perf.core.numbers import format_number
from perf.core.terms import Comparator, FundSource
from perf.models import Actual, BudgetExecution, Indicator, Plan, QuantityValue
from perf.services.entries import ExecutedEntry
from perf.services.entry_figures import NO_ANSWER, Entry, figures_of
from perf.services.money import write_wan
from perf.services.quantities import QuantityEntry

Form = MultiDict[str, str] | ImmutableMultiDict[str, str]
_IDENTITY = frozenset({"indicator_id", "version", "is_touched"})


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted grid: the version of the quarter that the page showed, and every row."""

    version: int
    entries: dict[int, Entry]
    executed: dict[FundSource, ExecutedEntry]
    quantities: dict[int, QuantityEntry]


def read_grid(form: Form, plan: Plan) -> Posted:
    """The rows of this plan's grid as posted; what is no cell of it is left aside.

    A row is touched where it differs from what the page showed (`was-…`), unless the user takes
    the other's value (`take-…`).
    """
    return Posted(
        whole_number(form, "version"),
        {
            indicator.id: _read_row(form, indicator)
            for indicator in plan.indicators
            if any(f"{cell}-{indicator.id}" in form for cell in _own_cells(indicator))
        },
        {
            line.source: _read_executed(form, line.source)
            for line in plan.budget_lines
            if f"executed-{line.source.value}" in form
        },
        {
            quantity.id: _read_quantity(form, quantity.id)
            for quantity in plan.quantities
            if f"quantity-{quantity.id}" in form
        },
    )


def _own_cells(indicator: Indicator) -> tuple[str, ...]:
    """What a posted row has at least; without it the row was not on the page."""
    is_typed = not indicator.is_computed and not indicator.is_check_list
    return ("actual", "tier") if is_typed else ("version",)


def _read_row(form: Form, indicator: Indicator) -> Entry:
    key = indicator.id
    entry = Entry(
        indicator_id=key,
        version=whole_number(form, f"version-{key}"),
        value=form.get(f"actual-{key}", ""),
        tier=form.get(f"tier-{key}", ""),
        rate=form.get(f"rate-{key}", ""),
        is_no_data=f"nodata-{key}" in form,
        deviation_kind=form.get(f"kind-{key}", ""),
        deviation_reason=form.get(f"reason-{key}", "").replace("\r\n", "\n"),
        expected=form.get(f"expected-{key}", ""),
        likelihood=form.get(f"likelihood-{key}", ""),
        answers=read_letters(form, indicator),
    )
    is_left = f"take-{key}" in form or form.get(f"was-{key}") == digest_of(entry)
    return replace(entry, is_touched=not is_left)


def read_letters(form: Form, indicator: Indicator) -> str:
    """The answers of a check list as posted, a letter a point; empty where there is no list."""
    if not indicator.is_check_list:
        return ""
    count = len(points_of(indicator.note))
    letters = [form.get(f"answer-{indicator.id}-{number}", "")[:1] for number in range(count)]
    return "".join(letter or NO_ANSWER for letter in letters)


def _read_quantity(form: Form, key: int) -> QuantityEntry:
    text = form.get(f"quantity-{key}", "")
    is_left = f"take-quantity-{key}" in form or form.get(f"quantity-was-{key}") == text
    return QuantityEntry(
        key, whole_number(form, f"quantity-version-{key}"), text, is_touched=not is_left
    )


def _read_executed(form: Form, source: FundSource) -> ExecutedEntry:
    key, text = source.value, form.get(f"executed-{source.value}", "")
    is_left = f"take-{key}" in form or form.get(f"executed-was-{key}") == text
    return ExecutedEntry(
        source, whole_number(form, f"executed-version-{key}"), text, is_touched=not is_left
    )


def whole_number(form: Form, name: str) -> int:
    """A version or an id as posted; 0 where there is none that could be one."""
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def shown_entry(indicator: Indicator, row: Actual | None) -> Entry:
    """A stored row as the grid's cells show it."""
    figures = figures_of(row)
    is_tiered = indicator.target.comparator is Comparator.QUALITATIVE
    is_typed = not indicator.is_computed and not indicator.is_check_list
    choice = figures.actual if isinstance(figures.actual, TierChoice) and is_tiered else None
    return Entry(
        indicator_id=indicator.id,
        version=row.version if row else 0,
        value=cell_text(figures.actual) if is_typed and not choice else "",
        tier=choice.tier.value if choice else "",
        rate=format_number(choice.rate) if choice else "",
        is_no_data=figures.is_no_data,
        deviation_kind=figures.deviation_kind or "",
        deviation_reason=figures.deviation_reason,
        expected=(
            (figures.expected or "") if is_tiered else cell_text(figures.expected)  # type: ignore[arg-type]
        ),
        likelihood=figures.likelihood or "",
        answers=_letters_of(indicator, figures.actual),
    )


def _letters_of(indicator: Indicator, actual: object) -> str:
    if not indicator.is_check_list:
        return ""
    count = len(points_of(indicator.note))
    letters = "".join(actual.answers) if isinstance(actual, Checked) else ""
    return letters[:count].ljust(count, NO_ANSWER)


def shown_quantity(key: int, row: QuantityValue | None) -> QuantityEntry:
    """A stored quantity as its cell shows it."""
    value = row.value if row else None
    text = "" if value is None else format_number(value)
    return QuantityEntry(key, row.version if row else 0, text)


def shown_executed(source: FundSource, row: BudgetExecution | None) -> ExecutedEntry:
    """A stored executed amount as its cell shows it, in 万元."""
    text = write_wan(row.executed if row else None)
    return ExecutedEntry(source, row.version if row else 0, text)


def cell_text(value: object) -> str:
    """A value without its unit, as an input holds it; empty for a blank."""
    match value:
        case Decimal() | date() | TierChoice():
            return format_actual(value)
        case None:
            return ""
        case _:
            return getattr(value, "label", str(value))


def digest_of(entry: Entry) -> str:
    """What `was-…` carries: a short digest of the row's cells."""
    texts = [getattr(entry, one.name) for one in fields(entry) if one.name not in _IDENTITY]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
