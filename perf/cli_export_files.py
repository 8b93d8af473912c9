"""What `perf export` writes: forms with what is told of them, into a file, a folder or a zip."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf.documents.forms import (
    Form,
    form_file_name,
    monitoring_from_record,
    target_from_record,
    write_form,
)
from perf.documents.forms.record import form_from_data
from perf.extensions import db
from perf.models import Plan, SelfEvaluation
from perf.services.evaluation_shown import show_self_evaluation
from perf.services.target_record import target_records

# The earliest day that a zip file can name: equal contents give equal files.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Exported:
    """A form, what is told of its file, and for a folder of many what tells equal names apart."""

    form: Form
    told: dict[str, Any]
    folder: str = ""
    key: str = ""


def targets_to_write(plans: Sequence[Plan]) -> Iterator[Exported]:
    """The target form of each plan as it stands."""
    for plan, record in zip(plans, target_records(db.session(), plans), strict=True):
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


def evaluations_to_write(begun: Iterable[tuple[Plan, SelfEvaluation]]) -> Iterator[Exported]:
    """The self-evaluation form of each plan, signed ones as they were signed."""
    for plan, evaluation in begun:
        shown = show_self_evaluation(db.session(), evaluation)
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


def write_one(exported: Exported, output: Path, ending: str) -> dict[str, Any]:
    """Write the form to a path, or under its own name into a folder that exists."""
    path = output / form_file_name(exported.form, ending) if output.is_dir() else output
    _replace(path, write_form(exported.form, ending))
    return {"path": str(path), **exported.told}


def write_all(
    found: Iterable[Exported], output: Path, ending: str, *, by_unit: bool
) -> list[dict[str, Any]]:
    """Write the forms one by one into a folder, or into one zip where the path ends in .zip.

    `by_unit` gives each unit a folder of its own.
    """
    told = []
    if output.suffix.lower() != ".zip":
        for name, exported in _named(found, ending, by_unit=by_unit):
            path = output / name
            _replace(path, write_form(exported.form, ending))
            told.append({"path": str(path), **exported.told})
        return told
    with _replacing(output) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, exported in _named(found, ending, by_unit=by_unit):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), write_form(exported.form, ending))
            told.append({"path": f"{output}/{name}", **exported.told})
    return told


def _named(
    found: Iterable[Exported], ending: str, *, by_unit: bool
) -> Iterator[tuple[str, Exported]]:
    """Each form with its place in the folder; equal names in a unit are told apart by code."""
    taken: set[str] = set()
    for exported in found:
        name = form_file_name(exported.form, ending)
        if by_unit:
            name = f"{exported.folder}/{name}"
        if name in taken:
            name = f"{name.removesuffix(f'.{ending}')}-{exported.key}.{ending}"
        taken.add(name)
        yield name, exported


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A place to write the file to: it is there whole afterwards, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    with _replacing(path) as part:
        part.write_bytes(content)
