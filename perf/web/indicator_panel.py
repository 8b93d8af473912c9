"""One indicator in one period: what the grid's side panel shows, and a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from perf.charts.chart import Chart
from perf.core.actuals import format_actual
from perf.core.periods import parse_period
from perf.core.permissions import Permission
from perf.models import Actual, Evidence, Period, Plan, Remark
from perf.queries.indicator_panel import Known, LastYear, Reported, known_visible_to
from perf.queries.ledger import LedgerPage
from perf.queries.packs import pack_of
from perf.services.entry_figures import figures_of
from perf.web.grid_reading import TONE_OF_LIGHT, Reading, reading_of
from perf.web.grid_values import LABELS, shown_figures
from perf.web.indicator_limits import limits_of
from perf.web.ledger import ToldEntry, told_entry
from perf.web.pictures import indicator_chart, is_numeric
from perf.web.presentation import BLANK, points
from perf.web.security import requires

blueprint = Blueprint("panel", __name__)
_UNREPORTED = "未填报"


@dataclass(frozen=True, slots=True)
class Figure:
    """One period's figure in words: the value, its light, and who put it in when.

    `reason` is why it deviates, as its recorder said it; `is_here` marks the period asked for.
    """

    name: str
    value: str
    has_value: bool
    tone: str = "none"
    light: str = ""
    who: str = ""
    at: datetime | None = None
    reason: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A reviewer's remark, and what it was about: a period's name, or the thing reviewed."""

    remark: Remark
    where: str


@dataclass(frozen=True, slots=True)
class Files:
    """The evidence of one period."""

    name: str
    rows: list[Evidence]


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel's sections in words. `previous` and `year_before` are (label, value)."""

    reading: Reading
    previous: tuple[str, str]
    year_before: tuple[str, str]
    figures: list[Figure]
    earlier: list[Figure]
    chart: Chart | None
    limits: list[tuple[str, str]]
    remarks: list[Said]
    files: list[Files]
    changes: list[ToldEntry]


@blueprint.get("/periods/<int:period_id>/indicators/<int:indicator_id>")
@requires(Permission.READ, known_visible_to)
def show(known: Known) -> ResponseReturnValue:
    """All that is known of the indicator in the period; the grid's script takes the panel out."""
    plan = known.indicator.plan
    grid = url_for("reports.show", plan_id=plan.id, code=known.period.code)
    return render_template(
        "reports/panel.html",
        known=known,
        indicator=known.indicator,
        plan=plan,
        period=known.period,
        panel=panel_of(known),
        grid_url=f"{grid}#row-{known.indicator.id}",
        parents=_parents(plan, known.period, grid),
    )


def panel_of(known: Known) -> Panel:
    """What the panel shows of it."""
    indicator, here, previous = known.indicator, known.here, known.previous
    figures = figures_of(here.actual)
    months = parse_period(known.period.code).months
    is_open = here.submission is None or here.submission.is_editable
    before = previous.actual.actual if previous and previous.actual else None
    reading = reading_of(
        indicator,
        figures,
        before,
        pack_of(indicator.plan),
        months,
        kept=None if is_open or here.actual is None else here.actual.light,
    )
    last = known.last_year
    drawn = is_numeric(indicator) and any(row.has_figure for row in known.rows)
    names = LedgerPage(known.changes, None, {}, {})
    return Panel(
        reading=reading,
        previous=_previous(known),
        year_before=_year_before(last, months, indicator.target_unit),
        figures=[_figure(row, indicator.target_unit, known.period) for row in known.rows],
        earlier=_earlier(last, indicator.target_unit) if last else [],
        chart=indicator_chart(indicator, [(row.period.name, row.actual) for row in known.rows])
        if drawn
        else None,
        limits=limits_of(indicator, months, reading),
        remarks=sorted(
            (Said(remark, _about(remark, period, known)) for remark, period in known.remarks),
            key=lambda one: one.remark.resolved_at is not None,
        ),
        files=_files(known),
        changes=[told_entry(entry, names) for entry in known.changes],
    )


def _value(actual: Actual | None, unit: str | None) -> str:
    return shown_figures(figures_of(actual), unit)


def _figure(row: Reported, unit: str | None, here: Period | None = None) -> Figure:
    """A period that is not begun has a dash: nobody owes a figure yet."""
    actual = row.actual
    value = _value(actual, unit)
    missing = BLANK if row.submission is None else _UNREPORTED
    is_here = here is not None and row.period.id == here.id
    if actual is None:
        return Figure(row.period.name, missing, has_value=False, is_here=is_here)
    kind = LABELS.get(actual.deviation_kind.value, "") if actual.deviation_kind else ""
    return Figure(
        row.period.name,
        value or missing,
        has_value=bool(value),
        tone=TONE_OF_LIGHT[actual.light],
        light=actual.light.label if actual.light else "",
        who=actual.updated_by.display_name if actual.updated_by else "系统",
        at=actual.updated_at,
        reason="：".join(filter(None, [kind, actual.deviation_reason])),
        is_here=is_here,
    )


def _previous(known: Known) -> tuple[str, str]:
    row = known.previous
    if row is None:
        return "上期累计", BLANK
    return f"上期累计（{row.period.name}）", _value(row.actual, known.indicator.target_unit)


def _year_before(last: LastYear | None, months: int, unit: str | None) -> tuple[str, str]:
    """The period of the year before that ended as far into it; its unit is the same one."""
    rows = last.rows if last else []
    same = [row for row in rows if parse_period(row.period.code).months == months]
    if not same or same[0].submission is None:
        return "上年同期", BLANK
    return "上年同期", _value(same[0].actual, unit) or _UNREPORTED


def _earlier(last: LastYear, unit: str | None) -> list[Figure]:
    """Last year's periods, and its signed value with the points that it earned."""
    found = [_figure(row, unit) for row in last.rows]
    score = last.score
    if score is not None:
        outside = score.is_not_applicable
        value = "不涉及" if outside else format_actual(score.actual, unit)
        earned = f"得分 {points(score.final)} / {points(score.weight)}"
        found.append(
            Figure("全年（已签署）", value, has_value=True, reason="" if outside else earned)
        )
    return found


def _about(remark: Remark, period: Period | None, known: Known) -> str:
    """一季度, 2021 年一季度, or which thing was reviewed."""
    if period is not None:
        return _period_name(period, known)
    if remark.self_evaluation_id is not None:
        return "绩效自评"
    return "绩效目标" if remark.target_revision_id is None else "目标调整"


def _period_name(period: Period, known: Known) -> str:
    is_this_year = period.year == known.period.year
    return period.name if is_this_year else f"{period.year} 年{period.name}"


def _files(known: Known) -> list[Files]:
    """The evidence of this period first, then that of the others, the latest first."""
    groups: dict[int, Files] = {}
    for row, period in sorted(known.files, key=lambda one: one[1].id != known.period.id):
        name = _period_name(period, known)
        groups.setdefault(period.id, Files(name, [])).rows.append(row)
    return list(groups.values())


def _parents(plan: Plan, period: Period, grid: str) -> Sequence[tuple[str, str | None]]:
    return [
        ("绩效目标", url_for("plans.index", year=plan.year)),
        (plan.name, url_for("plans.show", plan_id=plan.id)),
        (period.name, grid),
        ("详情", None),
    ]
