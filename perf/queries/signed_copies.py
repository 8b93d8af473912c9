"""Signed copies (盖章扫描件): what of a plan was approved, and the scans of it on paper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload

from perf.core.check_code import check_code
from perf.core.errors import NotFound
from perf.core.permissions import Actor
from perf.core.terms import Action, Status
from perf.models import (
    Period,
    Plan,
    SelfEvaluation,
    SignedCopy,
    Snapshot,
    Submission,
    TargetRevision,
)
from perf.queries.visible import in_sight, plan_visible_to

TARGET, EVALUATION, _REVISION = "target", "self-evaluation", "revision-"
_TARGET_NAME, _EVALUATION_NAME = "绩效目标表", "绩效自评表"
# Databases bound how many values one list in a query may have.
_AT_ONCE = 500
_KEYS: tuple[InstrumentedAttribute[int | None], ...] = (
    Snapshot.plan_id,
    Snapshot.submission_id,
    Snapshot.self_evaluation_id,
    Snapshot.target_revision_id,
)
Subject = Plan | Submission | SelfEvaluation | TargetRevision


@dataclass(frozen=True, slots=True)
class SignedForm:
    """One form of a plan that was approved at least once, with the scans of it on paper.

    `key` is its name in an address, `approval` the last approval; `copies` are of all its
    approvals, the newest first. `is_printed` says whether the form comes out of this system.
    """

    key: str
    name: str
    subject: Subject
    approval: Snapshot
    copies: Sequence[SignedCopy]
    is_printed: bool = True

    @property
    def is_approved(self) -> bool:
        """Whether what was approved last still holds."""
        return self.subject.status is Status.APPROVED

    @property
    def current(self) -> SignedCopy | None:
        """The scan that counts: the newest one of the last approval."""
        return next((one for one in self.copies if one.snapshot_id == self.approval.id), None)

    @property
    def earlier(self) -> list[SignedCopy]:
        """The scans that were replaced, or belong to an earlier approval."""
        return [one for one in self.copies if one is not self.current]

    @property
    def code(self) -> str:
        """What the printed form says in its foot."""
        return code_of(self.approval)


def code_of(approval: Snapshot) -> str:
    """The 校验码 of an approval."""
    return check_code(approval.id, approval.taken_at, approval.content)


def signed_forms(session: Session, plan: Plan) -> list[SignedForm]:
    """What of the plan was approved, in the order of the year; five queries."""
    quarters = session.scalars(
        select(Submission)
        .join(Submission.period)
        .options(contains_eager(Submission.period))
        .where(Submission.plan_id == plan.id)
        .order_by(Period.code)
    ).all()
    revisions = session.scalars(
        select(TargetRevision)
        .where(TargetRevision.plan_id == plan.id)
        .order_by(TargetRevision.dated_on, TargetRevision.id)
    ).all()
    evaluation = session.scalar(select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id))
    subjects: list[tuple[str, str, Subject]] = [(TARGET, _TARGET_NAME, plan)]
    subjects += [
        (f"{_REVISION}{one.id}", _name_of(None, one.document, is_target=False), one)
        for one in revisions
    ]
    subjects += [
        (one.period.code, _name_of(one.period.name, None, is_target=False), one) for one in quarters
    ]
    if evaluation is not None:
        subjects.append((EVALUATION, _EVALUATION_NAME, evaluation))
    approvals, copies = _of_subjects(session, plan, [one for _, _, one in subjects])
    return [
        SignedForm(
            key,
            name,
            subject,
            approvals[_key_of(subject)],
            copies.get(_key_of(subject), []),
            is_printed=not isinstance(subject, TargetRevision),
        )
        for key, name, subject in subjects
        if _key_of(subject) in approvals
    ]


def signed_form_visible_to(
    session: Session, actor: Actor, plan_id: int, form_key: str
) -> tuple[Plan, SignedForm]:
    """One of them within the actor's sight; NotFound where it was never approved."""
    plan = plan_visible_to(session, actor, plan_id)
    form = next((one for one in signed_forms(session, plan) if one.key == form_key), None)
    if form is None:
        raise NotFound("这份表还没有通过审核，没有可以归档的签署。请从“盖章扫描件”进入。")
    return plan, form


def signed_form_to_change(
    session: Session, actor: Actor, plan_id: int, form_key: str
) -> tuple[Plan, SignedForm]:
    """The same for a writing request: nobody reopens it or files another scan until the commit."""
    _, form = signed_form_visible_to(session, actor, plan_id, form_key)
    subject: Any = type(form.subject)
    session.execute(select(subject.id).where(subject.id == form.subject.id).with_for_update())
    session.expire_all()
    return signed_form_visible_to(session, actor, plan_id, form_key)


def signed_copy_visible_to(session: Session, actor: Actor, copy_id: int) -> SignedCopy:
    """One scan; NotFound where it is out of sight."""
    found = session.scalar(
        select(SignedCopy).where(SignedCopy.id == copy_id, in_sight(actor, SignedCopy.unit_id))
    )
    if found is None:
        raise NotFound("没有找到这份扫描件，或者它不在您的查看范围内。")
    return found


