"""Evidence (佐证材料) of a quarter's figures: attaching, paging and removing files."""

from sqlalchemy.orm import Session

from perf import clock
from perf.core.errors import InvalidInput, NotFound, Stale
from perf.core.page_reference import page_reference
from perf.core.permissions import Actor
from perf.models import Evidence, Indicator, Submission
from perf.services.entries import demand_editable, touch
from perf.services.evidence_files import StoredFile, clean_name
from perf.services.ledger import Changes, record_change

BUDGET = "预算执行"
MAX_FILES = 50


def attach_evidence(
    session: Session,
    actor: Actor,
    submission: Submission,
    indicator: Indicator | None,
    stored: StoredFile,
    name: str,
    pages: str = "",
) -> Evidence | None:
    """Add a stored file to a figure, to the executed budget where `indicator` is None.

    `pages` says where in it the figure stands, as typed. None where the figure has this content
    already. Raises what `demand_editable` raises, NotFound for another plan's indicator,
    InvalidInput above 50 files a figure and for `pages` that are too long.
    """
    demand_editable(actor, submission)
    if indicator is not None and indicator.plan_id != submission.plan_id:
        raise NotFound("没有找到这项指标。")
    key = indicator.id if indicator else None
    present = [
        row for row in submission.evidence if row.indicator_id == key and row.removed_at is None
    ]
    if any(row.sha256 == stored.sha256 for row in present):
        return None
    if len(present) >= MAX_FILES:
        raise InvalidInput(f"一项指标最多 {MAX_FILES} 份佐证，请打包成 ZIP 后上传。")
    evidence = Evidence(
        unit_id=submission.unit_id,
        submission_id=submission.id,
        indicator_id=key,
        sha256=stored.sha256,
        name=clean_name(name),
        pages=page_reference(pages),
        media_type=stored.media_type,
        size=stored.size,
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    submission.evidence.append(evidence)
    touch(submission)
    changes: Changes = {"name": (None, evidence.name), "sha256": (None, evidence.sha256)}
    if evidence.pages:
        changes["pages"] = (None, evidence.pages)
    record_change(
        session,
        actor,
        "attach_evidence",
        evidence,
        name=indicator.name if indicator else BUDGET,
        plan_id=submission.plan_id,
        changes=changes,
    )
    return evidence


def describe_evidence(
    session: Session,
    actor: Actor,
    submission: Submission,
    evidence: Evidence,
    pages: str,
    shown: str,
) -> None:
    """Say where in its file a figure stands; `shown` is what the user saw there before.

    Raises what `demand_editable` raises, Stale where somebody else has said something meanwhile,
    InvalidInput for `pages` that are too long.
    """
    demand_editable(actor, submission)
    wanted = page_reference(pages)
    if wanted == evidence.pages:
        return
    if shown != evidence.pages:
        raise Stale(f"他人刚刚改为“{evidence.pages or '空白'}”，没有覆盖。再次保存以您的为准。")
    evidence.pages = wanted
    touch(submission)
    names = {row.id: row.name for row in submission.plan.indicators}
    record_change(
        session,
        actor,
        "describe_evidence",
        evidence,
        name=f"{names.get(evidence.indicator_id or 0, BUDGET)} {evidence.name}",
        plan_id=submission.plan_id,
    )


def remove_evidence(
    session: Session, actor: Actor, submission: Submission, evidence_id: int
) -> Evidence | None:
    """Take a file off its figure; its row and its content stay. None where it is off already.

    Raises what `demand_editable` raises, and NotFound for another quarter's file.
    """
    demand_editable(actor, submission)
    evidence = next((row for row in submission.evidence if row.id == evidence_id), None)
    if evidence is None:
        raise NotFound("没有找到这份佐证材料。")
    if evidence.removed_at is not None:
        return None
    evidence.removed_at = clock.now()
    touch(submission)
    names = {row.id: row.name for row in submission.plan.indicators}
    record_change(
        session,
        actor,
        "remove_evidence",
        evidence,
        name=names.get(evidence.indicator_id or 0, BUDGET),
        plan_id=submission.plan_id,
        changes={"name": (evidence.name, None), "sha256": (evidence.sha256, None)},
    )
    return evidence
