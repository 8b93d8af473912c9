"""One row of the quarter's grid: what was typed, and the figures that it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from perf.core.actuals import TierChoice, parse_actual, parse_tier
from perf.core.attainment import attainment
from perf.core.errors import InvalidInput
from perf.core.numbers import round_half_up
from perf.core.rulepack import RulePack
from perf.core.targets import Target
from perf.core.terms import Comparator, DeviationKind, Likelihood, Tier
from perf.models import Actual, Indicator
from perf.services.steps import MAX_TEXT
from perf.services.typed import clean_text

Value = Decimal | date | TierChoice | None
T = TypeVar("T")
Choice = TypeVar("Choice", Tier, Likelihood, DeviationKind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as typed. `version` is that of the stored row the page showed (0 for none).

    `is_touched` is False where the user left the row as the page showed it: it is not written.
    """

    indicator_id: int
    version: int
    is_touched: bool = True
    value: str = ""
    tier: str = ""
    rate: str = ""
    is_no_data: bool = False
    deviation_kind: str = ""
    deviation_reason: str = ""
    expected: str = ""
    likelihood: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one row says: the actual, the outlook for the year and the reason given."""

    actual: Value = None
    is_no_data: bool = False
    deviation_kind: DeviationKind | None = None
    deviation_reason: str = ""
    expected: Decimal | date | Tier | None = None
    likelihood: Likelihood | None = None


NOTHING = Figures()


def figures_of(row: Actual | None) -> Figures:
    """What a stored row says; nothing where there is none."""
    if row is None:
        return NOTHING
    outlooks = (row.expected_value, row.expected_on, row.expected_tier)
    return Figures(
        row.actual,
        row.is_no_data,
        row.deviation_kind,
        row.deviation_reason,
        next((one for one in outlooks if one is not None), None),
        row.likelihood,
    )


def read_entry(
    entry: Entry, indicator: Indicator, pack: RulePack, before: Figures = NOTHING
) -> tuple[Figures, dict[str, str]]:
    """A typed row's figures, and the sentences of the cells that cannot be taken.

    A bad cell keeps what `before` says. Errors are keyed as in `Outcome`.
    """
    target, key = indicator.target, indicator.id
    errors: dict[str, str] = {}

    def tried(cell: str, read: Callable[[], T], stored: T) -> T:
        try:
            return read()
        except InvalidInput as error:
            errors[f"{cell}-{key}"] = str(error)
            return stored

    actual = tried("actual", lambda: _read_actual(entry, target, pack), before.actual)
    is_bad = bool(errors)
    return (
        Figures(
            actual=actual,
            is_no_data=before.is_no_data if is_bad else entry.is_no_data,
            deviation_kind=tried(
                "kind", lambda: _choice(DeviationKind, entry.deviation_kind), before.deviation_kind
            ),
            deviation_reason=tried(
                "reason", lambda: _read_reason(entry.deviation_reason), before.deviation_reason
            ),
            expected=tried(
                "expected", lambda: _read_expected(entry.expected, target, pack), before.expected
            ),
            likelihood=tried(
                "likelihood", lambda: _choice(Likelihood, entry.likelihood), before.likelihood
            ),
        ),
        errors,
    )


def _read_actual(entry: Entry, target: Target, pack: RulePack) -> Value:
    if target.comparator is Comparator.QUALITATIVE:
        value: Value = parse_tier(entry.tier, entry.rate, bands_of(pack))
    else:
        value = parse_actual(entry.value, target, bands=bands_of(pack))
    if value is None:
        return None
    if entry.is_no_data:
        raise InvalidInput("选择了“本期无数据”就不能再填数值，请清空数值或取消选择。")
    if isinstance(value, TierChoice) and value.rate != round_half_up(value.rate):
        raise InvalidInput("完成率最多 2 位小数，请四舍五入后再填。")
    # What cannot be held against its target is refused here, in its own cell.
    attainment(target, value, pack)
    return value


def _read_expected(text: str, target: Target, pack: RulePack) -> Decimal | date | Tier | None:
    if target.comparator is Comparator.QUALITATIVE:
        return _choice(Tier, text)
    for tier in Tier:
        if target.comparator is Comparator.PERIOD and text.strip() == tier.label:
            return tier
    value = parse_actual(text, target, bands=bands_of(pack))
    return value.tier if isinstance(value, TierChoice) else value


def _read_reason(text: str) -> str:
    reason = clean_text(text)
    if len(reason) > MAX_TEXT:
        raise InvalidInput(
            f"原因最多 {MAX_TEXT} 字，现有 {len(reason)} 字。请精简，详细材料请作为佐证上传。"
        )
    return reason


def bands_of(pack: RulePack) -> dict[Tier, tuple[Decimal, Decimal]]:
    """The bands of the grades under a pack, as `parse_tier` takes them."""
    return {tier: pack.tiers.band(tier) for tier in Tier}


def _choice(enumeration: type[Choice], text: str) -> Choice | None:
    if not text:
        return None
    for member in enumeration:
        if member.value == text:
            return member
    raise InvalidInput("请从列表中选择一项。")
