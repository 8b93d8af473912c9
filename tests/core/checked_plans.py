"""Plans for the tests of the checks, whole but for what a test is about."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from perf.core.checks import IndicatorKey, Noticed, check_plan, notice
from perf.core.drafts import DraftIndicator, DraftPlan
from perf.core.terms import PlanKind

SILENT = ""
ASKED = DraftIndicator("满意度指标", None, "服务对象满意度", "≥90%")


def plan(*indicators: DraftIndicator, wan: str | None = "30", **more: object) -> DraftPlan:
    """A project of these indicators, and of one that asks who is served where none of them does."""
    rows = list(indicators)
    if rows and not any("满意" in f"{row.level1}{row.name}" for row in rows):
        rows.append(ASKED)
    drawn = DraftPlan(PlanKind.PROJECT, "某经费", code="1", indicators=rows)
    drawn.budget_total = None if wan is None else Decimal(wan) * 10000
    for field, value in more.items():
        setattr(drawn, field, value)
    return drawn


def codes(drawn: DraftPlan, year: int | None = 2022) -> list[str]:
    """The codes of all that asks for a correction."""
    return [finding.code for finding in check_plan(drawn, year=year) if finding.severity != "info"]


def only(drawn: DraftPlan, code: str, year: int | None = 2022) -> None:
    """Demand that one code is told and no other; none where it is blank."""
    assert codes(drawn, year) == ([code] if code else [])


def told(
    drawn: DraftPlan, code: str, last_year: Mapping[IndicatorKey, Decimal] | None = None
) -> Iterator[Noticed]:
    """What is noticed under this code."""
    noticed = notice(drawn, year=2022, last_year=last_year or {})
    return (each for each in noticed if each.finding.code == code)