def is_unfiled() -> ColumnElement[bool]:
    """The condition that a signed self-evaluation has no scan of its last signature."""
    last = (
        select(func.max(Snapshot.id))
        .where(Snapshot.self_evaluation_id == SelfEvaluation.id)
        .correlate(SelfEvaluation)
        .scalar_subquery()
    )
    filed = select(SignedCopy.id).where(SignedCopy.snapshot_id == last).exists()
    return and_(SelfEvaluation.status == Status.APPROVED, ~filed)


def unfiled_evaluations(session: Session, plans: Iterable[int]) -> set[int]:
    """Those of these plans whose signed self-evaluation has no scan; one query."""
    query = select(SelfEvaluation.plan_id).where(SelfEvaluation.plan_id.in_(plans), is_unfiled())
    return set(session.scalars(query))


def codes_of(
    session: Session, key: InstrumentedAttribute[int | None], ids: Sequence[int]
) -> dict[int, str]:
    """The 校验码 of the last approval of each subject; `key` is its column of a snapshot."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = key.in_(ids[start : start + _AT_ONCE])
        last = select(func.max(Snapshot.id)).where(part, Snapshot.action == Action.APPROVE)
        rows = session.scalars(select(Snapshot).where(Snapshot.id.in_(last.group_by(key))))
        found |= {getattr(row, key.key): code_of(row) for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class FiledCopy:
    """A scan with the name of its form, and whether the form was approved anew since."""

    copy: SignedCopy
    name: str
    is_outdated: bool


def signed_copies_of_plans(session: Session, ids: Sequence[int]) -> dict[int, list[FiledCopy]]:
    """Each plan's scans, by form and then as they were filed; one query."""
    later = aliased(Snapshot)
    outdated = (
        select(later.id)
        .where(
            later.id > Snapshot.id,
            later.action == Action.APPROVE,
            or_(*(getattr(later, key.key) == key for key in _KEYS)),
        )
        .exists()
    )
    rows = session.execute(
        select(
            SignedCopy,
            Snapshot.plan_id,
            Period.name,
            TargetRevision.document,
            outdated,
        )
        .join(Snapshot, Snapshot.id == SignedCopy.snapshot_id)
        .outerjoin(Submission, Submission.id == Snapshot.submission_id)
        .outerjoin(Period, Period.id == Submission.period_id)
        .outerjoin(TargetRevision, TargetRevision.id == Snapshot.target_revision_id)
        .options(joinedload(SignedCopy.created_by))
        .where(SignedCopy.plan_id.in_(ids))
        .order_by(Snapshot.self_evaluation_id, Period.code, SignedCopy.id)
    )
    found: dict[int, list[FiledCopy]] = defaultdict(list)
    for copy, plan_id, quarter, document, is_outdated in rows:
        name = _name_of(quarter, document, is_target=plan_id is not None)
        found[copy.plan_id].append(FiledCopy(copy, name, is_outdated))
    return found


def signed_copy_count(session: Session, year: int, unit_id: int | None) -> int:
    """How many scans a year has, of one unit or of all."""
    query = (
        select(func.count())
        .select_from(SignedCopy)
        .join(Plan, Plan.id == SignedCopy.plan_id)
        .where(Plan.year == year)
    )
    if unit_id is not None:
        query = query.where(SignedCopy.unit_id == unit_id)
    return session.scalar(query) or 0


def _name_of(quarter: str | None, document: str | None, *, is_target: bool) -> str:
    if is_target:
        return _TARGET_NAME
    if quarter is not None:
        return f"{quarter} 绩效运行监控表"
    return _EVALUATION_NAME if document is None else f"目标调整单 {document}"


_SubjectKey = tuple[str, int]


def _key_of(subject: Subject) -> _SubjectKey:
    return f"{subject.__tablename__}_id", subject.id


def _of_subjects(
    session: Session, plan: Plan, subjects: Sequence[Subject]
) -> tuple[Mapping[_SubjectKey, Snapshot], Mapping[_SubjectKey, list[SignedCopy]]]:
    """The last approval of each, and the scans of all its approvals with the newest first."""
    ids: dict[str, list[int]] = defaultdict(list)
    for name, key in map(_key_of, subjects):
        ids[name].append(key)
    approvals: dict[_SubjectKey, Snapshot] = {}
    owners: dict[int, _SubjectKey] = {}
    for row in session.scalars(
        select(Snapshot)
        .options(joinedload(Snapshot.taken_by))
        .where(
            Snapshot.action == Action.APPROVE,
            or_(*(getattr(Snapshot, name).in_(keys) for name, keys in ids.items())),
        )
        .order_by(Snapshot.id)
    ):
        owner = next((key.key, value) for key in _KEYS if (value := getattr(row, key.key)))
        approvals[owner] = row
        owners[row.id] = owner
    copies: dict[_SubjectKey, list[SignedCopy]] = defaultdict(list)
    for copy in session.scalars(
        select(SignedCopy)
        .options(joinedload(SignedCopy.created_by), joinedload(SignedCopy.snapshot))
        .where(SignedCopy.plan_id == plan.id)
        .order_by(SignedCopy.id.desc())
    ):
        copies[owners[copy.snapshot_id]].append(copy)
    return approvals, copies
