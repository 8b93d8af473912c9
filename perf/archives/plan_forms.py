"""The forms of plans with what is told of their files, for the export and for archives."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from perf.core.permissions import Actor
from perf.documents.forms import (
    Form,
    SelfEvaluationForm,
    monitoring_from_record,
    target_from_record,
)
from perf.documents.forms.record import form_from_data
from perf.documents.report import Report, report_from_record
from perf.models import Plan, SelfEvaluation
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.report_record import report_record
from perf.services.target_record import target_records

Document = TypeVar("Document", Form, Report)
Document_co = TypeVar("Document_co", bound=Form | Report, covariant=True)


@dataclass(frozen=True, slots=True)
class Exported(Generic[Document_co]):
    """A form or report, what is told of its file, and what tells equal names in a folder apart."""

    form: Document_co
    told: dict[str, Any]
    folder: str = ""
    key: str = ""


def targets_to_write(session: Session, plans: Sequence[Plan]) -> Iterator[Exported[Form]]:
    """The target form of each plan as it stands."""
    for plan, record in zip(plans, target_records(session, plans), strict=True):
        form = target_from_record(record)
        yield _of_plan(plan, form, {"code": form.code, "name": form.name}, plan.status.value)


def quarters_to_write(
    records: Iterable[tuple[Plan, dict[str, Any]]],
) -> Iterator[Exported[Form]]:
    """The monitoring form of each plan's latest quarter handed in."""
    for plan, record in records:
        form = monitoring_from_record(record)
        named = {"code": form.code, "name": form.name, "months": form.months}
        yield _of_plan(plan, form, named, form.status.value)


def self_evaluation_form(session: Session, evaluation: SelfEvaluation) -> SelfEvaluationForm:
    """The 绩效自评表; what is signed is printed as it was signed."""
    shown = show_self_evaluation(session, evaluation)
    return form_from_data(
        shown.content["data"],
        is_draft=shown.is_draft,
        submitted_by=shown.submitted_by,
        submitted_at=shown.submitted_at,
        approved_by=shown.approved_by,
        approved_at=shown.approved_at,
        check_code=shown.check_code,
    )


def evaluations_to_write(
    session: Session, begun: Iterable[tuple[Plan, SelfEvaluation]]
) -> Iterator[Exported[Form]]:
    """The self-evaluation form of each plan, signed ones as they were signed."""
    for plan, evaluation in begun:
        form = self_evaluation_form(session, evaluation)
        exported = _of_plan(
            plan, form, {"code": form.code, "name": form.name}, evaluation.status.value
        )
        exported.told["total"] = None if form.total is None else f"{form.total:.2f}"
        exported.told["rating"] = form.rating.label if form.rating else None
        yield exported


def reports_to_write(
    session: Session, actor: Actor, begun: Iterable[tuple[Plan, SelfEvaluation]]
) -> Iterator[Exported[Report]]:
    """The report of each plan's self-evaluation; the year before within the actor's sight."""
    for plan, evaluation in begun:
        report = report_from_record(report_record(session, actor, plan, evaluation))
        code = plan.project.code if plan.project else plan.unit.code
        named = {"code": code, "name": report.name}
        yield _of_plan(plan, report, named, evaluation.status.value)


def _of_plan(plan: Plan, form: Document, named: dict[str, Any], status: str) -> Exported[Document]:
    told = {"unit_code": plan.unit.code, **named, "status": status}
    return Exported(form, told, plan.unit.code or str(plan.unit_id), str(named["code"] or plan.id))
