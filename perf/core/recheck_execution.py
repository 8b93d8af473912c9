"""What is wrong with the funds and the budget execution that a filled form prints."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from perf.core.errors import InvalidInput
from perf.core.execution import Execution, ExecutionFlag, ExecutionScore, score_execution
from perf.core.filled import Amounts, FilledForm, PrintedExecution
from perf.core.findings import Finding, Severity
from perf.core.numbers import EXACT, format_fixed, format_number, round_half_up
from perf.core.recheck_rows import decimals
from perf.core.rulepack import RulePack

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_PLACE = "预算执行率"
# Amounts printed to 0.01 万元 are whole hundreds of 元, each up to 50 元 off.
_PRINTED_UNIT = Decimal(100)
_HALF_UNIT = Decimal(50)


def check_execution(
    form: FilledForm, pack: RulePack
) -> tuple[ExecutionScore | None, list[Finding]]:
    """The recomputed execution (None where it cannot be) and what is wrong with the printed one.

    `pack` carries the printed weight. Where the printed score lies within what amounts printed
    to 0.01 万元 leave open, its points are the printed ones. 338.31 of 329.77 万元 →
    `execution-over-budget`.
    """
    found = list(_check_funds(form))
    execution = Execution(form.money.adjusted, form.money.executed)
    try:
        scored = score_execution(execution, pack)
    except InvalidInput as refused:
        over = bool(execution.executed) and not execution.adjusted
        code = "executed-without-budget" if over else "money-invalid"
        return None, [*found, Finding(Severity.ERROR, code, str(refused), _PLACE)]
    low, high = _corners(execution, pack)
    found += _check_rate(form.execution, scored, low.execution, high.execution)
    found += _check_score(form.execution, scored, low, high)
    if scored.points is not None and _is_within(form.execution.score, low.points, high.points):
        scored = replace(scored, points=form.execution.score)
    return scored, found


def _corners(execution: Execution, pack: RulePack) -> tuple[ExecutionScore, ExecutionScore]:
    """The scores of the lowest and the highest rate that the printed amounts may stand for."""
    adjusted, executed = execution.adjusted, execution.executed
    low = high = execution
    if (
        adjusted is not None
        and executed is not None
        and adjusted >= _PRINTED_UNIT
        and not adjusted % _PRINTED_UNIT
        and not executed % _PRINTED_UNIT
    ):
        low = Execution(adjusted + _HALF_UNIT, max(_ZERO, executed - _HALF_UNIT))
        high = Execution(adjusted - _HALF_UNIT, executed + _HALF_UNIT)
    return score_execution(low, pack), score_execution(high, pack)


def _is_within(printed: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if printed is None or low is None or high is None:
        return False
    return low <= printed <= high


def _check_funds(form: FilledForm) -> Iterator[Finding]:
    columns = (
        ("年初预算数", [line.initial for line in _lines(form)]),
        ("全年预算数", [line.adjusted for line in _lines(form)]),
        ("全年执行数", [line.executed for line in _lines(form)]),
    )
    for title, (total, *parts) in columns:
        known = [part for part in parts if part is not None]
        if total is None or not known or sum(known, _ZERO) == total:
            continue
        whole, added = _wan(total), _wan(sum(known, _ZERO))
        message = f"{title}：年度资金总额 {whole} 万元，各项资金合计 {added} 万元"
        if _is_rounded(total, known):
            message = f"{message}，相差在金额印至 0.01 万元的舍入之内。"
            yield Finding(Severity.INFO, "rounding", message, "年度资金总额")
        else:
            yield Finding(Severity.WARNING, "funds-sum", f"{message}，请核对。", "年度资金总额")


def _is_rounded(total: Decimal, parts: list[Decimal]) -> bool:
    """Whether amounts printed to 0.01 万元 need not add up any better."""
    amounts = [total, *parts]
    if any(amount % _PRINTED_UNIT for amount in amounts):
        return False
    return abs(total - sum(parts, _ZERO)) <= _HALF_UNIT * len(amounts)


def _lines(form: FilledForm) -> list[Amounts]:
    return [form.money, *(amounts for _, amounts in form.funds)]


def _wan(yuan: Decimal) -> str:
    return format_number(EXACT.scaleb(yuan, -4))


def _check_rate(
    printed: PrintedExecution, scored: ExecutionScore, low: Execution, high: Execution
) -> Iterator[Finding]:
    adjusted, executed = scored.execution.adjusted, scored.execution.executed
    if not adjusted or executed is None:
        return
    if printed.rate is not None:
        places = max(0, -int(printed.rate.as_tuple().exponent))
        rate = _percent(scored.execution, places)
        if not _percent(low, places) <= printed.rate <= _percent(high, places):
            shown, working = format(printed.rate, "f"), f"{_wan(executed)} ÷ {_wan(adjusted)}"
            message = f"表上执行率 {shown}%，按 {working} 应为 {rate}%。"
            yield Finding(Severity.WARNING, "execution-rate-wrong", message, _PLACE)
    if ExecutionFlag.OVER in scored.flags:
        percent = format_fixed(_percent(scored.execution, 2))
        message = f"全年执行数超过全年预算数，执行率 {percent}%，请核对预算调整数。"
        yield Finding(Severity.WARNING, "execution-over-budget", message, _PLACE)
    if scored.needs_reason and not printed.has_reason:
        percent = format_number(scored.pack.execution.reason_below * _HUNDRED)
        message = f"预算执行率低于 {percent}%，须说明原因。"
        yield Finding(Severity.WARNING, "execution-reason-missing", message, _PLACE)


def _percent(execution: Execution, places: int) -> Decimal:
    executed, adjusted = execution.executed or _ZERO, execution.adjusted or _ZERO
    return round_half_up(EXACT.multiply(executed, _HUNDRED), adjusted, places)


def _check_score(
    printed: PrintedExecution, scored: ExecutionScore, low: ExecutionScore, high: ExecutionScore
) -> Iterator[Finding]:
    points = scored.points
    if not scored.pack.execution.weight or points is None or printed.score is None:
        return
    if round_half_up(printed.score) == round_half_up(points):
        return
    told = f"表上预算执行得 {format_number(printed.score)} 分，重算：{scored.steps[0]}"
    if _is_within(printed.score, low.points, high.points):
        told = f"{told}，相差在金额印至 0.01 万元的舍入之内。"
        yield Finding(Severity.INFO, "rounding", told, _PLACE)
    elif printed.score == round_half_up(points, places=decimals(printed.score)):
        yield Finding(Severity.INFO, "rounding", f"{told}，只是舍入不同。", _PLACE)
    else:
        yield Finding(Severity.WARNING, "execution-score-differs", f"{told}。", _PLACE)
