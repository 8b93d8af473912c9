"""Recording actuals: what was typed into the grid's rows becomes figures, cell by cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.orm import Session

from perf import clock
from perf.core.actuals import TierChoice, parse_actual, parse_tier
from perf.core.attainment import attainment
from perf.core.errors import InvalidInput
from perf.core.numbers import parse_number, round_half_up
from perf.core.permissions import Actor
from perf.core.rulepack import RulePack
from perf.core.terms import Comparator, DeviationKind, FundSource, Likelihood, Tier
from perf.models import Actual, BudgetExecution, Indicator, Submission
from perf.services.ledger import record_change
from perf.services.steps import MAX_TEXT

YUAN_PER_WAN = Decimal(10000)
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
class ExecutedEntry:
    """The executed amount of one source in 万元 as typed."""

    source: FundSource
    version: int
    text: str
    is_touched: bool = True


@dataclass(slots=True)
class Outcome:
    """What became of a save: rows written, sentences by field, and rows somebody else changed.

    Errors are keyed like the grid's cells (`actual-12`, `expected-12`, `executed-fiscal`);
    `conflicts` holds the stored row beside which the typed one must be shown.
    """

    saved: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[int, Actual] = field(default_factory=dict)
    executed_conflicts: dict[FundSource, BudgetExecution] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether everything typed was taken."""
        return not (self.errors or self.conflicts or self.executed_conflicts)


def record_entries(
    session: Session,
    actor: Actor,
    submission: Submission,
    entries: Sequence[Entry],
    executed: Sequence[ExecutedEntry],
    pack: RulePack,
) -> Outcome:
    """Write every valid, changed row of an opened submission; say what became of the rest.

    A row whose stored version is not the one the page showed is a conflict and is not written.
    """
    outcome = Outcome()
    indicators = {row.id: row for row in submission.plan.indicators}
    stored = {row.indicator_id: row for row in submission.actuals}
    for entry in entries:
        indicator = indicators.get(entry.indicator_id)
        if indicator is None or not entry.is_touched:
            continue
        row = stored.get(indicator.id)
        before = _says(row) if row is not None else _NOTHING
        wanted = _read(entry, indicator, pack, before, outcome.errors)
        if wanted == before:
            continue
        if entry.version != (row.version if row is not None else 0):
            if row is not None:
                outcome.conflicts[indicator.id] = row
            continue
        if row is None:
            row = Actual(
                unit_id=submission.unit_id, submission_id=submission.id, indicator_id=indicator.id
            )
            submission.actuals.append(row)
        _write(session, actor, row, wanted, indicator, pack)
        outcome.saved += 1
    _record_executed(session, actor, submission, executed, outcome)
    if outcome.saved:
        submission.updated_at = clock.now()
        session.flush()
    return outcome


@dataclass(frozen=True, slots=True)
class _Figures:
    actual: Value
    is_no_data: bool
    deviation_kind: DeviationKind | None
    deviation_reason: str
    expected: Decimal | date | Tier | None
    likelihood: Likelihood | None


_NOTHING = _Figures(None, False, None, "", None, None)


def _says(row: Actual) -> _Figures:
    return _Figures(
        row.actual,
        row.is_no_data,
        row.deviation_kind,
        row.deviation_reason,
        next(
            (
                one
                for one in (row.expected_value, row.expected_on, row.expected_tier)
                if one is not None
            ),
            None,
        ),
        row.likelihood,
    )


def _read(
    entry: Entry, indicator: Indicator, pack: RulePack, before: _Figures, errors: dict[str, str]
) -> _Figures:
    """The row's figures; a bad cell keeps what is stored and puts its sentence into `errors`."""
    target, key = indicator.target, indicator.id
    is_tiered = target.comparator is Comparator.QUALITATIVE

    def tried(cell: str, read: Callable[[], T], stored: T) -> T:
        try:
            return read()
        except InvalidInput as error:
            errors[f"{cell}-{key}"] = str(error)
            return stored

    def read_actual() -> Value:
        if is_tiered:
            value: Value = parse_tier(entry.tier, entry.rate, pack.tiers)
        else:
            value = parse_actual(entry.value, target)
        if entry.is_no_data and value is not None:
            raise InvalidInput("选择了“本期无数据”就不能再填数值，请清空数值或取消选择。")
        return value

    def read_expected() -> Decimal | date | Tier | None:
        if is_tiered:
            return _choice(Tier, entry.expected)
        value = parse_actual(entry.expected, target)
        return None if isinstance(value, TierChoice) else value

    def read_reason() -> str:
        reason = entry.deviation_reason.replace("\x00", "").strip()
        if len(reason) > MAX_TEXT:
            raise InvalidInput(
                f"原因最多 {MAX_TEXT} 字，现有 {len(reason)} 字。请精简，详细材料请作为佐证上传。"
            )
        return reason

    actual = tried("actual", read_actual, before.actual)
    is_bad = f"actual-{key}" in errors
    return _Figures(
        actual=actual,
        is_no_data=before.is_no_data if is_bad else entry.is_no_data,
        deviation_kind=tried(
            "kind", lambda: _choice(DeviationKind, entry.deviation_kind), before.deviation_kind
        ),
        deviation_reason=tried("reason", read_reason, before.deviation_reason),
        expected=tried("expected", read_expected, before.expected),
        likelihood=tried(
            "likelihood", lambda: _choice(Likelihood, entry.likelihood), before.likelihood
        ),
    )


