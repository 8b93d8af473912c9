"""What the checks look at, and how they say what they notice."""

from collections.abc import Sequence
from dataclasses import dataclass

from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.findings import Finding, Severity
from perf.core.targets import Target, parse_target


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator beside its target as read; `at` counts the plan's indicators from 0."""

    at: int
    indicator: DraftIndicator
    target: Target

    @property
    def name(self) -> str:
        """The indicator's name as written."""
        return self.indicator.name


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding with the indicators it is about (counted from 0; none: the plan as a whole).

    `beside` is the sentence for the place of one of them, where its name need not be said.
    """

    finding: Finding
    rows: tuple[int, ...] = ()
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One plan as every check takes it."""

    plan: DraftPlan
    rows: Sequence[Row]
    year: int | None

    def say(self, severity: Severity, code: str, message: str, row: Row | None = None) -> Noticed:
        """A finding about one indicator, or about the plan as a whole."""
        place = place_of(self.plan, row.indicator if row else None)
        rows = () if row is None else (row.at,)
        return Noticed(Finding(severity, code, message, place), rows, message)

    def say_together(
        self, severity: Severity, code: str, message: str, rows: Sequence[Row], beside: str
    ) -> Noticed:
        """One finding about several indicators, so that a long plan is not drowned in them."""
        finding = Finding(severity, code, message, place_of(self.plan))
        return Noticed(finding, tuple(row.at for row in rows), beside)


def subject_of(plan: DraftPlan, year: int | None) -> Subject:
    """The plan with each of its targets read once."""
    rows = [
        Row(
            at,
            each,
            parse_target(
                each.target, level1=each.level1, level2=each.level2, name=each.name, year=year
            ),
        )
        for at, each in enumerate(plan.indicators)
    ]
    return Subject(plan, rows, year)


def place_of(plan: DraftPlan, indicator: DraftIndicator | None = None) -> str:
    """Where something stands: plan, indicator and line as far as they are known."""
    label = plan.name or plan.code or plan.kind.label
    line = (indicator.where if indicator else "") or plan.where
    name = f" · {indicator.name}" if indicator and indicator.name else ""
    return f"{label}{name}" + (f"（{line}）" if line else "")


def names_of(names: Sequence[str], most: int = 8) -> str:
    """The first few of several names, with 等 where there are more."""
    return f"{'、'.join(names[:most])}{' 等' if len(names) > most else ''}"
