"""What a filled form adds up to: weights, total and rating."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from perf.core.execution import ExecutionScore, rating
from perf.core.filled import FilledForm
from perf.core.findings import Finding, Severity
from perf.core.numbers import EXACT, format_number, round_half_up
from perf.core.rulepack import RulePack

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_PLACE = "预算执行率"


def recomputed_total(
    points: Sequence[Decimal | None],
    printed: Decimal | None,
    executed: ExecutionScore | None,
    pack: RulePack,
) -> Decimal | None:
    """The total of the rows' points and the execution; None where any of it is unknown.

    `printed` stands in for an execution that cannot be computed. Where there was neither budget
    nor execution the rest is scaled to 100; a low rate caps the total where the pack says so.
    """
    known = [each for each in points if each is not None]
    if len(known) < len(points) or not points:
        return None
    total = sum(known, _ZERO)
    if not pack.execution.weight:
        return total
    if executed is not None and not executed.is_applicable:
        rest = _HUNDRED - pack.execution.weight
        return round_half_up(EXACT.multiply(total, _HUNDRED), rest)
    earned = printed if executed is None or executed.points is None else executed.points
    return None if earned is None else _capped(total + earned, executed, pack)


def _capped(total: Decimal, executed: ExecutionScore | None, pack: RulePack) -> Decimal:
    if pack.total_cap is None or executed is None or executed.points is None:
        return total
    execution = executed.execution
    band = pack.total_cap.band_of(execution.executed or _ZERO, execution.adjusted or _ZERO)
    return total if band is None else min(total, Decimal(band.at_most))


def check_sums(
    form: FilledForm,
    pack: RulePack,
    computed: Decimal | None,
    executed: ExecutionScore | None,
) -> list[Finding]:
    """What is wrong with the sum of weights, the printed total and the rating.

    Weights of 90 under a printed 100 → `weights-sum`; 85 printed 优 → `rating-wrong`.
    """
    return [
        *_check_weights(form, pack),
        *_check_total(form, pack, computed, executed),
        *_check_rating(form, pack, computed),
    ]


def _check_weights(form: FilledForm, pack: RulePack) -> Iterator[Finding]:
    known = [row.weight for row in form.rows if row.weight is not None]
    if len(known) < len(form.rows) or not known:
        return
    execution = pack.execution.weight
    indicators = sum(known, _ZERO)
    # An indicator 不涉及 may keep its weight on paper although the others carry it.
    outside = [row.weight for row in form.rows if row.weight and row.is_not_applicable]
    added = indicators + execution
    accepted = {added, added - sum(outside, _ZERO)}
    printed = form.weight_total
    if printed is None and _HUNDRED not in accepted:
        end = "应为 100"
    elif printed is not None and printed not in accepted:
        end = f"表上印的是 {format_number(printed)}"
    elif printed is not None and printed != _HUNDRED:
        end = "应为 100"
    else:
        return
    message = (
        f"分值合计 {format_number(added)}（指标 {format_number(indicators)}，"
        f"预算执行 {format_number(execution)}），{end}。"
    )
    yield Finding(Severity.ERROR, "weights-sum", message, "总分")


def _check_total(
    form: FilledForm,
    pack: RulePack,
    computed: Decimal | None,
    executed: ExecutionScore | None,
) -> Iterator[Finding]:
    if form.total is None:
        return
    shown = format_number(form.total)
    if form.total > _HUNDRED:
        message = f"总分 {shown} 超过 100，请更正。"
        yield Finding(Severity.ERROR, "total-over-100", message, "总分")
    scores = [row.score for row in form.rows if row.score is not None or not row.is_not_applicable]
    expected = recomputed_total(scores, form.execution.score, None, pack)
    if executed is not None and not executed.is_applicable:
        expected = recomputed_total(scores, None, executed, pack)
    elif expected is not None:
        expected = _capped(expected, executed, pack)
    if expected is not None and expected != form.total:
        message = f"表上总分 {shown}，按表上各项得分应为 {format_number(expected)}。"
        yield Finding(Severity.ERROR, "total-sum", message, "总分")
    if computed is not None and round_half_up(computed) != round_half_up(form.total):
        message = f"表上总分 {shown}，按评分办法重算是 {format_number(computed)}。"
        yield Finding(Severity.WARNING, "total-differs", message, "总分")


def _check_rating(form: FilledForm, pack: RulePack, computed: Decimal | None) -> Iterator[Finding]:
    if form.rating is None or form.total is None:
        return
    due, shown = rating(form.total, pack), form.rating.label
    if due is not form.rating:
        message = f"总分 {format_number(form.total)} 的评级应为“{due.label}”，表上是“{shown}”。"
        yield Finding(Severity.ERROR, "rating-wrong", message, "评级")
    elif computed is not None and rating(computed, pack) is not due:
        again = rating(computed, pack).label
        message = f"按重算的总分 {format_number(computed)} 评级是“{again}”，表上是“{shown}”。"
        yield Finding(Severity.WARNING, "rating-would-change", message, "评级")
