"""Signed copies (盖章扫描件): the scan of a form that was signed and stamped, filed by hand."""

from sqlalchemy.orm import Session

from perf import clock
from perf.core.dates import parse_day
from perf.core.errors import Conflict, InvalidInput, NotFound, Stale
from perf.core.permissions import Actor, Permission
from perf.models import Plan, SignedCopy
from perf.queries.signed_copies import SignedForm
from perf.services.evidence_files import StoredFile, clean_name
from perf.services.ledger import record_change
from perf.services.typed import Typed

ACCEPT = ".pdf,.png,.jpg,.jpeg"
SCANS = frozenset({"application/pdf", "image/png", "image/jpeg"})


def demand_scan(stored: StoredFile) -> None:
    """Raise InvalidInput for a stored file that is no scan."""
    if stored.media_type not in SCANS:
        said = "扫描件须是 PDF 或图片（PNG、JPEG）。请重新扫描或另存后再上传。"
        raise InvalidInput(said, {"file": said})


def file_signed_copy(
    session: Session,
    actor: Actor,
    plan: Plan,
    form: SignedForm,
    stored: StoredFile,
    name: str,
    signed_on: str,
    *,
    approval_id: int,
    replaces: int,
) -> SignedCopy | None:
    """File a stored scan with the day on which the paper was signed.

    `approval_id` and `replaces` (0: none) are the approval and the scan that the page showed. A
    scan before stays, and is listed. None where this very content is what counts already, signed
    on that day. Raises InvalidInput by field, Conflict where the form was reopened, Stale where it
    was approved anew or somebody else has filed a scan, NotPermitted or NotFound.
    """
    actor.demand(Permission.FILE_COPY)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    demand_scan(stored)
    if not form.is_approved:
        raise Conflict(f"{form.name}已重新打开。请等重新通过审核以后，打印签字盖章再归档。")
    if approval_id != form.approval.id:
        raise Stale("这份表刚刚重新通过审核，您手上的是以前的签署。请重新打印、签字盖章后归档。")
    typed = Typed()
    day = typed.read("signed_on", parse_day, signed_on)
    if day is None:
        typed.errors["signed_on"] = "请填签字盖章的日期，例如 2023-01-12。"
    elif day > clock.today():
        typed.errors["signed_on"] = "签字盖章日期不能晚于今天。"
    typed.demand_clean("还没有归档，请按提示修改后重新选择文件。")
    current = form.current
    if current is not None and (current.sha256, current.signed_on) == (stored.sha256, day):
        return None
    if replaces != (current.id if current is not None else 0):
        raise Stale("他人刚刚归档了一份扫描件，您的没有保存。请核对最新的一份，确需替换再归档。")
    copy = SignedCopy(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        snapshot_id=form.approval.id,
        sha256=stored.sha256,
        name=clean_name(name),
        media_type=stored.media_type,
        size=stored.size,
        signed_on=day,
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    label = f"{plan.name} {form.name}"
    session.add(copy)
    record_change(session, actor, "file_signed_copy", copy, name=label)
    return copy
