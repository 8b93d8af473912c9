"""A unit's year with a signed project, one under way and evidence on the disk, for archives."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.archives.making import make_archives
from perf.core.permissions import Actor
from perf.core.terms import Action, ArchiveState, PlanKind, Role
from perf.models import (
    Archive,
    Evidence,
    Plan,
    Recommendation,
    SelfEvaluation,
    Submission,
    Unit,
    User,
)
from perf.queries.signed_copies import EVALUATION, signed_form_visible_to
from perf.services.archives import ask_for_archive
from perf.services.evaluations import (
    Reason,
    begin_self_evaluation,
    save_self_evaluation,
    step_self_evaluation,
)
from perf.services.evidence_files import store_file
from perf.services.recommendations import RecommendationEntry, make_recommendation
from perf.services.signed_copies import file_signed_copy
from tests.factories import make_unit, make_user
from tests.reported import make_reported_plan

LEDGER = b"%PDF-1.7 ledger of the first quarter"
SCAN = b"%PDF-1.7 signed and stamped"
PHOTO = b"\xff\xd8\xff\xe0 photo"


class Year(NamedTuple):
    """Who and what is there; `first` and `last` are the files of the signed project's quarters."""

    unit: Unit
    staff: User
    supervisor: User
    finance: User
    signed: Plan
    department: Plan


def make_archived_year(session: Any, data_dir: Path) -> Year:
    """A bureau's 2022: 部门整体 begun, 党建经费 signed with evidence of two quarters."""
    unit = make_unit(session, "信访局", "024")
    staff = make_user(session, Role.STAFF, unit)
    supervisor = make_user(session, Role.SUPERVISOR, unit)
    staff.display_name, supervisor.display_name = "阿依古丽", "王小明"
    finance = make_user(session, Role.FINANCE)
    signed = make_reported_plan(session, (staff, supervisor), name="党建经费")
    signed.objective = "由王小明同志负责，电话13912345678，完成2,109,100.00元。"
    department = make_reported_plan(
        session,
        (staff, supervisor),
        kind=PlanKind.DEPARTMENT,
        pack_id="department-overall",
        quarters=0,
    )
    first, second = quarters_of(session, signed)[:2]
    file_evidence(session, data_dir, first, staff, "台账.pdf", LEDGER)
    file_evidence(session, data_dir, first, staff, "台账.PDF", PHOTO)
    file_evidence(session, data_dir, second, staff, "又一份.pdf", LEDGER)
    sign(session, signed, staff, supervisor)
    recommend(session, signed, finance)
    file_scan(session, data_dir, signed, staff)
    session.flush()
    return Year(unit, staff, supervisor, finance, signed, department)


def quarters_of(session: Any, plan: Plan) -> list[Submission]:
    return list(
        session.scalars(
            select(Submission).where(Submission.plan_id == plan.id).order_by(Submission.period_id)
        )
    )


def file_evidence(
    session: Any, data_dir: Path, submission: Submission, user: User, name: str, content: bytes
) -> Evidence:
    """A file with its row, of the first indicator."""
    stored = store_file(data_dir, io.BytesIO(content))
    row = Evidence(
        unit_id=submission.unit_id,
        submission_id=submission.id,
        indicator_id=submission.plan.indicators[0].id,
        sha256=stored.sha256,
        name=name,
        media_type=stored.media_type,
        size=stored.size,
        created_at=clock.now(),
        created_by_id=user.id,
    )
    session.add(row)
    session.flush()
    return row


def sign(session: Any, plan: Plan, staff: User, supervisor: User) -> None:
    evaluation = begin_self_evaluation(session, staff.actor, plan)
    save_self_evaluation(
        session,
        staff.actor,
        evaluation,
        version=evaluation.version,
        objective_actual="已完成，联系人：赵六。",
        execution_reason="",
        reasons={row.indicator_id: Reason("原因。") for row in evaluation.scores},
    )
    for user, action in [(staff, Action.SUBMIT), (supervisor, Action.APPROVE)]:
        step_self_evaluation(session, user.actor, evaluation, action, version=evaluation.version)


def recommend(session: Any, plan: Plan, finance: User) -> Recommendation:
    """What the finance office recommends on the plan's signed self-evaluation."""
    evaluation = session.scalars(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id)
    ).one()
    entry = RecommendationEntry("budget", "压减差旅费。", "cut", "12.5", "2099-12-31")
    return make_recommendation(session, finance.actor, evaluation, entry)


def file_scan(session: Any, data_dir: Path, plan: Plan, staff: User) -> None:
    """The stamped scan of the plan's signed self-evaluation."""
    _, form = signed_form_visible_to(session, staff.actor, plan.id, EVALUATION)
    stored = store_file(data_dir, io.BytesIO(SCAN))
    shown = {"approval_id": form.approval.id, "replaces": 0}
    day = clock.today().isoformat()
    file_signed_copy(session, staff.actor, plan, form, stored, "扫描.pdf", day, **shown)


def ask(session: Any, actor: Actor, unit: Unit | None, **choices: Any) -> Archive:
    return ask_for_archive(
        session, actor, **{"year": 2022, "unit": unit, "formats": ["csv"], **choices}
    )


def make(session: Any, data_dir: Path) -> int:
    """What waits is made, in a session of its own as it is in a process of its own."""
    session.commit()
    with Session(session.get_bind()) as own:
        return make_archives(own, data_dir)


class Read(NamedTuple):
    """What lies in a zip file: the bytes by name, and the index as {what stands in a row}."""

    files: dict[str, bytes]
    lines: list[dict[str, Any]]


def read_zip(path: Path) -> Read:
    """Everything in a zip file; its index holds what is there and nothing else."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    rows = list(openpyxl.load_workbook(io.BytesIO(files["目录.xlsx"])).active.values)
    index = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    told = {row["文件"]: row["SHA-256"] for row in index if row["大小（字节）"] is not None}
    lying = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if not name.startswith("目录.")
    }
    assert told == lying
    return Read(files, index)


def states(session: Any) -> list[ArchiveState]:
    return list(session.scalars(select(Archive.state).order_by(Archive.id)))
