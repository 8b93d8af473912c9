"""The files posted with the quarter's grid: kept first, attached in the writing transaction."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from perf.core.errors import InvalidInput
from perf.core.permissions import Actor
from perf.models import Plan, Submission
from perf.services.evidence import attach_evidence
from perf.services.evidence_files import StoredFile, clean_name, store_file

BUDGET_KEY = "budget"
PRESENT_ALREADY = "与已有的佐证内容相同，没有重复添加。"


@dataclass(slots=True)
class Uploads:
    """Files on the disk by their figure (None is the executed budget), and what became of them.

    `errors` is by the cell's name, `notes` are sentences, `opened` the figures that were touched.
    """

    files: list[tuple[int | None, StoredFile, str]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    opened: set[int] = field(default_factory=set)


def store_uploads(
    plan: Plan, files: ImmutableMultiDict[str, FileStorage], data_dir: Path
) -> Uploads:
    """Keep every file of `files-<indicator id>` and `files-budget`; each refused one is told."""
    uploads = Uploads()
    keys: list[tuple[int | None, str]] = [(None, BUDGET_KEY)]
    keys += [(indicator.id, str(indicator.id)) for indicator in plan.indicators]
    for indicator_id, key in keys:
        for file in files.getlist(f"files-{key}"):
            if not file.filename:
                continue
            name = clean_name(file.filename)
            if indicator_id is not None:
                uploads.opened.add(indicator_id)
            try:
                stored = store_file(data_dir, file.stream)
            except InvalidInput as error:
                _refuse(uploads, key, name, str(error))
            else:
                uploads.files.append((indicator_id, stored, name))
    return uploads


def attach_uploads(
    session: Session, actor: Actor, submission: Submission, uploads: Uploads
) -> None:
    """Attach the kept files; the same content twice on one figure is told, not doubled."""
    indicators = {row.id: row for row in submission.plan.indicators}
    for key, stored, name in uploads.files:
        indicator = indicators[key] if key is not None else None
        try:
            evidence = attach_evidence(session, actor, submission, indicator, stored, name)
        except InvalidInput as error:
            _refuse(uploads, BUDGET_KEY if key is None else str(key), name, str(error))
            continue
        if evidence is None:
            uploads.notes.append(f"“{name}”{PRESENT_ALREADY}")


def _refuse(uploads: Uploads, key: str, name: str, sentence: str) -> None:
    cell = f"files-{key}"
    told = f"“{name}”没有上传：{sentence}"
    uploads.errors[cell] = " ".join(filter(None, [uploads.errors.get(cell), told]))
