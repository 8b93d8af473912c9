"""The evidence of one figure on a page of its own: page references, and other figures' files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput, NotFound, PerfError, Stale
from perf.core.page_reference import LIMIT
from perf.core.permissions import Actor
from perf.models import Evidence, Indicator, Plan, Submission
from perf.queries.evidence import Place, files_of_plan
from perf.queries.submissions import Quarter, quarter_to_change, quarter_visible_to
from perf.services.evidence import BUDGET, attach_evidence, describe_evidence
from perf.services.evidence_files import StoredFile
from perf.services.submissions import open_submission, why_closed
from perf.web.grid_form import Form
from perf.web.grid_uploads import BUDGET_KEY
from perf.web.report_page import parent_links


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator of a quarter, or its executed budget (None)."""

    quarter: Quarter
    indicator: Indicator | None

    @property
    def key(self) -> str:
        """What addresses call it."""
        return str(self.indicator.id) if self.indicator else BUDGET_KEY

    @property
    def name(self) -> str:
        """What pages call it."""
        return self.indicator.name if self.indicator else BUDGET

    @property
    def files(self) -> list[Evidence]:
        """Its evidence."""
        return self.quarter.evidence.get(self.indicator.id if self.indicator else None, [])

    @property
    def closed(self) -> str:
        """Why nothing can be changed here now; empty where it can."""
        submission = self.quarter.submission
        closed = why_closed(self.quarter.plan, self.quarter.period)
        if not closed and submission is not None and not submission.is_editable:
            return (
                f"本期填报{submission.status.label}，不能修改。需要更正时请先撤回或由审核人退回。"
            )
        return closed

    @property
    def grid_url(self) -> str:
        """The figure's place in the grid."""
        return url_for(
            "reports.show",
            plan_id=self.quarter.plan.id,
            code=self.quarter.period.code,
            open=self.indicator.id if self.indicator else None,
            _anchor=f"row-{self.key}" if self.indicator else "money",
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One file, attached already or to be chosen, with its pages as typed or stored."""

    evidence: Evidence
    where: str
    pages: str
    is_taken: bool
    error: str


def indicator_of(plan: Plan, figure: str) -> Indicator | None:
    """The plan's indicator of this id, None for `budget`; NotFound for anything else."""
    if figure == BUDGET_KEY:
        return None
    indicator = next((row for row in plan.indicators if str(row.id) == figure), None)
    if indicator is None:
        raise NotFound("没有找到这项指标。")
    return indicator


def figure_visible_to(
    session: Session, actor: Actor, plan_id: int, code: str, figure: str
) -> Figure:
    """A figure of a quarter within the actor's sight."""
    quarter = quarter_visible_to(session, actor, plan_id, code)
    return Figure(quarter, indicator_of(quarter.plan, figure))


def figure_to_change(
    session: Session, actor: Actor, plan_id: int, code: str, figure: str
) -> Figure:
    """The same for a writing request, held until the commit."""
    quarter = quarter_to_change(session, actor, plan_id, code)
    return Figure(quarter, indicator_of(quarter.plan, figure))


def choices_for(session: Session, figure: Figure) -> list[Place]:
    """The year's files of the plan that this figure has not got, each content once."""
    present = {row.sha256 for row in figure.files}
    found: dict[str, Place] = {}
    for place in files_of_plan(session, figure.quarter.plan.id):
        if place.evidence.sha256 not in present:
            found.setdefault(place.evidence.sha256, place)
    return list(found.values())


def save_choice(session: Session, actor: Actor, figure: Figure, form: Form) -> dict[str, PerfError]:
    """Store the posted page references and attach what was ticked; what was refused, by field.

    Raises Locked where the quarter is not to be edited.
    """
    taken = [
        place.evidence
        for place in choices_for(session, figure)
        if f"take-{place.evidence.id}" in form
    ]
    described = [row for row in figure.files if f"pages-{row.id}" in form]
    if not taken and not described:
        return {}
    quarter = figure.quarter
    submission = open_submission(session, actor, quarter.plan, quarter.period)
    refused: dict[str, PerfError] = {}
    for row in described + taken:
        name = f"pages-{row.id}"
        try:
            if row in taken:
                _take(session, actor, submission, figure, row, form.get(name, ""))
            else:
                shown = form.get(f"was-{row.id}", "")
                describe_evidence(session, actor, submission, row, form[name], shown)
        except (InvalidInput, Stale) as error:
            refused[name] = error
    return refused


def _take(
    session: Session,
    actor: Actor,
    submission: Submission,
    figure: Figure,
    row: Evidence,
    pages: str,
) -> None:
    stored = StoredFile(row.sha256, row.size, row.media_type)
    attach_evidence(session, actor, submission, figure.indicator, stored, row.name, pages)


def choice_page(
    session: Session,
    figure: Figure,
    form: Form | None = None,
    refused: Mapping[str, PerfError] | None = None,
) -> str:
    """The page as HTML, with what was typed where it was refused."""
    errors = {name: str(error) for name, error in (refused or {}).items()}
    *parents, (quarter_name, _) = parent_links(figure.quarter)
    choices = choices_for(session, figure)
    attached = [(row, "") for row in figure.files]
    offered = [(one.evidence, f"{one.period.name}“{one.indicator or BUDGET}”") for one in choices]
    return render_template(
        "evidence/choice.html",
        figure=figure,
        attached=list(_lines(attached, form, errors)),
        offered=list(_lines(offered, form, errors)),
        errors=list(errors.items()),
        parents=[*parents, (quarter_name, figure.grid_url), ("佐证", None)],
        longest=LIMIT,
    )


def _lines(
    rows: list[tuple[Evidence, str]], form: Form | None, errors: Mapping[str, str]
) -> Iterator[Line]:
    for row, where in rows:
        name = f"pages-{row.id}"
        pages = row.pages if not where else ""
        if form is not None:
            pages = form.get(name, pages)
        is_taken = form is not None and f"take-{row.id}" in form
        yield Line(row, where, pages, is_taken, errors.get(name, ""))
