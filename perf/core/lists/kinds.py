"""What a list is, which lists can give an indicator's actual, and what comes out of one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from perf.core.findings import Finding, Severity
from perf.core.targets import Target
from perf.core.terms import Comparator, Labelled, Sense

_DAYS = re.compile("个?(?:[天日]|工作日|自然日|日历日)")
_RATES = frozenset({"%"})
_NUMBERS = frozenset(Comparator) - {
    Comparator.BY_DATE,
    Comparator.PERIOD,
    Comparator.QUALITATIVE,
}


class ListKind(Labelled):
    """What the rows of a list are."""

    DAYS = "days", "办理清单"
    ANSWERS = "answers", "满意度问卷"
    PAYMENTS = "payments", "支付明细"


class Measure(Labelled):
    """Which figure of a list of cases is the actual."""

    WORST = "worst", "最长"
    MEAN = "mean", "平均"
    SHARE = "share", "期限内办结的比例"


class MoneyUnit(Labelled):
    """The unit of a list's amounts."""

    YUAN = "yuan", "元"
    WAN = "wan", "万元"

    @property
    def yuan(self) -> int:
        """How many 元 it is."""
        return 10_000 if self is MoneyUnit.WAN else 1


MONEY_UNITS = {"元": MoneyUnit.YUAN, "万元": MoneyUnit.WAN, "万": MoneyUnit.WAN}


@dataclass(frozen=True, slots=True)
class ListValue:
    """What a list comes to.

    `value` is in the indicator's unit, for the executed budget in 元; None where an error among
    the `findings` keeps the list from being taken. `basis` is one line that says how the value
    came about, empty without one. `columns` and `rows` are the list as it was understood, each
    row as texts; they are what is kept as evidence.
    """

    value: Decimal | None
    basis: str
    findings: tuple[Finding, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def kinds_for(target: Target, *, is_satisfaction: bool) -> tuple[ListKind, ...]:
    """The kinds of lists that can give the actual of an indicator, the likeliest first.

    A time limit takes cases, a rate that is to be reached questionnaires or cases, an amount of
    money payments; anything else none. ≤7天 → cases; ≥90% → questionnaires and cases; ≤5% → none,
    because both lists give the share that went well.
    """
    unit = target.unit or ""
    if target.comparator not in _NUMBERS:
        return ()
    at_most = is_at_most(target)
    if _DAYS.fullmatch(unit):
        return (ListKind.DAYS,) if at_most or target.comparator is Comparator.BETWEEN else ()
    if unit in _RATES and not at_most:
        found = (ListKind.ANSWERS, ListKind.DAYS)
        return found if is_satisfaction else found[::-1]
    return (ListKind.PAYMENTS,) if unit in MONEY_UNITS else ()


def measures_for(target: Target) -> tuple[Measure, ...]:
    """The figures of a list of cases that fit the target's unit, the usual one first."""
    return (Measure.SHARE,) if target.unit in _RATES else (Measure.WORST, Measure.MEAN)


def is_at_most(target: Target) -> bool:
    """Whether less is better."""
    return target.comparator in {Comparator.LE, Comparator.LT} or target.sense is Sense.AT_MOST


def counts_working_days(target: Target, name: str) -> bool:
    """Whether the target, or for a rate the indicator's name, speaks of working days."""
    return "工作日" in f"{target.unit or ''}{target.text}{name}"


def limit_of(target: Target, name: str) -> Decimal | None:
    """The limit in days that a case has to keep: the target's own number, else the name's.

    None where neither says one. ≤7天 → 7; 5个工作日内办结率 with ≥95% → 5.
    """
    if _DAYS.fullmatch(target.unit or ""):
        bound = target.upper if target.upper is not None else target.value
        return bound if isinstance(bound, Decimal) else None
    found = re.search("([0-9]{1,3})个?(?:天|日|工作日|自然日|日历日)", name)
    return Decimal(found[1]) if found else None


def refuse(code: str, message: str, row: int | None = None) -> Finding:
    """An error; at its row where it has one."""
    return _found(Severity.ERROR, code, message, row)


def warn(code: str, message: str, row: int | None = None) -> Finding:
    """Something that somebody has to look at."""
    return _found(Severity.WARNING, code, message, row)


def note(code: str, message: str, row: int | None = None) -> Finding:
    """Something that is good to know."""
    return _found(Severity.INFO, code, message, row)


def _found(severity: Severity, code: str, message: str, row: int | None) -> Finding:
    return Finding(severity, code, message, "" if row is None else f"第 {row} 行")


def is_refused(findings: Iterable[Finding]) -> bool:
    """Whether an error is among them."""
    return any(finding.severity is Severity.ERROR for finding in findings)
