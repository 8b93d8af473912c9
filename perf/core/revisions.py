"""Target revisions (目标调整): which way a target moved, and whether that came late in the year."""

from datetime import date
from decimal import Decimal

from perf.core.targets import Target
from perf.core.terms import Comparator, Labelled, Sense

LOWERED_LATE = "四季度调低"
"""What a target says of itself that was made easier in the year's last quarter."""

_DAYS = frozenset({Comparator.BY_DATE, Comparator.PERIOD})
_UPWARD = frozenset({Comparator.GE, Comparator.GT})
_DOWNWARD = frozenset({Comparator.LE, Comparator.LT})
_STRICT = frozenset({Comparator.GT, Comparator.LT})

# Where a range ends: the value, and whether it belongs to the range; None: it never ends there.
_End = tuple[Decimal | date, bool] | None


class TargetChange(Labelled):
    """Which way a target moved."""

    SAME = "same", "未变"
    LOWERED = "lowered", "调低"
    RAISED = "raised", "调高"
    OTHER = "other", "变更"


def target_change(old: Target, new: Target) -> TargetChange:
    """Whether the new target asks for less, for more, or for something else.

    A target is lowered where everything that met the old one meets the new one and more does;
    of a period only the last day counts, for nothing else is judged. Texts without a figure and
    figures in different units are only changed. Source: our own decision.
    `≥90%` → `≥80%` lowered, `≤7天` → `≤10天` lowered, `恰好5` → `恰好4` changed.
    """
    if not is_measured_alike(old, new) or _is_open(old) or _is_open(new):
        is_same = old.comparator is new.comparator and old.text.split() == new.text.split()
        return TargetChange.SAME if is_same else TargetChange.OTHER
    widens = _covers(new, old)
    narrows = _covers(old, new)
    if widens and narrows:
        return TargetChange.SAME
    if widens:
        return TargetChange.LOWERED
    return TargetChange.RAISED if narrows else TargetChange.OTHER


def is_measured_alike(old: Target, new: Target) -> bool:
    """Whether figures reported for the old target can be held against the new one as they are."""
    return _measure(old) == _measure(new)


def is_last_quarter(day: date, year: int) -> bool:
    """Whether the day is in the budget year's last quarter, or after the year."""
    return day >= date(year, 10, 1)


def _measure(target: Target) -> tuple[str, str]:
    if target.comparator is Comparator.QUALITATIVE:
        return "tier", ""
    if target.comparator in _DAYS:
        return "day", ""
    return "number", target.unit or ""


def _is_open(target: Target) -> bool:
    """Whether no figure or day was read that another one could be compared with."""
    return _last(target) is None and _first(target) is None


def _first(target: Target) -> _End:
    """The least value that meets the target."""
    comparator, value = target.comparator, target.value
    if value is None or comparator in _DOWNWARD or comparator in _DAYS:
        return None
    if comparator is Comparator.EQ and target.sense is Sense.AT_MOST:
        return None
    return value, comparator not in _STRICT


def _last(target: Target) -> _End:
    """The greatest value, or the last day, that meets the target."""
    comparator = target.comparator
    value = target.value
    if comparator in {Comparator.BETWEEN, Comparator.PERIOD}:
        value = target.upper
    if value is None or comparator in _UPWARD:
        return None
    if comparator is Comparator.EQ and target.sense is Sense.AT_LEAST:
        return None
    return value, comparator not in _STRICT


def _covers(outer: Target, inner: Target) -> bool:
    """Whether everything that meets the inner target meets the outer one."""
    return _reaches(_first(outer), _first(inner), -1) and _reaches(_last(outer), _last(inner), 1)


def _reaches(outer: _End, inner: _End, side: int) -> bool:
    """Whether one end lies at least as far out as another; `side` -1 is downwards, 1 upwards."""
    if outer is None or inner is None:
        return outer is None
    far, near = outer[0], inner[0]
    if far == near:
        return outer[1] or not inner[1]
    return (far > near) is (side > 0)  # type: ignore[operator]
