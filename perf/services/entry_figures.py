"""One row of the quarter's grid: what was typed, and the figures that it says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from perf.core.actuals import (
    Actual as ActualValue,
)
from perf.core.actuals import (
    Answer,
    Checked,
    TierChoice,
    parse_actual,
    parse_tier,
)
from perf.core.attainment import NOT_APPLICABLE, Result, attainment
from perf.core.check_list import points_of
from perf.core.errors import InvalidInput
from perf.core.numbers import round_half_up
from perf.core.rulepack import RulePack
from perf.core.targets import Target
from perf.core.terms import Comparator, DeviationKind, Likelihood, Tier
from perf.models import Actual, Indicator
from perf.services.computed import Computed
from perf.services.steps import MAX_TEXT
from perf.services.typed import clean_text

Value = ActualValue | None
_ANSWERS = {answer.value: answer for answer in Answer}
NO_ANSWER = "-"
T = TypeVar("T")
Choice = TypeVar("Choice", Tier, Likelihood, DeviationKind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as typed. `version` is that of the stored row the page showed (0 for none).

    `is_touched` is False where the user left the row as the page showed it: it is not written.
    `basis` says how the value came about where a list gave it.
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
    answers: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one row says: the actual, the outlook for the year and the reason given.

    `is_zero_over_zero` and `basis` are those of a computed actual (`Actual` says what they are).
    """

    actual: Value = None
    is_no_data: bool = False
    is_zero_over_zero: bool = False
    basis: str = ""
    deviation_kind: DeviationKind | None = None
    deviation_reason: str = ""
    expected: Decimal | date | Tier | None = None
    likelihood: Likelihood | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the actual is 未填报: no value, and nothing that stands instead of one."""
        return self.actual is None and not self.is_no_data and not self.is_zero_over_zero

    @property
    def result(self) -> Result:
        """The actual, 不涉及 where the formula gives 0 over 0, or None for 未填报."""
        return NOT_APPLICABLE if self.is_zero_over_zero else self.actual


NOTHING = Figures()


def figures_of(row: Actual | None) -> Figures:
    """What a stored row says; nothing where there is none."""
    if row is None:
        return NOTHING
    outlooks = (row.expected_value, row.expected_on, row.expected_tier)
    return Figures(
        row.actual,
        row.is_no_data,
        row.is_zero_over_zero,
        row.basis,
        row.deviation_kind,
        row.deviation_reason,
        next((one for one in outlooks if one is not None), None),
        row.likelihood,
    )


def read_entry(
    entry: Entry,
    indicator: Indicator,
    pack: RulePack,
    before: Figures = NOTHING,
    computed: Computed | None = None,
) -> tuple[Figures, dict[str, str]]:
    """A typed row's figures, and the sentences of the cells that cannot be taken.

    A bad cell keeps what `before` says. Errors are keyed as in `Outcome`. Where the actual is
    computed, `computed` stands instead of what is typed as one.
    """
    target, key = indicator.target, indicator.id
    errors: dict[str, str] = {}

    def tried(cell: str, read: Callable[[], T], stored: T) -> T:
        try:
            return read()
        except InvalidInput as error:
            errors[f"{cell}-{key}"] = str(error)
            return stored

    stored = before.actual if computed is None else None
    actual = tried("actual", lambda: _read_actual(entry, indicator, pack, computed), stored)
    is_bad = bool(errors)
    return (
        Figures(
            actual=actual,
            is_no_data=before.is_no_data if is_bad else entry.is_no_data,
            is_zero_over_zero=computed is not None and computed.is_zero_over_zero,
            basis=_basis("" if is_bad else entry.basis, actual, before, computed),
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


def recompute(
    before: Figures, indicator: Indicator, pack: RulePack, computed: Computed | None
) -> tuple[Figures, dict[str, str]]:
    """A stored row's figures with its computed actual brought up to date, and why it has none."""
    if computed is None:
        return before, {}
    errors: dict[str, str] = {}
    actual: Value = None
    try:
        actual = _demand_fit(_taken(computed), before.is_no_data, indicator, pack, computed)
    except InvalidInput as error:
        errors[f"actual-{indicator.id}"] = str(error)
    is_outside = computed.is_zero_over_zero and not errors
    basis = "" if errors else computed.basis
    return replace(before, actual=actual, is_zero_over_zero=is_outside, basis=basis), errors


def _basis(given: str, actual: Value, before: Figures, computed: Computed | None) -> str:
    """How a value that was not typed came about; what a list gave holds until it is typed over."""
    if computed is not None:
        return computed.basis
    if given:
        return given
    return before.basis if actual == before.actual else ""


def _read_actual(
    entry: Entry, indicator: Indicator, pack: RulePack, computed: Computed | None
) -> Value:
    value = _typed(entry, indicator, pack) if computed is None else _taken(computed)
    return _demand_fit(value, entry.is_no_data, indicator, pack, computed)


def _demand_fit(
    value: Value, is_no_data: bool, indicator: Indicator, pack: RulePack, computed: Computed | None
) -> Value:
    """The value again; what contradicts 本期无数据 or cannot be held against its target raises."""
    is_outside = computed is not None and computed.is_zero_over_zero
    if value is None and not is_outside:
        return None
    if is_no_data:
        raise InvalidInput("选择了“本期无数据”就不能再填数值，请清空数值或取消选择。")
    if isinstance(value, TierChoice) and value.rate != round_half_up(value.rate):
        raise InvalidInput("完成率最多 2 位小数，请四舍五入后再填。")
    # What cannot be held against its target is refused here, in its own cell.
    attainment(indicator.target, value, pack)
    return value


def _taken(computed: Computed) -> Value:
    if computed.error:
        raise InvalidInput(computed.error)
    return computed.actual


def _typed(entry: Entry, indicator: Indicator, pack: RulePack) -> Value:
    target = indicator.target
    if indicator.is_check_list:
        return read_answers(entry.answers, len(points_of(indicator.note)))
    if target.comparator is Comparator.QUALITATIVE:
        return parse_tier(entry.tier, entry.rate, bands_of(pack))
    return parse_actual(entry.value, target, bands=bands_of(pack))


def read_answers(letters: str, count: int) -> Checked | None:
    """The answers to `count` points, a letter each (y, n, x, or NO_ANSWER); None for none.

    Raises InvalidInput where some are missing: half a list has no share.
    """
    answers = [_ANSWERS.get(letter) for letter in letters[:count].ljust(count, NO_ANSWER)]
    given = tuple(answer for answer in answers if answer is not None)
    if not given:
        return None
    if len(given) < count:
        raise InvalidInput(f"共 {count} 个要点，还有 {count - len(given)} 个没有核对，请逐项选择。")
    return Checked(given)


def _read_expected(text: str, target: Target, pack: RulePack) -> Decimal | date | Tier | None:
    if target.comparator is Comparator.QUALITATIVE:
        return _choice(Tier, text)
    for tier in Tier:
        if target.comparator is Comparator.PERIOD and text.strip() == tier.label:
            return tier
    value = parse_actual(text, target, bands=bands_of(pack))
    if isinstance(value, TierChoice):
        return value.tier
    return value if isinstance(value, Decimal | date) else None


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