def _choice(enumeration: type[Choice], text: str) -> Choice | None:
    if not text:
        return None
    try:
        return enumeration(text)
    except ValueError:
        raise InvalidInput("请从列表中选择一项。") from None


def _write(
    session: Session,
    actor: Actor,
    row: Actual,
    wanted: _Figures,
    indicator: Indicator,
    pack: RulePack,
) -> None:
    row.actual = wanted.actual
    row.is_no_data = wanted.is_no_data
    row.deviation_kind = wanted.deviation_kind
    row.deviation_reason = wanted.deviation_reason
    expected = wanted.expected
    row.expected_value = expected if isinstance(expected, Decimal) else None
    row.expected_on = expected if isinstance(expected, date) else None
    row.expected_tier = expected if isinstance(expected, Tier) else None
    row.likelihood = wanted.likelihood
    judged = attainment(indicator.target, wanted.actual, pack)
    row.ratio = None if judged.ratio is None else stored_ratio(judged.ratio)
    row.is_met = judged.met
    row.updated_at = clock.now()
    row.updated_by_id = actor.id
    record_change(
        session, actor, "record_actual", row, name=indicator.name, plan_id=indicator.plan_id
    )


def stored_ratio(ratio: Decimal) -> Decimal:
    """A ratio as it is kept for lists: six decimals, and no more than the column holds."""
    return min(round_half_up(ratio, places=6), Decimal(999_999_999_999))


def _record_executed(
    session: Session,
    actor: Actor,
    submission: Submission,
    entries: Sequence[ExecutedEntry],
    outcome: Outcome,
) -> None:
    stored: Mapping[FundSource, BudgetExecution] = {
        row.source: row for row in submission.executions
    }
    sources = {line.source for line in submission.plan.budget_lines}
    for entry in entries:
        if entry.source not in sources or not entry.is_touched:
            continue
        row = stored.get(entry.source)
        try:
            amount = read_wan(entry.text)
        except InvalidInput as error:
            outcome.errors[f"executed-{entry.source.value}"] = str(error)
            continue
        if amount == (row.executed if row is not None else None):
            continue
        if entry.version != (row.version if row is not None else 0):
            if row is not None:
                outcome.executed_conflicts[entry.source] = row
            continue
        if row is None:
            row = BudgetExecution(
                unit_id=submission.unit_id, submission_id=submission.id, source=entry.source
            )
            submission.executions.append(row)
        row.executed = amount
        record_change(
            session,
            actor,
            "record_executed",
            row,
            name=f"{entry.source.label}累计执行数",
            plan_id=submission.plan_id,
        )
        outcome.saved += 1


def read_wan(text: str) -> Decimal | None:
    """万元 as typed (up to six decimals) in 元, exact to 分; None for a blank.

    Raises InvalidInput for what is no number, is negative or is finer than 分
    (`17.92` → 179200.00).
    """
    typed = "".join(text.split()).removesuffix("万元").removesuffix("万")
    number = parse_number(typed)
    if number is None:
        return None
    yuan = number * YUAN_PER_WAN
    if yuan < 0:
        raise InvalidInput("金额不能是负数，请核对。")
    if yuan != round_half_up(yuan):
        raise InvalidInput("金额精确到分，即万元的 6 位小数，请核对。")
    if yuan >= Decimal(10) ** 14:
        raise InvalidInput("金额太大，请核对单位是不是万元。")
    return yuan.quantize(Decimal("0.01"))
