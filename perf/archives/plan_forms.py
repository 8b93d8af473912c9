"""The forms of plans with what is told of their files, for the export and for archives."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from perf.documents.forms import Form, monitoring_from_record, target_from_record
from perf.documents.forms.record import form_from_data
from perf.models import Plan, SelfEvaluation
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.target_record import target_records


@dataclass(frozen=True, slots=True)
class Exported:
    """A form, what is told of its file, and for a folder of many what tells equal names apart."""

    form: Form
    told: dict[str, Any]
    folder: str = ""
    key: str = ""


def targets_to_write(session: Session, plans: Sequence[Plan]) -> Iterator[Exported]:
    """The target form of each plan as it stands."""
    for plan, record in zip(plans, target_records(session, plans), strict=True):
        form = target_from_record(record)
        yield _of_plan(plan, form, {"code": form.code, "name": form.name}, plan.status.value)


def quarters_to_write(
    records: Iterable[tuple[Plan, dict[str, Any]]],
) -> Iterator[Exported]:
    """The monitoring form of each plan's latest quarter handed in."""
    for plan, record in records:
        form = monitoring_from_record(record)
        named = {"code": form.code, "name": form.name, "months": form.months}
        yield _of_plan(plan, form, named, form.status.value)


def evaluations_to_write(
    session: Session, begun: Iterable[tuple[Plan, SelfEvaluation]]
) -> Iterator[Exported]:
    """The self-evaluation form of each plan, signed ones as they were signed."""
    for plan, evaluation in begun:
        shown = show_self_evaluation(session, evaluation)
        form = form_from_data(
            shown.content["data"],
            is_draft=shown.is_draft,
            submitted_by=shown.submitted_by,
            submitted_at=shown.submitted_at,
            approved_by=shown.approved_by,
            approved_at=shown.approved_at,
        )
        exported = _of_plan(
            plan, form, {"code": form.code, "name": form.name}, evaluation.status.value
        )
        exported.told["total"] = None if form.total is None else f"{form.total:.2f}"
        exported.told["rating"] = form.rating.label if form.rating else None
        yield exported


def _of_plan(plan: Plan, form: Form, named: dict[str, Any], status: str) -> Exported:
    told = {"unit_code": plan.unit.code, **named, "status": status}
    return Exported(form, told, plan.unit.code or str(plan.unit_id), str(named["code"] or plan.id))
