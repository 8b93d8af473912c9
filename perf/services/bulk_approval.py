"""Approving many clean things, each by itself (批量通过): what is clean, and one approval."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from perf import clock
from perf.core.checks import Noticed
from perf.core.clean import Condition, why_not_clean
from perf.core.errors import Conflict
from perf.core.findings import Severity
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Light, Status
from perf.queries.clean import (
    item_in_sight,
    lowered_by_revisions,
    lowered_late,
    plans_to_check,
    uncovered_in_quarters,
    unsettled_counts,
    versions_of,
)
from perf.queries.items import Item, ItemKind
from perf.queries.lights import lagging_counts
from perf.queries.plans import plan_to_change
from perf.queries.revisions import revision_to_change
from perf.queries.submissions import quarter_to_change
from perf.services.plan_checks import checks_of_plans
from perf.services.plans import step_plan
from perf.services.revisions import step_revision
from perf.services.snapshots import Subject
from perf.services.steps import check_version
from perf.services.submissions import step_submission

# An approval of these seals more than can be seen in a list. Source: our own decision.
SINGLY = {
    ItemKind.SELF_EVALUATION: "绩效自评逐份签署",
    ItemKind.ENDING: "终止和并入不能撤销，逐份审核",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Something that waits, in the version that was judged, and why it is not clean."""

    item: Item
    version: int
    reasons: list[str]

    @property
    def key(self) -> tuple[ItemKind, int]:
        """What tells it from everything else that waits."""
        return self.item.kind, self.item.subject_id or 0


def judge_items(session: Session, actor: Actor, items: Sequence[Item]) -> list[Judged]:
    """Which of these are clean, in their order; the same queries for one and for a page."""
    conditions: dict[tuple[ItemKind, int], Condition] = {}
    versions: dict[tuple[ItemKind, int], int] = {}
    for kind in ItemKind:
        some = [item for item in items if item.kind is kind]
        if not some:
            continue
        ids = [item.subject_id or 0 for item in some]
        versions |= {(kind, key): one for key, one in versions_of(session, kind, ids).items()}
        conditions |= _conditions(session, actor, kind, some)
    return [
        Judged(item, versions[key], why_not_clean(conditions[key]))
        for item in items
        for key in [(item.kind, item.subject_id or 0)]
    ]


def approve_clean(session: Session, actor: Actor, item: Item, version: int) -> None:
    """Approve one thing in the version that was seen.

    It is held and judged once more: raises Conflict where somebody else has decided meanwhile,
    Stale where it has changed, and Conflict with the reasons where it is not clean any more.
    """
    actor.demand(Permission.REVIEW)
    subject, step = _held(session, actor, item)
    if subject.status is not Status.SUBMITTED:
        raise Conflict(_decided(subject))
    check_version(subject, version)
    now = item_in_sight(session, actor, item.kind, subject.id)
    reasons = judge_items(session, actor, [now])[0].reasons if now else []
    if reasons:
        raise Conflict(f"现在不能批量通过：{'，'.join(reasons)}。请打开逐项审核。")
    step()


def _held(session: Session, actor: Actor, item: Item) -> tuple[Subject, Any]:
    """The subject held until the commit, and what approves it."""
    key, code = item.subject_id or 0, item.period_code or ""
    if item.kind is ItemKind.QUARTER:
        quarter = quarter_to_change(session, actor, item.plan_id, code)
        submission = quarter.submission
        if submission is None:
            raise Conflict("本期填报已不在了。请刷新页面查看。")
        return submission, lambda: step_submission(
            session,
            actor,
            submission,
            Action.APPROVE,
            version=submission.version,
            previous=quarter.previous,
            quantities_before=quarter.quantities_before,
        )
    if item.kind is ItemKind.PLAN:
        plan = plan_to_change(session, actor, key)
        return plan, lambda: step_plan(session, actor, plan, Action.APPROVE, version=plan.version)
    if item.kind is ItemKind.REVISION:
        revision = revision_to_change(session, actor, key)
        return revision, lambda: step_revision(
            session, actor, revision, Action.APPROVE, version=revision.version
        )
    raise Conflict(f"{SINGLY[item.kind]}。请打开后办理。")


def _decided(subject: Subject) -> str:
    """Who has decided meanwhile, or that it was taken back."""
    if subject.status in {Status.APPROVED, Status.RETURNED} and subject.decided_at is not None:
        who = subject.decided_by.display_name if subject.decided_by else "系统"
        at = clock.local(subject.decided_at).strftime("%Y-%m-%d %H:%M")
        return f"{who}已于 {at} 办理，现在是“{subject.status.label}”，没有重复办理。"
    return f"现在是“{subject.status.label}”，填报人已撤回修改，没有办理。"


def _conditions(
    session: Session, actor: Actor, kind: ItemKind, items: Sequence[Item]
) -> dict[tuple[ItemKind, int], Condition]:
    ids = [item.subject_id or 0 for item in items]
    remarks = unsettled_counts(session, kind, ids)
    lights, uncovered, lowered, findings = {}, {}, {}, {}
    if kind is ItemKind.QUARTER:
        lights = {key: dict(found) for key, found in lagging_counts(session, ids).items()}
        uncovered = uncovered_in_quarters(session, ids)
    if kind in {ItemKind.QUARTER, ItemKind.PLAN}:
        by_plan = lowered_late(session, {item.plan_id for item in items})
        lowered = {item.subject_id or 0: by_plan.get(item.plan_id, 0) for item in items}
    if kind is ItemKind.REVISION:
        lowered = lowered_by_revisions(session, ids)
    if kind is ItemKind.PLAN:
        findings = checks_of_plans(session, actor, plans_to_check(session, ids))
    found = {}
    for item in items:
        key = item.subject_id or 0
        noticed = findings.get(key, [])
        found[kind, key] = Condition(
            singly=SINGLY.get(kind, ""),
            errors=_count(noticed, Severity.ERROR),
            warnings=_count(noticed, Severity.WARNING),
            red=lights.get(key, {}).get(Light.RED, 0),
            yellow=lights.get(key, {}).get(Light.YELLOW, 0),
            remarks=remarks.get(key, 0),
            uncovered=uncovered.get(key, 0),
            lowered=lowered.get(key, 0),
            changed=item.changed,
        )
    return found


def _count(noticed: Collection[Noticed], severity: Severity) -> int:
    return sum(one.finding.severity is severity for one in noticed)
