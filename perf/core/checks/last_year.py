"""Targets that ask for less than was reached the year before."""

from collections.abc import Iterator
from decimal import Decimal

from perf.core.attainment import is_at_most
from perf.core.checks.subject import Noticed, Subject, names_of
from perf.core.findings import Severity
from perf.core.numbers import format_number
from perf.core.targets import Target
from perf.core.terms import Comparator, Sense

_ALL = Decimal(100)


def check_last_year(subject: Subject) -> Iterator[Noticed]:
    """Targets below what the same indicator reached last year (above it, where less is better).

    ≥100件 after 250件 gives `target-below-last-year`. Only figures in the same unit are compared;
    a cost follows the year's budget, and nothing can be asked beyond 100 %: neither is judged.
    """
    easier = []
    for row in subject.rows if subject.last_year else ():
        actual = subject.last_year.get(row.key)
        if actual is not None and is_easier(row.target, actual, is_cost=row.is_cost):
            easier.append((row, f"上年 {format_number(actual)}{row.target.unit or ''}"))
    if not easier:
        return
    said = [f"{row.name}（{row.indicator.target}，{reached}）" for row, reached in easier]
    message = (
        f"{len(said)} 项指标值比上年实际完成值宽松：{names_of(said)}。"
        "请核对：没有特殊原因的不低于上年水平，有原因的请在指标值说明里写明。"
    )
    beside = [
        (row, f"比上年实际完成值宽松（{reached}），请提高要求，或在说明里写明原因。")
        for row, reached in easier
    ]
    yield subject.say_together(Severity.WARNING, "target-below-last-year", message, beside)


def is_easier(target: Target, actual: Decimal, *, is_cost: bool = False) -> bool:
    """Whether a target asks for less than the figure, in its own unit, that was reached before.

    ≥100件 after 250件 → True; ≥100% after 103% and every cost → False.
    """
    if not isinstance(target.value, Decimal) or is_cost or target.sense is Sense.EXACTLY:
        return False
    if target.comparator is Comparator.BETWEEN:
        return False
    if is_at_most(target):
        return target.value > actual
    is_all = target.unit == "%" and target.value >= _ALL
    return target.value < actual and not is_all
