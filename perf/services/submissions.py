"""Quarterly submissions: opening one, what locks it, and its steps."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from perf import clock
from perf.core.actuals import format_actual
from perf.core.errors import Conflict, InvalidInput, Locked, NotFound
from perf.core.numbers import format_number
from perf.core.periods import quarter_reason_demanded
from perf.core.permissions import Actor, Permission
from perf.core.terms import Action, Likelihood, Status
from perf.core.workflow import EDITABLE
from perf.models import Actual, Indicator, Period, Plan, SelfEvaluation, Submission
from perf.services.ledger import record_change
from perf.services.snapshots import Content
from perf.services.steps import take_step

NO_DATA = "本期无数据"
DOUBTFUL = frozenset({Likelihood.POSSIBLE, Likelihood.IMPOSSIBLE})


def why_closed(plan: Plan, period: Period) -> str:
    """Why nothing can be filled in here now, as a sentence; empty where the period is open."""
    if plan.status is not Status.APPROVED:
        return "绩效目标尚未批复，批复后才能填报。"
    if period.is_year:
        return "年度自评请在“自评”中办理。"
    if period.locked_at is not None:
        return "本期已由管理员锁定，不能再填报或修改。如确需更正，请联系管理员解锁。"
    if clock.today() < period.opens_on:
        return f"本期从 {period.opens_on:%Y-%m-%d} 起开放填报。"
    return ""


def open_submission(session: Session, actor: Actor, plan: Plan, period: Period) -> Submission:
    """The plan's submission of the period, made where there is none, held until the commit.

    Raises Locked where the period is closed or the submission is not to be edited, NotFound
    where the plan is out of sight.
    """
    actor.demand(Permission.RECORD)
    if not actor.sees_unit(plan.unit_id):
        raise NotFound("没有找到这份绩效目标。")
    closed = why_closed(plan, period)
    if closed:
        raise Locked(closed)
    submission = session.scalar(
        select(Submission)
        .where(Submission.plan_id == plan.id, Submission.period_id == period.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if submission is None:
        submission = Submission(
            unit_id=plan.unit_id,
            plan_id=plan.id,
            period_id=period.id,
            status=Status.DRAFT,
            updated_at=clock.now(),
        )
        session.add(submission)
        record_change(
            session, actor, "open_submission", submission, name=f"{plan.name} {period.name}"
        )
    if submission.status not in EDITABLE:
        raise Locked(
            f"本期填报{submission.status.label}，不能修改。需要更正时请先撤回或由审核人退回。"
        )
    return submission


def step_submission(
    session: Session,
    actor: Actor,
    submission: Submission,
    action: Action,
    *,
    version: int,
    previous: Mapping[int, Actual],
    reason: str = "",
    remarks: Mapping[int, str] | None = None,
) -> None:
    """One step of a quarter's submission; `previous` is the quarter before, by indicator.

    Submitting is all or nothing: InvalidInput's fields name what is missing, by
    `actual-<indicator id>`, `reason-<indicator id>` or `executed-<source>`.
    """
    if action in {Action.SUBMIT, Action.WITHDRAW, Action.REOPEN}:
        closed = why_closed(submission.plan, submission.period)
        if closed:
            raise Locked(closed)
    if action is Action.SUBMIT:
        missing = missing_of(submission, previous)
        if missing:
            raise InvalidInput("还有内容没有填完，未提交。请按提示补充。", missing)
    if action is Action.REOPEN:
        _check_no_evaluation(session, submission)
    take_step(
        session,
        actor,
        submission,
        action,
        version=version,
        content=content_of_submission(submission),
        name=f"{submission.plan.name} {submission.period.name}",
        reason=reason,
        remarks=remarks,
    )


def missing_of(submission: Submission, previous: Mapping[int, Actual]) -> dict[str, str]:
    """What is still missing before the quarter can be submitted: {field: sentence}."""
    actuals = {row.indicator_id: row for row in submission.actuals}
    missing: dict[str, str] = {}
    for indicator in submission.plan.indicators:
        row = actuals.get(indicator.id)
        before = previous.get(indicator.id)
        demanded = reason_demanded(indicator, row, before)
        if row is None or (row.actual is None and not row.is_no_data):
            missing[f"actual-{indicator.id}"] = f"{indicator.name}：未填报。"
        elif demanded and not (row.deviation_kind and row.deviation_reason.strip()):
            missing[f"reason-{indicator.id}"] = f"{indicator.name}：{demanded}"
    executed = {row.source: row.executed for row in submission.executions}
    for line in submission.plan.budget_lines:
        if executed.get(line.source) is None:
            missing[f"executed-{line.source.value}"] = f"{line.source.label}的累计执行数未填报。"
    return missing


def reason_demanded(
    indicator: Indicator, row: Actual | None, previous: Actual | None
) -> str | None:
    """Why this row needs a deviation reason, as a sentence; None where it needs none."""
    if row is None:
        return None
    if row.is_no_data:
        return f"选择了“{NO_DATA}”，请说明原因。"
    if row.actual is None:
        return None
    demanded = quarter_reason_demanded(
        indicator.target,
        indicator.kind,
        row.actual,
        previous.actual if previous else None,
    )
    if demanded is None and row.likelihood in DOUBTFUL:
        return f"完成目标可能性为“{row.likelihood.label}”，请说明原因。"
    return demanded


def content_of_submission(submission: Submission) -> Content:
    """What the quarter says now, in the form's order."""
    actuals = {row.indicator_id: row for row in submission.actuals}
    files: dict[int | None, list[str]] = {}
    for evidence in submission.evidence:
        if evidence.removed_at is None:
            files.setdefault(evidence.indicator_id, []).append(evidence.name)
    fields = {
        f"{row.source.label}累计执行数（元）": format_number(row.executed)
        for row in submission.executions
        if row.executed is not None
    }
    return Content(
        fields=fields,
        rows=[
            {
                "id": indicator.id,
                "name": indicator.name,
                "fields": _row_fields(
                    indicator, actuals.get(indicator.id), files.get(indicator.id, [])
                ),
            }
            for indicator in submission.plan.indicators
        ],
        data={},
    )


def _row_fields(indicator: Indicator, row: Actual | None, files: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if row is not None:
        unit = indicator.target_unit
        fields = {
            "实际完成值": NO_DATA if row.is_no_data else _shown(row.actual, unit),
            "预计全年": _shown(
                row.expected_on if row.expected_on is not None else row.expected_value, unit
            )
            or (row.expected_tier.label if row.expected_tier else ""),
            "完成目标可能性": row.likelihood.label if row.likelihood else "",
            "偏差原因类别": row.deviation_kind.label if row.deviation_kind else "",
            "偏差原因": row.deviation_reason,
        }
    fields["佐证材料"] = "、".join(files)
    return {label: text for label, text in fields.items() if text}


def _shown(actual: object, unit: str | None) -> str:
    return "" if actual is None else format_actual(actual, unit)  # type: ignore[arg-type]


def _check_no_evaluation(session: Session, submission: Submission) -> None:
    evaluation = session.scalar(
        select(SelfEvaluation).where(SelfEvaluation.plan_id == submission.plan_id).with_for_update()
    )
    if evaluation is not None and evaluation.status not in EDITABLE:
        raise Conflict(
            f"这份目标的年度自评{evaluation.status.label}，季度数据不能单独重新打开。"
            "请先退回或重新打开自评。"
        )
