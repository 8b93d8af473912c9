"""A target revision's form: as typed, and what its texts come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf.core.errors import InvalidInput
from perf.core.revisions import TargetChange, is_measured_alike, target_change
from perf.core.storable import SHORT
from perf.core.targets import Target, describe_target, parse_target
from perf.core.terms import Comparator
from perf.models import Indicator, Plan, RevisedTarget, TargetRevision
from perf.services.typed import Typed, document_day

_CAPTION = "目标调整单有误，没有保存。请按提示修改，已填内容都还在。"


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """A revision's form as typed; `targets` are the new target texts by indicator, blank: none."""

    document: str = ""
    dated_on: str = ""
    reason: str = ""
    targets: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RevisionValues:
    """What a revision's form comes to: new targets by indicator."""

    document: str
    dated_on: date
    reason: str
    targets: dict[int, Target]


def new_target(indicator: Indicator, text: str, year: int) -> Target:
    """The target that a text means for this indicator.

    An equal target keeps the side that counted as met, where the old one was equal too.
    """
    read = parse_target(
        text,
        level1=indicator.level1,
        level2=indicator.level2 or None,
        name=indicator.name,
        year=year,
    )
    if read.comparator is Comparator.EQ and indicator.sense is not None:
        read = replace(read, sense=indicator.sense)
    return replace(read, findings=())


def read_revision(
    session: Session, plan: Plan, revision: TargetRevision | None, entry: RevisionEntry
) -> RevisionValues:
    """The form as read; InvalidInput names every field that cannot be taken.

    An indicator that another open revision holds is refused, and a target that measures something
    else than the figures reported for it.
    """
    typed = Typed()
    document = typed.line("document", "文号", entry.document, required=True)
    dated_on = typed.read("dated_on", lambda text: document_day(text, plan.year), entry.dated_on)
    reason = typed.text("reason", "调整原因", entry.reason, required=True)
    taken = _taken_elsewhere(session, plan, revision)
    targets: dict[int, Target] = {}
    for indicator in plan.indicators:
        field_name = f"target-{indicator.id}"
        text = typed.line(field_name, "新指标值", entry.targets.get(indicator.id, ""))
        if not text or field_name in typed.errors:
            continue
        target = new_target(indicator, text, plan.year)
        problem = _problem_of(indicator, target)
        if indicator.id in taken:
            problem = f"这项指标在另一份调整单（{taken[indicator.id]}）里办理，请等它办结。"
        if problem:
            typed.errors[field_name] = problem
        targets[indicator.id] = target
    typed.demand_clean(_CAPTION)
    if not targets:
        raise InvalidInput("没有调整任何指标值，没有保存。请至少在一项指标后填写新指标值。")
    assert dated_on is not None  # noqa: S101
    return RevisionValues(document, dated_on, reason, targets)


def _problem_of(indicator: Indicator, target: Target) -> str:
    old = indicator.target
    if target_change(old, target) is TargetChange.SAME:
        return "与现在的指标值相同。不调整的请留空。"
    if target.unit and len(target.unit) > SHORT:
        return "指标值的单位太长，请精简。"
    if not is_measured_alike(old, target):
        return (
            f"读作“{describe_target(target)}”，与现在的“{describe_target(old)}”计量方式不同，"
            "已填报的数不能照用。请按原来的单位填写；确需改变的，请审核人重新打开绩效目标。"
        )
    return ""


def _taken_elsewhere(
    session: Session, plan: Plan, revision: TargetRevision | None
) -> dict[int, str]:
    """The documents of other open revisions, by the indicator that each holds."""
    rows = session.execute(
        select(RevisedTarget.indicator_id, TargetRevision.document)
        .join(RevisedTarget.revision)
        .where(
            TargetRevision.plan_id == plan.id,
            TargetRevision.id != (revision.id if revision else 0),
            RevisedTarget.is_open,
        )
    )
    return {row.indicator_id: row.document for row in rows}
