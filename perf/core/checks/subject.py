"""What the checks look at, and how they say what they notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.readings import plain_text
from perf.core.targets import Target, parse_target, strip_numbering
from perf.core.terms import Comparator
from perf.core.weights import class_name

# A province's plans have the same indicators in project after project.
_read_once = lru_cache(maxsize=1024)(parse_target)

IndicatorKey = tuple[str, str, str, str]
"""What makes an indicator the same in two years: class, second level, name and unit."""


def indicator_key(level1: str, level2: str | None, name: str, unit: str | None) -> IndicatorKey:
    """The key of an indicator, whatever its numbering and spacing (`1、培训 人次`)."""
    plain = plain_text(strip_numbering(name))
    return class_name(level1), plain_text(level2 or ""), plain, unit or ""


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator beside its target as read; `at` counts the plan's indicators from 0.

    The plain texts have one spelling for each sign; they are made once, since every check reads
    them.
    """

    at: int
    indicator: DraftIndicator
    target: Target
    plain_name: str
    plain_target: str
    plain_note: str

    @property
    def name(self) -> str:
        """The indicator's name as written."""
        return self.indicator.name

    @property
    def is_cost(self) -> bool:
        """Whether it stands in a class or second level of costs."""
        return "成本" in f"{self.indicator.level1}{self.indicator.level2 or ''}"

    @property
    def key(self) -> IndicatorKey:
        """What it is found by in another year's plan."""
        each = self.indicator
        return indicator_key(each.level1, each.level2, each.name, self.target.unit)


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding with the indicators it is about (counted from 0; none: the plan as a whole).

    `beside` has a sentence for the place of each, where its name need not be said.
    """

    finding: Finding
    rows: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One plan as every check takes it."""

    plan: DraftPlan
    rows: Sequence[Row]
    year: int | None
    last_year: Mapping[IndicatorKey, Decimal]

    def say(
        self,
        severity: Severity,
        code: str,
        message: str,
        row: Row | None = None,
        beside: str | None = None,
    ) -> Noticed:
        """A finding about one indicator, or about the plan as a whole."""
        if row is None:
            return Noticed(Finding(severity, code, message, place_of(self.plan)))
        place = place_of(self.plan, row.indicator)
        return Noticed(Finding(severity, code, message, place), (row.at,), (beside or message,))

    def say_together(
        self, severity: Severity, code: str, message: str, beside: Sequence[tuple[Row, str]]
    ) -> Noticed:
        """One finding about several indicators, so that a long plan is not drowned in them."""
        finding = Finding(severity, code, message, place_of(self.plan))
        rows = tuple(row.at for row, _ in beside)
        return Noticed(finding, rows, tuple(sentence for _, sentence in beside))


def subject_of(
    plan: DraftPlan, year: int | None, last_year: Mapping[IndicatorKey, Decimal]
) -> Subject:
    """The plan with each of its targets read once."""
    rows = [
        Row(
            at,
            each,
            _target_of(each, year),
            plain_text(each.name),
            plain_text(each.target),
            plain_text(each.note or ""),
        )
        for at, each in enumerate(plan.indicators)
    ]
    return Subject(plan, rows, year, last_year)


def _target_of(each: DraftIndicator, year: int | None) -> Target:
    """The target as read; a direction that somebody chose is no guess any more."""
    target = _read_once(
        each.target, level1=each.level1, level2=each.level2, name=each.name, year=year
    )
    is_own = each.sense is not None and each.sense is not target.sense
    if not is_own or target.comparator is not Comparator.EQ:
        return target
    others = tuple(one for one in target.findings if one.code != "sense-guessed")
    return replace(target, sense=each.sense, findings=others)


def place_of(plan: DraftPlan, indicator: DraftIndicator | None = None) -> str:
    """Where something stands: plan, indicator and line as far as they are known."""
    label = plan.name or plan.code or plan.kind.label
    line = (indicator.where if indicator else "") or plan.where
    name = f" · {indicator.name}" if indicator and indicator.name else ""
    return f"{label}{name}" + (f"（{line}）" if line else "")


def names_of(names: Sequence[str], most: int = 8) -> str:
    """The first few of several names, with 等 where there are more."""
    return f"{'、'.join(names[:most])}{' 等' if len(names) > most else ''}"
